"""The recipe of the whole loop: two models, features, LightGBM, marginals, two rounds of pseudo-labels, a submission.

`ABLATE_LONG=1` runs it: minutes. Its scores are then held against labels that no step read.
"""

import csv
import json
import os
import shutil
import subprocess
import time

import numpy as np
import pytest
from conftest import BINARY, ROOT, site
from sklearn.metrics import log_loss


@pytest.fixture
def folder(tmp_path):
    for name in ("quickstart", "quickstart-beyond"):
        shutil.copytree(ROOT / "recipes" / name, tmp_path / name, ignore=shutil.ignore_patterns(".ablate", "logbook"))
    site(tmp_path / "quickstart-beyond")
    return tmp_path / "quickstart-beyond"


def ablate(folder, *arguments):
    result = subprocess.run([BINARY, *arguments], cwd=folder, capture_output=True, text=True, timeout=1200)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def test_the_plan_has_two_rounds_and_no_leak(folder):
    assert "no errors" in ablate(folder, "check", "recipe.yaml").stdout
    steps = json.loads(ablate(folder, "plan", "recipe.yaml", "--json").stdout)["steps"]
    assert sum(step["kind"] == "finetune" for step in steps) == 9
    assert {"stacked/stack", "round-1/final/evaluate", "round-2/final/evaluate", "submission"} <= {step["address"] for step in steps}


@pytest.mark.skipif(os.environ.get("ABLATE_LONG") != "1", reason="minutes; ABLATE_LONG=1")
def test_it_runs_and_hidden_labels_confirm_it(folder):
    begun = time.monotonic()
    ablate(folder, "run", "recipe.yaml", "--progress", "none")
    assert time.monotonic() - begun < 480
    with open(folder / "../quickstart/data/test-labels.csv", newline="") as file:
        truth = {row["id"]: int(row["target"]) for row in csv.DictReader(file)}
    with open(folder / "submission.csv", newline="") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    values = np.array([[float(value) for value in row[1:]] for row in rows])
    hidden = log_loss([truth[row[0]] for row in rows], values / values.sum(1, keepdims=True))

    def score(address):
        return json.loads(ablate(folder, "show", "recipe.yaml", address, "--json").stdout)["record"]["metrics"]["log-loss"]
    stages = [score(f"round-2/{name}/evaluate") for name in ("baseline", "tiny", "blend", "stacked", "final")]
    assert stages == sorted(stages, reverse=True), "each stage is better than the one before"
    assert hidden == pytest.approx(stages[-1], abs=0.06)
    text = (folder / "logbook" / "LOGBOOK.md").read_text()
    assert all(f"| {stage:.4f} |" in text for stage in stages), "the logbook states the score of each stage"
    effects = {one["name"]: one["effect"] for one in json.loads((folder / "logbook" / "logbook.json").read_text())["scores"]}
    assert effects["final"]["interval"][0] > 0 and effects["stacked"]["interval"][0] > 0, "and that these gains are real"
