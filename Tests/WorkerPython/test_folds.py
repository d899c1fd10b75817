"""The column of a table that says its folds: its values in their natural order."""

import json

import pytest
from ablate_worker.files import formats, orders
from conftest import ingest


@pytest.mark.parametrize("values, names", [
    (["10", "2", "2", "-1"], ["-1", "2", "10"]),
    (["fold 10", "fold 9", "Fold 1", "fold 10b"], ["Fold 1", "fold 9", "fold 10", "fold 10b"]),
    (["1e1", "9.5", "x"], ["1e1", "9.5", "x"]),
    (["01", "1"], ["01", "1"]),
])
def test_values_are_in_the_order_in_which_people_count(values, names):
    order = orders.natural(values)
    assert order["names"] == names
    assert [order["names"][place] for place in order["places"]] == values


def test_a_fold_column_is_read_in_each_form_of_a_table(worker, tmp_path):
    rows = [{"id": i, "Question": f"q{i}", "Response": "r", "target": "a", "kfold": [1, 0, None, 10.0, 10][i]} for i in range(5)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "t.csv").write_text("id,Question,Response,target,kfold\n" + "".join(
        f"{i},q{i},r,a,{['1', '0', '', '10.0', '10'][i]}\n" for i in range(5)))
    for form in ("jsonl", "csv"):
        outputs, _ = worker.run("ingest", ingest(format=form, constraint=None, **{"fold-column": "kfold"}), {"table": tmp_path / f"t.{form}"})
        assert formats.read_json(outputs / "order") == {"names": ["0", "1", "10"], "places": [1, 0, -1, 2, 2]}


def test_a_fold_column_that_is_not_there_is_told_with_those_that_are(worker, tmp_path):
    (tmp_path / "t.csv").write_text("id,Question,Response,target,Fold\n0,q,r,a,1\n")
    failure = worker.fails("ingest", ingest(constraint=None, **{"fold-column": "fold"}), {"table": tmp_path / "t.csv"})
    assert "has no column 'fold'" in failure.message and "Fold" in failure.message
