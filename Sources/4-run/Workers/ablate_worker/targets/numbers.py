"""The target `number`: a number of each row, or one of each of several columns.

A fine-tune learns them with mean 0 and deviation 1 in each column, by the weights of the rows that it learns from, and its head
then takes that in, so that all predictions are in the table's units. Does not know models, rows of a table, or columns' names.
"""

import math
from typing import NamedTuple

from ..files import formats
from .columns import Columns


class Scale(NamedTuple):
    """What is 0 and what is 1 of each column, where numbers are trained on."""

    centre: object  # float64 [width]
    deviation: object  # float64 [width]

    def standard(self, numbers):
        import numpy as np
        return ((numbers - self.centre) / self.deviation).astype(np.float32)


class Numbers(Columns):
    kind, measure, column = "number", "rmse", "value"

    def goals(self, truth, weights, loss=None):
        """(float32 [rows, width] of mean 0 and deviation 1, the Scale that makes them so)."""
        import numpy as np
        self.check_weights(weights)
        centre = np.average(truth, axis=0, weights=weights)
        deviation = np.sqrt(np.average((truth - centre) ** 2, axis=0, weights=weights))
        deviation[deviation <= 1e-12 * np.maximum(1, np.abs(centre))] = 1.0  # a constant column is learnt as it is
        scale = Scale(centre, deviation)
        return scale.standard(truth), scale

    def held(self, truth, scale):
        return scale.standard(truth)

    def loss(self, name):
        """outputs [B, width], goals [B, width] -> losses [B]: the mean over columns."""
        import torch.nn.functional as F
        losses = {"mse": F.mse_loss, "mae": F.l1_loss, "huber": F.huber_loss}  # huber: delta 1, a deviation
        own = losses[name or "mse"]
        return lambda outputs, goals: own(outputs, goals.to(outputs.dtype), reduction="none").mean(dim=1)

    def settle(self, head, scale):
        """Let a head that was trained on `goals` say the numbers themselves."""
        import torch
        with torch.no_grad():
            deviation, centre = (torch.from_numpy(part).to(head.bias) for part in (scale.deviation, scale.centre))
            head.weight.mul_(deviation[:, None])
            head.bias.mul_(deviation).add_(centre)

    def write(self, path, rows, values):
        formats.write_values(path, rows, values)

    def write_values(self, path, rows, values, floor):
        formats.write_values(path, rows, values)

    def seen(self, values):
        return values

    def read(self, source):
        return formats.read_values(source, self.width)

    def baseline(self, features, numbers, weights, regularization):
        """A ridge regression: (coefficients [width, features], intercepts [width], iterations)."""
        import numpy as np
        from sklearn.linear_model import Ridge
        model = Ridge(alpha=1 / regularization, tol=1e-8)
        model.fit(features, numbers, sample_weight=weights)
        iterations = 0 if model.n_iter_ is None else int(np.max(model.n_iter_))
        return np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_), iterations

    def score(self, values, numbers, weights):
        """The root of the weighted mean squared error over all columns; NaN where every weight is 0."""
        if weights.sum() == 0:
            return math.nan
        return float(math.sqrt(weights @ ((values - numbers) ** 2).mean(axis=1) / weights.sum()))
