"""Stacking: the same predictions as loops written by hand, and no leak of a label into its own fold."""

import json

import lightgbm
import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.kinds import stack as stack_module
from ablate_worker.protocol.step import Step
from ablate_worker.stacking import simplex
from ablate_worker.texts import groups
from conftest import TEMPLATE, digest
from safetensors.numpy import load_file
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler
from stacking import CLASSES, FOLDS, GROUPS, TREES, Problem, run, stack


@pytest.fixture
def problem(tmp_path):
    return Problem(tmp_path)


def trees(settings, seed):
    """LightGBM's own parameters."""
    return {"objective": "multiclass", "num_class": CLASSES, "verbosity": -1, "learning_rate": settings["learning-rate"],
            "num_leaves": settings["leaves"], "min_data_in_leaf": settings["min-rows"], "feature_fraction": 0.7,
            "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 1.0, "max_bin": 63, "seed": seed, "deterministic": True,
            "force_row_wise": True, "num_threads": 1, "feature_pre_filter": False}


def fit_trees(x, y, w, codes, seed):
    """One fit by hand: early stopping on a fifth of the groups, then all rows. (booster, rounds)."""
    names = np.unique(codes)
    watched = np.isin(codes, np.random.default_rng(seed).permutation(names)[:round(len(names) / 5)])
    data = lightgbm.Dataset(x[~watched], y[~watched], weight=w[~watched])
    watch = lightgbm.Dataset(x[watched], y[watched], weight=w[watched], reference=data)
    stopping = lightgbm.early_stopping(TREES["early-stopping"], verbose=False)
    rounds = lightgbm.train(trees(TREES, seed), data, TREES["rounds"], valid_sets=[watch], callbacks=[stopping]).best_iteration
    return lightgbm.train(trees(TREES, seed), lightgbm.Dataset(x, y, weight=w), rounds), rounds


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
def test_lightgbm_is_the_loop_one_would_write(weighted, worker, problem):
    if weighted:
        problem.weights = np.random.default_rng(9).choice([0.0, 0.5, 1.0, 3.0], GROUPS * CLASSES).tolist()
        problem.write()
    seeds, y, codes = [3, 11], problem.labels[problem.train], problem.codes[problem.train]
    oof, test, report, metrics = run(worker, stack(seeds=seeds, **{"group-statistics": True}), problem.given("test", "feat", "rows-"))
    x, unseen, w = problem.design("oof", True), problem.design("test", True), np.array(problem.weights or np.ones(len(y)))
    expected, tested, rounds, gain, shap = np.zeros_like(oof, np.float64), 0, [], 0, 0
    for fold in range(FOLDS):
        seen, held = (problem.folds != fold) & (w > 0), problem.folds == fold
        for seed in seeds:
            booster, count = fit_trees(x[seen], y[seen], w[seen], codes[seen], seed)
            rounds.append(count)
            expected[held] += booster.predict(x[held]) / 2
            tested = tested + booster.predict(unseen) / 2 / FOLDS
            if seed == seeds[0]:
                gain = gain + booster.feature_importance("gain") * held.mean()
                parts = booster.predict(x[held], pred_contrib=True).reshape(held.sum(), CLASSES, x.shape[1] + 1)
                shap = shap + np.abs(parts[:, :, :-1]).sum(axis=(0, 1)) / len(y)
    np.testing.assert_allclose(oof, expected, atol=1e-7)
    np.testing.assert_allclose(test, tested, atol=1e-7)
    assert [n for fold in report["folds"] for n in fold["tuned"]] == rounds and len(set(rounds)) > 1
    assert metrics["iterations"] == np.mean(rounds)
    names = [f"{model}.log-p-{label}" for model in ("bert", "tiny") for label in range(CLASSES)]
    names += groups.names(names) + ["rating", "noise", "constant"]
    for kind, values in (("gain", gain), ("shap", shap)):
        np.testing.assert_allclose([report["importances"][kind][name] for name in names], values, rtol=1e-9)
        assert report["ranked"][kind][0] == names[int(np.argmax(values))] and report["importances"][kind]["constant"] == 0
    scored = lambda p, rows=slice(None): log_loss(y[rows], p[rows], sample_weight=w[rows])
    np.testing.assert_allclose(metrics["log-loss"], scored(expected), rtol=1e-6)
    for model in problem.models:
        np.testing.assert_allclose(report["log-loss"]["before"][model], scored(problem.read(f"oof.{model}")), rtol=1e-6)
    np.testing.assert_allclose([fold["log-loss"] for fold in report["folds"]],
                               [scored(expected, problem.folds == fold) for fold in range(FOLDS)], rtol=1e-6)
    assert report["log-loss"]["after"] < min(report["log-loss"]["before"].values())


def test_a_refit_uses_all_rows_and_the_mean_of_the_rounds(worker, problem):
    _, test, report, _ = run(worker, stack(test="refit", seeds=[3, 4]), problem.given("test", "feat"))
    rounds = round(np.mean([n for fold in report["folds"] for n in fold["tuned"]]))
    x, y = problem.design("oof"), problem.labels[problem.train]
    expected = np.mean([lightgbm.train(trees(TREES, seed), lightgbm.Dataset(x, y), rounds).predict(problem.design("test"))
                        for seed in (3, 4)], axis=0)
    np.testing.assert_allclose(test, expected, atol=1e-7)
    assert report["refit"] == {"tuned": rounds}


@pytest.mark.parametrize("choices", [0.3, [0.001, 0.3, 30.0]], ids=["given", "chosen"])
def test_logistic_is_scikit_learns(choices, worker, problem):
    oof, test, report, _ = run(worker, stack("logistic", {"regularization": choices}), problem.given("test", "feat"))
    x, unseen, y, codes = problem.design("oof"), problem.design("test"), problem.labels[problem.train], problem.codes[problem.train]

    def fit(rows, c, others):
        mean = np.nanmean(x[rows], axis=0)
        scaler = StandardScaler().fit(np.where(np.isnan(x[rows]), np.nan, x[rows]))
        ready = lambda z: scaler.transform(np.where(np.isnan(z), mean, z))
        return LogisticRegression(C=c, max_iter=2000).fit(ready(x[rows]), y[rows]).predict_proba(ready(others))
    expected, tested = np.zeros(oof.shape), 0
    for fold in range(FOLDS):
        seen, c = problem.folds != fold, choices
        if isinstance(choices, list):
            names = np.unique(codes[seen])
            inner = seen & np.isin(codes, np.random.default_rng(3).permutation(names)[:round(len(names) / 5)])
            c = min(choices, key=lambda one: log_loss(y[inner], fit(seen & ~inner, one, x[inner])))
        assert report["folds"][fold]["tuned"] == [c]
        expected[~seen] = fit(seen, c, x[~seen])
        tested = tested + fit(seen, c, unseen) / FOLDS
    np.testing.assert_allclose(oof, expected, atol=2e-4)  # where the solver stops
    np.testing.assert_allclose(test, tested, atol=2e-4)
    assert report["importances"]["coefficient"]["constant"] < 1e-6


def mixture(chosen, share):
    """Weights by scipy's own constrained solver."""
    count = len(chosen)
    solved = minimize(lambda w: -(share @ np.log(w @ chosen)), np.full(count, 1 / count), method="SLSQP",
                      jac=lambda w: -(chosen / (w @ chosen)) @ share, bounds=[(1e-12, 1)] * count,
                      constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-15, "maxiter": 1000})
    return solved.x, solved.fun


def test_simplex_weights_are_the_optimum_that_scipy_finds(worker, problem):
    problem.weights = np.random.default_rng(2).choice([0.5, 1.0, 2.0], GROUPS * CLASSES).tolist()
    problem.models["poor"] = np.full((len(problem.labels), CLASSES), 1 / CLASSES) * [1.5, 0.9, 0.6]
    problem.write()
    oof, test, report, metrics = run(worker, stack("simplex", test="refit"), problem.given("test"))
    names, y, w = sorted(problem.models), problem.labels[problem.train], np.array(problem.weights)
    table = np.stack([problem.read(f"oof.{name}") for name in names])
    chosen = table[:, np.arange(len(y)), y]
    for fold in range(FOLDS):
        seen, held = problem.folds != fold, problem.folds == fold
        weights, _ = mixture(chosen[:, seen], w[seen] / w[seen].sum())
        found = [report["folds"][fold]["weights"][name] for name in names]
        np.testing.assert_allclose(found, weights, atol=1e-5)
        np.testing.assert_allclose(oof[held], np.tensordot(weights, table[:, held], 1), atol=1e-5)
    weights, _ = mixture(chosen, w / w.sum())
    np.testing.assert_allclose([report["refit"]["weights"][name] for name in names], weights, atol=1e-5)
    np.testing.assert_allclose(test, np.tensordot(weights, [problem.read(f"test.{name}") for name in names], 1), atol=1e-5)
    assert metrics["weight-poor"] < 1e-4 and metrics["log-loss"] < min(report["log-loss"]["before"].values())


@pytest.mark.parametrize(("models", "rows", "apart"), [(1, 50, 1), (2, 100, 0.01), (12, 2000, 0.05), (6, 20, 4), (5, 3, 2)])
def test_simplex_reaches_the_optimum_of_any_table(models, rows, apart):
    chance = np.random.default_rng(models)
    chosen = 1 / (1 + np.exp(-(chance.normal(size=rows) + apart * chance.normal(size=(models, rows)))))
    chosen[chance.random(chosen.shape) < 0.02] = 1e-15  # certain and wrong
    share = chance.random(rows)
    share /= share.sum()
    weights = simplex.weights(chosen, share * 7)
    assert (weights >= 0).all() and abs(weights.sum() - 1) < 1e-12
    assert -(share @ np.log(weights @ chosen)) <= mixture(chosen, share)[1] + 1e-9


@pytest.mark.parametrize("learner", ["lightgbm", "logistic", "simplex"])
def test_a_folds_labels_do_not_reach_its_own_predictions(learner, worker, problem):
    given = problem.given() if learner == "simplex" else problem.given("feat")
    more = {} if learner == "simplex" else {"group-statistics": True}
    before = run(worker, stack(learner, **more), given)[0]
    first = np.flatnonzero(problem.folds == 2)
    problem.labels[first] = (problem.labels[first] + 1 + np.arange(len(first)) % 2) % CLASSES
    problem.write()
    after = run(worker, stack(learner, **more), given)[0]
    np.testing.assert_array_equal(before[first], after[first])
    for fold in (0, 1, 3):
        assert (before[problem.folds == fold] != after[problem.folds == fold]).any()


@pytest.mark.parametrize("learner", ["lightgbm", "logistic"])
def test_labels_that_mean_nothing_give_no_better_than_chance(learner, worker, problem):
    problem.labels[problem.train] = np.random.default_rng(4).integers(0, CLASSES, GROUPS * CLASSES)
    _, _, report, _ = run(worker, stack(learner, **{"group-statistics": True}), problem.write().given("feat"))
    assert report["log-loss"]["after"] > np.log(CLASSES) - 0.02


@pytest.mark.parametrize("learner", ["lightgbm", "logistic", "simplex"])
def test_the_same_bytes_in_every_process(learner, fresh, worker, problem):
    given = problem.given("test") if learner == "simplex" else problem.given("test", "feat")
    assert digest(worker.run("stack", stack(learner), given)[0]) == digest(fresh().run("stack", stack(learner), given)[0])


def test_seeds_matter_and_rows_of_weight_zero_do_not(worker, problem):
    given = problem.given("feat")
    assert (run(worker, stack(seeds=[1]), given)[0] != run(worker, stack(seeds=[2]), given)[0]).any()
    problem.weights = [0.0 if row % 7 == 0 else 1.0 for row in range(GROUPS * CLASSES)]
    before = run(worker, stack(), problem.write().given("feat"))[0]
    problem.labels[problem.train][::7] = 0
    np.testing.assert_array_equal(before, run(worker, stack(), problem.write().given("feat"))[0])


def test_predictions_in_any_order_and_a_class_nobody_has(worker, problem):
    before = run(worker, stack("logistic"), problem.given())[0]
    order = np.random.default_rng(0).permutation(GROUPS * CLASSES)
    problem.predictions("oof.bert", order, problem.models["bert"][problem.train][order])
    np.testing.assert_array_equal(before, run(worker, stack("logistic"), problem.given())[0])
    problem.labels[problem.train] = np.minimum(problem.labels[problem.train], 1)
    for learner in ("lightgbm", "logistic"):
        found = run(worker, stack(learner), problem.write().given())[0]
        assert np.isfinite(found).all() and found[:, 2].max() < 1e-3


def test_real_predictions_of_two_baselines(worker, dataset, tmp_path):
    folds, given = formats.read_json(dataset["folds"])["folds"], {name: dataset[name] for name in ("rows", "folds")}
    for analyzer, ngrams in (("word", [1, 1]), ("char", [1, 2])):
        rows, logits = [], []
        for fold in range(4):
            settings = {"analyzer": analyzer, "ngrams": ngrams, "min-count": 1, "regularization": 1.0}
            parameters = {"tfidf": settings, "template": TEMPLATE, "fold": fold, "classes": 3}
            model, _ = worker.run("fit", parameters, {name: dataset[name] for name in ("texts", "rows", "folds")})
            predicted, _ = worker.run("predict", parameters, {"texts": dataset["texts"], "folds": dataset["folds"],
                                                              "model": model / "model"})
            part = load_file(predicted / "predictions")
            rows.append(part["rows"])
            logits.append(part["logits"])
        order = np.argsort(np.concatenate(rows))
        given[f"oof.{analyzer}"] = tmp_path / analyzer
        formats.write_predictions(tmp_path / analyzer, np.arange(len(folds)), np.concatenate(logits)[order])
    given["features-train"] = worker.run("features", {"features": ["length", "casing", "group-statistics"]},
                                         {"texts": dataset["texts"], "rows": dataset["rows"]})[0] / "features"
    _, result = worker.run("stack", stack("logistic", {"regularization": [0.01, 0.1, 1.0]}), given)
    metrics = result["metrics"]
    assert metrics["log-loss"] < min(metrics["log-loss-word"], metrics["log-loss-char"])
    assert metrics["rows"] == len(folds) and metrics["columns"] == 6 + 8 + 9 + (4 + 9) * 7


def test_shap_is_of_some_rows_where_a_fold_has_many(problem, tmp_path, monkeypatch):
    monkeypatch.setattr(stack_module, "EXPLAINED", 10)
    reports = []
    for learner in ("lightgbm", "logistic"):
        outputs = tmp_path / learner
        outputs.mkdir()
        named = {name: {"path": str(path), "name": name} for name, path in problem.given("feat").items()}
        stack_module.run(Step("test", "stack", stack(learner), named, outputs, None, None, 1, "cpu", Silent()))
        reports.append(json.loads((outputs / "report").read_text()))
    x, y, codes, expected = problem.design("oof"), problem.labels[problem.train], problem.codes[problem.train], 0
    for fold in range(FOLDS):
        seen, held = problem.folds != fold, np.flatnonzero(problem.folds == fold)
        booster, _ = fit_trees(x[seen], y[seen], np.ones(seen.sum()), codes[seen], 3)
        some = held[[0, 6, 13, 19, 26, 32, 39, 45, 52, 59]]  # ten of sixty, from the first to the last
        parts = booster.predict(x[some], pred_contrib=True).reshape(10, CLASSES, -1)[:, :, :-1]
        expected = expected + np.abs(parts).sum(axis=1).mean(axis=0) / FOLDS
    assert reports[0]["importances"]["shap"]["rating"] == pytest.approx(expected[6], rel=1e-9)
    assert reports[0]["log-loss"]["before"] == reports[1]["log-loss"]["before"]


class Silent:
    """A channel that nobody reads, for a step run in this process."""

    def progress(self, *_):
        pass


def test_a_teacher_without_a_fold_is_that_folds_learner_and_reads_none_of_its_labels(worker, problem):
    given = problem.given("test", "feat", "rows-")
    mean = run(worker, stack(), given)[1]
    parts = [load_file(worker.run("stack", stack(fold=fold), given)[0] / "test")["probabilities"] for fold in range(FOLDS)]
    np.testing.assert_allclose(np.mean(parts, axis=0), mean, atol=1e-6)
    problem.labels[np.flatnonzero(problem.folds == 2)] = 0
    problem.write()
    again = load_file(worker.run("stack", stack(fold=2), given)[0] / "test")["probabilities"]
    np.testing.assert_array_equal(parts[2], again)
