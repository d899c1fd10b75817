"""The mixture of several models' probabilities with the least log loss: weights of at least 0 that sum to 1.

The problem is convex, and a solution carries a bound on how far it is from the optimum. Knows no folds and no features.
"""

from ..protocol.step import Failure

GAP = 1e-9  # nats of log loss from the optimum, at most
STEPS = 500  # far more than any table has needed


def weights(chosen, row_weights):
    """chosen [models, rows]: the probability above 0 that each model gives the row's label; row_weights [rows] -> [models].

    Newton's method with a barrier: it minimises -sum_r v_r log(sum_m w_m c_mr) - mu sum_m log(w_m), and mu shrinks. With the
    gradient g_m = sum_r v_r c_mr / mixture_r, no weights at all are better by more than log(max_m g_m), which ends it.
    """
    import numpy as np
    share = row_weights / row_weights.sum()
    chosen = chosen / chosen.max(axis=0)  # a factor of a row moves no weight
    count = len(chosen)
    found, barrier = np.full(count, 1 / count), 1e-2
    value = lambda w: -(share @ np.log(w @ chosen)) - barrier * np.log(w).sum()
    for _ in range(STEPS):
        ratio = chosen / (found @ chosen)  # [models, rows]
        gradient = ratio @ share
        if np.log(gradient.max()) <= GAP:
            return found
        # Newton's step within sum(w) = 1, in units of w so that small weights are as well conditioned as great ones.
        slope = -(gradient * found + barrier)
        curve = (ratio * share) @ ratio.T * np.outer(found, found) + barrier * np.eye(count)
        solved = np.linalg.solve(curve, np.stack([-slope, found], axis=1))
        step = found * (solved[:, 0] - solved[:, 1] * (found @ solved[:, 0]) / (found @ solved[:, 1]))
        descent = -(slope @ (step / found))
        if descent <= 1e-3 * barrier:
            barrier /= 10
            continue
        size = min(1.0, 0.99 / max(1e-300, (-step / found).max())) if (step < 0).any() else 1.0
        before = value(found)
        while value(found + size * step) > before - 1e-4 * size * descent and size > 1e-12:
            size /= 2
        found = found + size * step
        found = found / found.sum()
    raise Failure("internal", f"the weights of a mixture of {count} models did not converge in {STEPS} steps")
