"""The different values of a column in their order, and where each row stands among them: the file `order`.

Knows values, and not what the column is for.
"""

import re
from datetime import UTC, datetime

from ..protocol.places import place
from ..protocol.step import invalid
from ..protocol.words import printable
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


def in_time(title, column, values):
    """Of times: all numbers, or all dates as ISO 8601 writes them, with or without a time of day. Each row needs one."""
    for row, value in enumerate(values, 1):
        if not value:
            raise invalid(f"{place(title, row)}, column '{printable(column)}' is empty, and says when the row was: give every row its time, or "
                          "leave the row out", row, column)
    given = dict.fromkeys(values)
    if all(map(NUMBER.fullmatch, given)):
        moments = {value: float(value) for value in given}
    else:
        moments = {value: moment(title, column, value, values) for value in given}
        zoned = {value: moments[value].tzinfo is not None for value in given}
        if len(set(zoned.values())) > 1:
            value = next(value for value in given if not zoned[value])
            row = values.index(value) + 1
            raise invalid(f"{place(title, row)}, column '{printable(column)}': '{printable(value)}' says no time zone, and others do: give all "
                          "of them one, or none", row, column)
    ranks = sorted(set(moments.values()))
    names = {}
    for value in given:
        names.setdefault(moments[value], value)
    places = {instant: place for place, instant in enumerate(ranks)}
    return {"names": [names[instant] for instant in ranks], "places": [places[moments[value]] for value in values]}


def moment(title, column, value, values):
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        row = values.index(value) + 1
        raise invalid(f"{place(title, row)}, column '{printable(column)}': '{printable(value)}' is no date that has one meaning: write it as "
                      "2026-11-29 or 2026-11-29T13:45:00, or write all as numbers, such as years", row, column) from None
    return found.astimezone(UTC) if found.tzinfo else found


def counted(text):
    """A key by which runs of digits stand in the order of their numbers; texts that differ never have one key."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)], text
