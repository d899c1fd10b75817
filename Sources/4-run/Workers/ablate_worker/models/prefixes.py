"""Finds rows that begin with the same token ids, so that what they share can be computed once.

Knows arrays of ids alone: not models, not what a prompt is. A shared beginning is found in the ids themselves, so two
prompts that a tokenizer joins differently to their answers share only what is really equal.
"""

LEAST = 8  # tokens that a shared beginning must have: below that, one more segment costs more than it saves
WIDEST = 64  # rows of one group: what more would save is less than a thousandth of a token per row


def common(one, other):
    """How many ids two sequences begin with alike."""
    length = min(len(one), len(other))
    differing = (one[:length] != other[:length]).nonzero()[0]
    return int(differing[0]) if len(differing) else length


def alone(texts):
    """Groups in which nothing is shared: each row by itself."""
    return [(0, [position]) for position in range(len(texts))]


def groups(texts):
    """[(shared length, positions)]: every row once, in groups that together leave the fewest tokens to compute.

    Sorted by content, rows with one beginning are neighbours, and a group is a run of neighbours; which runs are best is
    found by dynamic programming. A shared length is 0 where a row is alone.
    """
    order = sorted(range(len(texts)), key=lambda i: (texts[i].astype(">i4").tobytes(), i))
    near = [common(texts[a], texts[b]) for a, b in zip(order, order[1:])]  # near[i]: between neighbours i and i + 1
    best, cut = [0], [0]  # best[n]: the most tokens saved among the first n rows; cut[n]: where their last group begins
    shares = [0]
    for end in range(1, len(order) + 1):
        most, start, shared, chosen = best[end - 1], end - 1, None, 0
        while start > 0 and end - start < WIDEST and near[start - 1] >= LEAST:
            start -= 1
            shared = near[start] if shared is None else min(shared, near[start])
            saved = best[start] + (end - start - 1) * shared
            if saved > most:
                most, chosen, place = saved, shared, start
        best.append(most)
        cut.append(place if chosen else end - 1)
        shares.append(chosen)
    found, end = [], len(order)
    while end:
        found.append((shares[end], order[cut[end]:end]))
        end = cut[end]
    return found[::-1]
