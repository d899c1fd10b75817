"""Spares the last layer's MLP, and the norms after it, for tokens whose states nothing reads.

With pooling `last` that is all but one token of each row: behind the last layer's attention no token looks at another.
Exact, also in its gradient, which is zero for the tokens left out. Knows a decoder's block, not rows or heads.
"""

import types

PARTS = ("input_layernorm", "self_attn", "post_attention_layernorm", "mlp")


def last_block(backbone):
    return (backbone.get_base_model() if hasattr(backbone, "get_base_model") else backbone).layers[-1]


def spared(backbone):
    """The modules that see only the positions that are named; none where the block is of another kind."""
    block = last_block(backbone)
    return list(block.mlp.modules()) if "forward" in vars(block) else []


def install(backbone):
    """Give the last block of a packable backbone a forward that heeds `packing.read`, the positions that are read."""
    block = last_block(backbone)
    if "forward" not in vars(block) and all(hasattr(block, part) for part in PARTS):
        block.forward = types.MethodType(forward, block)


def forward(block, hidden_states, *arguments, packing=None, **options):
    """hidden_states [1, T, hidden] -> [1, T, hidden], or [1, B, hidden] of the positions packing.read [B]."""
    if packing is None or packing.read is None or arguments:
        return type(block).forward(block, hidden_states, *arguments, packing=packing, **options)
    attended, _ = block.self_attn(hidden_states=block.input_layernorm(hidden_states), packing=packing, **options)
    states = hidden_states.index_select(1, packing.read) + attended.index_select(1, packing.read)
    return states + block.mlp(block.post_attention_layernorm(states))
