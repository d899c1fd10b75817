"""The kind `part`: what a program is handed of a table, in the table's own form and words, and nothing of the labels it must not see."""

import csv
import json

import pyarrow
import pyarrow.parquet
import pytest
from ablate_worker.files import formats
from inprocess import fails, run

ROWS = [["007", 'a "quoted", text', "x", "1.50", "g"], ["008", "two\nlines", "y", "", "g"], ["009", "NA", "x", "-0", "h"], ["010", "ünï", "y", "7", "h"]]
NAMES = ["id", "answer", "label", "age", "group"]


def as_csv(path, names=NAMES, rows=ROWS):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([names, *rows])


def as_jsonl(path, names=NAMES, rows=ROWS):
    path.write_text("".join(json.dumps(dict(zip(names, row))) + "\n\n" for row in rows))


def as_parquet(path, names=NAMES, rows=ROWS):
    pyarrow.parquet.write_table(pyarrow.table({name: list(column) for name, column in zip(names, zip(*rows))}), path)


WRITERS = {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet}


def rows_of(path):
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()
    with open(path, newline="") as file:
        return [json.loads(line) for line in file] if path.suffix == ".jsonl" else list(csv.DictReader(file))


def given(tmp_path, form="csv", other="csv", ids=("007", "008", "009", "010"), names=NAMES, others=("id", "answer", "age")):
    WRITERS[form](tmp_path / f"table.{form}", names, [[row[NAMES.index(name)] for name in names] for row in ROWS])
    formats.write_json(tmp_path / "rows", {"ids": list(ids), "labels": [0, 1, 0, 1], "groups": None, "weights": None, "classes": 2})
    formats.write_json(tmp_path / "folds", {"count": 2, "folds": [0, 1, 1, 0]})
    found = {"table": tmp_path / f"table.{form}", "rows": tmp_path / "rows", "folds": tmp_path / "folds"}
    if others:
        WRITERS[other](tmp_path / f"other.{other}", list(others), [["t"] * len(others)])
        found["other"] = tmp_path / f"other.{other}"
    return found


def asked(form="csv", other="csv", fold=1, name="id"):
    return {"format": form, "other-format": other, "id": name, "secret": ["label"], "kept": [n for n in (name, "answer", "group") if n], "fold": fold}


@pytest.mark.parametrize("form, other", [("csv", "csv"), ("jsonl", "parquet"), ("parquet", "jsonl")])
def test_rows_to_predict_have_no_labels_and_no_column_that_the_test_lacks(tmp_path, form, other):
    outputs, fields, _ = run("part", asked(form, other), given(tmp_path, form, other), tmp_path)
    assert fields == {"metrics": {"rows": 2, "others": 2}}
    train, valid = rows_of(outputs / "train" / f"train.{form}"), rows_of(outputs / "predicted" / f"valid.{form}")
    table = [dict(zip(NAMES, row)) for row in ROWS]
    assert train == [table[0], table[3]]  # as they are: no cell is read as something else
    assert valid == [{name: row[name] for name in ("id", "answer", "age")} for row in table[1:3]]
    assert rows_of(outputs / "folds" / "folds.csv") == [{"id": row[0], "fold": fold} for row, fold in zip(ROWS, "0110")]
    assert formats.read_json(outputs / "rows") == {"ids": ["008", "009"], "rows": [1, 2]}


def test_without_a_test_table_they_have_the_columns_that_the_recipe_names(tmp_path):
    outputs, _, _ = run("part", {k: v for k, v in asked().items() if k != "other-format"}, given(tmp_path, others=None), tmp_path)
    assert list(rows_of(outputs / "predicted" / "valid.csv")[0]) == ["id", "answer", "group"]


def test_the_test_table_is_handed_over_without_labels_too(tmp_path):
    files = given(tmp_path)
    del files["folds"]
    outputs, _, _ = run("part", asked(fold=None), files, tmp_path)
    assert [path.name for path in outputs.iterdir()] == ["predicted"]
    assert rows_of(outputs / "predicted" / "test.csv") == [dict(zip(("id", "answer", "age"), (row[0], row[1], row[3]))) for row in ROWS]


@pytest.mark.parametrize("form", WRITERS)
def test_rows_without_ids_are_handed_over_with_their_numbers(tmp_path, form):
    files = given(tmp_path, form, ids="0123", names=["answer", "label"], others=("answer",))
    outputs, _, _ = run("part", asked(form, name=None), files, tmp_path)
    assert [row["id"] for row in rows_of(outputs / "predicted" / f"valid.{form}")] == ["1", "2"]
    assert list(rows_of(outputs / "train" / f"train.{form}")[0]) == ["id", "answer", "label"]


def test_a_column_of_ids_that_the_recipe_does_not_name_is_refused(tmp_path):
    failure = fails("part", asked(name=None), given(tmp_path, ids="0123"), tmp_path)
    assert failure.column == "id" and "write `id: id` into data.columns" in failure.message
