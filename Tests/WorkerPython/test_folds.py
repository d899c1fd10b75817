"""Folds as steps read them: a column's values in their natural order, rows of no fold, folds in the order of time."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from ablate_worker.files import formats, orders
from conftest import ingest
from safetensors.numpy import load_file
from stacking import CLASSES, Problem, stack


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


def test_times_are_numbers_or_dates_of_one_meaning(worker, tmp_path):
    def order(*times):
        (tmp_path / "t.csv").write_text("id,Question,Response,target,date\n" + "".join(f"{i},q{i},r,a,{t}\n" for i, t in enumerate(times)))
        given = ingest(constraint=None, **{"fold-column": "date", "times": True})
        return worker, given, {"table": tmp_path / "t.csv"}

    def places(*times):
        worker, *rest = order(*times)
        return formats.read_json(worker.run("ingest", *rest)[0] / "order")

    assert places("2024-01-10", "2023-12-31T23:59:00", "2024-01-10T00:00:00", "2024-01-02")["places"] == [2, 0, 2, 1]
    assert places("2024-01-01T00:30:00+02:00", "2023-12-31T23:00:00Z")["places"] == [0, 1]
    assert places("2024", "1999", "2024.5") == {"names": ["1999", "2024", "2024.5"], "places": [1, 0, 2]}
    for times, words in [(("2024-01-01", "03/04/2024"), "row 2, column 'date': '03/04/2024' is no date that has one meaning"),
                         (("2024-01-01", ""), "row 2, column 'date' is empty"),
                         (("2024-01-01T00:00:00Z", "2024-01-01"), "row 2, column 'date': '2024-01-01' says no time zone")]:
        worker, *rest = order(*times)
        assert words in worker.fails("ingest", *rest).message


@pytest.mark.parametrize("ordered, taught", [(False, [0, 1, 4, 5, 6]), (True, [0, 1])])
def test_a_row_of_no_fold_is_trained_on_and_never_predicted(tmp_path, ordered, taught):
    formats.write_json(tmp_path / "folds", {"count": 3, "folds": [-1, -1, 0, 0, 1, 2, 2]} | ({"ordered": True} if ordered else {}))
    source = SimpleNamespace(path=tmp_path / "folds", title="folds")
    assert formats.chosen_rows(0, source, 7, inside=False).tolist() == taught
    assert formats.chosen_rows(0, source, 7, inside=True).tolist() == [2, 3]
    assert formats.chosen_rows(None, source, 7, inside=False).tolist() == list(range(7))


@pytest.mark.parametrize("learner, settings", [("logistic", {"regularization": 0.3}), ("simplex", {})])
def test_a_stack_is_of_the_rows_of_folds_alone(worker, tmp_path, learner, settings):
    """The same as on a table that never had the others; the test's predictions, too."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "own").mkdir()
    whole, own = Problem(tmp_path / "whole"), Problem(tmp_path / "own")
    left = 10 * CLASSES  # rows of the first ten groups
    whole.json("folds", {"count": 4, "folds": [-1] * left + whole.folds[left:].tolist()})
    table = formats.read_json(own.inputs["rows"])
    own.json("rows", {name: part[left:] if isinstance(part, list) else part for name, part in table.items()})
    own.json("folds", {"count": 4, "folds": own.folds[left:].tolist()})
    count = len(own.folds) - left
    for name, values in own.models.items():
        own.predictions(f"oof.{name}", np.arange(count), values[left:left + count])
        whole.predictions(f"oof.{name}", np.arange(left, left + count), values[left:left + count])
    formats.write_features(own.inputs["features-train"], ["rating", "noise", "constant"], own.features[left:left + count])
    more = ("test",) if learner == "simplex" else ("test", "feat")
    made = [worker.run("stack", stack(learner, settings), problem.given(*more))[0] for problem in (whole, own)]
    found = [load_file(outputs / "oof") for outputs in made]
    assert found[0]["rows"].tolist() == list(range(left, left + count)) and found[1]["rows"].tolist() == list(range(count))
    np.testing.assert_array_equal(found[0]["probabilities"], found[1]["probabilities"])
    np.testing.assert_array_equal(*(load_file(outputs / "test")["probabilities"] for outputs in made))


def part(worker, folder, name, text, **more):
    """What `ingest` gives of a table, as inputs of `join`."""
    (folder / f"{name}.csv").write_text(text)
    outputs, _ = worker.run("ingest", ingest(constraint=None, **{"group-names": True}, **more), {"table": folder / f"{name}.csv"})
    return {f"{kind}.{name}": outputs / kind for kind in ("rows", "texts", "groups")}


def test_a_validation_table_follows_the_training_table(worker, tmp_path):
    inputs = part(worker, tmp_path, "train", "id,Question,Response,target\n1,p,x,a\n2,q,y,b\n")
    inputs |= part(worker, tmp_path, "validation", "id,Question,Response,target\n7,r,z,c\n8,q,w,a\n")
    outputs, result = worker.run("join", {"tables": ["train", "validation"], "ids": True}, inputs)
    # The group q is one group in both tables.
    assert formats.read_json(outputs / "rows") == {"ids": ["1", "2", "7", "8"], "labels": [0, 1, 2, 0], "groups": [0, 1, 2, 1],
                                                   "weights": None, "classes": 3}
    assert [text["Response" if "Response" in text else "answer"] for text in formats.read_texts(outputs / "texts")] == list("xyzw")
    assert formats.read_json(outputs / "parts") == {"tables": ["train", "validation"], "parts": [0, 0, 1, 1], "questions": [0, 1, 2, 1]}
    assert result["metrics"]["rows-validation"] == 2
    assert "have the same question as row 2" in result["metrics"]["warnings"][0]


def test_an_id_names_one_row_of_all_tables(worker, tmp_path):
    inputs = part(worker, tmp_path, "train", "id,Question,Response,target\n1,p,x,a\n2,q,y,b\n")
    inputs |= part(worker, tmp_path, "validation", "id,Question,Response,target\n2,r,z,c\n")
    failure = worker.fails("join", {"tables": ["train", "validation"], "ids": True}, inputs)
    assert "the id '2' is that of row 2 of the table train and of row 1 of the table validation" in failure.message
    outputs, _ = worker.run("join", {"tables": ["train", "validation"], "ids": False}, inputs)
    assert formats.read_json(outputs / "rows")["ids"] == ["0", "1", "2"]


def test_a_further_table_weighs_what_the_recipe_says(worker, tmp_path):
    inputs = part(worker, tmp_path, "train", "id,Question,Response,target\n1,p,x,a\n")
    inputs |= part(worker, tmp_path, "more-1", "id,Question,Response,target\n2,q,y,b\n3,P?,y,b\n")
    outputs, _ = worker.run("join", {"tables": ["train", "more-1"], "ids": True, "weights": {"more-1": 0.25}}, inputs)
    assert formats.read_json(outputs / "rows")["weights"] == [1.0, 0.25, 0.25]
    assert formats.read_json(outputs / "parts")["questions"] == [0, 1, 0]


def test_a_row_of_a_fold_that_is_not_scored_is_neither_predicted_nor_taught_to_its_model(tmp_path):
    formats.write_json(tmp_path / "folds", {"count": 2, "folds": [0, 1, 0, -1, -2], "unscored": [2]})
    source = SimpleNamespace(path=tmp_path / "folds", title="folds")
    assert formats.chosen_rows(0, source, 5, inside=True).tolist() == [0]
    assert formats.chosen_rows(0, source, 5, inside=False).tolist() == [1, 3]
    assert formats.chosen_rows(1, source, 5, inside=False).tolist() == [0, 2, 3]
