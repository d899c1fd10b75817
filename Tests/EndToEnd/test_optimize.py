"""`ablate optimize` on CSV files, against sums over all permutations, scipy and scikit-learn."""

import csv
import itertools
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import BINARY
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import accuracy_score, log_loss


def ablate(folder: Path, *arguments: str, code: int = 0):
    result = subprocess.run([BINARY, "optimize", *arguments], capture_output=True, text=True, cwd=folder, timeout=120)
    assert result.returncode == code, result.stdout + result.stderr
    return result


def simulated(groups: int, classes: int, noise: float, seed: int, sharp: float = 1.0):
    """Rows of groups that hold each class once: (group, label, probabilities)."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([random.permutation(classes) for _ in range(groups)])
    logits = noise * random.standard_normal((len(labels), classes)) + 2 * np.eye(classes)[labels]
    logits *= sharp
    values = np.exp(logits - logits.max(1, keepdims=True))
    return np.repeat([f"g {n}, \"x\"" for n in range(groups)], classes), labels, values / values.sum(1, keepdims=True)


def write(path: Path, groups, labels, values, order=None):
    names = "abcdefghij"[:values.shape[1]]
    order = range(len(groups)) if order is None else order
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "group", *[f"target_{name}" for name in names], "note", *(["who"] if labels is not None else [])])
        for row in order:
            out.writerow([f"r{row}", groups[row], *[repr(float(v)) for v in values[row]], "ü, kept",
                          *([names[labels[row]]] if labels is not None else [])])


def read(path: Path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, np.array([[float(v) for name, v in row.items() if name.startswith("target_")] for row in rows])


def by_enumeration(block: np.ndarray) -> np.ndarray:
    """The marginals of a group with as many rows as classes or fewer, by all placings."""
    count, classes = block.shape
    total = np.zeros_like(block)
    for placing in itertools.permutations(range(classes), count):
        weight = np.prod(block[range(count), placing])
        total[range(count), placing] += weight
    return total / total.sum(1, keepdims=True)


def test_without_labels_the_constraint_alone_is_applied_and_it_says_so(tmp_path):
    groups, _, values = simulated(30, 5, 1.0, seed=1)
    kept = [row for row in range(len(groups)) if row % 11 != 3]  # groups with missing rows
    order = np.random.default_rng(2).permutation(kept)  # the rows of a group are not neighbours
    write(tmp_path / "p.csv", groups, None, values, order)
    result = ablate(tmp_path, "p.csv", "--group", "group")
    assert "no labels were given" in result.stdout and "written: p-optimized.csv" in result.stdout
    before, _ = read(tmp_path / "p.csv")
    after, found = read(tmp_path / "p-optimized.csv")
    assert [{k: v for k, v in row.items() if not k.startswith("target_")} for row in before] \
        == [{k: v for k, v in row.items() if not k.startswith("target_")} for row in after]
    for group in set(groups):
        own = [place for place, row in enumerate(order) if groups[row] == group]
        np.testing.assert_allclose(found[own], by_enumeration(values[order[own]]), atol=2e-7)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


def test_fitted_on_labels_it_scores_as_scikit_learn_and_helps(tmp_path):
    groups, labels, values = simulated(150, 7, 1.2, seed=3, sharp=2.0)  # too sharp: a temperature is wanted
    write(tmp_path / "oof.csv", groups, labels, values)
    others, truth, test = simulated(60, 7, 1.2, seed=4, sharp=2.0)
    write(tmp_path / "test.csv", others, None, test)
    result = json.loads(ablate(tmp_path, "test.csv", "--group", "group", "--train", "oof.csv", "--label", "who",
                               "--output", "out.csv", "--json").stdout)
    assert result["before"]["log-loss"] == pytest.approx(log_loss(labels, values), rel=1e-9)
    assert result["before"]["accuracy"] == accuracy_score(labels, values.argmax(1))
    assert result["after"]["log-loss"] < result["before"]["log-loss"] - 0.1 and result["after"]["accuracy"] > result["before"]["accuracy"]
    _, found = read(tmp_path / "out.csv")
    # On labels that no file had, it helps as much as it said.
    assert log_loss(truth, found / found.sum(1, keepdims=True)) == pytest.approx(result["after"]["log-loss"], abs=0.1)
    alone = json.loads(ablate(tmp_path, "oof.csv", "--group", "group", "--label", "who", "--json").stdout)
    assert alone["after"] == result["after"]
    _, crossed = read(tmp_path / "oof-optimized.csv")
    assert log_loss(labels, crossed / crossed.sum(1, keepdims=True)) == pytest.approx(alone["after"]["log-loss"], abs=1e-5)


@pytest.mark.parametrize("method, objective", [("blend", np.log), ("probability-blend", np.asarray)])
def test_blends_keep_the_assignment_that_scipy_finds(tmp_path, method, objective):
    groups, labels, values = simulated(40, 6, 1.0, seed=5)
    write(tmp_path / "oof.csv", groups, labels, values)
    ablate(tmp_path, "oof.csv", "--group", "group", "--label", "who", "--method", method)
    _, found = read(tmp_path / "oof-optimized.csv")
    for start in range(0, len(values), 6):
        block = slice(start, start + 6)
        chosen = np.eye(6)[linear_sum_assignment(objective(values[block]), maximize=True)[1]]
        share = (found[block] - values[block])[chosen == 1] / (1 - values[block])[chosen == 1]
        np.testing.assert_allclose(found[block], (1 - share[0]) * values[block] + share[0] * chosen, atol=1e-6)
        assert share[0] > 0.01


def test_labels_that_repeat_are_counted(tmp_path):
    random = np.random.default_rng(6)
    labels = np.concatenate([random.permutation([0, 0, 1, 2]) for _ in range(20)])
    values = random.dirichlet(np.ones(3), len(labels))
    write(tmp_path / "p.csv", [str(n // 4) for n in range(len(labels))], None, values)
    ablate(tmp_path, "p.csv", "--group", "group", "--counts", "2,1,1")
    _, found = read(tmp_path / "p-optimized.csv")
    for start in range(0, len(labels), 4):
        total = np.zeros((4, 3))
        for placing in set(itertools.permutations([0, 0, 1, 2])):
            total[range(4), placing] += np.prod(values[start:start + 4][range(4), placing])
        np.testing.assert_allclose(found[start:start + 4], total / total.sum(1, keepdims=True), atol=2e-7)


@pytest.mark.parametrize("arguments, code, words", [
    (["none.csv", "--group", "group"], 66, ["cannot find the file", "none.csv"]),
    (["p.csv", "--group", "grup"], 65, ["p.csv has no column \"grup\"", "group"]),
    (["p.csv", "--group", "group", "--method", "magic"], 65, ["no method \"magic\"", "marginals"]),
    (["p.csv", "--group", "note"], 65, ["p.csv, row 2", "the group \"ü, kept\" has 12 rows", "--counts", "mixture"]),
    (["p.csv", "--group", "group", "--method", "blend"], 65, ["has to be fitted", "--train"]),
    (["bad.csv", "--group", "group", "--classes", "target_a,target_b,target_c"], 65, ["bad.csv, row 4, column target_b", "\"much\""]),
    (["p.csv", "--group", "group", "--train", "who.csv", "--label", "who"], 65, ["who.csv, row 3, column who", "no class \"zebra\"", "a, b, c"]),
    (["p.csv", "--group", "group", "--output", "./p.csv"], 65, ["an input would be overwritten"]),
    (["p.csv", "--group", "group", "--train", "p.csv"], 64, ["--label"]),
    (["p.csv", "--group", "group", "--counts", "1,1"], 65, ["2 numbers", "3 classes"]),
    (["p.csv", "--group", "group", "--output", "no/where.csv"], 66, ["no such folder", "no/where.csv"])])
def test_mistakes_are_named_with_their_place(tmp_path, arguments, code, words):
    groups, labels, values = simulated(4, 3, 1.0, seed=7)
    write(tmp_path / "p.csv", groups, None, values)
    write(tmp_path / "who.csv", groups, labels, values)
    (tmp_path / "who.csv").write_text("".join(
        line[:-2] + "zebra\n" if n == 2 else line for n, line in enumerate((tmp_path / "who.csv").read_text().splitlines(True))))
    lines = (tmp_path / "p.csv").read_text().splitlines(True)
    cells = lines[3].split(",")
    # The group's own comma stands in quotes; the class is the fourth field of six.
    (tmp_path / "bad.csv").write_text("".join(lines[:3]) + ",".join(cells[:-4] + ["much"] + cells[-3:]) + "".join(lines[4:]))
    before = sorted(path.name for path in tmp_path.iterdir())
    result = ablate(tmp_path, *arguments, code=code)
    for word in words:
        assert word in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "nothing is written"


def as_parquet(path: Path, groups, labels, values, who=True):
    import pyarrow
    import pyarrow.parquet
    names = "abcdefghij"[:values.shape[1]]
    columns = {"id": pyarrow.array(range(len(groups)), pyarrow.int64()),
               "group": pyarrow.array(list(map(str, groups))).dictionary_encode(),
               **{f"p_{name}": pyarrow.array(values[:, n].astype("float32")) for n, name in enumerate(names)},
               "when": pyarrow.array([None] + [1_700_000_000_000_000] * (len(groups) - 1), pyarrow.timestamp("us")),
               "text": pyarrow.array([None, "NA", "a \"quote\",\nand a line"] + ["ü"] * (len(groups) - 3))}
    if who:
        columns["who"] = pyarrow.array([names[label] for label in labels])
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return pyarrow.table(columns)


def test_a_parquet_table_comes_back_with_its_types_and_the_same_numbers_as_csv(tmp_path):
    import sys

    import pyarrow.parquet
    groups, labels, values = simulated(40, 4, 1.5, seed=5)
    given = as_parquet(tmp_path / "p.parquet", groups, labels, values)
    ablate(tmp_path, "p.parquet", "--group", "group", "--label", "who", "--python", sys.executable)
    table = pyarrow.parquet.read_table(tmp_path / "p-optimized.parquet")
    assert table.schema.types == given.schema.types and table.column_names == given.column_names
    for name in ("id", "group", "when", "text", "who"):
        assert table.column(name).equals(given.column(name)), name
    # The same rows as CSV give the same numbers.
    write(tmp_path / "p.csv", groups, labels, values.astype("float32"))
    ablate(tmp_path, "p.csv", "--group", "group", "--label", "who")
    _, expected = read(tmp_path / "p-optimized.csv")
    found = np.stack([table.column(f"p_{name}").to_numpy() for name in "abcd"], axis=1)
    assert abs(found - expected).max() < 1e-6
    assert abs(found - values).max() > 0.1
    # And as Parquet from CSV: numbers are numbers, the rest are texts.
    ablate(tmp_path, "p.csv", "--group", "group", "--label", "who", "--output", "q.parquet", "--python", sys.executable)
    table = pyarrow.parquet.read_table(tmp_path / "q.parquet")
    assert table.column("note").to_pylist() == ["ü, kept"] * len(groups)
    assert abs(np.stack([table.column(f"target_{name}").to_numpy() for name in "abcd"], axis=1) - expected).max() == 0
    assert {path.name for path in tmp_path.iterdir()} == {"p.parquet", "p-optimized.parquet", "p.csv", "p-optimized.csv", "q.parquet"}


def test_a_parquet_file_that_is_none_is_named_and_columns_of_any_type_are_carried(tmp_path):
    import sys

    import pyarrow
    import pyarrow.parquet

    def run(*arguments, code=0):
        return ablate(tmp_path, "p.parquet", *arguments, "--python", sys.executable, code=code).stderr
    (tmp_path / "p.parquet").write_text("id,group,a,b\n")
    assert "p.parquet cannot be read as parquet" in run("--group", "group", code=65)
    rows = 4
    more = {"tags": pyarrow.array([["t"], [], None, ["u", "v"]]), "raw": pyarrow.array([b"\xff", b"a", None, b""]),
            "pair": pyarrow.array([{"x": 1}] * rows), "kept": pyarrow.array([[("k", 1)]] * rows, pyarrow.map_(pyarrow.string(), pyarrow.int64())),
            "none": pyarrow.nulls(rows)}
    columns = {"group": pyarrow.array([1.0, 1.0, 2.0, 2.0]), "a": pyarrow.array([0.75, 0.5, 0.5, 0.5]), "b": pyarrow.array([0.25, 0.5, 0.5, 0.5]), **more}
    # Two columns of one name that are no classes are carried, too.
    given = pyarrow.table([*columns.values(), *more.values()], names=[*columns, *more])
    pyarrow.parquet.write_table(given, tmp_path / "p.parquet")
    run("--group", "group")
    found = pyarrow.parquet.ParquetFile(tmp_path / "p-optimized.parquet").read()
    assert found.schema.names == given.schema.names and found.schema.types == given.schema.types
    for index, name in enumerate(given.schema.names):
        assert found.column(index).equals(given.column(index)) == (name not in "ab"), name
    # A CSV cannot hold them, and no group can be one.
    before = sorted(path.name for path in tmp_path.iterdir())
    assert "p.parquet, column 'tags' is of type list" in run("--group", "group", "--output", "p.csv", code=65)
    assert "p.parquet, column 'raw' is of type binary" in run("--group", "raw", "--columns", "a,b", code=65)
    for missing in (None, float("nan")):
        columns["group"] = pyarrow.array([1.0, missing, 2.0, missing])
        pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "p.parquet")
        assert "p.parquet, row 3, column group is empty, and 1 more are" in run("--group", "group", code=65)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_fit_on_predictions_that_are_made_otherwise_is_remarked(tmp_path):
    groups, labels, values = simulated(300, 5, 1.5, seed=6)
    write(tmp_path / "oof.csv", groups, labels, values)
    # Means over several such models are flatter.
    flatter = np.mean([simulated(300, 5, 1.5, seed=7)[2]] + [simulated(300, 5, 3.0, seed=seed)[2] for seed in (8, 9, 10)], axis=0)
    write(tmp_path / "unlike.csv", groups, None, flatter)
    said = ablate(tmp_path, "unlike.csv", "--group", "group", "--train", "oof.csv", "--label", "who").stderr
    assert "unlike.csv is less sure of itself than oof.csv" in said and "averaged over as many as these" in said
    sure, other = (100 * float(np.mean(v.max(1))) for v in (values, flatter))
    assert f"{other:.1f} %" in said and f"{sure:.1f} %" in said
    write(tmp_path / "like.csv", *simulated(300, 5, 1.5, seed=11))
    assert ablate(tmp_path, "like.csv", "--group", "group", "--train", "oof.csv", "--label", "who").stderr == ""
