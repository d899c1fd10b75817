"""Puts rows of different lengths one after another into one sequence without padding, and shared beginnings there once.

Which rows come together, where each lies, how a row's states become one vector. Knows ids and lengths; how attention
keeps the rows apart is attention.py, what they share is prefixes.py.
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from ..protocol.step import invalid
from . import attention, batches, prefixes, segments, tail
from .precision import precision

PREDICTING = 4  # times the tokens that fit in training: no activations are kept
# Decoders whose attention goes through transformers' registry and knows nothing but causality and a window: what
# Tests/WorkerPython/test_packing.py proves equal to one row at a time. Others take the padded path.
FAMILIES = ("mistral", "llama", "qwen2", "qwen3")
# These stretch positions by the longest row that is in the batch: no row's result is then its own.
STRETCHED = ("dynamic", "longrope")
SHARING = ("auto", "on", "off")


def packable(backbone):
    """Whether rows can be packed: else they are padded."""
    config = backbone.config
    rope = getattr(config, "rope_parameters", None) or {}
    return (config.model_type in FAMILIES and not getattr(config, "attention_dropout", 0)
            and rope.get("rope_type") not in STRETCHED)


def prepare(backbone):
    """Give a packable backbone the attention that keeps rows apart. False: it is not packable, and unchanged."""
    if not packable(backbone):
        return False
    attention.install(backbone)
    tail.install(backbone)
    return True


def check_sharing(value):
    if value not in SHARING:
        raise invalid(f"training.share-prompt is '{value}'; it may be {', '.join(SHARING)}")


def exact(model):
    """Whether a beginning that is computed once gives each row what its own copy would: nothing is drawn for it, and it does not
    move."""
    return not model.training or not model.embedding.changes and not any(isinstance(m, torch.nn.Dropout) and m.p > 0 for m in model.modules())


@dataclass
class Layout:
    """Where the rows of one micro-batch lie in its one sequence of tokens.

    A segment is a run of tokens that attends to itself, causally, and to at most one earlier segment, wholly: a shared
    beginning, a row behind one, or a row alone. Segments lie one after another and cover the sequence.
    """
    starts: list  # of each segment
    sizes: list
    parents: list  # the segment that one continues, or -1
    rows: list  # (its last segment, its length) of each row
    device: torch.device
    read: torch.Tensor | None = None  # the positions whose states are wanted; None: all
    cache: dict = field(default_factory=dict)  # what attention derives from this once, for all layers

    def position_ids(self):
        """int64 [1, T]: a row behind a shared beginning counts on from its end."""
        places = [np.arange(size) + (self.sizes[p] if p >= 0 else 0) for size, p in zip(self.sizes, self.parents)]
        return torch.from_numpy(np.concatenate(places))[None].to(self.device, non_blocking=True)

    def last(self):
        """int64 [B]: where each row's last token lies."""
        return self.there([self.starts[s] + self.sizes[s] - 1 for s, _ in self.rows])

    def there(self, numbers):
        """The numbers on the device, for which the host does not wait."""
        return torch.tensor(numbers).to(self.device, non_blocking=True)

    def pool(self, states, pooling):
        """states [1, T, hidden] -> float32 [B, hidden]: each row's last state, or the mean over its own tokens."""
        states = states[0]
        if pooling == "last":  # either all states, or those of the last tokens alone
            return (states if self.read is not None else states[self.last()]).float()
        # Sums of segments first: no [B, T] matrix, and no additions in an order that chance decides.
        sums = torch.segment_reduce(states.float(), "sum", lengths=self.there(self.sizes), axis=0)
        sums = torch.cat([sums, sums.new_zeros(1, sums.shape[1])])  # the parent that is none
        own = self.there([segment for segment, _ in self.rows])
        before = self.there([self.parents[segment] for segment, _ in self.rows])
        return (sums[own] + sums[before]) / self.there([[length] for _, length in self.rows])

    def spread(self, states):
        """states [1, T, hidden] -> (the rows' states [B, longest, hidden], padded with any token's; lengths [B])."""
        places = torch.zeros(len(self.rows), max(length for _, length in self.rows), dtype=torch.int64)
        for row, (segment, length) in enumerate(self.rows):
            while segment >= 0:  # from the row's end to its beginning
                start, size = self.starts[segment], self.sizes[segment]
                places[row, length - size:length] = torch.arange(start, start + size)
                segment, length = self.parents[segment], length - size
        return states[0][places.to(self.device, non_blocking=True)], self.there([length for _, length in self.rows])


def unique(texts, group):
    """The tokens that a group leaves to compute."""
    shared, members = group
    return shared + sum(len(texts[i]) - shared for i in members)


def plan(texts, budget, share):
    """Micro-batches, each a list of groups, with at most `budget` tokens to compute; a row longer than it is alone.

    First fit, largest first: few micro-batches, nearly full. A group larger than the budget is divided.
    """
    units = []
    for shared, members in prefixes.groups(texts) if share else prefixes.alone(texts):
        part = []
        for position in members:
            if part and unique(texts, (shared, [*part, position])) > budget:
                units.append((shared, part))
                part = []
            part.append(position)
        units.append((shared, part))
    units = [(shared if len(members) > 1 else 0, members) for shared, members in units]
    bins, room = [], []
    for unit in sorted(units, key=lambda u: (-unique(texts, u), u[1])):
        size = unique(texts, unit)
        place = next((i for i, left in enumerate(room) if size <= left), None)
        if place is None:
            bins.append([])
            room.append(budget)
            place = len(bins) - 1
        bins[place].append(unit)
        room[place] -= size
    return bins


def lay(texts, groups, device):
    """(ids int64 [1, T], Layout, positions of the rows in its order) of one micro-batch."""
    pieces, positions = [], []
    layout = Layout([], [], [], [], device)

    def add(ids, parent):
        layout.starts.append(sum(layout.sizes[-1:]) + (layout.starts[-1] if layout.starts else 0))
        layout.sizes.append(len(ids))
        layout.parents.append(parent)
        pieces.append(ids)
        return len(pieces) - 1

    for shared, members in groups:
        parent = add(texts[members[0]][:shared], -1) if shared else -1
        for position in members:
            rest = texts[position][shared:]
            layout.rows.append((add(rest, parent) if len(rest) else parent, len(texts[position])))
            positions.append(position)
    ids = segments.plain(torch.from_numpy(np.concatenate(pieces)).to(torch.int64))  # no packed family has token types
    return ids[None].to(device, non_blocking=True), layout, positions


def shares(model):
    """Whether rows that begin alike compute that beginning once."""
    return model.packs and (model.share == "on" or model.share == "auto" and exact(model))


def micro_batches(model, texts, budget, device):
    """(positions in `texts`, what the model is called with) of each micro-batch, packed or, if it must be, padded.

    Adds what it hands out to the model's tally.
    """
    if not model.packs:
        for part in batches.split([len(text) for text in texts], budget, device.type):
            ids, lengths = batches.pad([texts[i] for i in part], device)
            model.tally.add(sum(len(texts[i]) for i in part), sum(len(texts[i]) for i in part), ids.numel())
            yield part, (ids, lengths)
        return
    for groups in plan(texts, budget, shares(model)):
        ids, layout, part = lay(texts, groups, device)
        model.tally.add(sum(len(texts[i]) for i in part), ids.numel(), ids.numel())
        yield part, (ids, None, layout)


def outputs(model, texts, budget, device):
    """(positions in `texts`, logits float32 [B, classes] on the host) of every row, without gradients, in any order.

    When memory runs out, what is left is done in smaller micro-batches. The caller clears the model's tally.
    """
    def compute(rows, budget):
        for part, batch in micro_batches(model, [texts[i] for i in rows], budget, device):
            with torch.no_grad(), precision(model, device):
                logits = model(*batch).float().cpu()
            yield [rows[i] for i in part], logits
    yield from batches.until_it_fits([len(text) for text in texts], PREDICTING * budget, device, compute)
