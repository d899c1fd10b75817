"""What is in no key: versions of libraries, whose drift is shown; and chance, which a second result of a key gives away."""

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Project, site, write_tables
from programs import Programs
from test_why import RECIPE, done, words  # noqa: F401 (fixtures)


def plan(project: Project, *arguments: str) -> dict:
    result = project.ablate("plan", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def drift(project: Project) -> dict:
    return {one["library"]: (one["recorded"], one["installed"]) for one in plan(project)["library_drift"]}


@pytest.fixture
def overlaid(words, tmp_path):  # noqa: F811
    """The finished project with an environment laid over that of the tests, in which a library can have another version."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", environment], check=True)
    packages = next((environment / "lib").glob("python3.*")) / "site-packages"
    own = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (packages / "below.pth").write_text("\n".join(own) + "\n")
    (words.folder / "site.yaml").write_text(f"python: {environment}/bin/python\n")
    return words, packages


def install(packages: Path, library: str, version: str) -> None:
    """What an installer leaves behind of a version, as far as anybody asks."""
    for old in packages.glob(f"{library.replace('-', '_')}-*.dist-info"):
        (old / "METADATA").unlink()
        old.rmdir()
    folder = packages / f"{library.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: {version}\n")


def test_without_drift_nothing_is_said(words):  # noqa: F811
    assert drift(words) == {}
    assert "drift" not in words.ablate("plan").stdout


def test_versions_are_those_that_python_would_import(words):  # noqa: F811
    """Against importlib.metadata: every library that a record names has the version that Python says."""
    for library, version in words.record("words/fold-0/fit")["environment"]["versions"].items():
        assert importlib.metadata.version(library) == version
    assert drift(words) == {}


def test_drift_is_shown_and_runs_nothing(overlaid):
    project, packages = overlaid
    assert drift(project) == {}
    install(packages, "scikit-learn", "99.1")
    recorded = importlib.metadata.version("scikit-learn")
    assert drift(project) == {"scikit-learn": (recorded, "99.1")}
    text = project.ablate("plan").stdout
    assert f"scikit-learn {recorded} -> 99.1" in text and "--strict-environment" in text
    assert set(project.plan().values()) == {"reuse"} and project.run() == []


def test_strict_runs_again_what_other_versions_made_and_only_once(overlaid):
    project, packages = overlaid
    install(packages, "scikit-learn", "99.1")
    steps = {step["address"]: step for step in plan(project, "--strict-environment")["steps"]}
    assert steps["words/fold-0/fit"]["state"] == "run" or steps["data/train/ingest"]["state"] == "run"
    assert "other versions of libraries" in steps["data/train/ingest"]["reason"]
    before = {address: project.record(address) for address in ("words/fold-0/fit", "blend/evaluate")}
    executed = project.run("--strict-environment")
    assert "data/train/ingest" in executed and "words/fold-0/fit" in executed
    # Native steps have no libraries; their inputs have the same bytes as before.
    assert "blend/evaluate" not in executed
    after = project.record("words/fold-0/fit")
    assert after["environment"]["versions"]["scikit-learn"] == "99.1" and after["key"] == before["words/fold-0/fit"]["key"]
    assert after["outputs"] == before["words/fold-0/fit"]["outputs"]
    assert project.run("--strict-environment") == [] and drift(project) == {}


CHANCE = """\
  dice: {command: [sh, -c, 'cat $(printf %s.txt dice) > "$1"', x, "{out.face}"], outputs: [face]}
  use: {command: [cp, "{in.face}", "{out.used}"], inputs: {face: dice.face}, outputs: [used]}
"""


@pytest.fixture
def dice(tmp_path) -> Programs:
    """A step that reads what it does not name: to the engine it is a throw of dice."""
    project = Programs.make(tmp_path / "dice", CHANCE)
    project.write("dice.txt", "1\n")
    project.run()
    return project


def lose(project: Programs) -> None:
    project.output("dice/command", "face").unlink()


def test_a_key_with_two_results_is_flagged_and_both_are_kept(dice):
    before = dice.record("dice/command")
    dice.write("dice.txt", "6\n")
    lose(dice)
    result = dice.ablate("run")
    assert "dice/command gave another result than before" in result.stderr
    shown = json.loads(dice.ablate("show", "dice/command", "--json").stdout)
    assert shown["is_deterministic"] is False
    assert [other["outputs"] for other in shown["other_results"]] == [before["outputs"]]
    assert shown["record"]["key"] == before["key"] and shown["record"]["outputs"] != before["outputs"]
    assert "gave another result before" in dice.reasons()["dice/command"]
    assert "not deterministic: the same key also gave" in dice.ablate("why", "dice/command").stdout
    assert dice.result("use", "used") == "6\n"


def test_a_step_that_gives_the_same_again_is_not_flagged(dice):
    lose(dice)
    assert dice.names() == ["dice"]
    assert json.loads(dice.ablate("show", "dice/command", "--json").stdout)["is_deterministic"] is True
    assert not (dice.folder / ".ablate" / "divergent").exists()


def test_the_later_of_two_engines_does_not_replace_the_first_and_is_kept(dice):
    """As where locks do not reach: both run the step, and the one that began first ends last."""
    dice.edit('cat $(printf %s.txt dice) > "$1"', 'cat $(printf %s.txt dice) > "$1"; while grep -q 1 "$1" && [ -e $(printf %s%s wa it) ]; do sleep 0.05; done')
    dice.write("wait", "")
    late = dice.start()
    leases = dice.folder / ".ablate" / "leases"
    deadline = time.monotonic() + 10
    # The file is there before its content is.
    while not (list(leases.iterdir()) and any(
            face.read_text() == "1\n" for face in (dice.folder / ".ablate" / "attempts").glob("*/outputs/face"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for lease in leases.iterdir():
        lease.unlink()
    dice.write("dice.txt", "6\n")
    assert dice.names() == ["dice", "use"]
    (dice.folder / "wait").unlink()
    _, errors = late.communicate(timeout=20)
    assert late.returncode == 0, errors
    shown = json.loads(dice.ablate("show", "dice/command", "--json").stdout)
    assert dice.result("dice", "face") == "6\n", "the first record was replaced"
    assert len(shown["other_results"]) == 1 and shown["is_deterministic"] is False


def test_a_collection_keeps_both_results_while_the_record_is_kept(dice):
    dice.write("dice.txt", "6\n")
    old = dice.output("dice/command", "face")
    content = old.read_bytes()
    lose(dice)
    dice.run()
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(content)
    store = str(dice.folder / ".ablate")
    binary = dice.command("store")[0]
    subprocess.run([binary, "store", "gc", "--store", store], check=True, capture_output=True)
    assert old.exists() and set(dice.plan().values()) == {"reuse"}
    dice.edit('cat $(printf %s.txt dice)', 'cat  $(printf %s.txt dice)')
    dice.run()
    subprocess.run([binary, "store", "gc", "--store", store], check=True, capture_output=True)
    assert not old.exists() and not list((dice.folder / ".ablate" / "divergent").iterdir())


# Inputs that change while a step runs, and tampering so soon that time stamps cannot tell.

@pytest.mark.parametrize("what", ["source.txt", "tool.sh"])
def test_an_input_edited_while_a_program_reads_it_is_not_stored(tmp_path, what):
    project = Programs.make(
        tmp_path / "edited", "  slow: {command: [sh, tool.sh, '{in.source}', '{out.text}'], inputs: {source: ./source.txt}, outputs: [text]}\n")
    project.write("source.txt", "words\n")
    project.write("tool.sh", f'cat "$1" > "$2"\n[ -e once ] || echo "# more" >> {what}\ntouch once\n')
    result = project.ablate("run")
    assert result.returncode == 1 and f"{what} was edited while the step ran" in result.stderr
    assert project.plan() == {"slow/command": "run"}
    assert project.names() == ["slow"]
    assert project.names() == []


def test_a_tamper_right_after_a_look_is_seen(tmp_path):
    """Same size, same modification time, within the clock tick in which the file was read: git's racy case."""
    project = Programs.make(
        tmp_path / "racy", "  copy: {command: [cp, '{in.source}', '{out.text}'], inputs: {source: ./source.txt}, outputs: [text]}\n")
    for number in range(12):
        source = project.write("source.txt", f"{number:02} before\n")
        assert project.plan() == {"copy/command": "run"}
        stamp = source.stat().st_mtime_ns
        project.run()
        with open(source, "r+") as file:
            file.write(f"{number:02} beyond\n")
        os.utime(source, ns=(stamp, stamp))
        assert project.plan() == {"copy/command": "run"}, f"not seen in round {number}"


SWAPS = {
    "the link here.txt": ("ln -s one.txt here.txt", "here.txt", "ln -sfn two.txt here.txt", "ln -sfn one.txt here.txt"),
    "the link here": ("ln -s first here", "here/text", "ln -sfn second here", "ln -sfn first here"),
    "the folder first": ("true", "first/text", "mv first away; cp -r second first", "rm -r first; mv away first"),
}


@pytest.mark.parametrize("what", SWAPS)
def test_what_leads_to_an_input_is_not_changed_and_put_back_unseen(tmp_path, what):
    before, source, away, back = SWAPS[what]
    project = Programs.make(
        tmp_path / "swapped", "  slow: {command: [sh, tool.sh, '{in.source}', '{out.text}'], inputs: {source: ./SOURCE}, outputs: [text]}\n")
    project.edit("SOURCE", source)
    for name, text in {"one.txt": "AAA", "two.txt": "BBB", "first/text": "AAA", "second/text": "BBB"}.items():
        (project.folder / name).parent.mkdir(exist_ok=True)
        project.write(name, text)
    subprocess.run(before, shell=True, check=True, cwd=project.folder)
    project.write("tool.sh", f'[ -e once ] || {{ {away}; }}\ncat "$1" > "$2"\n[ -e once ] || {{ {back}; }}\ntouch once\n')
    result = project.ablate("run")
    kind, name = what.rsplit(" ", 1)
    assert result.returncode == 1 and f"{kind} {project.folder.resolve()}/{name} that leads to it" in result.stderr, result.stderr
    assert project.plan() == {"slow/command": "run"}
    assert project.names() == ["slow"]
    assert project.result("slow", "text") == "AAA"


def test_a_program_may_write_beside_its_input(tmp_path):
    project = Programs.make(
        tmp_path / "beside", "  slow: {command: [sh, -c, 'cat $1 > $2; touch $(dirname $1)/made$$ made$$', x, '{in.source}', '{out.text}'], inputs: {source: ./data/source}, outputs: [text]}\n")
    (project.folder / "data").mkdir()
    project.write("data/source", "words")
    assert project.names() == ["slow"]
    assert project.names() == []
