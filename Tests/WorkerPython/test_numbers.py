"""The target `number`: what is learnt and predicted are scikit-learn's and LightGBM's numbers, in the table's own units."""

import json

import lightgbm
import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import tfidf
from ablate_worker.protocol.step import Failure
from ablate_worker.stacking.learners import Rows
from ablate_worker.stacking.numberlearners import NumberSimplex
from ablate_worker.targets.numbers import Numbers
from conftest import COLUMNS, TEMPLATE, TINY, finetune, ingest, inputs, predicting
from safetensors.numpy import load_file
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SETTINGS = {"analyzer": "word", "ngrams": [1, 1], "min-count": 1, "regularization": 2.0}


def table(dataset, folder, width, weights=None):
    """A `rows` file of the easy problem's rows: thousands, plus how often the answer has some words, in `width` columns."""
    rows, texts = formats.read_json(dataset["rows"]), formats.read_texts(dataset["texts"])
    numbers = [[5000 + 100 * column + 40 * sum(word in ("sea", "sum", "red")[column] for word in text["answer"].split())
                + len(text["answer"].split()) for column in range(width)] for text in texts]
    formats.write_json(folder / "rows", rows | {"labels": None, "classes": width, "numbers": numbers, "weights": weights})
    return folder / "rows", np.array(numbers, float)


def folds_of(dataset):
    return np.array(formats.read_json(dataset["folds"])["folds"])


@pytest.mark.parametrize(("width", "weighted"), [(1, False), (2, True)])
def test_the_baseline_is_scikit_learns_ridge(width, weighted, worker, dataset, tmp_path):
    folds = folds_of(dataset)
    weights = np.random.default_rng(1).choice([0.5, 1.0, 4.0], len(folds)) if weighted else None
    rows, numbers = table(dataset, tmp_path, width, None if weights is None else weights.tolist())
    parameters = {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": width, "target": "number"}
    model, _ = worker.run("fit", parameters, inputs(dataset, "texts", "folds", rows=rows))
    predictions, _ = worker.run("predict", parameters, inputs(dataset, "texts", "folds", model=model / "model"))
    found = load_file(predictions / "predictions")
    assert found["values"].dtype == np.float64 and found["rows"].tolist() == np.flatnonzero(folds == 0).tolist()
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(dataset["texts"])), object)
    pipeline = make_pipeline(TfidfVectorizer(lowercase=False, sublinear_tf=True), Ridge(alpha=0.5, tol=1e-10))
    fit = {} if weights is None else {"ridge__sample_weight": weights[folds != 0]}
    expected = pipeline.fit(texts[folds != 0], numbers[folds != 0], **fit).predict(texts[folds == 0])
    np.testing.assert_allclose(found["values"], expected.reshape(-1, width), rtol=1e-6)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_a_fine_tune_learns_numbers_in_their_own_units(loss, worker, dataset, tmp_path):
    folds = folds_of(dataset)
    rows, numbers = table(dataset, tmp_path, 2)
    parameters = finetune(scratch=TINY, lora=None, classes=2, target="number",
                          training={"loss": loss, "epochs": 30, "validation": 0.1})
    model, result = worker.run("finetune", parameters, inputs(dataset, "tokens", "folds", rows=rows))
    assert 0 < result["metrics"]["validation-loss"] < 10  # in deviations, not in thousands
    predictions, _ = worker.run("predict", predicting(parameters, 0) | {"target": "number"},
                                inputs(dataset, "tokens", "folds", model=model / "model"))
    found, truth = load_file(predictions / "predictions")["values"], numbers[folds == 0]
    assert np.abs(found - truth).mean() < 0.8 * np.abs(np.median(numbers[folds != 0], axis=0) - truth).mean()


def test_losses_are_torchs_and_a_settled_head_says_the_numbers():
    target, chance = Numbers(3), np.random.default_rng(2)
    truth, weights = chance.normal(7000, 30, (50, 3)), chance.choice([0.0, 1.0, 3.0], 50)
    goals, scale = target.goals(truth, weights)
    np.testing.assert_allclose(np.average(goals, axis=0, weights=weights), 0, atol=1e-6)
    np.testing.assert_allclose(np.average(goals ** 2, axis=0, weights=weights), 1, atol=1e-5)
    states = torch.randn(50, 8)
    head = torch.nn.Linear(8, 3)
    before = head(states).detach().numpy()
    target.settle(head, scale)
    np.testing.assert_allclose(head(states).detach().numpy(), before * scale.deviation + scale.centre, rtol=1e-6)
    outputs, wanted = torch.tensor([[0.0, 3.0]]), torch.tensor([[1.0, 0.0]])
    for name, expected in (("mse", 5.0), (None, 5.0), ("mae", 2.0), ("huber", (0.5 + 2.5) / 2)):
        assert Numbers(2).loss(name)(outputs, wanted).tolist() == [expected]
    with pytest.raises(Failure, match="every row to train on has weight 0"):
        target.goals(truth, np.zeros(50))


def write_members(dataset, folder, numbers):
    """Two models' predictions: (inputs by name, values [models, rows, width])."""
    chance, given, values = np.random.default_rng(4), {}, []
    for name, noise in (("a", 20.0), ("b", 40.0)):
        made = numbers + chance.normal(0, noise, numbers.shape)
        formats.write_values(folder / name, range(len(numbers)), made)
        given[f"oof.{name}"] = folder / name
        values.append(made)
    return given, np.stack(values)


def stack(learner, width, settings=None):
    return {"learner": learner, "settings": settings or {}, "seeds": [3], "test": "mean", "classes": width, "fold": None,
            "group-statistics": False, "target": "number"}


@pytest.mark.parametrize("width", [1, 2])
def test_learners_of_numbers_are_the_loops_one_would_write(width, worker, dataset, tmp_path):
    folds = folds_of(dataset)
    weights = np.random.default_rng(6).choice([0.5, 1.0, 2.0], len(folds))
    rows, numbers = table(dataset, tmp_path, width, weights.tolist())
    members, values = write_members(dataset, tmp_path, numbers)
    given, x = inputs(dataset, "folds", rows=rows) | members, np.concatenate(list(values), axis=1)
    expected = {"ridge": np.zeros_like(numbers), "lightgbm": np.zeros_like(numbers)}
    trees = {"learning-rate": 0.1, "leaves": 4, "min-rows": 3, "rounds": 20, "feature-share": 1.0, "row-share": 1.0,
             "early-stopping": 1000, "bins": 63, "l2": 1.0}
    for fold in range(4):
        seen, held = folds != fold, folds == fold
        scaler = StandardScaler().fit(x[seen])
        ridge = Ridge(alpha=1 / 3).fit(scaler.transform(x[seen]), numbers[seen], sample_weight=weights[seen])
        expected["ridge"][held] = ridge.predict(scaler.transform(x[held])).reshape(-1, width)
    oof, result = worker.run("stack", stack("ridge", width, {"regularization": 3.0}), given)
    found = load_file(oof / "oof")["values"]
    np.testing.assert_allclose(found, expected["ridge"], rtol=1e-9)
    error = np.sqrt(np.average(((found - numbers) ** 2).mean(axis=1), weights=weights))
    assert result["metrics"]["rmse"] == pytest.approx(error, rel=1e-12) and error < result["metrics"]["rmse-a"]
    oof, result = worker.run("stack", stack("lightgbm", width, trees), given)
    report = json.loads((oof / "report").read_text())
    names = [f"{model}.value-{place}" for model in "ab" for place in range(width)]
    assert set(report["importances"]["gain"]) == set(names) and report["rmse"]["after"] == result["metrics"]["rmse"]
    settings = {"objective": "regression", "learning_rate": 0.1, "num_leaves": 4, "min_data_in_leaf": 3, "lambda_l2": 1.0, "max_bin": 63,
                "seed": 3, "deterministic": True, "force_row_wise": True, "num_threads": 1, "feature_pre_filter": False, "verbosity": -1}
    for fold in report["folds"]:
        seen, held = folds != fold["fold"], folds == fold["fold"]
        rounds = fold["tuned"][0] if width > 1 else fold["tuned"]
        for place in range(width):
            data = lightgbm.Dataset(x[seen], numbers[seen, place], weight=weights[seen])
            expected["lightgbm"][held, place] = lightgbm.train(settings, data, rounds[place]).predict(x[held])
    np.testing.assert_allclose(load_file(oof / "oof")["values"], expected["lightgbm"], rtol=1e-9)


def test_weights_on_the_simplex_have_the_least_error():
    chance = np.random.default_rng(8)
    truth, weights = chance.normal(50, 5, (200, 2)), chance.choice([1.0, 2.0], 200)
    values = np.stack([truth + chance.normal(bias, noise, truth.shape) for bias, noise in ((1, 2), (-1, 3), (0, 9))])
    found = NumberSimplex(None, 2, 1).fit(Rows(None, values, truth, weights, None), 0, None)
    spread = np.average((truth - np.average(truth, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
    error = lambda w: np.average((((np.tensordot(w, values, 1) - truth) ** 2) / spread).mean(axis=1), weights=weights)
    best = minimize(error, np.full(3, 1 / 3), bounds=[(0, 1)] * 3, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
                    options={"ftol": 1e-14})
    assert found.sum() == pytest.approx(1) and (found >= 0).all() and error(found) <= best.fun + 1e-10


def test_a_column_that_never_changes_decides_no_weights():
    """0.1 has no exact mean of 200: the little that rounding leaves is no variance to divide errors by."""
    chance = np.random.default_rng(9)
    truth, weights = chance.normal(50, 5, (200, 1)), chance.choice([1.0, 1.7], 200)
    values = np.stack([truth + chance.normal(0, noise, truth.shape) for noise in (1, 4)])
    alone = NumberSimplex(None, 1, 1).fit(Rows(None, values, truth, weights, None), 0, None)
    for constant in (0.1, 0.25, 1e6 + 0.1):
        beside = np.concatenate([truth, np.full((200, 1), constant)], axis=1)
        more = np.stack([np.concatenate([side, constant + 1e-3 * chance.normal(0, 1, (200, 1))], axis=1) for side in values])
        found = NumberSimplex(None, 2, 1).fit(Rows(None, more, beside, weights, None), 0, None)
        np.testing.assert_allclose(found, alone, atol=1e-4)


def ingesting(columns, **changes):
    return ingest(columns=COLUMNS | {"label": None, "group": None}, labels=columns, constraint=None, target="number",
                  **{"label-columns": columns} | changes)


def test_a_table_gives_its_numbers_and_each_cell_without_one_is_told(worker, tmp_path):
    lines = ["id,Question,Response,one,two", "a,q,x,3,-1.5e2", "b,q,y, +2.5 ,0"]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    outputs, _ = worker.run("ingest", ingesting(["two", "one"]), {"table": tmp_path / "t.csv"})
    rows = formats.read_json(outputs / "rows")
    assert rows["numbers"] == [[-150.0, 3.0], [0.0, 2.5]] and rows["labels"] is None and rows["classes"] == 2
    for cell, words in (("", "is empty"), ("nan", "holds 'nan'"), ("1,5", "more"), ("high", "holds 'high'"), ("1e400", "holds '1e400'")):
        (tmp_path / "t.csv").write_text("\n".join([*lines, f'c,q,z,"{cell}",1']) + "\n")
        failure = worker.fails("ingest", ingesting(["one"]), {"table": tmp_path / "t.csv"})
        assert failure.kind == "invalid-input" and (failure.event["row"], failure.event["column"]) == (3, "one")
        assert "a finite number is to be predicted there" in failure.message and (words in failure.message or words == "more")
    test = ingest("test", columns=COLUMNS | {"label": None, "group": None}, labels=["one"], constraint=None, target="number")
    outputs, _ = worker.run("ingest", test, {"table": tmp_path / "t.csv"})
    assert "numbers" not in formats.read_json(outputs / "rows")


def test_numbers_predicted_elsewhere_are_taken_by_id(worker, tmp_path):
    formats.write_json(tmp_path / "rows", {"ids": ["x", "y"], "labels": None, "classes": 1, "numbers": [[1.0], [2.0]]})
    asked = {"format": "csv", "id": "id", "label": "score", "labels": ["score"], "target": "number"}
    for header in ("id,score", "id,score_predicted", "id,score_predicted,score"):
        more = ",9" * (header.count(",") - 1)
        (tmp_path / "p.csv").write_text(f"{header}\ny,-4.25{more}\nx,1000000.5{more}\n")
        found, _ = worker.run("predictions", asked, {"file": tmp_path / "p.csv", "rows": tmp_path / "rows"})
        assert load_file(found / "predictions")["values"].tolist() == [[1000000.5], [-4.25]]
    (tmp_path / "p.csv").write_text("id,score\ny,inf\nx,1\n")
    failure = worker.fails("predictions", asked, {"file": tmp_path / "p.csv", "rows": tmp_path / "rows"})
    assert "row 1, column 'score' holds 'inf', which is no number: a number is needed" in failure.message
    np.save(tmp_path / "p.npy", [[1.0], [np.inf]])
    failure = worker.fails("predictions", asked | {"format": "npy"}, {"file": tmp_path / "p.npy", "rows": tmp_path / "rows"})
    assert "column 1 of the table's row 2 is inf, and a finite number belongs there" in failure.message
    (tmp_path / "p.csv").write_text("id,points\ny,2\nx,1\n")
    failure = worker.fails("predictions", asked, {"file": tmp_path / "p.csv", "rows": tmp_path / "rows"})
    assert "has no column of predictions of 'score'" in failure.message
    # Half of the columns called predictions: the others' bare names would be their truth.
    formats.write_json(tmp_path / "rows", {"ids": ["x", "y"], "labels": None, "classes": 2, "numbers": [[1.0, 2.0], [2.0, 1.0]]})
    two = asked | {"labels": ["a", "b"]}
    for header in ("id,a,b,a_predicted,b_pred", "id,a,b,a_predicted"):
        (tmp_path / "p.csv").write_text(f"{header}\n" + "".join(f"{name}{',1' * header.count(',')}\n" for name in "xy"))
        failure = worker.fails("predictions", two, {"file": tmp_path / "p.csv", "rows": tmp_path / "rows"})
        assert failure.kind == "invalid-input" and "has a column 'a_predicted' and no column 'b_predicted'" in failure.message
    (tmp_path / "p.csv").write_text("id,a,a_predicted,a_predicted_predicted\nx,1,1,1\ny,1,1,1\n")
    failure = worker.fails("predictions", asked | {"labels": ["a", "a_predicted"]}, {"file": tmp_path / "p.csv", "rows": tmp_path / "rows"})
    assert "'a_predicted' is a column of the recipe and the name of the predictions of 'a'" in failure.message
