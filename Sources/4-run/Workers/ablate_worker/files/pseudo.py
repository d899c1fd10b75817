"""Test rows that a model learns from besides, with the labels that a teacher gave them.

Knows the `pseudo-labels` file and which of its rows the model of a fold may see: those of the other test folds, since it is to
predict its own. Does not know who the teacher was. numpy only.
"""

import numpy as np

from ..protocol.step import Failure, invalid
from . import formats


def read(path, folds_path, fold, classes):
    """(rows of the test table [m], their labels int [m], distributions float [m, classes] or columns' values float64 [m, classes],
    weights [m]) that the model of a fold learns from besides."""
    given, folds = formats.read_json(path), formats.read_json(folds_path)
    rows = np.asarray(given["rows"], int)
    if fold is None:
        raise invalid("a model with pseudo-labels is fitted on folds alone")
    assigned = np.asarray(folds["folds"])
    if given["classes"] != classes or (len(rows) and rows.max() >= len(assigned)):
        raise Failure("internal", "the pseudo-labels are of another table")
    kept = assigned[rows] != fold
    if "values" in given:
        labels = np.asarray(given["values"], np.float64).reshape(-1, classes)
    elif "probabilities" in given:
        labels = np.asarray(given["probabilities"], np.float32).reshape(-1, classes)
    else:
        labels = np.asarray(given["labels"], int)
    return rows[kept], labels[kept], np.asarray(given["weights"], float)[kept]


def likeliest(labels):
    """Labels [m] of labels or distributions."""
    return labels.argmax(axis=1) if labels.ndim == 2 else labels


def places(labels):
    """Where on the scale of ordered labels [m] labels or distributions stand."""
    return labels @ np.arange(labels.shape[1]) if labels.ndim == 2 else labels


def spread(labels, weights):
    """(positions, labels, weights) for a learner that takes labels alone: a distribution becomes a row for each class it gives
    anything to, weighted by it."""
    if labels.ndim == 1:
        return np.arange(len(labels)), labels, weights
    positions, classes = np.nonzero(labels)
    return positions, classes, weights[positions] * labels[positions, classes]
