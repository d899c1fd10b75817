"""Predictions made elsewhere, in a whole run: scored as they are, stacked beside a model, and refused where labels may have leaked."""

import csv
import json

import numpy as np
import pytest
from conftest import Project, site, write_tables
from safetensors.numpy import load_file
from sklearn.metrics import log_loss

HEAD = """\
recipe: brought
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
folds: {kind: stratified-group-k-fold, count: 3, seed: 7}
"""
RECIPE = HEAD + """\
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  theirs: {predictions: {oof: oof.csv, test: test-predictions.csv, folds: folds.csv, labels: cross-fitted}}
stack:
  both: {average: [words, theirs], weights: simplex}
  final: {optimize: both, method: marginals}
submission: {from: final, path: submission.csv}
"""


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Theirs are those of a model here, with noise, as somebody who has the folds would have made them."""
    folder = tmp_path_factory.mktemp("brought")
    write_tables(folder, questions=24)
    site(folder)
    project = Project(folder)
    project.recipe.write_text(HEAD + "models: {words: {tfidf: {analyzer: word, ngrams: [1, 1]}}}\n")
    project.run()
    noise = np.random.default_rng(1)
    for name, step, target in (("train.csv", "average-oof", "oof.csv"), ("test.csv", "average-test", "test-predictions.csv")):
        values = load_file(project.output(f"words/{step}", "predictions"))["probabilities"].astype(float)
        values = np.exp(np.log(values) + noise.normal(0, 0.5, values.shape))
        values /= values.sum(axis=1, keepdims=True)
        lines = [[row["id"], *map(repr, map(float, value))] for row, value in zip(rows_of(folder / name), values)]
        noise.shuffle(lines)
        write(folder / target, ["id", "who_a", "who_b", "who_c"], lines)
    folds = json.loads(project.output("folds/split", "folds").read_text())["folds"]
    write(folder / "folds.csv", ["id", "fold"], [[row["id"], 10 - fold] for row, fold in zip(rows_of(folder / "train.csv"), folds)])
    project.recipe.write_text(RECIPE)
    project.run()
    return project


def test_what_is_brought_is_scored_as_it_is(project):
    labels = ["abc".index(row["who"]) for row in rows_of(project.folder / "train.csv")]
    theirs = {row["id"]: [float(row[f"who_{label}"]) for label in "abc"] for row in rows_of(project.folder / "oof.csv")}
    values = [theirs[row["id"]] for row in rows_of(project.folder / "train.csv")]
    metrics = project.record("theirs/evaluate")["metrics"]
    assert metrics["log-loss"] == pytest.approx(log_loss(labels, values), abs=1e-6)


def test_it_takes_part_in_averages_and_in_the_submission(project):
    weights = json.loads(project.output("both/average-oof", "weights").read_text())
    assert weights["members"] == ["words", "theirs"] and len(rows_of(project.folder / "submission.csv")) == 12
    page = json.loads(project.ablate("logbook", "--json").stdout)
    assert any(score["name"] == "theirs" and score["what"] == "predictions of oof.csv" for score in page["scores"])


def test_a_second_run_reuses_it_and_a_changed_file_does_not(project):
    assert project.run() == []
    path = project.folder / "oof.csv"
    text = path.read_bytes()
    lines = text.decode().splitlines()
    path.write_text("\n".join([lines[0], *sorted(lines[1:])]) + "\n")
    # The rows in another order are another file, and give the same predictions: what is made of them need not run again.
    assert project.run() == ["theirs/oof"]
    path.write_bytes(text)
    assert project.run() == []


def test_folds_of_another_make_are_refused(project):
    path = project.folder / "folds.csv"
    text = path.read_bytes()
    path.write_text("id,fold\n" + "".join(f"{row['id']},{number % 3}\n" for number, row in enumerate(rows_of(path))))
    result = project.ablate("run")
    assert result.returncode != 0 and "in another way than the recipe's folds" in result.stdout + result.stderr
    path.write_bytes(text)
