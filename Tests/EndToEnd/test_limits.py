"""Limits of steps and machines: time, memory, lost workers and those that will not die, full disks, wrong clocks."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fault_points import STEPS, check_objects, make as make_small, records
from programs import Programs


@pytest.fixture
def make(tmp_path):
    return lambda steps: Programs.make(tmp_path / "project", steps)


def events(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def marked(project) -> list[int]:
    """Processes that have the project's folder in their environment or their working folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"CANARY={project.folder}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def gone(project, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not marked(project):
            return True
        time.sleep(0.05)
    return False


def test_a_step_that_takes_too_long_is_stopped(make):
    project = make("  slow: {command: [sh, -c, 'sleep 60 & sleep 60; : \"$1\"', x, '{out.text}'], outputs: [text], resources: {time: 1}}\n")
    begun = time.monotonic()
    result = project.ablate("run", "--json", CANARY=str(project.folder))
    failed = [event for event in events(result) if event["event"] == "failed"]
    assert result.returncode == 1 and time.monotonic() - begun < 10
    assert [event["class"] for event in failed] == ["timeout"] and "stopped after 1 s, its resources.time" in failed[0]["message"]
    assert gone(project)
    project.edit("time: 1", "time: 100")
    assert project.plan() == {"slow/command": "run"}, "a limit is in no key, and nothing was stored"


def test_memory_bounds_how_many_run_at_once(make):
    steps = "".join(
        f"  s{n}: {{command: [sh, -c, 'date +%s.%N > \"$1\"; sleep 0.4; date +%s.%N >> \"$1\"', s{n}, '{{out.o{n}}}'], outputs: [o{n}],"
        f" resources: {{cores: 1, memory: 600}}}}\n" for n in range(4))
    project = make(steps)
    (project.folder / "site.yaml").write_text("cores: 4\nmemory: 1300\n")
    assert len(project.names()) == 4
    times = [[float(line) for line in project.result(f"s{n}", f"o{n}").splitlines()] for n in range(4)]
    most = max(sum(begin <= moment < end for begin, end in times) for moment, _ in times)
    assert most == 2


def test_a_program_that_leaves_its_group_and_ignores_every_signal_does_not_outlive_the_run(make):
    project = make("  stubborn: {command: [sh, stubborn.sh, '{out.text}'], outputs: [text]}\n")
    project.write("stubborn.sh", "trap '' TERM INT HUP\nsetsid sh -c \"trap '' TERM INT HUP; touch ready; sleep 77; sleep 77\" &\nsleep 77\nsleep 77\n")
    engine = subprocess.Popen(
        project.command("run", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=project.environment(CANARY=str(project.folder)), start_new_session=True)
    deadline = time.monotonic() + 20
    while not (project.folder / "ready").exists():
        assert time.monotonic() < deadline and engine.poll() is None
        time.sleep(0.05)
    assert len(marked(project)) >= 4
    engine.send_signal(2)
    begun = time.monotonic()
    engine.communicate(timeout=20)
    assert engine.returncode == 130 and time.monotonic() - begun < 4
    assert gone(project, 1)


# Workers that are not what they should be. `$0` is the fake interpreter.
WORKERS = {
    "stubborn": ("trap '' TERM INT HUP; setsid sh -c \"trap '' TERM; sleep 88\" & sleep 0.3; echo garbage; sleep 88", "protocol"),
    "segfault": ("kill -SEGV $$", "crashed"),
    "out of memory": ("kill -KILL $$", "crashed"),
    "endless line": ("head -c 100000000 /dev/zero | tr '\\0' x; sleep 88", "protocol"),
    "not text": ("printf '\\377\\376\\n'; sleep 88", "protocol"),
    "two results": ('read line; echo \'{"event": "result", "outputs": []}\'; echo \'{"event": "result", "outputs": []}\'; sleep 88', "protocol"),
}


def fake(project, script: str) -> None:
    worker = project.folder / "python"
    worker.write_text(f"#!/bin/bash\n{script}\n")
    worker.chmod(worker.stat().st_mode | stat.S_IXUSR)
    (project.folder / "site.yaml").write_text(f"python: {worker}\n")


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_gone_wrong_is_named_and_leaves_nothing(fresh, name):
    script, wanted = WORKERS[name]
    fake(fresh, script)
    begun = time.monotonic()
    result = fresh.ablate("run", "--json", "data/train/ingest", CANARY=str(fresh.folder))
    failed = [event for event in events(result) if event["event"] == "failed"]
    assert result.returncode == 1 and [event["class"] for event in failed] == [wanted], result.stdout + result.stderr
    assert len(failed[0]["message"]) < 2_000 and time.monotonic() - begun < 15
    assert gone(fresh), "something outlived the run"
    assert set(fresh.plan().values()) == {"run"}


def test_a_lost_worker_is_replaced_as_often_as_the_site_says(fresh):
    """The first two interpreters die; the third is the real one."""
    fake(fresh, f'echo x >> "{fresh.folder}/tries"; [ $(wc -l < "{fresh.folder}/tries") -lt 3 ] && kill -KILL $$; exec {sys.executable} "$@"')
    with open(fresh.folder / "site.yaml", "a") as site:
        site.write("retries: 1\n")
    result = fresh.ablate("run", "--json", "data/train/ingest")
    assert result.returncode == 1 and "trying again, 1 of 1" in result.stdout + result.stderr
    (fresh.folder / "tries").unlink()
    (fresh.folder / "site.yaml").write_text((fresh.folder / "site.yaml").read_text().replace("retries: 1", "retries: 2"))
    assert fresh.run("data/train/ingest") == ["data/train/ingest"]
    assert len((fresh.folder / "tries").read_text().split()) == 3
    assert not list((fresh.folder / ".ablate" / "attempts").iterdir())


def test_what_was_the_users_mistake_is_not_tried_again(fresh):
    (fresh.folder / "train.csv").write_text("id,question,answer,who\n1,q,a,nobody\n")
    with open(fresh.folder / "site.yaml", "a") as site:
        site.write("retries: 5\n")
    begun = time.monotonic()
    result = fresh.ablate("run", "--json", "data/train/ingest")
    assert result.returncode == 1 and "trying again" not in result.stdout + result.stderr and time.monotonic() - begun < 20


def can_mount(tmp_path) -> bool:
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True).returncode == 0


@pytest.mark.parametrize("pages", [1, 3, 6, 10, 16, 24, 32])
def test_a_disk_of_any_size_that_is_full_loses_nothing(tmp_path, pages):
    """A real file system of so many pages of 4 KiB; then the disk is made larger and the run goes on."""
    if not can_mount(tmp_path):
        pytest.skip("no right to mount a file system")
    project = make_small(tmp_path / "project")
    reference = make_small(tmp_path / "reference")
    reference.run()
    store, result = tmp_path / "disk", tmp_path / "out"
    store.mkdir()
    ablate = " ".join(project.command("run", "--json", "--store", str(store / "store")))
    script = (f"mount -t tmpfs -o size={4 * pages}k tmpfs {store}; {ablate} > {result}.1 2> {result}.2; echo $? > {result}.code;"
              f"mount -o remount,size=64m {store}; {ablate} > {result}.3 2> {result}.4; echo $? >> {result}.code; cp -a {store}/store {tmp_path}/kept")
    subprocess.run(["unshare", "-m", "bash", "-c", script], timeout=60, check=True, env=project.environment())
    first, second = [int(code) for code in Path(f"{result}.code").read_text().split()]
    said = Path(f"{result}.1").read_text() + Path(f"{result}.2").read_text()
    assert second == 0, Path(f"{result}.4").read_text()
    assert first in (0, 1, 69) and (first == 0 or "space" in said), said
    shutil.move(tmp_path / "kept", project.folder / ".ablate")
    assert records(project) == records(reference)
    check_objects(project)
    done = {event["address"] for event in map(json.loads, Path(f"{result}.1").read_text().splitlines()) if event["event"] == "finished"}
    again = {event["address"] for event in map(json.loads, Path(f"{result}.3").read_text().splitlines()) if event["event"] == "finished"}
    assert not done & again


@pytest.mark.parametrize("moment", [0, 4_000_000_000], ids=["1970", "2096"])
def test_clocks_that_were_wrong_rerun_nothing_and_hide_no_change(tmp_path, moment):
    """Every file of the project and of its store has a time that a wrong clock gave it."""
    project = make_small(tmp_path / "project")

    def stamp():
        for path in project.folder.rglob("*"):
            os.utime(path, (moment, moment), follow_symlinks=False)

    stamp()
    assert len(project.run()) == 3
    stamp()
    assert project.run() == []
    (project.folder / "source.txt").write_text("drows\n")  # of the same size
    stamp()
    assert project.run() == ["one/command", "two/command"]
    assert project.run() == []
    (project.folder / "source.txt").write_text("words\n")
    assert project.run() == []


def test_no_secret_of_the_environment_is_kept_or_said(tmp_path):
    project = Programs.make(tmp_path / "project", STEPS + "  env: {command: [sh, -c, 'echo done > \"$1\"', x, '{out.e}'], outputs: [e]}\n"
                            "  wrong: {command: [sh, -c, 'echo broken >&2; exit 3', x, '{out.w}'], outputs: [w]}\n")
    project.write("source.txt", "words\n")
    project.write("one.sh", 'cat "$1" > "$2"; mkdir "$3"; echo 1 > "$3/a"\n')
    secrets = {name: f"canary-{number}-4711" for number, name in enumerate(
        ["HF_TOKEN", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "WANDB_API_KEY", "MY_PASSWORD"])}
    result = project.ablate("run", "--json", "--keep-going", **secrets)
    said = result.stdout + result.stderr
    for verb in (["plan"], ["show", "env/command", "--json"], ["status"], ["logbook"], ["why", "wrong/command"]):
        again = project.ablate(*verb, **secrets)
        said += again.stdout + again.stderr
    assert "canary-" not in said
    for path in project.folder.rglob("*"):
        assert path.is_dir() or b"canary-" not in path.read_bytes(), path
