"""The kind `fit`: trains the baseline of TF-IDF and a linear model on the rows outside one fold or on all rows.

Knows which rows and texts; what the model is, is models/tfidf.py, and what it is fitted to is the target's. Needs no torch.
"""

from ..files import formats, pseudo
from ..models import tfidf
from ..protocol.step import invalid
from ..targets import kinds


def run(step):
    import numpy as np
    from scipy.sparse import vstack
    from threadpoolctl import threadpool_limits
    settings, target = step.parameters.tfidf, kinds.of(step.parameters)
    table, fold = formats.read_labelled(step.source("rows")), step.parameters.fold
    truth = target.truth(table)
    rows = formats.chosen_rows(fold, step.folds(), len(truth), inside=False)
    shares = target.shares(table)
    truth = truth[rows]
    weights = None if table["weights"] is None else np.asarray(table["weights"], float)[rows]
    formats.check_weights(weights, fold)
    target.check_varied(truth, "all rows to train on have one label: at least two different ones are needed")
    all_texts = formats.read_texts(step.input("texts"))
    texts = tfidf.fill(step.parameters.template, [all_texts[row] for row in rows])
    taught = None
    if step.has("pseudo-labels"):
        taught = pseudo.read(step.input("pseudo-labels"), step.input("pseudo-folds"), fold, target.width)
        given = formats.read_texts(step.input("pseudo-texts"))
        texts += tfidf.fill(step.parameters.template, [given[row] for row in taught[0]])
    maker = tfidf.vectorizer(settings, min_df=settings.min_count)
    try:
        features = maker.fit_transform(texts)  # [rows, terms]
    except ValueError as error:  # scikit-learn's words for "no term is left"
        raise invalid(f"tfidf finds no terms in {len(texts)} texts ({error}): lower min-count or change ngrams") from None
    step.channel.progress(1, 2, "parts", f"{features.shape[1]} terms")
    if shares is not None:
        # A row of several labels is a row for each, weighted by its share; taught ones stand behind them.
        positions, truth, weights = pseudo.spread(shares[rows], np.ones(len(rows)) if weights is None else weights)
        features = vstack([features[positions], features[len(rows):]])
    count = len(truth)
    if taught:
        positions, more, more_weights = target.taught(*taught[1:])
        weights = np.concatenate([np.ones(count) if weights is None else weights, more_weights])
        features = features[np.concatenate([np.arange(count), count + positions])]
        truth = np.concatenate([truth, more])
    with threadpool_limits(step.threads):
        coefficients, intercepts, iterations = target.baseline(features, truth, weights, settings.regularization)
    terms = tfidf.save(maker, coefficients, intercepts, settings, step.outputs / "model")
    step.channel.progress(2, 2, "parts")
    return {"metrics": {"rows": len(rows), **({"pseudo-rows": len(taught[0])} if taught else {}), "terms": terms,
                        "iterations": iterations}}
