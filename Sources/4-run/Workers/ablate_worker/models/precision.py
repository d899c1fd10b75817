"""In which numbers a forward pass is computed, and the loss scaling that float16 needs.

Trained weights, head and loss are float32 throughout. Knows no data and no optimizer.
"""

import contextlib
import math

import torch

from ..protocol.step import Failure, invalid

TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
GROWTH = 1000  # steps without an overflow after which the scale is tried twice as large
FIRST, LEAST = 2.0**16, 2.0**-14


def compute_type(device, wanted=None):
    """The type of `precision`. Where nothing is said: float32 on the CPU; bfloat16 on CUDA, and float16 before compute capability 8.0,
    which only emulates bfloat16, whatever torch.cuda.is_bf16_supported says."""
    if wanted in (None, "auto"):
        if device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16
    if wanted not in TYPES:
        raise invalid(f"precision is '{wanted}'; it may be auto, {', '.join(TYPES)}")
    return TYPES[wanted]


@contextlib.contextmanager
def precision(model, device):
    """The arithmetic that the classifier was built for, with adapters and head kept in float32."""
    kind = getattr(model, "compute_type", None) or compute_type(device)
    if kind == torch.float32:
        yield
        return
    from peft.helpers import disable_input_dtype_casting
    # PEFT would copy each layer's input to float32 for its adapters, and keep the copy: autocast makes that needless.
    with torch.autocast(device.type, kind), disable_input_dtype_casting(model.backbone):
        yield


def scaling(model):
    """The state of the loss scaling at a run's beginning; None where the type needs none. It goes into checkpoints."""
    return {"scale": FIRST, "calm": 0, "skipped": 0} if model.compute_type == torch.float16 else None


def scaled(data, state):
    """The data with every row's weight times the scale: the loss is linear in the weights, and so are its gradients."""
    if state is None:
        return data
    texts, labels, weights = data
    return texts, labels, weights * state["scale"]


def unscale(loss, parameters, state):
    """The loss as it is without the scale, the gradients likewise."""
    if state is None:
        return loss
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.mul_(1 / state["scale"])  # a power of two: nothing is rounded
    return loss / state["scale"]


def overflowed(state, norm, where):
    """Set the scale for the next step. True where this step's gradient overflowed float16, and the step is to be skipped."""
    if state is None:
        return False
    if math.isfinite(norm):
        state["calm"] += 1
        if state["calm"] == GROWTH:
            state |= {"scale": state["scale"] * 2, "calm": 0}
        return False
    state |= {"scale": state["scale"] / 2, "calm": 0, "skipped": state["skipped"] + 1}
    if state["scale"] < LEAST:
        raise Failure("diverged", f"the gradient is no number at {where}, however small the loss is scaled: use precision: bf16 "
                      "or fp32, or lower training.learning-rate")
    return True
