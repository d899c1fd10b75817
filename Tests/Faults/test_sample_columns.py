"""A sample's columns are the labels' that they name, in whatever order they stand; what names do not tell is refused."""

import csv
import subprocess
import sys

import numpy as np
import pytest
from command import BINARY

PROGRAM = """
import json, sys
import numpy as np
from safetensors.numpy import save_file
count, labels = int(sys.argv[1]), int(sys.argv[2])
P = np.random.default_rng(5).dirichlet(np.ones(labels), count).astype(np.float32)
save_file({"rows": np.arange(count, dtype=np.int64), "probabilities": P}, sys.argv[3])
"""
ROWS = 12


def submit(folder, labels, header, ids=None):
    """The run's answer, and the probabilities that the program gave."""
    (folder / "program.py").write_text(PROGRAM)
    texts = "".join(f"r{n},text {n},{label}\n" for n, label in enumerate(list(labels) * 2))
    (folder / "train.csv").write_text("key,text,y\n" + texts)
    (folder / "test.csv").write_text("key,text\n" + "".join(f"t{n},text {n}\n" for n in range(ROWS)))
    place = header.index("key") if "key" in header else 0
    with open(folder / "sample.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for name in ids or [f"t{n}" for n in reversed(range(ROWS))]:
            row = ["0"] * len(header)
            row[place] = name
            out.writerow(row)
    (folder / "recipe.yaml").write_text(f"""
recipe: sample
data: {{train: train.csv, test: test.csv, columns: {{id: key, answer: text, label: y}}, labels: [{', '.join(f'"{label}"' for label in labels)}]}}
folds: {{kind: k-fold, count: 2}}
models: {{}}
steps:
  A: {{command: ["{sys.executable}", program.py, "{ROWS}", "{len(labels)}", "{{out.test}}"], outputs: [test], labels: unused}}
submission: {{from: A, sample: sample.csv}}
""")
    result = subprocess.run([BINARY, "run", "recipe.yaml"], capture_output=True, text=True, cwd=folder, timeout=300)
    return result, np.random.default_rng(5).dirichlet(np.ones(len(labels)), ROWS).astype(np.float32)


def shuffled(names, seed=1):
    return [names[n] for n in np.random.default_rng(seed).permutation(len(names))]


HUNDRED = [str(n) for n in range(100)]


@pytest.mark.parametrize("labels, columns", [
    (HUNDRED, {f"target_{n}": n for n in sorted(HUNDRED)}),  # the alphabet's order
    (HUNDRED, {f"class{int(n):03}": n for n in shuffled(HUNDRED)}),
    (["0", "1"], {"y_1": "1", "y_0": "0"}), (["0", "1"], {"1": "1", "0": "0"}),
    (["A", "B", "tie"], {"winner_tie": "tie", "winner_model_a": "A", "winner_model_b": "B"}),
    (["no", "yes"], {"prob yes": "yes", "prob no": "no"}),
    (["EAP", "HPL", "MWS"], {"MWS": "MWS", "EAP": "EAP", "HPL": "HPL"}),
    (["0", "1", "2"], {"x": "0", "y": "1", "z": "2"}),  # names that hold no label: the labels' order
])
@pytest.mark.parametrize("place", ["first", "last"])
def test_each_label_stands_under_the_column_that_names_it(tmp_path, labels, columns, place):
    header = ["key", *columns] if place == "first" else [*columns, "key"]
    result, expected = submit(tmp_path, labels, header)
    assert result.returncode == 0, result.stdout + result.stderr
    with open(tmp_path / "submission.csv", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == header
        rows = {row["key"]: row for row in reader}
    assert list(rows) == [f"t{n}" for n in reversed(range(ROWS))]
    for n in range(ROWS):
        for column, label in columns.items():
            assert float(rows[f"t{n}"][column]) == pytest.approx(expected[n, labels.index(label)], rel=1e-6)


@pytest.mark.parametrize("labels, header, words", [
    (["0", "1"], ["key", "y_1", "y_2"], ["y_1, y_2", "0, 1"]),
    (["cat", "dog", "wolf"], ["key", "dog", "bear", "cat"], ["dog, bear, cat", "cat, dog, wolf"]),
    (["0", "1"], ["key", "y_0", "y_0"], ["two columns of one name"]),
    (["0", "1"], ["key", "generated"], ["the sample has 2 columns (key, generated)", "2 labels"]),
    (["0", "1"], ["key", "0", "1", "2"], ["the sample has 4 columns"])])
def test_what_names_do_not_tell_is_refused_with_both_orders(tmp_path, labels, header, words):
    result, _ = submit(tmp_path, labels, header)
    said = result.stdout + result.stderr
    assert result.returncode != 0 and not (tmp_path / "submission.csv").exists(), said
    for word in words:
        assert word in said, said


@pytest.mark.parametrize("ids, words", [
    ([f"t{n}" for n in range(ROWS - 1)], ["11 rows", "12", "lacks the id \"t11\""]),
    ([f"t{n}" for n in range(ROWS)] + ["t3"], ["row 13 of the sample has the id \"t3\" of row 4"]),
    ([f"t{n}" for n in range(ROWS)] + ["u"], ["row 13 of the sample has the id \"u\""])])
def test_rows_of_a_sample_are_those_of_the_test_table(tmp_path, ids, words):
    result, _ = submit(tmp_path, ["a", "b"], ["key", "a", "b"], ids)
    said = result.stdout + result.stderr
    assert result.returncode != 0 and not (tmp_path / "submission.csv").exists()
    for word in words:
        assert word in said, said
