"""What the benchmark of the worker runs on: questions with seven answers each, a tokenizer, a backbone with random weights.

Knows lengths and folders. Does not know who trains on them.
"""

import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from ablate_worker.kinds import finetune, tokenize
from ablate_worker.models import backbones, batches, tail
from ablate_worker.protocol import channel, devices
from ablate_worker.protocol.step import Step

CLASSES, WORDS = 7, [a + b for a in "bcdfghklmnprst" for b in "aeiou"]
TEMPLATE = [{"column": "prompt"}, {"text": "\n"}, {"column": "answer"}]
SEED = 1


@dataclass
class Sizes:
    """A backbone's shape, in the proportions of Mistral 7B, and how much is trained on it."""
    hidden: int = 192
    layers: int = 4
    head: int = 32
    vocabulary: int = 512
    batch: int = 14  # two questions
    steps: int = 3
    rounds: int = 3
    rank: int = 8

    def config(self):
        heads = self.hidden // self.head
        return transformers.AutoConfig.for_model(
            "mistral", vocab_size=self.vocabulary, hidden_size=self.hidden, num_hidden_layers=self.layers,
            num_attention_heads=heads, num_key_value_heads=max(1, heads // 3), head_dim=self.head,
            intermediate_size=self.hidden * 7 // 2, max_position_embeddings=4096, sliding_window=None, pad_token_id=2,
            num_labels=CLASSES, tie_word_embeddings=False)


def lengths(chance, mean, count):
    """Lengths of texts: log-normal, as those of answers are, with this mean and a standard deviation of .6 of it."""
    spread = np.log(1 + 0.6**2)
    return np.maximum(4, np.exp(chance.normal(np.log(mean) - spread / 2, np.sqrt(spread), count))).astype(int)


class Problem:
    """Texts, tokens, rows and a backbone in a folder, as the worker's steps take them."""

    def __init__(self, folder, sizes, prompt, answer):
        self.folder, self.sizes = Path(folder), sizes
        self.folder.mkdir(parents=True)
        questions = sizes.batch * sizes.steps // CLASSES
        chance, words = np.random.default_rng(SEED), random.Random(SEED)
        write = lambda count: " ".join(words.choices(WORDS, k=int(count)))
        prompts = [write(n) for n in lengths(chance, prompt, questions)]
        answers = [write(n) for n in lengths(chance, answer, questions * CLASSES)]
        self.texts = [{"prompt": prompts[i // CLASSES], "answer": answer} for i, answer in enumerate(answers)]
        self.labels = [label for _ in range(questions) for label in chance.permutation(CLASSES).tolist()]
        self.groups = [i // CLASSES for i in range(len(answers))]
        (self.folder / "texts").write_text("".join(json.dumps(text) + "\n" for text in self.texts))
        (self.folder / "rows").write_text(json.dumps({"ids": list(map(str, range(len(answers)))), "labels": self.labels,
                                                      "groups": self.groups, "weights": None, "classes": CLASSES}))
        outputs = self.step("tokenize", tokenize.run, {"template": TEMPLATE, "chat": None, "vocabulary": sizes.vocabulary}, ["texts"])[0]
        (outputs / "tokens").rename(self.folder / "tokens")
        (outputs / "tokenizer").rename(self.folder / "tokenizer")
        torch.manual_seed(SEED)
        transformers.AutoModelForCausalLM.from_config(sizes.config()).save_pretrained(self.folder / "backbone")

    def step(self, kind, run, parameters, names, device="cpu"):
        """Run one of the worker's steps in this process: (its outputs, its result)."""
        outputs = self.folder / f"outputs-{len(list(self.folder.iterdir()))}"
        outputs.mkdir()
        threads = torch.get_num_threads()
        devices.settle(threads, SEED)
        given = {name: {"path": str(self.folder / name), "name": name} for name in names}
        silent = channel.Channel(os.open(os.devnull, os.O_WRONLY))
        step = Step("benchmark", kind, parameters, given, outputs, None, None, threads, device, silent)
        return outputs, run(step)

    def lora(self):
        """No dropout: the losses are to be equal, and sharing is to be exact."""
        return {"rank": self.sizes.rank, "alpha": 2 * self.sizes.rank, "dropout": 0.0, "targets": "all-linear"}

    def train(self, device, order="rows", share="off", whole=False):
        """Our own training: (seconds, mean loss, metrics). `whole`: the last layer's MLP sees every token, as a deep model's
        other layers do."""
        training = {"epochs": 1, "batch": self.sizes.batch, "learning-rate": 1e-3, "head-learning-rate": None,
                    "schedule": "linear", "warmup": 0.0, "weight-decay": 0.0, "clip": 1.0, "order": order, "share-prompt": share}
        parameters = {"scratch": None, "quantization": "none", "precision": "auto", "remote-code": False, "head-input": "hidden-state",
                      "lora": self.lora(), "lengths": {"prompt": None, "answer": None, "keep": "head"}, "seed": SEED,
                      "training": training, "pooling": "last", "fold": None, "classes": CLASSES}
        install = tail.install
        if whole:
            tail.install = lambda backbone: None
            backbones.warm.clear()  # the one in memory has been changed
        try:
            _, result = self.step("finetune", finetune.run, parameters, ["backbone", "tokens", "rows"], device)
        finally:
            tail.install = install
        return result["measurements"]["train-seconds"], result["metrics"]["train-loss"], result["metrics"]

    def order(self, name):
        """The rows in the order in which our training takes them."""
        return batches.epoch_order(len(self.texts), SEED, 0, np.asarray(self.groups) if name == "groups" else None)
