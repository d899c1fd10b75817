"""Averages of a whole run beside scipy and scikit-learn: each scale, given weights, and weights fitted fold by fold."""

import json
import re

import numpy as np
import pytest
from conftest import Project, site, write_tables
from safetensors.numpy import load_file
from scipy import optimize, special, stats
from sklearn.metrics import log_loss

HEAD = """\
recipe: averages
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
folds: {kind: stratified-group-k-fold, count: 3, seed: 7}
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
  heavy: {tfidf: {analyzer: word, ngrams: [1, 1], regularization: 100.0}}
"""
MEMBERS = ["words", "letters", "heavy"]
STACK = """\
stack:
  plain: {average: [words, letters, heavy]}
  geometric: {average: [words, letters, heavy], mean: geometric, weights: [2, 1, 1]}
  logits: {average: [words, letters, heavy], mean: logits}
  rank: {average: [words, letters, heavy], mean: rank}
  fitted: {average: [words, letters, heavy], weights: simplex}
  picked: {average: [words, letters, heavy], mean: geometric, weights: greedy}
  final: {optimize: fitted, method: marginals}
rounds: {count: 1, from: final}
submission: {from: final, path: submission.csv}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("averages")
    write_tables(folder, questions=24)
    (folder / "recipe.yaml").write_text(HEAD + STACK)
    site(folder)
    project = Project(folder)
    project.run()
    return project


def table(project: Project, address: str) -> np.ndarray:
    found = load_file(project.output(address, "predictions"))
    assert found["rows"].tolist() == list(range(len(found["rows"])))
    return found["probabilities"].astype(float)


def members(project: Project, part: str) -> np.ndarray:
    return np.array([table(project, f"{name}/average-{part}") for name in MEMBERS])


def truth(project: Project) -> tuple[np.ndarray, np.ndarray]:
    rows = json.loads(project.output("data/train/ingest", "rows").read_text())
    folds = json.loads(project.output("folds/split", "folds").read_text())
    return np.array(rows["labels"]), np.array(folds["folds"])


@pytest.mark.parametrize("part", ["oof", "test"])
def test_each_scale_is_that_of_scipy(project, part):
    values = members(project, part)
    share = lambda matrix: matrix / matrix.sum(-1, keepdims=True)
    expected = {
        "plain": share(values.mean(0)), "logits": share(special.expit(special.logit(values).mean(0))),
        "geometric": share(stats.gmean(values, axis=0, weights=np.broadcast_to(np.array([2, 1, 1])[:, None, None], values.shape))),
        "rank": share(np.mean([stats.rankdata(one, axis=0) for one in values], axis=0))}
    for name, matrix in expected.items():
        np.testing.assert_allclose(table(project, f"{name}/average-{part}"), matrix, atol=2e-6, err_msg=name)


def simplex(values: np.ndarray, labels: np.ndarray) -> float:
    """The least log loss that scipy finds."""
    value = lambda w: log_loss(labels, np.tensordot(w, values, 1))
    found = [optimize.minimize(value, start, method="SLSQP", bounds=[(0, 1)] * 3, options={"ftol": 1e-13},
                               constraints={"type": "eq", "fun": lambda w: w.sum() - 1})
             for start in (np.full(3, 1 / 3), *(np.eye(3) * 0.7 + 0.1))]
    return min(one.fun for one in found)


def test_fitted_weights_are_the_best_of_the_other_folds_and_applied_to_their_own(project):
    values, (labels, folds) = members(project, "oof"), truth(project)
    fitted = json.loads(project.output("fitted/average-oof", "weights").read_text())
    assert fitted["members"] == MEMBERS
    result = table(project, "fitted/average-oof")
    for fold, weights in enumerate(fitted["folds"]):
        others, own = folds != fold, folds == fold
        assert log_loss(labels[others], np.tensordot(weights, values[:, others], 1)) <= simplex(values[:, others], labels[others]) + 1e-6
        np.testing.assert_allclose(result[own], np.tensordot(weights, values[:, own], 1), atol=2e-6)
    np.testing.assert_allclose(
        table(project, "fitted/average-test"), np.tensordot(fitted["weights"], members(project, "test"), 1), atol=2e-6)
    metrics = project.record("fitted/average-oof")["metrics"]
    assert metrics["log-loss"] == pytest.approx(log_loss(labels, result), abs=1e-5)
    assert [metrics[f"weight.{name}"] for name in MEMBERS] == pytest.approx(fitted["weights"])


def test_a_teacher_of_a_fold_has_the_weights_that_were_fitted_without_it(project):
    for fold in range(3):
        weights = json.loads(project.output("fitted/average-oof", "weights").read_text())["folds"][fold]
        values = np.array([table(project, f"{name}/fold-{fold}/average-test") for name in MEMBERS])
        np.testing.assert_allclose(table(project, f"fitted/fold-{fold}/average-test"), np.tensordot(weights, values, 1), atol=2e-6)


def test_greedy_weights_are_shares_of_at_most_fifty_choices(project):
    weights = json.loads(project.output("picked/average-oof", "weights").read_text())
    for found in [weights["weights"], *weights["folds"]]:
        assert sum(found) == pytest.approx(1)
        assert any(np.allclose(np.array(found) * turns, np.round(np.array(found) * turns), atol=1e-9) for turns in range(1, 51))


def test_the_logbook_says_how_was_averaged(project):
    text = json.loads(project.ablate("logbook", "--json").stdout)
    words = json.dumps(text)
    assert "fitted weighted mean of words, letters, heavy" in words and "greedily selected geometric mean" in words


@pytest.mark.parametrize("entry, code, place", [
    ("{average: [words, letters], weights: [1]}", "bad-value", "[1]"),
    ("{average: [words, letters], weights: [0, 0]}", "out-of-range", "[0, 0]"),
    ("{average: [words, letters], mean: rank, weights: simplex}", "conflicting-keys", "rank"),
    ("{average: [words, letters], weights: best}", "wrong-type", "best"),
    ("{lightgbm: [words], weights: greedy}", "conflicting-keys", "weights")])
def test_a_wrong_average_is_found(tmp_path, entry, code, place):
    write_tables(tmp_path)
    (tmp_path / "recipe.yaml").write_text(HEAD + f"stack:\n  mean: {entry}\n")
    [finding] = json.loads(Project(tmp_path).ablate("check", "--json").stdout)["findings"]
    line = (HEAD + f"stack:\n  mean: {entry}\n").splitlines()[finding["line"] - 1]
    assert finding["code"] == code and re.match(re.escape(place), line[finding["column"] - 1:])
