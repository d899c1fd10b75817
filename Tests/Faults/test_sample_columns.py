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


def ablate(folder, verb):
    return subprocess.run([BINARY, verb, "recipe.yaml"], capture_output=True, text=True, cwd=folder, timeout=300)


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
    result = ablate(folder, "run")
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
    (["0", "1"], ["key", "generated"], ['column "generated" holds 0', "form: label", "form: probabilities"]),
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


ROWS_OF_IT = "".join(f"t{n},0,0\n" for n in range(ROWS))
SAMPLES = {
    "empty": (b"", "is empty"),
    "header-only": (b"key,a,b\n", "has no rows"),
    "utf-16": (("key,a,b\n" + ROWS_OF_IT).encode("utf-16"), "NUL"),
    "utf-16 without a mark": (("key,a,b\n" + ROWS_OF_IT).encode("utf-16-le"), "NUL"),
    "ragged": (("key,a,b\n" + ROWS_OF_IT + "t5,0\n").encode(), "row 14 has 2 fields"),
    "nul in the header": (("key,a\0,b\n" + ROWS_OF_IT).encode(), "NUL"),
    "escape in the header": (("key,a\x1b[2J,b\n" + ROWS_OF_IT).encode(), "control characters"),
    "latin-1": (("key,a,b\n" + ROWS_OF_IT + "t\xe9,0,0\n").encode("latin-1"), "row 14 is not UTF-8"),
    "open quote": (("key,a,b\n" + ROWS_OF_IT + '"t5').encode(), "never closed"),
    "twice": (("key,a,b\n" + ROWS_OF_IT + "t5,0,0\n").encode(), 'row 13 of the sample has the id "t5" of row 6'),
    "foreign": (("key,a,b\n" + ROWS_OF_IT + "u,0,0\n").encode(), 'the id "u", which the test table lacks'),
    "lacking": (b"key,a,b\nt0,0,0\n", 'lacks the id "t1"'),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_check_refuses_a_sample_that_cannot_be_filled(tmp_path, kind):
    """Before any step has run, at its place in the recipe."""
    result, _ = submit(tmp_path, ["a", "b"], ["key", "a", "b"])
    assert result.returncode == 0, result.stderr
    content, words = SAMPLES[kind]
    (tmp_path / "sample.csv").write_bytes(content)
    result = ablate(tmp_path, "check")
    assert result.returncode == 65 and words in result.stderr and "recipe.yaml:8:" in result.stderr, result.stderr
    assert "[sample-mismatch]" in result.stderr


def test_of_a_long_sample_the_beginning_is_proven(tmp_path):
    submit(tmp_path, ["a", "b"], ["key", "a", "b"])
    rows = "".join(f"u{n},0,0\n" for n in range(300_000))
    (tmp_path / "sample.csv").write_text('key,a,b\n"t0\n",0,0\n' + rows)
    assert ablate(tmp_path, "check").returncode == 0
    (tmp_path / "sample.csv").write_text("key,a,b\nt0,0\n" + rows)
    assert "row 2 has 2 fields" in ablate(tmp_path, "check").stderr


@pytest.mark.parametrize("count", [ROWS - 1, ROWS + 1, 1])
def test_a_test_output_has_the_rows_of_the_test_table(tmp_path, count):
    """Also where the program never reads the table: the program's own step fails, and nothing of it is kept."""
    submit(tmp_path, ["a", "b"], ["key", "a", "b"])
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace(f'program.py, "{ROWS}"', f'program.py, "{count}"'))
    result = ablate(tmp_path, "run")
    assert result.returncode == 1 and "A/command" in result.stderr and "{out.test}" in result.stderr, result.stderr
    assert "and each of the table's rows needs one" in result.stderr or f"the table's {ROWS} rows" in result.stderr
    assert "A/command" in ablate(tmp_path, "plan").stdout
