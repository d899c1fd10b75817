"""Makes the optimizer, and moves its state in and out as plain tensors, so that a run can be resumed bit by bit.

Knows AdamW of torch and the paged 8-bit one of bitsandbytes. Does not know files or the loop.
"""

import importlib.util

import torch

from ..models import layers
from ..protocol.step import invalid, unavailable


def make(model, device, rate, head_rate=None, weight_decay=0.0, name="adamw", layer_decay=1.0):
    """An optimizer with a rate for the head and one for the rest, by layer where rates fall; vectors (norms, biases) do not decay."""
    groups = [g for g in parameter_groups(model, rate, head_rate, weight_decay, layer_decay) if g["params"]]
    if name == "adamw":
        return torch.optim.AdamW(groups, fused=device.type in ("cpu", "cuda"))
    if name != "paged-adamw-8bit":
        raise invalid(f"training.optimizer is '{name}'; it may be adamw or paged-adamw-8bit")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise unavailable("training.optimizer: paged-adamw-8bit needs the library bitsandbytes, which is not installed in the "
                          "worker's environment: install it there, or set optimizer: adamw")
    import bitsandbytes
    try:  # one update of weights of its own: what cannot run here says so now, and not after the backbone's first batch
        trial = torch.nn.Parameter(torch.zeros(4096, device=device))
        trial.grad = torch.zeros_like(trial)
        bitsandbytes.optim.PagedAdamW8bit([trial]).step()
    except (RuntimeError, NotImplementedError, AttributeError) as error:
        raise unavailable(f"training.optimizer: paged-adamw-8bit cannot run on this {device.type} device "
                          f"({(str(error).splitlines() or ['no reason given'])[0]}): set optimizer: adamw") from None
    return bitsandbytes.optim.PagedAdamW8bit(groups)


def parameter_groups(model, rate, head_rate, weight_decay, layer_decay=1.0):
    for members, rate in [*by_layer(model, rate, layer_decay), (is_of_head, rate if head_rate is None else head_rate)]:
        mine = [p for n, p in model.named_parameters() if p.requires_grad and members(n)]
        for matrix in (True, False):
            decay = weight_decay if matrix else 0.0
            yield {"params": [p for p in mine if (p.ndim > 1) == matrix], "lr": rate, "peak": rate, "weight_decay": decay}


def is_of_head(name):
    return name.startswith(("head.", "attention."))


def by_layer(model, rate, decay):
    """[(whether a parameter is one of these, their rate)] of all but the head. The last layer has the whole rate, as what stands
    behind it; each one before it has `decay` of the rate of the next, embeddings of that of the first (Howard and Ruder, 2018)."""
    if decay == 1:
        return [(lambda name: not is_of_head(name), rate)]
    depth, last = layers.depths(model.backbone)
    place = lambda name: depth(name.removeprefix("backbone.")) if name.startswith("backbone.") else last
    return [(lambda name, at=at: not is_of_head(name) and place(name) == at, rate * decay ** (last - at)) for at in range(last + 1)]


def is_paged(optimizer):
    return not isinstance(optimizer, torch.optim.AdamW)


def in_order(optimizer):
    return [p for group in optimizer.param_groups for p in group["params"]]


def state(optimizer):
    """{"<number of the parameter>.<name>": tensor}"""
    return {f"{index}.{key}": torch.as_tensor(value) for index, p in enumerate(in_order(optimizer))
            for key, value in optimizer.state.get(p, {}).items()}


def restore(optimizer, tensors):
    """Put in place what `state` gave."""
    found = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        found.setdefault(int(index), {})[key] = tensor
    if not is_paged(optimizer):
        optimizer.load_state_dict({"state": found, "param_groups": optimizer.state_dict()["param_groups"]})
        return
    # Its state lies in memory of its own kind, which is made once and then only filled.
    optimizer.check_overrides()
    optimizer.initialized = True
    places = [(g, p) for g, group in enumerate(optimizer.param_groups) for p in range(len(group["params"]))]
    for index, values in found.items():
        g, p = places[index]
        group = optimizer.param_groups[g]
        optimizer.init_state(group, group["params"][p], g, p)
        held = optimizer.state[group["params"][p]]
        for key, tensor in values.items():
            if torch.is_tensor(held[key]):
                held[key].copy_(tensor)
            else:
                held[key] = tensor.item()
