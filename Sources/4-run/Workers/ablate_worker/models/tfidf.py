"""The baseline: TF-IDF of words or characters and a linear model on it; how it is stored, and what it gives for texts.

Stored as a list of terms and arrays, never as a pickle. Knows scikit-learn; needs no torch. Does not know rows or folds.
"""

import json

from ..files import formats, tensors
from ..protocol import kinds


def fill(template, texts):
    """Each row's text: the template with its columns filled in."""
    part = lambda piece, text: piece["text"] if "text" in piece else text[piece["column"]] if "column" in piece else "\n"
    return ["".join(part(piece, text) for piece in template) for text in texts]


def vectorizer(settings, **more):
    """Case is kept and counts are damped: both help to tell writers apart."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    return TfidfVectorizer(analyzer=settings.analyzer.replace("-", "_"), ngram_range=tuple(settings.ngrams), lowercase=False, sublinear_tf=True, **more)


def save(maker, coefficients, intercepts, settings, folder):
    """Write the `model` folder of a fitted vectorizer and a linear model [outputs, terms]; return how many terms it has."""
    folder.mkdir()
    terms = sorted(maker.vocabulary_, key=maker.vocabulary_.get)
    formats.write_json(folder / "vocabulary.json", terms)
    tensors.write(folder / "weights.safetensors", {"idf": maker.idf_, "coefficients": coefficients, "intercepts": intercepts},
                  {"settings": json.dumps(kinds.plain(settings), sort_keys=True)})
    return len(terms)


def outputs(folder, settings, texts):
    """Float64 [texts, outputs], by the model of a folder that `save` wrote."""
    import numpy as np
    from safetensors.numpy import load_file
    arrays = load_file(folder / "weights.safetensors")
    terms = formats.read_json(folder / "vocabulary.json")
    maker = vectorizer(settings, vocabulary={term: index for index, term in enumerate(terms)})
    maker.idf_ = arrays["idf"]
    return np.asarray(maker.transform(texts) @ arrays["coefficients"].T + arrays["intercepts"])
