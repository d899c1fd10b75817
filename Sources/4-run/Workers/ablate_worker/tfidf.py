"""The baseline: TF-IDF of words or characters and a logistic regression; fits it, stores it, predicts with it.

Stored as a list of terms and arrays, never as a pickle. Knows scikit-learn; needs no torch.
"""

import json

from . import formats, pseudo, tensors
from .step import invalid


def fill(template, texts):
    """Each row's text: the template with its columns filled in."""
    return ["".join(piece["text"] if "text" in piece else text[piece["column"]] for piece in template) for text in texts]


def vectorizer(settings, **more):
    """Case is kept and counts are damped: both help to tell writers apart."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    analyzer = {"word": "word", "char": "char", "char-wb": "char_wb"}.get(settings["analyzer"])
    if analyzer is None:
        raise invalid(f"tfidf.analyzer is '{settings['analyzer']}'; it may be word, char or char-wb")
    return TfidfVectorizer(analyzer=analyzer, ngram_range=tuple(settings["ngrams"]), lowercase=False, sublinear_tf=True, **more)


def run(step):
    """The kind `fit`."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits
    settings, classes = step.parameters["tfidf"], step.parameters["classes"]
    table = formats.read_rows(step)
    rows = formats.chosen_rows(step, len(table["labels"]), inside=False)
    labels = np.asarray(table["labels"])[rows]
    weights = None if table["weights"] is None else np.asarray(table["weights"], float)[rows]
    if len(set(labels)) < 2:
        raise invalid("all rows to train on have one label: at least two different ones are needed")
    all_texts = formats.read_texts(step.input("texts"))
    texts = fill(step.parameters["template"], [all_texts[row] for row in rows])
    taught = pseudo.read(step)
    if taught:
        given = formats.read_texts(step.input("pseudo-texts"))
        texts += fill(step.parameters["template"], [given[row] for row in taught[0]])
    maker = vectorizer(settings, min_df=settings["min-count"])
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
    model = LogisticRegression(C=settings["regularization"], max_iter=1000)
    with threadpool_limits(step.threads):
        model.fit(features, labels, sample_weight=weights)
    coefficients, intercepts = spread(model, classes)
    folder = step.outputs / "model"
    folder.mkdir()
    terms = sorted(maker.vocabulary_, key=maker.vocabulary_.get)
    formats.write_json(folder / "vocabulary.json", terms)
    tensors.write(folder / "weights.safetensors", {"idf": maker.idf_, "coefficients": coefficients, "intercepts": intercepts},
                  {"settings": json.dumps(settings, sort_keys=True)})
    step.channel.progress(2, 2, "parts")
    return {"metrics": {"rows": len(rows), **({"pseudo-rows": len(taught[0])} if taught else {}), "terms": len(terms), "iterations": int(model.n_iter_.max())}}


def spread(model, classes):
    """(coefficients [classes, terms], intercepts [classes]) whose softmax is the model's probability.

    Two classes: scikit-learn keeps the difference of two logits only. A class that no training row has gets a logit
    far below the others', not minus infinity, so that the log loss of such a row stays a number.
    """
    import numpy as np
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, intercepts = (np.concatenate([-a / 2, a / 2]) for a in (coefficients, intercepts))
    all_coefficients = np.zeros((classes, coefficients.shape[1]))
    all_intercepts = np.full(classes, intercepts.min() - 20.0)
    all_coefficients[model.classes_], all_intercepts[model.classes_] = coefficients, intercepts
    return all_coefficients, all_intercepts


def predict(step):
    """The kind `predict` for a model that `fit` made."""
    import numpy as np
    from safetensors.numpy import load_file
    folder = step.input("model")
    arrays = load_file(folder / "weights.safetensors")
    terms = formats.read_json(folder / "vocabulary.json")
    maker = vectorizer(step.parameters["tfidf"], vocabulary={term: index for index, term in enumerate(terms)})
    maker.idf_ = arrays["idf"]
    texts = formats.read_texts(step.input("texts"))
    rows = formats.chosen_rows(step, len(texts), inside=True)
    features = maker.transform(fill(step.parameters["template"], [texts[row] for row in rows]))  # [rows, terms]
    logits = features @ arrays["coefficients"].T + arrays["intercepts"]  # [rows, classes]
    formats.write_predictions(step.outputs / "predictions", rows, np.asarray(logits))
    return {"metrics": {"rows": len(rows)}}
