"""`ablate show --export`: the folder is whole or not there, and its README's lines, run by transformers and peft alone, give
the predictions that the store has, from the texts of the user's own table."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy
import pytest
from safetensors.numpy import load_file

from conftest import ROOT, Project, site, write_tables

RECIPE = """\
recipe: exports
data:
  train: train.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  template: "Q: {prompt} A: {answer}"
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words: {tfidf: {analyzer: word}}
  based:
    backbone: ./backbone
    lora: {rank: 2, alpha: 4, dropout: 0.0}
    lengths: {prompt: 6, answer: 9, keep: middle}
    training: {epochs: 1, batch: 8, learning-rate: 1.0e-2}
  tiny:
    like: based
    backbone: {scratch: {architecture: llama, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lengths: {prompt: 6, answer: 9, keep: tail}
"""
RUNNER = """
import csv, json, os, sys
code, folder, table, rows = json.load(sys.stdin)
os.chdir(folder)
names = {}
exec(code, names)
with open(table, newline="") as file:
    texts = [{"prompt": row["question"], "answer": row["answer"]} for row in csv.DictReader(file)]
assert not any(name.startswith("ablate") for name in sys.modules)
print(json.dumps([names["probabilities"](names["ids"](texts[row])).tolist() for row in rows]))
"""


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("exports") / "project"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    (folder / "backbone").symlink_to(ROOT / "recipes" / "quickstart" / "backbone")
    site(folder)
    project = Project(folder)
    project.run("words/fold-0/fit", "tiny/*/fold-0/predict-oof", "based/*/fold-0/predict-oof")
    return project


def lines_of(folder) -> str:
    return re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)[1]


def by_the_lines(code, folder, project, rows):
    """What the README's lines say of rows of the user's table, in a process that has no module of ours."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-P", "-c", RUNNER], env=variables, text=True, capture_output=True,
                          input=json.dumps([code, str(folder), str(project.folder / "train.csv"), rows]))
    assert done.returncode == 0, done.stderr
    return numpy.array(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("model", ["based", "tiny"])
def test_transformers_and_peft_alone_give_the_stored_predictions(model, exports, tmp_path):
    folder = tmp_path / "new" / "export"
    result = exports.ablate("show", *exports.site, f"{model}/seed-1/fold-0/finetune", "--export", str(folder), "--merge")
    assert result.returncode == 0, result.stderr
    assert str(folder) in result.stdout and "largest difference of a logit" in result.stdout
    assert [path.name for path in folder.parent.iterdir()] == ["export"], "no draft is left"
    assert not [path for path in folder.rglob("*") if path.is_symlink()], "it needs no store"
    names = {"README.md", "adapter_config.json", "adapter_model.safetensors", "head.safetensors", "tokenizer.json", "merged"}
    assert names <= {path.name for path in folder.iterdir()}
    stored = load_file(exports.output(f"{model}/seed-1/fold-0/predict-oof", "predictions"))
    code, rows = lines_of(folder), stored["rows"].tolist()
    numpy.testing.assert_allclose(by_the_lines(code, folder, exports, rows), stored["probabilities"], atol=1e-5)
    report = json.loads((folder / "report.json").read_text())
    assert report["type"] == ("float16" if model == "based" else "float32")  # what the backbone's file has
    assert report["largest-difference"] < (1e-2 if model == "based" else 1e-5) < report["largest-logit"]
    config = json.loads((folder / "adapter_config.json").read_text())
    backbone = str((ROOT / "recipes" / "quickstart" / "backbone").resolve())
    assert config["base_model_name_or_path"] == (backbone if model == "based" else ".")
    assert "`a`, `b`, `c`" in (folder / "README.md").read_text()


def test_the_backbones_name_may_be_told_and_the_document_says_where_it_is(exports, tmp_path):
    folder = tmp_path / "export"
    result = exports.ablate("show", *exports.site, "based/seed-1/fold-0/finetune", "--export", str(folder) + "/", "--json",
                            "--base-model", "someone/backbone@v1")
    document = json.loads(result.stdout)
    assert document["export"] == str(folder) and document["metrics"]["files"] == len(list(folder.iterdir()))
    config = json.loads((folder / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == ("someone/backbone", "v1")
    assert 'from_pretrained("someone/backbone"' in lines_of(folder) and 'revision="v1"' in lines_of(folder)


@pytest.mark.parametrize("address, words", {
    "tiny/seed-1/fold-1/finetune": ["has not run", "ablate run RECIPE tiny/seed-1/fold-1/finetune"],
    "words/fold-0/fit": ["kind fit", "name a fine-tune, such as"],
    "tiny/seed-1/fold-0/predict-oof": ["kind predict", "such as tiny/seed-1/fold-0/finetune"],
    "tiny/seed-9/fold-0/finetune": ["there is no step"],
}.items())
def test_what_is_no_finished_fine_tune_is_refused_with_what_to_do(address, words, exports, tmp_path):
    result = exports.ablate("show", *exports.site, address, "--export", str(tmp_path / "export"))
    assert result.returncode == 66 and all(word in result.stderr for word in words), result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "dangling link"])
def test_what_is_there_is_not_touched(kind, exports, tmp_path):
    place = tmp_path / "export"
    if "folder" in kind:
        place.mkdir()
        if kind == "folder":
            (place / "mine.txt").write_text("mine")
    elif kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path / "nowhere")
    result = exports.ablate("show", *exports.site, "tiny/seed-1/fold-0/finetune", "--export", str(place))
    assert result.returncode == 73 and "is there already" in result.stderr and "new folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    assert kind != "folder" or (place / "mine.txt").read_text() == "mine"
    assert kind != "file" or place.read_text() == "mine"


def test_an_export_that_is_stopped_leaves_nothing(exports, tmp_path):
    """A signal that comes when all is written comes too late; one of a few tries comes in time."""
    for attempt in range(8):
        place = tmp_path / str(attempt)
        place.mkdir()
        process = subprocess.Popen(exports.command("show", *exports.site, "based/seed-1/fold-0/finetune", "--export", str(place / "export")),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=exports.environment())
        while not list(place.iterdir()):  # it has begun to write beside its place
            assert process.poll() is None
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        if process.wait(30) == 130:
            assert list(place.iterdir()) == []
            return
        assert process.returncode == 0 and [path.name for path in place.iterdir()] == ["export"]
    pytest.fail("no signal came in time")


def test_options_without_their_subject_are_said(exports, tmp_path):
    assert "--export" in exports.ablate("show", "tiny/seed-1/fold-0/finetune", "--merge").stderr
    result = exports.ablate("show", "--export", str(tmp_path / "export"))
    assert result.returncode == 64 and "address" in result.stderr
