"""Killed, stopped, lied to: a run loses no finished step, ends with the same result, and leaves no process behind."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest


def start(project, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        project.command("run", "--progress", "json", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=project.environment(), start_new_session=True)


def until(engine: subprocess.Popen, event: str, ending: str) -> list[str]:
    """Reads events until `event` of an address that ends so; gives the addresses finished by then."""
    finished = []
    for line in engine.stdout:
        document = json.loads(line)
        if document["event"] == "finished":
            finished.append(document["address"])
        if document["event"] == event and document.get("address", "").endswith(ending):
            return finished
    raise AssertionError(f"the run ended without {event} of {ending}")


def workers(project) -> list[int]:
    """Worker processes of this project, told by their working files."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            command = (process / "cmdline").read_bytes()
            if b"ablate_worker" in command and os.readlink(process / "cwd") == os.getcwd():
                if str(project.folder).encode() in b"".join(os.readlink(link).encode() for link in (process / "fd").iterdir()):
                    found.append(int(process.name))
        except OSError:
            continue
    return found


def gone(project, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not workers(project):
            return True
        time.sleep(0.1)
    return False


def same_results(project, finished) -> None:
    assert (project.folder / "submission.csv").read_bytes() == (finished.folder / "submission.csv").read_bytes()
    assert set(project.plan().values()) == {"reuse"}
    assert not list((project.folder / ".ablate" / "attempts").iterdir())


def test_a_killed_engine_goes_on_and_ends_with_the_same_result(fresh, finished):
    engine = start(fresh)
    done = until(engine, "started", "seed-1/fold-1/finetune")
    engine.kill()
    engine.wait()
    assert gone(fresh), "the workers outlived the engine"
    assert json.loads(fresh.ablate("status", "--json").stdout)["state"] == "killed"
    executed = fresh.run()
    assert not set(done) & set(executed), "a finished step ran again"
    same_results(fresh, finished)


def test_a_killed_worker_is_a_failed_step_and_the_next_run_goes_on(fresh, finished):
    engine = start(fresh)
    until(engine, "started", "seed-1/fold-0/finetune")
    found = workers(fresh)
    assert found
    for process in found:
        os.kill(process, signal.SIGKILL)
    out, errors = engine.communicate(timeout=120)
    assert engine.returncode == 1
    failed = [json.loads(line) for line in out.splitlines() if json.loads(line)["event"] == "failed"]
    assert failed and {event["class"] for event in failed} == {"crashed"} and "signal 9" in failed[0]["message"]
    fresh.run()
    same_results(fresh, finished)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_in_order(fresh, finished, number):
    engine = start(fresh)
    until(engine, "started", "seed-1/fold-0/finetune")
    engine.send_signal(number)
    out, errors = engine.communicate(timeout=30)
    assert engine.returncode == 130
    assert gone(fresh)
    assert any(json.loads(line)["event"] == "cancelled" for line in out.splitlines())
    fresh.run()
    same_results(fresh, finished)


LIARS = {
    "garbage": ("echo this is no event; sleep 60", "protocol"),
    "old": ('echo \'{"event": "hello", "protocol": 9}\'; sleep 60', "protocol"),
    "crash": ("echo something broke >&2; exit 3", "crashed"),
    "forged": ('read line; echo \'{"event": "result", "outputs": ["rows", "texts"]}\'; sleep 60', "internal"),
    "end": ("exec 1>&-; sleep 1", "crashed"),
}


@pytest.mark.parametrize("name", LIARS)
def test_a_worker_that_breaks_the_protocol_is_a_clear_failure(fresh, name):
    script, wanted = LIARS[name]
    liar = fresh.folder / "python"
    liar.write_text(f"#!/bin/sh\n{script}\n")
    liar.chmod(liar.stat().st_mode | stat.S_IXUSR)
    (fresh.folder / "site.yaml").write_text(f"python: {liar}\n")
    result = fresh.ablate("run", "--json", "data/train/ingest")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    failed = [event for event in events if event["event"] == "failed"]
    assert result.returncode == 1
    assert [event["class"] for event in failed] == [wanted]
    assert set(fresh.plan().values()) == {"run"}, "something was stored"
    (fresh.folder / "site.yaml").write_text(f"python: {sys.executable}\n")
    assert fresh.run("data/train/ingest") == ["data/train/ingest"]


def test_a_table_edited_while_it_is_read_is_not_stored(fresh):
    slow = fresh.folder / "python"
    slow.write_text(f"#!/bin/sh\nsed -i 's/zinc/gold/' {fresh.folder}/train.csv\nexec {sys.executable} \"$@\"\n")
    slow.chmod(0o755)
    (fresh.folder / "site.yaml").write_text(f"python: {slow}\n")
    result = fresh.ablate("run", "data/train/ingest")
    assert result.returncode == 1 and "edited while the step ran" in result.stderr
    assert fresh.plan()["data/train/ingest"] == "run"
