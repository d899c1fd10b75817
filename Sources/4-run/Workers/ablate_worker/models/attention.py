"""Attention over packed rows: each row sees itself and the beginning it shares, and no other row.

Registered with transformers, which then builds no mask. CUDA: torch's kernel for variable lengths, on keys and values
gathered per row. Elsewhere: torch's ordinary attention, segment by segment. Knows segments, not models or training.
"""

import inspect

import torch
import torch.nn.functional as F
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "ablate"


def install(backbone):
    """Let the backbone attend by `attend`, whether it is called with a layout or with a padded batch."""
    ALL_ATTENTION_FUNCTIONS.register(NAME, attend)
    backbone.config._attn_implementation = NAME


def attend(module, query, key, value, attention_mask=None, scaling=None, dropout=0.0, sliding_window=None, packing=None,
           softcap=None, **_):
    """query [B, H, T, D], key and value [B, Hkv, T, D] -> ([B, T, H, D], None), in the manner of transformers.

    `packing` is the micro-batch's layout, and then B is 1; without one, rows are padded on the right, which causality
    hides. A key is seen when it is not later than the query and less than `sliding_window` tokens before it.
    """
    if attention_mask is not None or dropout or softcap is not None:
        raise NotImplementedError("packed attention knows no mask, no dropout and no cap of its own")
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    if packing is None:
        mask = visible(query.shape[2], 0, sliding_window, query.device)
        return plain(query, key, value, mask, scaling).transpose(1, 2), None
    if query.device.type == "cuda":
        kind = computed_in(query)
        name = ("kernel", kind, sliding_window)
        if name not in packing.cache:
            packing.cache[name] = varlen(sliding_window) if suits(kind, query) else None
        flash = packing.cache[name]
        if flash is not None:
            query, key, value = (t[0].transpose(0, 1).to(kind) for t in (query, key, value))  # [T, heads, D]
            return gathered(flash, query, key, value, packing, scaling)[None], None
    return by_segment(query, key, value, packing, scaling, sliding_window).transpose(1, 2), None


def visible(queries, before, window, device):
    """Bool [queries, before + queries] of what each query sees, the queries being the last; None: all up to itself."""
    if not before and not (window and window < queries):
        return None
    places = torch.arange(before + queries, device=device)
    distance = places[before:, None] - places  # [queries, keys]
    seen = distance >= 0
    return seen & (distance < window) if window and window < before + queries else seen


def plain(query, key, value, mask, scaling):
    """Causal where the mask is None."""
    repeat = query.shape[1] // key.shape[1]
    # Of the fast kernels on CUDA only the flash kernel takes shared keys, and it takes no mask; the one that is left keeps all scores.
    if repeat > 1 and query.device.type != "cpu" and (mask is not None or not suits(computed_in(query), query)):
        key, value = (t.repeat_interleave(repeat, dim=1) for t in (key, value))
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=mask is None, scale=scaling,
                                          enable_gqa=query.shape[1] != key.shape[1])


def by_segment(query, key, value, layout, scaling, window):
    """[1, H, T, D], one segment after another; exact on every device."""
    # split's gradient is one concatenation; slices would each fill a tensor of the whole size.
    queries, keys, values = (t.split(layout.sizes, dim=2) for t in (query, key, value))
    outputs = []
    for segment, parent in enumerate(layout.parents):
        k, v, before = keys[segment], values[segment], 0
        if parent >= 0:
            before = layout.sizes[parent]
            k, v = torch.cat([keys[parent], k], dim=2), torch.cat([values[parent], v], dim=2)
        name = ("mask", layout.sizes[segment], before, window)
        if name not in layout.cache:
            layout.cache[name] = visible(layout.sizes[segment], before, window, query.device)
        outputs.append(plain(queries[segment], k, v, layout.cache[name], scaling))
    return torch.cat(outputs, dim=2)


def computed_in(query):
    """The type that attention is computed in."""
    kind = query.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else query.dtype


# Of these the flash kernel's gradient has the shared memory that heads of 193 to 224 need.
ROOMY = ((8, 0), (9, 0), (10, 0), (10, 3))


def suits(kind, query):
    """Whether the flash kernel, also for variable lengths, takes this type and size of head on this device."""
    head, capability = query.shape[-1], torch.cuda.get_device_capability(query.device)
    return (kind in (torch.bfloat16, torch.float16) and head % 8 == 0 and head <= 256 and capability >= (8, 0)
            and not (192 < head <= 224 and capability not in ROOMY))


def varlen(window):
    """torch's attention for variable lengths as f(q, k, v, cu_q, cu_k, max_q, max_k, scale), or None if it has none.

    Its signature has changed: `is_causal` in torch 2.10, a window from 2.11 on, `enable_gqa` from 2.12 on. Causality
    ends at the last key in all of them, which is what a row behind a shared beginning needs.
    """
    try:
        from torch.nn.attention.varlen import varlen_attn
    except ImportError:
        return None
    known = inspect.signature(varlen_attn).parameters
    fixed = {}
    if "window_size" in known:
        fixed["window_size"] = (window - 1, 0) if window else (-1, 0)
    elif "is_causal" in known and not window:
        fixed["is_causal"] = True
    else:
        return None

    def call(query, key, value, cu_q, cu_k, max_q, max_k, scale):
        if "scale" in known:
            fixed["scale"] = scale
        else:
            query = query * (scale * query.shape[-1] ** 0.5)
        if query.shape[1] != key.shape[1]:
            if "enable_gqa" in known:
                fixed["enable_gqa"] = True
            else:
                key, value = (t.repeat_interleave(query.shape[1] // t.shape[1], dim=1) for t in (key, value))
        return varlen_attn(query, key, value, cu_q, cu_k, max_q, max_k, **fixed)
    return call


def gathered(flash, query, key, value, layout, scaling):
    """query [T, H, D], key and value [T, Hkv, D] -> [T, H, D]: every segment with its own copy of the keys before it."""
    if "lengths" not in layout.cache:
        layout.cache["lengths"] = tables(layout)
    cu_q, cu_k, index, back, max_q, max_k = layout.cache["lengths"]
    if index is not None:
        key, value = Gather.apply(key, index, back), Gather.apply(value, index, back)
    return strict(lambda q, k, v: flash(q, k, v, cu_q, cu_k, max_q, max_k, scaling), query, key, value)


def tables(layout):
    """(cu_q, cu_k, index, back, longest queries, longest keys): how the segments' keys lie behind one another.

    index [K]: the token that each gathered key is a copy of; None when no segment continues another. back [T, copies]:
    the gathered keys that are a token's copies, filled up with K.
    """
    spans, longest = [], [size + (layout.sizes[p] if p >= 0 else 0) for size, p in zip(layout.sizes, layout.parents)]
    to = lambda values, kind: torch.tensor(values, dtype=kind).to(layout.device, non_blocking=True)
    sums = lambda sizes: to([0, *torch.tensor(sizes).cumsum(0).tolist()], torch.int32)
    cu_q = sums(layout.sizes)
    if not any(parent >= 0 for parent in layout.parents):
        return cu_q, cu_q, None, None, max(layout.sizes), max(layout.sizes)
    for start, size, parent in zip(layout.starts, layout.sizes, layout.parents):
        if parent >= 0:
            spans.append(torch.arange(layout.starts[parent], layout.starts[parent] + layout.sizes[parent]))
        spans.append(torch.arange(start, start + size))
    index = torch.cat(spans)
    order = index.argsort(stable=True)
    copies = index.bincount()
    back = torch.full((len(copies), int(copies.max())), len(index))
    first = copies.cumsum(0) - copies
    back[index[order], torch.arange(len(index)) - first[index[order]]] = order
    return cu_q, sums(longest), index.to(layout.device, non_blocking=True), back.to(layout.device, non_blocking=True), max(layout.sizes), max(longest)


class Gather(torch.autograd.Function):
    """tensor[index] along the first dimension. The gradient sums each token's copies in one order: no atomic additions."""

    @staticmethod
    def forward(ctx, tensor, index, back):
        ctx.save_for_backward(back)
        return tensor.index_select(0, index)

    @staticmethod
    def backward(ctx, gradient):
        back, = ctx.saved_tensors
        gradient = torch.cat([gradient, gradient.new_zeros(1, *gradient.shape[1:])])
        total = gradient.index_select(0, back[:, 0])
        for copy in range(1, back.shape[1]):
            total += gradient.index_select(0, back[:, copy])
        return total, None, None


def strict(f, *tensors):
    """f(*tensors) such that its gradient is the same bits every time, where deterministic algorithms are asked for.

    The worker only warns of operations that cannot be deterministic, and the flash kernel takes a mere warning for
    leave to add up in any order. So the warning is an error while, and only while, its gradient is computed.
    """
    if not torch.are_deterministic_algorithms_enabled():
        return f(*tensors)
    from torch.nn.attention import SDPBackend, sdpa_kernel
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):  # the other kernel makes no such promise
        output = f(*tensors)
    if output.grad_fn is not None:
        lenient = torch.is_deterministic_algorithms_warn_only_enabled()
        output.grad_fn.register_prehook(lambda gradients: torch.use_deterministic_algorithms(True, warn_only=False))
        output.grad_fn.register_hook(lambda *_: torch.use_deterministic_algorithms(True, warn_only=lenient))
    return output
