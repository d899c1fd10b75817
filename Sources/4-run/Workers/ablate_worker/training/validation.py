"""Training rows that are held out to watch the training: which they are, their log loss, and what follows from it.

Knows when a model is the best so far and when to stop. Does not know folds, steps or the optimizer.
"""

import math

import numpy as np
import torch

from ..models import batches, packing
from ..protocol.step import Failure, invalid
from . import checkpoints, distributed


def split(rows, groups, share, seed):
    """(rows to train on, rows held out), both ascending: whole groups, drawn by the seed until the share is reached."""
    if share == 0:
        return rows, rows[:0]
    codes = np.unique(rows if groups is None else np.asarray(groups)[rows], return_inverse=True)[1]  # [rows], 0..<groups
    count = int(codes.max()) + 1
    if count < 2:
        raise invalid("training.validation holds out whole groups, and the rows to train on are a single group")
    sizes, held, taken = np.bincount(codes), np.zeros(count, bool), 0
    for code in np.random.default_rng([seed, count, len(rows)]).permutation(count)[:-1]:  # one is left to train on
        if taken >= share * len(rows):
            break
        held[code], taken = True, taken + sizes[code]
    return rows[~held[codes]], rows[held[codes]]


def log_loss(model, data, budget, device, team=distributed.Team(), together=None):
    """The weighted mean loss of rows, without dropout. Draws nothing, so that training goes on as if it had not been.

    together: the group of each row, where rows of one have their loss together."""
    units = [[row] for row in range(len(data[0]))] if together is None else batches.members(together)
    parts = team.part([(sum(len(data[0][row]) for row in unit), unit) for unit in units])
    mine = [row for unit in parts for row in unit]
    texts, (labels, weights) = [data[0][row] for row in mine], (values[mine] for values in data[1:])
    logits, was_training = [None] * len(texts), model.training
    model.eval()
    for members, found in packing.outputs(model, texts, budget, device):
        for i, row in zip(members, found.double()):
            logits[i] = row
    model.train(was_training)
    total = 0.0
    if texts:  # a team may be larger than the table
        losses = model.loss(torch.stack(logits), labels)
        total = float((losses * weights).sum())
    return team.sum([total], device)[0] / float(data[2].sum())


class Watch:
    """Follows the validation loss epoch by epoch. Its numbers are `history`; the best weights lie in host memory."""

    def __init__(self, plan, data, device, team=distributed.Team(), together=None):
        if float(data[2].sum()) == 0:
            raise invalid("every row held out by training.validation has weight 0: hold out more, or give them weights")
        self.plan, self.data, self.device, self.team, self.together = plan, data, device, team, together
        self.history, self.weights = [], {}

    @property
    def best(self):
        """The epoch of least loss, from 0; the first of several."""
        return min(range(len(self.history)), key=self.history.__getitem__)

    def look(self, model, budget):
        """Take the loss after an epoch. True: training is to stop."""
        loss = log_loss(model, self.data, budget, self.device, self.team, self.together)
        epoch = len(self.history)
        if not math.isfinite(loss):
            raise Failure("diverged", f"the validation loss is no number after epoch {epoch + 1}: lower training.learning-rate "
                          f"({self.plan.learning_rate:g}) or training.head-learning-rate, or set training.clip")
        self.history.append(loss)
        if self.keeps and self.best == epoch:
            self.weights = {n: p.detach().to("cpu", copy=True) for n, p in checkpoints.trained(model).items()}
        patience = self.plan.early_stopping
        return patience is not None and epoch - self.best >= patience

    @property
    def keeps(self):
        return self.plan.keep == "best"

    def settle(self, model):
        """Put the kept weights in place; return the validation loss that they have."""
        if not self.keeps:
            return self.history[-1]
        with torch.no_grad():
            for name, parameter in checkpoints.trained(model).items():
                parameter.copy_(self.weights[name])
        return self.history[self.best]
