"""The targets `ordinal` and `multi-label`, and classes given as columns: what is learnt is scikit-learn's, and what cannot be is told."""

import json
from types import SimpleNamespace

import lightgbm
import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import tfidf
from ablate_worker.protocol.parameters import Lengths
from ablate_worker.protocol.step import Failure
from ablate_worker.targets.multilabel import MultiLabel
from ablate_worker.targets.ordinal import Ordinal
from ablate_worker.training import data, losses
from conftest import COLUMNS, TEMPLATE, TINY, finetune, ingest, inputs, predicting
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SETTINGS = {"analyzer": "word", "ngrams": [1, 1], "min-count": 1, "regularization": 2.0}


def folds_of(dataset):
    return np.array(formats.read_json(dataset["folds"])["folds"])


def marks(dataset, folder, weights=None):
    """A `rows` file with two labels of each row: whether its answer has some words."""
    rows, texts = formats.read_json(dataset["rows"]), formats.read_texts(dataset["texts"])
    truth = [[float(any(word in text["answer"].split() for word in words)) for words in (("sea", "sum"), ("red", "the"))] for text in texts]
    formats.write_json(folder / "rows", rows | {"labels": None, "classes": 2, "numbers": truth, "weights": weights})
    return folder / "rows", np.array(truth)


@pytest.mark.parametrize("weighted", [False, True])
def test_several_labels_at_once_are_a_regression_for_each(weighted, worker, dataset, tmp_path):
    folds = folds_of(dataset)
    weights = np.random.default_rng(1).choice([0.5, 1.0, 4.0], len(folds)) if weighted else None
    rows, truth = marks(dataset, tmp_path, None if weights is None else weights.tolist())
    parameters = {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": 2, "target": "multi-label"}
    model, _ = worker.run("fit", parameters, inputs(dataset, "texts", "folds", rows=rows))
    predictions, _ = worker.run("predict", parameters, inputs(dataset, "texts", "folds", model=model / "model"))
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(dataset["texts"])), object)
    features = TfidfVectorizer(lowercase=False, sublinear_tf=True).fit(texts[folds != 0])
    seen, held = features.transform(texts[folds != 0]), features.transform(texts[folds == 0])
    expected = np.stack([LogisticRegression(C=2.0, max_iter=1000).fit(seen, truth[folds != 0, c], sample_weight=None if weights is None else weights[folds != 0])
                         .predict_proba(held)[:, 1] for c in range(2)], axis=1)
    np.testing.assert_allclose(load_file(predictions / "predictions")["probabilities"], expected, atol=1e-6)
    if weights is None:
        whole = make_pipeline(TfidfVectorizer(lowercase=False, sublinear_tf=True), OneVsRestClassifier(LogisticRegression(C=2.0, max_iter=1000)))
        np.testing.assert_allclose(whole.fit(texts[folds != 0], truth[folds != 0].astype(int)).predict_proba(texts[folds == 0]), expected, atol=1e-6)


def test_a_fine_tune_of_several_labels_beats_their_shares(worker, dataset, tmp_path):
    folds = folds_of(dataset)
    rows, truth = marks(dataset, tmp_path)
    parameters = finetune(scratch=TINY, lora=None, classes=2, target="multi-label", training={"epochs": 30})
    model, _ = worker.run("finetune", parameters, inputs(dataset, "tokens", "folds", rows=rows))
    predictions, _ = worker.run("predict", predicting(parameters, 0) | {"target": "multi-label"},
                                inputs(dataset, "tokens", "folds", model=model / "model"))
    found, held = load_file(predictions / "predictions")["probabilities"], truth[folds == 0]
    shares = np.tile(truth[folds != 0].mean(axis=0), (len(held), 1))
    right = lambda guess: ((guess >= 0.5) == held).mean()
    assert ((found >= 0) & (found <= 1)).all() and right(found) > right(shares) + 0.1


def test_losses_and_scores_of_several_labels_are_the_mean_over_them():
    logits, truth = torch.tensor([[0.3, -2.0], [4.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    expected = torch.nn.BCEWithLogitsLoss(reduction="none")(logits, truth).mean(dim=1)
    torch.testing.assert_close(MultiLabel(2).loss(None)(logits, truth), expected)
    probabilities = torch.sigmoid(logits).double().numpy()
    scores = [log_loss(truth[:, c], probabilities[:, c], sample_weight=[1, 3]) for c in range(2)]
    assert MultiLabel(2).score(probabilities, truth.numpy(), np.array([1.0, 3.0])) == pytest.approx(np.mean(scores), rel=1e-6)
    with pytest.raises(Failure, match="a loss of numbers"):
        MultiLabel(2).loss("mse")


def test_learners_of_several_labels_are_the_loops_one_would_write(worker, dataset, tmp_path):
    folds, given, values = folds_of(dataset), {}, []
    rows, truth = marks(dataset, tmp_path)
    for name, seed in (("a", 1), ("b", 2)):
        made = np.clip(0.25 + 0.5 * truth + np.random.default_rng(seed).normal(0, 0.2, truth.shape), 0.02, 0.98).astype(np.float32)
        formats.write_shares(tmp_path / name, range(len(truth)), made)
        given[f"oof.{name}"] = tmp_path / name
        values.append(made.astype(float))
    given |= inputs(dataset, "folds", rows=rows)
    x = np.concatenate([np.log(v / (1 - v)) for v in values], axis=1)
    stack = {"seeds": [3], "test": "mean", "classes": 2, "fold": None, "group-statistics": False, "target": "multi-label"}
    oof, result = worker.run("stack", stack | {"learner": "logistic", "settings": {"regularization": 0.3}}, given)
    expected = np.zeros_like(truth)
    for fold in range(4):
        seen, held = folds != fold, folds == fold
        scaler = StandardScaler().fit(x[seen])
        for c in range(2):
            model = LogisticRegression(C=0.3, max_iter=1000).fit(scaler.transform(x[seen]), truth[seen, c])
            expected[held, c] = model.predict_proba(scaler.transform(x[held]))[:, 1]
    np.testing.assert_allclose(load_file(oof / "oof")["probabilities"], expected, atol=1e-6)
    assert result["metrics"]["log-loss"] == pytest.approx(np.mean([log_loss(truth[:, c], expected[:, c]) for c in range(2)]), rel=1e-4)
    trees = {"learning-rate": 0.1, "leaves": 4, "min-rows": 3, "rounds": 20, "feature-share": 1.0, "row-share": 1.0, "early-stopping": 1000}
    oof, _ = worker.run("stack", stack | {"learner": "lightgbm", "settings": trees}, given)
    report = json.loads((oof / "report").read_text())
    settings = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 4, "min_data_in_leaf": 3, "lambda_l2": 1.0, "max_bin": 63, "seed": 3,
                "deterministic": True, "force_row_wise": True, "num_threads": 1, "feature_pre_filter": False, "verbosity": -1}
    for fold in report["folds"]:
        seen, held = folds != fold["fold"], folds == fold["fold"]
        for c, rounds in enumerate(fold["tuned"][0]):
            expected[held, c] = lightgbm.train(settings, lightgbm.Dataset(x[seen], truth[seen, c]), rounds).predict(x[held])
    np.testing.assert_allclose(load_file(oof / "oof")["probabilities"], expected, atol=1e-6)


@pytest.mark.parametrize("loss", [None, "mse", "huber"])
def test_ordered_labels_are_a_distribution_by_either_head(loss, worker, dataset):
    folds, labels = folds_of(dataset), np.array(formats.read_json(dataset["rows"])["labels"])
    parameters = finetune(scratch=TINY, lora=None, target="ordinal", training={"epochs": 30} | ({"loss": loss} if loss else {}))
    model, _ = worker.run("finetune", parameters, inputs(dataset, "tokens", "folds", "rows"))
    assert len(load_file(model / "model" / "head.safetensors")["bias"]) == (1 if loss else 3)
    predictions, _ = worker.run("predict", predicting(parameters, 0) | {"target": "ordinal"},
                                inputs(dataset, "tokens", "folds", model=model / "model"))
    found = load_file(predictions / "predictions")["probabilities"].astype(float)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    if loss:
        assert ((found > 1e-12).sum(axis=1) <= 2).all()
    assert np.abs(found @ np.arange(3) - labels[folds == 0]).mean() < 0.5  # of a label in the middle it is 2/3


def test_the_place_of_a_row_that_is_of_several_labels_is_their_mean(dataset):
    """By a head that says one number the shares of ordered labels are learnt as their mean place, and not as the greatest share's."""
    shares = np.array([[0.5, 0.25, 0.25], [0.0, 0.4, 0.6], [1.0, 0.0, 0.0]], np.float32)
    labels = shares.argmax(axis=1)
    assert Ordinal(3).learnt(labels, shares, None) is labels and Ordinal(3).learnt(labels, None, "mse") is labels
    places = Ordinal(3).learnt(labels, shares, "mse")
    np.testing.assert_allclose(places, [0.75, 1.6, 0], atol=1e-7)
    goals, scale = Ordinal(3).goals(places, np.ones(3), "mse")
    np.testing.assert_allclose(goals[:, 0] * scale.deviation + scale.centre, places, atol=1e-6)
    # And so they reach the training set.
    table = formats.read_json(dataset["rows"])
    drawn = np.random.default_rng(4).dirichlet([1, 1, 1], len(table["labels"])).astype(np.float32)
    rows = np.flatnonzero(folds_of(dataset) != 0)
    tokens = formats.read_tokens(dataset["tokens"])
    plan = SimpleNamespace(validation=0.0, seed=1, order="rows", loss="mse", class_weights=None, label_smoothing=0.0, mask_tokens=0.0)
    made = data.assemble(tokens, table | {"shares": drawn.tolist()}, rows, Lengths(), Ordinal(3), plan)
    found = made.targets[:, 0] * made.scale.deviation + made.scale.centre
    np.testing.assert_allclose(found, drawn[made.rows] @ np.arange(3), atol=1e-5)


def test_a_place_is_shared_by_the_labels_beside_it(tmp_path):
    Ordinal(4).write(tmp_path / "p", range(5), np.array([[-0.5], [0.25], [2.0], [2.75], [9.0]]))
    found = load_file(tmp_path / "p")["probabilities"]
    np.testing.assert_allclose(found, [[1, 0, 0, 0], [0.75, 0.25, 0, 0], [0, 0, 1, 0], [0, 0, 0.25, 0.75], [0, 0, 0, 1]], atol=1e-7)


def ingesting(columns, target, labels=None, **changes):
    return ingest(columns=COLUMNS | {"label": None, "group": None}, labels=labels or columns, constraint=None, target=target,
                  **{"label-columns": columns} | changes)


def test_columns_of_marks_are_labels(worker, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("id,Question,Response,won_a,won_b,tie\na,q,x,0,1,0\nb,q,y,1.0,0,0\nc,q,z,0,0,1\n")
    names = ["won_a", "won_b", "tie"]
    outputs, _ = worker.run("ingest", ingesting(names, "classes", ["A", "B", "none"]), {"table": table})
    rows = formats.read_json(outputs / "rows")
    assert rows["labels"] == [1, 0, 2] and rows["classes"] == 3 and "numbers" not in rows
    outputs, _ = worker.run("ingest", ingesting(names[:2], "multi-label"), {"table": table})
    assert formats.read_json(outputs / "rows")["numbers"] == [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    failure = worker.fails("ingest", ingesting(names[:2], "classes", ["A", "B"]), {"table": table})
    assert "row 3: the columns" in failure.message and "sum to 0, and the shares of a row's labels sum to 1" in failure.message
    table.write_text("id,Question,Response,won_a,won_b\na,q,x,0.5,0.5\nb,q,y,0.25,0.75\nc,q,z,1,0\n")
    failure = worker.fails("ingest", ingesting(names[:2], "multi-label"), {"table": table})
    assert "row 1, column 'won_a' holds 0.5: a column for a label has 1" in failure.message
    outputs, _ = worker.run("ingest", ingesting(names[:2], "classes", ["A", "B"]), {"table": table})
    rows = formats.read_json(outputs / "rows")
    assert rows["labels"] == [0, 1, 0] and rows["shares"] == [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]
    table.write_text("id,Question,Response,won_a,won_b\na,q,x,1.5,-0.5\n")
    failure = worker.fails("ingest", ingesting(names[:2], "classes", ["A", "B"]), {"table": table})
    assert "row 1, column 'won_a' holds 1.5: a label's share of a row is a number from 0 to 1" in failure.message


@pytest.mark.parametrize("weighted", [False, True])
def test_a_row_of_several_labels_is_learnt_as_a_row_for_each(weighted, worker, dataset, tmp_path):
    rows, folds = formats.read_json(dataset["rows"]), folds_of(dataset)
    chance = np.random.default_rng(5)
    shares = 0.7 * np.eye(3)[rows["labels"]] + 0.3 * chance.dirichlet([1, 1, 1], len(folds))
    weights = chance.choice([0.5, 1.0, 4.0], len(folds)) if weighted else None
    formats.write_json(tmp_path / "rows", rows | {"shares": shares.tolist(), "weights": None if weights is None else weights.tolist()})
    parameters = {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": 3}
    model, _ = worker.run("fit", parameters, inputs(dataset, "texts", "folds", rows=tmp_path / "rows"))
    predictions, _ = worker.run("predict", parameters, inputs(dataset, "texts", "folds", model=model / "model"))
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(dataset["texts"])), object)
    maker = TfidfVectorizer(lowercase=False, sublinear_tf=True).fit(texts[folds != 0])
    seen, own = maker.transform(texts[folds != 0]), shares[folds != 0].astype(np.float32)
    expected = LogisticRegression(C=2.0, max_iter=1000).fit(
        seen[np.repeat(np.arange(len(own)), 3)], np.tile(range(3), len(own)),
        sample_weight=(own * (1 if weights is None else weights[folds != 0][:, None])).ravel())
    np.testing.assert_allclose(load_file(predictions / "predictions")["probabilities"],
                               expected.predict_proba(maker.transform(texts[folds == 0])), atol=1e-5)


def test_a_fine_tune_learns_shares_and_is_watched_by_them(worker, dataset, tmp_path):
    rows, folds = formats.read_json(dataset["rows"]), folds_of(dataset)
    shares = 0.6 * np.eye(3)[rows["labels"]] + 0.4 / 3
    formats.write_json(tmp_path / "rows", rows | {"shares": shares.tolist()})
    parameters = finetune(scratch=TINY, lora=None, training={"epochs": 40, "validation": 0.1})
    model, result = worker.run("finetune", parameters, inputs(dataset, "tokens", "folds", rows=tmp_path / "rows"))
    assert result["metrics"]["validation-loss"] > 0.5  # cross-entropy of shares is no less than their entropy
    predictions, _ = worker.run("predict", predicting(parameters, 0), inputs(dataset, "tokens", "folds", model=model / "model"))
    found = load_file(predictions / "predictions")["probabilities"]
    assert 0.5 < found.max(axis=1).mean() < 0.9  # hard labels of this problem are learnt to above it


def test_shares_are_smoothed_and_stand_before_what_is_taught():
    labels, weights = np.array([0, 1]), np.ones(2)
    shares = np.array([[0.8, 0.2, 0.0], [0.1, 0.9, 0.0]], np.float32)
    factors, goals = losses.of_rows(labels, weights, (np.array([4]), np.array([2]), np.array([0.5])), 3, smoothing=0.3, shares=shares)
    np.testing.assert_allclose(goals, 0.7 * np.array([[0.8, 0.2, 0], [0.1, 0.9, 0], [0, 0, 1]]) + 0.1, rtol=1e-6)
    np.testing.assert_allclose(factors, np.array([1, 1, 0.5]) / (2.5 / 3))


def test_shares_of_one_of_several_tables_are_kept(worker, tmp_path):
    for name, more in (("train", {"shares": [[0.25, 0.75]]}), ("extra", {})):
        formats.write_json(tmp_path / f"{name}-rows", {"ids": [name], "labels": [1], "groups": None, "weights": None, "classes": 2} | more)
        formats.write_texts(tmp_path / f"{name}-texts", [{"answer": f"the text of {name}"}])
    given = {f"{what}.{name}": tmp_path / f"{name}-{what}" for what in ("rows", "texts") for name in ("train", "extra")}
    joined, _ = worker.run("join", {"tables": ["train", "extra"], "ids": True}, given)
    rows = formats.read_json(joined / "rows")
    assert rows["shares"] == [[0.25, 0.75], [0.0, 1.0]] and rows["labels"] == [1, 1]
