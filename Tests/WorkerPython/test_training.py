"""Fine-tuning and predicting through the real worker: that it learns, what it may see, and how it resumes."""

import json
import os
import signal

import numpy as np
import pytest
from ablate_worker.files import formats, tensors
from ablate_worker.protocol.parameters import Lengths
from conftest import TEMPLATE, TINY, digest, finetune, inputs, predicting, wait_for
from safetensors import safe_open
from safetensors.numpy import load_file

LEARNING = {"epochs": 12, "learning-rate": 1e-2}


def labels_and_folds(dataset):
    return np.array(formats.read_json(dataset["rows"])["labels"]), np.array(formats.read_json(dataset["folds"])["folds"])


def log_loss(predictions, dataset):
    labels, _ = labels_and_folds(dataset)
    found = load_file(predictions / "predictions")
    return float(-np.log(found["probabilities"][np.arange(len(found["rows"])), labels[found["rows"]]]).mean())


@pytest.mark.parametrize("name, changes", {
    "lora": {},
    "lora on chosen layers, mean pooling": {"lora": {"rank": 8, "alpha": 16, "dropout": 0.0, "targets": ["q_proj", "v_proj"]},
                                            "pooling": "mean"},
    "full": {"lora": None, "training": LEARNING | {"learning-rate": 3e-3}},
    "scratch": {"lora": None, "scratch": TINY, "training": LEARNING | {"learning-rate": 3e-3}},
    "adapters on a scratch backbone": {"scratch": TINY},
}.items())
def test_an_easy_problem_is_learnt_and_a_fold_is_predicted(name, changes, worker, dataset, backbones):
    parameters = finetune(**{"training": LEARNING} | changes)
    base = {} if parameters["scratch"] else {"backbone": backbones["qwen2"]}
    model, trained = worker.run("finetune", parameters, inputs(dataset, "tokens", "rows", "folds", **base))
    history = json.loads((model / "history").read_text())
    assert history["steps-per-epoch"] == 5 and len(history["losses"]) == len(history["gradient-norms"]) == 60
    assert history["epochs"][-1] == trained["metrics"]["train-loss"] < 0.6 < history["epochs"][0]
    predictions, result = worker.run("predict", predicting(parameters, 0),
                                     inputs(dataset, "tokens", "folds", model=model / "model", **base))
    _, folds = labels_and_folds(dataset)
    found = load_file(predictions / "predictions")
    assert found["rows"].dtype == np.int64 and found["rows"].tolist() == np.flatnonzero(folds == 0).tolist()
    assert found["logits"].dtype == found["probabilities"].dtype == np.float32
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, atol=1e-6)
    assert log_loss(predictions, dataset) < 0.8  # chance is 1.10
    assert result["metrics"]["rows"] == 12


def test_every_row_is_predicted_where_the_fold_is_null(worker, dataset, backbones):
    parameters = finetune(fold=None)
    model, trained = worker.run("finetune", parameters, inputs(dataset, "tokens", "rows", backbone=backbones["llama"]))
    assert trained["metrics"]["rows"] == 48
    predictions, _ = worker.run("predict", predicting(parameters, None),
                                inputs(dataset, "tokens", backbone=backbones["llama"], model=model / "model"))
    assert load_file(predictions / "predictions")["rows"].tolist() == list(range(48))


@pytest.mark.parametrize("kind", ["finetune", "fit"])
def test_the_rows_of_the_held_out_fold_change_nothing(kind, worker, dataset, backbones, tmp_path):
    """Neither the labels nor the texts of the fold that will be predicted reach the model, by any way."""
    _, folds = labels_and_folds(dataset)
    rows = formats.read_json(dataset["rows"])
    rows["labels"] = [(label + 1) % 3 if fold == 0 else label for label, fold in zip(rows["labels"], folds)]
    formats.write_json(tmp_path / "rows", rows)
    texts = [{"prompt": "other", "answer": "words " * 40} if fold == 0 else text
             for text, fold in zip(formats.read_texts(dataset["texts"]), folds)]
    formats.write_texts(tmp_path / "texts", texts)
    outputs, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None},
                            {"texts": tmp_path / "texts", "tokenizer": dataset["tokenizer"]})
    changed = {"rows": tmp_path / "rows", "texts": tmp_path / "texts", "tokens": outputs / "tokens"}
    if kind == "finetune":
        parameters, names, base = finetune(), ("tokens", "rows", "folds"), {"backbone": backbones["mistral"]}
    else:
        parameters, names, base = baseline(), ("texts", "rows", "folds"), {}
    made = [worker.run(kind, parameters | {"fold": fold}, inputs(source, *names, **base))
            for fold in (0, 1) for source in (dataset, dataset | changed)]
    assert digest(made[0][0]) == digest(made[1][0]) and made[0][1]["metrics"] == made[1][1]["metrics"]
    assert digest(made[2][0]) != digest(made[3][0]), "fold 0 is trained on when fold 1 is held out"


def baseline(fold=0):
    return {"tfidf": {"analyzer": "word", "ngrams": [1, 1], "min-count": 1, "regularization": 1.0}, "template": TEMPLATE,
            "fold": fold, "classes": 3}


def test_seeds_differ_and_a_seed_repeats(worker, dataset, backbones):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    made = [digest(worker.run("finetune", finetune(seed=seed), given)[0]) for seed in (1, 2, 1)]
    assert made[0] == made[2] != made[1]


def test_peft_alone_loads_the_adapter_and_reproduces_the_logits_row_by_row(worker, dataset, backbones):
    """The model folder needs nothing of ours; and padding changes no logit: here each row goes through on its own."""
    import peft
    import torch
    import transformers
    from ablate_worker.models import sequences
    for name in ("mistral", "llama", "qwen2"):
        parameters = finetune(training={"learning-rate": 1e-2})
        model, _ = worker.run("finetune", parameters, inputs(dataset, "tokens", "rows", "folds", backbone=backbones[name]))
        predictions, _ = worker.run("predict", predicting(parameters, 0),
                                    inputs(dataset, "tokens", "folds", backbone=backbones[name], model=model / "model"))
        found = load_file(predictions / "predictions")
        backbone = peft.PeftModel.from_pretrained(transformers.AutoModel.from_pretrained(backbones[name]), model / "model").eval()
        head = {k: torch.from_numpy(v) for k, v in load_file(model / "model" / "head.safetensors").items()}
        columns, metadata = formats.read_tokens(dataset["tokens"])
        texts = sequences.assemble(columns, metadata, Lengths(**parameters["lengths"]), found["rows"])
        with torch.no_grad():
            states = [backbone(torch.tensor(t[None].astype(np.int64)), use_cache=False).last_hidden_state for t in texts]
        logits = [s[0, -1] @ head["weight"].T + head["bias"] for s in states]
        np.testing.assert_allclose(found["logits"], torch.stack(logits).numpy(), atol=1e-5)


def test_a_model_folder_names_no_path_of_this_machine(worker, dataset, backbones):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    for parameters in (finetune(), finetune(lora=None)):
        outputs, _ = worker.run("finetune", parameters, given)
        for file in (outputs / "model").iterdir():
            assert b"/tmp" not in file.read_bytes() and str(backbones["mistral"]).encode() not in file.read_bytes()


def test_truncation_is_counted_by_column_and_class(worker, dataset, backbones):
    parameters = finetune(lengths={"prompt": None, "answer": 5, "keep": "tail"}, fold=None, training={"epochs": 1})
    _, result = worker.run("finetune", parameters, inputs(dataset, "tokens", "rows", backbone=backbones["mistral"]))
    metrics = result["metrics"]
    _, offsets = formats.read_tokens(dataset["tokens"])[0]["answer"]
    counts, (labels, _) = np.diff(offsets), labels_and_folds(dataset)
    assert metrics["truncated-rows-prompt"] == 0 and "truncated-rows-prompt-class-0" not in metrics
    assert metrics["truncated-rows-answer"] == (counts > 5).sum()
    assert metrics["truncated-tokens-answer"] == np.maximum(counts - 5, 0).sum()
    assert metrics["truncated-tokens-answer-class-2"] == np.maximum(counts - 5, 0)[labels == 2].sum()


def test_a_loss_that_is_no_number_is_diverged(worker, dataset, backbones):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    failure = worker.fails("finetune", finetune(lora=None, training={"learning-rate": 1e30, "clip": None}), given)
    assert failure.kind == "diverged" and "training.learning-rate (1e+30)" in failure.message and "epoch 1" in failure.message


FAULTS = {
    "context": (finetune(lengths={"prompt": 200, "answer": 5, "keep": "head"}, scratch=TINY | {"context": 16}), "context is 16"),
    "vocabulary": (finetune(scratch=TINY | {"vocabulary": 300}), "ids below 300"),
    "heads": (finetune(scratch=TINY | {"heads": 5}), "multiple of heads"),
    "architecture": (finetune(scratch=TINY | {"architecture": "bert"}), "scratch.architecture is 'bert'; it may be mistral, llama or qwen2"),
    "quantized scratch": (finetune(scratch=TINY, quantization="nf4"), "not worth quantizing"),
    "targets": (finetune(lora={"rank": 2, "alpha": 2, "dropout": 0.0, "targets": ["nothing"]}), "lora.targets: "),
    "keep": (finetune(lengths={"prompt": 1, "answer": 1, "keep": "ends"}), "head, tail or middle"),
    "schedule": (finetune(training={"schedule": "wavy"}), "cosine, linear or constant"),
    "pooling": (finetune(pooling="max"), "last, mean, cls or attention"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_settings_that_cannot_be(case, worker, dataset, backbones):
    parameters, message = FAULTS[case]
    failure = worker.fails("finetune", parameters, inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"]))
    assert failure.kind == "invalid-input" and message in failure.message


def test_backbones_that_cannot_be(worker, dataset, backbones, tmp_path):
    given = inputs(dataset, "tokens", "rows", "folds")
    empty = tmp_path / "empty"
    empty.mkdir()
    failure = worker.fails("finetune", finetune(), given | {"backbone": {"path": str(empty), "name": "./empty"}})
    assert failure.kind == "invalid-input" and failure.message.startswith("./empty is no backbone")
    half = tmp_path / "half"
    half.mkdir()
    weights = load_file(backbones["mistral"] / "model.safetensors")
    weights.pop("model.layers.1.mlp.up_proj.weight")
    from ablate_worker.files import tensors
    tensors.write(half / "model.safetensors", weights, {"format": "pt"})
    (half / "config.json").write_bytes((backbones["mistral"] / "config.json").read_bytes())
    failure = worker.fails("finetune", finetune(), given | {"backbone": half})
    assert failure.kind == "invalid-input" and "layers.1.mlp.up_proj" in failure.message


def test_quantization_needs_its_library(worker, dataset, backbones):
    import importlib.util
    if importlib.util.find_spec("bitsandbytes"):
        pytest.skip("bitsandbytes is installed")
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    failure = worker.fails("finetune", finetune(quantization="nf4"), given)
    assert failure.kind == "unavailable" and "bitsandbytes" in failure.message and "quantization: none" in failure.message


@pytest.mark.parametrize("quantization", ["nf4", "int8"])
def test_a_quantized_backbone_learns(quantization, worker, dataset, backbones):
    pytest.importorskip("bitsandbytes")
    parameters = finetune(quantization=quantization, training=LEARNING)
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["wide llama"])
    model, trained = worker.run("finetune", parameters, given)
    assert trained["metrics"]["train-loss"] < 0.5
    predictions, _ = worker.run("predict", predicting(parameters, 0),
                                inputs(dataset, "tokens", "folds", backbone=backbones["wide llama"], model=model / "model"))
    assert log_loss(predictions, dataset) < 0.8
    failure = worker.fails("finetune", parameters | {"lora": None}, given)
    assert failure.kind == "invalid-input" and "needs lora" in failure.message


def test_a_killed_run_goes_on_and_ends_at_the_same_bytes(fresh, worker, dataset, backbones, tmp_path):
    parameters = finetune(training={"epochs": 12})
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    undisturbed, _ = worker.run("finetune", parameters, given)
    scratch = tmp_path / "scratch"
    killed = fresh()
    killed.start("finetune", parameters, given, scratch=scratch)
    wait_for((scratch / "checkpoint.safetensors").exists, 60)
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    outputs, result = worker.run("finetune", parameters, given, scratch=scratch)
    assert 0 < result["measurements"]["resumed-at-step"] < 60
    assert digest(outputs) == digest(undisturbed)


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place(content)] ^= 1
    path.write_bytes(bytes(content))


def unsealed(path):
    with safe_open(path, framework="pt") as file:
        tensors.write(path, {name: file.get_tensor(name) for name in file.keys()}, {"progress": file.metadata()["progress"]})


DAMAGE = {  # what becomes of a whole checkpoint, and what is said of it
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:1000]), ""),
    "one bit of a weight": (lambda path: flip(path, lambda content: len(content) - 1), "not as it was written"),
    "one bit of the progress": (lambda path: flip(path, lambda content: content.index(b"losses") + 12), "not as it was written"),
    "one bit of the digest": (lambda path: flip(path, lambda content: content.index(b'"seal":"') + 9), "not as it was written"),
    "no digest": (unsealed, "no digest"),
    "of another model": (None, "another model"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_checkpoint_that_cannot_be_used_costs_time_only(damage, dataset, backbones, tmp_path):
    from inprocess import run
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    undisturbed, _, _ = run("finetune", finetune(), given, tmp_path)
    scratch, path = tmp_path / "scratch", tmp_path / "scratch" / "checkpoint.safetensors"
    harm, word = DAMAGE[damage]
    other = {"lora": {"rank": 2, "alpha": 2, "dropout": 0.0, "targets": "all-linear"}} if harm is None else {}
    run("finetune", finetune(**other), given, tmp_path, scratch)
    if harm:
        harm(path)
    found = path.read_bytes()
    outputs, result, events = run("finetune", finetune(), given, tmp_path, scratch)
    assert result["measurements"]["resumed-at-step"] is None
    assert digest(outputs) == digest(undisturbed)
    (said,) = [event["text"] for event in events if event["event"] == "note"]
    assert str(path) in said and word in said
    assert (scratch / "unused-checkpoint.safetensors").read_bytes() == found


def test_speed_memory_and_the_time_left_are_told_and_recorded(dataset, backbones, tmp_path, monkeypatch):
    from ablate_worker.models import throughput
    from inprocess import run
    monkeypatch.setattr(throughput, "EVERY", 0)
    monkeypatch.setitem(throughput.PEAKS, "this", 1e12)
    monkeypatch.setattr(throughput, "peak", lambda device, kind: throughput.PEAKS["this"])
    monkeypatch.setattr("inprocess.Listening.due", lambda self, name: True)
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    _, fields, events = run("finetune", finetune(), given, tmp_path)
    told = lambda name: [e["value"] for e in events if e["event"] == "metric" and e["name"] == name]
    assert len(told("loss")) == len(told("tokens-per-second")) == len(told("mfu")) == len(told("memory-bytes")) == 10
    assert min(told("tokens-per-second")) > 0 and min(told("memory-bytes")) > 1e7 and 0 < max(told("mfu")) < 1
    left = told("seconds-left")
    assert len(left) == 9 and left[0] > left[-1] == 0, "known from the second step on"
    made, counts = fields["measurements"], fields["metrics"]
    assert made["peak-host-bytes"] >= 0.9 * max(told("memory-bytes")) and 0 < made["mfu"] < 1
    assert 0 < counts["unique-tokens"] == counts["padded-tokens"] == counts["logical-tokens"] == counts["tokens"] * 2


def test_the_most_memory_held_is_that_of_the_step_alone():
    from ablate_worker.protocol import devices
    devices.settle(1)
    block = np.ones(2**27, np.uint8)
    high = devices.host_memory("VmHWM")
    assert high >= devices.host_memory("VmRSS") - 2**20
    del block
    devices.settle(1)
    assert devices.host_memory("VmHWM") < high - 2**26
