"""Memory that runs out, at every place where it can: what the worker does then, and the state in which it leaves the process."""

import drive
import pytest
import torch
from ablate_worker.protocol.step import Failure
from fakegpu import GPU


class Short(GPU):
    """A GPU on which an operation finds no memory, the first `times` times that it is asked for."""

    def __init__(self, operation, times):
        super().__init__()
        self.operation, self.times, self.modes = operation, times, []

    def look(self, function, arguments, options, here):
        super().look(function, arguments, options, here)
        if function.name().split(".")[0] == "aten::_fused_adamw_":  # behind a batch that was done well
            self.modes.append(torch.get_deterministic_debug_mode())
        if self.times and function.name().split(".")[0] == self.operation:
            self.times -= 1
            raise torch.OutOfMemoryError("CUDA out of memory. (made for a test)")


@pytest.mark.parametrize("operation", ["torch_attn::_varlen_attn", "torch_attn::_varlen_attn_backward", "aten::mm"])
def test_a_batch_is_done_again_and_nothing_stays_behind(operation, backbone, given, tmp_path):
    gpu = Short(operation, 1)
    counts = drive.fit_and_predict(gpu, backbone("mistral"), given, tmp_path)
    assert not gpu.times and counts["reads"] == 1
    assert set(gpu.modes) == {1}  # operations without a deterministic form warn, as before


def test_at_last_activations_are_computed_again(backbone, given, tmp_path):
    """With as many tokens at once as ever: with activations that are kept, not even one row would have fitted."""
    gpu = Short("torch_attn::_varlen_attn_backward", 9)  # 8192 tokens at once, and half of that until a row is alone
    counts = drive.fit_and_predict(gpu, backbone("mistral"), given, tmp_path)
    assert not gpu.times and counts["kernel varlen"] == 2  # forwards, and once more backwards


def test_what_never_fits_says_so(backbone, given, tmp_path):
    with pytest.raises(Failure, match="a single row of .* does not fit") as caught:
        drive.fit_and_predict(Short("torch_attn::_varlen_attn_backward", 1000), backbone("mistral"), given, tmp_path)
    assert caught.value.kind == "out-of-memory"
