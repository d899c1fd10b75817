"""Paths that lead elsewhere: out of a folder, through links, to devices. Nothing outside is written, and nothing hangs."""

import json
import os

import pytest

from conftest import Project, site, write_tables
from programs import Programs


@pytest.fixture
def make(tmp_path):
    return lambda steps: Programs.make(tmp_path / "project", steps)


def failure(project) -> str:
    result = project.ablate("run", "--json")
    assert result.returncode == 1, result.stdout + result.stderr
    [event] = [event for event in map(json.loads, result.stdout.splitlines()) if event["event"] == "failed"]
    return event["message"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../outside", "nowhere"])
def test_an_output_that_is_a_link_is_not_followed(make, tmp_path, target):
    (tmp_path / "outside").write_text("not yours")
    project = make(f"  link: {{command: [ln, -s, '{target}', '{{out.text}}'], outputs: [text]}}\n")
    said = failure(project)
    assert "link" in said or "did not write {out.text}" in said, "a link to nothing is nothing"
    assert set(project.plan().values()) == {"run"} and (tmp_path / "outside").read_text() == "not yours"


def test_a_folder_with_a_link_in_it_is_not_followed(make):
    project = make("  folder: {command: [sh, -c, 'mkdir \"$1\"; ln -s /etc/passwd \"$1/p\"', x, '{out.parts}'], outputs: [parts]}\n")
    assert "link" in failure(project)


@pytest.mark.parametrize("kind", ["p", "c 1 5"])
def test_an_output_that_is_no_file_is_refused(make, kind):
    project = make(f"  node: {{command: [sh, -c, 'mknod \"$1\" {kind}', x, '{{out.text}}'], outputs: [text]}}\n")
    if kind != "p" and os.geteuid() != 0:
        pytest.skip("no right to make a device")
    failure(project)
    assert set(project.plan().values()) == {"run"}


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "fifo", "folder", "loop"])
def test_a_table_that_is_no_file_is_refused_at_once(tmp_path, path):
    write_tables(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "recipe.yaml").write_text(
        f"recipe: odd\ndata: {{train: t.csv, columns: {{answer: answer, label: who}}, labels: [a, b, c]}}\n"
        "folds: {kind: k-fold}\nmodels:\n  words: {tfidf: {}}\n")
    (tmp_path / "t.csv").symlink_to(path)
    site(tmp_path)
    project = Project(tmp_path)
    result = project.ablate("run", "data/train/ingest")
    assert result.returncode in (1, 65, 66, 69) and "t.csv" in result.stderr, result.stdout + result.stderr
