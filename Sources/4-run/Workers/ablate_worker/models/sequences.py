"""Cuts tokens to their budgets and joins template, columns and special tokens into one sequence per row.

Each text has a budget of its own, by its name, and the template's pieces are never cut. Knows ids, not texts or models.
"""

import math
from dataclasses import fields, replace

import numpy as np

from ..protocol.budgets import budget, kept_part
from ..protocol.step import invalid
from . import families, segments


def kept(ids, budget, keep):
    """The part of `ids` that a budget leaves: its head, its tail or its middle."""
    cut = 0 if budget is None else len(ids) - budget
    if cut <= 0:
        return ids
    if keep == "head":
        return ids[:budget]
    if keep == "tail":
        return ids[cut:]
    return ids[cut // 2:cut // 2 + budget]  # the middle


def exchanged(columns, metadata, pair):
    """The columns with two of them in each other's place: as they are there, where their tokens are others."""
    one, other = pair
    for name in pair:
        if name not in columns:
            raise invalid(f"swap.texts names {name}, and the template has {', '.join(columns)}")
    there = columns | metadata.get("swapped", {})
    return columns | {one: there[other], other: there[one]}


def settled(lengths, columns):
    """The lengths with budgets in place of a quantile: what so large a share of all these texts does not exceed, and at most what they
    say themselves."""
    if lengths.quantile is None:
        return lengths
    found = {}
    for name, (_, offsets) in columns.items():
        sizes, said = np.sort(np.diff(offsets)), budget(lengths, name)
        place = max(0, math.ceil(lengths.quantile * len(sizes) - 1e-9) - 1)
        found[name] = min(max(1, int(sizes[place])) if len(sizes) else 1, 2**31 if said is None else said)
    return with_budgets(lengths, found)


def with_budgets(lengths, found):
    """The lengths with other budgets, by the text's name."""
    own = {field.name for field in fields(lengths)}
    others = {name: value for name, value in found.items() if name not in own}
    return replace(lengths, quantile=None, **{name: value for name, value in found.items() if name in own},
                   **({"_others": others} if others else {}))


def assemble(columns, metadata, lengths, rows):
    """One int32 array of ids per row of `rows`. Never empty, so that every row has a last token."""
    special = [metadata[name] for name in ("bos", "eos", "pad") if metadata[name] is not None]
    fallback = np.array((special + [0])[:1], np.int32)
    sequences = []
    for row in rows:
        sequence = np.concatenate([np.asarray(ids, np.int32) for _, ids in parts(columns, metadata, lengths, row)])
        sequences.append(sequence if len(sequence) else fallback)
    return sequences


def parts(columns, metadata, lengths, row):
    """What a row's sequence is made of, in order: (the column's name or None, ids, marked as segments.py does in a pair's second text)."""
    second = False
    for name, ids in plain_parts(columns, metadata, lengths, row):
        if ids is None:
            second = True
        else:
            yield name, segments.marked(np.asarray(ids, np.int32)) if second else ids


def plain_parts(columns, metadata, lengths, row):
    """The parts without marks; None for ids where the second text begins."""
    yield None, [] if metadata["bos"] is None else [metadata["bos"]]
    for piece in metadata["template"]:
        if "ids" in piece:
            yield None, piece["ids"]
        elif "segment" in piece:
            yield None, None
        else:
            ids, offsets = columns[piece["column"]]
            yield piece["column"], kept(ids[offsets[row]:offsets[row + 1]], budget(lengths, piece["column"]),
                                        kept_part(lengths, piece["column"]))
    yield None, [] if metadata["eos"] is None else [metadata["eos"]]


def spans(columns, metadata, lengths, rows, column):
    """(start, end) of the tokens of `column` in each row's sequence; of the last place where the template names it several times."""
    found = []
    for row in rows:
        place, span = 0, (0, 0)
        for name, ids in parts(columns, metadata, lengths, row):
            if name == column:
                span = (place, place + len(ids))
            place += len(ids)
        found.append(span)
    return found


def truncation(columns, lengths, rows, labels=None, classes=0):
    """How much the budgets cut off: rows and tokens per column, and per class where labels are known."""
    metrics = {}
    for name, (_, offsets) in columns.items():
        most = budget(lengths, name)
        counts = np.diff(offsets)[rows]  # [rows]
        cut = np.zeros_like(counts) if most is None else np.maximum(counts - most, 0)
        metrics[f"truncated-rows-{name}"] = int((cut > 0).sum())
        metrics[f"truncated-tokens-{name}"] = int(cut.sum())
        if labels is not None and cut.any():
            for label in range(classes):
                mine = cut[labels == label]
                metrics[f"truncated-rows-{name}-class-{label}"] = int((mine > 0).sum())
                metrics[f"truncated-tokens-{name}-class-{label}"] = int(mine.sum())
    return metrics


def check_fit(sequences, rows, config):
    """Raise unless every sequence fits the backbone's context and every id its vocabulary."""
    longest = max(range(len(sequences)), key=lambda i: len(sequences[i]))
    context = families.context(config)
    if context and len(sequences[longest]) > context:
        raise invalid(f"row {rows[longest] + 1} makes {len(sequences[longest])} tokens, and the backbone's context is {context}: "
                      "lower the budgets of its texts in lengths", int(rows[longest]) + 1)
    largest = max(int(segments.plain(s).max()) for s in sequences)
    if largest >= config.vocab_size:
        raise invalid(f"the tokens go up to id {largest}, and the backbone knows ids below {config.vocab_size}: "
                      "the tokenizer is not this backbone's, or scratch.vocabulary is too small")
