"""What the logbook says, beside calculations of its own: the schema, contributions, confusions, history, several recipes, advice."""

import copy
import json
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import jsonschema
import numpy
import pytest
from safetensors.numpy import load_file

from conftest import BINARY, ROOT, Project, site, write_tables

SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/logbook.schema.json").read_text()))
FILES = ("index.html", "LOGBOOK.md", "logbook.json")


def document(project) -> dict:
    result = project.ablate("logbook")
    assert result.returncode == 0, result.stderr
    return json.loads((project.folder / "logbook" / "logbook.json").read_text())


def probabilities(project, address: str) -> numpy.ndarray:
    return load_file(project.output(address, "predictions"))["probabilities"].astype(float)


def truth(project) -> numpy.ndarray:
    return numpy.array(json.loads(project.output("data/train/ingest", "rows").read_text())["labels"])


@pytest.fixture(scope="module")
def changed(finished, tmp_path_factory):
    """A project that ran, was given a score and a remark, was changed, and ran again."""
    project = finished.copy(tmp_path_factory.mktemp("changed") / "project")
    assert project.ablate("note", "final", "--leaderboard", "0.736", "--text", "first").returncode == 0
    project.edit("training: {epochs: 2,", "training: {epochs: 1,")
    project.run()
    return project


def test_the_document_is_as_its_schema_says_and_the_schema_is_strict(finished, changed):
    SCHEMA.check_schema(SCHEMA.schema)
    for project in (finished, changed):
        found = document(project)
        SCHEMA.validate(found)
        assert json.loads(project.ablate("logbook", "--json").stdout) == {name: part for name, part in found.items() if name != "ablate_file"}
    found.pop("ablate_file")  # in files alone
    # Every object of the document refuses a member that the schema does not know; every member that is left out is missed.
    def objects(value, path=()):
        if isinstance(value, dict):
            yield path
        for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []:
            yield from objects(child, (*path, key))

    def at(value, path):
        for key in path:
            value = value[key]
        return value

    paths = [path for path in objects(found) if path[-1:] not in (("inputs",), ("libraries",))]
    assert len(paths) > 50
    for path in paths[:40] + paths[-20:]:
        broken = copy.deepcopy(found)
        at(broken, path)["unheard-of"] = 1
        assert not SCHEMA.is_valid(broken), path
        broken = copy.deepcopy(found)
        at(broken, path).pop(next(iter(at(broken, path))))
        assert not SCHEMA.is_valid(broken), path


def test_the_same_records_give_the_same_bytes_in_another_place(changed, tmp_path):
    document(changed)
    first = {path.relative_to(changed.folder): path.read_bytes() for path in (changed.folder / "logbook").rglob("*.*")}
    assert len(first) > 10
    shutil.rmtree(changed.folder / "logbook")
    shutil.rmtree(changed.cache)
    document(changed)
    assert {path.relative_to(changed.folder): path.read_bytes() for path in (changed.folder / "logbook").rglob("*.*")} == first


def test_what_a_member_adds_is_what_averaging_without_it_would_cost(finished):
    members = {"words": probabilities(finished, "words/average-oof"), "tiny": probabilities(finished, "tiny/average-oof")}
    labels = truth(finished)

    def loss(parts):
        return -numpy.log(numpy.mean(parts, 0)[numpy.arange(len(labels)), labels]).mean()

    found = {one["member"]: one for one in document(finished)["contributions"] if one["ensemble"] == "blend"}
    assert set(found) == set(members)
    for name, one in found.items():
        rest = [values for other, values in members.items() if other != name]
        assert one["difference"] == pytest.approx(loss(rest) - loss(list(members.values())), abs=1e-6)
        assert one["interval"][0] <= one["difference"] <= one["interval"][1]


def test_details_of_a_variant_are_those_of_its_predictions(finished):
    labels = truth(finished)
    before = probabilities(finished, "tiny/average-oof")
    after = probabilities(finished, "ablations/rank/lora.rank=4/average-oof")
    variant = document(finished)["ablations"][0]["variants"][1]
    detail, right = variant["detail"], (before.argmax(1) == labels, after.argmax(1) == labels)
    assert (detail["fixed"], detail["broken"]) == (int((~right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum()))
    wanted = [[((after.argmax(1) == other) * 1.0 - (before.argmax(1) == other))[labels == own].mean() for other in range(3)] for own in range(3)]
    numpy.testing.assert_allclose(detail["confusion"], wanted, atol=1e-12)
    rows = numpy.arange(len(labels))
    gains = numpy.log(after[rows, labels]) - numpy.log(before[rows, labels])
    numpy.testing.assert_allclose([one["improvement"] for one in detail["by_class"]], [gains[labels == own].mean() for own in range(3)], atol=1e-6)
    assert [one["name"] for one in detail["by_class"]] == ["a", "b", "c"]
    assert sum(one["rows"] for one in detail["by_length"]) == len(labels)
    weights = [one["rows"] for one in detail["by_length"]]
    assert numpy.average([one["improvement"] for one in detail["by_length"]], weights=weights) == pytest.approx(gains.mean(), abs=1e-6)
    assert variant["changes"] == [{"path": "lora.rank", "old": "2", "new": "4"}]


def test_rows_that_one_side_cuts_are_told_apart(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    project.edit("submission:", "  short:\n    hypothesis: Do the first words do?\n    of: tiny\n    vary: {lengths.answer: [24, 5]}\nsubmission:")
    project.run()
    arm = document(project)["ablations"][1]["variants"][1]
    tokens = load_file(project.output("tiny/tokenize-train", "tokens"))
    counts = {column: numpy.diff(tokens[f"{column}.offsets"]) for column in ("prompt", "answer")}
    cut = [(counts["prompt"] > 8) | (counts["answer"] > budget) for budget in (24, 5)]
    wanted = {"whole in both": ~cut[0] & ~cut[1], "cut in both": cut[0] & cut[1], "cut here alone": ~cut[0] & cut[1]}
    wanted = {name: rows for name, rows in wanted.items() if rows.any()}
    assert len(wanted) > 1, "the texts are such that some are cut"
    labels, rows = truth(project), numpy.arange(len(truth(project)))
    before, after = (probabilities(project, address) for address in
                     ("tiny/average-oof", "ablations/short/lengths.answer=5/average-oof"))
    gains = numpy.log(after[rows, labels]) - numpy.log(before[rows, labels])
    found = {one["name"]: one for one in arm["detail"]["by_truncation"]}
    assert list(found) == list(wanted)
    for name, chosen in wanted.items():
        assert found[name]["rows"] == chosen.sum()
        assert found[name]["improvement"] == pytest.approx(gains[chosen].mean(), abs=1e-6)


def test_results_of_earlier_runs_stay_and_say_what_has_changed(changed, finished):
    old = {score["name"]: score for score in document(finished)["scores"]}
    new = document(changed)
    assert document(finished)["history"]["results"] == []
    assert [run["run"] for run in new["history"]["runs"]] == [1, 2]
    best = min(score["evaluation"]["log-loss"] for score in old.values())
    assert new["history"]["runs"][0]["log-loss"] == pytest.approx(best) and new["history"]["runs"][0]["best"] == "final"
    results = {one["name"]: one for one in new["history"]["results"]}
    assert set(results) == {"tiny", "blend", "final", "rank: lora.rank=2", "rank: lora.rank=4"} or {"tiny", "blend", "final"} <= set(results)
    for name in ("tiny", "blend", "final"):
        assert results[name]["log-loss"] == pytest.approx(old[name]["evaluation"]["log-loss"])
        assert results[name]["changes"] == ["models.tiny.training.epochs was 2, is 1"] and results[name]["runs"] == [1]
        assert results[name]["is_comparable"] and results[name]["key"] == old[name]["key"] != {s["name"]: s for s in new["scores"]}[name]["key"]
    assert "words" not in results, "what has not changed is no thing of the past"
    assert new["submissions"] == [{"result": "final", "leaderboard": 0.736, "log-loss": new["scores"][3]["evaluation"]["log-loss"], "is_current": False, "text": "first"}]
    page = (changed.folder / "logbook" / "index.html").read_text()
    assert f'id="run/{old["tiny"]["key"]}"' in page and "models.tiny.training.epochs was 2, is 1" in page and "0.736*" in page


def test_scores_of_other_rows_are_told_apart(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    project.edit("count: 2, seed: 7", "count: 2, seed: 8")
    project.run()
    found = document(project)["history"]
    assert all(not one["is_comparable"] for one in found["results"]) and len(found["results"]) >= 4
    assert [run["is_comparable"] for run in found["runs"]] == [False, True]


def test_markdown_names_figures_that_are_there_and_stand_alone(changed):
    folder = changed.folder / "logbook"
    document(changed)
    text = (folder / "LOGBOOK.md").read_text()
    named = re.findall(r"!\[[^\]]*\]\((figures/[^)]*)\)", text)
    wanted = set(named) | {name.replace(".svg", ".vl.json") for name in named}
    assert {f"figures/{path.name}" for path in (folder / "figures").iterdir()} == wanted and len(named) == len(set(named))
    assert {"figures/forest.svg", "figures/history.svg", "figures/contributions.svg", "figures/plan.svg", "figures/timeline.svg"} <= set(named)
    for name in named:
        root = ElementTree.parse(folder / name).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.find("{http://www.w3.org/2000/svg}style") is not None
        assert "<script" not in (folder / name).read_text()


def test_leaderboard_scores_are_drawn_against_our_own(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    for name, score in (("final", "0.736"), ("blend", "0.81"), ("final", "0.735")):
        assert project.ablate("note", name, "--leaderboard", score).returncode == 0
    found = document(project)
    own = {score["name"]: score["evaluation"]["log-loss"] for score in found["scores"]}
    assert [(one["result"], one["leaderboard"], one["log-loss"], one["is_current"]) for one in found["submissions"]] == [
        ("final", 0.736, own["final"], True), ("blend", 0.81, own["blend"], True), ("final", 0.735, own["final"], True)]
    drawing = ElementTree.parse(project.folder / "logbook" / "figures" / "leaderboard.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert drawing.find(f"{space}title").text and drawing.find(f"{space}desc").text, "the file says what it shows"
    titles = [one.find(f"{space}title").text for one in drawing.iter(f"{space}circle")]
    # Marks of one result lie beside each other.
    assert titles == [f"{name}: {score}, {own[name]:.4f}" for name, score in (("final", "0.7360"), ("final", "0.7350"), ("blend", "0.8100"))]


def test_advice_is_a_command_that_is_valid(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    # One answer of all is read whole; averages that nobody made; seeds that would settle.
    project.edit("answer: 24", "answer: 2")
    project.edit("  blend: {average: [words, tiny]}\n  final: {optimize: blend,", "  final: {optimize: tiny,")
    project.run()
    found = document(project)["next"]
    commands = [one["command"] for one in found if one["command"]]
    assert any("lengths.answer=4" in command for command in commands)
    for command in commands:
        words = shlex.split(command)
        assert words[:3] == ["ablate", "run", "recipe.yaml"]
        # `plan` takes no addresses; those there are name steps.
        result = subprocess.run([BINARY, "plan", "--json", *[word for word in words[2:] if not word.endswith("/**")]], cwd=project.folder, capture_output=True, text=True)
        assert result.returncode == 0, command + result.stderr
        addresses = [step["address"] for step in json.loads(result.stdout)["steps"]]
        assert all(any(address.startswith(word[:-2]) for address in addresses) for word in words if word.endswith("/**"))


def test_several_recipes_make_one_logbook(finished, changed, tmp_path):
    for project, name in ((finished, "one"), (changed, "two")):
        project.copy(tmp_path / name)
    second = tmp_path / "two" / "recipe.yaml"
    second.write_text(second.read_text().replace("recipe: small", "recipe: other"))
    recipes = [str(tmp_path / name / "recipe.yaml") for name in ("one", "two")]
    # The store of the second knows its runs by its old name, and its records by their keys.
    result = subprocess.run([BINARY, "logbook", *recipes], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "logbook"
    assert result.stdout.strip() == str(folder / "index.html")
    both = json.loads((folder / "logbook.json").read_text())
    SCHEMA.validate(both)
    assert [one["recipe"] for one in both["recipes"]] == ["small", "other"]
    # The best of each against the first's: paired as `diff` pairs two recipes.
    first, second_best = both["across"]
    assert first["comparison"] is None and first["refusal"] is None and first["result"] == "final"
    diff = json.loads(subprocess.run([BINARY, "diff", *recipes, "--json"], capture_output=True, text=True).stdout)
    pair = next(one for one in diff["scores"] if one["name"] == second_best["result"])
    compared = second_best["comparison"]
    assert second_best["refusal"] is None and second_best["result"] == first["result"]
    assert (compared["difference"], compared["interval"]) == (pair["comparison"]["difference"], pair["comparison"]["interval"])
    page, text = (folder / "index.html").read_text(), (folder / "LOGBOOK.md").read_text()
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids)) and {"overview", "small/answers", "other/answers", "other/ablation/rank"} <= set(ids)
    assert all(target in ids for target in re.findall(r'href="#([^"]*)"', page))
    assert {"small-forest.svg", "other-forest.svg"} <= {path.name for path in (folder / "figures").iterdir()} and "figures/other-forest.svg" in text
    table = tmp_path / "table.csv"
    result = subprocess.run([BINARY, "logbook", *recipes, "--output", str(tmp_path / "elsewhere"), "--export", str(table)], capture_output=True, text=True)
    assert result.returncode == 0 and (tmp_path / "elsewhere" / "index.html").read_text() == page
    assert [line.split(",")[0] for line in table.read_text().splitlines()] == ["recipe", "small", "small", "other", "other"]


def test_recipes_that_were_scored_on_other_rows_are_not_compared(finished, tmp_path):
    for name in ("one", "two"):
        finished.copy(tmp_path / name)
    second = Project(tmp_path / "two")
    second.edit("recipe: small", "recipe: other")
    second.edit("seed: 7", "seed: 8")
    second.run("words/evaluate")
    recipes = [str(tmp_path / name / "recipe.yaml") for name in ("one", "two")]
    result = subprocess.run([BINARY, "logbook", *recipes], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    across = json.loads((tmp_path / "logbook" / "logbook.json").read_text())["across"]
    assert across[1]["comparison"] is None and across[1]["refusal"] == "scored on other folds"
    assert "scored on other folds" in (tmp_path / "logbook" / "index.html").read_text()
    assert "scored on other folds" in (tmp_path / "logbook" / "LOGBOOK.md").read_text()


def test_what_entries_are_made_of_is_what_their_steps_report(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "recipe.yaml").write_text("""\
recipe: made
data:
  train: train.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words: {tfidf: {}}
  letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
stack:
  given: {average: [words, letters], weights: [3, 1]}
  fitted: {average: [words, letters], weights: simplex}
  blend: {simplex: [words, letters]}
  trees: {lightgbm: [words, letters], features: [length, punctuation], settings: {min-rows: 2, leaves: 3}}
  plain: {average: [words, letters]}
""")
    site(tmp_path)
    project = Project(tmp_path)
    project.run()
    found = {one["entry"]: one for one in document(project)["makeups"]}
    assert list(found) == ["given", "fitted", "blend", "trees"]
    parts = {name: {part["name"]: part for part in one["parts"]} for name, one in found.items()}
    assert [(part["name"], part["value"], part["range"]) for part in found["given"]["parts"]] == [("words", 0.75, None), ("letters", 0.25, None)]
    weights = json.loads(project.output("fitted/average-oof", "weights").read_text())
    for index, name in enumerate(weights["members"]):
        own = [fold[index] for fold in weights["folds"]]
        assert (parts["fitted"][name]["value"], parts["fitted"][name]["range"]) == (weights["weights"][index], [min(own), max(own)])
    report = json.loads(project.output("blend/stack", "report").read_text())
    for name, part in parts["blend"].items():
        own = [fold["weights"][name] for fold in report["folds"]]
        assert part["value"] == pytest.approx(sum(own) / len(own)) and part["range"] == [min(own), max(own)]
    shap = json.loads(project.output("trees/stack", "report").read_text())["importances"]["shap"]
    assert found["trees"]["measure"] == "share of mean |SHAP|" and len(found["trees"]["parts"]) + found["trees"]["rest"] == len(shap)
    best = max(shap, key=shap.get)
    assert found["trees"]["parts"][0] == {"name": best, "value": pytest.approx(shap[best] / sum(shap.values())), "range": None}
    text = (tmp_path / "logbook" / "LOGBOOK.md").read_text()
    assert "| given | words | 0.750 | – | weight |" in text and "more column" in text


def test_secrets_of_the_environment_are_in_no_file_of_the_logbook(fresh):
    """Neither after a run that works nor after one whose steps fail and say why."""
    secrets = {name: f"secret-{index}-of-mine" for index, name in enumerate(("HF_TOKEN", "OPENAI_API_KEY", "KAGGLE_KEY", "MLFLOW_TRACKING_PASSWORD"))}
    text = fresh.recipe.read_text()
    model = text[text.index("  tiny:"):text.index("stack:")]
    for old, new in ((model, ""), ("[words, tiny]", "[words]"), ("of: tiny", "of: words"), ("lora.rank: [2, 4]", "tfidf.min-count: [1, 2]")):
        fresh.edit(old, new)
    fresh.run(**secrets)
    fresh.edit("ngrams: [1, 1]", "ngrams: [1, 1], min-count: 999")
    fresh.run(expect=1, **secrets)
    assert document(fresh)["failures"]
    for path in (fresh.folder / "logbook").rglob("*.*"):
        assert path.is_dir() or not any(secret in path.read_text() for secret in secrets.values()), path
