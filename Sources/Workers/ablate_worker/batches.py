"""Which rows are computed together: the order of an epoch, micro-batches that waste little padding, padded tensors.

Nothing here changes a result: a batch's mean loss is the same however its rows are split.
"""

import numpy as np
import torch

BUDGET = 4096  # padded tokens of one micro-batch; halved by the caller when memory runs out
# What one more micro-batch costs, in tokens: below that, padding is cheaper than splitting. A GPU waits for its kernels
# to be launched, a CPU has nothing to wait for.
OVERHEAD = {"cpu": 64, "cuda": 512}


def epoch_order(rows, seed, epoch):
    """A permutation of range(rows) that follows from the seed and the epoch alone, so that resuming needs no state."""
    return np.random.default_rng([seed, epoch]).permutation(rows)


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
    return ids.to(device), lengths.to(device)
