"""The settings of each stacking learner: their names, defaults and limits.

Knows what a user may write. Does not know what a learner does with it.
"""

from ..protocol.step import invalid

DEFAULTS = {
    "lightgbm": {"rounds": 500, "learning-rate": 0.05, "leaves": 15, "min-rows": 20, "feature-share": 0.7, "row-share": 0.8,
                 "l2": 1.0, "bins": 63, "early-stopping": 50, "inner-share": 0.2},
    "logistic": {"regularization": 1.0, "inner-share": 0.2},
    "simplex": {},
}


def settings_of(learner, given):
    """The learner's settings with defaults, each checked."""
    if learner not in DEFAULTS:
        raise invalid(f"there is no learner '{learner}'; there are {', '.join(DEFAULTS)}")
    known = DEFAULTS[learner]
    for name in given or {}:
        if name not in known:
            raise invalid(f"{learner} has no setting '{name}'; " + (f"it has {', '.join(known)}" if known else "it has none"))
    settings = known | (given or {})
    positive = lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 < v < float("inf")
    whole = lambda v, least: isinstance(v, int) and not isinstance(v, bool) and v >= least
    rules = {
        "rounds": (lambda v: whole(v, 1), "an integer of at least 1"), "leaves": (lambda v: whole(v, 2), "an integer of at least 2"),
        "bins": (lambda v: whole(v, 2), "an integer of at least 2"),
        "min-rows": (lambda v: whole(v, 1), "an integer of at least 1"), "learning-rate": (positive, "a number above 0"),
        "feature-share": (lambda v: positive(v) and v <= 1, "above 0 and at most 1"),
        "row-share": (lambda v: positive(v) and v <= 1, "above 0 and at most 1"),
        "inner-share": (lambda v: positive(v) and v < 1, "above 0 and below 1"),
        "l2": (lambda v: positive(v) or v == 0, "a number of 0 or more"),
        "early-stopping": (lambda v: v is None or whole(v, 1), "an integer of at least 1, or null for none"),
        "regularization": (lambda v: all(map(positive, v if isinstance(v, list) and v else [v])),
                           "a number above 0, or a list of such to choose from"),
    }
    for name, value in settings.items():
        test, words = rules[name]
        if not test(value):
            raise invalid(f"{learner}: {name} is {value}; it must be {words}")
    return settings
