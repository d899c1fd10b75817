"""A run that is asked to stop, at whatever moment, and an engine that crashes."""

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from command import Project

RECIPE = """\
recipe: signals
data: {train: train.csv, columns: {id: id, answer: answer, label: who}, labels: [a, b], template: "{answer}"}
folds: {kind: stratified-k-fold, count: 2, seed: 1}
models: {}
steps:
  quick: {command: [sh, -c, "echo done > $0", "{out.it}"], outputs: [it]}
  slow: {command: [sh, slow.sh, "{in.text}", "{out.it}"], inputs: {text: quick.it}, outputs: [it]}
"""


def until(process: subprocess.Popen, condition) -> None:
    """Waits for what a process does, while it lives; a minute is more than it takes on any machine."""
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


class Running:
    """`ablate run` with pipes for its words."""

    def __init__(self, project: Project, *arguments: str):
        self.project = project
        self.process = subprocess.Popen(
            project.command("run", "--progress", "plain", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # Tests that were started with nohup would hand that on.
            env=project.environment(), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err


@pytest.fixture
def steps(tmp_path) -> Project:
    """A quick program and a slow one, which says that it is at work and waits for a file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.csv").write_text("id,answer,who\n1,x,a\n2,y,b\n")
    (folder / "recipe.yaml").write_text(RECIPE)
    (folder / "slow.sh").write_text('touch at-work; until [ -e go ]; do sleep 0.05; done; cp "$1" "$2"\n')
    return Project(folder)


@pytest.fixture
def at_work(steps):
    running = Running(steps, "slow/**")
    until(running.process, (steps.folder / "at-work").exists)
    yield running
    (steps.folder / "go").touch()
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_the_run_in_order(at_work, steps, number):
    at_work.signal(number)
    code, text = at_work.end()
    assert code == 130 and "stopping; finished steps stay" in text and "1 run" in text and "1 cancelled" in text, text
    assert not list((steps.folder / ".ablate" / "attempts").iterdir())
    assert steps.plan()["quick/command"] == "reuse"


def test_the_second_signal_ends_it_at_once(at_work, steps):
    # A program that heeds no SIGTERM holds the first signal up for two seconds.
    os.kill(at_work.process.pid, signal.SIGINT)
    assert "stopping" in next(line for line in at_work.process.stderr if "stopping" in line)
    at_work.signal(signal.SIGINT)
    code, text = at_work.end()
    assert code == 130 and "logbook:" not in text


def test_the_second_signal_takes_all_that_was_started_with_it(steps):
    """A program that heeds no SIGTERM, and a child of its that left its group."""
    (steps.folder / "slow.sh").write_text('trap "" TERM; setsid sleep 600 & echo $! $$ > pids; touch at-work; while :; do sleep 0.05; done\n')
    running = Running(steps, "slow/**")
    until(running.process, (steps.folder / "at-work").exists)
    pids = [int(pid) for pid in (steps.folder / "pids").read_text().split()]
    watched = [os.pidfd_open(pid) for pid in pids]
    for _ in range(2):
        running.signal(signal.SIGINT)
    code, _ = running.end()
    assert code == 130

    def is_alive(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    for end in watched:  # readable once its process has ended
        select.select([end], [], [], 60)
        os.close(end)
    assert not any(map(is_alive, pids))


def test_a_signal_before_the_engine_is_at_work_ends_it_with_the_same_code(steps):
    """The table is a large one: it is digested before anything starts, and there is no store before that."""
    with open(steps.folder / "train.csv", "a") as file:
        file.truncate(3 << 30)
    steps.edit("inputs: {text: quick.it}", "inputs: {text: quick.it, table: ./train.csv}")
    running = Running(steps)
    until(running.process, (steps.folder / ".ablate" / "store.json").exists)
    began = time.monotonic()
    running.signal(signal.SIGTERM)
    code, text = running.end()
    assert code == 130 and time.monotonic() - began < 30, text


def test_who_started_it_with_nohup_may_hang_up(steps):
    running = subprocess.Popen(["nohup", *steps.command("run", "slow/**")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(running, (steps.folder / "at-work").exists)
    running.send_signal(signal.SIGHUP)
    (steps.folder / "go").touch()
    assert running.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGILL, signal.SIGTRAP, signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_says_which_recipe_and_step_and_where_the_log_is(at_work, steps, number):
    at_work.signal(number)
    code, text = at_work.end()
    assert code == -number
    line = next(line for line in text.splitlines() if "crashed" in line)
    assert str(steps.recipe) in line and "slow/command (log: " in line and "quick/command" not in line
    log = Path(line.split("(log: ")[1].split(")")[0])
    assert log.parent.parent == steps.folder / ".ablate" / "attempts" and log.parent.is_dir()
    # What it had finished is there, and the next run goes on.
    (steps.folder / "go").touch()
    result = steps.ablate("run", "--json", "slow/**")
    assert result.returncode == 0
    assert [json.loads(line)["address"] for line in result.stdout.splitlines() if '"finished"' in line] == ["slow/command"]


def test_a_crash_of_a_verb_that_only_reads_names_the_recipe(steps):
    (steps.folder / "site.yaml").write_text("cores: 1\n")
    with open(steps.folder / "train.csv", "a") as file:
        file.truncate(3 << 30)
    steps.edit("inputs: {text: quick.it}", "inputs: {text: quick.it, table: ./train.csv}")
    process = subprocess.Popen(steps.command("plan"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # It reads the large table once it knows the recipe.
    table = str(steps.folder / "train.csv")
    until(process, lambda: any(
        os.path.realpath(path) == table for path in Path(f"/proc/{process.pid}/fd").glob("*")))
    process.send_signal(signal.SIGILL)
    assert str(steps.recipe) in process.communicate(timeout=60)[1] and process.returncode == -signal.SIGILL
