"""The command as a user has it: a small project, run once, and copies of it to change. Nothing is mocked: the engine, the
worker and the libraries are the real ones."""

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("ABLATE", ROOT / ".build" / "debug" / "ablate"))

WORDS = {"a": "red green blue amber violet".split(), "b": "iron copper zinc tin gold".split(), "c": "wolf bear lynx fox otter".split()}

RECIPE = """\
recipe: small
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
  template: "Q: {prompt} A: {answer}"
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words:
    tfidf: {analyzer: word, ngrams: [1, 1]}
  tiny:
    backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lora: {rank: 2, alpha: 4, dropout: 0.0}
    lengths: {prompt: 8, answer: 24}
    training: {epochs: 2, batch: 8, learning-rate: 1.0e-2}
    seeds: [1, 2]
stack:
  blend: {average: [words, tiny]}
  final: {optimize: blend, method: marginals}
ablations:
  rank:
    hypothesis: Is rank 4 better than 2?
    of: tiny
    vary: {lora.rank: [2, 4]}
submission: {from: final, path: submission.csv}
"""


def until(condition, seconds: float = 15):
    """What the condition gives, as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def write_tables(folder: Path, questions: int = 12) -> None:
    rng = random.Random(5)
    for name, count, labelled in [("train.csv", questions, True), ("test.csv", 4, False)]:
        rows = []
        for question in range(count):
            for label in rng.sample("abc", 3):
                answer = " ".join(rng.choice(WORDS[label] if rng.random() < 0.7 else WORDS["b"]) for _ in range(8))
                rows.append([f"{name[:2]}{len(rows)}", f"what is {name[:2]} {question}?", answer] + ([label] if labelled else []))
        with open(folder / name, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "question", "answer"] + (["who"] if labelled else []))
            writer.writerows(rows)


class Project:
    """A folder with a recipe, and the command run in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.recipe = folder / "recipe.yaml"
        # Named on the command line, the site's interpreter counts for verbs that only read, too.
        self.site = ("--site", str(folder / "site.yaml"))

    def command(self, *arguments: str) -> list[str]:
        verb, *rest = arguments
        return [str(BINARY), verb, str(self.recipe), *rest]

    def environment(self, **variables: str) -> dict[str, str]:
        return {**os.environ, "NO_COLOR": "1", **variables}

    def ablate(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=600, env=self.environment(**variables))

    def run(self, *arguments: str, expect: int = 0, **variables: str) -> list[str]:
        """The addresses that a run executed."""
        result = self.ablate("run", "--json", *arguments, **variables)
        assert result.returncode == expect, result.stdout + result.stderr
        events = [json.loads(line) for line in result.stdout.splitlines()]
        return sorted(event["address"] for event in events if event["event"] == "finished")

    def plan(self, *arguments: str) -> dict[str, str]:
        result = self.ablate("plan", "--json", *arguments)
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout)
        assert document["schema_version"] == 1
        return {step["address"]: step["state"] for step in document["steps"]}

    def reasons(self) -> dict[str, str]:
        return {step["address"]: step["reason"] for step in json.loads(self.ablate("plan", "--json").stdout)["steps"]}

    def record(self, address: str) -> dict:
        return json.loads(self.ablate("show", address, "--json").stdout)["record"]

    def output(self, address: str, name: str) -> Path:
        """The object that a step's output is kept as."""
        digest = self.record(address)["outputs"][name]["digest"]
        return self.folder / ".ablate" / "objects" / digest[:2] / digest[2:]

    @property
    def cache(self) -> Path:
        """Where what is derived from the project's store is kept."""
        root = (self.folder / ".ablate").resolve()
        mark = (root / "store.json").stat()
        name = hashlib.sha256(f"{root} {mark.st_dev} {mark.st_ino}".encode()).hexdigest()[:12]
        return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ablate" / "stores" / name

    def edit(self, old: str, new: str) -> None:
        text = self.recipe.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the recipe"
        self.recipe.write_text(text.replace(old, new))

    def copy(self, folder: Path) -> "Project":
        shutil.copytree(self.folder, folder, symlinks=True)
        return type(self)(folder)


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    """A project that has never been run."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    return Project(folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that has been run to its end. Tests change copies of it only."""
    folder = tmp_path_factory.mktemp("finished") / "project"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    project = Project(folder)
    project.executed = project.run()
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project."""
    return finished.copy(tmp_path / "project")


def site(folder: Path) -> None:
    """The interpreter that runs these tests has the worker's libraries."""
    (folder / "site.yaml").write_text(f"python: {sys.executable}\n")
