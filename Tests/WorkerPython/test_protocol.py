"""The worker as a process: descriptors, events, ends, error classes, and that its past changes nothing."""

import os
import resource
import signal
import time
from pathlib import Path

import pytest
from conftest import TEMPLATE, TINY, StepFailed, digest, finetune, ingest, inputs, predicting, write_table

FOREVER = finetune(training={"epochs": 100000})


def test_hello_names_versions_and_device_without_importing_torch(fresh):
    worker = fresh()
    assert worker.hello["event"] == "hello" and worker.hello["protocol"] == 1
    assert worker.hello["pid"] == worker.process.pid
    assert {"torch", "transformers", "tokenizers", "pyarrow"} <= set(worker.hello["versions"])
    assert worker.hello["device"]["kind"] in ("cpu", "cuda") and worker.hello["device"]["count"] >= 1
    assert not torch_is_loaded(worker)


def torch_is_loaded(worker):
    return "libtorch" in Path(f"/proc/{worker.process.pid}/maps").read_text()


def test_ingest_and_tokenize_never_load_torch(fresh, tmp_path):
    worker = fresh()
    outputs, _ = worker.run("ingest", ingest(), {"table": write_table(tmp_path / "train.csv")})
    worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, {"texts": outputs / "texts"})
    assert not torch_is_loaded(worker)


def test_what_libraries_print_goes_to_the_log_and_never_among_events(fresh, tmp_path):
    # A thread that shouts on descriptor 1, through Python and below it, as soon as the worker has moved the event stream.
    (tmp_path / "sitecustomize.py").write_text("""
import os, threading, time
first = os.fstat(1).st_ino
def shout():
    while True:
        if os.fstat(1).st_ino != first:
            print('{"event": "result"}')
            os.write(1, b'garbage from C\\n')
        time.sleep(0.0005)
threading.Thread(target=shout, daemon=True).start()
""")
    worker = fresh(prefix=f"{tmp_path}:")
    attempt = worker.start("ingest", ingest(), {"table": write_table(tmp_path / "train.csv", groups=2000)})
    outputs, result = worker.finish(attempt)
    assert {e["event"] for e in worker.events} <= {"result", "progress", "metric", "heartbeat"}
    assert result["outputs"] == ["rows", "texts"]
    log = (attempt / "log.txt").read_text()
    assert "garbage from C" in log and '{"event": "result"}' in log
    size = (attempt / "log.txt").stat().st_size
    for _ in range(100):
        assert worker.process.stderr.readline(), "it still shouts, and where the worker's own errors go"
    assert (attempt / "log.txt").stat().st_size == size, "between steps nothing goes to the last step's log"


def test_heartbeats_come_while_a_step_computes_and_end_of_input_ends_it_at_once(fresh, dataset, backbones):
    worker = fresh()
    attempt = worker.start("finetune", FOREVER, inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"]))
    while worker.event()["event"] != "progress":
        pass
    beats, end = 0, time.monotonic() + 20
    while beats < 2 and time.monotonic() < end:
        beats += worker.event()["event"] == "heartbeat"
    assert beats == 2
    began = time.monotonic()
    worker.process.stdin.close()
    assert worker.process.wait(2) == 0
    assert time.monotonic() - began < 2
    assert "Loading weights" in (attempt / "log.txt").read_text(), "what was said before the end is kept"


def test_sigterm_ends_the_process_and_sigint_does_not(fresh, dataset):
    worker = fresh()
    os.kill(worker.process.pid, signal.SIGINT)
    worker.run("ingest", ingest(), {"table": write_table(worker.folder / "train.csv")})
    os.kill(worker.process.pid, signal.SIGTERM)
    assert worker.process.wait(2) == -signal.SIGTERM


def test_progress_and_metrics_are_throttled(worker, dataset, backbones):
    worker.run("finetune", finetune(training={"epochs": 12}),
               inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"]))
    seconds = worker.events[-1]["measurements"]["seconds"]
    metrics = [e for e in worker.events if e["event"] == "metric"]
    losses = [e for e in metrics if e["name"] == "loss"]
    names = ("loss", "tokens-per-second", "memory-bytes", "seconds-left")  # all but the loss after 2 s
    assert all(e["name"] in names and e["value"] >= 0 for e in metrics)
    assert 1 <= len(losses) <= 4 * seconds + 2
    last = [e for e in worker.events if e["event"] == "progress"][-1]
    assert last == {"event": "progress", "done": 60, "total": 60, "unit": "steps", "message": "epoch 12"}


def test_a_worker_survives_lines_it_cannot_run(fresh, tmp_path):
    worker = fresh()
    worker.process.stdin.write("this is not JSON\n")
    worker.process.stdin.flush()
    worker.process.stdin.buffer.write(b"\xff\xfe\n")
    worker.send({"protocol": 2, "kind": "ingest"})
    assert [worker.event()["class"] for _ in range(3)] == ["internal"] * 3
    failure = worker.fails("brew", {}, {})
    assert failure.kind == "internal" and "'brew'" in failure.message
    worker.run("ingest", ingest(), {"table": write_table(tmp_path / "train.csv")})


def test_a_bug_is_internal_with_the_traceback_in_the_log(worker, dataset):
    failure = worker.fails("finetune", finetune(seed="one"), inputs(dataset, "tokens", "rows"))
    assert failure.kind == "internal" and failure.message.startswith("TypeError: ")
    assert "Traceback" in str(failure)


def test_missing_inputs(worker, tmp_path):
    assert worker.fails("ingest", ingest(), {}).kind == "missing-input"
    failure = worker.fails("ingest", ingest(), {"table": {"path": str(tmp_path / "gone.csv"), "name": "data/train.csv"}})
    assert failure.kind == "missing-input" and "data/train.csv" in failure.message


def test_a_library_that_is_missing_is_unavailable(fresh, dataset, tmp_path):
    (tmp_path / "tokenizers.py").write_text("raise ImportError('libfoo.so.1: cannot open shared object file')")
    failure = fresh(prefix=f"{tmp_path}:").fails("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, inputs(dataset, "texts"))
    assert failure.kind == "unavailable" and "libfoo" in failure.message


def test_cuda_where_there_is_none_is_unavailable(worker, dataset, backbones):
    import torch
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["mistral"])
    assert worker.fails("finetune", finetune(), given, device="cuda").kind == "unavailable"


def test_memory_that_runs_out_is_reported_and_the_worker_goes_on(fresh, dataset):
    worker = fresh()
    given = inputs(dataset, "tokens", "rows", "folds")
    worker.run("finetune", finetune(scratch=TINY, lora=None), given)
    size = int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(worker.process.pid, resource.RLIMIT_AS, (size + 2**28, resource.RLIM_INFINITY))
    failure = worker.fails("finetune", finetune(scratch=TINY | {"vocabulary": 262144, "hidden": 2048}, lora=None), given)
    assert failure.kind == "out-of-memory"
    worker.run("finetune", finetune(scratch=TINY, lora=None), given)


def test_no_number_is_written_as_null(tmp_path):
    from ablate_worker.protocol.channel import sayable
    assert sayable({"a": float("nan"), "b": [float("inf"), 1.5], 3: "x"}) == {"a": None, "b": [None, 1.5], "3": "x"}


@pytest.mark.parametrize("quantized", [False, True])
def test_a_warm_worker_gives_the_bytes_of_a_cold_one(quantized, fresh, worker, dataset, backbones):
    if quantized:
        pytest.importorskip("bitsandbytes")
    parameters = finetune(quantization="nf4" if quantized else "none")
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["wide llama"])

    def chain(worker):
        model, trained = worker.run("finetune", parameters, given)
        predictions, _ = worker.run("predict", predicting(parameters, 0),
                                    inputs(dataset, "tokens", "folds", backbone=backbones["wide llama"], model=model / "model"))
        return digest(model), digest(predictions), trained["metrics"]

    cold = chain(fresh())
    # Another seed, rank and backbone, a failed step and a baseline: whatever these leave behind must not show.
    worker.run("finetune", parameters | {"seed": 2, "lora": parameters["lora"] | {"rank": 8}}, given)
    worker.fails("finetune", parameters | {"lora": parameters["lora"] | {"targets": ["nothing"]}}, given)
    assert chain(worker) == cold
    assert chain(worker) == cold
    worker.run("finetune", finetune(lora=None), given | {"backbone": backbones["qwen2"]})
    assert chain(worker) == cold


def test_a_store_that_goes_while_a_step_runs_is_said_to_have_gone(fresh, dataset):
    import shutil
    worker = fresh()
    attempt = worker.start("finetune", finetune(scratch=TINY, lora=None), inputs(dataset, "tokens", "rows", "folds"))
    while worker.event()["event"] != "progress":
        pass
    shutil.rmtree(attempt / "outputs")
    with pytest.raises(StepFailed) as failed:
        worker.finish(attempt)
    assert failed.value.kind == "unavailable" and f"{attempt}/outputs has gone while the step ran" in failed.value.message


def test_a_full_disk_is_told_once(tmp_path):
    import errno

    from ablate_worker.protocol.step import describe
    told = describe(OSError(errno.ENOSPC, "No space left on device", "/store/attempts/1/outputs/model"))
    assert told == {"class": "unavailable", "message": "the disk is full: no room for /store/attempts/1/outputs/model"}
