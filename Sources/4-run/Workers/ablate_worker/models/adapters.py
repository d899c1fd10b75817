"""What LoRA adapters begin as where they take something over from the weights, and what is left of that once they are trained.

Knows PEFT's layers and their initial values. Does not know training, or the files that adapters are stored in.
"""

from pathlib import Path

import torch

from ..protocol.step import invalid

# PEFT's own names of what it begins with; loftq is put in place once the layers are there.
PEFT_NAMES = {"default": True, "gaussian": "gaussian", "pissa": "pissa", "olora": "olora", "loftq": True}


def takes_from_weights(lora):
    """Whether the frozen weights lack what the adapters begin with: they are then no longer those that were loaded."""
    return getattr(lora, "init", "default") in ("pissa", "olora")


def check_rank(module, lora):
    """Raise where adapters would begin with more of a layer's singular values than it has: PEFT cuts them to its width without a word."""
    from peft.tuners.tuners_utils import BaseTunerLayer
    for name, layer in module.named_modules():
        if isinstance(layer, BaseTunerLayer) and (width := min(layer.in_features, layer.out_features)) < lora.rank:
            raise invalid(f"lora.init: {lora.init} begins with the largest singular values of each layer, and "
                          f"'{name.removeprefix('base_model.model.')}' has {width}: expected a lora.rank of at most {width}, found {lora.rank}")


def begin(module, lora, folder):
    """What is left to do once PEFT has made the adapters. folder: where the backbone's weights lie."""
    if lora.init in ("pissa", "olora", "loftq"):
        check_rank(module, lora)
    if takes_from_weights(lora):
        module.__dict__["first adapters"] = {name: p.detach().clone() for name, p in module.named_parameters() if "lora_" in name}
    if lora.init == "loftq":
        make_up(module, folder)


def make_up(module, folder):
    """Let adapters begin as what is nearest, of their rank, to what nf4 has rounded away."""
    from bitsandbytes.functional import dequantize_4bit
    from peft.tuners.lora.bnb import Linear4bit
    layers = [(n.removeprefix("base_model.model."), m) for n, m in module.named_modules() if isinstance(m, Linear4bit)]
    if not layers:
        raise invalid("lora.init: loftq makes up for what nf4 rounds away: set quantization: nf4")
    whole = Weights(folder)
    for name, layer in layers:
        held = layer.get_base_layer().weight
        lost = whole.get(f"{name}.weight").to(held.device).float() - dequantize_4bit(held.data, held.quant_state).float()
        u, s, v = torch.linalg.svd(lost, full_matrices=False)
        for adapter, rank in layer.r.items():
            root = (s[:rank] / layer.scaling[adapter]).sqrt()
            layer.lora_A[adapter].weight.data.copy_(root[:, None] * v[:rank])
            layer.lora_B[adapter].weight.data.copy_(u[:, :rank] * root)


class Weights:
    """Tensors of a folder in hub layout, by the name that the backbone has for them."""

    def __init__(self, folder):
        from safetensors import safe_open
        self.places = {}
        for path in sorted(Path(folder).glob("*.safetensors")):
            file = safe_open(path, framework="pt")
            self.places |= {name: file for name in file.keys()}

    def get(self, name):
        for full, file in self.places.items():
            if full == name or full.endswith("." + name):  # the model with its head has a prefix more
                return file.get_tensor(full)
        raise invalid(f"lora.init: loftq: the backbone's files have no weights called '{name}'")


def difference(module, state):
    """(adapters that do beside the weights as they were loaded what these do beside what is left of them, the factor of the rank).

    state: PEFT's state of the adapters. B A - B0 A0 is one product of matrices side by side.
    """
    first = module.__dict__.get("first adapters")
    if first is None:
        return state, 1
    short = {name.replace(".default.", "."): value for name, value in first.items()}
    joined = {}
    for name, value in state.items():
        before = short[name].to(value)
        joined[name] = torch.cat([value, before], 0) if "lora_A" in name else torch.cat([value, -before], 1)
    return joined, 2
