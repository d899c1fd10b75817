"""A stacking problem of known make, as files, and the worker's answer to it: for the tests of `stack`."""

import json

import numpy as np
from ablate_worker.files import formats
from ablate_worker.texts import groups
from safetensors.numpy import load_file

CLASSES, FOLDS, GROUPS = 3, 4, 80
TREES = {"rounds": 60, "learning-rate": 0.1, "leaves": 7, "min-rows": 5, "early-stopping": 10}


class Problem:
    """Two models' predictions and a feature, of a training table of 80 groups of three and a test table of 20."""

    def __init__(self, folder, seed=0):
        self.folder, chance = folder, np.random.default_rng(seed)
        self.labels = np.concatenate([chance.permutation(CLASSES) for _ in range(GROUPS + 20)])
        self.codes = np.repeat(np.arange(GROUPS + 20), CLASSES)
        self.train = slice(0, GROUPS * CLASSES)
        self.folds = chance.permutation(np.arange(GROUPS) % FOLDS)[self.codes[self.train]]
        truth = np.eye(CLASSES)[self.labels]
        shared = chance.normal(size=truth.shape)
        logits = {"bert": 1.0 * truth + shared, "tiny": 1.5 * truth + 0.5 * shared + 1.5 * chance.normal(size=truth.shape)}
        powers = {name: np.exp(values) for name, values in logits.items()}
        self.models = {name: power / power.sum(axis=1, keepdims=True) for name, power in powers.items()}
        # Three features: one that helps, one that is noise and has gaps, one that is constant.
        self.features = np.stack([self.labels + chance.normal(size=len(truth)), np.where(chance.random(len(truth)) < 0.2, np.nan,
                                  chance.normal(size=len(truth))), np.full(len(truth), 0.1)], axis=1).astype(np.float32)
        self.weights, self.inputs = None, {}
        self.write()

    def write(self):
        count = GROUPS * CLASSES
        table = lambda here, labels, weights: {"ids": list(map(str, range(len(self.codes[here])))), "labels": labels,
                                               "groups": (self.codes[here] % 1000).tolist(), "weights": weights, "classes": CLASSES}
        self.json("rows", table(self.train, self.labels[self.train].tolist(), self.weights))
        self.json("rows-test", table(slice(count, None), None, None))
        self.json("folds", {"count": FOLDS, "folds": self.folds.tolist()})
        for name, values in self.models.items():
            self.predictions(f"oof.{name}", np.arange(count), values[:count])
            self.predictions(f"test.{name}", np.arange(len(values) - count), values[count:])
        for name, here in (("features-train", self.train), ("features-test", slice(count, None))):
            self.inputs[name] = self.folder / name
            formats.write_features(self.inputs[name], ["rating", "noise", "constant"], self.features[here])
        return self

    def json(self, name, value):
        self.inputs[name] = self.folder / name
        formats.write_json(self.inputs[name], value)

    def predictions(self, name, rows, values):
        self.inputs[name] = self.folder / name
        formats.write_predictions(self.inputs[name], rows, np.log(values))

    def given(self, *more):
        """The inputs rows, folds and oof, and of the others those whose names begin with one of `more`."""
        return {k: v for k, v in self.inputs.items() if k in ("rows", "folds") or k.startswith(("oof.", *more))}

    def design(self, here, statistics=False):
        """What a learner is to see, built by another way."""
        logs = np.concatenate([np.log(self.read(f"{here}.{name}")) for name in sorted(self.models)], axis=1)
        parts = [logs]
        codes = self.codes[self.train] if here == "oof" else self.codes[self.train.stop:]
        if statistics:
            parts.append(groups.statistics(logs, codes))
        return np.concatenate(parts + [self.features[self.train] if here == "oof" else self.features[self.train.stop:]], axis=1)

    def read(self, name):
        values = load_file(self.inputs[name])["probabilities"].astype(np.float64)
        return values / values.sum(axis=1, keepdims=True)


def stack(learner="lightgbm", settings=None, **more):
    settings = (TREES if learner == "lightgbm" else {}) | (settings or {})
    return {"learner": learner, "settings": settings, "seeds": [3], "test": "mean", "group-statistics": False, "classes": CLASSES, "fold": None,
            **more}


def run(worker, parameters, given):
    """(out-of-fold probabilities, test probabilities or None, report, metrics)."""
    outputs, result = worker.run("stack", parameters, given)
    report = json.loads((outputs / "report").read_text())
    oof = load_file(outputs / "oof")
    assert oof["rows"].tolist() == list(range(GROUPS * CLASSES))
    np.testing.assert_allclose(oof["probabilities"].sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.exp(oof["logits"]), oof["probabilities"], atol=1e-6)
    test = load_file(outputs / "test")["probabilities"] if (outputs / "test").exists() else None
    return oof["probabilities"], test, report, result["metrics"]
