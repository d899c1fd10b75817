"""Which target a step's parameters name.

A target has: `width`, how many numbers a prediction of a row has; `noun`, what these are; `truth(table)` of a `rows` file; `goals`,
what a fine-tune is trained on, with `loss(name)` and `settle(head, scale)`; `write` and `read` of predictions; `baseline`, the fit of
a linear model; `measure` and `score` for reports. Knows none from inside.
"""

from .classes import Classes
from .numbers import Numbers

TARGETS = {"classes": Classes, "number": Numbers}


def of(parameters):
    """The target of a step's parameters `target` and `classes`."""
    return TARGETS[parameters.target or "classes"](parameters.classes)
