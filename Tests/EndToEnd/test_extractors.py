"""Extractors in a whole run: what a language model that nobody trains makes of the texts reaches the learner, and is cached."""

import json

import numpy as np
import pytest
from conftest import ROOT, Project, site, write_tables
from safetensors import safe_open

BACKBONE = ROOT / "recipes" / "quickstart" / "backbone"
RECIPE = f"""\
recipe: extracted
data:
  train: train.csv
  test: test.csv
  columns: {{id: id, prompt: question, answer: answer, label: who, group: question}}
  labels: [a, b, c]
  template: "{{prompt}} {{answer}}"
folds: {{kind: stratified-group-k-fold, count: 2, seed: 7}}
models:
  words: {{tfidf: {{}}}}
extractors:
  reader: {{backbone: {BACKBONE}, components: 4, lengths: {{prompt: 8, answer: 24}}}}
stack:
  stacked: {{logistic: [words], features: [length, group-statistics], extractors: [reader]}}
submission: {{from: stacked, path: submission.csv}}
"""


@pytest.fixture
def project(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    site(tmp_path)
    return Project(tmp_path)


def features(project, address):
    with safe_open(project.output(address, "features"), framework="numpy") as file:
        return json.loads(file.metadata()["names"]), file.get_tensor("values").astype(np.float64)


def test_its_features_reach_the_learner_and_only_what_changed_is_read_again(project):
    project.run()
    names, values = features(project, "extractors/reader/extract-train")
    own = [f"reader.{name}" for name in ("log-likelihood", "perplexity", "log-likelihood-deviation", "entropy", "first-choices")]
    assert names == own + [f"reader.embedding-{index}" for index in range(4)]
    assert np.isfinite(values).all() and (values[:, 0] < 0).all()
    np.testing.assert_allclose(np.exp(-values[:, 0]), values[:, 1], rtol=1e-4)
    # A principal component has the mean 0 over the table it was found in, and another over the test.
    np.testing.assert_allclose(values[:, 5:].mean(0), 0, atol=1e-4)
    assert abs(features(project, "extractors/reader/extract-test")[1][:, 5:].mean(0)).max() > 1e-3
    joined, _ = features(project, "stacked/features-train")
    assert set(names) < set(joined) and any(name.startswith("reader.log-likelihood.") for name in joined)
    assert project.run() == []
    # A length tokenizes nothing again; what reads the features follows.
    project.edit("answer: 24", "answer: 12")
    again = project.run()
    assert {"extractors/reader/extract-train", "extractors/reader/extract-test", "stacked/stack"} <= set(again)
    assert not [address for address in again if "tokenize" in address or "words" in address]
    # Directions of another number are found again; the test's follow because their input is another.
    project.edit("components: 4", "components: 3")
    assert {"extractors/reader/extract-train", "extractors/reader/extract-test"} <= set(project.run())
    project.edit("components: 3", "components: 0")
    project.run()
    assert len(features(project, "extractors/reader/extract-test")[0]) == 5 + 128


def test_its_embeddings_are_mapped_and_no_step_of_its_own_is_needed(project):
    project.edit("submission:", "explore: {clusters: 3, extractor: reader}\nsubmission:")
    executed = project.run()
    assert sum("/extract-" in address for address in executed) == 2, "learner and map share them"
    report = json.loads(project.output("explore", "report").read_text())
    _, values = features(project, "extractors/reader/extract-train")
    rows = json.loads(project.output("data/train/ingest", "rows").read_text())
    groups = np.array(rows["groups"])
    means = np.array([values[groups == group, 5:].mean(0) for group in np.unique(groups)])
    shown = np.array([[place["x"], place["y"]] for place in report["map"]])
    singular = np.linalg.svd(means - means.mean(0), compute_uv=False)
    np.testing.assert_allclose(np.linalg.norm(shown, axis=0), singular[:2], rtol=1e-3)
    page = (project.folder / "logbook" / "index.html").read_text()
    assert "Texts" in page


@pytest.mark.parametrize("old, new, code, said", [
    (f"backbone: {BACKBONE}", "backbone: {scratch: {architecture: llama}}", "scratch-conflict", "random weights have nothing to say"),
    (f"backbone: {BACKBONE}", "backbone: ./nowhere", "missing-file", "there is no folder"),
    ("components: 4", "features: []", "out-of-range", "a list of at least 1 belongs here"),
    ("components: 4", "pooling: attention", "unknown-value", "one of mean, last, cls belongs here"),
    ("extractors: [reader]", "extractors: [raeder]", "dangling-name", "did you mean \"reader\""),
    ("  reader:", "  reader: {backbone: org/a}\n  reader:", "duplicate-key", ""),
    ("extractors:\n", "annotations:\n  reader: {endpoint: \"http://x/v1\", model: m, template: \"{answer}\", scale: [1, 2]}\nextractors:\n",
     "duplicate-name", "names an annotation already"),
])
def test_a_mistake_is_found_with_its_place(project, old, new, code, said):
    project.edit(old, new)
    result = project.ablate("check")
    assert result.returncode != 0
    assert f"[{code}]" in result.stderr and said in result.stderr and "recipe.yaml:" in result.stderr
