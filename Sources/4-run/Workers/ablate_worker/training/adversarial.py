"""Learns each batch at a point nearby where its loss is higher: of the embedded tokens (FGM), or of the weights (AWP).

Knows gradients, not losses or where they come from: who computes them is asked to do so again.
"""

import torch


class Attack:
    """None at all; the others do something at one of the two places."""

    def on_rows(self, again):
        """After the gradients of a micro-batch: `again` adds those of the same rows once more."""

    def on_weights(self, parameters, again):
        """After the gradients of a whole batch: `again` computes them anew, in place of what was there."""


class Tokens(Attack):
    """FGM (Miyato and others, 2017): embedded tokens move by epsilon along their gradient, each row by a step of its own.

    Rows learn from both: the gradients of the tokens as they are and of those moved add up.
    """

    def __init__(self, epsilon):
        self.epsilon, self.seen, self.step = epsilon, None, None
        self.watches = False  # whether it is at work now

    def __call__(self, embedded, tokens):
        """What the embedding calls."""
        if not self.watches:
            return embedded
        if self.step is not None:
            return embedded + self.step
        embedded = embedded if embedded.requires_grad else embedded.detach().requires_grad_()
        embedded.retain_grad()
        self.seen = embedded, tokens
        return embedded

    def on_rows(self, again):
        embedded, tokens = self.seen
        gradient = embedded.grad.float()  # [..., hidden]
        squares = gradient.new_zeros(len(tokens.lengths))
        squares.index_add_(0, tokens.owners.flatten(), gradient.square().sum(-1).flatten())
        factor = self.epsilon / squares.sqrt()  # of rows that have none, or one that is no number, nothing moves
        factor = torch.where(torch.isfinite(factor) & torch.isfinite(squares), factor, 0)
        self.step = (gradient.nan_to_num(0, 0, 0) * factor[tokens.owners][..., None]).to(embedded.dtype)
        self.seen = None
        try:
            again()
        finally:
            self.step = None


class Weights(Attack):
    """AWP (Wu and others, 2020): each trained matrix moves by epsilon times its own norm along its gradient, and the batch is
    learnt from there; the weights come back before the optimizer's step."""

    def __init__(self, epsilon):
        self.epsilon = epsilon

    def on_weights(self, parameters, again):
        own = []
        with torch.no_grad():
            for p in parameters:
                if p.ndim < 2 or p.grad is None:
                    continue
                factor = self.epsilon * torch.linalg.vector_norm(p) / torch.linalg.vector_norm(p.grad)
                factor = torch.where(torch.isfinite(factor), factor, 0)
                own.append((p, p.detach().clone()))
                p.add_(p.grad.nan_to_num(0, 0, 0) * factor)
        try:
            again()
        finally:
            with torch.no_grad():
                for p, value in own:
                    p.copy_(value)


class Course:
    """Which attack there is at a step. start: the share of all steps that come before it."""

    def __init__(self, settings, embedding, backbone):
        self.attack, self.start = Attack(), 0.0
        if settings is None:
            return
        self.start = settings.start
        self.attack = Tokens(settings.epsilon) if settings.method == "fgm" else Weights(settings.epsilon)
        if settings.method == "fgm":
            embedding.add(backbone, self.attack)

    def at(self, step, total):
        begun = step >= round(self.start * total)
        if isinstance(self.attack, Tokens):
            self.attack.watches = begun
        return self.attack if begun else NONE


NONE = Attack()
