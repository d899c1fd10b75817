"""Statistics of columns within groups of rows: where a value stands among the others of its group.

Knows numbers and group codes. Does not know what a column means, and never sees a label.
"""

STATISTICS = ("mean", "median", "min", "max", "std", "rank", "difference")


def names(columns):
    """The names of what `statistics` gives for these columns, in its order."""
    return [f"{column}.group-{statistic}" for column in columns for statistic in STATISTICS]


def statistics(values, groups):
    """values [rows, columns] and groups int [rows] -> float64 [rows, columns * 7], in the order of `names`.

    `std` divides by the number of rows. `rank` is 0 for the least and 1 for the greatest of the group, equal values
    share the mean of their places, and .5 stands for a row alone. `difference` is the value less its group's mean. A
    NaN is a missing value: it counts in no statistic, and its own rank and difference are NaN.
    """
    import numpy as np
    values, groups = np.asarray(values, np.float64), np.asarray(groups)
    codes = np.unique(groups, return_inverse=True)[1]
    found = np.empty((len(values), values.shape[1] * len(STATISTICS)))
    if len(values) == 0:
        return found
    for column in range(values.shape[1]):
        here = slice(column * len(STATISTICS), (column + 1) * len(STATISTICS))
        found[:, here] = of_column(values[:, column], codes)
    return found


def of_column(values, codes):
    """values float64 [rows], codes int [rows] of 0.. without a gap -> [rows, 7]."""
    import numpy as np
    order = np.lexsort((values, codes))  # by group, then by value; NaN comes last
    ordered, group = values[order], codes[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))  # [groups]
    there = ~np.isnan(ordered)
    counts = np.add.reduceat(there.astype(np.int64), starts)
    empty = counts == 0
    counted = np.maximum(counts, 1)
    # Where a group has no value at all, everything below takes the NaN that stands at its start.
    mean = np.where(empty, np.nan, np.add.reduceat(np.where(there, ordered, 0.0), starts) / counted)
    low, high = ordered[starts], ordered[starts + counted - 1]
    # A sum of equal values need not divide back into that value: a mean outside its group would be noise.
    mean = np.clip(mean, low, high)
    median = (ordered[starts + (counted - 1) // 2] + ordered[starts + counted // 2]) / 2
    apart = ordered - mean[group]
    std = np.sqrt(np.where(empty, np.nan, np.add.reduceat(np.where(there, apart * apart, 0.0), starts) / counted))
    # The mean place of equal values: from the first to the last of each run.
    place = np.arange(len(ordered)) - starts[group]
    runs = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(ordered, prepend=np.nan) != 0))
    lengths = np.diff(runs, append=len(ordered))
    middle = np.repeat(place[runs] + (lengths - 1) / 2, lengths)
    rank = np.where(counts[group] > 1, middle / np.maximum(counts[group] - 1, 1), 0.5)
    rank[~there] = np.nan
    found = np.empty((len(values), len(STATISTICS)))
    found[order] = np.stack([mean[group], median[group], low[group], high[group], std[group], rank, apart], axis=1)
    return found
