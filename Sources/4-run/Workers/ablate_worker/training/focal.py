"""Focal loss (Lin and others, 2017): what a model already knows well counts less. Knows logits and what they are to be."""

import torch.nn.functional as F


def loss(logits, targets, gamma):
    """logits [B, classes], labels [B] or distributions [B, classes] -> [B]: -sum of target · (1 - p)^gamma · log p."""
    logs = F.log_softmax(logits, dim=1)
    each = -(1 - logs.exp()) ** gamma * logs  # [B, classes]
    if targets.ndim == 1:
        return each.gather(1, targets[:, None])[:, 0]
    return (each * targets).sum(dim=1)
