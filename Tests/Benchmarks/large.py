"""A backbone in the shape of Mistral 7B with random weights on a GPU: the share of the peak in training and predicting,
4-bit weights against bfloat16, and what deterministic kernels cost.

4 operations per weight and unique token in training (LoRA needs no gradient of the frozen weights), 2 in predicting.
"""

import statistics
import time

import numpy as np
import torch
import transformers

SHAPE = {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
         "intermediate_size": 14336, "vocab_size": 32000, "sliding_window": None}
SMALL = SHAPE | {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "intermediate_size": 128, "vocab_size": 512}


def build(shape, device, nf4):
    """A classifier with LoRA of rank 16 on every linear layer, dropout .05 as is usual."""
    from ablate_worker import backbones, classifier
    config = transformers.AutoConfig.for_model("mistral", **shape)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        backbone = transformers.AutoModel.from_config(config, attn_implementation="sdpa").requires_grad_(False)
    torch.set_default_dtype(torch.float32)
    if nf4:
        quantize(backbone)
    lora = {"rank": 16, "alpha": 32, "dropout": 0.05, "targets": "all-linear"}
    backbone = backbones.adapt(backbone, lora, seed=1)
    for name, parameter in backbone.named_parameters():
        if "lora_" in name:
            parameter.data = parameter.data.float()
    return classifier.Classifier(backbone, 7, "last").to(device)


def quantize(backbone):
    import bitsandbytes
    for parent in list(backbone.layers.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, torch.nn.Linear):
                made = bitsandbytes.nn.Linear4bit(child.in_features, child.out_features, bias=False, quant_type="nf4",
                                                  compute_dtype=torch.bfloat16)
                made.weight = bitsandbytes.nn.Params4bit(child.weight.data, requires_grad=False, quant_type="nf4")
                setattr(parent, name, made.to(child.weight.device))


def questions(count, vocabulary):
    """Seven answers of 150 tokens each to questions of 100, whole questions together."""
    chance, rows = np.random.default_rng(0), []
    for _ in range(count):
        prompt = chance.integers(3, vocabulary, 100)
        rows += [np.concatenate([prompt, chance.integers(3, vocabulary, 150)]).astype(np.int32) for _ in range(7)]
    return rows


def timed(work, device, rounds=3):
    work()
    found = []
    for _ in range(rounds):
        wait(device)
        began = time.perf_counter()
        work()
        wait(device)
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def step(model, rows, share, budget, device):
    """One batch, forward and backward, as the worker does it: unique tokens."""
    from ablate_worker import finetune
    data = (rows, torch.arange(len(rows), device=device) % 7, torch.ones(len(rows), device=device))
    model.share = share
    model.zero_grad(set_to_none=True)
    finetune.add_gradients(model.train(), data, np.arange(len(rows)), budget, device)
    return model.tally.counts["unique"]


def predict(model, rows, budget, device):
    from ablate_worker import packing
    from ablate_worker.finetune import precision
    model.eval().tally.clear()
    with torch.inference_mode(), precision(model, device):
        for _, batch in packing.micro_batches(model, rows, budget, device):
            model(*batch)
    return model.tally.counts["unique"]


def measure(tiny, say, device=torch.device("cuda")):
    """{what: figure}. `tiny` shows on any device that it runs."""
    from ablate_worker import batches, devices, throughput
    import importlib.util
    devices.settle_torch(torch.get_num_threads(), 0)
    shape, found = SMALL if tiny else SHAPE, {}
    rows, budget = questions(2 if tiny else 16, shape["vocab_size"]), batches.BUDGET[device.type]
    rates = {}
    for nf4 in (False, True):
        if nf4 and importlib.util.find_spec("bitsandbytes") is None:
            found["nf4"] = "not measured: bitsandbytes is not installed"
            continue
        name = "nf4" if nf4 else "bfloat16"
        model = build(shape, device, nf4)
        for strict in (True, False):
            torch.use_deterministic_algorithms(strict, warn_only=True)
            for work, run, training in (("train", lambda: step(model, rows, "off", budget, device), True),
                                        ("predict", lambda: predict(model, rows, 2 * budget, device), False)):
                rate = run() / timed(run, device)
                rates[name, work, strict] = rate
                share = throughput.utilization(rate, 1, throughput.operations(model, training), device)
                label = f"{work}, {name}, {'deterministic' if strict else 'any order'}"
                found[label] = f"{rate:.0f} unique tokens/s" + ("" if share is None else f", {share:.1%} of the peak")
                say(f"{label}: {found[label]}")
        if device.type == "cuda":
            found[f"peak memory, {name}"] = f"{torch.cuda.max_memory_allocated() / 1e9:.1f} GB"
        del model
    plain = rates["bfloat16", "train", False]
    found["deterministic training"] = f"{plain / rates['bfloat16', 'train', True]:.2f} times the seconds of any order"
    if ("nf4", "train", True) in rates:
        slower = rates["bfloat16", "train", True] / rates["nf4", "train", True]
        found["nf4 training"] = f"{slower:.2f} times the seconds of bfloat16"
    return found
