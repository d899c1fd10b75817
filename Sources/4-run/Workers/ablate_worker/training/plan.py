"""How a fit goes: the settings of `training` as one value, checked where they depend on one another.

Knows names and what they may be. What a setting does is told where it acts.
"""

from dataclasses import dataclass, fields

from ..protocol.step import invalid
from ..protocol.words import listed, printable


@dataclass(frozen=True)
class Plan:
    """Named as in the recipe, with _ for -. A setting that is not given, or null, has the value that is here."""

    batch: int
    learning_rate: float
    schedule: str
    seed: int
    epochs: int | None = None
    steps: int | None = None  # in place of epochs
    warmup: float = 0.0
    head_learning_rate: float | None = None  # that of the rest
    weight_decay: float = 0.0
    clip: float | None = None
    optimizer: str = "adamw"
    order: str = "rows"
    share_prompt: str = "auto"
    class_weights: str | list | None = None
    label_smoothing: float = 0.0
    validation: float = 0.0
    keep: str = "last"
    early_stopping: int | None = None
    deterministic: bool = False

    @classmethod
    def read(cls, training, seed):
        """From the parameter `training`, a JSON object."""
        known = {field.name.replace("_", "-"): field.name for field in fields(cls) if field.name != "seed"}
        for name in training:
            if name not in known:
                raise invalid(f"training has no setting '{printable(name)}'; it has {listed(sorted(known))}")
        return cls(seed=seed, **{known[name]: value for name, value in training.items() if value is not None})

    def __post_init__(self):
        if not 0 <= self.validation <= 0.5:
            raise invalid(f"training.validation is {self.validation}; it may be a share from 0 to 0.5")
        if self.keep not in ("last", "best"):
            raise invalid(f"training.keep is '{self.keep}'; it may be last or best")
        if self.early_stopping is not None and self.early_stopping < 1:
            raise invalid(f"training.early-stopping is {self.early_stopping}; it may be 1 or more epochs without improvement")
        if self.validation == 0 and (self.keep == "best" or self.early_stopping is not None):
            raise invalid(f"training.{'keep: best' if self.keep == 'best' else 'early-stopping'} needs training.validation: a share of "
                          "the rows, such as 0.1, whose log loss is watched")
        if self.epochs is None and self.steps is None:
            raise invalid("training needs epochs, or steps")

    def total(self, per_epoch):
        """The optimizer's steps in all, where an epoch has this many."""
        return self.epochs * per_epoch if self.steps is None else self.steps
