"""The kind `predictions`: files that others made, in every form and any order, and what of them is refused with row and column."""

import json

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from ablate_worker.files import formats
from conftest import digest
from inprocess import fails, run
from safetensors.numpy import load_file, save_file

IDS, LABELS = [f"r{n}" for n in range(6)], ["a", "b", "c"]
VALUES = np.random.default_rng(3).dirichlet([1, 1, 1], 6)
FOLDS = [0, 0, 1, 1, 2, 2]


@pytest.fixture
def rows(tmp_path):
    formats.write_json(tmp_path / "rows", {"ids": IDS, "labels": [0, 1, 2] * 2, "groups": None, "weights": None, "classes": 3})
    return tmp_path / "rows"


def asked(path, **changes):
    return {"format": path.suffix[1:], "id": "id", "label": "who", "labels": LABELS} | changes


def table(path, names=LABELS, order=range(6), values=VALUES, ids=IDS, head="id"):
    lines = [",".join([head, *names]), *(",".join([ids[row], *map(repr, map(float, values[row]))]) for row in order)]
    path.write_text("\n".join(lines) + "\n")
    return path


def take(path, rows, tmp_path, **more):
    outputs, fields, _ = run("predictions", asked(path), {"file": path, "rows": rows} | more, tmp_path)
    assert fields == {"metrics": {"rows": 6}}
    return load_file(outputs / "predictions"), outputs


def test_every_form_and_order_gives_the_same_bytes(rows, tmp_path):
    named = {name: VALUES[:, index] for index, name in enumerate(LABELS)}
    made = [table(tmp_path / "a.csv"), table(tmp_path / "b.csv", order=[3, 1, 5, 0, 4, 2]),
            table(tmp_path / "c.csv", names=["who_a", "who_b", "who_c"])]
    made.append(tmp_path / "d.jsonl")
    made[-1].write_text("".join(json.dumps({"id": IDS[row]} | {name: float(column[row]) for name, column in named.items()}) + "\n"
                                for row in range(6)))
    made.append(tmp_path / "e.parquet")
    pyarrow.parquet.write_table(pyarrow.table({"c": named["c"], "id": IDS, "a": named["a"], "b": named["b"]}), made[-1])
    made.append(tmp_path / "f.npy")
    np.save(made[-1], VALUES)
    found = [take(path, rows, tmp_path) for path in made]
    for values, outputs in found:
        assert values["rows"].tolist() == list(range(6)) and digest(outputs) == digest(found[0][1])
        np.testing.assert_allclose(values["probabilities"], VALUES, rtol=1e-6)
        np.testing.assert_allclose(np.exp(values["logits"]), VALUES, rtol=1e-5)


def test_predictions_of_ablate_itself_are_taken_by_row(rows, tmp_path):
    order = [2, 0, 1, 5, 4, 3]
    path = tmp_path / "own.safetensors"
    save_file({"rows": np.array(order, np.int64), "probabilities": VALUES[order].astype(np.float32)}, path)
    np.testing.assert_allclose(take(path, rows, tmp_path)[0]["probabilities"], VALUES, rtol=1e-6)


def test_a_probability_of_zero_stays_one_and_rounding_is_set_right(rows, tmp_path):
    values = np.round(VALUES, 3)
    values[0] = [1, 0, 0]
    found, _ = take(table(tmp_path / "a.csv", values=values), rows, tmp_path)
    assert found["probabilities"][0].tolist() == pytest.approx([1, 0, 0]) and np.isfinite(found["logits"]).all()
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, atol=1e-6)


def changed(row, column, value):
    values = VALUES.copy()
    values[row, column] = value
    return values


@pytest.mark.parametrize("make, words, row", [
    (dict(order=[0, 1, 2, 3, 4]), "lacks 1 of the table's 6 rows, the first of id 'r5'", None),
    (dict(order=[0, 1, 2, 3, 4, 5, 2]), "row 7: the id 'r2' stands in row 3 already", 7),
    (dict(ids=[*IDS[:5], "r9"]), "row 6: the table has no id 'r9'", 6),
    (dict(names=["a", "b", "d"]), "no column for the label 'c'", None),
    (dict(head="row"), "id", None),
    (dict(values=changed(3, 1, float("nan"))), "row 4, column 'b' holds 'nan', which is no number", 4),
    (dict(values=changed(3, 1, float("inf"))), "row 4, column 'b' holds 'inf', which is no number", 4),
    (dict(ids=[*IDS[:5], ""]), "row 6, column 'id' is empty", 6),
    (dict(values=changed(3, 1, -0.5), order=[3, 0, 1, 2, 4, 5]), "row 1, column 'b': -0.5 is no probability", 1),
    (dict(values=changed(2, 0, 0.9)), "row 3: its probabilities add up to", 3)])
def test_what_is_no_prediction_of_each_row_is_refused(rows, tmp_path, make, words, row):
    path = table(tmp_path / "theirs.csv", **make)
    failure = fails("predictions", asked(path), {"file": path, "rows": rows}, tmp_path)
    assert failure.kind == "invalid-input" and "theirs.csv" in failure.message and words in failure.message, failure.message
    assert failure.row == row


@pytest.fixture
def part(tmp_path):
    """Rows 1, 3 and 4 of the table: those of a fold."""
    formats.write_json(tmp_path / "part", {"ids": ["r1", "r3", "r4"], "rows": [1, 3, 4]})
    return tmp_path / "part"


def told(**changes):
    return {"id": "id", "label": "who", "labels": LABELS} | changes


def some(path, order=(4, 1, 3), **more):
    return table(path, order=order, **more).rename(path.with_suffix(""))


def test_a_program_writes_the_rows_of_its_fold_in_any_form_without_an_ending(part, tmp_path):
    made = [some(tmp_path / "a.csv"), tmp_path / "b", tmp_path / "c"]
    pyarrow.parquet.write_table(pyarrow.table({"id": ["r3", "r1", "r4"]} | {f"who_{n}": VALUES[[3, 1, 4], k] for k, n in enumerate(LABELS)}), made[1])
    made[2].write_text("".join(json.dumps({"id": IDS[row]} | dict(zip(LABELS, VALUES[row]))) + "\n" for row in (3, 4, 1)))
    for path in made:
        outputs, fields, _ = run("predictions", told(), {"file": path, "rows": part}, tmp_path)
        found = load_file(outputs / "predictions")
        assert fields == {"metrics": {"rows": 3}} and found["rows"].tolist() == [1, 3, 4]
        np.testing.assert_allclose(found["probabilities"], VALUES[[1, 3, 4]], rtol=1e-6)


@pytest.mark.parametrize("make, words, row, column", [
    (dict(order=(4, 1)), "lacks 1 of the 3 rows to predict, the first of id 'r3'", None, None),
    (dict(order=(4, 1, 3, 1)), "row 4: the id 'r1' stands in row 2 already", 4, None),
    (dict(order=(4, 1, 2)), "row 3: 'r2' is the id of no row to predict", 3, None),
    (dict(order=(4, 1, 3, 0)), "row 4: 'r0' is the id of no row to predict", 4, None),
    (dict(names=["a", "b", "d"]), "no column for the label 'c'", None, "c"),
    (dict(names=["a", "b", "who_c"]), "no column for the label", None, "a"),
    (dict(values=changed(3, 1, float("nan"))), "row 3, column 'b' holds 'nan', which is no number", 3, "b"),
    (dict(values=changed(1, 2, 1.5)), "row 2, column 'c': 1.5 is no probability", 2, "c"),
    (dict(values=VALUES * 2 / 3), "row 1: its probabilities add up to 0.6667", 1, None)])
def test_what_a_program_got_wrong_is_named_by_row_and_column(part, tmp_path, make, words, row, column):
    path = some(tmp_path / "oof.csv", **make)
    failure = fails("predictions", told(), {"file": path, "rows": part}, tmp_path)
    assert words in failure.message and (failure.row, failure.column) == (row, column), failure.message


@pytest.mark.parametrize("content, words", [
    (b"", "is empty"), (b"id,a,b,c\n", "has no rows"), (b"PAR1nonsense", "cannot be read as parquet"), (b"\x93NUMPY\x01\x00" + bytes(60), "")])
def test_what_is_no_table_is_refused(part, tmp_path, content, words):
    (tmp_path / "oof").write_bytes(content)
    failure = fails("predictions", told(), {"file": tmp_path / "oof", "rows": part}, tmp_path)
    assert failure.kind == "invalid-input" and words in failure.message, failure.message


def test_an_id_that_was_read_as_a_number_is_told(tmp_path):
    formats.write_json(tmp_path / "part", {"ids": ["007", "010"], "rows": [0, 1]})
    (tmp_path / "oof").write_text("id,a,b,c\n7,1,0,0\n10,1,0,0\n")
    failure = fails("predictions", told(), {"file": tmp_path / "oof", "rows": tmp_path / "part"}, tmp_path)
    assert "(is '007' meant? Read ids as texts)" in failure.message


def test_a_cell_that_is_no_number_is_named(rows, tmp_path):
    path = table(tmp_path / "theirs.csv")
    path.write_text(path.read_text().replace(repr(float(VALUES[1, 2])), "high"))
    failure = fails("predictions", asked(path), {"file": path, "rows": rows}, tmp_path)
    assert (failure.row, failure.column) == (2, "c") and "holds 'high', which is no number" in failure.message


@pytest.mark.parametrize("cell", ["0.2_5", "\u0660.\u0665", "0x1p-2", "1e", ""])
def test_a_text_is_a_number_as_csv_writes_it_alone(rows, tmp_path, cell):
    path = table(tmp_path / "theirs.csv")
    path.write_text(path.read_text().replace(repr(float(VALUES[1, 2])), cell))
    failure = fails("predictions", asked(path), {"file": path, "rows": rows}, tmp_path)
    assert (failure.kind, failure.row, failure.column) == ("invalid-input", 2, "c")


@pytest.mark.parametrize("cell", ["true", "null", "1" + "0" * 400, "[0.5]", '"half"'])
def test_a_value_of_json_that_is_no_number_is_named(rows, tmp_path, cell):
    path = tmp_path / "theirs.jsonl"
    lines = [json.dumps({"id": IDS[row]} | dict(zip(LABELS, VALUES[row].tolist()))) for row in range(6)]
    path.write_text("\n".join(lines).replace(repr(float(VALUES[1, 2])), cell) + "\n")
    failure = fails("predictions", asked(path), {"file": path, "rows": rows}, tmp_path)
    assert (failure.kind, failure.row, failure.column) == ("invalid-input", 2, "c"), failure.message


def test_two_columns_for_each_label_are_one_too_many(rows, tmp_path):
    path = tmp_path / "theirs.csv"
    lines = [",".join([IDS[row], *map(repr, [*VALUES[row].tolist(), *VALUES[row, ::-1].tolist()])]) for row in range(6)]
    path.write_text("\n".join(["id,a,b,c,who_a,who_b,who_c", *lines]) + "\n")
    failure = fails("predictions", asked(path), {"file": path, "rows": rows}, tmp_path)
    assert failure.kind == "invalid-input" and "'a' and 'who_a'" in failure.message

@pytest.mark.parametrize("values", [VALUES[:5], VALUES[:, :2], np.array(["a"] * 18).reshape(6, 3), np.array([[{}] * 3] * 6)])
def test_an_array_of_another_make_is_refused(rows, tmp_path, values):
    np.save(tmp_path / "theirs.npy", values)
    failure = fails("predictions", asked(tmp_path / "theirs.npy"), {"file": tmp_path / "theirs.npy", "rows": rows}, tmp_path)
    assert failure.kind == "invalid-input" and "theirs.npy" in failure.message


def header(shape):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", header("(1000000000000, 3)"), header("(10**24, 3)"), header(f"({10**24}, 3)"),
                                     header("(6, 3")[:-3], b"\x93NUMPY\x09\x09", b"id,a,b,c\n"])
def test_bytes_that_are_no_array_are_refused(rows, tmp_path, content):
    (tmp_path / "theirs.npy").write_bytes(content)
    failure = fails("predictions", asked(tmp_path / "theirs.npy"), {"file": tmp_path / "theirs.npy", "rows": rows}, tmp_path)
    assert failure.kind == "invalid-input" and "theirs.npy" in failure.message, failure.message


def test_folds_are_the_same_whatever_their_numbers(rows, tmp_path):
    formats.write_json(tmp_path / "folds", {"count": 3, "folds": FOLDS})
    path = table(tmp_path / "theirs.csv")
    given = {"file": path, "rows": rows, "folds": tmp_path / "folds", "folds-there": tmp_path / "folds.csv"}
    write = lambda folds: (tmp_path / "folds.csv").write_text("fold,id\n" + "".join(
        f"{fold},{name}\n" for fold, name in reversed(list(zip(folds, IDS)))))
    for folds in (FOLDS, [5, 5, 1, 1, 2, 2]):
        write(folds)
        run("predictions", asked(path), given, tmp_path)
    for folds, row in (([0, 1, 1, 1, 2, 2], 2), ([0, 0, 0, 0, 2, 2], 3), ([0, 0, 1, 1, 2, 3], 6)):
        write(folds)
        failure = fails("predictions", asked(path), given, tmp_path)
        assert failure.row == row and "in another way than the recipe's folds" in failure.message
