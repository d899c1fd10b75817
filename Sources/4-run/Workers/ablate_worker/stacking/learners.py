"""The learners that stack: gradient-boosted trees, a logistic regression, a mixture on the simplex.

Each is fitted on some rows and predicts others. Tuning happens inside the given rows, on a split by group. Knows no
outer folds: stack.py decides which rows a learner may see.
"""

import math
from dataclasses import dataclass

from ..files.formats import softmax
from ..protocol.step import invalid
from ..targets.classes import Classes, spread
from . import simplex
from .learnersettings import INNER_SHARE


@dataclass
class Rows:
    """Rows to learn from: the part of a table that a learner may see."""
    values: object  # float64 [rows, columns]
    probabilities: object  # float64 [models, rows, width]: what the models predict
    labels: object  # int [rows]; of numbers float64 [rows, width]
    weights: object  # float64 [rows]
    groups: object  # int [rows]

    def take(self, index):
        return Rows(self.values[index], self.probabilities[:, index], self.labels[index], self.weights[index],
                    self.groups[index])


def inner_split(rows, share, seed):
    """(index of the rows to fit, index of the rows to tune on): whole groups, about `share` of them in the second."""
    import numpy as np
    groups = np.unique(rows.groups)
    if len(groups) < 2:
        raise invalid("the rows to train on are all of one group, and tuning needs a second: use fewer folds, or switch tuning "
                      "off (early-stopping null, one regularization)")
    held = min(max(1, round(share * len(groups))), len(groups) - 1)
    chosen = np.random.default_rng(seed).permutation(groups)[:held]
    apart = np.isin(rows.groups, chosen)
    return np.flatnonzero(~apart), np.flatnonzero(apart)


def standardising(values):
    """(mean, deviation) of each column [columns], of the values that are there; 1 for a constant column, which says nothing."""
    import numpy as np
    there = ~np.isnan(values)
    counts = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, values, 0).sum(axis=0) / counts
    scale = np.sqrt((np.where(there, values - mean, 0) ** 2).sum(axis=0) / counts)
    scale[scale <= 1e-12 * np.maximum(1, np.abs(mean))] = 1.0
    return mean, scale


def standard(values, mean, scale):
    """Standardised columns; a missing value is its column's mean."""
    import numpy as np
    return np.nan_to_num((values - mean) / scale, nan=0.0)


class LightGBM:
    """Trees on all columns. The number of rounds comes from an inner split, then all rows are fitted with it."""

    def __init__(self, settings, classes, threads):
        self.settings, self.classes = settings, classes
        self.parameters = self.objective() | {
            "verbosity": -1,
            "learning_rate": settings.learning_rate, "num_leaves": settings.leaves, "min_data_in_leaf": settings.min_rows,
            "feature_fraction": settings.feature_share, "bagging_fraction": settings.row_share,
            "bagging_freq": int(settings.row_share < 1), "lambda_l2": settings.l2, "max_bin": settings.bins,
            "feature_pre_filter": False, "deterministic": True, "force_row_wise": True, "num_threads": threads}

    def objective(self):
        return {"objective": "multiclass", "num_class": self.classes, "metric": "multi_logloss"}

    def train(self, rows, rounds, seed, watched=None):
        import lightgbm
        share, count = self.settings.row_share, len(rows.labels)
        if share < 1 and int(share * count) < 1:
            raise invalid(f"a tree is to be grown on a share of {share} of {count} row{'s' * (count > 1)}, which is less than one: give more "
                          "rows a weight, use fewer folds, or set row-share to 1")
        data = lightgbm.Dataset(rows.values, rows.labels, weight=rows.weights)
        callbacks, valid = [], []
        if watched is not None:
            valid = [lightgbm.Dataset(watched.values, watched.labels, weight=watched.weights, reference=data)]
            callbacks = [lightgbm.early_stopping(self.settings.early_stopping, verbose=False)]
        return lightgbm.train(self.parameters | {"seed": seed}, data, rounds, valid_sets=valid, callbacks=callbacks)

    def tune(self, rows, seed):
        """The number of rounds to fit."""
        if self.settings.early_stopping is None:
            return self.settings.rounds
        fit, watch = inner_split(rows, INNER_SHARE, seed)
        return max(1, self.train(rows.take(fit), self.settings.rounds, seed, rows.take(watch)).best_iteration)

    def combine(self, tuned):
        return max(1, round(sum(tuned) / len(tuned)))

    def fit(self, rows, seed, tuned):
        return self.train(rows, tuned, seed)

    def predict(self, fitted, rows):
        return fitted.predict(rows.values)

    def explain(self, fitted, rows):
        """{"gain": [columns], "shap": [columns]}: summed gain, and the mean over rows of |SHAP|, summed over classes."""
        import numpy as np
        contributions = fitted.predict(rows.values, pred_contrib=True)
        contributions = np.asarray(contributions).reshape(len(rows.values), self.classes, -1)[:, :, :-1]  # the last is the bias
        return {"gain": fitted.feature_importance("gain"), "shap": np.abs(contributions).sum(axis=1).mean(axis=0)}


class Logistic:
    """A multinomial logistic regression on standardised columns; a missing value is its column's mean."""

    def __init__(self, settings, classes, threads):
        self.settings, self.classes, self.threads = settings, classes, threads

    def tune(self, rows, seed):
        """C: the one given, or the one of several with the least log loss on an inner split."""
        import numpy as np
        choices = self.settings.regularization
        if not isinstance(choices, list):
            return choices
        fit, watch = inner_split(rows, INNER_SHARE, seed)
        fit, watch = rows.take(fit), rows.take(watch)
        if len(np.unique(fit.labels)) < 2:
            raise invalid("the rows left to try regularization on, whole groups, have one label, and two are needed: give more rows a weight, "
                          "use fewer folds, or name one regularization")
        losses = [Classes(self.classes).score(self.predict(self.fit(fit, seed, c), watch), watch.labels, watch.weights) for c in choices]
        return choices[losses.index(min(losses))]

    def combine(self, tuned):
        return math.exp(sum(map(math.log, tuned)) / len(tuned))

    def fit(self, rows, seed, tuned):
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits
        mean, scale = standardising(rows.values)
        model = LogisticRegression(C=tuned, max_iter=2000)
        with threadpool_limits(self.threads):
            model.fit(standard(rows.values, mean, scale), rows.labels, sample_weight=rows.weights)
        return (mean, scale, *spread(model, self.classes))

    def predict(self, fitted, rows):
        return softmax(linear(fitted, rows, self.threads))

    def explain(self, fitted, rows):
        """{"coefficient": [columns]}: the mean over classes of |coefficient|, on standardised columns."""
        import numpy as np
        return {"coefficient": np.abs(fitted[2] - fitted[2].mean(axis=0)).mean(axis=0)}


def linear(fitted, rows, threads):
    """What a linear model on standardised columns gives: [n, outputs]."""
    from threadpoolctl import threadpool_limits
    mean, scale, coefficients, intercepts = fitted
    with threadpool_limits(threads):
        return standard(rows.values, mean, scale) @ coefficients.T + intercepts


class Simplex:
    """Weights of the models' probabilities; it reads nothing else and has nothing to tune."""

    def __init__(self, settings, classes, threads):
        pass

    def tune(self, rows, seed):
        return None

    def combine(self, tuned):
        return None

    def fit(self, rows, seed, tuned):
        import numpy as np
        chosen = rows.probabilities[:, np.arange(len(rows.labels)), rows.labels]
        return simplex.weights(np.maximum(chosen, 1e-15), rows.weights)

    def predict(self, fitted, rows):
        import numpy as np
        return np.tensordot(fitted, rows.probabilities, 1)

    def explain(self, fitted, rows):
        return {}


LEARNERS = {"lightgbm": LightGBM, "logistic": Logistic, "simplex": Simplex}  # of classes
