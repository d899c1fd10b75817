"""A recipe's folder from somebody else: what lies in it names no program for verbs that only read."""

import os
import subprocess
import sys

import pytest

from command import BINARY


@pytest.fixture
def hostile(project):
    """A finished project whose site file names a program that leaves a trace."""
    program = project.folder / "evil.sh"
    program.write_text(f'#!/bin/sh\ntouch "{project.folder}/executed"\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    (project.folder / "site.yaml").write_text(f"python: {program}\n")
    return project


def bare(tmp_path, **variables):
    """Nowhere an environment, and nothing on the path to make one with."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config"), "PATH": str(tmp_path), **variables}


READING = {
    "parquet": ["logbook", "--export", "table.parquet"],
    "tensorboard": ["logbook", "--tensorboard", "events"],
    "mlflow": ["logbook", "--mlflow", "http://127.0.0.1:9"],
    "model": ["show", "tiny/seed-1/fold-0/finetune", "--export", "model"],
}


@pytest.mark.parametrize("verb", READING)
def test_verbs_that_only_read_start_no_program_of_the_folder(hostile, tmp_path, verb):
    name, *rest = READING[verb]
    result = subprocess.run(
        [BINARY, name, str(hostile.recipe), *rest], capture_output=True, text=True, cwd=tmp_path,
        env={**hostile.environment(), **bare(tmp_path)}, timeout=120)
    assert not (hostile.folder / "executed").exists()
    # It is said, and its own environment is what it looked for.
    assert f"`python` of {hostile.folder}/site.yaml is passed over" in result.stderr
    assert result.returncode == 69 and "no Python" in result.stderr, result.stderr


def test_a_site_that_is_named_or_ones_own_counts(hostile, tmp_path):
    table = tmp_path / "table.parquet"
    result = hostile.ablate("logbook", *hostile.site, "--export", str(table), **bare(tmp_path, PATH=os.environ["PATH"]))
    assert result.returncode == 0 and table.exists() and (hostile.folder / "executed").exists(), result.stderr
    (hostile.folder / "executed").unlink()
    table.unlink()
    own = tmp_path / "config" / "ablate" / "site.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(f"python: {sys.executable}\n")
    result = hostile.ablate("logbook", "--export", str(table), **bare(tmp_path, PATH=os.environ["PATH"]))
    assert result.returncode == 0 and table.exists() and not (hostile.folder / "executed").exists(), result.stderr


@pytest.mark.parametrize("verb", [["check"], ["plan"], ["plan", "--strict-environment"], ["why", "final/optimize-test"], ["show"], ["status"], ["logbook"], ["diff"]])
def test_nothing_else_starts_it(hostile, verb):
    name, *rest = verb
    arguments = [BINARY, name, str(hostile.recipe), *([str(hostile.recipe)] if name == "diff" else []), *rest]
    subprocess.run(arguments, capture_output=True, timeout=120, env=hostile.environment())
    assert not (hostile.folder / "executed").exists()


@pytest.mark.parametrize("content", ["cores: -1\n", "!!python/object:x {}\n", "\0\0", "nonsense: 1\n"])
def test_check_refuses_a_site_file_that_no_run_could_begin_with(project, content):
    (project.folder / "site.yaml").write_text(content)
    result = subprocess.run([BINARY, "check", str(project.recipe)], capture_output=True, text=True)
    assert result.returncode == 65 and "site.yaml:1:" in result.stderr and "no errors" not in result.stdout
