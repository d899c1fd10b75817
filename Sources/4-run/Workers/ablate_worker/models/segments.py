"""Which of a pair's two texts a token belongs to, kept in the token's id itself: so it goes wherever ids go, through batches and
padding, and is taken off where a model is called.

Knows ids as integers, in arrays of numpy and torch alike. Does not know what a pair is for.
"""

SECOND = 1 << 30  # in the id of each token of the second text; no vocabulary is that large


def marked(ids):
    """The ids as those of the second text."""
    return ids | SECOND


def plain(ids):
    """The ids as a vocabulary has them."""
    return ids & (SECOND - 1)


def types(ids):
    """0 for each token of the first text or of a text alone, 1 for each of the second."""
    return ids >> 30
