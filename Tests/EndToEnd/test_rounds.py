"""Pseudo-label rounds, run: no model of a later round learns, through its teacher, from labels of the fold that scores it, nor
from labels of the test rows that it predicts; and a further round runs nothing again.

Knows nothing of how good pseudo-labels are.
"""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from conftest import Project, site, write_tables

FOLDS = range(3)
RECIPE = """\
recipe: rounds
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
folds: {kind: stratified-group-k-fold, count: 3, seed: 7}
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}, fit: [folds]}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}, fit: [folds]}
stack:
  blend: {average: [words, letters]}
  final: {optimize: blend, method: marginals}
rounds: {count: 1, from: final}
submission: {from: final, path: submission.csv}
"""


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounds")
    write_tables(folder, questions=12)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    project = Project(folder)
    project.executed = project.run()
    return project


def dependencies(project: Project) -> dict[str, set[str]]:
    """Every step with all that it is made of."""
    steps = json.loads(project.ablate("plan", "--json").stdout)["steps"]
    whole = {}
    for step in steps:  # a plan names what a step needs before the step
        whole[step["address"]] = set(step["depends_on"]).union(*(whole[name] for name in step["depends_on"]))
    return whole


def test_no_student_is_taught_by_a_model_that_saw_the_fold_that_scores_it(rounds):
    whole = dependencies(rounds)
    for fold in FOLDS:
        for model in ("words", "letters"):
            behind = whole[f"round-1/{model}/fold-{fold}/fit"]
            assert f"final/fold-{fold}/pseudo-label" in behind
            fits = {name for name in behind if name.endswith(f"fold-{fold}/fit")}
            assert fits == {f"words/fold-{fold}/fit", f"letters/fold-{fold}/fit"}
            others = {name for name in behind if name.endswith("/fit")} - fits
            # The temperature is fitted out of fold. Its value for this fold comes from the other folds' rows, and those are the
            # only thing that models of other folds have said.
            assert others <= {f"{name}/fold-{other}/fit" for name in ("words", "letters") for other in FOLDS}
            reached = {name for name in behind if name.endswith("average-test") or name.endswith("predict-test")}
            assert reached and all(f"/fold-{fold}/" in name for name in reached)
        assert rounds.record(f"final/fold-{fold}/optimize-test")["manifest"]["parameters"]["fold"] == fold


def test_the_labels_are_the_likeliest_of_the_teachers_and_hold_each_label_once_a_group(rounds):
    for fold in FOLDS:
        said = load_file(rounds.output(f"final/fold-{fold}/optimize-test", "predictions"))
        labels = json.loads(rounds.output(f"final/fold-{fold}/pseudo-label", "pseudo-labels").read_text())
        probabilities = said["probabilities"]
        assert labels["rows"] == list(range(12)) and probabilities.shape == (12, 3)
        assert labels["labels"] == np.argmax(probabilities, axis=1).tolist()
        assert set(labels["weights"]) == {1.0}


def test_a_student_learns_from_no_test_row_that_it_predicts(rounds):
    test_folds = json.loads(rounds.output("folds/split-test", "folds").read_text())["folds"]
    assert sorted(set(test_folds)) == list(FOLDS) and len({tuple(test_folds[i : i + 3]) for i in range(0, 12, 3)} - {
        (fold,) * 3 for fold in FOLDS}) == 0, "the answers to a question are in one fold"
    predicted = []
    for fold in FOLDS:
        learned = rounds.record(f"round-1/words/fold-{fold}/fit")["metrics"]
        assert learned["pseudo-rows"] == sum(other != fold for other in test_folds)
        rows = load_file(rounds.output(f"round-1/words/fold-{fold}/predict-test-fold", "predictions"))["rows"]
        assert rows.tolist() == [row for row, other in enumerate(test_folds) if other == fold]
        predicted += rows.tolist()
    assert sorted(predicted) == list(range(12))
    assert len((rounds.folder / "submission.csv").read_text().splitlines()) == 13


def test_a_further_round_runs_the_further_round_alone(rounds, tmp_path):
    project = rounds.copy(tmp_path / "project")
    project.edit("from: final}\nsubmission", "from: final, labels: soft}\nsubmission")
    first = project.run()
    project.edit("rounds: {count: 1", "rounds: {count: 2")
    executed = project.run()
    assert not set(executed) & (set(rounds.executed + first) - {"submission"})
    students = {name for name in executed if name.endswith("/fit")}
    assert students == {f"round-2/{model}/fold-{fold}/fit" for model in ("words", "letters") for fold in FOLDS}
    project.edit("rounds: {count: 2", "rounds: {count: 1")
    assert project.run() == [], "the first round's submission is there already"


def test_a_round_whose_labels_are_those_of_the_round_before_trains_nothing(rounds, tmp_path):
    project = rounds.copy(tmp_path / "project")
    project.edit("rounds: {count: 1", "rounds: {count: 2")
    executed = project.run()
    labels = [[rounds_.output(f"{prefix}final/fold-{fold}/pseudo-label", "pseudo-labels").read_text() for fold in FOLDS]
              for rounds_, prefix in ((rounds, ""), (project, "round-1/"))]
    same = {fold for fold in FOLDS if labels[0][fold] == labels[1][fold]}
    assert same, "these tables are made so that the second teacher says what the first one said"
    assert {name for name in executed if name.endswith("/fit")} == {
        f"round-2/{model}/fold-{fold}/fit" for model in ("words", "letters") for fold in FOLDS if fold not in same}


def test_soft_labels_and_a_floor_change_the_students_and_not_the_teachers(rounds, tmp_path):
    project = rounds.copy(tmp_path / "project")
    project.edit("from: final}\nsubmission", "from: final, labels: soft, min-confidence: 0.5, weight: 0.5}\nsubmission")
    executed = project.run()
    assert executed and all(name.startswith("round-1/") or name.endswith("pseudo-label") or name == "submission" for name in executed)
    labels = json.loads(project.output("final/fold-0/pseudo-label", "pseudo-labels").read_text())
    said = load_file(project.output("final/fold-0/optimize-test", "predictions"))["probabilities"]
    sure = [row for row in range(12) if said[row].max() >= 0.5]
    assert labels["rows"] == sure and 0 < len(sure)
    np.testing.assert_allclose(labels["probabilities"], said[sure], atol=1e-7)
    assert set(labels["weights"]) == {0.5}


def test_the_logbook_says_what_each_stage_and_each_round_gave(rounds):
    document = json.loads(rounds.ablate("logbook", "--json").stdout)
    scores = {score["name"]: score for score in document["scores"]}
    assert scores["round-1/final"]["parts"] == ["round-1/blend"] and scores["round-1/final"]["round"] == 1
    assert scores["words"]["effect"] is None

    def evaluation(name):
        return json.loads(rounds.output(f"{name}/evaluate", "evaluation").read_text())
    best = min(("words", "letters"), key=lambda name: scores[name]["evaluation"]["log-loss"])
    against = {"blend": best, "final": "blend"} | {f"round-1/{name}": name for name in ("words", "letters", "blend", "final")}
    generator = np.random.default_rng(1)
    for name, other in against.items():
        effect, own, before = scores[name]["effect"], evaluation(name), evaluation(other)
        assert effect["against"] == other
        differences = np.array(before["losses"]["average"]) - np.array(own["losses"]["average"])
        assert effect["difference"] == pytest.approx(differences.mean(), abs=1e-12)
        groups = np.array(own["groups"])
        sums = np.array([[differences[groups == group].sum(), (groups == group).sum()] for group in np.unique(groups)])
        drawn = sums[generator.integers(len(sums), size=(20_000, len(sums)))].sum(1)
        ends = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
        assert effect["interval"] == pytest.approx(ends, abs=0.08 * (ends[1] - ends[0])), name
    sentences = [answer for answer in document["answers"] if answer.startswith(("blend", "final", "round-1"))]
    assert [sentence.split(" ")[0] for sentence in sentences] == ["blend", "final", "round-1/final"], "rounds: only what is handed in"
    commands = [one["command"] for one in document["next"] if one["command"]]
    assert not any("round-" in command for command in commands), "no setting of a recipe has a round's name"


def test_a_number_alone_takes_the_teacher_from_the_submission(rounds, tmp_path):
    project = rounds.copy(tmp_path / "project")
    project.edit("rounds: {count: 1, from: final}", "rounds: 1")
    assert {step["state"] for step in json.loads(project.ablate("plan", "--json").stdout)["steps"]} == {"reuse"}
    project.edit("submission: {from: final, path: submission.csv}", "")
    refused = project.ablate("check")
    assert refused.returncode == 65 and "write rounds: {count: 1, from: NAME}" in refused.stderr + refused.stdout


def test_no_rounds_is_a_number_of_rounds(rounds):
    steps = json.loads(rounds.ablate("plan", "--set", "rounds.count=0", "--json").stdout)["steps"]
    assert not any(step["address"].startswith("round-") for step in steps)
    assert [step["address"] for step in steps if step["state"] != "reuse"] == ["submission"]
