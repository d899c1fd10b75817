"""What `stack` refuses, and that it says which model, row or setting is wrong."""

import numpy as np
import pytest
from ablate_worker.files import formats
from stacking import CLASSES, GROUPS, Problem, stack


@pytest.fixture
def problem(tmp_path):
    return Problem(tmp_path)


def test_faults_in_predictions(worker, problem):
    count, bert = GROUPS * CLASSES, problem.models["bert"]

    def fails(words, row=None, given=None, **more):
        failure = worker.fails("stack", stack(**more), given or problem.given("test"))
        assert failure.kind == "invalid-input" and words in failure.message and failure.event.get("row") == row, failure.message
    kept = np.delete(np.arange(count), [4, 9])
    problem.predictions("oof.bert", kept, bert[kept])
    fails("the out-of-fold predictions of 'bert' lack row 5 and 1 more", 5)
    twice = np.sort(np.append(np.arange(count), 6))
    problem.predictions("oof.bert", twice, bert[twice])
    fails("the out-of-fold predictions of 'bert' repeat row 7:", 7)
    problem.predictions("oof.bert", np.arange(count + 3), bert[:count + 3])
    fails(f"the out-of-fold predictions of 'bert' have a row {count + 1}, and the table has {count}", count + 1)
    problem.write().predictions("oof.bert", np.arange(count), bert[:count, :2])
    fails("of 3 classes were expected")
    problem.write().predictions("test.tiny", np.arange(50), bert[:50])
    fails("the test predictions of 'tiny' lack row 51 and 9 more", 51)
    problem.write()
    given = problem.given("test")
    fails("'tiny' has out-of-fold predictions and no test predictions", given={k: v for k, v in given.items() if k != "test.tiny"})
    fails("at least one model", given={k: given[k] for k in ("rows", "folds")})


def test_faults_in_settings_and_tables(worker, problem, tmp_path):
    def fails(words, given=None, **more):
        failure = worker.fails("stack", stack(**more), given or problem.given())
        assert failure.kind == "invalid-input" and words in failure.message, failure.message
    fails("learner is 'xgboost'; it may be lightgbm, logistic, ridge or simplex", learner="xgboost")
    fails("row-share is 1.5; it must be a number above 0 and at most 1", settings={"row-share": 1.5})
    fails("rounds is 2.5; it must be an integer of at least 1", settings={"rounds": 2.5})
    fails("regularization is []", learner="logistic", settings={"regularization": []})
    fails("reads no features", learner="simplex", given=problem.given("features-train"))
    fails("test is 'median'", test="median")
    fails("a seed is repeated in 1, 1", seeds=[1, 1])
    fails("rows has 3 classes, and the step is to predict 7", classes=7)
    fails("needs the input 'rows-test'", given=problem.given("test"), **{"group-statistics": True})
    fails("of one table and not of the other", given=problem.given("test", "features-train"))
    formats.write_features(tmp_path / "short", ["rating"], np.zeros(5))
    fails("short has features of 5 rows, and the table has 240", given=problem.given() | {"features-train": tmp_path / "short"})
    formats.write_features(tmp_path / "wild", ["rating"], np.full(240, np.inf))
    fails("the feature 'rating' is infinite in row 1", given=problem.given() | {"features-train": tmp_path / "wild"})
    formats.write_json(tmp_path / "folds", {"count": 5, "folds": problem.folds.tolist()})
    fails("says 5 folds and has rows in 4", given=problem.given() | {"folds": tmp_path / "folds"})
    formats.write_json(tmp_path / "folds", {"count": 4, "folds": problem.folds.tolist()[1:]})
    fails("assigns 239 rows to folds, and the table has 240", given=problem.given() | {"folds": tmp_path / "folds"})
    rows = formats.read_json(problem.write().inputs["rows"])
    formats.write_json(tmp_path / "rows", rows | {"groups": None})
    fails("rows has none: name their column", given=problem.given() | {"rows": tmp_path / "rows"}, **{"group-statistics": True})
    formats.write_json(tmp_path / "rows", rows | {"groups": [0] * 240})
    fails("the rows to train on are all of one group", given=problem.given() | {"rows": tmp_path / "rows"})
    formats.write_json(tmp_path / "rows", rows | {"labels": [1] * 240})
    fails("fewer than two different labels", given=problem.given() | {"rows": tmp_path / "rows"})


def test_a_learner_of_very_few_rows_says_which_it_had(worker, problem):
    """Three rows weigh anything, of three labels and in three folds: without the first fold two are left, and one of these is tuned on."""
    weights = np.zeros(GROUPS * CLASSES)
    for label in range(CLASSES):
        weights[np.flatnonzero((problem.folds == label) & (problem.labels[problem.train] == label))[0]] = 1
    problem.weights = weights.tolist()
    problem.write()

    def fails(words, learner, settings, **more):
        failure = worker.fails("stack", stack(learner, settings, **more), problem.given("test"))
        assert failure.kind == "invalid-input", failure.message
        assert failure.message.startswith(f"{learner} without fold {more.get('fold') or 0} (2 rows with a weight above 0): "), failure.message
        assert words in failure.message, failure.message
    fails("a share of 0.8 of 1 row, which is less than one", "lightgbm", {"row-share": 0.8})
    fails("a share of 0.3 of 2 rows, which is less than one", "lightgbm", {"row-share": 0.3, "early-stopping": None})
    fails("a share of 0.8 of 1 row, which is less than one", "lightgbm", {"row-share": 0.8}, fold=1)
    fails("have one label, and two are needed", "logistic", {"regularization": [1.0, 0.1]})
    for learner, settings in (("lightgbm", {"row-share": 1.0}), ("logistic", {}), ("simplex", {})):
        worker.run("stack", stack(learner, settings), problem.given("test"))
