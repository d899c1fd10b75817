"""The baseline equals scikit-learn's own pipeline, though it is stored without a pickle."""

import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.models import tfidf
from ablate_worker.protocol.step import Failure
from conftest import TEMPLATE, digest, inputs
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

SETTINGS = {"analyzer": "word", "ngrams": [1, 2], "min-count": 2, "regularization": 3.0}


def baseline(classes=3, fold=0, **changes):
    return {"tfidf": SETTINGS | changes, "template": TEMPLATE, "fold": fold, "classes": classes}


def compare(worker, parameters, given, labels, folds):
    """Fit and predict through the worker, and compare with scikit-learn's pipeline."""
    settings = parameters["tfidf"]
    model, _ = worker.run("fit", parameters, given)
    predictions, _ = worker.run("predict", parameters, {k: given[k] for k in ("texts", "folds")} | {"model": model / "model"})
    found = load_file(predictions / "predictions")
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(given["texts"])), object)
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer=settings["analyzer"].replace("-", "_"), ngram_range=tuple(settings["ngrams"]),
                        min_df=settings["min-count"], lowercase=False, sublinear_tf=True),
        LogisticRegression(C=settings["regularization"], max_iter=1000)).fit(texts[folds != 0], labels[folds != 0])
    assert found["rows"].tolist() == np.flatnonzero(folds == 0).tolist()
    np.testing.assert_allclose(found["probabilities"], pipeline.predict_proba(texts[folds == 0]), atol=1e-6)
    return model


@pytest.mark.parametrize("changes", [{}, {"analyzer": "char", "ngrams": [1, 3]}, {"analyzer": "char-wb", "ngrams": [2, 3]}],
                         ids=["word", "char", "char-wb"])
def test_probabilities_are_those_of_scikit_learn(changes, worker, dataset):
    rows, folds = formats.read_json(dataset["rows"]), np.array(formats.read_json(dataset["folds"])["folds"])
    model = compare(worker, baseline(**changes), inputs(dataset, "texts", "rows", "folds"), np.array(rows["labels"]), folds)
    assert sorted(p.name for p in (model / "model").iterdir()) == ["vocabulary.json", "weights.safetensors"]


def test_two_classes(worker, dataset, tmp_path):
    rows, folds = formats.read_json(dataset["rows"]), np.array(formats.read_json(dataset["folds"])["folds"])
    labels = [min(label, 1) for label in rows["labels"]]
    formats.write_json(tmp_path / "rows", rows | {"labels": labels, "classes": 2})
    compare(worker, baseline(classes=2), inputs(dataset, "texts", "folds", rows=tmp_path / "rows"), np.array(labels), folds)


def test_a_class_without_training_rows_is_all_but_impossible(worker, dataset, tmp_path):
    rows = formats.read_json(dataset["rows"])
    formats.write_json(tmp_path / "rows", rows | {"classes": 4})
    given = inputs(dataset, "texts", "folds", rows=tmp_path / "rows")
    model, _ = worker.run("fit", baseline(classes=4), given)
    predictions, _ = worker.run("predict", baseline(classes=4), inputs(dataset, "texts", "folds", model=model / "model"))
    probabilities = load_file(predictions / "predictions")["probabilities"]
    assert probabilities.shape == (12, 4) and (0 < probabilities[:, 3]).all() and (probabilities[:, 3] < 1e-6).all()


def test_the_same_bytes_in_every_process(fresh, worker, dataset):
    given = inputs(dataset, "texts", "rows", "folds")
    assert digest(worker.run("fit", baseline(), given)[0]) == digest(fresh().run("fit", baseline(), given)[0])


def test_faults(worker, dataset, tmp_path):
    given = inputs(dataset, "texts", "rows", "folds")
    failure = worker.fails("fit", baseline(**{"min-count": 1000}), given)
    assert failure.kind == "invalid-input" and "lower min-count" in failure.message
    failure = worker.fails("fit", baseline(fold=9), given)
    assert failure.kind == "invalid-input" and "has 4 folds, numbered from 0, and no fold 9" in failure.message
    rows = formats.read_json(dataset["rows"])
    formats.write_json(tmp_path / "rows", rows | {"labels": [1] * len(rows["labels"])})
    failure = worker.fails("fit", baseline(), given | {"rows": tmp_path / "rows"})
    assert failure.kind == "invalid-input" and "one label" in failure.message


def test_rows_that_count_for_nothing_teach_nothing(tmp_path):
    with pytest.raises(Failure, match="every row outside fold 1 that is trained on has weight 0"):
        formats.check_weights(np.zeros(3), 1)
    formats.check_weights(np.array([0, 1.0]), 0)
    formats.check_weights(None)
