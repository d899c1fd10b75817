"""A fit in two processes on the CPU: the weights and the history of one process, however the rows are divided; resumed, short
of memory, failed and killed."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from ablate_worker.training.distributed import Team
from conftest import digest, finetune, inputs, predicting
from safetensors.numpy import load_file
from teamwork import do

PLAIN = {"rank": 4, "alpha": 16, "dropout": 0.0, "targets": "all-linear"}
WAYS = {
    "packed": finetune(lora=PLAIN, training={"order": "groups", "batch": 9, "share-prompt": "auto"}),
    "full, weighed, by validation": finetune(lora=None, training={"validation": 0.2, "keep": "best", "early-stopping": 1,
                                                                  "class-weights": [1, 2, 3], "label-smoothing": 0.1}),
    "one row": finetune(lora=PLAIN, training={"batch": 1, "steps": 4}),  # one process has nothing to do
    "methods": finetune(lora=PLAIN, swap={"texts": ["prompt", "answer"], "labels": [1, 0, 2]}, training={
        "layer-decay": 0.8, "ema": 0.8, "focal": 1.0, "mask-tokens": 0.2, "adversarial": {"method": "awp", "epsilon": 0.05}}),
    "one row at its worst": finetune(lora=PLAIN, training={"batch": 1, "steps": 4, "adversarial": {"method": "fgm", "epsilon": 0.5}}),
}


@pytest.fixture(scope="module")
def both(dataset, backbones, tmp_path_factory):
    """{job: what a process on its own found, what each of two found}"""
    folder = tmp_path_factory.mktemp("team")
    given = {name: str(path) for name, path in inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"]).items()}
    jobs = {name: {"parameters": parameters, "inputs": given} for name, parameters in WAYS.items()}
    jobs["padded"] = {"parameters": finetune(lora=PLAIN, quantization="none", pooling="mean"), "inputs": given}
    if importlib.util.find_spec("bitsandbytes"):
        given_wide = given | {"backbone": str(backbones["wide llama"])}
        jobs["nf4"] = {"parameters": finetune(lora=PLAIN, quantization="nf4", training={"epochs": 1}), "inputs": given_wide}
    jobs["short"] = jobs["packed"] | {"memory": [1, 64]}
    dropped = {"parameters": finetune(), "inputs": given}
    jobs |= {"undisturbed": dropped, "stopped": dropped | {"scratch": str(folder / "scratch"), "stop": 7},
             "resumed": dropped | {"scratch": str(folder / "scratch")}}
    (folder / "jobs.json").write_text(json.dumps(jobs))
    made = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
                           str(Path(__file__).parent / "teamwork.py"), str(folder)], capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    found = [json.loads((folder / f"found-{rank}.json").read_text()) for rank in (0, 1)]
    alone = {name: do(job, folder / "alone") for name, job in jobs.items() if name in (*WAYS, "padded", "nf4")}
    return {name: (alone.get(name), found[0][name], found[1][name]) for name in jobs}


def weights(result):
    files = sorted(Path(result["outputs"], "model").glob("*.safetensors"))
    return {f"{file.name} {name}": array for file in files for name, array in load_file(file).items()}


@pytest.mark.parametrize("name", [*WAYS, "padded", "nf4", "short"])
def test_two_processes_find_what_one_finds(name, both):
    if name not in both:
        pytest.skip("bitsandbytes is not installed")
    alone, first, second = both[name]
    alone = alone or both["packed"][0]
    ours, theirs = weights(alone), weights(first)
    assert ours.keys() == theirs.keys()
    for key in ours:
        np.testing.assert_allclose(ours[key], theirs[key], atol=2e-4, err_msg=key)
    one, two = (json.loads(Path(each["outputs"], "history").read_text()) for each in (alone, first))
    assert one.keys() == two.keys()
    for key in one:
        np.testing.assert_allclose(one[key], two[key], rtol=1e-3, err_msg=key)
    other = ("unique-tokens", "padded-tokens") if name == "short" else ()  # smaller parts share less
    counts = lambda each: {k: v for k, v in each["metrics"].items() if isinstance(v, int) and k not in other}
    assert counts(alone) == counts(first), "rows, steps and tokens of all processes"
    assert (alone["measurements"]["processes"], first["measurements"]["processes"]) == (1, 2)
    assert list(Path(second["outputs"]).iterdir()) == [], "one writes"
    if name == "short":
        assert first["measurements"]["micro-batch-tokens"] == 64 and not first["measurements"]["recomputed"]


def test_a_resumed_team_ends_at_the_same_bytes(both):
    assert both["stopped"][1] == {"interrupted": 7}
    (_, first, _), (_, again, _) = both["undisturbed"], both["resumed"]
    assert again["measurements"]["resumed-at-step"] == 6  # what was told of the seventh came before it was saved
    assert digest(first["outputs"]) == digest(again["outputs"])


def test_parts_are_disjoint_complete_and_even():
    sizes = np.random.default_rng(0).integers(1, 100, 50).tolist()
    parts = [Team(rank, 3).part(list(zip(sizes, range(50)))) for rank in range(3)]
    assert sorted(sum(parts, [])) == list(range(50))
    loads = [sum(sizes[i] for i in part) for part in parts]
    assert max(loads) - min(loads) <= max(sizes)


def test_the_worker_starts_a_team_and_hands_on_what_it_says(worker, dataset, backbones):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])
    alone, _ = worker.run("finetune", WAYS["packed"], given)
    team, result = worker.run("finetune", WAYS["packed"], given, processes=2, threads=2)
    assert result["device"] == {"kind": "cpu", "name": result["device"]["name"], "count": 2}
    assert result["outputs"] == ["history", "model"] and result["measurements"]["processes"] == 2
    assert [e["done"] for e in worker.events if e["event"] == "progress"][-1] == 8
    for name, array in load_file(alone / "model" / "adapter_model.safetensors").items():
        np.testing.assert_allclose(array, load_file(team / "model" / "adapter_model.safetensors")[name], atol=2e-4)
    failure = worker.fails("finetune", finetune(lora=PLAIN | {"targets": ["nothing"]}), given, processes=2)
    assert failure.kind == "invalid-input" and failure.message.startswith("lora.targets: ")
    failure = worker.fails("predict", predicting(finetune(), 0), given, processes=2)
    assert failure.kind == "internal" and "one process" in failure.message


def descendants(pid):
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if path.read_text().rsplit(")", 1)[1].split()[1] == str(pid):
                found += [int(path.parent.name), *descendants(path.parent.name)]
        except OSError:
            pass
    return found


def test_no_process_of_a_team_outlives_a_killed_worker(fresh, dataset, backbones):
    worker = fresh()
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])
    worker.start("finetune", finetune(training={"epochs": 100000}), given, processes=2)
    while worker.event()["event"] != "progress":
        pass
    team = descendants(worker.process.pid)
    assert len(team) >= 3  # torchrun and two
    os.kill(worker.process.pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1][:3] for pid in team):
        assert time.monotonic() < end, "somebody lives on"
        time.sleep(0.05)
