"""The layers of a backbone, from the first to the last: which they are, and weights drawn anew for the last ones.

Knows modules and their names. Does not know rates, data or training.
"""

import torch
from torch import nn

from ..protocol.step import invalid


def of(backbone):
    """(the name under which the layers stand, the layers, first to last)."""
    count = backbone.config.num_hidden_layers
    for name, module in backbone.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return name, module
    raise invalid(f"the layers of the architecture '{backbone.config.model_type}' are not told apart: leave out training.layer-decay "
                  "and training.reinitialize-layers")


def depths(backbone):
    """A function from the name of a parameter to its layer: 1 to the number of layers; 0 for embeddings, and the last for the rest."""
    prefix, blocks = of(backbone)

    def depth(name):
        if name.startswith(prefix + "."):
            return int(name[len(prefix) + 1:].split(".", 1)[0]) + 1
        return 0 if "embed" in name else len(blocks)
    return depth, len(blocks)


def reinitialize(backbone, count, seed):
    """Draw the weights of the last `count` layers as the architecture draws those of a model that was never trained."""
    if not count:
        return
    _, blocks = of(backbone)
    if count > len(blocks):
        raise invalid(f"training.reinitialize-layers is {count}, and the backbone has {len(blocks)} layers")
    torch.manual_seed(seed)
    for module in (part for block in blocks[-count:] for part in block.modules()):
        for parameter in module.parameters(recurse=False):
            parameter.__dict__.pop("_is_hf_initialized", None)  # transformers' note to itself, by which it would leave them alone
        with torch.no_grad():
            backbone._init_weights(module)
