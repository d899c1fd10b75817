"""`diff` says in which settings, steps and scores two recipes, runs, results or steps differ, and pairs what can be paired."""

import json
import re
import shutil
import subprocess

import pytest
from conftest import Project
from scipy import stats
from test_why import FIT, RECIPE, done, words  # noqa: F401 (fixtures)


def diff(project: Project, *names: str) -> dict:
    result = project.ablate("diff", *names, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["schema_version"] == 2
    return document


def text(project: Project, *names: str) -> str:
    result = project.ablate("diff", *names)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def twice(done, tmp_path_factory) -> Project:  # noqa: F811
    """Two runs, the second with another setting of one model."""
    project = done.copy(tmp_path_factory.mktemp("diff") / "twice")
    project.edit("regularization: 1.0", "regularization: 40.0")
    project.run()
    return project


def test_a_recipe_as_its_last_run_had_it_differs_in_nothing(words):  # noqa: F811
    document = diff(words)
    assert document["settings"] == [] and document["steps"]["changed"] == []
    assert document["steps"]["same"] == len(words.plan())
    assert {score["refusal"] for score in document["scores"]} == {"the same scores"}
    assert "nothing differs" in text(words)


def test_a_changed_setting_has_its_line_the_steps_and_what_follows(words):  # noqa: F811
    words.edit("regularization: 1.0", "regularization: 40.0")
    document = diff(words)
    [setting] = document["settings"]
    assert (setting["path"], setting["old"], setting["new"]) == ("models.words.tfidf.regularization", 1.0, 40.0)
    assert setting["place"].endswith("recipe.yaml:10:61")
    changed = {change["address"]: change for change in document["steps"]["changed"]}
    assert set(changed) == {address for address, state in words.plan().items() if state != "reuse"}
    assert [one["name"] for one in changed[FIT]["differences"]] == ["tfidf.regularization"] and not changed[FIT]["follows"]
    last = changed["blend/evaluate"]
    assert last["differences"] == [] and last["follows"] == ["blend/average-oof"]
    assert {score["name"]: score["refusal"] for score in document["scores"]} == {
        "words": "only the first has a score", "letters": "the same scores", "blend": "only the first has a score"}


def test_two_runs_are_told_by_their_documents_alone(twice, tmp_path):
    project = twice.copy(tmp_path / "copy")
    # Neither the recipe as it is now nor its table has a say.
    project.edit("regularization: 40.0", "regularization: 7.0")
    table = project.folder / "train.csv"
    table.write_text(table.read_text().replace("zinc", "brass"))
    recipe = str(project.recipe)
    document = json.loads(project.ablate("diff", "--json").stdout)
    assert "train.csv changed" in json.dumps(document["steps"])
    result = project.command("diff")[0], "diff", f"{recipe}@1", f"{recipe}@2", "--json"
    document = json.loads(subprocess.run(result, capture_output=True, text=True, check=True).stdout)
    assert [(one["path"], one["old"], one["new"]) for one in document["settings"]] == [
        ("models.words.tfidf.regularization", 1.0, 40.0)]
    assert (document["a"]["run"], document["b"]["run"]) == (1, 2)
    scores = {score["name"]: score for score in document["scores"]}
    assert scores["words"]["comparison"]["verdict"] in {"helps", "hurts", "leaning", "unresolved"}
    assert scores["letters"]["refusal"] == "the same scores"


def losses(project: Project, address: str) -> tuple[list, list]:
    evaluation = json.loads(project.output(address, "evaluation").read_text())
    return evaluation["losses"]["all"], evaluation["groups"]


def test_the_difference_is_that_of_the_rows_and_the_interval_that_of_whole_groups(words):  # noqa: F811
    """Against scipy's bootstrap of the groups' mean differences: the same statistic, other random numbers."""
    [score] = diff(words, "words", "letters")["scores"]
    (first, groups), (second, _) = losses(words, "words/evaluate"), losses(words, "letters/evaluate")
    differences = [one - other for one, other in zip(first, second)]
    assert score["comparison"]["difference"] == pytest.approx(sum(differences) / len(differences), abs=1e-12)
    by_group = [sum(d for d, g in zip(differences, groups) if g == group) / groups.count(group) for group in set(groups)]
    wanted = stats.bootstrap((by_group,), lambda sample, axis: sample.mean(axis=axis), method="percentile", rng=1).confidence_interval
    width = wanted.high - wanted.low
    assert score["comparison"]["interval"] == pytest.approx([wanted.low, wanted.high], abs=0.08 * width)


def test_scores_of_other_rows_are_not_compared(words, tmp_path):  # noqa: F811
    other = words.copy(tmp_path / "other")
    table = other.folder / "train.csv"
    lines = table.read_text().splitlines()
    swapped = [line[:-1] + {"a": "b", "b": "a"}.get(line[-1], line[-1]) if number % 3 == 0 and number else line
               for number, line in enumerate(lines)]
    table.write_text("\n".join(swapped) + "\n")
    other.run()
    document = diff(words, str(other.recipe))
    assert {score["refusal"] for score in document["scores"]} == {"not compared: the two were scored on different rows or labels"}
    assert all(score["comparison"] is None for score in document["scores"])


def test_two_recipes_in_two_stores(words, tmp_path):  # noqa: F811
    other = words.copy(tmp_path / "other")
    shutil.rmtree(other.folder / ".ablate")
    other.edit("ngrams: [1, 2]", "ngrams: [1, 3]")
    other.edit("  blend: {average: [words, letters]}", "  blend: {average: [words, letters]}\n  twin: {average: [letters, words]}")
    other.run()
    document = diff(words, str(other.recipe))
    assert [one["path"] for one in document["settings"]] == ["models.letters.tfidf.ngrams", "stack.twin"]
    assert document["settings"][1]["old"] is None and document["settings"][1]["new"]["stack.twin.average"] == ["letters", "words"]
    assert document["settings"][0]["place"].startswith(str(other.folder))
    scores = {score["name"]: score for score in document["scores"]}
    assert scores["letters"]["comparison"] is not None and scores["words"]["refusal"] == "the same scores"


def test_a_renamed_model_is_the_same_work(words):  # noqa: F811
    words.recipe.write_text(words.recipe.read_text().replace("letters", "signs"))
    steps = diff(words)["steps"]
    assert {"a": "letters/fold-0/fit", "b": "signs/fold-0/fit"} in steps["renamed"]
    assert steps["only_in_a"] == steps["only_in_b"] == []


def test_results_and_steps_within_a_recipe(words):  # noqa: F811
    document = diff(words, "words", "letters")
    assert {one["path"] for one in document["settings"]} == {"tfidf.analyzer", "tfidf.ngrams"}
    document = diff(words, FIT, "letters/fold-0/fit")
    assert document["scores"] == [] and len(document["settings"]) == 2
    assert "log loss" in text(words, "words/evaluate", "letters/evaluate")


def test_what_is_not_there_is_said_with_what_is(words):  # noqa: F811
    result = words.ablate("diff", "words", "leters")
    assert result.returncode == 66 and "did you mean letters?" in result.stderr
    result = words.ablate("diff", f"{words.recipe}@7")
    assert result.returncode == 66 and "its last runs are @1" in result.stderr
    assert words.ablate("diff", "a", "b", "c").returncode == 64


def test_the_command_line_sets_values_of_the_second_alone(words):  # noqa: F811
    document = diff(words, str(words.recipe), "--set", "models.letters.tfidf.regularization=3.0")
    [setting] = document["settings"]
    assert setting["path"] == "models.letters.tfidf.regularization" and setting["place"].startswith("--set:1")


def test_lines_fit_a_terminal(words):  # noqa: F811
    words.edit("regularization: 1.0", "regularization: 40.0")
    shown = re.sub(re.escape(str(words.folder)) + "/", "", text(words))
    assert max(map(len, shown.splitlines())) <= 100
