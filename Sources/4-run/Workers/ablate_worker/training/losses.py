"""What a training row counts for, and what it is to be told apart from: weights, class weights, label smoothing.

Numbers made once, before training; the loop itself knows only weights and targets. numpy only.
"""

import math

import numpy as np

from ..files import pseudo
from ..protocol.step import invalid


def of_rows(labels, weights, taught, classes, class_weights=None, smoothing=0.0, shares=None, turned=None):
    """(row weights as `row_weights` has them, targets [rows] or [rows, classes]) of the training rows and, behind them, the `taught`
    ones of pseudo.read. shares: distributions [rows, classes] that are true of the training rows in place of their labels."""
    if shares is not None:
        return of_shares(labels, weights, taught, classes, class_weights, smoothing, shares, turned)
    if taught is None:
        return row_weights(labels, weights, classes, class_weights, turned), targets(labels, classes, smoothing)
    _, given, given_weights = taught
    all_labels, all_weights = np.concatenate([labels, pseudo.likeliest(given)]), np.concatenate([weights, given_weights])
    goals = targets(all_labels, classes, smoothing)
    if given.ndim == 2:  # distributions among labels: all become distributions, smoothed alike
        if goals.ndim == 1:
            goals = np.eye(classes, dtype=np.float32)[goals]
        goals[len(labels):] = (1 - smoothing) * given + smoothing / classes
    return row_weights(all_labels, all_weights, classes, class_weights, turned), goals


def of_shares(labels, weights, taught, classes, class_weights, smoothing, shares, turned):
    """As of_rows, of rows whose labels are shared: all become distributions, smoothed alike."""
    if taught is not None:
        given = taught[1] if taught[1].ndim == 2 else np.eye(classes, dtype=np.float32)[taught[1]]
        labels, weights = np.concatenate([labels, pseudo.likeliest(taught[1])]), np.concatenate([weights, taught[2]])
        shares = np.concatenate([shares, given])
    goals = ((1 - smoothing) * shares + smoothing / classes).astype(np.float32)
    return row_weights(labels, weights, classes, class_weights, turned), goals


def class_factors(setting, labels, weights, classes, turned=None):
    """One factor per class for none, balanced or a list of numbers.

    Balanced: the inverse of the class's share of the rows' weights, so that every class counts the same in sum. turned: what each label
    is in half of the rows' readings.
    """
    if setting in (None, "none"):
        return np.ones(classes)
    if setting == "balanced":
        sums = np.bincount(labels, weights, minlength=classes)
        sums = sums if turned is None else (sums + np.bincount(np.asarray(turned)[labels], weights, minlength=classes)) / 2
        return np.where(sums > 0, weights.sum() / (classes * np.where(sums > 0, sums, 1)), 0.0)
    if not isinstance(setting, list):
        raise invalid(f"training.class-weights is '{setting}'; it may be none, balanced or a list of numbers")
    if len(setting) != classes:
        raise invalid(f"training.class-weights names {len(setting)} numbers, and there are {classes} classes: each needs one")
    if not all(isinstance(x, (int, float)) and math.isfinite(x) and x >= 0 for x in setting):
        raise invalid("training.class-weights: every number must be 0 or more")
    return np.asarray(setting, float)


def row_weights(labels, weights, classes, class_weights=None, turned=None):
    """What each row's loss is multiplied by, 1 in the mean: [rows], or with `turned` [2, rows]: as it stands, and as it is with its
    label turned into that of the list."""
    if weights.sum() == 0:
        raise invalid("every row to train on has weight 0")
    own = class_factors(class_weights, labels, weights, classes, turned)
    weights = weights * (own[labels] if turned is None else np.stack([own[labels], own[np.asarray(turned)[labels]]]))
    if weights.sum() == 0:
        raise invalid("training.class-weights leaves every row to train on a weight of 0")
    return weights / weights.mean()


def targets(labels, classes, smoothing=0.0):
    """Labels [rows], or with smoothing the distributions [rows, classes] to learn: 1 - s for the label, s shared by all."""
    if not 0 <= smoothing < 1:
        raise invalid(f"training.label-smoothing is {smoothing}; it may be 0 or more and below 1")
    if smoothing == 0:
        return labels
    shared = np.full((len(labels), classes), smoothing / classes, np.float32)
    shared[np.arange(len(labels)), labels] += 1 - smoothing
    return shared
