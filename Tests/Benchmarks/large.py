"""A backbone in the shape of Mistral 7B with random weights on one GPU: the share of the peak in training and predicting, the
Trainer with padding and checkpointing, 4-bit weights, deterministic kernels, and the memory of 16k tokens.

4 operations per weight and unique token in training (LoRA needs no gradient of the frozen weights), 2 in predicting. Losses
are compared in worker.py's smaller problems; here both sides compute on random weights, for the time it takes.
"""

import gc
import importlib.util
import statistics
import time

import numpy as np
import torch
import transformers
from problems import CLASSES, lengths

SHAPE = {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
         "intermediate_size": 14336, "vocab_size": 32000, "sliding_window": None, "pad_token_id": 2, "num_labels": CLASSES}
SMALL = SHAPE | {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "intermediate_size": 128, "vocab_size": 512}
LORA = {"rank": 16, "alpha": 32, "dropout": 0.05, "targets": "all-linear"}
BATCH, STEPS = 28, 4  # four questions; of the steps the first is not timed
BARS = {"train_mfu": {"at-least": 0.40}, "predict_mfu": {"at-least": 0.45}, "deterministic_cost": {"at-most": 1.05},
        "nf4_vs_bf16": {"at-least": 0.85}, "packed_7b_vs_trainer": {"at-least": 2.0},
        "shared_300_200_7b_vs_trainer": {"at-least": 3.0}, "memory_16k_gib": {"at-most": 130.0}}


def build(shape, device, nf4=False, **changes):
    """A classifier with LoRA of rank 16 on every linear layer, dropout .05 as is usual."""
    from ablate_worker.models import backbones, classifier
    from ablate_worker.protocol.parameters import Lora
    backbone = weights(transformers.AutoModel, shape, device).requires_grad_(False)
    if nf4:
        quantize(backbone)
    backbone = backbones.adapt(backbone, Lora(**LORA | changes), seed=1)
    for name, parameter in backbone.named_parameters():
        if "lora_" in name:
            parameter.data = parameter.data.float()
    return classifier.Classifier(backbone, CLASSES, "last").to(device)


def weights(maker, shape, device):
    """A model with random weights in bfloat16, made on the device."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return maker.from_config(transformers.AutoConfig.for_model("mistral", **shape), attn_implementation="sdpa")
    finally:
        torch.set_default_dtype(torch.float32)


def quantize(backbone):
    import bitsandbytes
    for parent in list(backbone.layers.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, torch.nn.Linear):
                made = bitsandbytes.nn.Linear4bit(child.in_features, child.out_features, bias=False, quant_type="nf4",
                                                  compute_dtype=torch.bfloat16)
                made.weight = bitsandbytes.nn.Params4bit(child.weight.data, requires_grad=False, quant_type="nf4")
                setattr(parent, name, made.to(child.weight.device))


def questions(count, prompt, answer, vocabulary):
    """Seven answers to each question, whole questions together; lengths log-normal about these means."""
    chance, rows = np.random.default_rng(0), []
    for asked in lengths(chance, prompt, count):
        start = chance.integers(3, vocabulary, asked)
        rows += [np.concatenate([start, chance.integers(3, vocabulary, n)]).astype(np.int32)
                 for n in lengths(chance, answer, CLASSES)]
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


def clear(device):
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def step(model, rows, share, budget, device):
    """One batch, forward and backward, as the worker does it: unique tokens."""
    from ablate_worker.training import gradients
    data = (rows, torch.arange(len(rows), device=device) % CLASSES, torch.ones(len(rows), device=device))
    model.share = share
    model.zero_grad(set_to_none=True)
    gradients.add_gradients(model.train(), data, np.arange(len(rows)), budget, device)
    return model.tally.counts["unique"]


def predict(model, rows, budget, device):
    from ablate_worker.models import packing
    model.eval().tally.clear()
    for _ in packing.outputs(model, rows, budget, device):
        pass
    return model.tally.counts["unique"]


def ours(shape, rows, share, budget, device):
    """Seconds of STEPS - 1 batches with AdamW, after one that is not timed."""
    from ablate_worker.training import optimizers
    model = build(shape, device, dropout=0.0)
    optimizer = optimizers.make(model, device, 1e-4)
    for number in range(STEPS):
        if number == 1:
            wait(device)
            began = time.perf_counter()
        step(model, rows[number * BATCH:(number + 1) * BATCH], share, budget, device)
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
    wait(device)
    return time.perf_counter() - began


def trainer(shape, rows, device, folder):
    """The same of transformers' Trainer with PEFT: padding to a batch's longest row, gradient checkpointing."""
    import peft
    import peers
    model = weights(transformers.AutoModelForSequenceClassification, shape, device)
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = peft.get_peft_model(model, peft.LoraConfig(r=LORA["rank"], lora_alpha=LORA["alpha"], lora_dropout=0.0,
                                                       task_type="SEQ_CLS", target_modules=targets))
    model.enable_input_require_grads()

    def pad(batch):
        width = max(len(ids) for ids, _ in batch)
        return {"input_ids": torch.tensor([ids + [2] * (width - len(ids)) for ids, _ in batch]),
                "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in batch]),
                "labels": torch.tensor([label for _, label in batch])}
    data = [(row.tolist(), i % CLASSES) for i, row in enumerate(rows)]
    marks, _ = peers.fit(model, data, pad, folder, BATCH, device.type, gradient_checkpointing=True,
                         gradient_checkpointing_kwargs={"use_reentrant": False}, remove_unused_columns=False)
    return marks[-1] - marks[1]


def measure(tiny, say, device=torch.device("cuda"), folder="."):
    """{name: {"value": number, a bar where there is one, "note": words}}. `tiny` shows on any device that it runs."""
    from ablate_worker.models import throughput
    from ablate_worker.protocol import devices
    devices.settle_torch(torch.get_num_threads(), 0)
    shape, budget, size, found = SMALL if tiny else SHAPE, 256 if tiny else 16384, 0.04 if tiny else 1, {}

    def tell(name, value, note=""):
        found[name] = {"value": value, "note": note} | BARS.get(name, {})
        say(f"{name}: {'not measured' if value is None else f'{value:.3f}'} {note}")

    rows, rates = questions(STEPS * BATCH // CLASSES, 100 * size, 150 * size, shape["vocab_size"]), {}
    for nf4 in (False, True):
        if nf4 and importlib.util.find_spec("bitsandbytes") is None:
            tell("nf4_vs_bf16", None, "(bitsandbytes is not installed)")
            continue
        name, model = "nf4" if nf4 else "bf16", build(shape, device, nf4)
        for strict in (True, False):  # the worker's own setting last: what is measured after it
            torch.use_deterministic_algorithms(True, warn_only=not strict)
            for work, run, training in (("train", lambda: step(model, rows, "off", budget, device), True),
                                        ("predict", lambda: predict(model, rows, budget, device), False)):
                try:
                    rate = rates[name, work, strict] = run() / timed(run, device)
                except RuntimeError as error:
                    if not strict or "deterministic" not in str(error):
                        raise
                    say(f"{work}, {name}, strictly deterministic: {str(error).splitlines()[0]}")
                    continue
                share = throughput.utilization(rate, 1, throughput.operations(model, training), device)
                label = f"{work}_{name}" + ("_strict" if strict else "")
                tell(f"{label}_tokens_per_second", rate)
                if not nf4 and not strict:
                    tell(f"{work}_mfu", share, "" if share is not None else "(the device's peak is not known)")
        if not nf4:
            clear(device)
            step(model, rows, "off", budget, device)
            held = torch.cuda.max_memory_allocated() / 2**30 if device.type == "cuda" else None
            tell("memory_16k_gib", held, f"(micro-batches of {budget} tokens, no checkpointing)")
        del model
        clear(device)
    if ("nf4", "train", False) in rates:
        tell("nf4_vs_bf16", rates["nf4", "train", False] / rates["bf16", "train", False])
    if ("bf16", "train", True) in rates:
        tell("deterministic_cost", rates["bf16", "train", False] / rates["bf16", "train", True])
    for name, prompt, answer, share in (("packed_7b_vs_trainer", 100, 150, "off"),
                                        ("shared_300_200_7b_vs_trainer", 300, 200, "on")):
        rows = questions(STEPS * BATCH // CLASSES, prompt * size, answer * size, shape["vocab_size"])
        if share == "off":
            rows = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
        mine = ours(shape, rows, share, budget, device)
        clear(device)
        theirs = trainer(shape, rows, device, folder)
        clear(device)
        tell(name, theirs / mine, f"({mine:.2f} s and {theirs:.2f} s for {(STEPS - 1) * BATCH} rows)")
    return found
