"""What a command says that nobody can read: an exit code tells of it, and what stands on the command line is shown as text."""

import os
import shutil
import subprocess
import sys

import pytest
from command import BINARY, Project, site


@pytest.fixture
def project(tmp_path):
    (tmp_path / "train.csv").write_text("id,answer,who\n" + "".join(f"{n},text {n},{'ab'[n % 2]}\n" for n in range(12)))
    (tmp_path / "recipe.yaml").write_text(
        "recipe: r\ndata: {train: train.csv, columns: {id: id, answer: answer, label: who}, labels: [a, b]}\n"
        "folds: {kind: k-fold, count: 2}\nmodels: {words: {tfidf: {}}}\n")
    site(tmp_path)
    return Project(tmp_path)


@pytest.mark.parametrize("arguments", [("check",), ("plan",), ("plan", "--json"), ("show",), ("status",), ("diff",)])
def test_a_result_that_cannot_be_written_is_no_success(project, arguments):
    with open("/dev/full", "w") as full:
        command = project.command(*arguments) + ([str(project.recipe)] if arguments == ("diff",) else [])
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 69 and "No space left on device" in result.stderr


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("run", "--help"), ("--generate-completion-script", "bash")])
def test_what_the_parser_prints_is_written_or_told_of(arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 69 and "No space left on device" in result.stderr
    assert subprocess.run([BINARY, *arguments], capture_output=True).returncode == 0


def test_a_reader_that_leaves_is_no_failure(project):
    result = subprocess.run(f"'{BINARY}' plan '{project.recipe}' | true; echo ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash",
                            capture_output=True, text=True)
    assert result.stdout.strip() in ("0", "141") and "error" not in result.stderr


@pytest.mark.parametrize("arguments", [
    ["\x1b[31mverb"], ["logbook", "r.yaml", "--export", "x\x1b]0;title\x07.zzz"], ["schema", "\u202egnp"], ["run", "--\x9b31m"],
    ["import", "a\x1bx"],
])
def test_what_the_parser_repeats_is_shown_as_text(arguments):
    result = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    text = result.stdout + result.stderr
    assert result.returncode in (64, 65, 66) and not {c for c in text if c in "\x1b\x07\u202e\x9b"}, text


@pytest.mark.parametrize("limit", [4, 6, 10, 12, 16, 24, 31])
@pytest.mark.parametrize("verb", ["check", "run", "logbook", "optimize"])
def test_too_few_open_files_are_told_of_before_anything_begins(project, limit, verb):
    arguments = ["optimize", "train.csv", "--group", "who", "--output", "o.parquet"] if verb == "optimize" else project.command(verb)[1:]
    result = subprocess.run(["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", BINARY, *arguments], capture_output=True, text=True, cwd=project.folder)
    assert result.returncode == 69 and "ulimit -n" in result.stderr, (result.returncode, result.stderr)
    assert not (project.folder / ".ablate").exists()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("verb", ["check", "plan", "run"])
def test_streams_that_are_closed_take_nothing_and_fail_nothing(project, closed, verb):
    command = " ".join(f"'{word}'" for word in project.command(verb))
    assert subprocess.run(["sh", "-c", f"exec {command} {closed}"], capture_output=True).returncode == 0
    if verb == "run":
        assert (project.folder / "logbook" / "index.html").read_text().startswith("<!doctype html>")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, whose processes can be counted")
@pytest.mark.parametrize("most", [1, 2, 4, 6])
def test_too_few_threads_are_told_of(tmp_path, most):
    binary = tmp_path / "ablate"
    shutil.copy(BINARY, binary)
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == 0 and path != path.parent and str(path).startswith("/tmp/"):
            path.chmod(0o755)
    script = f"import os, resource; resource.setrlimit(resource.RLIMIT_NPROC, ({most}, {most})); os.setgid(61234); os.setuid(61234); os.execv('{binary}', ['ablate', '--version'])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 69 and "threads" in result.stderr, (result.returncode, result.stderr)
