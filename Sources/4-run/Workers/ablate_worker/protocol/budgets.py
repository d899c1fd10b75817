"""How much of each text a model reads, and which part of it: what `lengths` says, by the text's name. Knows no ids."""

from .kinds import others


def budget(lengths, column):
    """How many tokens of a text are kept; None for all."""
    own = {"prompt": lengths.prompt, "answer": lengths.answer}
    return own.get(column, others(lengths).get(column))


def kept_part(lengths, column):
    """Which part of a text that is too long is kept."""
    return lengths.keep.get(column, "head") if isinstance(lengths.keep, dict) else lengths.keep
