"""Pseudo-labels: a model with them is the model that one would get from one longer table, and it never sees its own test fold's."""

import json

import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.models import tfidf
from conftest import TEMPLATE, digest, finetune, inputs
from safetensors.numpy import load_file
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

SETTINGS = {"analyzer": "word", "ngrams": [1, 1], "min-count": 1, "regularization": 3.0}


@pytest.fixture
def taught(dataset, tmp_path):
    """The dataset with its own first twelve rows as a test table, labelled by a teacher who is not always right."""
    texts = formats.read_texts(dataset["texts"])[:12]
    formats.write_texts(tmp_path / "pseudo-texts", texts)
    labels = [row % 3 for row in range(12)]
    formats.write_json(tmp_path / "pseudo-labels", {"rows": list(range(1, 12)), "labels": labels[1:], "weights": [0.5] * 11, "classes": 3})
    formats.write_json(tmp_path / "pseudo-folds", {"count": 4, "folds": [row % 4 for row in range(12)]})
    return inputs(dataset, "texts", "rows", "folds") | {n: tmp_path / n for n in ("pseudo-labels", "pseudo-folds", "pseudo-texts")}


def baseline(**more):
    return {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": 3, **more}


def soften(given, tmp_path):
    value = formats.read_json(given["pseudo-labels"])
    labels = value.pop("labels")
    value["probabilities"] = [[0.8 if k == label else 0.1 for k in range(3)] for label in labels]
    formats.write_json(tmp_path / "soft", value)
    return given | {"pseudo-labels": tmp_path / "soft"}, np.array(value["probabilities"])


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_a_baseline_is_scikit_learns_on_both_tables(soft, worker, dataset, taught, tmp_path):
    given, chances = soften(taught, tmp_path) if soft else (taught, None)
    model, result = worker.run("fit", baseline(), given)
    assert result["metrics"]["pseudo-rows"] == 9  # of rows 1 to 11, those whose test fold is not 0
    predictions, _ = worker.run("predict", baseline(), inputs(dataset, "texts", "folds", model=model / "model"))
    rows, folds = formats.read_json(dataset["rows"]), np.array(formats.read_json(dataset["folds"])["folds"])
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(given["texts"])), object)
    more = np.array(tfidf.fill(TEMPLATE, formats.read_texts(given["pseudo-texts"])), object)
    kept = [row for row in range(1, 12) if row % 4 != 0]
    maker = TfidfVectorizer(lowercase=False, sublinear_tf=True)
    seen = maker.fit_transform(np.concatenate([texts[folds != 0], more[kept]]))
    count = int((folds != 0).sum())
    labels, weights = np.array(rows["labels"])[folds != 0], np.ones(count)
    if soft:  # each pseudo-labelled row once for each class, weighted by its probability
        place = np.concatenate([np.arange(count), np.repeat(count + np.arange(9), 3)])
        labels = np.concatenate([labels, np.tile(np.arange(3), 9)])
        weights = np.concatenate([weights, 0.5 * chances[[row - 1 for row in kept]].ravel()])
    else:
        place = np.arange(count + 9)
        labels, weights = np.concatenate([labels, [row % 3 for row in kept]]), np.concatenate([weights, np.full(9, 0.5)])
    expected = LogisticRegression(C=3.0, max_iter=1000).fit(seen[place], labels, sample_weight=weights)
    found = load_file(predictions / "predictions")["probabilities"]
    np.testing.assert_allclose(found, expected.predict_proba(maker.transform(texts[folds == 0])), atol=2e-5)


def test_labels_of_its_own_test_fold_do_not_reach_a_model(worker, taught, tmp_path):
    before = digest(worker.run("fit", baseline(), taught)[0])
    value = json.loads((taught["pseudo-labels"]).read_text())
    value["labels"] = [(label + 1) % 3 if row % 4 == 0 else label for row, label in zip(value["rows"], value["labels"])]
    formats.write_json(tmp_path / "other", value)
    assert digest(worker.run("fit", baseline(), taught | {"pseudo-labels": tmp_path / "other"})[0]) == before
    failure = worker.fails("fit", baseline(fold=None), taught)
    assert failure.kind == "invalid-input" and "fitted on folds alone" in failure.message


def tokens(worker, texts, like):
    """Tokens of another table, by the tokenizer of the first."""
    return worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None}, {"texts": texts, "tokenizer": like})[0] / "tokens"


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_a_fine_tune_is_the_one_on_a_longer_table(soft, worker, backbones, taught, tmp_path):
    """The same rows once as pseudo-labels of a second table and once as labelled rows of one table: the same bytes."""
    given, chances = soften(taught, tmp_path) if soft else (taught, None)
    tokenized, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, {"texts": given["texts"]})
    base = {"backbone": backbones["mistral"]}
    common = base | {"tokens": tokenized / "tokens", "rows": given["rows"], "folds": given["folds"]}
    pseudo = {n: given[n] for n in ("pseudo-labels", "pseudo-folds")}
    pseudo["pseudo-tokens"] = tokens(worker, given["pseudo-texts"], tokenized / "tokenizer")
    first, result = worker.run("finetune", finetune(), common | pseudo)
    assert result["metrics"]["pseudo-rows"] == 9
    kept = [row for row in range(1, 12) if row % 4 != 0]
    formats.write_texts(tmp_path / "all", formats.read_texts(given["texts"]) + [formats.read_texts(given["pseudo-texts"])[r] for r in kept])
    rows, folds = formats.read_json(given["rows"]), formats.read_json(given["folds"])
    count = len(rows["labels"])
    labels = rows["labels"] + ([int(chances[r - 1].argmax()) for r in kept] if soft else [r % 3 for r in kept])
    formats.write_json(tmp_path / "rows", rows | {"ids": [str(i) for i in range(count + 9)], "labels": labels, "groups": None,
                                                  "weights": [1.0] * count + [0.5] * 9})
    formats.write_json(tmp_path / "folds", folds | {"folds": folds["folds"] + [1] * 9})
    whole = base | {"tokens": tokens(worker, tmp_path / "all", tokenized / "tokenizer"), "rows": tmp_path / "rows", "folds": tmp_path / "folds"}
    second, _ = worker.run("finetune", finetune(), whole)
    same = digest(first / "model") == digest(second / "model")
    assert same != soft  # soft labels train another model than the likeliest labels do
    if soft:
        hard, _ = worker.run("finetune", finetune(), common | pseudo | {"pseudo-labels": taught["pseudo-labels"]})
        assert digest(hard / "model") != digest(first / "model")


@pytest.fixture(params=["number", "multi-label"])
def columns(request, taught, tmp_path):
    """The same tables with two columns to predict: (target, inputs, the training table's, the test table's)."""
    chance, rows = np.random.default_rng(3), formats.read_json(taught["rows"])
    count = len(rows["labels"])
    own, said = chance.normal(5, 2, (count, 2)), chance.normal(5, 2, (11, 2))
    if request.param == "multi-label":
        own, said = (own > 5).astype(float), chance.uniform(size=(11, 2)).round(2)
    formats.write_json(tmp_path / "rows", rows | {"labels": None, "numbers": own.ravel().tolist()})
    formats.write_json(tmp_path / "values", {"rows": list(range(1, 12)), "values": said.tolist(), "weights": [0.5] * 11, "classes": 2})
    return request.param, taught | {"rows": tmp_path / "rows", "pseudo-labels": tmp_path / "values"}, own, said


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_ordered_labels_trained_as_numbers_are_learnt_by_their_places(soft, worker, backbones, taught, tmp_path):
    """Held to a table of numbers in which the pseudo-labelled rows have the places that are expected of them."""
    given, chances = soften(taught, tmp_path) if soft else (taught, np.eye(3)[[row % 3 for row in range(1, 12)]])
    tokenized, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, {"texts": given["texts"]})
    base = {"backbone": backbones["mistral"], "tokens": tokenized / "tokens", "folds": given["folds"]}
    pseudo = {name: given[name] for name in ("pseudo-labels", "pseudo-folds")}
    pseudo["pseudo-tokens"] = tokens(worker, given["pseudo-texts"], tokenized / "tokenizer")
    rows = formats.read_json(given["rows"])
    formats.write_json(tmp_path / "places", rows | {"labels": None, "numbers": [float(label) for label in rows["labels"]]})
    formats.write_json(tmp_path / "said", {"rows": list(range(1, 12)), "values": (chances.astype(np.float32) @ np.arange(3))[:, None].tolist(),
                                           "weights": [0.5] * 11, "classes": 1})
    training = {"loss": "mse"}
    first, _ = worker.run("finetune", finetune(target="ordinal", training=training), base | pseudo | {"rows": given["rows"]})
    second, _ = worker.run("finetune", finetune(target="number", classes=1, training=training),
                           base | pseudo | {"rows": tmp_path / "places", "pseudo-labels": tmp_path / "said"})
    assert digest(first / "model") == digest(second / "model")


KEPT = [row for row in range(1, 12) if row % 4 != 0]


def test_a_baseline_of_columns_is_scikit_learns_on_both_tables(columns, worker, dataset):
    target, given, own, said = columns
    parameters = baseline(target=target, classes=2)
    model, result = worker.run("fit", parameters, given)
    assert result["metrics"]["pseudo-rows"] == 9
    predictions, _ = worker.run("predict", parameters, inputs(dataset, "texts", "folds", model=model / "model"))
    folds = np.array(formats.read_json(dataset["folds"])["folds"])
    texts, more = (np.array(tfidf.fill(TEMPLATE, formats.read_texts(given[name])), object) for name in ("texts", "pseudo-texts"))
    maker = TfidfVectorizer(lowercase=False, sublinear_tf=True)
    seen = maker.fit_transform(np.concatenate([texts[folds != 0], more[KEPT]]))
    truth = np.concatenate([own[folds != 0], said[[row - 1 for row in KEPT]]])
    weights = np.repeat([1.0, 0.5], [int((folds != 0).sum()), 9])
    held = maker.transform(texts[folds == 0])
    if target == "number":
        expected = Ridge(alpha=1 / 3, tol=1e-10).fit(seen, truth, sample_weight=weights).predict(held)
        found = load_file(predictions / "predictions")["values"]
    else:  # each row twice for each label: as one of which it is so, and as one of which it is not
        learners = [LogisticRegression(C=3.0, max_iter=1000).fit(
            vstack([seen, seen]), np.repeat([1, 0], len(truth)), sample_weight=np.concatenate([weights * part, weights * (1 - part)])) for part in truth.T]
        expected = np.stack([learner.predict_proba(held)[:, 1] for learner in learners], axis=1)
        found = load_file(predictions / "predictions")["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_fine_tune_of_columns_is_the_one_on_a_longer_table(columns, worker, backbones, tmp_path):
    target, given, own, said = columns
    tokenized, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, {"texts": given["texts"]})
    base = {"backbone": backbones["mistral"]}
    pseudo = {name: given[name] for name in ("pseudo-labels", "pseudo-folds")}
    pseudo["pseudo-tokens"] = tokens(worker, given["pseudo-texts"], tokenized / "tokenizer")
    parameters = finetune(target=target, classes=2)
    common = base | {"tokens": tokenized / "tokens", "rows": given["rows"], "folds": given["folds"]}
    first, result = worker.run("finetune", parameters, common | pseudo)
    assert result["metrics"]["pseudo-rows"] == 9
    formats.write_texts(tmp_path / "all", formats.read_texts(given["texts"]) + [formats.read_texts(given["pseudo-texts"])[r] for r in KEPT])
    rows, folds, count = formats.read_json(given["rows"]), formats.read_json(given["folds"]), len(own)
    numbers = np.concatenate([own, said[[row - 1 for row in KEPT]]]).ravel().tolist()
    formats.write_json(tmp_path / "longer", rows | {"ids": [str(i) for i in range(count + 9)], "numbers": numbers, "groups": None,
                                                    "weights": [1.0] * count + [0.5] * 9})
    formats.write_json(tmp_path / "folds", folds | {"folds": folds["folds"] + [1] * 9})
    whole = base | {"tokens": tokens(worker, tmp_path / "all", tokenized / "tokenizer"), "rows": tmp_path / "longer", "folds": tmp_path / "folds"}
    second, _ = worker.run("finetune", parameters, whole)
    without, _ = worker.run("finetune", parameters, common)
    assert digest(first / "model") == digest(second / "model") != digest(without / "model")
