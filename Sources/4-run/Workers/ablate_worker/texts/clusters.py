"""Directions and clusters of points that are the same on every machine.

A processor's own way to add up a product changes its last bits. So what is compared is rounded first, equal values go by their
place, and directions of equal spread, which are any basis of their space, get one that follows from the rows. Knows points and no
texts.
"""

DIGITS = 8  # behind the point, of values of size 1
EQUAL = 1e-8  # of the largest: variances that differ by less are one
WHOLE = 1500  # rows of which every direction is found; of more, the leading ones
STARTS, TURNS = 4, 300


def rounded(values):
    import numpy as np
    return np.round(values, DIGITS) + 0.0  # no -0.0


def directions(matrix, size):
    """The leading directions of sparse rows [n, terms], not centred: (points [n, size or fewer], share of the variance explained)."""
    import numpy as np
    count = matrix.shape[0]
    if count <= WHOLE:
        spread, vectors = np.linalg.eigh((matrix @ matrix.T).toarray())
        spread, vectors = spread[::-1], vectors[:, ::-1]
    else:
        from scipy.sparse.linalg import svds
        found = min(size + 8, min(matrix.shape) - 1)
        vectors, spread, _ = svds(matrix, found, v0=np.random.RandomState(0).uniform(-1, 1, min(matrix.shape)))
        spread, vectors = spread[::-1] ** 2, vectors[:, ::-1]
    points = basis(vectors, spread, size) * np.sqrt(spread.clip(0)[:size])
    mean = np.asarray(matrix.mean(axis=0)).ravel()
    total = matrix.multiply(matrix).sum() / count - mean @ mean
    return rounded(points), float(min(1.0, points.var(axis=0).sum() / total)) if total > EQUAL else 1.0


def basis(vectors, spread, size):
    """The first `size` of orthonormal columns [n, m] in the order of their spread: those of equal spread turned to where they lie
    along the first of the rows that they say most of, and each with the sign that makes its largest part positive."""
    import numpy as np
    found, start = [], 0
    while start < min(size, len(spread)):
        end = start + 1
        while end < len(spread) and spread[end - 1] - spread[end] <= EQUAL * max(spread[0], 0):
            end += 1
        part = vectors[:, start:end].copy()
        for _ in range(min(end, size) - start):
            norms = np.sqrt((part ** 2).sum(axis=1))
            row = int(np.argmax(rounded(norms)))  # the first of equals
            turn = part[row] / norms[row]
            found.append(part @ turn)
            part -= np.outer(found[-1], turn)
        start = end
    return np.stack(found, axis=1)


def plane(points):
    """The two directions in which the points [n, d] spread most: [n, 2]."""
    import numpy as np
    centred = points - points.mean(axis=0)
    vectors, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return basis(vectors, sizes ** 2, 2) * sizes[:2]


def k_means(points, count):
    """(cluster of each point, centres), the largest cluster first; fewer than `count` where fewer points differ."""
    import numpy as np
    best = None
    for start in range(STARTS):
        centres, labels = points[seeds(points, count, np.random.default_rng(start))], None
        for _ in range(TURNS):
            apart = distances(points, centres)
            new = apart.argmin(axis=1)
            if labels is not None and (new == labels).all():
                break
            labels = new
            centres = np.stack([points[labels == i].mean(axis=0) if (labels == i).any() else centres[i] for i in range(len(centres))])
        loss = float(rounded(apart.min(axis=1).mean()))
        if best is None or loss < best[0]:
            best = loss, labels, centres
    _, labels, centres = best
    sizes = np.bincount(labels, minlength=len(centres))
    firsts = [int(np.argmax(labels == i)) for i in range(len(centres))]
    order = sorted(np.flatnonzero(sizes), key=lambda i: (-sizes[i], firsts[i]))
    places = np.zeros(len(centres), int)
    places[order] = np.arange(len(order))
    return places[labels], centres[order]


def seeds(points, count, chance):
    """Rows to begin with, far from each other, by greedy k-means++."""
    import numpy as np
    chosen = [int(chance.integers(len(points)))]
    closest = distances(points, points[chosen])[:, 0]
    while len(chosen) < count and closest.max() > 0:
        drawn = chance.random(2 + int(np.log(count))) * closest.sum()
        rows = np.minimum(np.searchsorted(np.cumsum(closest), drawn), len(points) - 1)
        after = np.minimum(closest[:, None], distances(points, points[rows]))  # [n, rows]
        place = int(rounded(after.mean(axis=0)).argmin())
        chosen.append(int(rows[place]))
        closest = after[:, place]
    return chosen


def distances(points, centres):
    """Squared distances [n, centres], rounded."""
    import numpy as np
    squares = (points ** 2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres ** 2).sum(axis=1)
    return rounded(np.maximum(squares, 0))
