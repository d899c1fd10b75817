"""`why` names every difference, with old and new value and the line of the recipe, and follows it to what was changed."""

import hashlib
import json
import re
import shutil

import pytest
from conftest import Project, site, write_tables

RECIPE = """\
recipe: words
data:
  train: train.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  template: "Q: {prompt} A: {answer}"
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words:
    tfidf: {analyzer: word, ngrams: [1, 1], regularization: 1.0}
  letters:
    tfidf: {analyzer: char, ngrams: [1, 2]}
stack:
  blend: {average: [words, letters]}
"""
FIT, LAST = "words/fold-0/fit", "blend/evaluate"


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("why") / "project"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    project = Project(folder)
    project.run()
    return project


@pytest.fixture
def words(done, tmp_path) -> Project:
    return done.copy(tmp_path / "words")


def why(project: Project, address: str) -> dict:
    result = project.ablate("why", address, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1 and document["address"] == address
    return document


def test_a_reused_step_says_which_record_and_when(words):
    text = words.ablate("why", FIT, TZ="Asia/Tokyo").stdout
    assert text.startswith(f"{FIT}: reuse, unchanged")
    assert re.search(rf"its record: {FIT}, begun 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d JST, took [\d.]+ s, key [0-9a-f]{{12}}", text)
    document = why(words, FIT)
    assert document["state"] == "reuse" and document["compared_with"] is None
    assert document["differences"] == document["causes"] == []
    assert document["record"]["key"] == document["key"] == words.record(FIT)["key"]


def test_a_changed_setting_has_old_and_new_value_and_its_line(words):
    words.edit("regularization: 1.0", "regularization: 4.0")
    document = why(words, FIT)
    assert document["state"] == "run" and document["compared_with"]["basis"] == "last-run"
    [difference] = document["differences"]
    assert (difference["subject"], difference["name"]) == ("parameter", "tfidf.regularization")
    assert (difference["old"], difference["new"]) == (1.0, 4.0)
    assert difference["place"].endswith("recipe.yaml:10:61")
    [cause] = document["causes"]
    assert cause["path"] == [FIT] and cause["text"] == difference["text"]


def test_all_differences_are_told_not_the_first_alone(words):
    words.edit("analyzer: word, ngrams: [1, 1], regularization: 1.0", "analyzer: word, ngrams: [1, 2], regularization: 4.0")
    words.edit("Q: {prompt} A: {answer}", "{answer}")
    names = [difference["name"] for difference in why(words, FIT)["differences"]]
    assert names == sorted(names) and {"tfidf.ngrams", "tfidf.regularization"} < set(names)
    assert any(name.startswith("template") for name in names)


def test_the_way_from_the_change_to_a_step_far_below(words):
    words.edit("regularization: 1.0", "regularization: 4.0")
    document = why(words, LAST)
    assert document["state"] == "maybe"
    [cause] = document["causes"]
    assert cause["name"] == "tfidf.regularization" and cause["other_steps"] == 3  # two fits, and what they predict
    path = cause["path"]
    assert path[0] == FIT and path[-1] == LAST
    assert path[1].startswith("words/fold-") and "blend/average-oof" in path
    text = words.ablate("why", LAST).stdout
    assert "tfidf.regularization: 1.0 -> 4.0" in text and "recipe.yaml:10:61" in text and f"-> {LAST}" in text
    assert "predictions of blend/average-oof is still to be made" in text


def test_the_cause_is_found_also_where_the_step_behind_has_run_again(words):
    words.edit("regularization: 1.0", "regularization: 400.0")
    words.run("words/fold-*/predict-oof")
    assert words.plan()["words/average-oof"] == "run"
    document = why(words, "words/average-oof")
    assert all(re.search(r"content [0-9a-f]{12} -> [0-9a-f]{12}", one["text"]) for one in document["differences"])
    [cause] = document["causes"]
    assert (cause["name"], cause["old"], cause["new"]) == ("tfidf.regularization", 1.0, 400.0)
    assert cause["path"][0].endswith("/fit") and cause["path"][-1] == "words/average-oof"


def test_an_edited_table_is_named_with_its_contents(words):
    table = words.folder / "train.csv"
    table.write_text(table.read_text().replace("zinc", "brass"))
    [difference] = why(words, "data/train/ingest")["differences"]
    assert difference["subject"] == "input" and difference["old"] != difference["new"]
    assert difference["text"].startswith("train.csv changed (content ")
    [cause] = why(words, LAST)["causes"]
    assert cause["path"][0] == "data/train/ingest" and cause["path"][-1] == LAST and "train.csv changed" in cause["text"]


def test_two_changes_are_two_causes(words):
    words.edit("regularization: 1.0", "regularization: 4.0")
    words.edit("analyzer: char, ngrams: [1, 2]", "analyzer: char, ngrams: [1, 3]")
    causes = {cause["name"]: cause["path"][0].split("/")[0] for cause in why(words, LAST)["causes"]}
    assert causes == {"tfidf.regularization": "words", "tfidf.ngrams": "letters"}


def test_going_back_says_what_the_last_run_had(words):
    words.edit("regularization: 1.0", "regularization: 4.0")
    words.run()
    words.edit("regularization: 4.0", "regularization: 1.0")
    document = why(words, FIT)
    assert document["state"] == "reuse" and document["compared_with"]["basis"] == "last-run"
    assert [(one["old"], one["new"]) for one in document["differences"]] == [(4.0, 1.0)]
    assert "since the last run" in words.ablate("why", FIT).stdout


def test_a_newer_version_of_a_kind_is_named(words):
    """A record of an older ablate, as its version would have written it: the key in the last run is that record's."""
    store = words.folder / ".ablate"
    old = words.record(FIT)["key"]
    path = store / "records" / old[:2] / f"{old}.json"
    record = json.loads(path.read_text())["record"]
    record["manifest"]["version"] = 0
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.unlink()
    path.write_text(f'{{"record":{text},"seal":"{hashlib.sha256(text.encode()).hexdigest()}"}}\n')
    # The record is read back under its own key, so its manifest speaks for itself; its objects are taken away.
    digest = record["outputs"]["model"]
    for entry in digest.get("files", [[None, digest["digest"]]]):
        (store / "objects" / entry[1][:2] / entry[1][2:]).unlink()
    texts = [difference["text"] for difference in why(words, FIT)["differences"]]
    assert any("a newer ablate computes fit differently (version 0 -> 1)" in text for text in texts)


def test_a_step_never_run_is_compared_with_the_nearest(words):
    words.edit("  letters:\n", "  more:\n    tfidf: {analyzer: word, ngrams: [1, 1], regularization: 2.0}\n  letters:\n")
    document = why(words, "more/fold-0/fit")
    assert document["compared_with"]["basis"] == "kind" and document["compared_with"]["address"] == FIT
    assert [(one["name"], one["old"], one["new"]) for one in document["differences"]] == [("tfidf.regularization", 1.0, 2.0)]


def test_lost_objects_are_told(words):
    outputs = words.record(FIT)["outputs"]["model"]
    for digest in [entry[1] for entry in outputs.get("files", [])] or [outputs["digest"]]:
        (words.folder / ".ablate" / "objects" / digest[:2] / digest[2:]).unlink()
    assert "gone from the store" in why(words, FIT)["causes"][0]["text"]


def test_nothing_ever_run_and_no_such_step(done, tmp_path):
    fresh = done.copy(tmp_path / "fresh")
    shutil.rmtree(fresh.folder / ".ablate")
    document = why(fresh, FIT)
    assert document["compared_with"] is None and [cause["text"] for cause in document["causes"]] == ["never run"]
    result = fresh.ablate("why", "words/fold-0/fti")
    assert result.returncode == 66 and "did you mean words/fold-0/fit?" in result.stderr
    assert fresh.ablate("why", "nothing/like/it").returncode == 66
    assert not (fresh.folder / ".ablate").exists(), "why made a store"
