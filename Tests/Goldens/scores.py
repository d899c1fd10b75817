"""Makes scores.json beside this file from numpy, scipy and scikit-learn: python scores.py

Every metric of 200 tables of classes and of 200 tables of numbers by scikit-learn and scipy, with weights and without, F1 by scikit-learn, the bootstrap of its difference over groups and seeds by numpy, and the bootstrap of a mean over twenty thousand
groups by scipy (one seed) and numpy (three).
"""
import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn import metrics
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


def table(number):
    """Rows of a table that the test makes, too: labels, weights, of which some are 0, and probabilities, of which some are equal."""
    classes, rows = 2 + number % 4, 8 + 3 * (number % 17)
    x, drawn = number + 1, []
    for _ in range(rows * (classes + 2)):
        x = (1664525 * x + 1013904223) % 2**32
        drawn.append(x >> 16)
    drawn = np.array(drawn).reshape(rows, classes + 2)
    parts = 1 + drawn[:, 2:] % 12
    return drawn[:, 0] % classes, (drawn[:, 1] % 4) / 2, parts / parts.sum(1)[:, None]


def scored(truth, weights, probabilities):
    """A table's value by each metric; those that are not defined left out."""
    classes, guess = probabilities.shape[1], probabilities.argmax(1)
    every, own, place = np.arange(classes), {"sample_weight": weights}, (-probabilities).argsort(1, kind="stable")
    rank = (place == truth[:, None]).argmax(1) + 1
    found = {
        "log-loss": metrics.log_loss(truth, probabilities, labels=every, **own),
        "accuracy": metrics.accuracy_score(truth, guess, **own),
        "balanced-accuracy": metrics.balanced_accuracy_score(truth, guess, **own),
        "mcc": metrics.matthews_corrcoef(truth, guess, **own),
        "brier": metrics.brier_score_loss(truth, probabilities, labels=every, **own) if classes > 2
        else metrics.brier_score_loss(truth, probabilities[:, 1], pos_label=1, **own),
        "map@2": np.average(np.where(rank <= 2, 1 / rank, 0), weights=weights),
        "ece": 0.0,
    }
    for beta in (0.5, 1, 1.5, 2):
        for mean in ("macro", "micro"):
            found[f"f{beta}-{mean}"] = metrics.fbeta_score(truth, guess, beta=beta, average=mean, zero_division=0, **own)
        if classes == 2:
            found[f"f{beta}-binary"] = found[f"f{beta}"] = metrics.fbeta_score(truth, guess, beta=beta, zero_division=0, **own)
    kappa = metrics.cohen_kappa_score(truth, guess, labels=every, weights="quadratic", **own)
    if np.isfinite(kappa):
        found["qwk"] = kappa
    some = [c for c in ([1] if classes == 2 else every) if 0 < (truth == c).sum()]
    both = [c for c in some if (truth != c).any()]
    if both:
        found["auc"] = np.mean([metrics.roc_auc_score(truth == c, probabilities[:, c], **own) for c in both])
    if len(both) == classes > 2:
        whole = metrics.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro", **own)
        assert abs(whole - found["auc"]) < 1e-12
    if some:
        found["average-precision"] = np.mean(
            [metrics.average_precision_score(truth == c, probabilities[:, c], **own) for c in some])
    # Ties in a row are averaged by scikit-learn: those rows are told by the rule of the first.
    ties = np.array([len(set(row)) < classes for row in probabilities])
    gains = np.where(rank <= 3, 1 / np.log2(1 + rank), 0)
    if not ties.all():
        peer = metrics.ndcg_score(np.eye(classes)[truth[~ties]], probabilities[~ties], k=3)
        assert abs(peer - gains[~ties].mean()) < 1e-12
    found["ndcg@3"] = np.average(gains, weights=weights)
    # Bins closed above: (.8, .9], as Guo et al. have them.
    bins = np.digitize(probabilities.max(1), np.linspace(0, 1, 11)[1:-1], right=True)
    for one in range(10):
        inside = bins == one
        found["ece"] += abs((weights * (probabilities.max(1) - (guess == truth)))[inside].sum()) / weights.sum()
    return found


def number_table(number):
    """Rows of numbers that the test makes, too: true ones, predicted ones, of both of which some are equal, and weights."""
    width, rows = 1 + number % 3, 8 + 3 * (number % 17)
    x, drawn = number + 7, []
    for _ in range(rows * (2 * width + 1)):
        x = (1664525 * x + 1013904223) % 2**32
        drawn.append(x >> 16)
    drawn = np.array(drawn).reshape(rows, 2 * width + 1)
    truths = 1000.0 * (number % 5) + (drawn[:, 1:1 + width] % 23) / 4
    values = truths / 2 + 500.0 * (number % 5) + (drawn[:, 1 + width:] % 17) / 8
    return truths, values, (drawn[:, 0] % 4) / 2


def numbers_scored(truths, values, weights):
    """A table of numbers by each metric; of whole weights also what is told by ranks of rows that are there so often."""
    own = {"sample_weight": weights}
    columns = range(truths.shape[1])
    repeated = np.repeat(np.arange(len(truths)), (2 * weights).astype(int))
    pearson = [np.cov(truths[:, c], values[:, c], aweights=weights) for c in columns]
    found = {
        "rmse": metrics.mean_squared_error(truths, values, **own) ** 0.5,
        "mcrmse": metrics.root_mean_squared_error(truths, values, **own),
        "mae": metrics.mean_absolute_error(truths, values, **own),
        "r2": metrics.r2_score(truths, values, **own),
        "pearson": np.mean([m[0, 1] / np.sqrt(m[0, 0] * m[1, 1]) for m in pearson]),
        "spearman": np.mean([stats.spearmanr(truths[repeated, c], values[repeated, c]).statistic for c in columns]),
    }
    if (weights == 1).all():
        whole = np.mean([stats.pearsonr(truths[:, c], values[:, c]).statistic for c in columns])
        assert abs(whole - found["pearson"]) < 1e-12
    return found


def number_tables():
    made = []
    for number in range(200):
        truths, values, weights = number_table(number)
        counted = weights > 0
        made.append({
            "plain": numbers_scored(truths, values, np.ones(len(truths))),
            "weighted": numbers_scored(truths[counted], values[counted], weights[counted])})
    return made


def tables():
    made = []
    for number in range(200):
        truth, weights, probabilities = table(number)
        counted = weights > 0
        made.append({
            "plain": scored(truth, np.ones(len(truth)), probabilities),
            "weighted": scored(truth[counted], weights[counted], probabilities[counted])})
    return made


def paired_auc():
    """The difference of two models' AUC, its bootstrap over groups and seeds, and its value by fold and seed."""
    seeds, groups, size = 2, 50, 4
    rows = groups * size
    numbers = stream(rows * (2 * seeds + 1)).reshape(rows, -1)
    truth = (numbers[:, 0] < 0.4).astype(int)
    sides = [[np.round((numbers[:, 1 + s + seeds * side] + strength * truth) / (1 + strength), 2) for s in range(seeds)]
             for side, strength in enumerate((0.3, 0.5))]
    ids = np.arange(rows) // size
    folds = ids % 5

    def gain(weights, s):
        before, after = (metrics.roc_auc_score(truth, side[s], sample_weight=weights) for side in sides)
        return after - before

    ones = np.ones(rows)
    generator, differences = np.random.default_rng(7), []
    for _ in range(4_000):
        weights = np.bincount(generator.integers(0, groups, groups), minlength=groups)[ids].astype(float)
        drawn = np.bincount(generator.integers(0, seeds, seeds), minlength=seeds)
        differences.append(sum(drawn[s] * gain(weights, s) for s in range(seeds) if drawn[s]) / seeds)
    cells = [metrics.roc_auc_score(truth[folds == f], sides[1][s][folds == f])
             - metrics.roc_auc_score(truth[folds == f], sides[0][s][folds == f]) for f in range(5) for s in range(seeds)]
    return {
        "truth": truth, "groups": ids, "folds": folds, "baseline": sides[0], "variant": sides[1], "cells": cells,
        "mean": np.mean([gain(ones, s) for s in range(seeds)]), "interval95": np.quantile(differences, [0.025, 0.975])}


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


if __name__ == "__main__":
    made = {
        "f1": f1(), "paired": paired_f1(), "many": many_groups(), "tables": tables(), "numbers": number_tables(), "auc": paired_auc()}
    (Path(__file__).parent / "scores.json").write_text(json.dumps(plain(made), separators=(",", ":")) + "\n")
