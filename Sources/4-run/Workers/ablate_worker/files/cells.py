"""What a cell of a user's table says: as text, as a number, or nothing. Whatever kind of table it stands in is read by these rules.

Knows values as `tables` gives them (text, number, boolean, None). Does not know what a column is for.
"""

import math
import re

from ..protocol.places import place
from ..protocol.step import invalid
from ..protocol.words import printable
from .tables import check_text

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)


def written(value):
    """A value as text, as JSON writes it: 0, "0" and the 0.0 of an integer column with gaps are one label, and true is no True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return str(value)


def is_nothing(value):
    """null, and the NaN that programs write where a value is missing."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value):
    """A value as a number; NaN where it is none. Text is one as CSV and JSON write numbers: Python would take 1_0 and Arabic digits, too."""
    if isinstance(value, bool):
        return math.nan
    if isinstance(value, str):
        value = value.strip()
        if not NUMBER.fullmatch(value):
            return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


COMMA = re.compile(r"[-+]?\d*,\d+", re.ASCII)
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)
WHOLE = re.compile(r"[-+]?\d+", re.ASCII)


def pointed(title, column, values, remarks):
    """The values with a point for a comma, where the column writes numbers with a decimal comma; else as they are.

    All must be such numbers or whole ones, and one of them no 1,234, which may be more than a thousand.
    """
    texts = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    some = [text for text in texts if "," in text]
    if not some or all(map(THOUSANDS.fullmatch, some)) or not all(COMMA.fullmatch(text) or WHOLE.fullmatch(text) for text in texts):
        return values
    remarks.append(f"{title}, column '{printable(column)}': its numbers are read with a decimal comma, {printable(some[0])} as "
                   f"{printable(some[0].replace(',', '.'))}")
    return [value.replace(",", ".") if isinstance(value, str) else value for value in values]


def read_words(title, column, values):
    """Values as texts, for which null and an empty cell are an error (ids and groups)."""
    words = []
    for row, value in enumerate(values, 1):
        word = "" if is_nothing(value) else written(value)
        if not word:
            what = "null" if is_nothing(value) else "empty"
            raise invalid(f"{place(title, row)}, column '{printable(column)}' is {what}: every row needs a value, and rows that have "
                          "nothing in common need different ones", row, column)
        check_text(word, title, row, column)
        words.append(word)
    return words
