"""A recipe of choices, one right candidate in each question, in whole runs: scored as scikit-learn scores the questions one by one, whatever
made the predictions; and resampled by question."""

import csv
import json
import random

import numpy as np
import pytest
from conftest import WORDS, Project, site
from safetensors.numpy import load_file
from sklearn.metrics import label_ranking_average_precision_score, log_loss

RECIPE = """\
recipe: exam
data:
  target: choice
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: option, label: right, group: question, weight: worth}
folds: {kind: group-k-fold, count: 3, seed: 7}
metrics: [map@3, log-loss, accuracy]
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
  tiny:
    backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lora: off
    lengths: {answer: 24}
    training: {epochs: 2, batch: 8, learning-rate: 1.0e-2}
    seeds: [1, 2]
  part: {tfidf: {analyzer: word}, fit: {folds: [0, 1]}}
  theirs: {predictions: {oof: theirs.csv, labels: cross-fitted}}
stack:
  plain: {average: [words, tiny]}
  best: {average: [words, letters, tiny], weights: simplex}
  line: {logistic: [words, letters]}
  trees: {lightgbm: [words, letters], settings: {min-rows: 2, rounds: 5, early-stopping: 5}}
  mix: {simplex: [words, letters]}
ablations:
  letters-or-words:
    hypothesis: Do letters tell more than words?
    of: words
    vary: {tfidf.analyzer: [word, char]}
submission: {from: best, path: submission.csv}
"""
ENTRIES = {"words": "words/average-oof", "tiny": "tiny/average-oof", "theirs": "theirs/oof", "plain": "plain/average-oof", "best": "best/average-oof",
           "line": "line/stack", "trees": "trees/stack", "mix": "mix/stack"}


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("exam")
    chance = random.Random(3)
    for name, count in (("train", 40), ("test", 8)):
        lines = []
        for question in range(count):
            options, worth = chance.randrange(2, 6), chance.choice([1, 2, 0.5])
            right = chance.randrange(options)
            for option in range(options):
                own = WORDS["b"] if option == right and chance.random() < 0.8 else WORDS[chance.choice("ac")]
                text = " ".join(chance.choice(own) for _ in range(chance.randrange(4, 9)))
                lines.append([f"{name}{question}-{option}", f"question {question} of {name}", text, int(option == right), worth])
        chance.shuffle(lines)  # the candidates of a question need not be neighbours
        with open(folder / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([["id", "question", "option", "right", "worth"], *lines])
    table = rows_of(folder / "train.csv")
    with open(folder / "theirs.csv", "w", newline="") as file:
        sizes = {row["question"]: sum(other["question"] == row["question"] for other in table) for row in table}
        csv.writer(file).writerows([["id", "right_predicted"], *([row["id"], 1 / sizes[row["question"]]] for row in table)])
    site(folder)
    project = Project(folder)
    project.recipe.write_text(RECIPE)
    project.run()
    return project


def values(project, address):
    return load_file(project.output(address, "oof" if address.endswith("stack") else "predictions"))["probabilities"][:, 0].astype(float)


def questions(table):
    found = {}
    for row, line in enumerate(table):
        found.setdefault(line["question"], []).append(row)
    return list(found.values())


def scores(table, own, chosen):
    """(map@3, log loss, accuracy) of some questions, each by itself, by weight."""
    found = []
    for rows in chosen:
        right = np.array([int(table[row]["right"]) for row in rows])
        place = 1 + sum(own[row] > own[rows[right.argmax()]] for row in rows)
        assert len(set(own[rows])) < len(rows) or label_ranking_average_precision_score([right], [own[rows]]) == pytest.approx(1 / place)
        # Of equal ones the first row comes first.
        place += sum(own[row] == own[rows[right.argmax()]] for row in rows[:right.argmax()])
        found.append([1 / place if place <= 3 else 0, log_loss([right.argmax()], [own[rows] / own[rows].sum()], labels=range(len(rows))), place == 1])
    return np.average(found, axis=0, weights=[float(table[rows[0]]["worth"]) for rows in chosen])


def test_each_question_is_scored_by_itself(project):
    table = rows_of(project.folder / "train.csv")
    folds = np.array(json.loads(project.output("folds/split", "folds").read_text())["folds"])
    for name, address in ENTRIES.items():
        own = values(project, address)
        for rows in questions(table):
            assert len(set(folds[rows])) == 1 and own[rows].sum() == pytest.approx(1, abs=1e-5), name
        found = json.loads(project.output(f"{name}/evaluate", "evaluation").read_text())
        map3, loss, accuracy = scores(table, own, questions(table))
        assert found["rows"] == 40 and found["of-groups"] is True
        assert found["average"]["map@3"] == pytest.approx(map3, abs=1e-12), name
        assert found["average"]["log-loss"] == pytest.approx(loss, abs=1e-6), name
        assert found["average"]["accuracy"] == pytest.approx(accuracy, abs=1e-12), name
        cell = next(cell for cell in found["cells"] if cell["fold"] == 1 and cell["seed"] in ("", "seed-1"))
        assert cell["rows"] == sum(folds[rows[0]] == 1 for rows in questions(table))
    assert found["average"]["map@3"] > 0.6


def test_a_fit_of_some_folds_is_scored_on_their_questions(project):
    table = rows_of(project.folder / "train.csv")
    folds = np.array(json.loads(project.output("folds/split", "folds").read_text())["folds"])
    predictions = load_file(project.output("part/average-oof", "predictions"))
    own = np.full(len(table), np.nan)
    own[predictions["rows"]] = predictions["probabilities"][:, 0].astype(float)
    chosen = [rows for rows in questions(table) if folds[rows[0]] < 2]
    found = json.loads(project.output("part/evaluate", "evaluation").read_text())
    assert found["rows"] == len(chosen) and found["average"]["map@3"] == pytest.approx(scores(table, own, chosen)[0], abs=1e-12)


def test_the_test_table_has_a_probability_in_each_row(project):
    table, sent = rows_of(project.folder / "test.csv"), rows_of(project.folder / "submission.csv")
    assert [row["id"] for row in sent] == [row["id"] for row in table] and list(sent[0]) == ["id", "right"]
    own = np.array([float(row["right"]) for row in sent])
    assert all(own[rows].sum() == pytest.approx(1, abs=1e-5) for rows in questions(table))


def test_weights_of_an_average_are_fitted_to_the_questions(project):
    table, folds = rows_of(project.folder / "train.csv"), np.array(json.loads(project.output("folds/split", "folds").read_text())["folds"])
    fitted = json.loads(project.output("best/average-oof", "weights").read_text())
    members = np.array([values(project, ENTRIES.get(name, f"{name}/average-oof")) for name in fitted["members"]])
    loss = lambda weights, chosen: scores(table, np.array(weights) @ members, chosen)[1]
    for fold, weights in enumerate(fitted["folds"]):
        seen = [rows for rows in questions(table) if folds[rows[0]] != fold]
        best = loss(weights, seen)
        assert all(loss(0.98 * np.array(weights) + 0.02 * one, seen) >= best - 1e-6 for one in np.eye(3)), "no step towards a member helps"
        held = folds == fold
        np.testing.assert_allclose(values(project, "best/average-oof")[held], (np.array(weights) @ members)[held], atol=1e-6)


def test_the_logbook_resamples_questions_and_shows_predictions(project):
    assert project.ablate("logbook").returncode == 0
    page = (project.folder / "logbook" / "index.html").read_text()
    assert "Higher MAP@3 is better" in page and "chance is" not in page.lower()
    document = json.loads((project.folder / "logbook" / "logbook.json").read_text())
    arm, table = document["ablations"][0]["variants"][1], rows_of(project.folder / "train.csv")
    change = [scores(table, values(project, address), questions(table))[0]
              for address in (ENTRIES["words"], f"ablations/letters-or-words/{arm['name']}/average-oof")]
    assert arm["comparison"]["difference"] == pytest.approx(change[1] - change[0], abs=1e-12)
    shown = project.folder / "out.csv"
    result = project.ablate("show", "words", "--predictions", str(shown))
    assert result.returncode == 0, result.stderr
    shown = rows_of(shown)
    assert list(shown[0]) == ["id", "fold", "right", "right_predicted"]
    np.testing.assert_allclose([float(row["right_predicted"]) for row in shown], values(project, "words/average-oof"), atol=1e-7)


def test_a_recipe_that_names_no_metric_is_judged_by_log_loss(project, tmp_path):
    other = project.copy(tmp_path / "project")
    other.edit("metrics: [map@3, log-loss, accuracy]\n", "")
    other.run()
    found = json.loads(other.output("words/evaluate", "evaluation").read_text())
    assert found["average"] == {name: value for name, value in json.loads(project.output("words/evaluate", "evaluation").read_text())["average"].items()
                                if name != "map@3"}
    assert other.ablate("logbook").returncode == 0
    document = json.loads((other.folder / "logbook" / "logbook.json").read_text())
    scores = [json.loads(other.output(address, "evaluation").read_text())["average"]["log-loss"] for address in
              ("words/evaluate", f"ablations/letters-or-words/{document['ablations'][0]['variants'][1]['name']}/evaluate")]
    assert document["ablations"][0]["variants"][1]["comparison"]["difference"] == pytest.approx(scores[0] - scores[1], abs=1e-9)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("kind: group-k-fold", "kind: k-fold", "rows of one group fall into different folds"),
    ("kind: group-k-fold", "kind: stratified-group-k-fold", "keeps the shares of labels, of which a row has one, and data.target is choice"),
    (", group: question", "", "data.columns.group names no column, and data.target is choice"),
    ("label: right", "label: [right, worth]", "one column says which row of a group is right, and 2 are named"),
    ("metrics: [map@3", "metrics: [auc", "auc does not fit the target choice"),
    ("mix: {simplex: [words, letters]}", "mix: {optimize: words, method: temperature}", "optimize works on probabilities of one label a row"),
    ("mix: {simplex: [words, letters]}", "mix: {average: [words, letters], mean: rank}", "mean: rank is a scale"),
    ("learning-rate: 1.0e-2", "learning-rate: 1.0e-2, loss: mse", "choices are trained by cross-entropy"),
])
def test_check_says_what_cannot_serve_choices(old, new, words, project, tmp_path):
    other = project.copy(tmp_path / "project")
    other.edit(old, new)
    result = other.ablate("check")
    assert result.returncode != 0 and words in result.stdout + result.stderr, result.stdout + result.stderr
