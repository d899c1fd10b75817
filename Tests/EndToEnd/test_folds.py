"""Folds that the data say themselves, and models fitted without some folds alone: whole runs, scored against scikit-learn."""

import csv
import json

import jsonschema
import numpy as np
import pytest
from conftest import ROOT, Project, site, write_tables
from safetensors.numpy import load_file
from sklearn.metrics import log_loss
from sklearn.model_selection import TimeSeriesSplit

SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/logbook.schema.json").read_text()))
HEAD = """\
recipe: folded
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who}
  labels: [a, b, c]
"""
MODELS = """\
models:
  words: {tfidf: {ngrams: [1, 1]}}
  pairs: {tfidf: {ngrams: [1, 2]}}
stack:
  both: {average: [words, pairs]}
"""


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def make(folder, folds, recipe, change=lambda row, number: {}):
    """A project whose training table has more columns, as `change` gives them."""
    write_tables(folder)
    write(folder / "train.csv", [row | change(row, number) for number, row in enumerate(rows_of(folder / "train.csv"))])
    site(folder)
    project = Project(folder)
    project.recipe.write_text(HEAD + f"folds: {folds}\n" + recipe)
    return project


def scores(project):
    """The logbook's evaluations by the results' names."""
    assert project.ablate("logbook").returncode == 0
    found = json.loads((project.folder / "logbook" / "logbook.json").read_text())
    SCHEMA.validate(found)
    return found, {score["name"]: score["evaluation"] for score in found["scores"]}


def predictions(project, address):
    table = load_file(project.output(address, "predictions"))
    return table["rows"].tolist(), table["probabilities"].astype(float)


def truth(project, name="train.csv"):
    return np.array(["abc".index(row["who"]) for row in rows_of(project.folder / name)])


def check_score(project, evaluation, result, rows, labels):
    found, values = predictions(project, result)
    assert found == list(rows) and evaluation["rows"] == len(rows)
    expected = log_loss(labels[list(rows)], values / values.sum(axis=1, keepdims=True), labels=range(3))
    assert abs(evaluation["log-loss"] - expected) < 1e-6


SCREEN = MODELS + """\
  cheap: {average: [few, more]}
ablations:
  grams:
    hypothesis: Do pairs of words help?
    of: words
    vary: {tfidf.ngrams: [[1, 1], [1, 2]]}
    with: {fit: {folds: [0, 2]}}
"""


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """Folds of a column, named 1, 2 and 10; the first three rows are of none. Two models are fitted without two of the folds."""
    folder = tmp_path_factory.mktemp("screened")
    recipe = SCREEN.replace("stack:", "  few: {tfidf: {ngrams: [1, 1]}, fit: {folds: [0, 2]}}\n"
                                      "  more: {tfidf: {ngrams: [1, 2]}, fit: {folds: [2, 0]}}\nstack:")
    project = make(folder, "{kind: column, column: part, count: 3}", recipe,
                   lambda row, number: {"part": "" if number < 3 else ["10", "1", "2"][number // 3 % 3]})
    project.executed = project.run()
    return project


def test_a_column_says_the_folds_and_an_empty_cell_is_of_none(screened):
    parts = [row["part"] for row in rows_of(screened.folder / "train.csv")]
    folds = json.loads(screened.output("folds/split", "folds").read_text())["folds"]
    assert folds == [{"": -1, "1": 0, "2": 1, "10": 2}[part] for part in parts]
    _, found = scores(screened)
    rows = [row for row, fold in enumerate(folds) if fold >= 0]
    for name in ("words", "both"):
        check_score(screened, found[name], f"{name}/average-oof", rows, truth(screened))
    assert sorted({cell["fold"] for cell in found["words"]["cells"]}) == [0, 1, 2]
    # Rows of no fold are trained on by every model.
    assert screened.record("words/fold-0/fit")["metrics"]["rows"] == sum(fold != 0 for fold in folds)


def test_some_folds_alone_are_trained_and_scored(screened):
    folds = json.loads(screened.output("folds/split", "folds").read_text())["folds"]
    assert not any("few/fold-1" in address or "grams" in address and "fold-1" in address for address in screened.executed)
    document, found = scores(screened)
    rows = [row for row, fold in enumerate(folds) if fold in (0, 2)]
    for name in ("few", "cheap"):
        check_score(screened, found[name], f"{name}/average-oof", rows, truth(screened))
        assert found[name]["folds"] == [0, 2]
    # The same models: words without these folds is few.
    assert predictions(screened, "few/average-test")[0] == list(range(12))
    text = (screened.folder / "logbook" / "LOGBOOK.md").read_text()
    assert f"(folds 0, 2 alone, {len(rows)} rows)" in text
    [ablation] = document["ablations"]
    assert [arm["evaluation"]["folds"] for arm in ablation["variants"]] == [[0, 2], [0, 2]]
    # The arm that is compared with the other over these rows has an interval.
    arm = next(arm for arm in ablation["variants"] if arm["comparison"])
    assert arm["comparison"]["interval"][0] <= arm["comparison"]["difference"] <= arm["comparison"]["interval"][1]


def test_time_is_an_expanding_window_as_scikit_learn_has_it(tmp_path):
    project = make(tmp_path, "{kind: time, column: day, count: 3}", MODELS,
                   lambda row, number: {"day": f"2026-{number * 7 % 36 // 3 + 1:02}-{number * 7 % 36 % 3 + 1:02}"})
    project.run()
    days = [row["day"] for row in rows_of(tmp_path / "train.csv")]
    order, expected = np.argsort(days), np.full(len(days), -1)
    for fold, (taught, held) in enumerate(TimeSeriesSplit(3).split(order)):
        expected[order[held]] = fold
        assert project.record(f"words/fold-{fold}/fit")["metrics"]["rows"] == len(taught)
    assert json.loads(project.output("folds/split", "folds").read_text())["folds"] == expected.tolist()
    _, found = scores(project)
    check_score(project, found["both"], "both/average-oof", np.flatnonzero(expected >= 0), truth(project))


def test_a_validation_table_is_scored_by_models_that_never_saw_it(tmp_path):
    project = make(tmp_path, "{kind: validation}", MODELS)
    rows = rows_of(tmp_path / "train.csv")
    write(tmp_path / "train.csv", rows[:24])
    write(tmp_path / "valid.csv", rows[24:])
    project.edit("  test: test.csv\n", "  test: test.csv\n  validation: valid.csv\n")
    project.run()
    assert project.record("words/fold-0/fit")["metrics"]["rows"] == 24
    _, found = scores(project)
    labels = np.concatenate([truth(project), truth(project, "valid.csv")])
    check_score(project, found["both"], "both/average-oof", range(24, 36), labels)
    assert predictions(project, "both/average-test")[0] == list(range(12))
    changed = rows_of(tmp_path / "valid.csv")
    write(tmp_path / "valid.csv", [row | {"who": "abc"[("abc".index(row["who"]) + 1) % 3]} for row in changed])
    project.run()
    assert scores(project)[1]["words"]["log-loss"] > found["words"]["log-loss"]


def test_repeats_deal_the_rows_anew_and_score_the_mean(tmp_path):
    project = make(tmp_path, "{kind: stratified-k-fold, count: 2, seed: 3, repeats: 2}", MODELS)
    ran = project.run()
    assert "words/fold-1/fit" in ran and "words/repeat-1/fold-1/fit" in ran
    folds = [json.loads(project.output(f"folds/split{end}", "folds").read_text())["folds"] for end in ("", "-1")]
    assert folds[0] != folds[1]
    values = []
    for number, own in enumerate(folds):
        values.append(np.empty((36, 3)))
        for fold in (0, 1):
            rows, held = predictions(project, f"words/{'repeat-1/' if number else ''}fold-{fold}/predict-oof")
            assert rows == [row for row, other in enumerate(own) if other == fold]
            values[-1][rows] = held
    _, found = scores(project)
    expected = log_loss(truth(project), np.mean(values, axis=0), labels=range(3))
    assert abs(found["words"]["log-loss"] - expected) < 1e-6
    assert len(found["words"]["cells"]) == 4 and [seed["seed"] for seed in found["words"]["seeds"]] == ["repeat-0", "repeat-1"]
    for number, own in enumerate(folds):
        held = np.array(own) == 1
        [cell] = [cell for cell in found["words"]["cells"] if cell["seed"] == f"repeat-{number}" and cell["fold"] == 1]
        assert abs(cell["log-loss"] - log_loss(truth(project)[held], values[number][held], labels=range(3))) < 1e-6


def test_rows_of_a_further_table_are_trained_on_and_never_scored(tmp_path):
    project = make(tmp_path, "{kind: stratified-k-fold, count: 2, seed: 3}", MODELS)
    project.run()
    alone = json.loads(project.output("folds/split", "folds").read_text())["folds"]
    rows = rows_of(tmp_path / "train.csv")
    # New texts, and one that stands in the first table.
    write(tmp_path / "extra.csv", [{**row, "id": f"x{number}", "answer": row["answer"] + " anew" if number else row["answer"]}
                                   for number, row in enumerate(rows[:5])])
    project.edit("  test: test.csv\n", "  test: test.csv\n  more: [{file: extra.csv, scored: false, weight: 0.5}]\n")
    project.run()
    made = json.loads(project.output("folds/split", "folds").read_text())
    assert made["folds"] == alone + [alone[0], -1, -1, -1, -1] and made["unscored"] == [36]
    for fold in (0, 1):
        assert project.record(f"words/fold-{fold}/fit")["metrics"]["rows"] == sum(own != fold for own in made["folds"])
    _, found = scores(project)
    check_score(project, found["both"], "both/average-oof", range(36), truth(project))
