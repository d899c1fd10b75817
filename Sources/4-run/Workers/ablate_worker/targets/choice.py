"""The target `choice`: which one row of its group is right, as a probability of each row; those of a group sum to 1.

What is true of a row is whether it is right, and which group it is of: int64 [rows, 2]. Knows groups as codes, logits and probabilities.
Does not know models, texts, or what groups are called.
"""

import math

from ..files import formats
from ..protocol.step import invalid
from .columns import Columns

FLOOR = 1e-15  # of a probability, as in the engine's log loss
CHUNK = 1024  # rows whose groups are summed at once
STEPS = 1000  # of a linear fit, at most


class Choice(Columns):
    kind, measure, column, noun = "choice", "log-loss", "log-p", "right rows"

    def __init__(self, width, groups=None):
        super().__init__(width)
        self.groups = groups

    def within(self, groups):
        """The same for the rows of a table, whose groups these codes are: what is written of them is then shared in each group."""
        import numpy as np
        if groups is None:
            raise invalid("the rows have no groups, and one row of each group is right: name their column in data.columns.group")
        return Choice(self.width, np.asarray(groups))

    def truth(self, table):
        """Int64 [rows, 2] of a `rows` file's value: whether a row is right, and the code of its group."""
        import numpy as np
        right = super().truth(table)[:, 0]
        return np.stack([right, self.within(table["groups"]).groups], axis=1).astype(np.int64)

    def together(self, truth):
        return truth[:, 1]

    def counting(self, truth, weights):
        """A group counts once, by its right row."""
        return weights * truth[:, 0]

    def goals(self, truth, weights, loss=None):
        self.check_weights(weights)
        return whole(truth), None

    def held(self, truth, scale):
        return whole(truth)

    def loss(self, name):
        """logits [B, 1], goals [B, 2] of whole groups -> losses [B]: the cross-entropy of its group for a right row, 0 for the others."""
        if name is not None:
            raise invalid(f"training.loss is {name}, a loss of numbers; choices are trained by cross-entropy: leave it out")
        return lambda logits, goals: -log_shares(logits[:, 0], goals[:, 1]) * goals[:, 0]

    def settle(self, head, scale):
        """Nothing is to be done to the head."""

    def write(self, path, rows, logits):
        import numpy as np
        if self.groups is None:
            raise invalid("predictions of the target choice need the groups of the rows: the step lacks its input 'rows'")
        logits = np.asarray(logits, np.float64)
        self.write_values(path, rows, shares(logits[:, 0], self.groups[np.asarray(rows)])[:, None])

    def write_values(self, path, rows, probabilities, floor=None):
        formats.write_shares(path, rows, probabilities)

    def read(self, source):
        return formats.read_shares(source, self.width)

    def seen(self, probabilities):
        """Logarithms."""
        import numpy as np
        return np.log(np.maximum(probabilities, FLOOR))

    def baseline(self, features, truth, weights, regularization):
        """A conditional logistic regression (McFadden's): (coefficients [1, features], intercepts [1], iterations).

        The least of C times the sum over groups of weight times cross-entropy, and half the squared coefficients, as scikit-learn weighs
        the two. An intercept would be the same for all rows of a group, and change nothing.
        """
        import numpy as np
        from scipy.optimize import minimize
        truth = whole(truth)
        own = np.ones(len(truth)) if weights is None else np.asarray(weights, float)
        right = truth[:, 0] == 1
        total = regularization * own[right].sum()

        def cost(coefficients):
            logs = log_shares_of(features @ coefficients, truth[:, 1])
            slope = features.T @ (own * (np.exp(logs) - right))
            value = coefficients @ coefficients / 2 - regularization * (own[right] @ logs[right])
            return value / total, (regularization * slope + coefficients) / total
        found = minimize(cost, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": 1e-15, "gtol": 1e-7})
        return found.x[None, :], np.zeros(1), int(found.nit)

    def score(self, probabilities, truth, weights):
        """Weighted mean log loss of groups, in nats; NaN where every weight is 0."""
        import numpy as np
        right = truth[:, 0] == 1
        if weights[right].sum() == 0:
            return math.nan
        own = np.clip(np.asarray(probabilities)[right, 0], FLOOR, 1 - FLOOR)
        return float(-(weights[right] @ np.log(own)) / weights[right].sum())


def whole(truth):
    """The truth, where one row of each group is right; raise where that is not so."""
    import numpy as np
    codes, places = np.unique(truth[:, 1], return_inverse=True)
    counts = np.bincount(places, truth[:, 0], minlength=len(codes))
    if (counts != 1).any():
        wrong = int(np.flatnonzero(counts != 1)[0])
        raise invalid(f"of the {int((places == wrong).sum())} rows of group {int(codes[wrong])} that are learnt from, {int(counts[wrong])} are "
                      "right, and one is expected: a group must be in one fold as a whole, and of several tables in one of them")
    return truth


def log_shares(logits, codes):
    """Torch: logits [B], codes [B] of their groups -> the logarithm of each one's share of its group [B].

    By comparing codes, a part of the rows at a time: sums in an order that chance does not decide, and without waiting for the device.
    """
    import torch
    sums = [torch.where(own[:, None] == codes, logits, -math.inf).logsumexp(dim=1) for own in codes.split(CHUNK)]
    return logits - torch.cat(sums)


def log_shares_of(logits, codes):
    """The same of numpy's float64 arrays."""
    import numpy as np
    order = np.argsort(codes, kind="stable")
    values, sorted_codes = logits[order], codes[order]
    starts = np.flatnonzero(np.append(True, sorted_codes[1:] != sorted_codes[:-1]))
    sizes = np.diff(np.append(starts, len(codes)))
    values = values - np.repeat(np.maximum.reduceat(values, starts), sizes)
    values = values - np.repeat(np.log(np.add.reduceat(np.exp(values), starts)), sizes)
    found = np.empty_like(values)
    found[order] = values
    return found


def shares(logits, codes):
    """Each one's share of its group [B]: the softmax of float64 logits [B] within it."""
    import numpy as np
    return np.exp(log_shares_of(logits, codes))
