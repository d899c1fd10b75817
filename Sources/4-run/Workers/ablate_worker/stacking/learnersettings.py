"""The settings of each stacking learner, and their limits.

Knows what a user may write. Does not know what a learner does with it.
"""

from ..protocol.kinds import plain
from ..protocol.step import invalid

# The share of the rows on which rounds and regularization are chosen, whole groups.
INNER_SHARE = 0.2


def settings_of(learner, given):
    """The learner's settings, each checked."""
    positive = lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 < v < float("inf")
    whole = lambda v, least: isinstance(v, int) and not isinstance(v, bool) and v >= least
    rules = {
        "rounds": (lambda v: whole(v, 1), "an integer of at least 1"), "leaves": (lambda v: whole(v, 2), "an integer of at least 2"),
        "bins": (lambda v: whole(v, 2), "an integer of at least 2"),
        "min-rows": (lambda v: whole(v, 1), "an integer of at least 1"), "learning-rate": (positive, "a number above 0"),
        "feature-share": (lambda v: positive(v) and v <= 1, "above 0 and at most 1"),
        "row-share": (lambda v: positive(v) and v <= 1, "above 0 and at most 1"),
        "l2": (lambda v: positive(v) or v == 0, "a number of 0 or more"),
        "early-stopping": (lambda v: v is None or whole(v, 1), "an integer of at least 1, or null for none"),
        "regularization": (lambda v: all(map(positive, v if isinstance(v, list) and v else [v])),
                           "a number above 0, or a list of such to choose from"),
    }
    for name, value in plain(given).items():
        test, words = rules[name]
        if not test(value):
            raise invalid(f"{learner}: {name} is {value}; it must be {words}")
    return given


def told(learner, settings):
    """The settings by name, as the report has them."""
    return plain(settings) | ({} if learner == "simplex" else {"inner-share": INNER_SHARE})
