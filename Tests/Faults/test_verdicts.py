"""What the logbook says of a comparison is what the numbers say: by weight, against the baseline that is meant, one question at a time."""

import json
import re
import sys

import numpy as np
import pytest
from command import Project, site
from scipy import stats

WEIGHTS = """\
recipe: questions
data: {{train: train.csv, columns: {{answer: a, label: y, group: g{weight}}}, labels: [0, 1, 2]}}
folds: {{kind: group-k-fold, count: 5}}
models: {{}}
steps:
"""
STEP = """\
  {name}: {{command: [python3, say.py, "{seed}", "{strength}", "{{in.t}}", "{{in.f}}", "{{out.out-of-fold}}"], inputs: {{t: data.train, f: folds}}, outputs: [out-of-fold]}}
"""
# Says the true class more or less surely, a row at random.
SAY = """\
import csv, sys
import numpy as np
from safetensors.numpy import save_file
seed, strength, table, folds, out = sys.argv[1:]
labels = np.array([int(row["y"]) for row in csv.DictReader(open(table))])
rng = np.random.default_rng(int(seed))
scores = rng.normal(0, 1, (len(labels), 3))
scores[np.arange(len(labels)), labels] += float(strength)
values = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
save_file({"rows": np.arange(len(labels), dtype=np.int64), "probabilities": values.astype(np.float32)}, out)
"""


def document(project: Project) -> dict:
    result = project.ablate("logbook", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def diff(project: Project, *names: str) -> dict:
    result = project.ablate("diff", *names, "--json")
    assert result.returncode == 0, result.stderr
    [score] = json.loads(result.stdout)["scores"]
    return score["comparison"]


def markdown(project: Project) -> str:
    return (project.folder / "logbook" / "LOGBOOK.md").read_text()


def evaluation(project: Project, address: str) -> dict:
    return json.loads(project.output(address, "evaluation").read_text())


def opened(folder) -> Project:
    site(folder)
    # The interpreter of these tests has the libraries that the programs need.
    recipe = folder / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("[python3,", f"[{sys.executable},"))
    return Project(folder)


def questions(folder, ablations: str, weight: str = ", weight: wt", rows: int = 120, stack: str = "  av: {average: [A]}\n") -> Project:
    folder.mkdir()
    rng = np.random.default_rng(3)
    lines = [f"text {i},{i % 3},g{i // 4},{rng.choice([0, 1, 2, 9])}" for i in range(rows)]
    (folder / "train.csv").write_text("a,y,g,wt\n" + "\n".join(lines) + "\n")
    (folder / "say.py").write_text(SAY)
    steps = "".join(STEP.format(name=name, seed=seed, strength=strength)
                    for seed, (name, strength) in enumerate({"A": 1.0, "B": 1.5, "C": 1.1, "D": 1.0, "E": 0.9}.items()))
    (folder / "recipe.yaml").write_text(WEIGHTS.format(weight=weight) + steps + "stack:\n" + stack + "ablations:\n" + ablations)
    return opened(folder)


# MARK: weights


def test_a_variant_that_loses_by_weight_is_not_said_to_help(case):
    project = opened(case("weights"))
    project.run()
    [ablation] = document(project)["ablations"]
    base, variant = ablation["variants"]
    loss = [one["evaluation"]["log-loss"] for one in (base, variant)]
    assert loss[0] == pytest.approx(np.log(3)) and loss[1] > 1.4
    assert variant["comparison"]["difference"] == pytest.approx(loss[0] - loss[1], abs=1e-6)
    assert variant["comparison"]["verdict"] == "hurts"
    assert "it helps" not in markdown(project) and "take it over" not in markdown(project)


@pytest.mark.parametrize("weight", [", weight: wt", ""])
def test_a_verdict_counts_rows_as_the_score_does(tmp_path, weight):
    """Difference, interval and p against numpy and scipy, from the recorded losses and the table's own column."""
    project = questions(tmp_path / "q", "  q: {hypothesis: 'B?', of: av, vary: {average: [[A], [B]]}}\n", weight)
    project.run()
    [ablation] = document(project)["ablations"]
    found = ablation["variants"][1]["comparison"]
    own, other = (evaluation(project, f"{name}/evaluate") for name in ("A", "B"))
    w = np.array([float(line.split(",")[3]) for line in (project.folder / "train.csv").read_text().splitlines()[1:]])
    w = w if weight else np.ones(len(w))
    d = np.array(own["losses"]["average"]) - np.array(other["losses"]["average"])
    groups, folds = np.array(own["groups"]), np.array(own["folds"])
    assert found["difference"] == pytest.approx(np.average(d, weights=w), abs=1e-12)
    # Every row of a group has its weight in the group's mean, and the group what its rows weigh.
    kept = [g for g in np.unique(groups) if w[groups == g].sum() > 0]
    means = np.array([np.average(d[groups == g], weights=w[groups == g]) for g in kept])
    mass = np.array([w[groups == g].sum() for g in kept])
    draws = np.random.default_rng(0).integers(0, len(kept), (40_000, len(kept)))
    resampled = (means[draws] * mass[draws]).sum(1) / mass[draws].sum(1)
    wanted = np.percentile(resampled, [2.5, 97.5])
    assert found["interval"] == pytest.approx(wanted, abs=0.06 * (wanted[1] - wanted[0]))
    # Nadeau and Bengio over the folds' weighted means.
    cells = np.array([np.average(d[folds == k], weights=w[folds == k]) for k in range(5)])
    parts = np.array([w[folds == k].sum() for k in range(5)])
    ratio = (parts / (w.sum() - parts)).mean() if weight else 1 / 4
    t = cells.mean() / (cells.std(ddof=1) * np.sqrt(1 / 5 + ratio))
    assert found["p"] == pytest.approx(2 * stats.t.sf(abs(t), 4), rel=1e-9)
    assert diff(project, "q/average=A", "q/average=B") == {
        key: found[key] for key in ("difference", "interval", "p", "comparisons", "verdict")}
    # The parts of stages are compared by weight, too.
    assert ("weight says" in ablation["setup"]) == bool(weight)


def test_what_a_stage_gives_has_its_interval_by_weight(tmp_path):
    project = questions(
        tmp_path / "q", "  q: {hypothesis: 'B?', of: av, vary: {average: [[A], [B]]}}\n", stack="  av: {average: [A, B]}\n")
    project.run()
    scores = {score["name"]: score for score in document(project)["scores"]}
    effect = scores["av"]["effect"]
    assert effect["against"] == "B" and effect["interval"][0] <= effect["difference"] <= effect["interval"][1]
    assert effect["difference"] == pytest.approx(
        scores["B"]["evaluation"]["log-loss"] - scores["av"]["evaluation"]["log-loss"], abs=1e-12)
    members = {one["member"]: one for one in document(project)["contributions"]}
    assert set(members) == {"A", "B"} and members["A"]["difference"] == pytest.approx(effect["difference"], abs=1e-6)


# MARK: the baseline


RESOLVED = """\
recipe: resolved
data: {train: train.csv, columns: {id: id, answer: text, label: y, group: site}, labels: [a, b, c]}
folds: {kind: group-k-fold, count: 3}
models:
  words: {tfidf: {MODEL}}
ablations:
  q: {hypothesis: 'Which?', of: words, vary: {VARY}WITH}
"""


@pytest.mark.parametrize("model, vary, baseline", [
    ("", "tfidf.regularization: [0.01, 1.0, 100]", "tfidf.regularization=1.0"),
    ("", "tfidf.regularization: [0.01, 1, 100]", "tfidf.regularization=1"),
    ("regularization: 1", "tfidf.regularization: [0.01, 1.0]", "tfidf.regularization=1.0"),
    ("regularization: 100.0", "tfidf.regularization: [0.01, 1.0, 1.0e+2]", None),
    ("regularization: 7", "tfidf.regularization: [0.01, 1.0]", "tfidf.regularization=0.01"),
    ("analyzer: char", "tfidf.analyzer: [word, char]", "tfidf.analyzer=char"),
    ("", "template: ['A text: {answer}', '{answer}']", None),  # as data has it by default
    ("ngrams: [1, 3]", "tfidf.ngrams: [[1, 1], [1, 3]]", "tfidf.ngrams=1+3"),
])
def test_the_baseline_is_the_variant_that_is_as_the_model(case, model, vary, baseline):
    folder = case("label-in-one-fold")
    (folder / "recipe.yaml").write_text(RESOLVED.replace("MODEL", model).replace("VARY", vary).replace(
        "WITH", "" if "template" in vary else ", with: {tfidf.min-count: 2}"))
    [ablation] = document(opened(folder))["ablations"]
    names = [variant["name"] for variant in ablation["variants"] if variant["is_baseline"]]
    assert names == [baseline or ablation["variants"][-1]["name"]]


# MARK: one question, one family


MANY = """\
  one: {hypothesis: 'B?', of: av, vary: {average: [[A], [B], [C]]}}
  two: {hypothesis: 'Others?', of: av, vary: {average: [[A], [D], [E], [B]]}, smallest-effect: 0.5}
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Project:
    project = questions(tmp_path_factory.mktemp("many") / "q", MANY)
    project.run()
    return project


def test_p_is_adjusted_over_the_ablations_own_variants(many):
    for ablation in document(many)["ablations"]:
        compared = [variant["comparison"] for variant in ablation["variants"] if variant["comparison"]]
        assert {one["comparisons"] for one in compared} == {len(compared)} == {len(ablation["variants"]) - 1}
    alone = document(many)["ablations"][0]
    many.copy(many.folder.parent / "fewer")
    fewer = Project(many.folder.parent / "fewer")
    fewer.edit(MANY.splitlines(keepends=True)[1], "")
    assert document(fewer)["ablations"][0]["variants"] == alone["variants"], "another question changes nothing"
    assert "its own ablation" in markdown(many)
    assert "its own ablation" in (many.folder / "logbook" / "index.html").read_text()


def test_diff_and_logbook_agree_on_a_pair_either_way_round(many):
    turned = {"helps": "hurts", "hurts": "helps"}
    for ablation in document(many)["ablations"]:
        base = next(variant for variant in ablation["variants"] if variant["is_baseline"])
        for variant in ablation["variants"]:
            if variant is base:
                continue
            told = variant["comparison"]
            names = [f"{ablation['name']}: {one['name']}" for one in (base, variant)]
            there, back = diff(many, *names), diff(many, *reversed(names))
            if ablation["name"] == "one" or variant["name"] != "average=B":  # B is asked of twice, and the first question answers
                assert there == {key: told[key] for key in there}
            assert back["difference"] == -there["difference"] and back["p"] == there["p"]
            assert back["interval"] == [-there["interval"][1], -there["interval"][0]]
            assert back["verdict"] == turned.get(there["verdict"], there["verdict"])
    [score] = json.loads(many.ablate("diff", "one: average=B", "one: average=C", "--json").stdout)["scores"]
    assert score["comparison"]["comparisons"] == 1, "no question of the recipe's"


def test_nothing_is_promised_of_seeds(many):
    for text in (markdown(many), (many.folder / "logbook" / "index.html").read_text(), json.dumps(document(many))):
        assert "no number of seeds" not in text and "would settle" not in text


# MARK: custom steps


def test_predictions_of_a_custom_step_are_scored_and_are_a_part(many):
    found = document(many)
    scores = {score["name"]: score for score in found["scores"]}
    assert set(scores) == {"av", "A", "B", "C", "D", "E"}
    assert scores["B"]["is_step"] and scores["B"]["what"].startswith("custom step")
    assert scores["av"]["effect"]["against"] == "A"
    assert found["answers"][0].startswith("Best: B, ")
    assert re.search(r"^\| B \| custom step", markdown(many), re.M)


def test_scoring_a_step_changes_no_other_key(many):
    """The evaluation is one more step; what it reads has the keys that it had without it."""
    addresses = many.plan()
    assert {f"{name}/evaluate" for name in "ABCDE"} <= set(addresses)
    inputs = many.record("B/evaluate")["manifest"]["inputs"]
    assert set(inputs) == {"rows", "folds", "average"}
    assert "evaluate" not in json.dumps(many.record("av/average-oof")["manifest"]["inputs"])


# MARK: labels in one fold


def test_a_label_in_one_fold_alone_is_said_and_not_rewarded(case):
    """A program that is sure of nothing has the better log loss, and knows least."""
    project = opened(case("label-in-one-fold"))
    project.edit("lightgbm: [words, letters]", "logistic: [words, letters]")
    (project.folder / "say.py").write_text(SAY.replace('row["y"]', '"abc".index(row["y"])'))
    project.recipe.write_text(project.recipe.read_text() + "steps:\n" + STEP.format(name="unsure", seed=1, strength=0.1).replace(
        "[python3,", f"[{sys.executable},"))
    result = project.ablate("run", "--progress", "plain")
    assert result.returncode == 0, result.stderr
    found = document(project)
    scores = {score["name"]: score["evaluation"] for score in found["scores"]}
    assert scores["unsure"]["log-loss"] < scores["words"]["log-loss"]
    assert scores["unsure"]["ranking"] > scores["words"]["ranking"]
    told = evaluation(project, "words/evaluate")
    fold, rows = told["folds"][told["labels"].index(2)], [row for row, label in enumerate(told["labels"]) if label != 2]
    assert {told["folds"][row] for row, label in enumerate(told["labels"]) if label == 2} == {fold}
    assert scores["words"]["ranking"] == pytest.approx(np.mean([told["losses"]["average"][row] for row in rows]), abs=1e-12)
    assert not found["answers"][0].startswith("Best: unsure")
    sentence = f"abel c stands in fold {fold} alone (10 rows)"
    assert sentence in found["answers"][1] and sentence in found["warnings"][0]["text"]
    assert sentence in markdown(project) and sentence in (project.folder / "logbook" / "index.html").read_text()
    assert sentence in result.stderr


def test_labels_that_every_training_part_has_are_no_matter(many):
    found = document(many)
    assert not [one for one in found["warnings"] if "alone" in one["text"]]
    assert all(score["evaluation"]["ranking"] == score["evaluation"]["log-loss"] for score in found["scores"])


# MARK: warnings


def test_a_warning_stands_in_the_logbook_and_is_said_by_every_run(case):
    folder = case("label-in-one-fold")
    (folder / "recipe.yaml").write_text(RESOLVED.replace("MODEL", "").replace("VARY", "tfidf.regularization: [1.0, 2.0]").replace("WITH", ""))
    lines = (folder / "train.csv").read_text().splitlines()
    lines[2] = lines[2].split(",")[0] + "," + lines[1].split(",")[1] + "," + ",".join(lines[2].split(",")[2:])
    (folder / "train.csv").write_text("\n".join(lines) + "\n")
    project = opened(folder)
    for form in ("plain", "none", "none", "plain", "json"):
        result = project.ablate("run", "--progress", form)
        assert result.returncode == 0, result.stderr
        said = [json.loads(line).get("message", "") for line in result.stdout.splitlines()] if form == "json" else result.stderr.splitlines()
        told = [line for line in said if line.startswith("warning: data/train/ingest: ") and "same text" in line]
        assert len(told) == 1, (form, result.stdout, result.stderr)
    project.edit("count: 3", "count: 2")
    result = project.ablate("run", "--progress", "none")
    assert result.stderr.count("same text") == 1, "a reused step warns while others run"
    [warning, *_] = document(project)["warnings"]
    assert warning["address"] == "data/train/ingest" and "same text" in warning["text"]
    assert "## Warnings" in markdown(project) and "same text" in markdown(project)
    assert 'id="warnings"' in (folder / "logbook" / "index.html").read_text()
