"""Columns beside the texts: numbers and categories as features, and the ones that give the label away."""

import json
import math

import pytest
from ablate_worker.files import formats
from ablate_worker.texts import extra
from conftest import ingest
from inprocess import fails, run

COLUMNS = {"id": None, "prompt": None, "answer": "a", "label": "y", "group": None, "weight": None}


def read(tmp_path, cells, role="train", name="table"):
    """What ingest makes of a table of 12 rows with these extra columns."""
    path = tmp_path / f"{name}.jsonl"
    rows = [{"a": f"text {i}", "y": "abc"[i % 3]} | {key: values[i] for key, values in cells.items()} for i in range(12)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = ingest(role, format="jsonl", columns=COLUMNS | ({"id": "a", "label": None} if role == "test" else {}), constraint=None)
    return run("ingest", settings | {"extra": list(cells)}, {"table": path}, tmp_path)[:2]


def features(tmp_path, of, reference):
    given = {"texts": of / "texts", "rows": of / "rows", "extra": of / "extra", "extra-reference": reference / "extra"}
    made, _, _ = run("features", {"features": ["extra"]}, given, tmp_path)
    from safetensors import safe_open
    with safe_open(made / "features", framework="numpy") as file:
        return json.loads(file.metadata()["names"]), file.get_tensor("values")


def test_numbers_stay_numbers_and_the_training_table_says_which_categories_there_are(tmp_path):
    ages = [30, "41", None, 5.5, "", 7, 8, 9, 10, 11, 12, 1e3]
    train, fields = read(tmp_path, {"age": ages, "source": ["web", "web", "mail", None, True, "web", 1, 1.0, "1", "mail", "x", "web"]})
    assert "warnings" not in fields["metrics"]
    test, _ = read(tmp_path, {"age": ["3"] * 12, "source": ["new", "mail"] * 6}, "test", "other")
    names, values = features(tmp_path, train, train)
    assert names == ["extra.age", *(f"extra.source={word}" for word in ("web", "1", "mail", "true", "x"))]
    assert values[:, 0].tolist()[:2] == [30, 41] and math.isnan(values[2, 0]) and math.isnan(values[4, 0])
    assert values[:, 1].tolist() == [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1] and values[3, 1:].sum() == 0
    assert features(tmp_path, test, train)[0] == names
    assert features(tmp_path, test, train)[1][:2].tolist() == [[3, 0, 0, 0, 0, 0], [3, 0, 0, 1, 0, 0]]
    words, _ = read(tmp_path, {"age": ["3"] * 11 + ["young"], "source": ["new"] * 12}, "test", "third")
    given = {"texts": words / "texts", "rows": words / "rows", "extra": words / "extra", "extra-reference": train / "extra"}
    failure = fails("features", {"features": ["extra"]}, given, tmp_path)
    assert failure.row == 12 and failure.column == "age" and "'young', which is no number" in failure.message


@pytest.mark.parametrize("values, words", [
    ([label for label in "abc" * 4], "is the label in each of 12 rows"),
    (["left", "middle", "right"] * 4, "tells the label in each of 12 rows"),
    ([{"a": 1, "b": 5, "c": 9}[label] + place / 10 for place, label in enumerate("abc" * 4)], "parts the labels of 12 rows"),
    ([place % 4 for place in range(12)], None), (list(range(12)), None), ([f"id-{place}" for place in range(12)], None),
    ([None] * 11 + ["a"], None),
])
def test_a_column_that_gives_the_label_away_is_told(values, words, tmp_path):
    _, fields = read(tmp_path, {"given": values})
    warnings = fields["metrics"].get("warnings", [])
    assert any("'given'" in warning and words in warning for warning in warnings) if words else not warnings


def test_a_column_that_is_a_number_to_predict_is_told():
    numbers = [[float(i), i * i / 2] for i in range(12)]
    told = lambda cells: extra.leaks_of_numbers("t.csv", "given", cells, numbers, ["first", "second"])
    assert "is 'second', which is to be predicted, in each of 11 rows" in told([None, *(f"{i * i / 2}" for i in range(1, 12))])[0]
    assert told([str(i + 1) for i in range(12)]) == [] and told([f"{i}" for i in range(11)] + ["x"]) == []


def test_the_commonest_categories_are_kept():
    cells = [f"word {i}" for i in range(300)] + ["word 299"] * 2
    names, values = extra.columns("city", cells, cells, "train.csv")
    assert len(names) == extra.MOST and names[0] == "extra.city=word 299" and sum(values[0]) == 3


def test_a_feature_without_its_columns_says_so(tmp_path):
    train, _ = read(tmp_path, {})
    assert not (train / "extra").exists() and formats.read_texts(train / "texts")
    given = {"texts": train / "texts", "rows": train / "rows"}
    assert "data.columns.extra" in fails("features", {"features": ["extra"]}, given, tmp_path).message
