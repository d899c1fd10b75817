"""Makes the goldens beside this file from numpy, scipy, scikit-learn and statsmodels: python make.py

Each JSON file holds inputs and what a peer, exact arithmetic or an enumeration says of them. Inputs are drawn
from fixed seeds, so a second run writes the same bytes with the same versions.
"""
import itertools
import json
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas
from scipy import optimize, stats
from sklearn import metrics, model_selection
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def write(name, value):
    (HERE / f"{name}.json").write_text(json.dumps(plain(value), separators=(",", ":")) + "\n")


def rows(generator, count, classes, concentration=0.5):
    """count x classes probabilities, rounded so that the file is short, no row empty."""
    drawn = np.round(generator.dirichlet(np.full(classes, concentration), count), 5)
    drawn[np.arange(count), drawn.argmax(1)] += 1e-5
    return np.minimum(drawn, 1)


def normalised(values):
    return values / values.sum(-1, keepdims=True)


# Metrics

def make_metrics():
    generator = np.random.default_rng(1)
    raw = rows(generator, 40, 7, 0.2)
    raw[3] = [0.25, 0, 0.25, 0.25, 0.25, 0, 0]
    labels = generator.integers(0, 7, 40)
    labels[3] = 1
    weights = np.round(generator.random(40) * 3, 3)
    share = normalised(raw)
    one_by_one = [
        metrics.log_loss([label], [row], labels=range(7)) for label, row in zip(labels, share)]
    write("metrics", {
        "values": raw.ravel(), "labels": labels, "weights": weights, "epsilon": np.finfo(float).eps,
        "per_row": one_by_one,
        "log_loss": metrics.log_loss(labels, share, labels=range(7)),
        "weighted_log_loss": metrics.log_loss(labels, share, labels=range(7), sample_weight=weights),
        "accuracy": metrics.accuracy_score(labels, share.argmax(1)),
        "weighted_accuracy": metrics.accuracy_score(labels, share.argmax(1), sample_weight=weights)})


# Groups

def make_assignment():
    generator = np.random.default_rng(2)
    cases = []
    for labels in range(1, 13):
        for count in {1, (labels + 1) // 2, labels}:
            values = rows(generator, count, labels, 0.4)
            values = np.maximum(values, generator.random(values.shape) * 1e-4)
            _, by_value = optimize.linear_sum_assignment(values, maximize=True)
            _, by_log = optimize.linear_sum_assignment(-np.log(values))
            cases.append({"labels": labels, "values": values.ravel(), "by_value": by_value, "by_log": by_log})
    write("assignment", cases)


def enumerate_marginals(values):
    """Sums over every one-to-one labelling, in exact arithmetic; None where all are impossible."""
    count, labels = values.shape
    exact = [[Fraction(float(value)) for value in row] for row in values]
    sums = [[Fraction(0)] * labels for _ in range(count)]
    for chosen in itertools.permutations(range(labels), count):
        weight = math.prod((exact[row][label] for row, label in enumerate(chosen)), start=Fraction(1))
        for row, label in enumerate(chosen):
            sums[row][label] += weight
    total = sum(sums[0])
    return None if total == 0 else [[float(value / total) for value in row] for row in sums]


def make_marginals():
    generator = np.random.default_rng(3)
    cases = []

    def add(name, values):
        cases.append({
            "name": name, "labels": values.shape[1], "values": values.ravel(),
            "marginals": enumerate_marginals(values)})

    for labels in range(1, 7):
        for count in range(1, labels + 1):
            add(f"{count} rows of {labels} labels", rows(generator, count, labels))
    add("7 rows of 7 labels", rows(generator, 7, 7))
    add("4 rows of 7 labels", rows(generator, 4, 7, 0.2))
    zeros = rows(generator, 5, 5)
    zeros[0] = [0, 1, 0, 0, 0]
    zeros[1] = [0.5, 0.5, 0, 0, 0]
    add("some zeros", zeros)
    add("two certain rows of one label", np.array([[1, 0, 0], [1, 0, 0], [0.2, 0.3, 0.5]]))
    add("three rows of two labels", np.array([[0.5, 0.5, 0], [0.4, 0.6, 0], [0.3, 0.7, 0]]))
    tiny = np.full((6, 6), 1e-300) * (1 + generator.random((6, 6)))
    tiny[:, 0] = 1
    add("products below the smallest double", tiny)
    steep = 10.0 ** -np.round(generator.random((5, 5)) * 300)
    add("probabilities from 1 to 1e-300", steep / steep.max(1, keepdims=True))
    write("marginals", cases)


def publish(values, chosen):
    """The published rule, cell by cell."""
    count, labels = values.shape
    cells = values.copy()
    for row in range(count):
        for label in range(labels):
            p = values[row, label]
            cells[row, label] = p + 0.005 * (1 - p) if chosen[row] == label else p - p ** 1.475
    for label in range(labels):
        column = cells[:, label].copy()
        if column.max() > 1:
            cells[:, label] = 0.01
            cells[column.argmax(), label] = 0.99
        elif column.max() > 0.67:
            cells[:, label] = column * 0.285
        elif column.max() > 0.245:
            cells[:, label] = column * 0.44
    return normalised(cells)


def make_published():
    generator = np.random.default_rng(4)
    cases = []
    for count, concentration in [(7, 0.1), (7, 0.3), (7, 2), (4, 0.2)]:
        values = normalised(rows(generator, count, 7, concentration))
        _, chosen = optimize.linear_sum_assignment(values, maximize=True)
        cases.append({"values": values.ravel(), "chosen": chosen, "output": publish(values, chosen).ravel()})
    write("published", cases)


def make_crossfit():
    generator = np.random.default_rng(5)
    labels, groups, folds = 4, 45, 3
    truth = np.argsort(generator.random((groups, labels)), 1)
    evidence = generator.standard_normal((groups, labels, labels))
    evidence[np.arange(groups)[:, None], np.arange(labels)[None], truth] += 1.3
    values = np.round(normalised(np.exp(2.1 * evidence)), 6)
    fold = np.arange(groups) % folds

    def power(p, exponent):
        return normalised(np.maximum(p, 1e-12) ** exponent)

    def loss(p, y):
        return metrics.log_loss(y.ravel(), normalised(p).reshape(-1, labels), labels=range(labels))

    permutations = np.array(list(itertools.permutations(range(labels))))

    def marginals(p):
        output = np.zeros_like(p)
        for group in range(len(p)):
            for chosen in permutations:
                output[group, range(labels), chosen] += p[group, range(labels), chosen].prod()
        return normalised(output)

    def hard(p, log):
        output = np.zeros_like(p)
        for group in range(len(p)):
            cost = -np.log(np.maximum(p[group], 1e-300)) if log else -p[group]
            output[(group, *optimize.linear_sum_assignment(cost))] = 1
        return output

    def sinkhorn(p):
        p = p.copy()
        # Some groups are far from converged after a hundred rounds, so their number matters.
        for _ in range(100):
            p /= p.sum(1, keepdims=True)
            p /= p.sum(2, keepdims=True)
        return normalised(p)

    share = normalised(values)
    chosen = hard(share, True)
    methods = {
        "marginals": (lambda p, h, x: marginals(power(p, math.exp(x))), (-2, 1.5)),
        "sinkhorn": (lambda p, h, x: sinkhorn(power(p, math.exp(x))), (-1.5, 1.5)),
        "temperature": (lambda p, h, x: power(p, math.exp(x)), (-2, 2)),
        "blend": (lambda p, h, x: (1 - x) * p + x * h, (0, 0.999))}
    answers = {}
    for name, (apply, bounds) in methods.items():
        def fit(part):
            return optimize.minimize_scalar(
                lambda x: loss(apply(share[part], chosen[part], x), truth[part]), bounds=bounds,
                method="bounded", options={"xatol": 1e-4}).x
        output = np.zeros_like(share)
        parameters = []
        for index in range(folds):
            parameters.append(fit(fold != index))
            part = fold == index
            output[part] = apply(share[part], chosen[part], parameters[-1])
        answers[name] = {
            "fold_parameters": parameters, "parameter": fit(fold >= 0), "loss": loss(output, truth),
            "first_group": output[0].ravel()}
    by_value = hard(share, False).argmax(-1)
    published = np.array([publish(p, c) for p, c in zip(share, by_value)])
    answers["published"] = {
        "fold_parameters": [0] * folds, "parameter": 0, "loss": loss(published, truth),
        "first_group": published[0].ravel()}
    write("crossfit", {
        "labels": labels, "values": values.ravel(), "truth": truth.ravel(), "folds": fold, "fold_count": folds,
        "loss_before": loss(share, truth), "methods": answers})


# Search

def make_minimum():
    functions = {
        "parabola": (lambda x: (x - 0.3) ** 2, (-2, 2)),
        "quartic": (lambda x: x ** 4 - 3 * x ** 3 + 2, (0, 4)),
        "logarithm": (lambda x: x - math.log(x), (0.01, 50)),
        "edge": (lambda x: x, (1, 3)),
        "corner": (lambda x: abs(x - 1.7), (-5, 5))}
    cases = {}
    for name, (function, bounds) in functions.items():
        answer = optimize.minimize_scalar(function, bounds=bounds, method="bounded")
        cases[name] = {"bounds": bounds, "x": answer.x, "value": answer.fun, "evaluations": answer.nfev}
    write("minimum", cases)


# Statistics

def make_distributions():
    student = []
    for degrees in [1, 2, 2.5, 4, 14, 29, 120, 5000]:
        for t in [-40, -6, -2.145, -1, -0.01, 0, 0.3, 1.761, 3, 12]:
            student.append({
                "degrees": degrees, "t": t, "cumulative": stats.t.cdf(t, degrees),
                "two_sided": 2 * stats.t.sf(abs(t), degrees)})
    quantiles = [
        {"degrees": degrees, "probability": p, "t": stats.t.ppf(p, degrees)}
        for degrees in [1, 2, 4, 14, 29, 5000] for p in [1e-8, 0.001, 0.025, 0.2, 0.5, 0.8, 0.95, 0.975, 0.9999]]
    normal = [
        {"x": x, "cumulative": stats.norm.cdf(x), "two_sided": 2 * stats.norm.sf(abs(x))}
        for x in [-37, -8, -1.96, -0.5, 0, 0.1, 1, 2.5758, 6]]
    normal_quantiles = [
        {"probability": p, "x": stats.norm.ppf(p)}
        for p in [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.1, 0.5, 0.8, 0.975, 0.999999]]
    write("distributions", {
        "student": student, "student_quantiles": quantiles, "normal": normal, "normal_quantiles": normal_quantiles})


def make_holm():
    generator = np.random.default_rng(6)
    cases = [[0.04], [0.01, 0.04, 0.03], [0.02, 0.02, 0.9, 0.5], [0, 1, 0.3], np.round(generator.random(12) ** 3, 4)]
    write("holm", [{"p": p, "adjusted": multipletests(p, method="holm")[1]} for p in cases])


def power_of(effect, error, degrees, alpha):
    """The power of the two-sided t test, by the non-central t distribution."""
    limit = stats.t.isf(alpha / 2, degrees)
    shift = effect / error
    return stats.nct.sf(limit, degrees, shift) + stats.nct.cdf(-limit, degrees, shift)


def make_corrected():
    generator = np.random.default_rng(7)
    cases = []
    for folds, seeds, ratio in [(5, 3, None), (5, 1, None), (10, 2, None), (1, 6, 0.25), (5, 3, 0.2)]:
        cells = np.round(generator.normal(0.01, 0.015, folds * seeds), 5)
        count = folds * seeds
        # As the facts state it for equal folds: the naive variance times 1 + T K / (K - 1).
        if ratio is None:
            variance = cells.var(ddof=1) / count * (1 + seeds * folds / (folds - 1))
        else:
            variance = cells.var(ddof=1) * (1 / count + ratio)
        error = math.sqrt(variance)
        statistic = cells.mean() / error
        detectable = optimize.brentq(lambda effect: power_of(effect, error, count - 1, 0.05) - 0.8, error, 5 * error)
        cases.append({
            "folds": folds, "seeds": seeds, "ratio": ratio, "cells": cells, "mean": cells.mean(), "error": error,
            "p": 2 * stats.t.sf(abs(statistic), count - 1),
            "interval90": stats.t.interval(0.9, count - 1, cells.mean(), error), "detectable": detectable})
    write("corrected", cases)


def make_components():
    """Differences of seeds x rows in groups and folds: what they vary by, from the analysis of variance of seeds x groups, and the test."""
    generator, cases = np.random.default_rng(12), []
    for seeds, groups, size, folds, chance in [(3, 40, 1, 5, 0.05), (2, 30, 4, 3, 0.01), (5, 24, 3, 4, 0.3)]:
        group = np.repeat(np.arange(groups), size)
        fold = group % folds
        values = 0.02 + generator.normal(0, 0.1, groups)[group] + generator.normal(0, 0.05, group.size)
        values = values + chance * generator.normal(0, 1, (seeds, folds))[:, fold] + generator.normal(0, 0.05, (seeds, group.size))
        values = np.round(values, 5)
        table = np.array([[row[group == one].mean() for one in range(groups)] for row in values])
        # Two crossed factors without replication: mean squares of groups and of what is left, as statsmodels gives them.
        frame = pandas.DataFrame({
            "value": table.ravel(), "seed": np.repeat(np.arange(seeds), groups), "group": np.tile(np.arange(groups), seeds)})
        mean_square = anova_lm(ols("value ~ C(seed) + C(group)", frame).fit()).mean_sq
        between, left = mean_square["C(group)"], mean_square["Residual"]
        floor = max((between - left) / (seeds * groups), between / (seeds * groups) / 10)
        cells = np.array([[row[fold == one].mean() for one in range(folds)] for row in values])
        chance_of_cell = cells.var(0, ddof=1).mean()
        fixed = (1 / 3 + folds / (folds - 1)) * floor
        seed = chance_of_cell / folds
        variance = fixed + seed / seeds
        degrees = variance ** 2 / (fixed ** 2 / (groups - 1) + (seed / seeds) ** 2 / (folds * (seeds - 1)))
        mean = values.mean()
        cases.append({
            "values": values, "groups": group, "folds": fold, "mean": mean, "fixed": fixed, "seed": seed,
            "error": math.sqrt(variance), "degrees": degrees,
            "p": 2 * stats.t.sf(abs(mean) / math.sqrt(variance), degrees),
            "interval90": stats.t.interval(0.9, degrees, mean, math.sqrt(variance))})
    write("components", cases)


WORD = (1 << 64) - 1


def stream(seed):
    """xoshiro256** from a SplitMix64 seed, as its authors publish it."""
    state = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & WORD
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & WORD
        state.append(z ^ z >> 31)

    def rotate(x, k):
        return (x << k | x >> (64 - k)) & WORD

    while True:
        yield rotate(state[1] * 5 & WORD, 7) * 9 & WORD
        t = state[1] << 17 & WORD
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = rotate(state[3], 45)


def below(words, bound):
    """A number below `bound`: the high word of the product, unless its low word is among the first 2^64 mod bound."""
    while True:
        product = next(words) * bound
        if product & WORD >= (1 << 64) % bound:
            return product >> 64


def permutation(words, count):
    """Fisher and Yates, from the end."""
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = below(words, last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def make_bootstrap():
    words = stream(42)
    numbers = [str(next(words)) for _ in range(5)]
    words = stream(7)
    bounded = [below(words, bound) for bound in [1, 2, 3, 7, 10, 1000, 6148914691236517205 + 3] * 3]
    order = permutation(stream(7), 10)
    generator = np.random.default_rng(8)
    cases = []
    for groups, seeds, weighted in [(30, 3, False), (25, 1, True)]:
        cells = np.round(generator.normal(0.004, 0.02, (groups, seeds)), 4)
        weights = generator.integers(1, 8, groups) if weighted else np.ones(groups)
        words = stream(99)
        means = []
        for _ in range(400):
            chosen_seeds = [below(words, seeds) for _ in range(seeds)]
            chosen = [below(words, groups) for _ in range(groups)]
            means.append(np.average(cells[chosen][:, chosen_seeds].mean(1), weights=weights[chosen]))
        cases.append({
            "cells": cells.ravel(), "seeds": seeds, "weights": weights, "count": 400,
            "mean": np.average(cells.mean(1), weights=weights),
            "interval95": np.quantile(means, [0.025, 0.975]), "interval90": np.quantile(means, [0.05, 0.95])})
    single = np.round(generator.normal(0.01, 0.05, 200), 4)
    peer = stats.bootstrap(
        (single,), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(9)).confidence_interval
    write("bootstrap", {
        "numbers": numbers, "bounded": [str(number) for number in bounded], "order": order, "cases": cases,
        "scipy": {"cells": single, "interval95": list(peer)}})


# Folds

def make_folds():
    generator = np.random.default_rng(10)
    splitters = {
        "kFold": model_selection.KFold, "stratifiedKFold": model_selection.StratifiedKFold,
        "groupKFold": model_selection.GroupKFold, "stratifiedGroupKFold": model_selection.StratifiedGroupKFold}
    tables = []
    for classes, groups, size, count in [(2, 12, 60, 3), (7, 40, 200, 5), (3, 25, 97, 4), (12, 60, 300, 5)]:
        ids = generator.integers(0, groups, size) * 3 - 10
        tables.append((generator.choice(classes, size, p=generator.dirichlet(np.full(classes, 2.0))), ids, count))
    # Each group holds each label once: the order alone decides.
    tables.append((np.concatenate([generator.permutation(7) for _ in range(33)]), np.arange(231) // 7, 5))
    # So many labels that sums are made in halves.
    tables.append((generator.integers(0, 150, 600), generator.integers(0, 80, 600), 4))

    def deal(splitter, labels, groups, count):
        folds = np.full(len(labels), -1)
        for fold, (_, held) in enumerate(splitter(count).split(labels, labels, groups)):
            folds[held] = fold
        return folds

    cases = []
    for labels, groups, count in tables:
        answers, shuffled = {}, {}
        numbers = np.unique(groups, return_inverse=True)[1]
        for name, splitter in splitters.items():
            answers[name] = deal(splitter, labels, groups, count)
            if "group" in name.lower():
                # Groups are renumbered by their place in the order.
                place = np.argsort(permutation(stream(42), numbers.max() + 1))
                shuffled[name] = deal(splitter, labels, place[numbers], count)
            else:
                order = permutation(stream(42), len(labels))
                shuffled[name] = np.empty(len(labels), int)
                shuffled[name][order] = deal(splitter, labels[order], groups[order], count)
        cases.append({
            "labels": labels, "groups": groups, "count": count, "folds": answers, "seed_42": shuffled})
    write("folds", cases)


def make_time_blocks():
    """TimeSeriesSplit of rows whose times are in no order: the fold of each, -1 where none holds it out."""
    generator, cases = np.random.default_rng(11), []
    for size, count in [(6, 5), (11, 3), (40, 4), (97, 5), (8, 1)]:
        times = generator.permutation(size)
        order, folds = np.argsort(times), np.full(size, -1)
        splits = model_selection.TimeSeriesSplit(count).split(order) if count > 1 else [(order[:size // 2], range(size - size // 2, size))]
        for fold, (_, held) in enumerate(splits):
            folds[order[list(held)]] = fold
        cases.append({"times": times, "count": count, "folds": folds})
    write("time_blocks", cases)


if __name__ == "__main__":
    for name, make in list(globals().items()):
        if name.startswith("make_"):
            make()
