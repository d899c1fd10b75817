"""`status` from another terminal: of a run that goes on, that ended, or that was killed at work."""

import json
import os
import signal
import socket
import subprocess

import pytest
from conftest import until
from programs import Programs

STEPS = """\
  quick: {command: [sh, -c, 'echo quick > "$1"', x, "{out.a}"], outputs: [a]}
  slow: {command: [sh, -c, 'echo slow > "$1"; while [ ! -e $(printf %s%s g o) ]; do sleep 0.05; done', x, "{out.b}"], outputs: [b]}
  last: {command: [cp, "{in.b}", "{out.c}"], inputs: {b: slow.b}, outputs: [c]}
"""


@pytest.fixture
def project(tmp_path) -> Programs:
    return Programs.make(tmp_path / "project", STEPS)


def status(project, *arguments: str) -> dict:
    result = project.ablate("status", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def text(project, *arguments: str) -> str:
    result = project.ablate("status", *arguments)
    assert result.returncode == 0, result.stderr
    assert all(len(line) <= 80 for line in result.stdout.splitlines()), result.stdout
    return result.stdout


def working(project) -> dict | None:
    """The living word once the slow step is at work and the quick one done."""
    for live in status(project)["live"]:
        if live["is_alive"] and live["executed"] == 1 and [one["address"] for one in live["running"]] == ["slow/command"]:
            return live
    return None


@pytest.fixture
def engine(project):
    engine = project.start()
    yield engine
    engine.kill()
    engine.communicate()
    (project.folder / "go").write_text("")  # a program of the recipe's own outlives an engine that is killed so hard


def test_a_recipe_that_was_never_run(project):
    document = status(project)
    assert document["state"] == "never run" and document["run"] is None and document["live"] == []
    assert "never run, 0 of 3 steps done" in text(project)
    assert not (project.folder / ".ablate").exists(), "status made a store"


def test_a_run_at_work_is_told_from_outside(project, engine):
    live = until(lambda: working(project))
    assert (live["total"], live["waiting"], live["failed"]) == (3, 1, [])
    assert (live["process"], live["host"]) == (engine.pid, socket.gethostname())
    assert status(project)["state"] == "running"
    shown = text(project)
    assert "running, 1 of 3 steps done, 1 running, 1 waiting" in shown
    assert f"process {engine.pid}" in shown and "slow/command" in shown
    (project.folder / "go").write_text("")
    engine.communicate(timeout=20)
    document = status(project)
    assert document["state"] == "complete" and document["live"] == [] and document["counts"]["reuse"] == 3
    assert "run @1" in text(project) and "3 run, 0 reused" in text(project)


def test_the_time_to_go_is_that_of_past_runs(project, engine):
    until(lambda: working(project))
    assert working(project)["eta_seconds"] is None, "nothing is known of a program that never ended"
    (project.folder / "go").write_text("")
    engine.communicate(timeout=20)
    (project.folder / "go").unlink()
    project.edit("echo slow", "echo slower")
    again = project.start()
    try:
        live = until(lambda: next((one for one in status(project)["live"] if one["running"]), None))
        assert 0 <= live["eta_seconds"] < 10
    finally:
        again.kill()
        again.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_right_after_its_end_by_a_signal(project, engine, number):
    until(lambda: working(project))
    engine.send_signal(number)
    engine.communicate(timeout=20)
    document = status(project)
    assert document["state"] == {signal.SIGKILL: "killed", signal.SIGINT: "interrupted"}[number]
    assert document["counts"]["reuse"] == 1
    shown = text(project)
    assert "interrupted, 1 of 3 steps done" in shown
    if number == signal.SIGKILL:
        assert "nothing is lost" in shown and "goes on" in shown and "at work then: slow/command" in shown
        assert [live["is_alive"] for live in document["live"]] == [False]
    (project.folder / "go").write_text("")
    assert project.names() == ["last", "slow"]
    document = status(project)
    assert document["state"] == "complete" and document["live"] == []


def test_another_process_of_the_same_number_is_not_the_run(project, engine):
    """The word of a dead run names a process that lives: this one."""
    until(lambda: working(project))
    engine.kill()
    engine.communicate()
    for path in [*(project.folder / ".ablate" / "live").glob("*.json"), *(project.folder / ".ablate" / "runs" / "programs").iterdir()]:
        document = json.loads(path.read_text())
        document["process"] = os.getpid()
        for seal in ("seal", "store_format"):  # as documents were before they were sealed
            document.pop(seal, None)
        path.write_text(json.dumps(document))
    assert status(project)["state"] == "killed"


def test_a_failed_step_and_its_log(project):
    project.edit("echo slow >", "echo the disk is sad >&2; exit 3; echo >")
    project.run(expect=1)
    shown = project.ablate("status").stdout
    assert "failed slow/command" in shown and "the disk is sad" in shown and "its log: " in shown


def test_watching_ends_with_the_run(project, engine):
    until(lambda: working(project))
    watcher = subprocess.Popen(
        project.command("status", "--watch"), stdout=subprocess.PIPE, text=True, env=project.environment())
    first = watcher.stdout.readline()
    assert "running" in first
    (project.folder / "go").write_text("")
    rest, _ = watcher.communicate(timeout=30)
    assert watcher.returncode == 0 and "complete, 3 of 3 steps done" in rest


def test_while_the_recipe_is_being_edited_its_run_is_told_all_the_same(project, engine):
    until(lambda: working(project))
    project.recipe.write_text(project.recipe.read_text().replace("folds:", "fodls:"))
    result = project.ablate("status")
    assert result.returncode == 0 and "has mistakes" in result.stderr
    assert "programs: running, 1 of 3 steps done" in result.stdout


def test_runs_have_numbers(project):
    (project.folder / "go").write_text("")
    project.run()
    project.edit("echo quick", "echo quicker")
    project.run()
    runs = status(project, "--runs")["runs"]
    assert [(run["number"], run["state"], run["executed"], run["reused"]) for run in runs] == [
        (2, "complete", 1, 2), (1, "complete", 3, 0)]
    result = subprocess.run(
        [project.command("status")[0], "status", f"{project.recipe}@1", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["number"] == 1
    result = subprocess.run([project.command("status")[0], "status", f"{project.recipe}@5"], capture_output=True, text=True)
    assert result.returncode == 66


def test_a_fine_tune_at_work_shows_its_loss_and_speed(fresh):
    fresh.edit("training: {epochs: 2, batch: 8", "training: {epochs: 4000, batch: 8")
    engine = subprocess.Popen(
        fresh.command("run", "--progress", "none", "tiny/seed-1/fold-0/finetune"), env=fresh.environment())

    def speaking():
        live = [one for live in status(fresh)["live"] for one in live["running"] if one["kind"] == "finetune"]
        return live and live[0]["tokens_per_second"] and live[0]
    try:
        work = until(speaking, seconds=60)
        assert work["loss"] > 0 and 0 < work["done"] < work["total"] and work["unit"] == "steps"
        shown = text(fresh)
        assert "loss " in shown and "tokens/s" in shown and "to go" in shown
    finally:
        engine.terminate()
        engine.wait()
