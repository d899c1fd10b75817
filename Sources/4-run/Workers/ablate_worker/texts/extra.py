"""Columns beside the texts, as numbers for a learner: which are numbers, which are categories, and which tell the label.

Knows cells as they are written, None where there is nothing. Knows no table and no learner.
"""

import math
import re
from collections import Counter

from ..protocol.places import place
from ..protocol.step import invalid
from ..protocol.words import printable

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
MOST = 100  # categories of a column, the commonest first; a rarer one is none of them
LEAST = 10  # rows that a column must tell the label of: of fewer, chance does


def is_number(word):
    return word is None or bool(NUMBER.fullmatch(word.strip()))


def columns(name, cells, reference, title):
    """(names, values [columns][rows]) of an extra column: a number as it is, or 0 and 1 for each category that the reference, the
    training table's column, has."""
    if all(map(is_number, reference)) and any(word is not None for word in reference):
        for row, word in enumerate(cells, 1):
            if not is_number(word):
                raise invalid(f"{place(title, row)}, column '{printable(name)}' holds '{printable(word)}', which is no number, and every row "
                              "of the training table has a number there: correct the row, or leave the cell empty", row, name)
        return [f"extra.{name}"], [[math.nan if word is None else float(word) for word in cells]]
    counts = Counter(word for word in reference if word is not None)
    known = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]]
    return [f"extra.{name}={word}" for word in known], [[float(cell == word) for cell in cells] for word in known]


REMEDY = "a learner that reads it learns nothing else, and its score says nothing: leave it out, unless it is known of new rows, too"


def leaks_of_numbers(title, name, cells, numbers, outputs):
    """Warnings of an extra column that is one of the numbers to predict. numbers [rows][outputs]; outputs: their columns' names."""
    pairs = [(word, row) for word, row in zip(cells, numbers, strict=True) if word is not None]
    if len(pairs) < LEAST or not all(is_number(word) for word, _ in pairs):
        return []
    for place, output in enumerate(outputs):
        same = [float(word) == row[place] for word, row in pairs]
        if all(same) and len({row[place] for _, row in pairs}) > 1:
            return [f"{title}: the extra column '{printable(name)}' is '{printable(output)}', which is to be predicted, in each of {len(pairs)} "
                    f"rows: {REMEDY}"]
    return []


def leaks(title, name, cells, labels, classes):
    """Warnings of an extra column that tells the label: the mistake that everybody makes once."""
    pairs = [(word, label) for word, label in zip(cells, labels, strict=True) if word is not None]
    told = {label for _, label in pairs}
    if len(pairs) < LEAST or len(told) < 2:
        return []
    of = {}
    for word, label in pairs:
        of.setdefault(word, set()).add(label)
    if len(of) <= len(pairs) / 2 and all(len(found) == 1 for found in of.values()):
        words = {word: classes[next(iter(found))] for word, found in of.items()}
        what = "is the label" if all(word == label for word, label in words.items()) else "tells the label"
        return [f"{title}: the extra column '{printable(name)}' {what} in each of {len(pairs)} rows: {REMEDY}"]
    if all(is_number(word) for word, _ in pairs):
        by_value = {}
        for word, label in pairs:
            by_value.setdefault(float(word), set()).add(label)
        order = [found for _, found in sorted(by_value.items())]
        if all(len(found) == 1 for found in order):
            turns = sum(one != other for one, other in zip(order, order[1:]))
            if turns == len(told) - 1:
                return [f"{title}: the extra column '{printable(name)}' parts the labels of {len(pairs)} rows without a mistake, by "
                        f"{'a threshold' if turns == 1 else 'thresholds'} alone: {REMEDY}"]
    return []
