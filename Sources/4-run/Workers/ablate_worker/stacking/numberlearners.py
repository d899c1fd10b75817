"""The learners that stack columns of numbers, or of labels that are so or not: gradient-boosted trees, a linear model, a mean with the
weights that fit best.

As learners.py, whose ways of choosing rounds and strengths they share: each column has trees of its own.
"""

import math

from ..targets.multilabel import MultiLabel
from .learners import INNER_SHARE, LightGBM, Simplex, inner_split, linear, standard, standardising


class ColumnTrees(LightGBM):
    """LightGBM for one column."""

    def objective(self):
        return {"objective": "regression", "metric": "l2"}


class LabelTrees(LightGBM):
    """LightGBM for one label that is so or not."""

    def objective(self):
        return {"objective": "binary", "metric": "binary_logloss"}


class NumberTrees:
    """Trees for each column; the number of rounds of each comes from an inner split, then all rows are fitted with it."""

    trees = ColumnTrees

    def __init__(self, settings, width, threads):
        self.width, self.own = width, self.trees(settings, 1, threads)

    def column(self, rows, place):
        return type(rows)(rows.values, rows.probabilities, rows.labels[:, place], rows.weights, rows.groups)

    def tune(self, rows, seed):
        """The rounds of each column; of one alone a number."""
        rounds = [self.own.tune(self.column(rows, place), seed) for place in range(self.width)]
        return rounds if self.width > 1 else rounds[0]

    def combine(self, tuned):
        if self.width == 1:
            return self.own.combine(tuned)
        return [self.own.combine(column) for column in zip(*tuned)]

    def fit(self, rows, seed, tuned):
        rounds = tuned if self.width > 1 else [tuned]
        return [self.own.fit(self.column(rows, place), seed, rounds[place]) for place in range(self.width)]

    def predict(self, fitted, rows):
        import numpy as np
        return np.stack([trees.predict(rows.values) for trees in fitted], axis=1)

    def explain(self, fitted, rows):
        """{"gain": [columns], "shap": [columns]}: summed gain, and the mean over rows of |SHAP|, summed over the predicted columns."""
        found = [self.own.explain(trees, rows) for trees in fitted]
        return {kind: sum(one[kind] for one in found) for kind in ("gain", "shap")}


class MultiLabelTrees(NumberTrees):
    """Trees for each label."""

    trees = LabelTrees


class Ridge:
    """A ridge regression on standardised columns; a missing value is its column's mean."""

    def __init__(self, settings, width, threads):
        self.settings, self.width, self.threads = settings, width, threads

    def tune(self, rows, seed):
        """C: the one given, or the one of several with the least squared error on an inner split, each column's over its variance."""
        import numpy as np
        choices = self.settings.regularization
        if not isinstance(choices, list):
            return choices
        fit, watch = (rows.take(part) for part in inner_split(rows, INNER_SHARE, seed))
        spread = variances(watch.labels, watch.weights)
        errors = [float(np.average((((self.predict(self.fit(fit, seed, c), watch) - watch.labels) ** 2) / spread).mean(axis=1), weights=watch.weights))
                  for c in choices]
        return choices[errors.index(min(errors))]

    def combine(self, tuned):
        return math.exp(sum(map(math.log, tuned)) / len(tuned))

    def fit(self, rows, seed, tuned):
        import numpy as np
        from sklearn.linear_model import Ridge as Regression
        from threadpoolctl import threadpool_limits
        mean, scale = standardising(rows.values)
        model = Regression(alpha=1 / tuned)
        with threadpool_limits(self.threads):
            model.fit(standard(rows.values, mean, scale), rows.labels, sample_weight=rows.weights)
        return mean, scale, np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)

    def predict(self, fitted, rows):
        return linear(fitted, rows, self.threads)

    def explain(self, fitted, rows):
        """{"coefficient": [columns]}: the mean over predicted columns of |coefficient|, on standardised columns."""
        import numpy as np
        return {"coefficient": np.abs(fitted[2]).mean(axis=0)}


class MultiLabelLogistic(Ridge):
    """A logistic regression for each label on standardised columns; a missing value is its column's mean."""

    def fit(self, rows, seed, tuned):
        from threadpoolctl import threadpool_limits
        mean, scale = standardising(rows.values)
        with threadpool_limits(self.threads):
            coefficients, intercepts, _ = MultiLabel(self.width).baseline(standard(rows.values, mean, scale), rows.labels, rows.weights, tuned)
        return mean, scale, coefficients, intercepts

    def predict(self, fitted, rows):
        import numpy as np
        return 1 / (1 + np.exp(-np.clip(super().predict(fitted, rows), -700, 700)))


class NumberSimplex(Simplex):
    """Weights of the models' numbers."""

    def fit(self, rows, seed, tuned):
        """Weights of at least 0 and sum 1 with the least squared error, each column's over its variance.

        With E the models' errors, the least |E u|^2 + (sum(u) - 1)^2 over u >= 0 is a multiple of these weights: along any
        direction of sum 1 with the squared error q the best multiple leaves q / (1 + q), which grows with q.
        """
        import numpy as np
        from scipy.optimize import nnls
        share = rows.weights / rows.weights.sum()
        errors = (rows.probabilities - rows.labels) / np.sqrt(variances(rows.labels, rows.weights))  # [models, rows, width]
        errors = (errors * np.sqrt(share)[:, None]).reshape(len(errors), -1)  # [models, rows x width]
        square = np.linalg.qr(errors.T, mode="r")
        found, _ = nnls(np.concatenate([square, np.ones((1, len(errors)))]), np.append(np.zeros(len(square)), 1.0))
        return found / found.sum()


def variances(numbers, weights):
    """Of each column [width]; 1 for a constant one, of which rounding leaves a little."""
    import numpy as np
    centre = np.average(numbers, axis=0, weights=weights)
    found = np.average((numbers - centre) ** 2, axis=0, weights=weights)
    return np.where(np.sqrt(found) > 1e-12 * np.maximum(1, np.abs(centre)), found, 1.0)


LEARNERS = {"lightgbm": NumberTrees, "ridge": Ridge, "simplex": NumberSimplex}  # of numbers
OF_LABELS = {"lightgbm": MultiLabelTrees, "logistic": MultiLabelLogistic, "simplex": NumberSimplex}
