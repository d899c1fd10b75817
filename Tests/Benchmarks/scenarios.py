"""Simulated predictions whose best answer is known, through `ablate optimize`: log losses of every method on data that no method
saw. Prints a Markdown table.

    python3 Tests/Benchmarks/scenarios.py --ablate .build/release/ablate --seeds 5

A group holds each of seven labels once. Row r of group g has the evidence x[label] ~ N(m [label is true], 1) for each label, and
its probabilities are softmax(m x): the Bayes answer for the row alone, with a strength m = mu exp(.25 a_g + .35 b_r) of its own.
What a scenario does to the probabilities makes them wrong in one way or another.
"""

import argparse
import csv
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

LABELS = 7
GROUPS = {"oof": 568, "test": 4000}
METHODS = ["temperature", "blend", "assignment", "tuned-assignment", "sinkhorn", "marginals", "robust"]
# name: (log loss of the calibrated rows, what is done to them out of fold, and to the test where it differs)
SCENARIOS = {
    "calibrated": (0.63, {}, None),
    "overconfident x1.8": (0.63, {"scale": 1.8}, None),
    "underconfident x.6": (0.63, {"scale": 0.6}, None),
    "noisy": (0.63, {"noise": 1.0}, None),
    ".90 calibrated": (0.90, {}, None),
    "swaps and junk": (0.63, {"swap": 0.05, "junk": 0.05}, None),
}


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def rows(groups, random, mu, scale=1.0, noise=0.0, swap=0.0, junk=0.0):
    """(probabilities [groups, 7, 7], labels [groups, 7])"""
    labels = random.permuted(np.tile(np.arange(LABELS), (groups, 1)), axis=1)
    seen = labels.copy()
    for group in np.flatnonzero(random.random(groups) < swap):  # two rows that look like each other's class
        one, other = random.choice(LABELS, 2, replace=False)
        seen[group, [one, other]] = seen[group, [other, one]]
    strength = mu * np.exp(0.25 * random.standard_normal((groups, 1)) + 0.35 * random.standard_normal((groups, LABELS)))
    evidence = random.standard_normal((groups, LABELS, LABELS)) + strength[..., None] * np.eye(LABELS)[seen]
    z = strength[..., None] * evidence
    if noise:
        z = z + noise * random.standard_normal(z.shape)
    broken = random.random((groups, LABELS)) < junk  # sure, and of nothing
    z = np.where(broken[..., None], 3 * random.standard_normal(z.shape), z)
    return softmax(scale * z), labels


def loss(probabilities, labels) -> float:
    chosen = np.take_along_axis(probabilities, labels[..., None], -1)[..., 0] / probabilities.sum(-1)
    return float(-np.log(np.maximum(chosen, 1e-15)).mean())


def strength_for(target: float, **kind) -> float:
    low, high = 0.3, 8.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if loss(*rows(15000, np.random.default_rng(5), middle, **kind)) > target else (low, middle)
    return middle


def write(path: Path, probabilities, labels):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "group", *[f"p_{n}" for n in range(LABELS)], "label"])
        for row, (values, label) in enumerate(zip(probabilities.reshape(-1, LABELS), labels.ravel())):
            out.writerow([row, row // LABELS, *map(repr, values.tolist()), label])


def losses(ablate: Path, folder: Path, oof, test, methods) -> dict[str, float]:
    """The log loss of the test by each method, fitted on the out-of-fold rows alone."""
    write(folder / "oof.csv", *oof)
    write(folder / "test.csv", *test)
    found = {"raw": loss(*test)}
    for method in methods + ["marginals T=1"]:
        fitted = ["--train", "oof.csv"] if method != "marginals T=1" else []
        # The test's labels stay outside: the column is there for whoever reads the file, and is no column of classes.
        subprocess.run(
            [str(ablate), "optimize", "test.csv", "--group", "group", "--method", method.split()[0], "--output", "out.csv",
             "--classes", ",".join(f"p_{n}" for n in range(LABELS)), *fitted, *(["--label", "label"] if fitted else [])],
            cwd=folder, check=True, capture_output=True)
        values = np.loadtxt(folder / "out.csv", delimiter=",", skiprows=1, usecols=range(2, 2 + LABELS))
        found[method] = loss(values.reshape(test[0].shape), test[1])
    return found


def scenario(ablate: Path, folder: Path, name: str, seed: int, groups=GROUPS, methods=METHODS) -> dict[str, float]:
    target, kind, other = SCENARIOS[name]
    # Distortions move the loss; those that are part of the data are part of the target, too.
    natural = {key: value for key, value in kind.items() if key in ("swap", "junk")}
    mu = strength_for(target, **natural)
    random = np.random.default_rng(1000 + seed)
    oof = rows(groups["oof"], random, mu, **kind)
    return losses(ablate, folder, oof, rows(groups["test"], random, mu, **(other or kind)), methods)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ablate", type=Path, default=Path(".build/release/ablate"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    columns = ["raw", *METHODS[:-1], "marginals T=1", "robust"]
    if not options.json:
        print(f"| scenario | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    table = {}
    for name in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            found = [scenario(options.ablate.resolve(), Path(folder), name, seed) for seed in range(options.seeds)]
        table[name] = {column: float(np.mean([one[column] for one in found])) for column in columns}
        if not options.json:
            print(f"| {name} | {' | '.join(f'{table[name][column]:.3f}' for column in columns)} |", flush=True)
    if options.json:
        print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
