"""Drives the real worker process through the protocol, and makes the tiny backbones and tables that the tests use.

Run `python -m pytest Tests/WorkerPython` with an interpreter that has requirements.lock and Tests/requirements.txt. No network and no accelerator is needed; tests of quantization run where bitsandbytes is installed.
"""

import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parents[2] / "Sources" / "4-run" / "Workers"
sys.path.insert(0, str(PACKAGES))
sys.dont_write_bytecode = True


class StepFailed(Exception):
    """The worker's `error` event."""

    def __init__(self, event, log):
        super().__init__(f"{event['class']}: {event['message']}\n{log}")
        self.event, self.kind, self.message = event, event["class"], event["message"]


class Worker:
    """One worker process, as the engine would run it."""

    def __init__(self, folder, prefix="", environment=None):
        self.folder, self.counter = Path(folder), itertools.count()
        variables = {**os.environ, "PYTHONPATH": f"{prefix}{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}
        self.process = subprocess.Popen([sys.executable, "-P", "-u", "-m", "ablate_worker"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables, text=True)
        self.hello = self.event()
        self.events = []

    def event(self):
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(self.process.stderr.read())
        return json.loads(line)

    def start(self, kind, parameters, inputs, scratch=None, **more):
        """Send one specification; returns the attempt's folder."""
        attempt = self.folder / f"attempt-{self.process.pid}-{next(self.counter)}"
        (attempt / "outputs").mkdir(parents=True)
        if scratch is None:
            scratch = attempt / "scratch"
        scratch.mkdir(exist_ok=True)
        named = {k: v if isinstance(v, dict) else {"path": str(v), "name": Path(v).name} for k, v in inputs.items()}
        self.send({"protocol": 1, "address": f"test/{kind}", "kind": kind, "key": "0" * 64, "parameters": parameters,
                   "inputs": named, "outputs": str(attempt / "outputs"), "scratch": str(scratch),
                   "log": str(attempt / "log.txt"), "threads": 1, "device": "cpu", **more})
        return attempt

    def send(self, specification):
        self.process.stdin.write(json.dumps(specification) + "\n")
        self.process.stdin.flush()

    def finish(self, attempt):
        """Read events up to the step's last; returns (outputs folder, result), or raises StepFailed."""
        self.events = []
        while True:
            event = self.event()
            self.events.append(event)
            if event["event"] == "result":
                return attempt / "outputs", event
            if event["event"] == "error":
                raise StepFailed(event, (attempt / "log.txt").read_text() if (attempt / "log.txt").exists() else "")

    def run(self, kind, parameters, inputs, **more):
        return self.finish(self.start(kind, parameters, inputs, **more))

    def fails(self, *arguments, **more):
        with pytest.raises(StepFailed) as caught:
            self.run(*arguments, **more)
        return caught.value

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="session")
def worker(tmp_path_factory):
    """One worker that all tests share, as steps of one run would: each test starts in the state another left."""
    worker = Worker(tmp_path_factory.mktemp("shared"))
    yield worker
    worker.close()


@pytest.fixture
def fresh(tmp_path):
    """Makes workers of their own for tests that end or compare processes."""
    workers = []

    def make(**options):
        workers.append(Worker(tmp_path, **options))
        return workers[-1]
    yield make
    for worker in workers:
        worker.close()


def digest(path):
    """SHA-256 over a file, or over the names and contents of a folder."""
    path, hashed = Path(path), hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        hashed.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


# An easy problem: three writers who favour different words, each answering every question once.
WORDS = ["the sea was calm and grey that day", "numbers add up to a sum in every case",
         "red green blue and other colours of light"]
TEMPLATE = [{"text": "Question: "}, {"column": "prompt"}, {"text": "; Answer: "}, {"column": "answer"}]
COLUMNS = {"id": "id", "prompt": "Question", "answer": "Response", "label": "target", "group": "Question", "weight": None}
LABELS = ["a", "b", "c"]


def write_table(path, groups=16, seed=0, header="id,Question,Response,target"):
    chance, rows = random.Random(seed), []
    for group in range(groups):
        for label in chance.sample(range(3), 3):
            words = [chance.choice(WORDS[label].split()) if chance.random() < 0.9 else chance.choice(WORDS[label - 1].split())
                     for _ in range(chance.randrange(4, 16))]
            rows.append([str(len(rows)), f"why {group}", " ".join(words), LABELS[label]])
    names = header.split(",")
    lines = [",".join(cell for name, cell in zip(["id", "Question", "Response", "target"], row) if name in names) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def ingest(role="train", **changes):
    return {"format": "csv", "columns": COLUMNS, "labels": LABELS, "role": role, "constraint": "one-of-each"} | changes


@pytest.fixture(scope="session")
def dataset(worker, tmp_path_factory):
    """{rows, texts, tokens, tokenizer, folds} of the easy problem, made by the worker itself."""
    folder = tmp_path_factory.mktemp("dataset")
    table = write_table(folder / "train.csv")
    outputs, _ = worker.run("ingest", ingest(), {"table": table})
    tokens, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 320}, {"texts": outputs / "texts"})
    groups = json.loads((outputs / "rows").read_text())["groups"]
    (folder / "folds").write_text(json.dumps({"count": 4, "folds": [g % 4 for g in groups]}))
    return {"rows": outputs / "rows", "texts": outputs / "texts", "tokens": tokens / "tokens",
            "tokenizer": tokens / "tokenizer", "folds": folder / "folds"}


TINY = {"architecture": "mistral", "hidden": 32, "layers": 2, "heads": 2, "intermediate": 64, "vocabulary": 320, "context": 256}


@pytest.fixture(scope="session")
def backbones(tmp_path_factory):
    """Folders in hub layout: tiny mistral, llama and qwen2 with random weights, saved as causal language models."""
    import torch
    import transformers
    folders = {}
    for name, hidden in (("mistral", 32), ("llama", 32), ("qwen2", 32), ("wide llama", 64)):  # quantized blocks are 64 wide
        torch.manual_seed(5)
        config = transformers.AutoConfig.for_model(
            name.split()[-1], vocab_size=320, hidden_size=hidden, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, intermediate_size=64, max_position_embeddings=256)
        folders[name] = tmp_path_factory.mktemp(name.replace(" ", "-"))
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folders[name])
    return folders


def finetune(**changes):
    """Parameters of a small finetune; keys with a dot or in `training` change that one setting."""
    parameters = {
        "scratch": None, "quantization": "none", "precision": "auto", "remote-code": False, "head-input": "hidden-state",
        "lora": {"rank": 4, "alpha": 16, "dropout": 0.05, "targets": "all-linear"},
        "lengths": {"prompt": 8, "answer": 24, "keep": "head"},
        "training": {"epochs": 2, "batch": 8, "learning-rate": 3e-3, "head-learning-rate": 1e-2, "schedule": "cosine",
                     "warmup": 0.1, "weight-decay": 0.01, "clip": 1.0},
        "pooling": "last", "seed": 1, "fold": 0, "classes": 3}
    training = parameters["training"] | changes.pop("training", {})
    return parameters | changes | {"training": training}


def predicting(parameters, fold):
    keys = ("scratch", "quantization", "precision", "remote-code", "head-input", "lora", "lengths", "pooling", "classes")
    return {k: parameters[k] for k in keys} | {"fold": fold}


def inputs(dataset, *names, **more):
    return {name: dataset[name] for name in names} | more
