"""The user's own trainer as a model: the scripts of docs/howto/your-own-trainer.md as they stand there, in whole runs."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
from conftest import ROOT, Project, site, write_tables
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

HOWTO = (ROOT / "docs/howto/your-own-trainer.md").read_text()
MODELS, FINETUNE = re.findall(r"```yaml\n(.*?)```", HOWTO, re.S)
TRAIN_PY, FINETUNE_PY = re.findall(r"```python\n(.*?)```", HOWTO, re.S)
HEAD = """\
recipe: own
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
"""
# A program that takes no time: the same for every row but for a number, with what a test asks it to get wrong.
QUICK = """\
import csv, sys
what, seed, valid, oof = sys.argv[1:5]
rows = list(csv.DictReader(open(valid, newline="")))
print("so many rows:", len(rows))
if what == "fail":
    raise SystemExit("the optimizer lost its way")
lines = [["id", "a", "b", "c"], *([row["id"], 0.25 + int(seed) / 100, 0.5, 0.25 - int(seed) / 100] for row in rows)]
if what == "nan":
    lines[3][2] = "nan"
if what == "short":
    del lines[-1]
if what != "nothing":
    csv.writer(open(oof, "w", newline="")).writerows(lines)
"""
QUICK_MODEL = """\
models:
  quick:
    program: {command: [python3, quick.py, "{settings.what}", "{seed}", "{in.valid}", "{out.oof}"], settings: {what: right}}
    seeds: [1, 3]
"""


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def make(folder, recipe, **files):
    write_tables(folder, questions=12)
    site(folder)
    (folder / "recipe.yaml").write_text(recipe)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return Project(folder)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, interpreter) -> Project:
    project = make(tmp_path_factory.mktemp("own"), HEAD + MODELS + "submission: {from: mine}\n", train=TRAIN_PY)
    project.ran = project.run(**interpreter)
    return project


@pytest.fixture(scope="module")
def interpreter() -> dict[str, str]:
    """`python3` is the interpreter of these tests, which has the libraries of the scripts."""
    import os
    import sys
    from pathlib import Path
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def test_it_gives_what_scikit_learn_gives_alone(trained):
    train, test = rows_of(trained.folder / "train.csv"), rows_of(trained.folder / "test.csv")
    folds = np.array(json.loads(trained.output("folds/split", "folds").read_text())["folds"])
    texts, labels = np.array([row["answer"] for row in train]), np.array([row["who"] for row in train])
    oof, means = np.zeros((len(train), 3)), []
    for fold in range(2):
        model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=1.0)).fit(texts[folds != fold], labels[folds != fold])
        oof[folds == fold] = model.predict_proba(texts[folds == fold])
        means.append(model.predict_proba([row["answer"] for row in test]))
    kept = load_file(trained.output("mine/average-oof", "predictions"))
    # To the last digit of what is kept: a float32.
    np.testing.assert_allclose(kept["probabilities"], oof.astype(np.float32), rtol=3e-7)
    np.testing.assert_allclose(
        load_file(trained.output("mine/average-test", "predictions"))["probabilities"], np.mean(means, axis=0).astype(np.float32), rtol=3e-7)
    assert trained.record("mine/evaluate")["metrics"]["log-loss"] == pytest.approx(log_loss(labels, oof), abs=1e-7)
    assert len(rows_of(trained.folder / "submission.csv")) == len(test)


def test_an_ablation_runs_the_arm_that_is_new_and_a_second_run_nothing(trained, interpreter):
    programs = [address for address in trained.ran if address.endswith("/program")]
    # The arm that is as the model is has the model's own steps, under whichever address they were begun.
    assert len(programs) == 4 and sum("settings.c=10" in address for address in programs) == 2
    assert trained.run(**interpreter) == []
    document = json.loads(trained.ablate("logbook", "--json").stdout)
    assert [variant["name"] for variant in document["ablations"][0]["variants"]] == ["settings.c=1", "settings.c=10"]
    assert document["scores"][0]["what"] == "the program python3 train.py"


def test_a_label_that_is_corrected_reaches_the_folds_that_saw_it(trained, tmp_path, interpreter):
    project = trained.copy(tmp_path / "copy")
    folds = json.loads(project.output("folds/split", "folds").read_text())["folds"]
    rows = rows_of(project.folder / "train.csv")
    # Two rows of one question trade their labels, and stay where they are.
    first, second = (number for number, row in enumerate(rows[:3]) if row["who"] in "ab")
    rows[first]["who"], rows[second]["who"] = rows[second]["who"], rows[first]["who"]
    with open(project.folder / "train.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    states = {address for address, state in project.plan().items() if state != "reuse" and address.startswith("mine")}
    ran = project.run("mine/**", **interpreter)
    assert {f"mine/fold-{fold}/program" for fold in range(2)} <= states
    assert json.loads(project.output("folds/split", "folds").read_text())["folds"] == folds
    assert [address for address in ran if address.endswith("/program")] == [f"mine/fold-{1 - folds[first]}/program"]


@pytest.fixture(scope="module")
def quick(tmp_path_factory) -> Project:
    project = make(tmp_path_factory.mktemp("quick"), HEAD + QUICK_MODEL, quick=QUICK)
    assert sum(address.endswith("/program") for address in project.run()) == 4
    return project


def test_seeds_are_averaged_and_an_edited_script_runs_again(quick, tmp_path):
    project = quick.copy(tmp_path / "copy")
    found = load_file(project.output("quick/average-oof", "predictions"))["probabilities"]
    np.testing.assert_allclose(found, np.tile([0.27, 0.5, 0.23], (36, 1)), rtol=1e-6)
    assert project.run() == []
    script = project.folder / "quick.py"
    script.write_text(script.read_text() + "# A remark.\n")
    # What it gives is what it gave: nothing is made of it again.
    assert project.run() == [f"quick/seed-{seed}/fold-{fold}/program" for seed in (1, 3) for fold in (0, 1)]


CONFIGURED = QUICK.replace("sys.argv[1:5]", "sys.argv[1:5]; extra = open(sys.argv[5]).read()").replace("0.25 + int(seed)", "float(extra) + int(seed)")


def test_files_that_are_named_by_fold_and_seed_are_inputs_of_their_runs(tmp_path):
    models = QUICK_MODEL.replace('"{out.oof}"]', '"{out.oof}", "{settings.where}/seed-{seed}/fold-{fold}.txt"]').replace(
        "{what: right}", "{what: right, where: cfg}")
    for seed in (1, 3):
        (tmp_path / f"cfg/seed-{seed}").mkdir(parents=True)
        for fold in (0, 1):
            (tmp_path / f"cfg/seed-{seed}/fold-{fold}.txt").write_text("0.25")
    project = make(tmp_path, HEAD + models, quick=CONFIGURED)
    assert sum(address.endswith("/program") for address in project.run()) == 4
    (tmp_path / "cfg/seed-3/fold-1.txt").write_text("0.255")
    assert project.plan()["quick/seed-3/fold-1/program"] == "run"
    assert [address for address in project.run() if address.endswith("/program")] == ["quick/seed-3/fold-1/program"]
    # And what is the training table under such a name is a leak, as under any other.
    for fold in (0, 1):
        shutil.copy(tmp_path / "train.csv", tmp_path / f"cfg/all-{fold}.csv")
    project.edit("{settings.where}/seed-{seed}/fold-{fold}.txt", "{settings.where}/all-{fold}.csv")
    assert "[label-leak]" in project.ablate("check").stderr


@pytest.mark.parametrize("what, words", [
    ("nan", "{out.oof}, row 3, column 'b' holds 'nan', which is no number"),
    ("short", "{out.oof} lacks 1 of the 18 rows to predict, the first of id 'tr"),
    ("nothing", "did not write {out.oof}"),
    ("fail", "ended with exit code 1: the optimizer lost its way")])
def test_one_that_fails_says_why_and_leaves_nothing_but_its_log(quick, tmp_path, what, words):
    project = quick.copy(tmp_path / "copy")
    result = project.ablate("run", "quick/seed-1/fold-0/program", "--set", f"models.quick.program.settings.what={what}", "--json")
    failed = [event for event in map(json.loads, result.stdout.splitlines()) if event["event"] == "failed"]
    assert result.returncode != 0 and len(failed) == 1, result.stdout + result.stderr
    assert failed[0]["class"] == "command-failed" and words in failed[0]["message"]
    assert "so many rows: 18" in open(failed[0]["log"]).read()
    # It is tried again, not taken for done.
    assert project.plan("--set", f"models.quick.program.settings.what={what}")["quick/seed-1/fold-0/program"] == "run"


def test_a_trainer_of_hugging_face(tmp_path, interpreter):
    models = FINETUNE.replace("      resources: {gpus: 1}\n", "")
    project = make(tmp_path, HEAD + models, finetune=FINETUNE_PY)
    shutil.copytree(ROOT / "recipes/quickstart/backbone", tmp_path / "backbone")
    address = "bert/seed-1/fold-1/program"
    assert address in project.run(address, **interpreter)
    found = load_file(project.output(address, "oof"))
    folds = json.loads(project.output("folds/split", "folds").read_text())["folds"]
    assert found["rows"].tolist() == [row for row, fold in enumerate(folds) if fold == 1]
    assert np.ptp(found["probabilities"][:, 0]) > 0
    assert any(name == "model.safetensors" for name, *_ in project.record(address)["outputs"]["model"]["files"])
