"""Which target a step's parameters name.

A target has: `width`, how many numbers a prediction of a row has; `truth(table)` of a `rows` file; `goals`, what a fine-tune is trained
on, with `outputs`, `loss`, `held` and `settle`; `write`, `write_values` and `read` of predictions; `baseline`, the fit of a linear model; `column`
and `seen`, what a learner of the stack sees of predictions; `measure` and `score` for reports; `within`, `together` and `counting`, what groups
of rows are to it. Knows none from inside.
"""

from .choice import Choice
from .classes import Classes
from .multilabel import MultiLabel
from .numbers import Numbers
from .ordinal import Ordinal

TARGETS = {"classes": Classes, "ordinal": Ordinal, "multi-label": MultiLabel, "number": Numbers, "choice": Choice}


def of(parameters):
    """The target of a step's parameters `target` and `classes`."""
    return TARGETS[parameters.target or "classes"](parameters.classes)
