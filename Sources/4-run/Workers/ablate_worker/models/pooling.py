"""From the states of a row's tokens to the one vector that the head reads.

Knows states, lengths and the four ways of pooling. Does not know backbones or classes.
"""

import torch
from torch import nn

from ..protocol.step import invalid

KINDS = ("last", "mean", "cls", "attention")


def check(kind, masked):
    if kind not in KINDS:
        raise invalid(f"pooling is '{kind}'; it may be {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if kind == "cls" and not masked:
        raise invalid("pooling: cls reads the first token, which in a decoder has seen nothing of the text: use last, mean or "
                      "attention")


class Attention(nn.Module):
    """A weighted mean over a row's tokens; a token's weight is the softmax of its state times one learnt vector.

    The vector begins at zero, where the weighted mean is the mean.
    """

    def __init__(self, hidden):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(hidden, dtype=torch.float32))

    def forward(self, states, real):
        scores = states @ self.weight / states.shape[-1] ** 0.5  # [B, T]
        shares = scores.masked_fill(~real, -torch.inf).softmax(dim=1)
        return (states * shares[..., None]).sum(dim=1)  # [B, hidden]


def pool(states, lengths, kind, attention=None):
    """states [B, T, hidden], lengths [B] -> float32 [B, hidden]; what stands after a row's length is never read."""
    if kind == "last":  # the last real token, by length: padding may have any id
        return states[torch.arange(len(states), device=states.device), lengths - 1].float()
    if kind == "cls":
        return states[:, 0].float()
    real = torch.arange(states.shape[1], device=states.device) < lengths[:, None]  # [B, T]
    if kind == "attention":
        return attention(states.float().masked_fill(~real[..., None], 0), real)
    return (states.float() * real[..., None]).sum(dim=1) / lengths[:, None]
