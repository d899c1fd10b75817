"""One batch through a model: its loss and the gradients of that, in parts that fit into memory, alone or with other processes.

Knows the arithmetic of a batch. Does not know epochs, files, or which rows come next.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

from ..models import batches, packing, prefixes
from ..models.precision import precision, scaled, unscale
from ..protocol.step import Failure, out_of_memory
from . import adversarial, checkpoints, distributed


class Rows(NamedTuple):
    """What batches are taken from."""

    texts: list  # int32 arrays of ids
    targets: torch.Tensor  # labels [rows], distributions [rows, classes] or numbers [rows, width], on the device
    factors: torch.Tensor  # float32 [rows], likewise


def add_gradients(model, data, chosen, budget, device, of=None, attack=adversarial.NONE):
    """Add the gradient of the mean loss over the rows `chosen`, however they are split; return that loss, a tensor.

    The one place where a batch goes through the model. of: the rows of the whole batch, where these are a part of them.
    """
    texts, labels, weights = data
    of = of or len(chosen)
    total = torch.zeros((), device=device)
    model.tally.clear()
    for part, batch in packing.micro_batches(model, [texts[i] for i in chosen], budget, device):
        members = chosen[part]  # [B]

        def learn():
            with precision(model, device):
                logits = model(*batch)  # [S * B, classes]: each row as often as the head's dropout is drawn
            draws = len(logits) // len(members)
            rows = torch.from_numpy(np.tile(members, draws)).to(device, non_blocking=True)
            found = (model.objective or model.loss)(logits, labels[rows])  # [S * B]; labels may be distributions, or numbers
            loss = (found * weights[rows]).sum() / (of * draws)
            loss.backward()
            return loss.detach()
        total += learn()
        attack.on_rows(learn)
    return total


def mine(model, data, chosen, team):
    """The rows of a batch that this process computes: rows that share a beginning stay together."""
    if team.size == 1:
        return chosen
    texts = [data[0][i] for i in chosen]
    together = prefixes.groups(texts) if packing.shares(model) else prefixes.alone(texts)
    parts = team.part([(packing.unique(texts, group), group[1]) for group in together])
    return chosen[np.array(sorted(position for part in parts for position in part), int)]


def train_batch(model, optimizer, data, chosen, clip, progress, device, team=distributed.Team(), attack=adversarial.NONE):
    """One batch's gradients, clipped: (loss, gradient norm before clipping)."""
    parameters = list(checkpoints.trained(model).values())

    def compute():
        return whole_batch(model, optimizer, data, chosen, progress, device, team, attack)
    loss, counts = compute(), model.tally.counts
    attack.on_weights(parameters, compute)
    model.tally.counts = counts  # a batch counts once
    loss = unscale(loss, parameters, progress.get("scaling"))
    norm = torch.nn.utils.clip_grad_norm_(parameters, clip or math.inf)
    return torch.stack([loss, norm.to(loss)]).tolist()  # the only place where the host waits for the device


def whole_batch(model, optimizer, data, chosen, progress, device, team, attack):
    """Put one batch's gradients in place; return its loss.

    When memory runs out, the batch is done again in smaller micro-batches, at last with recomputed activations. The
    progress keeps what was found, so that later batches and a resumed run begin there. A team does all of this together.
    """
    part, parameters = mine(model, data, chosen, team), list(checkpoints.trained(model).values())
    while True:
        states, strictness, loss = checkpoints.random_states(device), torch.get_deterministic_debug_mode(), None
        optimizer.zero_grad(set_to_none=True)
        try:
            loss = add_gradients(model, scaled(data, progress.get("scaling")), part, progress["budget"], device, len(chosen), attack)
        except RuntimeError as error:
            if not out_of_memory(error):
                raise  # else it is dealt with below, when the exception no longer holds the tensors of its frames
            torch.set_deterministic_debug_mode(strictness)  # which attention.strict would have put back after the kernel
        if team.size > 1:
            loss = add_up(team, model, parameters, loss, device)
        if loss is not None:
            return loss
        longest = max(len(data[0][i]) for i in chosen)
        alone = progress["budget"] <= longest or len(chosen) == 1  # smaller parts would not make the longest row smaller
        if alone and progress["recompute"]:
            raise Failure("out-of-memory", f"a single row of {longest} tokens does not fit into the memory of "
                          f"{device}: lower the lengths, or use quantization: nf4, or a smaller backbone")
        if alone:
            # A token takes a tenth of the memory then, so that far more of them may fit at once.
            progress |= {"recompute": True, "budget": batches.BUDGET[device.type]}
            recompute(model)
        else:
            progress["budget"] = max(1, progress["budget"] // 2)
        checkpoints.set_random_states(states, device)
        if device.type == "cuda":
            torch.cuda.empty_cache()


def add_up(team, model, parameters, loss, device):
    """All processes' gradients, tokens and losses in place of this one's; the loss, or None where any ran out of memory."""
    counts = model.tally.counts
    numbers = [float(loss is None), float(0 if loss is None else loss), *map(float, counts.values())]
    failed, total, *rest = team.sum(numbers + [float(p.grad is not None) for p in parameters], device)
    if failed:
        return None
    model.tally.counts = {kind: int(count) for kind, count in zip(counts, rest)}
    team.add_gradients(parameters, rest[len(counts):])
    return torch.tensor(total, dtype=torch.float32, device=device)


def recompute(model):
    """Keep only each layer's input, and compute the rest again in the backward pass."""
    model.backbone.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
