"""Recipes of ordered labels and of several labels at once, in whole runs: scored as scikit-learn does, cut at thresholds that were
fitted on the other folds."""

import csv
import json
import random

import numpy as np
import pytest
from conftest import WORDS, Project, site
from safetensors.numpy import load_file
from sklearn.metrics import cohen_kappa_score, log_loss, roc_auc_score

ORDINAL = """\
recipe: grades
data:
  target: ordinal
  train: train.csv
  test: test.csv
  columns: {id: essay_id, answer: full_text, label: score}
  labels: [1, 2, 3, 4]
folds: {kind: stratified-k-fold, count: 3, seed: 7}
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  tiny:
    backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lora: off
    lengths: {answer: 24}
    training: {epochs: 2, batch: 8, learning-rate: 1.0e-2, loss: mse}
stack:
  both: {average: [words, tiny]}
  cut: {optimize: both, method: thresholds}
submission: {from: cut, path: submission.csv}
"""
LABELS = """\
recipe: toxic
data:
  target: multi-label
  train: train.csv
  columns: {id: essay_id, answer: full_text, label: [red, metal]}
folds: {kind: k-fold, count: 3, seed: 7}
metrics: [auc, log-loss, brier, average-precision]
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
stack:
  best: {average: [words, letters], weights: greedy}
  line: {logistic: [words, letters]}
"""


def write(folder):
    chance = random.Random(2)
    for name, count in (("train", 72), ("test", 9)):
        with open(folder / f"{name}.csv", "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["essay_id", "full_text", "score", "red", "metal"])
            for row in range(count):
                words = [chance.choice(WORDS[chance.choice("abc")]) for _ in range(8)]
                good = sum(word in WORDS["b"] for word in words) + chance.gauss(0, 0.7)
                table.writerow([f"{name}{row}", " ".join(words), min(4, max(1, round(good))), int("red" in words), int(good > 3)])


def made(folder, recipe) -> Project:
    write(folder)
    site(folder)
    project = Project(folder)
    project.recipe.write_text(recipe)
    project.run()
    return project


def document(project, address, output):
    return json.loads(project.output(address, output).read_text())


@pytest.fixture(scope="module")
def grades(tmp_path_factory) -> Project:
    return made(tmp_path_factory.mktemp("grades"), ORDINAL)


@pytest.fixture(scope="module")
def toxic(tmp_path_factory) -> Project:
    return made(tmp_path_factory.mktemp("toxic"), LABELS)


def nearest(probabilities):
    return np.floor(probabilities.astype(float) @ np.arange(probabilities.shape[1]) + 0.5).astype(int)


def test_ordered_labels_are_predicted_by_their_mean(grades):
    labels = np.array(document(grades, "data/train/ingest", "rows")["labels"])
    for name, output in (("words", "words/average-oof"), ("tiny", "tiny/average-oof"), ("cut", "cut/optimize-oof")):
        found = document(grades, f"{name}/evaluate", "evaluation")
        predicted = nearest(load_file(grades.output(output, "predictions"))["probabilities"])
        assert found["predicted"] == predicted.tolist() and set(found["average"]) == {"qwk", "accuracy"}
        assert found["average"]["qwk"] == pytest.approx(cohen_kappa_score(labels, predicted, weights="quadratic", labels=range(4)), abs=1e-12)


def test_thresholds_are_those_of_the_other_folds(grades):
    labels = np.array(document(grades, "data/train/ingest", "rows")["labels"])
    folds = np.array(document(grades, "folds/split", "folds")["folds"])
    fitted = document(grades, "cut/optimize-oof", "parameters")
    assert fitted["names"] == ["cut-1", "cut-2", "cut-3"] and all(cuts == sorted(cuts) for cuts in fitted["folds"])
    means = load_file(grades.output("both/average-oof", "predictions"))["probabilities"].astype(float) @ np.arange(4)
    predicted = nearest(load_file(grades.output("cut/optimize-oof", "predictions"))["probabilities"])
    for fold, cuts in enumerate(fitted["folds"]):
        own = folds == fold
        assert predicted[own].tolist() == np.searchsorted(cuts, means[own], side="right").tolist()
        score = lambda given: cohen_kappa_score(labels[~own], np.searchsorted(given, means[~own], side="right"), weights="quadratic")
        assert score(cuts) >= score([0.5, 1.5, 2.5])
    metrics = grades.record("cut/optimize-oof")["metrics"]
    assert metrics["qwk"] == pytest.approx(document(grades, "cut/evaluate", "evaluation")["average"]["qwk"], abs=1e-12)
    tested = nearest(load_file(grades.output("cut/optimize-test", "predictions"))["probabilities"])
    means = load_file(grades.output("both/average-test", "predictions"))["probabilities"].astype(float) @ np.arange(4)
    assert tested.tolist() == np.searchsorted(fitted["values"], means, side="right").tolist()


def test_several_labels_are_scored_as_the_mean_over_them(toxic):
    truth = np.array(document(toxic, "data/train/ingest", "rows")["numbers"])
    folds = np.array(document(toxic, "folds/split", "folds")["folds"])
    for name, output in (("words", "words/average-oof"), ("best", "best/average-oof"), ("line", "line/stack")):
        values = load_file(toxic.output(output, "oof" if name == "line" else "predictions"))["probabilities"].astype(float)
        found = document(toxic, f"{name}/evaluate", "evaluation")
        assert found["average"]["auc"] == pytest.approx(roc_auc_score(truth, values), abs=1e-12)
        assert found["average"]["log-loss"] == pytest.approx(np.mean([log_loss(truth[:, c], values[:, c]) for c in range(2)]), abs=1e-9)
        assert found["average"]["brier"] == pytest.approx(((values - truth) ** 2).mean(), abs=1e-12)
        cell = next(cell for cell in found["cells"] if cell["fold"] == 1)
        assert cell["auc"] == pytest.approx(roc_auc_score(truth[folds == 1], values[folds == 1]), abs=1e-12)
    assert toxic.ablate("logbook").returncode == 0
    page = (toxic.folder / "logbook" / "index.html").read_text()
    assert "Higher AUC is better" in page and "Reliability" not in page


def test_one_hot_columns_are_the_label_they_mark(toxic, tmp_path):
    other = toxic.copy(tmp_path / "project")
    lines = list(csv.DictReader(open(other.folder / "train.csv", newline="")))
    with open(other.folder / "train.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["essay_id", "full_text", "winner_a", "winner_b"])
        table.writerows([line["essay_id"], line["full_text"], 1 - int(line["red"]), line["red"]] for line in lines)
    other.edit("  target: multi-label\n", "  labels: [a, b]\n")
    other.edit("label: [red, metal]", "label: [winner_a, winner_b]")
    other.run()
    assert document(other, "data/train/ingest", "rows")["labels"] == [int(line["red"]) for line in lines]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("  target: ordinal\n", "", "thresholds part labels that have an order, and data.target is classes"),
    ("loss: mse", "loss: mse, label-smoothing: 0.1", "there are no labels to smooth where labels are trained as numbers"),
    ("method: thresholds", "method: thresholds, counts: [1, 1, 1, 1]", "counts mean nothing to thresholds"),
    ("both: {average: [words, tiny]}", "both: {ridge: [words, tiny]}", "ridge predicts numbers, and data.target is ordinal"),
])
def test_check_says_what_cannot_serve_ordered_labels(old, new, words, grades, tmp_path):
    other = grades.copy(tmp_path / "project")
    other.edit(old, new)
    result = other.ablate("check")
    assert result.returncode != 0 and words in result.stdout + result.stderr, result.stdout + result.stderr
