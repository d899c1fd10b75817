"""The LoRA layer that keeps less: PEFT's results, right gradients, dropout that is drawn again and not kept."""

import pytest
import torch
from ablate_worker.models import lowrank
from ablate_worker.models.lowrank import LowRank, dropped
from ablate_worker.protocol import devices
from conftest import finetune, inputs
from inprocess import fails, run
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(12, 20), nn.Linear(20, 8)

    def forward(self, x):
        return self.second(self.first(x).tanh())


def pair(dropout=0.0, **more):
    """PEFT's own model, and one with the same weights and our layers."""
    import peft
    made = []
    for slim in (False, True):
        torch.manual_seed(0)
        model = peft.get_peft_model(Block(), peft.LoraConfig(r=3, lora_alpha=6, lora_dropout=dropout, target_modules=["first", "second"],
                                                             init_lora_weights=False, **more))
        made.append(lowrank.slim(model) if slim else model)
    return made


@pytest.mark.parametrize("more", [{}, {"use_rslora": True}, {"use_dora": True}, {"lora_bias": True}])
def test_outputs_and_gradients_are_pefts(more):
    """Also of the variants, which keep PEFT's own forward."""
    x = torch.randn(2, 5, 12, dtype=torch.float64)
    results = []
    for model in (model.double() for model in pair(**more)):
        model.zero_grad()
        output = model(x)
        output.square().sum().backward()
        results.append([output] + [p.grad for p in model.parameters() if p.requires_grad])
        assert list(dict(model.named_parameters())) == list(dict(pair(**more)[0].named_parameters()))
    for ours, theirs in zip(*results):
        torch.testing.assert_close(ours, theirs, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_gradients_are_those_of_finite_differences(share):
    torch.manual_seed(0)
    made = [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((2, 4, 7), (2, 4, 5), (3, 5), (7, 3))]
    torch.autograd.gradcheck(lambda *tensors: LowRank.apply(*tensors, 0.7, share, 11), made)


def test_dropout_keeps_the_mean_and_follows_from_its_seed():
    x = torch.ones(200, 500)
    some = dropped(x, 0.2, 5)
    assert abs(float((some == 0).float().mean()) - 0.2) < 0.01 and float(some.max()) == pytest.approx(1.25)
    assert torch.equal(some, dropped(x, 0.2, 5)) and not torch.equal(some, dropped(x, 0.2, 6))


def test_dropout_is_drawn_in_training_alone_and_from_the_seeded_generator():
    devices.settle_torch(1, 0)
    x, (_, model) = torch.randn(2, 5, 12), pair(dropout=0.4)
    draws = []
    for seed in (1, 2, 1):
        torch.manual_seed(seed)
        draws.append(model.train()(x))
    assert torch.equal(draws[0], draws[2]) and not torch.equal(draws[0], draws[1])
    assert torch.equal(model.eval()(x), model(x))


def test_bfloat16_keeps_masters_in_float32_and_little_else():
    _, model = pair(dropout=0.1)
    for name, parameter in model.named_parameters():
        if "lora_" not in name:
            parameter.data = parameter.data.bfloat16()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        with torch.autocast("cpu", torch.bfloat16):
            output = model.train()(torch.randn(2, 5, 12, dtype=torch.bfloat16))
    output.float().sum().backward()
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            assert parameter.dtype == parameter.grad.dtype == torch.float32 and bool(parameter.grad.abs().sum() > 0)
    assert not [t.shape for t in kept if t.dtype == torch.float32 and 10 in (t.shape[0], t.numel() // t.shape[-1])]


def test_four_bit_weights_give_what_peft_gives():
    bitsandbytes = pytest.importorskip("bitsandbytes")
    import peft
    results = []
    for slim in (False, True):
        torch.manual_seed(0)
        block = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
        for index, linear in enumerate(block):
            made = bitsandbytes.nn.Linear4bit(64, 64, bias=False, quant_type="nf4", compute_dtype=torch.float32)
            made.weight = bitsandbytes.nn.Params4bit(linear.weight.data, requires_grad=False, quant_type="nf4")
            block[index] = made.to("cpu")
        block.is_loaded_in_4bit = True
        model = peft.get_peft_model(block, peft.LoraConfig(r=4, lora_alpha=8, target_modules=["0", "1"], init_lora_weights=False))
        if slim:
            lowrank.slim(model)
        kinds = {type(m).__name__ for m in model.modules()}
        assert ("SlimLinear" in kinds) == slim
        output = model(torch.linspace(-1, 1, 640).view(10, 64))
        output.square().sum().backward()
        results.append([output] + [p.grad for p in model.parameters() if p.requires_grad])
    for ours, theirs in zip(*results):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_a_target_that_no_module_has_is_an_error_beside_one_that_does(dataset, backbones, tmp_path):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    adapters = {"rank": 2, "alpha": 4, "dropout": 0.0}
    failure = fails("finetune", finetune(lora=adapters | {"targets": ["q_proj", "v_porj"]}), given, tmp_path)
    assert failure.kind == "invalid-input" and "'v_porj' (is 'v_proj' meant?)" in failure.message
    assert "down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj" in failure.message
    for targets, found in ((["q_proj", "layers.1.self_attn.v_proj"], {"q_proj": 2, "v_proj": 1}), ("all-linear", dict.fromkeys(
            ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"], 2))):
        _, fields, _ = run("finetune", finetune(lora=adapters | {"targets": targets}, training={"epochs": 1}), given, tmp_path)
        told = {name.removeprefix("adapted-"): n for name, n in fields["metrics"].items() if name.startswith("adapted-")}
        assert told == found
    _, fields, _ = run("finetune", finetune(lora="head-only", training={"epochs": 1}), given, tmp_path)
    assert not [name for name in fields["metrics"] if name.startswith("adapted-")]
