"""What a report says of the settings of a stacking learner, and the one that nobody may choose.

Their limits are declared with the recipe's keys, and held by protocol/kinds.py. Does not know what a learner does with them.
"""

from ..protocol.kinds import plain

# The share of the rows on which rounds and regularization are chosen, whole groups.
INNER_SHARE = 0.2


def told(learner, settings):
    """The settings by name, as the report has them."""
    return plain(settings) | ({} if learner == "simplex" else {"inner-share": INNER_SHARE})
