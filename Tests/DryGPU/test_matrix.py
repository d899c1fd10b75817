"""Families, types, adapters and ways to put rows together, each through whole steps: what device, type or shape is wrong?

And what a step of the optimizer costs beside arithmetic: how often the host waits for the device, and which attention it uses.
"""

import drive
import inprocess
import pytest
from fakegpu import GPU
from inprocess import ENCODERS, FAMILIES

HOPPER, AMPERE, TURING, VOLTA = (9, 0), (8, 6), (7, 5), (7, 0)
DORA = {"rank": 4, "alpha": 8, "dropout": 0.0, "targets": "all-linear", "dora": True}
FULL = {"lora": None, "pooling": "attention"}
HEAD = {"lora": "head-only", "pooling": "mean"}
DORA_MEAN = {"lora": DORA, "pooling": "mean"}
SHARED = {"training": {"share-prompt": "on"}}

# (family, what differs in its configuration, compute capability, what differs in the step, the attention of a packed family)
PACKED = [
    ("mistral", {}, HOPPER, {}, "varlen"),
    ("mistral", {}, HOPPER, SHARED, "varlen"),
    ("mistral", {}, HOPPER, SHARED | DORA_MEAN, "varlen"),
    ("mistral", {"sliding_window": 8}, AMPERE, SHARED | FULL, "varlen"),
    ("mistral", {}, TURING, {}, "efficient"),
    ("mistral", {}, TURING, SHARED | {"precision": "fp16"}, "efficient"),
    ("mistral", {}, HOPPER, {"head-input": "lm-logits"}, "varlen"),
    ("llama", {}, VOLTA, {"precision": "fp16"} | FULL, "efficient"),
    ("llama", {}, HOPPER, {"precision": "fp32"}, "efficient"),
    ("llama", {"hidden_size": 64}, HOPPER, {"quantization": "nf4"}, "varlen"),
    ("llama", {"hidden_size": 64}, TURING, {"quantization": "nf4", "precision": "fp16"} | HEAD, "efficient"),
    ("llama", {"hidden_size": 64}, HOPPER, {"quantization": "int8"} | DORA_MEAN, "varlen"),
    ("llama", {"hidden_size": 64}, AMPERE, {"quantization": "int8", "precision": "fp16"} | SHARED, "varlen"),
    ("qwen2", {}, HOPPER, {"precision": "fp16"} | DORA_MEAN, "varlen"),
    ("qwen2", {}, HOPPER, {"precision": "fp32"} | HEAD, "efficient"),
    ("qwen3", {}, HOPPER, FULL, "varlen"),
    ("qwen3", {}, HOPPER, HEAD, "varlen"),
    ("qwen3", {"head_dim": 20}, HOPPER, {}, "flash"),
]
PADDED = [
    ("mistral", {"attention_dropout": 0.1}, HOPPER, {}),
    ("gemma", {}, HOPPER, {}), ("gemma", {}, TURING, {"precision": "fp16"} | FULL),
    ("gemma2", {}, HOPPER, DORA_MEAN), ("gemma2", {}, AMPERE, {"precision": "fp32"} | HEAD),
    ("gemma3_text", {}, HOPPER, FULL), ("gemma3_text", {}, TURING, {"precision": "fp16"}),
    ("phi", {}, HOPPER, {"precision": "fp32"}), ("phi", {}, AMPERE, HEAD),
    ("phi3", {}, HOPPER, DORA_MEAN), ("phi3", {}, TURING, {"precision": "fp16"} | FULL),
    ("bert", {}, HOPPER, FULL), ("bert", {}, TURING, {"precision": "fp16"}),
    ("roberta", {}, HOPPER, DORA_MEAN), ("roberta", {}, AMPERE, {"precision": "fp32"} | FULL),
    ("deberta-v2", {}, HOPPER, {}), ("deberta-v2", {}, TURING, FULL),
    ("modernbert", {}, HOPPER, FULL), ("modernbert", {}, AMPERE, {"precision": "fp16"} | HEAD),
]
# What transformers uploads in each forward pass: scalars for its masks, a span of positions.
UPLOADS = {"gemma2": 2, "deberta-v2": 1}


def title(case):
    family, config, capability, changes = case[:4]
    parts = [family, *config, "sm{}{}".format(*capability)]
    for name, value in changes.items():
        parts += [name if isinstance(value, dict) else str(value)] if value else ["full"]
    return " ".join(parts)


def test_every_family_has_a_case():
    assert {case[0] for case in PACKED + PADDED} == set(FAMILIES)


@pytest.mark.parametrize("case", PACKED, ids=title)
def test_packed_rows(case, backbone, given, tmp_path):
    family, config, capability, changes, attention = case
    counts = drive.fit_and_predict(GPU(capability), backbone(family, **config), given, tmp_path, **changes)
    assert kernels(counts) == {attention}
    # The host waits once a step, for the loss and the gradient's norm; int8 asks each of 7 linear layers for outliers, twice.
    assert counts["reads"] == 1 + (14 if changes.get("quantization") == "int8" else 0) and not counts["uploads"]


@pytest.mark.parametrize("case", PADDED, ids=title)
def test_padded_rows(case, backbone, given, tmp_path):
    family, config, capability, changes = case
    counts = drive.fit_and_predict(GPU(capability), backbone(family, **config), given, tmp_path, **changes)
    assert "math" not in kernels(counts) and "varlen" not in kernels(counts)
    assert counts["reads"] == 1 and counts["uploads"] == UPLOADS.get(family, 0)


def kernels(counts):
    return {name.removeprefix("kernel ") for name, count in counts.items() if name.startswith("kernel ") and count}


@pytest.mark.parametrize("training, reads", [
    ({"epochs": 2, "validation": 0.5, "keep": "best", "deterministic": True, "share-prompt": "on"}, None),
    ({"adversarial": {"method": "fgm", "epsilon": 0.5, "start": 0.0}}, 1), ({"neftune": 5.0, "head-dropout": 0.1, "dropout-samples": 3}, 1),
    ({"adversarial": {"method": "awp", "epsilon": 1e-3, "start": 0.0}}, 1), ({"focal": 2.0, "label-smoothing": 0.1, "ema": 0.9}, 1)])
def test_what_else_training_does(training, reads, backbone, given, tmp_path):
    counts = drive.fit_and_predict(GPU(), backbone("llama"), given, tmp_path, training=training)
    assert kernels(counts) == {"varlen"} and (reads is None or counts["reads"] == reads)


@pytest.mark.parametrize("family", FAMILIES)
def test_extract(family, backbone, given, tmp_path):
    features = ["embedding"] if family in ENCODERS else ["likelihood", "embedding"]
    outputs, _ = drive.extract(GPU(), backbone(family), given, tmp_path, features)
    assert (outputs / "features").exists()


def test_kernels_of_a_layer(backbone, given, tmp_path):
    """Bars, that no change of the packed path makes the host launch more without anyone's seeing it."""
    launches = [drive.fit_and_predict(GPU(), backbone("mistral", num_hidden_layers=layers), given, tmp_path)["launches"]
                for layers in (1, 2)]
    assert launches[1] - launches[0] <= 400
