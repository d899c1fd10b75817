"""A LoRA layer that keeps less for its gradient than PEFT's: its input, which neighbours share, and `rank` numbers a token.

Takes PEFT's own modules and gives them another forward: weights, names and files stay PEFT's. Dropout is drawn anew in the
backward pass instead of being kept. Knows plain LoRA on linear layers; every other kind goes on as PEFT has it.
"""

import torch
from torch import nn
from torch.autograd import Function

SEEDS = 2**62


def slim(backbone):
    """Let every plain LoRA layer of a PEFT model keep less. Its weights and their names are untouched."""
    from peft.import_utils import is_bnb_4bit_available
    from peft.tuners.lora import layer
    kinds = {layer.Linear}
    if is_bnb_4bit_available():
        from peft.tuners.lora import bnb
        kinds.add(bnb.Linear4bit)
    for module in backbone.modules():
        if type(module) in kinds:
            module.__class__ = specialized(type(module))
    return backbone


def specialized(parent, made={}):
    """PEFT's class with another forward; made once, when PEFT is there."""
    if parent in made:
        return made[parent]

    class SlimLinear(parent):
        def forward(self, x, *arguments, **options):
            names = [name for name in self.active_adapters if name in self.lora_A]
            if arguments or options or len(names) != 1 or not plain(self, names[0]):
                return super().forward(x, *arguments, **options)
            name = names[0]
            down, up, dropout = self.lora_A[name].weight, self.lora_B[name].weight, self.lora_dropout[name]
            share = dropout.p if self.training and isinstance(dropout, nn.Dropout) else 0.0
            # One draw from the seeded generator of the host: no device is waited for, and recomputing draws it again.
            seed = int(torch.randint(SEEDS, ())) if share else 0
            return LowRank.apply(self.base_layer(x), x, down, up, self.scaling[name], share, seed)
    made[parent] = SlimLinear
    return SlimLinear


def plain(layer, name):
    """Whether the layer computes base(x) + B A dropout(x) * scaling and nothing else."""
    return not (layer.disable_adapters or layer.merged or name in layer.lora_variant or layer.lora_bias[name]
                or type(layer.lora_dropout[name]) not in (nn.Identity, nn.Dropout) or layer.fan_in_fan_out)


def dropped(x, share, seed):
    """x with a share of it set to zero and the rest made up for that; the seed decides which."""
    if not share:
        return x
    generator = torch.Generator(x.device)
    generator.manual_seed(seed)
    # Scaled last: the factor itself would lose two digits in bfloat16.
    return torch.empty_like(x).bernoulli_(1 - share, generator=generator).mul_(x).mul_(1 / (1 - share))


class LowRank(Function):
    """base + dropout(x) A^T B^T * scaling: base [..., out], x [..., in], A [rank, in], B [out, rank].

    Computed in the type of `base`, bfloat16 under autocast; the gradients of A and B have their types, so that
    float32 masters stay what the optimizer sees.
    """

    @staticmethod
    def forward(ctx, base, x, down, up, scaling, share, seed):
        kind = base.dtype
        x = x.to(kind)
        with torch.autocast(x.device.type, enabled=False):
            inner = dropped(x, share, seed).flatten(0, -2) @ down.to(kind).T  # [T, rank]
            output = torch.addmm(base.flatten(0, -2), inner, up.to(kind).T, alpha=scaling)
        ctx.save_for_backward(x, inner, down, up)
        ctx.settings = scaling, share, seed
        return output.view(base.shape)

    @staticmethod
    def backward(ctx, gradient):
        x, inner, down, up = ctx.saved_tensors
        scaling, share, seed = ctx.settings
        kind = inner.dtype
        rows = gradient.flatten(0, -2)
        upward = (rows @ up.to(kind)).mul_(scaling)  # [T, rank]
        to_x = None
        if ctx.needs_input_grad[1]:
            to_x = dropped((upward @ down.to(kind)).view(x.shape), share, seed)
        to_down = (upward.T @ dropped(x, share, seed).flatten(0, -2)).to(down.dtype)
        to_up = (rows.T @ inner).mul_(scaling).to(up.dtype)
        return gradient, to_x, to_down, to_up, None, None, None
