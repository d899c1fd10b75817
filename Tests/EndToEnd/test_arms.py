"""One recipe with every way of holding and training a backbone, decoders and an encoder, run to its end on the CPU. int8, nf4
and the 8-bit optimizer are arms where bitsandbytes is installed, as it is in the worker's own environment."""

import importlib.util
import json
import shutil

import numpy
import pytest
from safetensors.numpy import load_file

from conftest import ROOT, Project, site, write_tables

TOKENIZER = ROOT / "recipes" / "quickstart" / "backbone"
QUANTIZED = importlib.util.find_spec("bitsandbytes") is not None
ARMS = {
    "plain": "{}", "rslora": "{lora.rslora: true}", "dora": "{lora.dora: true}", "named": "{lora.targets: [q_proj, v_proj]}",
    "full": "{lora: off, training.learning-rate: 3.0e-3}", "head-only": "{lora: head-only}",
    "language-head": "{head-input: lm-logits}", "half": "{precision: bf16}",
} | ({
    "int8": "{quantization: int8}", "nf4": "{quantization: nf4}", "nf4-dora": "{quantization: nf4, lora.dora: true}",
    "int8-head-only": "{quantization: int8, lora: head-only}", "paged": "{training.optimizer: paged-adamw-8bit}",
} if QUANTIZED else {})
RECIPE = f"""\
recipe: arms
data:
  train: train.csv
  test: test.csv
  columns: {{id: id, prompt: question, answer: answer, label: who, group: question}}
  labels: [a, b, c]
  constraint: one-of-each
  template: "Q: {{prompt}} A: {{answer}}"
folds: {{kind: stratified-group-k-fold, count: 2, seed: 7}}
models:
  decoder:
    backbone: ./decoder
    lora: {{rank: 4, alpha: 8, dropout: 0.0}}
    lengths: {{prompt: 12, answer: 32}}
    training: {{epochs: 3, batch: 8, learning-rate: 1.0e-2}}
    fit: [folds]
  encoder: {{like: decoder, backbone: ./encoder, pooling: cls}}
  encoder-full: {{like: encoder, lora: off, training: {{epochs: 3, batch: 8, learning-rate: 1.0e-3}}}}
stack:
  blend: {{average: [decoder, encoder, encoder-full]}}
  final: {{optimize: blend, method: marginals}}
ablations:
  ways:
    hypothesis: Which way of training is best?
    of: decoder
    together:
{chr(10).join(f"      {name}: {settings}" for name, settings in ARMS.items())}
submission: {{from: final, path: submission.csv}}
"""


def make_backbones(folder):
    """A llama and a BERT with random weights and the quickstart's tokenizer. Quantized blocks are 64 wide."""
    import torch
    import transformers
    vocabulary = len(json.loads((TOKENIZER / "tokenizer.json").read_text())["model"]["vocab"]) + 8
    sizes = {"vocab_size": vocabulary, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
             "intermediate_size": 128, "max_position_embeddings": 128}
    for name, kind, maker in (("decoder", "llama", transformers.AutoModelForCausalLM),
                              ("encoder", "bert", transformers.AutoModelForMaskedLM)):
        torch.manual_seed(3)
        maker.from_config(transformers.AutoConfig.for_model(kind, **sizes)).save_pretrained(folder / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(TOKENIZER / file, folder / name / file)


@pytest.fixture(scope="module")
def arms(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("arms") / "project"
    folder.mkdir()
    write_tables(folder)
    make_backbones(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    project = Project(folder)
    project.executed = project.run(OMP_NUM_THREADS="1")
    return project


def address(arm):
    """The arm that is as the model itself has the model's steps."""
    return "decoder" if arm == "plain" else f"ablations/ways/{arm}"


def test_every_arm_finishes_and_has_a_score(arms):
    assert arms.executed and set(arms.plan().values()) == {"reuse"}
    document = json.loads((arms.folder / "logbook" / "logbook.json").read_text())
    (ablation,) = document["ablations"]
    assert [variant["name"] for variant in ablation["variants"]] == list(ARMS)
    losses = {variant["name"]: variant["evaluation"]["log-loss"] for variant in ablation["variants"]}
    losses |= {score["name"]: score["evaluation"]["log-loss"] for score in document["scores"] if "encoder" in score["name"]}
    assert all(0 < loss < 2 * numpy.log(3) for loss in losses.values()), losses
    # Each arm is its own: another scale, magnitudes, other weights, other roundings.
    assert len({round(loss, 9) for loss in losses.values()}) == len(losses), losses
    assert losses["plain"] < numpy.log(3), "it has learnt something"
    assert (arms.folder / "submission.csv").exists()


def test_what_is_trained_is_what_the_arm_says(arms):
    trainable = {}
    for name in ARMS:
        metrics = arms.record(f"{address(name)}/seed-1/fold-0/finetune")["metrics"]
        trainable[name] = metrics["trainable"]
        assert metrics["steps"] == 9 and metrics["unique-tokens"] <= metrics["logical-tokens"]
        assert not any(value for name, value in metrics.items() if name.startswith("truncated"))
    assert trainable["head-only"] == 3 * 64 + 3 < trainable["named"] < trainable["plain"] == trainable["rslora"]
    assert trainable["plain"] < trainable["dora"] < trainable["full"]
    if QUANTIZED:
        assert trainable["int8-head-only"] == trainable["head-only"] and trainable["nf4"] == trainable["plain"]


@pytest.mark.skipif(not QUANTIZED, reason="bitsandbytes is not installed")
def test_quantized_arms_score_like_the_plain_one(arms):
    def predictions(arm):
        return load_file(arms.output(f"{address(arm)}/average-oof", "predictions"))["probabilities"]
    for arm in ("int8", "nf4"):
        off = numpy.abs(predictions(arm) - predictions("plain")).max()
        assert 1e-6 < off < 0.3, (arm, off)


def test_nothing_runs_again(arms):
    assert arms.run() == []
