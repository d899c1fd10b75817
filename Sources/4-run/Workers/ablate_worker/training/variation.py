"""How the rows of a batch differ from how they stand in the table: two texts swapped, tokens replaced.

Knows in which order that is done. What each does is swapping.py and masking.py.
"""

from dataclasses import dataclass

from ..models import sequences
from . import masking, swapping


@dataclass
class Variation:
    swaps: swapping.Swapping | None = None
    masks: masking.Masking | None = None

    @property
    def texts(self):
        """Further texts that rows may have."""
        return [] if self.swaps is None else self.swaps.texts

    def of(self, rows, chosen, step):
        """The training rows as the batch `chosen` reads them at a step."""
        drawn = chosen[:0]
        if self.swaps:
            drawn = self.swaps.drawn(chosen, step)
            rows = self.swaps.swapped(rows, drawn)
        if self.masks:
            rows = rows._replace(texts=self.masks.masked(rows.texts, chosen, step, set(drawn.tolist())))
        return rows


def turned_labels(swap):
    """What each label is in a row that is swapped in training; None where it stays."""
    return None if swap is None else swap.labels


def variation_of(plan, swap, texts, metadata, parts, factors=None):
    """The variation of a plan. parts: (tokens, lengths, rows) of each table, in the order of the texts; factors: what the rows' losses
    are multiplied by where they are swapped."""
    other, both = None, [[(columns, lengths, rows) for (columns, _), lengths, rows in parts]]
    if swap is not None:
        both.append([(sequences.exchanged(*tokens, swap.texts), lengths, rows) for tokens, lengths, rows in parts])
        swapped = [text for columns, lengths, rows in both[1] for text in sequences.assemble(columns, metadata, lengths, rows)]
        other = swapping.Swapping(swapped, turned_labels(swap), plan.seed, factors)
    return Variation(other, masking.make(plan, texts, metadata, *both))
