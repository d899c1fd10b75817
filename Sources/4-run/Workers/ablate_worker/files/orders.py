"""The different values of a column in their order, and where each row stands among them: the file `order`.

Knows values, and not what the column is for.
"""

import re

from .cells import NUMBER, is_nothing, written
from .tables import check_text

WHOLE = re.compile(r"(-?\d{1,15})(?:\.0*)?", re.ASCII)


def read_values(title, column, values):
    """Values as texts, whole numbers in one form however they are written; None where a row has none."""
    texts = [None if is_nothing(value) else written(value) for value in values]
    for row, text in enumerate(texts, 1):
        check_text(text or "", title, row, column)
    whole = [WHOLE.fullmatch(text or "") for text in texts]
    return [str(int(found[1])) if found else text for found, text in zip(whole, texts)]


def natural(values):
    """Of texts, in the order in which people count them: numbers by their size, and part 2 before part 10.

    values: texts, None or empty where a row has none. {"names": the different ones, "places": an index for each row, -1 for none}
    """
    given = dict.fromkeys(value for value in values if value)
    key = (lambda text: (float(text), text)) if all(map(NUMBER.fullmatch, given)) else counted
    names = sorted(given, key=key)
    places = {name: place for place, name in enumerate(names)}
    return {"names": names, "places": [places[value] if value else -1 for value in values]}


def counted(text):
    """A key by which runs of digits stand in the order of their numbers; texts that differ never have one key."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)], text
