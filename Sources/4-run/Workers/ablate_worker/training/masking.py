"""Replaces a share of the texts' tokens while training, drawn anew at each step; the template's pieces stay.

What is drawn follows from the seed and the step's number, so that resuming needs no state. numpy only.
"""

from dataclasses import dataclass

import numpy as np

from ..models import sequences
from ..protocol.step import invalid


@dataclass
class Masking:
    share: float
    inside: list  # bool [tokens] of each row: which are the texts', and not the template's
    swapped: list | None  # the same of the rows with two texts in each other's place
    choices: np.ndarray  # the ids that stand in for them, each as often as it is to be drawn
    seed: int

    def masked(self, texts, chosen, step, swapped=()):
        """{row: its ids, some of them replaced} of the rows `chosen`. swapped: those of them that are the other way round."""
        chance, found = np.random.default_rng([self.seed, step, 1]), {}
        for row in chosen:
            inside = (self.swapped if row in swapped else self.inside)[row]
            hit = np.flatnonzero((chance.random(len(texts[row])) < self.share) & inside)
            found[row] = texts[row].copy()
            if len(hit):
                found[row][hit] = self.choices[chance.integers(len(self.choices), size=len(hit))]
        return found


def make(plan, texts, metadata, parts, swapped=None):
    """The masking of a plan; None where there is none. parts: (columns, lengths, rows) of each table, in the order of the texts;
    swapped: the same with two texts in each other's place."""
    if not plan.mask_tokens:
        return None
    inside, other = (marks_of(each, metadata) if each else None for each in (parts, swapped))
    if plan.mask_with == "random":
        choices = np.concatenate([text[marks] for text, marks in zip(texts, inside)])
    else:
        if metadata.get("mask") is None:
            raise invalid("training.mask-with: mask: the backbone's tokenizer has no mask token; set mask-with: random")
        choices = np.array([metadata["mask"]], np.int32)
    return Masking(plan.mask_tokens, inside, other, choices, plan.seed)


def marks_of(parts, metadata):
    return [marks for columns, lengths, rows in parts for marks in marked(columns, metadata, lengths, rows)]


def marked(columns, metadata, lengths, rows):
    """bool [tokens] of each row."""
    for row in rows:
        marks = [np.full(len(ids), name is not None) for name, ids in sequences.parts(columns, metadata, lengths, row)]
        joined = np.concatenate(marks)
        yield joined if len(joined) else np.zeros(1, bool)  # a row of no token has one that fills in
