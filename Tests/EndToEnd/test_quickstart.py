"""The quickstart as its README promises it: models that beat chance clearly, averaging that helps, a constraint that helps
more, and test labels, which no step has read, that say the same."""

import csv
import hashlib
import json
import shutil

import numpy
import pytest
from safetensors.numpy import load_file
from sklearn.metrics import log_loss

from conftest import ROOT, Project, site

QUICKSTART = ROOT / "recipes" / "quickstart"
CHANCE = numpy.log(7)


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("quickstart") / "quickstart"
    shutil.copytree(QUICKSTART, folder, ignore=shutil.ignore_patterns(".ablate", "logbook", "submission.csv"))
    site(folder)
    project = Project(folder)
    project.executed = project.run()
    return project


def logbook(quickstart) -> dict:
    return json.loads((quickstart.folder / "logbook" / "logbook.json").read_text())


def scores(quickstart) -> dict[str, dict]:
    return {score["name"]: score["evaluation"] for score in logbook(quickstart)["scores"]}


def test_the_data_are_what_their_readme_says():
    with open(QUICKSTART / "data" / "train.csv") as file:
        rows = list(csv.DictReader(file))
    groups = {}
    for row in rows:
        groups.setdefault(row["Question"], []).append(row["target"])
    assert len(groups) == 150 and all(sorted(labels) == list("0123456") for labels in groups.values())
    with open(QUICKSTART / "data" / "test.csv") as file:
        test = list(csv.DictReader(file))
    assert len(test) == 350 and len({row["Question"] for row in test}) == 50
    assert not {row["Question"] for row in test} & set(groups)
    assert sum(path.stat().st_size for path in (QUICKSTART / "backbone").iterdir()) <= 5_000_000


def test_every_model_beats_chance_clearly_and_the_baseline_is_neither_trivial_nor_hopeless(quickstart):
    found = scores(quickstart)
    assert 0.5 < found["baseline"]["log-loss"] < 1.4
    assert found["tiny"]["log-loss"] < CHANCE - 0.4
    assert all(seed["log-loss"] < CHANCE - 0.4 for seed in found["tiny"]["seeds"])


def test_averaging_and_optimizing_lower_the_score(quickstart):
    found = scores(quickstart)
    alone = numpy.mean([seed["log-loss"] for seed in found["tiny"]["seeds"]])
    assert found["tiny"]["log-loss"] < alone - 0.005
    assert found["final"]["log-loss"] < found["blend"]["log-loss"] - 0.1


def test_the_ablation_has_a_verdict(quickstart):
    (ablation,) = logbook(quickstart)["ablations"]
    baseline, variant = ablation["variants"]
    assert baseline["is_baseline"] and len(variant["evaluation"]["cells"]) == 6
    assert variant["comparison"]["interval"][0] < variant["comparison"]["difference"] < variant["comparison"]["interval"][1]
    assert any("rank" in answer for answer in logbook(quickstart)["answers"])


def test_the_test_labels_confirm_it_and_no_step_has_read_them(quickstart):
    with open(QUICKSTART / "data" / "test-labels.csv") as file:
        labels = {row["id"]: int(row["target"]) for row in csv.DictReader(file)}
    with open(quickstart.folder / "submission.csv") as file:
        rows = list(csv.DictReader(file))
    truth = [labels[row["id"]] for row in rows]
    final = numpy.array([[float(row[f"target_{label}"]) for label in range(7)] for row in rows])
    assert final.sum(1) == pytest.approx(1, abs=1e-4)
    blend = load_file(quickstart.output("blend/average-test", "predictions"))["probabilities"].astype(float)
    before = log_loss(truth, blend / blend.sum(1, keepdims=True))
    after = log_loss(truth, final / final.sum(1, keepdims=True))
    assert before < CHANCE - 0.4 and after < before - 0.1
    digest = hashlib.sha256((QUICKSTART / "data" / "test-labels.csv").read_bytes()).hexdigest()
    assert all(digest not in quickstart.record(address)["manifest"]["inputs"].values() for address in quickstart.plan())


def test_the_second_run_executes_nothing(quickstart):
    assert len(quickstart.executed) == len(quickstart.plan()) == 59
    assert quickstart.run() == []
    assert set(quickstart.plan().values()) == {"reuse"}
