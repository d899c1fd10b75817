"""What the targets share whose predictions are columns that stand each by itself: numbers, and labels that are so or not."""

from ..protocol.step import invalid
from .target import Target


class Columns(Target):
    noun = "numbers"

    def truth(self, table):
        """Float64 [rows, width] of a `rows` file's value."""
        import numpy as np
        if table.get("numbers") is None:
            raise invalid(f"the rows have no {self.noun} to learn: only a training table has them")
        return np.asarray(table["numbers"], np.float64).reshape(-1, self.width)

    def shares(self, table):
        """A column is not shared among others."""

    def check_varied(self, truth, words):
        """Columns that are the same in all rows can be learnt."""

    def taught(self, values, weights):
        """What a baseline learns of pseudo-labels: (which of them, truth, weights)."""
        import numpy as np
        return np.arange(len(values)), values, weights

    def check_weights(self, weights):
        if weights.sum() == 0:
            raise invalid("every row to train on has weight 0")
