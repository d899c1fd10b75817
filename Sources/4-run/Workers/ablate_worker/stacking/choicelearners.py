"""The learners that stack choices, one right row in each group: gradient-boosted trees, a conditional logistic regression, a mixture.

As numberlearners.py, and what each gives is shared in each group: probabilities that sum to 1 there.
"""

from ..targets.choice import Choice, shares
from . import simplex
from .learners import INNER_SHARE, Simplex, inner_split, linear, standard, standardising
from .numberlearners import MultiLabelTrees, Ridge


class ChoiceTrees(MultiLabelTrees):
    """Trees for whether a row is right, whose log-odds are the logits of its group."""

    def predict(self, fitted, rows):
        return shares(fitted[0].predict(rows.values, raw_score=True), rows.groups)[:, None]


class ConditionalLogistic(Ridge):
    """A conditional logistic regression on standardised columns; a missing value is its column's mean."""

    def tune(self, rows, seed):
        """C: the one given, or the one of several with the least log loss on an inner split."""
        choices = self.settings.regularization
        if not isinstance(choices, list):
            return choices
        fit, watch = (rows.take(part) for part in inner_split(rows, INNER_SHARE, seed))
        losses = [Choice(1).score(self.predict(self.fit(fit, seed, c), watch), watch.labels, watch.weights) for c in choices]
        return choices[losses.index(min(losses))]

    def fit(self, rows, seed, tuned):
        from threadpoolctl import threadpool_limits
        mean, scale = standardising(rows.values)
        with threadpool_limits(self.threads):
            coefficients, intercepts, _ = Choice(1).baseline(standard(rows.values, mean, scale), rows.labels, rows.weights, tuned)
        return mean, scale, coefficients, intercepts

    def predict(self, fitted, rows):
        return shares(linear(fitted, rows, self.threads)[:, 0], rows.groups)[:, None]


class ChoiceSimplex(Simplex):
    """Weights of the models' probabilities, by what each gives the right rows."""

    def fit(self, rows, seed, tuned):
        import numpy as np
        right = rows.labels[:, 0] == 1
        return simplex.weights(np.maximum(rows.probabilities[:, right, 0], 1e-15), rows.weights[right])


LEARNERS = {"lightgbm": ChoiceTrees, "logistic": ConditionalLogistic, "simplex": ChoiceSimplex}
