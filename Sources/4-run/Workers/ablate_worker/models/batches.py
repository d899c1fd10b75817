"""Which rows are computed together: the order of an epoch, micro-batches that waste little padding, padded tensors, smaller batches where
memory is short.

Nothing here changes a result: a batch's mean loss is the same however its rows are split.
"""

import numpy as np
import torch

from ..protocol.step import Failure, out_of_memory

# Tokens of one micro-batch, padding counted; halved when memory runs out.
BUDGET = {"cpu": 4096, "cuda": 8192}
# What one more micro-batch costs, in tokens: below that, padding is cheaper than splitting. A GPU waits for its kernels
# to be launched, a CPU has nothing to wait for.
OVERHEAD = {"cpu": 64, "cuda": 512}


def epoch_order(rows, seed, epoch, groups=None):
    """A permutation of range(rows) that follows from the seed and the epoch alone, so that resuming needs no state.

    With `groups`, a code per row, the groups are shuffled and each one's rows stay neighbours, shuffled among themselves.
    """
    chance = np.random.default_rng([seed, epoch])
    order = chance.permutation(rows)
    if groups is None:
        return order
    codes, members = np.unique(groups, return_inverse=True)
    return order[np.argsort(chance.permutation(len(codes))[members[order]], kind="stable")]


def split(lengths, budget, device="cpu"):
    """Split rows of these lengths into micro-batches (lists of positions), longest rows first.

    Rows sorted by length; the cuts make padded tokens and OVERHEAD per micro-batch least in sum, with at most `budget`
    padded tokens each. A row that is longer than the budget is alone.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    best, cut = [0], [0]  # best[n]: the least cost of the first n rows; cut[n]: where their last micro-batch begins
    for end in range(1, len(order) + 1):
        least = None
        for start in range(end - 1, -1, -1):
            padded = (end - start) * lengths[order[start]]
            if padded > budget and end - start > 1:
                break  # going on to the left only adds rows, and longer ones
            cost = best[start] + padded + OVERHEAD[device]
            if least is None or cost < least[0]:
                least = (cost, start)
        best.append(least[0])
        cut.append(least[1])
    parts, end = [], len(order)
    while end:
        parts.append(order[cut[end]:end])
        end = cut[end]
    return parts[::-1]


def pad(sequences, device):
    """(ids int64 [B, T], lengths int64 [B]), padded on the right.

    The padding is id 0 and needs no mask: a causal model's real tokens never look to their right.
    """
    lengths = torch.tensor([len(s) for s in sequences])
    ids = torch.zeros(len(sequences), int(lengths.max()), dtype=torch.int64)
    for row, sequence in enumerate(sequences):
        ids[row, :len(sequence)] = torch.from_numpy(sequence)
    return ids.to(device, non_blocking=True), lengths.to(device, non_blocking=True)


def until_it_fits(lengths, budget, device, compute):
    """(rows, value) of every row, in any order: what `compute(rows, budget)` yields for the rows that it is given. When memory runs
    out, what is left is done within half the budget. lengths: the tokens of each row."""
    left = list(range(len(lengths)))
    while left:
        done = set()
        try:
            for members, value in compute(left, budget):
                done.update(members)
                yield members, value
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            longest = max(lengths[i] for i in left if i not in done)
            if budget <= longest:
                raise Failure("out-of-memory", f"a single row of {longest} tokens does not fit into the memory of {device}: "
                              "lower the lengths, or use quantization: nf4, or a smaller backbone") from None
            budget //= 2
        left = [i for i in left if i not in done]
