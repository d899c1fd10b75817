"""What the real attention kernels take, which fake ones do not ask: types, sizes of heads, compute capabilities, masks.

From torch's own checks (aten/src/ATen/native/transformers/cuda: sdp_utils.cpp, flash_attn/flash_api.cpp) as of 2.13, written down here
beside what the worker believes of them. Knows no worker.
"""

from dataclasses import dataclass

import torch

aten = torch.ops.aten
HALF = (torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Kernel:
    types: tuple
    least: tuple  # the compute capability from which on it is built
    most_head: int | None = None
    multiple: int = 1  # the size of a head is one of this
    mask: bool = False
    shared_keys: bool = False  # several heads of queries to one of keys

    def refuses(self, capability, query, key, mask=None, gradient=False, padded=False):
        """Why it cannot be used, or None. query [B, H, T, D] or [T, H, D]. padded: who calls makes heads of a multiple."""
        head, heads = query.shape[-1], -3 if query.ndim == 4 else -2
        if capability < self.least:
            return f"it is built for compute capability {self.least}, and this is {capability}"
        if query.dtype not in self.types or query.dtype == torch.bfloat16 and capability < (8, 0):
            return f"it does not take {query.dtype} at {capability}"
        if self.most_head and head > self.most_head or head % self.multiple and not padded:
            return f"it does not take heads of {head}"
        if gradient and narrow(head, capability, self):
            return f"its gradient does not take heads of {head} at {capability}"
        if mask is not None and not self.mask:
            return "it takes no mask"
        if query.shape[heads] != key.shape[heads] and not self.shared_keys:
            return "it takes no shared keys"
        return None


FLASH = Kernel(HALF, (8, 0), most_head=256, multiple=8, shared_keys=True)
EFFICIENT = Kernel((*HALF, torch.float32), (5, 0), mask=True)
# The gradient of the flash kernel for heads of 193 to 224 needs the shared memory of these.
ROOMY = ((8, 0), (9, 0), (10, 0), (10, 3))


def narrow(head, capability, kernel):
    return kernel is FLASH and 192 < head <= 224 and capability not in ROOMY


def sdpa(capability, query, key, value, mask, dropout, causal, scale, shared):
    """Which kernel torch chooses for scaled_dot_product_attention on CUDA, cuDNN's left out: flash, efficient or math."""
    gradient = torch.is_grad_enabled() and any(t.requires_grad for t in (query, key, value))
    if torch.backends.cuda.flash_sdp_enabled() and FLASH.refuses(capability, query, key, mask, gradient, padded=True) is None:
        return "flash"
    if (not shared and torch.backends.cuda.mem_efficient_sdp_enabled()
            and EFFICIENT.refuses(capability, query, key, mask, gradient) is None):
        return "efficient"
    return "math"


def flash(query, key, value, mask, dropout, causal, scale, shared):
    head = query.shape[-1]
    scale = head ** -0.5 if scale is None else scale
    query, key, value = (torch.nn.functional.pad(t, (0, -head % FLASH.multiple)) for t in (query, key, value))
    return aten._scaled_dot_product_flash_attention(query, key, value, dropout, causal, scale=scale)[0][..., :head]


def efficient(query, key, value, mask, dropout, causal, scale, shared):
    if mask is not None:
        if mask.dtype == torch.bool:
            mask = torch.zeros_like(mask, dtype=query.dtype).masked_fill(~mask, -torch.inf)
        mask = mask.expand(*query.shape[:3], key.shape[2])
    return aten._scaled_dot_product_efficient_attention(query, key, value, mask, True, dropout, causal, scale=scale)[0]


def math(query, key, value, mask, dropout, causal, scale, shared):
    return aten._scaled_dot_product_attention_math(query, key, value, mask, dropout, causal, scale=scale, enable_gqa=shared)[0]


CALLS = {"flash": flash, "efficient": efficient, "math": math}


class Refused(AssertionError):
    """A real kernel would have refused what a fake one took."""


def check_varlen(capability, query, key, value, cu_q, cu_k, *_):
    """Raise where the real kernel for variable lengths would refuse."""
    why = FLASH.refuses(capability, query, key, gradient=query.requires_grad)
    if why:
        raise Refused(f"the kernel for variable lengths would refuse this: {why}")
    if any(ends.dtype != torch.int32 or ends.device != query.device for ends in (cu_q, cu_k)):
        raise Refused("the kernel for variable lengths takes the ends of sequences as int32, on the device")


# MARK: what int8 asks of the device while it computes: how many columns stand out. Here none does.

def quantized(values, threshold=0.0):
    rows = values.new_empty(values.shape[:-1].numel(), dtype=torch.float32)
    return torch.empty_like(values, dtype=torch.int8), rows, values.new_empty(0, dtype=torch.int64) if threshold else None


def product(values, quantized_values, weights, value_scales, weight_scales, outlier_cols=None, bias=None):
    return values.new_empty(*values.shape[:-1], weights.shape[0]), values.new_empty(values.shape[:-1].numel(), 0)


COUNTING = {"bitsandbytes::int8_vectorwise_quant": quantized, "bitsandbytes::int8_mixed_scaled_mm": product}
