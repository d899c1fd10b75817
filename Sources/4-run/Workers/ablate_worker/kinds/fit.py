"""The kind `fit`: trains the baseline of TF-IDF and a logistic regression on the rows outside one fold or on all rows.

Knows which rows and texts; what the model is, is models/tfidf.py. Needs no torch.
"""

from ..files import formats, pseudo
from ..models import tfidf
from ..protocol.step import invalid


def run(step):
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits
    settings, classes = step.parameters.tfidf, step.parameters.classes
    table, fold = formats.read_labelled(step.source("rows")), step.parameters.fold
    rows = formats.chosen_rows(fold, step.folds(), len(table["labels"]), inside=False)
    labels = np.asarray(table["labels"])[rows]
    weights = None if table["weights"] is None else np.asarray(table["weights"], float)[rows]
    formats.check_weights(weights, fold)
    if len(set(labels)) < 2:
        raise invalid("all rows to train on have one label: at least two different ones are needed")
    all_texts = formats.read_texts(step.input("texts"))
    texts = tfidf.fill(step.parameters.template, [all_texts[row] for row in rows])
    taught = None
    if step.has("pseudo-labels"):
        taught = pseudo.read(step.input("pseudo-labels"), step.input("pseudo-folds"), fold, classes)
        given = formats.read_texts(step.input("pseudo-texts"))
        texts += tfidf.fill(step.parameters.template, [given[row] for row in taught[0]])
    maker = tfidf.vectorizer(settings, min_df=settings.min_count)
    try:
        features = maker.fit_transform(texts)  # [rows, terms]
    except ValueError as error:  # scikit-learn's words for "no term is left"
        raise invalid(f"tfidf finds no terms in {len(texts)} texts ({error}): lower min-count or change ngrams") from None
    step.channel.progress(1, 2, "parts", f"{features.shape[1]} terms")
    if taught:
        positions, more, more_weights = pseudo.spread(*taught[1:])
        weights = np.concatenate([np.ones(len(rows)) if weights is None else weights, more_weights])
        features = features[np.concatenate([np.arange(len(rows)), len(rows) + positions])]
        labels = np.concatenate([labels, more])
    model = LogisticRegression(C=settings.regularization, max_iter=1000)
    with threadpool_limits(step.threads):
        model.fit(features, labels, sample_weight=weights)
    terms = tfidf.save(maker, model, settings, classes, step.outputs / "model")
    step.channel.progress(2, 2, "parts")
    return {"metrics": {"rows": len(rows), **({"pseudo-rows": len(taught[0])} if taught else {}), "terms": terms,
                        "iterations": int(model.n_iter_.max())}}
