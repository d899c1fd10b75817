"""Makes scores.json beside this file from numpy, scipy and scikit-learn: python scores.py

F1 by scikit-learn, the bootstrap of its difference over groups and seeds by numpy, and the bootstrap of a mean over twenty thousand
groups by scipy (one seed) and numpy (three).
"""
import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.metrics import f1_score

RESAMPLES = 20_000


def stream(count):
    """Numbers in 0...1 from a generator that the test repeats: x -> 1664525 x + 1013904223 modulo 2^32, from 1."""
    values, x = [], 1
    for _ in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        values.append(x / 2**32)
    return np.array(values)


def f1():
    generator = np.random.default_rng(3)
    cases = []
    for classes, rows in [(2, 9), (7, 60), (5, 40)]:
        truth = generator.integers(0, classes, rows)
        guess = np.where(generator.random(rows) < 0.5, truth, generator.integers(0, classes, rows))
        if classes == 5:
            truth, guess = truth % 3, guess % 3  # two classes that nobody has
        weights = np.round(generator.random(rows) * 3, 3)
        cases.append({
            "classes": classes, "truth": truth, "guess": guess, "weights": weights,
            "f1": f1_score(truth, guess, average="macro"),
            "weighted": f1_score(truth, guess, average="macro", sample_weight=weights)})
    return cases


def paired_f1():
    generator = np.random.default_rng(4)
    classes, seeds, groups, size = 4, 3, 60, 5
    rows = groups * size
    truth = generator.choice(classes, rows, p=[0.5, 0.3, 0.15, 0.05])
    ids = np.arange(rows) // size
    guesses = [[np.where(generator.random(rows) < share, truth, generator.integers(0, classes, rows))
                for _ in range(seeds)] for share in (0.55, 0.65)]

    def macro(weights, guess):
        hits = np.bincount(truth, weights * (truth == guess), classes)
        total = np.bincount(truth, weights, classes) + np.bincount(guess, weights, classes)
        return (2 * hits[total > 0] / total[total > 0]).mean()

    ones = np.ones(rows)
    assert all(abs(macro(ones, g) - f1_score(truth, g, average="macro")) < 1e-12 for side in guesses for g in side)
    differences = []
    for _ in range(RESAMPLES):
        weights = np.bincount(generator.integers(0, groups, groups), minlength=groups)[ids].astype(float)
        drawn = np.bincount(generator.integers(0, seeds, seeds), minlength=seeds)
        differences.append(sum(
            drawn[s] * (macro(weights, guesses[1][s]) - macro(weights, guesses[0][s])) for s in range(seeds)) / seeds)
    folds = ids % 5
    cells = [f1_score(truth[folds == f], guesses[1][s][folds == f], average="macro")
             - f1_score(truth[folds == f], guesses[0][s][folds == f], average="macro")
             for f in range(5) for s in range(seeds)]
    return {
        "classes": classes, "truth": truth, "groups": ids, "folds": folds, "baseline": guesses[0],
        "variant": guesses[1], "cells": cells,
        "mean": np.mean([macro(ones, guesses[1][s]) - macro(ones, guesses[0][s]) for s in range(seeds)]),
        "interval95": np.quantile(differences, [0.025, 0.975])}


def many_groups():
    groups, seeds = 20_000, 3
    values = (stream(groups * seeds) ** 4).reshape(groups, seeds) - 0.2 + 0.002 * np.arange(seeds)
    weights = 1 + np.arange(groups) % 7
    generator = np.random.default_rng(5)
    means = []
    for _ in range(RESAMPLES):
        counts = np.bincount(generator.integers(0, groups, groups), minlength=groups) * weights
        drawn = np.bincount(generator.integers(0, seeds, seeds), minlength=seeds)
        means.append((counts @ (values @ drawn)) / (counts.sum() * seeds))
    one = stats.bootstrap(
        (values[:, 0],), np.mean, n_resamples=RESAMPLES, batch=200, method="percentile",
        rng=np.random.default_rng(6)).confidence_interval
    return {
        "groups": groups, "seeds": seeds, "interval95": np.quantile(means, [0.025, 0.975]),
        "interval90": np.quantile(means, [0.05, 0.95]), "scipy": [one.low, one.high]}


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


if __name__ == "__main__":
    made = {"f1": f1(), "paired": paired_f1(), "many": many_groups()}
    (Path(__file__).parent / "scores.json").write_text(json.dumps(plain(made), separators=(",", ":")) + "\n")
