"""A moving average of the weights that learn: the model that a fit is judged by and ends with.

Knows weights alone. Does not know what changes them, or when.
"""

import contextlib

import torch

from . import checkpoints


class Average:
    """decay 0: there is none, and the weights are the last ones. It begins as the weights after the first step."""

    def __init__(self, decay):
        self.decay, self.weights = decay, {}

    @torch.no_grad()
    def update(self, model):
        """Take the weights after a step in."""
        if not self.decay:
            return
        current = checkpoints.trained(model)
        if not self.weights:
            self.weights = {name: p.detach().clone() for name, p in current.items()}
        else:
            torch._foreach_lerp_([self.weights[name] for name in current], list(current.values()), 1 - self.decay)

    @contextlib.contextmanager
    def applied(self, model):
        """The model with averaged weights; afterwards it has its own again."""
        own = {name: p.detach().clone() for name, p in checkpoints.trained(model).items()} if self.weights else {}
        put(model, self.weights)
        yield
        put(model, own)

    def settle(self, model):
        put(model, self.weights)


@torch.no_grad()
def put(model, weights):
    """Put weights in place by name; those that are not named stay."""
    current = checkpoints.trained(model)
    for name, value in weights.items():
        current[name].copy_(value)
