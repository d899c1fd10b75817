"""What a fit learns from: sequences of ids, what each is to be told apart from, what it counts for, and rows held out to watch.

Put together of tokens and a table before any model is there. Knows rows and settings, no files and no step. numpy only.
"""

from dataclasses import dataclass, field

import numpy as np

from ..files import formats
from ..models import sequences
from ..protocol.step import invalid
from . import losses, validation
from .variation import Variation, turned_labels, variation_of


@dataclass
class TrainingSet:
    """Rows are numbers of the table, texts are int32 arrays of ids, one of each row. Pseudo-labelled rows, which are of another
    table, stand behind the others."""

    rows: np.ndarray  # [n]
    texts: list  # [n + p]
    targets: np.ndarray  # labels [n + p], distributions [n + p, classes] or numbers [n, width]
    factors: np.ndarray  # what each row's loss is multiplied by [n + p]
    groups: np.ndarray | None  # the group of each [n + p], where whole groups are shuffled
    held: np.ndarray  # [h]
    held_texts: list  # [h]
    held_labels: np.ndarray  # [h], or numbers [h, width]
    held_weights: np.ndarray  # [h]
    pseudo_rows: np.ndarray | None = None  # [p]
    variation: Variation = field(default_factory=Variation)  # how rows are read in training
    truncation: dict = field(default_factory=dict)  # metrics: what the budgets cut off
    scale: object = None  # how the head's outputs become the truth's units; None where they are

    def check_fit(self, config):
        """Raise unless every row fits a backbone's context and vocabulary."""
        count = len(self.rows)
        sequences.check_fit(self.texts[:count] + self.held_texts, np.concatenate([self.rows, self.held]), config)
        others = self.variation.texts
        if others:
            sequences.check_fit(others[:count], self.rows, config)
        if self.pseudo_rows is not None and len(self.pseudo_rows):
            sequences.check_fit(self.texts[count:], self.pseudo_rows, config)
            if others:
                sequences.check_fit(others[count:], self.pseudo_rows, config)

    def metrics(self):
        """What can be said of the rows without a model."""
        found = {"rows": len(self.rows), "tokens": sum(map(len, self.texts)), "longest": max(map(len, self.texts))}
        found |= {} if self.pseudo_rows is None else {"pseudo-rows": len(self.pseudo_rows)}
        return found | ({"validation-rows": len(self.held)} if len(self.held) else {}) | self.truncation


def assemble(tokens, table, chosen, lengths, target, plan, taught=None, taught_tokens=None, swap=None):
    """The training set of the rows `chosen` of a table: of its `tokens`, as formats.read_tokens gives them, and its `rows` file.

    taught: (rows of another table, their labels or distributions, weights), as pseudo.read gives them, with that table's tokens.
    """
    columns, metadata = tokens
    labels = target.truth(table)
    formats.check_rows(columns, len(labels))
    weights = np.ones(len(labels)) if table["weights"] is None else np.asarray(table["weights"], float)
    formats.check_weights(weights[chosen])
    rows, held = validation.split(chosen, table["groups"], plan.validation, plan.seed)
    texts, held_texts = (sequences.assemble(columns, metadata, lengths, part) for part in (rows, held))
    groups = group_codes(plan.order, table["groups"], rows)
    shares, turned, others = target.shares(table), turned_labels(swap), None
    learnt = target.learnt(labels, shares, plan.loss)
    goals, scale = target.goals(learnt[rows], weights[rows], plan.loss)
    if goals.ndim == 1:
        factors, targets = losses.of_rows(goals, weights[rows], taught, target.width, plan.class_weights, plan.label_smoothing,
                                          None if shares is None else shares[rows], turned)
        factors, others = (factors, None) if turned is None else factors
    else:
        factors, targets = weights[rows] / weights[rows].mean(), goals
    held_labels = shares[held] if shares is not None and scale is None else target.held(learnt[held], scale)
    cut = (labels[rows], target.width) if labels.ndim == 1 else ()
    parts = [(tokens, lengths, rows)]
    if taught is not None:
        parts.append((taught_tokens, lengths, taught[0]))
        more = sequences.assemble(*taught_tokens, lengths, taught[0])
        texts, groups = texts + more, with_strangers(groups, len(more))
    return TrainingSet(rows, texts, targets, factors, groups, held, held_texts, held_labels, weights[held],
                       None if taught is None else taught[0], variation_of(plan, swap, texts, metadata, parts, others),
                       sequences.truncation(columns, lengths, rows, *cut), scale)


def group_codes(order, groups, rows):
    """What `batches.epoch_order` needs for an order of rows or groups: None, or each row's group."""
    if order not in ("rows", "groups"):
        raise invalid(f"training.order is '{order}'; it may be rows or groups")
    if order == "rows":
        return None
    if groups is None:
        raise invalid("training.order is groups, and the rows have none: name the column with columns.group, or set "
                      "training.order: rows")
    return np.asarray(groups)[rows]


def with_strangers(groups, count):
    """The groups of rows and, behind them, of `count` rows that belong to none: each is a group of its own."""
    return None if groups is None else np.concatenate([groups, groups.max() + 1 + np.arange(count)])
