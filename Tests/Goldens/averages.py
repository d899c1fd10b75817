"""Makes averages.json beside this file from numpy and scipy: python averages.py

Means in four scales, the weights that scipy's SLSQP finds on the simplex, and ensemble selection as a plain loop over
numpy arrays. Inputs are drawn from a fixed seed.
"""
import json
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

HERE = Path(__file__).parent
ROWS, CLASSES, FOLDS = 90, 4, 3
FLOOR = 1e-15


def members(generator):
    """Five models of different worth, two of them nearly alike; one row of certainty, and ties."""
    labels = generator.integers(0, CLASSES, ROWS)
    truth = np.eye(CLASSES)[labels]
    noise = [1.0, 1.0, 1.6, 0.9, 3.0]
    logits = [1.2 * truth + generator.normal(0, scale, truth.shape) for scale in noise]
    logits[1] = logits[0] + generator.normal(0, 0.05, truth.shape)
    values = np.round(special.softmax(np.array(logits), axis=-1), 5)
    values[3, 7] = [0, 1, 0, 0]
    values[:, :, :] = values / values.sum(-1, keepdims=True)
    return values, labels


def link(values, scale):
    clipped = np.clip(values, FLOOR, 1 - FLOOR)
    if scale == "probabilities":
        return values
    if scale == "logits":
        return special.logit(clipped)
    if scale == "geometric":
        return np.log(clipped)
    return np.stack([stats.rankdata(member, axis=0) / len(member) for member in values])


def mean(values, weights, scale):
    mixed = np.tensordot(weights / np.sum(weights), link(values, scale), 1)
    if scale == "logits":
        mixed = special.expit(mixed)
    if scale == "geometric":
        return special.softmax(mixed, axis=-1)
    return mixed / mixed.sum(-1, keepdims=True)


def loss(predicted, labels, weights=None):
    return metrics.log_loss(labels, np.clip(predicted, FLOOR, 1 - FLOOR), sample_weight=weights, labels=range(CLASSES))


def simplex(values, labels, weights, scale):
    count = len(values)
    best = None
    for start in [np.full(count, 1 / count), *np.eye(count) * 0.6 + 0.4 / count]:
        found = optimize.minimize(
            lambda w: loss(mean(values, np.maximum(w, 0), scale), labels, weights), start, method="SLSQP", bounds=[(0, 1)] * count,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-13, "maxiter": 2000})
        best = found if best is None or found.fun < best.fun else best
    return best.fun


def greedy(values, labels, weights, scale, turns=50):
    """Caruana, Niculescu-Mizil, Crew, Ksikes (2004), section 2.1: selection with replacement."""
    linked = link(values, scale)
    counts, best = np.zeros(len(values)), (np.inf, None)
    for _ in range(turns):
        losses = []
        for member in range(len(values)):
            tried = counts + np.eye(len(values))[member]
            losses.append(loss(mean(values, tried, scale), labels, weights))
        counts[int(np.argmin(losses))] += 1
        if min(losses) < best[0]:
            best = min(losses), counts.copy()
    assert linked.shape == values.shape
    return best[1] / best[1].sum()


def main():
    generator = np.random.default_rng(11)
    values, labels = members(generator)
    weights = np.round(generator.random(ROWS) * 2 + 0.1, 3)
    folds = generator.permutation(np.arange(ROWS) % FOLDS)
    given = np.array([2, 0, 1, 0.5, 3])
    scales = {}
    for scale in ("probabilities", "logits", "geometric", "rank"):
        scales[scale] = {
            "equal": mean(values, np.ones(5), scale).ravel().tolist(), "given": mean(values, given, scale).ravel().tolist(),
            "greedy": greedy(values, labels, weights, scale).tolist()}
        if scale in ("probabilities", "geometric"):
            scales[scale]["best_loss"] = simplex(values, labels, weights, scale)
    np.testing.assert_allclose(
        np.array(scales["geometric"]["equal"]).reshape(ROWS, CLASSES)[:7],
        (lambda g: g / g.sum(-1, keepdims=True))(stats.gmean(values, axis=0))[:7], atol=1e-12)
    (HERE / "averages.json").write_text(json.dumps({
        "members": [member.ravel().tolist() for member in values], "labels": labels.tolist(), "weights": weights.tolist(),
        "folds": folds.tolist(), "fold_count": FOLDS, "classes": CLASSES, "given": given.tolist(), "scales": scales},
        separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
