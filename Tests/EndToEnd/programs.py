"""Recipes of custom steps alone: small programs of the writer's own, so that a test counts what ran within milliseconds."""

import subprocess
from pathlib import Path

import pytest
from conftest import Project

HEAD = """\
recipe: programs
data: {train: train.csv, columns: {id: id, answer: answer, label: who}, labels: [a, b], template: "{answer}"}
folds: {kind: stratified-k-fold, count: 2, seed: 1}
models: {}
"""


class Programs(Project):
    """A folder whose recipe has custom steps only."""

    @classmethod
    def make(cls, folder: Path, steps: str) -> "Programs":
        folder.mkdir(parents=True)
        (folder / "train.csv").write_text("id,answer,who\n1,x,a\n2,y,b\n")
        (folder / "recipe.yaml").write_text(HEAD + "steps:\n" + steps)
        return cls(folder)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def names(self, *arguments: str, expect: int = 0) -> list[str]:
        """The names of the steps that a run executed."""
        return [address.removesuffix("/command") for address in self.run(*arguments, expect=expect)]

    def result(self, step: str, output: str) -> str:
        return self.output(f"{step}/command", output).read_text()

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            self.command("run", "--progress", "json", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment(), start_new_session=True)


# Five steps in a row, of which the second drops a part of what it reads. Their outputs differ in name: three copies of one
# content under one name would be one piece of work.
CHAIN = """\
  one: {command: [sh, one.sh, "{in.source}", "{out.text}", 1, 8], inputs: {source: ./source.txt}, outputs: [text]}
  two: {command: [sh, -c, "grep -v ^# $1 > $2", two, "{in.text}", "{out.text}"], inputs: {text: one.text}, outputs: [text]}
  three: {command: [cp, "{in.text}", "{out.third}"], inputs: {text: two.text}, outputs: [third]}
  four: {command: [cp, "{in.text}", "{out.fourth}"], inputs: {text: three.third}, outputs: [fourth]}
  five: {command: [cp, "{in.text}", "{out.fifth}"], inputs: {text: four.fourth}, outputs: [fifth]}
"""
ALL = ["five", "four", "one", "three", "two"]


def make_chain(folder: Path) -> Programs:
    """The chain, run once."""
    project = Programs.make(folder, CHAIN)
    project.write("source.txt", "# a remark\nwords\n")
    project.write("one.sh", 'cat "$1" > "$2"\necho "a=$3 b=$4" >> "$2"\n')
    assert project.names() == ALL
    return project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return make_chain(tmp_path_factory.mktemp("chain") / "project")


@pytest.fixture
def chain(made: Programs, tmp_path: Path) -> Programs:
    """A copy of the chain that has been run."""
    return made.copy(tmp_path / "chain")
