"""A recipe that predicts numbers, in a whole run: what comes out is what NumPy and scikit-learn say of the files that went in."""

import csv
import json
import random

import jsonschema
import numpy as np
import pytest
from conftest import ROOT, WORDS, Project, site
from safetensors.numpy import load_file
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score, root_mean_squared_error

SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/logbook.schema.json").read_text()))
COLUMNS = ["mass", "length"]
RECIPE = """\
recipe: numbers
data:
  target: number
  train: train.csv
  test: test.csv
  columns: {id: id, answer: text, label: [mass, length], weight: worth}
folds: {kind: k-fold, count: 3, seed: 7}
metrics: [mcrmse, mae, r2, pearson, spearman, rmse]
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
  tiny:
    backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lora: off
    lengths: {answer: 24}
    training: {epochs: 2, batch: 8, learning-rate: 1.0e-2, loss: huber}
  theirs: {predictions: {oof: theirs.csv, labels: cross-fitted}}
stack:
  plain: {average: [words, tiny]}
  best: {average: [words, letters, tiny], weights: simplex}
  chosen: {average: [words, letters, tiny], weights: greedy}
  line: {ridge: [words, letters]}
  trees: {lightgbm: [words, letters], settings: {min-rows: 2, rounds: 5, early-stopping: 5}, features: [length]}
  mix: {simplex: [words, letters]}
ablations:
  counted:
    hypothesis: Do rare words help?
    of: words
    vary: {tfidf.min-count: [1, 3]}
submission: {from: best, path: submission.csv, sample: sample.csv}
"""


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("numbers")
    chance, tables = random.Random(2), {"train": [], "test": []}
    for name, count in (("train", 60), ("test", 9)):
        for row in range(count):
            words = [chance.choice(WORDS[chance.choice("abc")]) for _ in range(chance.randrange(4, 12))]
            mass = 2e4 + 900 * sum(word in WORDS["b"] for word in words) + chance.gauss(0, 50)
            length = 0.01 * len(words) - 0.02 * ("wolf" in words)
            tables[name].append([f"{name}{row}", " ".join(words), f"{mass:.3f}", f"{length:.4f}", chance.choice([1, 2, 0.5])])
    write(folder / "train.csv", ["id", "text", *COLUMNS, "worth"], tables["train"])
    write(folder / "test.csv", ["id", "text"], [row[:2] for row in tables["test"]])
    write(folder / "sample.csv", ["id", "length", "mass"], [[row[0], 0, 0] for row in reversed(tables["test"])])
    theirs = [[row[0], float(row[3]) + 0.01, float(row[2]) * 1.01] for row in tables["train"]]
    chance.shuffle(theirs)
    write(folder / "theirs.csv", ["id", "length_predicted", "mass_predicted"], theirs)
    site(folder)
    project = Project(folder)
    project.recipe.write_text(RECIPE)
    project.run()
    return project


def truth(project):
    rows = rows_of(project.folder / "train.csv")
    return np.array([[float(row[name]) for name in COLUMNS] for row in rows]), np.array([float(row["worth"]) for row in rows])


def values(project, address, output="predictions"):
    return load_file(project.output(address, output))["values"]


def folds(project):
    return np.array(json.loads(project.output("folds/split", "folds").read_text())["folds"])


def test_scores_are_those_of_scikit_learn_by_weight(project):
    numbers, weights = truth(project)
    for name in ("words", "tiny", "best", "line", "trees", "theirs"):
        found = json.loads(project.output(f"{name}/evaluate", "evaluation").read_text())
        own = np.array(found["values"]["average"]).reshape(-1, 2)
        expected = {
            "mcrmse": root_mean_squared_error(numbers, own, sample_weight=weights), "mae": mean_absolute_error(numbers, own, sample_weight=weights),
            "r2": r2_score(numbers, own, sample_weight=weights), "rmse": mean_squared_error(numbers, own, sample_weight=weights) ** 0.5}
        for metric, value in expected.items():
            assert found["average"][metric] == pytest.approx(value, rel=1e-10), (name, metric)
        assert found["numbers"] == numbers.ravel().tolist() and "labels" not in found and "reliability" not in found
    cell = next(cell for cell in json.loads(project.output("words/evaluate", "evaluation").read_text())["cells"] if cell["fold"] == 1)
    chosen = folds(project) == 1
    own = values(project, "words/average-oof")[chosen]
    assert cell["mcrmse"] == pytest.approx(root_mean_squared_error(numbers[chosen], own, sample_weight=weights[chosen]))
    assert found["average"]["r2"] > 0.9, "what is brought is off by a hundredth"


def test_averages_are_of_the_numbers_themselves(project):
    members = {name: values(project, f"{name}/average-oof") for name in ("words", "letters", "tiny")}
    np.testing.assert_allclose(values(project, "plain/average-oof"), (members["words"] + members["tiny"]) / 2, rtol=1e-12)
    numbers, weights = truth(project)
    for name in ("best", "chosen"):
        fitted = json.loads(project.output(f"{name}/average-oof", "weights").read_text())
        mixed = np.zeros_like(numbers)
        for fold, own in enumerate(fitted["folds"]):
            rows = folds(project) == fold
            for member, weight in zip(fitted["members"], own):
                mixed[rows] += weight / sum(own) * members[member][rows]
        np.testing.assert_allclose(values(project, f"{name}/average-oof"), mixed, rtol=1e-9)
        assert project.record(f"{name}/average-oof")["metrics"]["mcrmse"] == pytest.approx(
            root_mean_squared_error(numbers, mixed, sample_weight=weights))
    assert project.record("chosen/average-oof")["manifest"]["parameters"]["metric"] == "mcrmse"


def test_the_submission_has_the_samples_columns_and_order(project):
    found, ids = rows_of(project.folder / "submission.csv"), [row["id"] for row in rows_of(project.folder / "test.csv")]
    expected = dict(zip(ids, values(project, "best/average-test")))
    assert [row["id"] for row in found] == ids[::-1] and list(found[0]) == ["id", "length", "mass"]
    for row in found:
        assert [float(row[name]) for name in COLUMNS] == expected[row["id"]].tolist()


def test_predictions_leave_by_id_and_come_back(project):
    path = project.folder / "out.csv"
    shown = project.ablate("show", "line", "--predictions", str(path))
    assert shown.returncode == 0, shown.stderr
    rows = rows_of(path)
    assert list(rows[0]) == ["id", "fold", *COLUMNS, "mass_predicted", "length_predicted"]
    np.testing.assert_array_equal([[float(row[f"{name}_predicted"]) for name in COLUMNS] for row in rows], values(project, "line/stack", "oof"))
    assert [[float(row[name]) for name in COLUMNS] for row in rows] == truth(project)[0].tolist()


def test_the_logbook_judges_by_the_first_metric_and_draws_no_calibration(project):
    assert project.ablate("logbook").returncode == 0
    found = json.loads((project.folder / "logbook" / "logbook.json").read_text())
    SCHEMA.validate(found)
    assert found["metrics"][0] == "mcrmse" and found["labels"] == []
    assert all(one["evaluation"]["calibration_error"] is None for one in found["scores"])
    scores = {one["name"]: one["evaluation"]["scores"]["mcrmse"] for one in found["scores"]}
    assert found["answers"][0].startswith(f"Best: {min(scores, key=scores.get)}, MCRMSE ")
    arm = next(one for one in found["ablations"][0]["variants"] if not one["is_baseline"])["comparison"]
    assert arm["interval"][0] <= arm["difference"] <= arm["interval"][1]
    page = (project.folder / "logbook" / "index.html").read_text()
    assert "Lower MCRMSE is better" in page and "Reliability" not in page and "log loss" not in page.lower()
    assert project.run() == []


@pytest.mark.parametrize(("old", "new", "words"), [
    ("metrics: [mcrmse, mae,", "metrics: [log-loss, mae,", "log-loss does not fit the target number: it scores classes, ordinal, multi-label, choice; take one of rmse"),
    ("kind: k-fold", "kind: stratified-k-fold", "stratified-k-fold keeps the shares of labels, of which a row has one, and data.target is number"),
    ("line: {ridge:", "line: {logistic:", "logistic predicts classes, and data.target is number"),
    ("plain: {average: [words, tiny]}", "plain: {average: [words, tiny], mean: geometric}", "mean: geometric is a scale of the probabilities of one label a row"),
    ("loss: huber}", "label-smoothing: 0.1}", "there are no labels to smooth"),
    ("loss: huber}", "class-weights: balanced}", "there are no classes to weigh"),
    ("words: {tfidf: {analyzer: word, ngrams: [1, 1]}}", "words: {tfidf: {}, pseudo-labels: {from: letters}}", "pseudo-labels are labels"),
    ("  target: number\n", "  target: number\n  labels: [a, b]\n", "columns.label names what a recipe of the target number predicts"),
    ("  target: number\n", "  labels: [a, b, c]\n", "2 columns are named, and data.labels has 3"),
    ("  target: number\n", "", "key \"labels\" is missing here"),
    ("mix: {simplex:", "mix: {optimize: words} \n  more: {simplex:", "optimize works on probabilities of one label a row"),
])
def test_check_says_what_cannot_serve_numbers(old, new, words, project, tmp_path):
    other = project.copy(tmp_path / "project")
    other.edit(old, new)
    result = other.ablate("check")
    assert result.returncode != 0 and words in result.stdout + result.stderr, result.stdout + result.stderr
