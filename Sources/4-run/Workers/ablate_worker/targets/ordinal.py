"""The target `ordinal`: one of several labels that have an order, as a probability of each.

A head has a logit for each label, or, with a loss of numbers, says the label's place as one number, which the two labels beside it share.
"""

from . import numbers
from .classes import Classes


class Ordinal(Classes):
    def outputs(self, loss):
        return self.width if loss is None else 1

    def learnt(self, labels, shares, loss):
        """Labels; with a loss of numbers the mean place of a row that is of several."""
        import numpy as np
        return labels if loss is None or shares is None else shares.astype(np.float64) @ np.arange(self.width)

    def goals(self, truth, weights, loss=None):
        """Labels as they are, or as places of mean 0 and deviation 1, with the Scale that makes them so."""
        return super().goals(truth, weights) if loss is None else numbers.Numbers(1).goals(truth[:, None], weights)

    def held(self, truth, scale):
        return truth if scale is None else scale.standard(truth[:, None])

    def loss(self, name):
        return super().loss(None) if name is None else numbers.Numbers(1).loss(name)

    def settle(self, head, scale):
        if scale is not None:
            numbers.Numbers(1).settle(head, scale)

    def write(self, path, rows, outputs):
        """Of logits [n, labels], or of places [n, 1]."""
        import numpy as np
        outputs = np.asarray(outputs, np.float64)
        if outputs.shape[1] == self.width:
            return super().write(path, rows, outputs)
        place = np.clip(outputs[:, 0], 0, self.width - 1)
        lower = np.minimum(place.astype(int), self.width - 2)
        shares = np.zeros((len(place), self.width))
        shares[np.arange(len(place)), lower] = 1 - (place - lower)
        shares[np.arange(len(place)), lower + 1] = place - lower
        return self.write_values(path, rows, shares, 1e-30)
