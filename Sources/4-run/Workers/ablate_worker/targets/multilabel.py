"""The target `multi-label`: each of several labels is so or not, as a probability of each.

Knows truths as 0 and 1, logits and their sigmoids. Does not know models, rows of a table, or labels' names.
"""

import math

from ..files import formats
from ..protocol.step import invalid
from .columns import Columns

FLOOR = 1e-15  # of a probability and of what it lacks to 1, as in the engine's log loss


def whole(shares, weights):
    """(rows, labels 0 or 1, weights) for a learner that takes labels alone: what is partly so is there twice, weighted by its share.
    rows is None where each row is there once."""
    import numpy as np
    if ((shares == 0) | (shares == 1)).all():
        return None, shares.astype(int), weights
    weights = np.ones(len(shares)) if weights is None else weights
    yes, no = np.flatnonzero(shares > 0), np.flatnonzero(shares < 1)
    return (np.concatenate([yes, no]), np.repeat([1, 0], [len(yes), len(no)]),
            np.concatenate([weights[yes] * shares[yes], weights[no] * (1 - shares[no])]))


class MultiLabel(Columns):
    kind, measure, column, noun = "multi-label", "log-loss", "log-odds", "labels"

    def goals(self, truth, weights, loss=None):
        import numpy as np
        self.check_weights(weights)
        return truth.astype(np.float32), None

    def held(self, truth, scale):
        import numpy as np
        return truth.astype(np.float32)

    def loss(self, name):
        """logits [B, width], goals [B, width] -> losses [B]: the mean over labels."""
        import torch.nn.functional as F
        if name is not None:
            raise invalid(f"training.loss is {name}, a loss of numbers; labels are trained by cross-entropy: leave it out")
        own = F.binary_cross_entropy_with_logits
        return lambda outputs, goals: own(outputs, goals.to(outputs.dtype), reduction="none").mean(dim=1)

    def settle(self, head, scale):
        """Nothing is to be done to the head."""

    def write(self, path, rows, logits):
        import numpy as np
        formats.write_shares(path, rows, 1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -700, 700))))

    def write_values(self, path, rows, probabilities, floor):
        formats.write_shares(path, rows, probabilities)

    def read(self, source):
        return formats.read_shares(source, self.width)

    def seen(self, probabilities):
        """Log-odds."""
        import numpy as np
        own = np.clip(probabilities, FLOOR, 1 - FLOOR)
        return np.log(own) - np.log1p(-own)

    def baseline(self, features, truth, weights, regularization):
        """A logistic regression for each label: (coefficients [width, features], intercepts [width], iterations)."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        coefficients, intercepts, iterations = np.zeros((self.width, features.shape[1])), np.zeros(self.width), 0
        for place in range(self.width):
            rows, own, counts = whole(truth[:, place], weights)
            if len(np.unique(own)) < 2:
                intercepts[place] = 20.0 if own[0] else -20.0  # nothing to tell apart: all but certain
                continue
            seen = features if rows is None else features[rows]
            model = LogisticRegression(C=regularization, max_iter=1000).fit(seen, own, sample_weight=counts)
            coefficients[place], intercepts[place] = model.coef_[0], model.intercept_[0]
            iterations = max(iterations, int(model.n_iter_.max()))
        return coefficients, intercepts, iterations

    def score(self, probabilities, truth, weights):
        """Weighted mean log loss, the mean over labels; NaN where every weight is 0."""
        import numpy as np
        if weights.sum() == 0:
            return math.nan
        own = np.clip(np.where(truth == 1, probabilities, 1 - probabilities), FLOOR, 1 - FLOOR)
        return float(-(weights @ np.log(own).mean(axis=1)) / weights.sum())
