"""The whole loop on the quickstart's data, recipes/quickstart-beyond: every stage's out-of-fold score is cross-fitted, and test
labels, which no step has read, confirm the order of the stages within noise.

Minutes long, so it runs where ABLATE_LONG=1 is set. Always: the loop without its fine-tuned model and with one round.
"""

import csv
import hashlib
import json
import os
import shutil
import time

import numpy
import pytest
from safetensors.numpy import load_file

from conftest import ROOT, Project, site

STAGES = ["tiny", "blend", "stacked", "final"]  # each with more in it than the one before
LABELS = ROOT / "recipes" / "quickstart" / "data" / "test-labels.csv"
LIMIT = 8 * 60  # seconds


def looped(folder, *edits) -> Project:
    """The recipe, changed by edits (old, new), run beside a copy of the quickstart."""
    for name in ("quickstart", "quickstart-beyond"):
        shutil.copytree(ROOT / "recipes" / name, folder / name,
                        ignore=shutil.ignore_patterns(".ablate", "logbook", "submission.csv"))
    project = Project(folder / "quickstart-beyond")
    site(project.folder)
    for old, new in edits:
        project.edit(old, new)
    began = time.monotonic()
    project.executed = project.run()
    project.seconds = time.monotonic() - began
    return project


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Project:
    recipe = (ROOT / "recipes" / "quickstart-beyond" / "recipe.yaml").read_text()
    tiny = recipe[recipe.index("  tiny:\n"):recipe.index("\nstack:")]
    letters = "  tiny: {tfidf: {analyzer: char, ngrams: [2, 4], min-count: 2, regularization: 100.0}}\n"
    return looped(tmp_path_factory.mktemp("small"), (tiny, letters), ("count: 2, from: final", "count: 1, from: final"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Project:
    if os.environ.get("ABLATE_LONG") != "1":
        pytest.skip("takes minutes: set ABLATE_LONG=1")
    return looped(tmp_path_factory.mktemp("whole"))


def question_losses(project: Project, address: str, output: str) -> numpy.ndarray:
    """The mean of -log p of the true label over each test question's rows: its rows are no independent draws."""
    with open(project.folder.parent / "quickstart" / "data" / "test.csv") as file:
        rows = list(csv.DictReader(file))
    with open(LABELS) as file:
        truth = {row["id"]: int(row["target"]) for row in csv.DictReader(file)}
    said = load_file(project.output(address, output))["probabilities"].astype(float)
    losses = -numpy.log((said / said.sum(1, keepdims=True))[numpy.arange(len(rows)), [truth[row["id"]] for row in rows]])
    questions = numpy.unique([row["Question"] for row in rows], return_inverse=True)[1]
    return numpy.bincount(questions, losses) / numpy.bincount(questions)


def addresses(project: Project) -> dict[str, tuple[str, str]]:
    """Where the test predictions of each stage lie."""
    plan = project.plan()
    found = {}
    for stage in STAGES:
        steps = [f"{stage}/stack", f"{stage}/optimize-test", f"{stage}/average-test", f"{stage}/seed-1/average-test"]
        address = next(name for name in steps if name in plan)
        found[stage] = address, "test" if address.endswith("/stack") else "predictions"
    return found


def check_order(project: Project):
    """The out-of-fold scores fall from stage to stage, and the test contradicts none of it by more than its noise."""
    scores = {score["name"]: score["evaluation"]["log_loss"]
              for score in json.loads((project.folder / "logbook" / "logbook.json").read_text())["scores"]}
    losses = {stage: question_losses(project, *where) for stage, where in addresses(project).items()}
    for worse, better in zip(STAGES, STAGES[1:]):
        assert scores[better] < scores[worse], scores
        difference = losses[better] - losses[worse]
        assert difference.mean() < 2 * noise(difference), (worse, better, difference.mean())
    for stage in STAGES:
        assert abs(losses[stage].mean() - scores[stage]) < 3 * noise(losses[stage]), (stage, losses[stage].mean(), scores[stage])
    assert losses["final"].mean() < losses["blend"].mean() - 0.2


def noise(values: numpy.ndarray) -> float:
    """The standard error of a mean."""
    return values.std(ddof=1) / len(values) ** 0.5


def check_labels_unread(project: Project):
    digest = hashlib.sha256(LABELS.read_bytes()).hexdigest()
    records = [path.read_text() for path in (project.folder / ".ablate" / "records").glob("*/*.json")]
    assert len(records) >= len(project.executed) and not any(digest in record for record in records)


def test_the_small_loop_keeps_its_order_on_the_test_labels_which_no_step_has_read(small):
    check_order(small)
    check_labels_unread(small)
    assert "round-1/final/optimize-test" in small.executed and small.run() == []


def test_the_whole_loop_ends_in_time_and_keeps_its_order_on_the_test_labels(whole):
    assert whole.seconds < LIMIT
    check_order(whole)
    check_labels_unread(whole)
    assert "round-2/final/optimize-test" in whole.executed and len(whole.executed) == len(whole.plan())
