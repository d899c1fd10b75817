"""What bitsandbytes does: int8 and nf4 backbones, the 8-bit optimizer, and what is said where it is missing."""

import sys

import numpy as np
import pytest
import torch
from ablate_worker.models import backbones as loading
from ablate_worker.models import classifier
from ablate_worker.protocol import devices
from ablate_worker.protocol.parameters import Lora
from ablate_worker.training import gradients, optimizers
from conftest import finetune
from inprocess import fails
from test_options import CPU, data_for, given  # noqa: F401 (a fixture)

def test_the_8_bit_optimizer_goes_the_way_of_adamw():
    steps = {}
    for name in ("adamw", "paged-adamw-8bit"):
        torch.manual_seed(0)
        model = torch.nn.ModuleDict({"head": torch.nn.Linear(128, 64), "rest": torch.nn.Linear(128, 64)})
        optimizer = optimizers.make(model, CPU, 1e-3, 1e-2, name=name)
        before = torch.cat([p.detach().reshape(-1).clone() for p in model.parameters()])
        for _ in range(5):
            optimizer.zero_grad()
            generator = torch.Generator().manual_seed(1)
            values = torch.randn(32, 128, generator=generator)
            (model["head"](values) * model["rest"](values)).square().mean().backward()
            optimizer.step()
        steps[name] = torch.cat([p.detach().reshape(-1) for p in model.parameters()]) - before
    assert torch.nn.functional.cosine_similarity(*steps.values(), dim=0) > 0.98


@pytest.mark.parametrize("changes", [{"quantization": "nf4"}, {"quantization": "int8"},
                                     {"training": {"optimizer": "paged-adamw-8bit"}}])
def test_what_needs_bitsandbytes_says_so_where_it_is_missing(changes, given, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    failure = fails("finetune", finetune(**changes), given, tmp_path)
    assert failure.kind == "unavailable" and "bitsandbytes, which is not installed" in failure.message
    assert "quantization: none" in failure.message or "optimizer: adamw" in failure.message


@pytest.mark.parametrize("quantization, far", [("nf4", 1e-4), ("int8", 0.05)])
def test_gradients_over_a_quantized_backbone_are_those_over_its_dequantized_weights(quantization, far, backbones):
    bitsandbytes = pytest.importorskip("bitsandbytes")
    kinds, results = (bitsandbytes.nn.Linear4bit, bitsandbytes.nn.Linear8bitLt), []
    for dequantized in (False, True):
        devices.settle_torch(1, 0)
        backbone, name = loading.load(backbones["wide llama"], "llama", quantization, CPU, frozen=True)
        assert name is None
        quantized = lambda: [m for m in backbone.modules() if isinstance(m, kinds)]
        assert len(quantized()) == 14
        if dequantized:
            backbone.dequantize()
            assert not quantized()
        backbone = loading.adapt(backbone, Lora(rank=4, alpha=16, dropout=0.0), seed=3)
        torch.manual_seed(4)
        with torch.no_grad():
            for name, parameter in sorted(backbone.named_parameters()):
                if "lora_B" in name:
                    parameter.normal_(0, 0.1)
        model = classifier.Classifier(backbone, 3, "last")
        data = data_for(model)
        loss = gradients.add_gradients(model, data, np.arange(9), 4096, CPU)
        trained = [p for _, p in sorted(model.named_parameters()) if p.requires_grad]
        results.append((float(loss), torch.cat([p.grad.reshape(-1) for p in trained])))
    (loss, gradient), (reference_loss, reference) = results
    assert abs(loss - reference_loss) < far and (gradient - reference).norm() / reference.norm() < far
