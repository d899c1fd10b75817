"""The learning rate's course: a factor per optimizer step, a pure function of the step's number."""

import math

from ..protocol.step import invalid


def factor(step, total, schedule, warmup):
    """What the learning rate is multiplied by at `step` of 0..<total; `warmup` is the share of steps that rise."""
    rising = round(warmup * total)
    if step < rising:
        return (step + 1) / rising
    left = (step - rising) / max(1, total - rising)  # 0 at the top, below 1 at the last step
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * left))
    if schedule == "linear":
        return 1 - left
    if schedule == "constant":
        return 1.0
    raise invalid(f"training.schedule is '{schedule}'; it may be cosine, linear or constant")
