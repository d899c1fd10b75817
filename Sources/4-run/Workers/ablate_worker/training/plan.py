"""How a fit goes: the settings of `training` as one value, checked where they depend on one another.

Knows how they hang together. What a setting does is told where it acts.
"""

from dataclasses import dataclass

from ..protocol.parameters import Training
from ..protocol.step import invalid


@dataclass(frozen=True, kw_only=True)
class Plan(Training):
    """The settings, and the seed of what is drawn."""

    seed: int

    @classmethod
    def read(cls, training, seed):
        """From the parameters `training` and `seed` of a step."""
        return cls(seed=seed, **vars(training))

    def __post_init__(self):
        if not 0 <= self.validation <= 0.5:
            raise invalid(f"training.validation is {self.validation}; it may be a share from 0 to 0.5")
        if self.early_stopping is not None and self.early_stopping < 1:
            raise invalid(f"training.early-stopping is {self.early_stopping}; it may be 1 or more epochs without improvement")
        if self.validation == 0 and (self.keep == "best" or self.early_stopping is not None):
            raise invalid(f"training.{'keep: best' if self.keep == 'best' else 'early-stopping'} needs training.validation: a share of "
                          "the rows, such as 0.1, whose loss is watched")
        if self.epochs is None and self.steps is None:
            raise invalid("training needs epochs, or steps")

    def total(self, per_epoch):
        """The optimizer's steps in all, where an epoch has this many."""
        return self.epochs * per_epoch if self.steps is None else self.steps
