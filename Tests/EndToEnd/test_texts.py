"""A table with three texts goes through a whole run: baseline, fine-tune with budgets by name, extractor, features, logbook."""

import json
import random

import pytest
from conftest import ROOT, Project, site
from safetensors import safe_open

BACKBONE = ROOT / "recipes" / "quickstart" / "backbone"
RECIPE = f"""\
recipe: misunderstandings
data:
  train: train.csv
  test: test.csv
  columns:
    id: row_id
    texts: {{question: QuestionText, choice: MC_Answer, why: StudentExplanation}}
    label: Category
    group: QuestionText
  labels: [right, slip, guess]
  template: "{{question}} [{{choice}}] {{why}}"
folds: {{kind: stratified-group-k-fold, count: 2, seed: 7}}
models:
  words: {{tfidf: {{}}}}
  tiny:
    backbone: {{scratch: {{architecture: llama, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}}}
    lora: off
    lengths: {{question: 40, choice: 3, why: 12, keep: {{why: tail}}}}
    swap: {{texts: [choice, why], labels: [right, guess, slip]}}
    training: {{epochs: 1, batch: 8}}
extractors:
  reader: {{backbone: {BACKBONE}, components: 2, features: [embedding], lengths: {{why: 20}}}}
stack:
  stacked: {{logistic: [words, tiny], features: [length, overlap, group-statistics], extractors: [reader]}}
submission: {{from: stacked, path: submission.csv}}
"""
WORDS = {"right": "because both halves are equal", "slip": "i added instead of taking away", "guess": "it just looked right to me"}


def write_tables(folder):
    chance = random.Random(1)
    rows = [(f"What is {q} times {q + 2}?", str(q * (q + 2)), f"{WORDS[label]} " * chance.randint(1, 9) + str(n), label)
            for n, (q, label) in enumerate((q, label) for q in range(12) for label in WORDS)]
    for name, part in (("train", rows), ("test", rows[:6])):
        columns = ["row_id", "QuestionText", "MC_Answer", "StudentExplanation"] + ["Category"] * (name == "train")
        lines = [",".join([str(i), *(f'"{text}"' for text in row[:3]), *row[3:][:name == "train"]]) for i, row in enumerate(part)]
        (folder / f"{name}.csv").write_text("\n".join([",".join(columns), *lines]) + "\n")


@pytest.fixture
def project(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    site(tmp_path)
    return Project(tmp_path)


def metrics(project, address):
    return project.record(address)["metrics"]


def names(project, address):
    with safe_open(project.output(address, "features"), framework="numpy") as file:
        return json.loads(file.metadata()["names"])


def test_three_texts_go_all_the_way_with_budgets_by_name(project):
    project.run()
    assert {f"null-{name}" for name in ("question", "choice", "why")} <= metrics(project, "data/train/ingest").keys()
    said = metrics(project, "tiny/seed-1/fold-0/finetune")
    assert said["truncated-rows-why"] > 0 and said["truncated-rows-question"] == 0 and "truncated-rows-answer" not in said
    with safe_open(project.output("tiny/tokenize-train", "tokens"), framework="numpy") as file:
        assert {"choice.swapped.ids", "why.swapped.ids"} <= set(file.keys()), "one of the two stands behind a space, and the other does not"
    found = names(project, "stacked/features-train")
    assert {"question.words", "choice.words", "why.words", "overlap.choice.why.jaccard", "reader.embedding-0"} <= set(found)
    # The question is what a group shares, so its own numbers have no statistics within the group.
    assert "why.words.group-mean" in found and not [name for name in found if name.startswith("question.") and ".group-" in name]
    assert project.run() == []
    # The budget of one text tokenizes nothing anew and leaves the extractor and the baseline alone.
    project.edit("choice: 3, why: 12", "choice: 3, why: 9")
    again = project.run()
    assert "tiny/seed-1/fold-0/finetune" in again
    assert not [address for address in again if "tokenize" in address or "words" in address or "reader" in address]
    # Names of the short form are the short form: other words for the same recipe, and nothing runs.
    project.edit("texts: {question: QuestionText, choice: MC_Answer, why: StudentExplanation}", "prompt: QuestionText\n    answer: StudentExplanation")
    project.edit("{question} [{choice}] {why}", "{prompt} {answer}")
    project.edit("question: 40, choice: 3, why: 9, keep: {why: tail}", "prompt: 40, answer: 9")
    project.edit("texts: [choice, why]", "texts: [prompt, answer]")
    project.edit("lengths: {why: 20}", "lengths: {answer: 20}")
    project.run()
    project.edit("prompt: QuestionText\n    answer: StudentExplanation", "texts: {prompt: QuestionText, answer: StudentExplanation}")
    assert project.run() == []


def test_places_texts_and_budgets_that_do_not_fit_are_found_with_the_names_there_are(project):
    def says(old, new, *words, code=65):
        text = project.folder / "recipe.yaml"
        text.write_text(RECIPE.replace(old, new))
        result = project.ablate("check")
        assert result.returncode == code, result.stdout + result.stderr
        for word in words:
            assert word in result.stdout + result.stderr, result.stdout + result.stderr
    says("{why}\"", "{reason}\"", "place {reason}", "{question}, {choice}, {why}", "recipe.yaml:11:13")
    says("choice: 3, why", "chioce: 3, why", "no text \"chioce\"", "did you mean \"choice\"")
    says("choice: 3, why", "prompt: 3, why", "no text \"prompt\"")
    says("texts: {question", "answer: MC_Answer\n    texts: {question", "exclude each other")
    says("why: StudentExplanation}", "why: MC_Answer}", "MC_Answer", "already")
    says("label: Category", "label: MC_Answer", "both read and predicted")
