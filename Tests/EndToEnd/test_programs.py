"""Custom steps: a program of the writer's own runs, fails and is stopped like any other step."""

import json
import os
import signal
import subprocess
import time

import pytest
from programs import Programs


@pytest.fixture
def make(tmp_path):
    return lambda steps: Programs.make(tmp_path / "project", steps)


def failure(project: Programs) -> dict:
    result = project.ablate("run", "--json")
    assert result.returncode == 1, result.stdout + result.stderr
    [event] = [json.loads(line) for line in result.stdout.splitlines() if '"failed"' in line and '"event":"failed"' in line]
    assert set(project.plan().values()) == {"run"}, "something was stored"
    return event


def test_two_steps_in_a_row_hand_on_files_and_folders(make):
    project = make(
        "  parts: {command: [sh, parts.sh, '{out.parts}', '{out.note}'], outputs: [parts, note]}\n"
        "  whole: {command: [sh, -c, 'cat $1/*/*.txt $2 > $3', x, '{in.parts}', '{in.note}', '{out.whole}'],\n"
        "    inputs: {parts: parts.parts, note: parts.note}, outputs: [whole]}\n")
    project.write("parts.sh", 'mkdir -p "$1/a" "$1/b"\necho 1 > "$1/a/x.txt"\necho 2 > "$1/b/y.txt"\necho note > "$2"\n')
    assert project.names() == ["parts", "whole"]
    assert project.result("whole", "whole") == "1\n2\nnote\n"
    project.write("parts.sh", (project.folder / "parts.sh").read_text().replace("echo 2", "echo 3"))
    assert "parts.sh changed" in project.reasons()["parts/command"]
    assert project.names() == ["parts", "whole"]
    assert project.result("whole", "whole") == "1\n3\nnote\n"


def test_it_runs_in_the_recipes_folder_without_a_shell(make):
    project = make("  here: {command: [sh, -c, 'pwd > \"$1\"; echo \"$2\" >> \"$1\"', x, '{out.text}', '$HOME; *'], outputs: [text]}\n")
    result = subprocess.run(
        project.command("run", "--json"), cwd="/", capture_output=True, text=True, timeout=60, env=project.environment())
    assert result.returncode == 0, result.stderr
    assert project.result("here", "text") == f"{os.path.realpath(project.folder)}\n$HOME; *\n"


def test_a_failure_has_the_exit_code_and_the_last_line(make):
    project = make("  bad: {command: [sh, -c, 'echo fine; echo the disk is sad >&2; exit 7; : \"$1\"', x, '{out.text}'], outputs: [text]}\n")
    event = failure(project)
    assert event["class"] == "command-failed"
    assert "exit code 7" in event["message"] and event["message"].endswith("the disk is sad")
    with open(event["log"]) as log:
        assert log.read() == "fine\nthe disk is sad\n"


def test_a_program_killed_by_a_signal_says_which(make):
    event = failure(make("  bad: {command: [sh, -c, 'kill -11 $$; : \"$1\"', x, '{out.text}'], outputs: [text]}\n"))
    assert "signal 11" in event["message"]


def test_an_output_that_is_not_written_is_named(make):
    event = failure(make("  bad: {command: [sh, -c, 'true \"$1\"', x, '{out.text}'], outputs: [text]}\n"))
    assert event["class"] == "command-failed" and "{out.text}" in event["message"]


def test_a_program_that_is_not_there_is_unavailable(make):
    project = make("  bad: {command: [no-such-program-here, '{out.text}'], outputs: [text]}\n")
    result = project.ablate("run")
    assert result.returncode == 69 and "no-such-program-here" in result.stderr


def test_a_failure_stops_what_needs_it_and_keep_going_does_the_rest(make):
    project = make(
        "  bad: {command: [sh, -c, 'exit 1; : \"$1\"', x, '{out.text}'], outputs: [text]}\n"
        "  after: {command: [cp, '{in.text}', '{out.text}'], inputs: {text: bad.text}, outputs: [text]}\n"
        "  other: {command: [sh, -c, 'sleep 0.3; echo > \"$1\"', x, '{out.text}'], outputs: [text]}\n"
        "  more: {command: [cp, '{in.text}', '{out.text}'], inputs: {text: other.text}, outputs: [text]}\n")
    assert project.names("--keep-going", expect=1) == ["more", "other"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_that_the_program_started(make, number):
    project = make(
        "  slow: {command: [sh, -c, 'sleep 321 & sleep 321 & echo $$ > pids; echo $! >> pids; touch ready; wait; : \"$1\"', x,"
        " '{out.text}'], outputs: [text]}\n")
    engine = project.start()
    deadline = time.monotonic() + 20
    while not (project.folder / "ready").exists():
        assert time.monotonic() < deadline and engine.poll() is None
        time.sleep(0.05)
    processes = [int(line) for line in (project.folder / "pids").read_text().split()]
    assert all(alive(process) for process in processes)
    engine.send_signal(number)
    out, _ = engine.communicate(timeout=20)
    assert engine.returncode == 130
    assert any(json.loads(line)["event"] == "cancelled" for line in out.splitlines())
    deadline = time.monotonic() + 5
    while any(alive(process) for process in processes):
        assert time.monotonic() < deadline, "a process outlived the run"
        time.sleep(0.05)
    assert project.plan() == {"slow/command": "run"}


def alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_cores_bound_how_many_run_at_once(make):
    steps = "".join(
        f"  s{n}: {{command: [sh, -c, 'date +%s.%N > \"$1\"; sleep 0.4; date +%s.%N >> \"$1\"', s{n}, '{{out.text}}'],"
        f" outputs: [text], resources: {{cores: 1}}}}\n" for n in range(4))
    project = make(steps)
    (project.folder / "site.yaml").write_text("cores: 2\n")
    project.run()
    spans = [tuple(map(float, project.result(f"s{n}", "text").split())) for n in range(4)]
    most = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)
    assert most == 2


def test_only_run_runs_a_program(make):
    project = make("  mark: {command: [sh, mark.sh, '{out.done}'], outputs: [done]}\n")
    project.write("mark.sh", 'touch ran\necho done > "$1"\n')
    for arguments in (["check"], ["check", "--fix"], ["plan"], ["plan", "--json"], ["show"], ["show", "--resolved"], ["status"],
                      ["why", "mark/command"], ["logbook"]):
        project.ablate(*arguments)
        assert not (project.folder / "ran").exists(), arguments
    assert project.names() == ["mark"] and (project.folder / "ran").exists()
    (project.folder / "ran").unlink()
    for arguments in (["plan"], ["show", "mark/command"], ["why", "mark/command"], ["logbook"], ["run"]):
        project.ablate(*arguments)
    assert not (project.folder / "ran").exists(), "what is reused is not run"
