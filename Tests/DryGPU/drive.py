"""Drives whole steps of the worker on a GPU that is not there: rows and backbones that are real and tiny, everything else as in a run."""

import itertools
from pathlib import Path

import inprocess
import numpy as np
import torch
from ablate_worker import kinds
from ablate_worker.files import formats
from ablate_worker.models import backbones
from ablate_worker.protocol import devices
from ablate_worker.protocol.step import Step
from ablate_worker.texts.encoding import packed
from settings import finetune, predicting
from torch.utils._python_dispatch import _disable_current_modes

ROWS, CLASSES = 12, 3
COUNTER = itertools.count()


def write_inputs(folder, seed=0):
    """{tokens, rows, folds}: groups of three rows that begin alike."""
    chance = np.random.default_rng(seed)
    prompts = [chance.integers(3, 300, 20).astype(np.int32) for _ in range(ROWS // 3)]
    given = {name: folder / name for name in ("tokens", "rows", "folds")}
    texts = {"prompt": [prompts[row // 3] for row in range(ROWS)],
             "answer": [chance.integers(3, 300, 5 + row).astype(np.int32) for row in range(ROWS)]}
    formats.write_tokens(given["tokens"], {name: [packed(column)] for name, column in texts.items()},
                         {"template": [{"column": "prompt"}, {"column": "answer"}], "bos": 1, "eos": None, "pad": 0})
    formats.write_json(given["rows"], {"ids": [str(row) for row in range(ROWS)], "labels": [row % CLASSES for row in range(ROWS)],
                                       "groups": [row // 3 for row in range(ROWS)], "weights": None, "classes": CLASSES})
    formats.write_json(given["folds"], {"count": 2, "folds": [row // 3 % 2 for row in range(ROWS)]})
    return given


class Listening(inprocess.Listening):
    """A channel that notes what the GPU has counted whenever a step of the optimizer, or a batch of rows, is done."""

    def __init__(self, gpu):
        super().__init__()
        self.gpu, self.seen = gpu, []

    def progress(self, done, total, unit, message=""):
        self.seen.append(self.gpu.counts.copy())


def step(gpu, kind, parameters, given, folder, scratch=None):
    """One step on the GPU: (its outputs, what was counted between its first report and its second)."""
    outputs = Path(folder) / f"{kind}-{next(COUNTER)}"
    outputs.mkdir(parents=True)
    named = {name: {"path": str(path), "name": Path(path).name} for name, path in given.items()}
    channel = Listening(gpu)
    made = Step(f"test/{kind}", kind, parameters, named, outputs, scratch, None, 1, "cuda", channel)
    devices.settle(1, parameters.get("seed") or 0)
    backbones.warm.clear()  # another GPU may have left it there
    with gpu.there():
        kinds.module(kind).run(made)
    return outputs, channel.seen[1] - channel.seen[0] if len(channel.seen) > 1 else None


def fit_and_predict(gpu, backbone, given, folder, **changes):
    """Both steps of a model; the counts of the fit's second step. What the first writes, the second reads."""
    parameters = finetune(lengths={"prompt": None, "answer": None, "keep": "head"}, **changes)
    parameters["training"] |= {"epochs": 1, "batch": 3} | changes.get("training", {})
    outputs, counts = step(gpu, "finetune", parameters, given | {"backbone": backbone}, folder)
    step(gpu, "predict", predicting(parameters, 0), given | {"backbone": backbone, "model": outputs / "model"}, folder)
    return counts


def extract(gpu, backbone, given, folder, features, **changes):
    settings = {"name": "lm", "features": features, "pooling": "mean", "components": 0, "precision": "auto", "quantization": "none",
                "remote-code": False, "lengths": {"prompt": None, "answer": None, "keep": "head"}} | changes
    return step(gpu, "extract", settings, {"tokens": given["tokens"], "backbone": backbone}, folder)


def load(folder, title, quantization, device, *more, load=backbones.load):
    """A backbone as `backbones.load` has it. bitsandbytes' weights cannot be fake themselves: they are quantized on the host, and
    what they consist of goes to the device."""
    if quantization in (None, "none"):
        return load(folder, title, quantization, device, *more)
    with _disable_current_modes():
        module, kept = load(folder, title, quantization, torch.device("cpu"), *more)
    notes = {}
    for name, part in module.named_modules():
        weight = part._parameters.get("weight")
        if type(weight) not in (torch.nn.Parameter, type(None)):
            notes[name] = dict(vars(weight))
            with _disable_current_modes():
                part.weight = torch.nn.Parameter(weight.detach().as_subclass(torch.Tensor), requires_grad=False)
    module = module.to(device)
    for name, noted in notes.items():
        for key, value in noted.items():
            if torch.is_tensor(value):
                value = value.to(device)
            elif hasattr(value, "to"):
                value.to(device)  # a state moves in place
            setattr(module.get_submodule(name).weight, key, value)
    return module, kept
