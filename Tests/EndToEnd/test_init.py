"""`ablate init`: what it writes is a valid recipe of the table it looked at, whatever the table's words are, and nothing that is
there already is lost.

Knows nothing of how well the proposed models classify.
"""

import csv
import json
import random
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import BINARY, ROOT, site
from schema_mutations import CoreLoader


def init(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "init", *arguments], capture_output=True, text=True, cwd=folder, timeout=60)


def table(folder: Path, header: list[str], rows: list[list], name: str = "train.csv") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read(folder: Path, name: str = "recipe.yaml") -> dict:
    recipe = yaml.load((folder / name).read_text(), CoreLoader)
    jsonschema.Draft7Validator(json.loads((ROOT / "schemas" / "recipe.schema.json").read_text())).validate(recipe)
    return recipe


def check(folder: Path) -> list[dict]:
    result = subprocess.run([BINARY, "check", "recipe.yaml", "--json"], capture_output=True, text=True, cwd=folder)
    return json.loads(result.stdout)["findings"]


def sentences(count: int) -> list[str]:
    rng = random.Random(1)
    return [" ".join(rng.choices("the quick brown fox jumps over lazy dogs".split(), k=9)) + f" {n}" for n in range(count)]


@pytest.mark.parametrize("template", ["classify", "grouped", "predict-the-llm"])
def test_every_template_is_valid_but_for_its_table(tmp_path, template):
    result = init(tmp_path, "--template", template)
    assert result.returncode == 0 and result.stderr == ""
    assert read(tmp_path)["data"]["train"] == "data/train.csv"
    assert [finding["code"] for finding in check(tmp_path)] == ["missing-file"]


def test_a_table_of_texts_and_labels(tmp_path):
    table(tmp_path, ["text", "sentiment"], [[text, ["good", "bad"][n % 2]] for n, text in enumerate(sentences(20))])
    assert init(tmp_path, "train.csv").returncode == 0
    recipe = read(tmp_path)
    assert recipe["data"] == {"train": "train.csv", "columns": {"answer": "text", "label": "sentiment"}, "labels": ["bad", "good"]}
    assert recipe["folds"]["kind"] == "stratified-k-fold" and check(tmp_path) == []


def test_a_table_of_questions_that_hold_each_label_once(tmp_path):
    texts = sentences(24)
    table(tmp_path, ["id", "Question", "Response", "target"], [[n, f"What is number {n // 4}?", texts[n], n % 4] for n in range(24)])
    assert init(tmp_path, "train.csv").returncode == 0
    recipe = read(tmp_path)
    assert recipe["data"]["columns"] == {"id": "id", "prompt": "Question", "answer": "Response", "label": "target", "group": "Question"}
    assert recipe["data"]["constraint"] == "one-of-each" and recipe["data"]["labels"] == [0, 1, 2, 3]
    assert recipe["stack"]["final"] == {"optimize": "blend"} and check(tmp_path) == []


def test_a_group_is_kept_together(tmp_path):
    texts = sentences(30)
    table(tmp_path, ["text", "author", "label"], [[texts[n], f"person {n % 7}", "xyz"[n % 3]] for n in range(30)])
    assert init(tmp_path, "train.csv").returncode == 0
    assert read(tmp_path)["folds"]["kind"] == "stratified-group-k-fold" and check(tmp_path) == []


def test_grades_numbers_and_several_texts_are_targets_of_their_kind(tmp_path):
    texts = sentences(60)
    table(tmp_path, ["essay_id", "task", "essay", "score"], [[f"e{n}", texts[n % 12], texts[n], 1 + n % 6] for n in range(60)])
    result = init(tmp_path, "train.csv")
    assert result.returncode == 0
    recipe = read(tmp_path)
    assert recipe["data"]["target"] == "ordinal" and recipe["data"]["labels"] == [1, 2, 3, 4, 5, 6] and check(tmp_path) == []
    assert recipe["data"]["columns"]["id"] == "essay_id" and "target: number" in (tmp_path / "recipe.yaml").read_text()
    table(tmp_path, ["text", "a", "b"], [[texts[n], n / 7, 3 - n / 9] for n in range(60)], "numbers.csv")
    assert init(tmp_path, "numbers.csv", "--label", "a", "--label", "b", "--output", "numbers.yaml").returncode == 0
    recipe = read(tmp_path, "numbers.yaml")
    assert recipe["data"]["target"] == "number" and recipe["data"]["columns"]["label"] == ["a", "b"]
    assert recipe["metrics"][0] == "mcrmse"


def test_what_columns_are_can_be_said(tmp_path):
    texts = sentences(40)
    table(tmp_path, ["k", "one", "two", "tone", "form"], [[f"k{n // 2}", texts[n], texts[-n], "ab"[n % 2], "cd"[n // 2 % 2]] for n in range(40)])
    result = init(tmp_path, "train.csv")
    assert result.returncode == 0 and "as likely 'tone' as classes" in result.stderr and check(tmp_path) == []
    (tmp_path / "recipe.yaml").unlink()
    result = init(tmp_path, "train.csv", "--label", "tone", "--text", "two", "--group", "k")
    assert result.returncode == 0 and result.stderr == "" and check(tmp_path) == []
    assert read(tmp_path)["data"]["columns"] == {"answer": "two", "label": "tone", "group": "k"}
    (tmp_path / "recipe.yaml").unlink()
    for arguments, code, words in [
            (["train.csv", "--label", "z"], 66, "there is no column 'z'. The columns: k, one, two, tone, form"),
            (["train.csv", "--label", "one"], 66, "nothing can be learnt from 'one'"), (["--label", "x"], 64, "name the table, too")]:
        result = init(tmp_path, *arguments)
        assert result.returncode == code and words in result.stderr, result.stderr
    assert not (tmp_path / "recipe.yaml").exists()


WORDS = ["no", "y", "1.10", "0x1F", "1e-4", "12:30", "~", "null", "a: b", "# no", "- x", "'q", '"q', "back\\slash", "é ü", "日本",
         "{a}", "[b]", "&c", "*d", "!e", "%f", "@g", "`h", "tab\there", " lead", "trail ", "?", "2026-11-23", "007", "-1", "+1", ".5"]


def test_labels_and_columns_of_any_words_are_taken_as_they_are(tmp_path):
    texts = sentences(4 * len(WORDS))
    table(tmp_path, ["the: text #1", "label"], [[text, WORDS[n % len(WORDS)]] for n, text in enumerate(texts)])
    assert init(tmp_path, "train.csv").returncode == 0
    assert check(tmp_path) == []
    data = read(tmp_path)["data"]
    assert sorted(map(str, data["labels"])) == sorted(WORDS) and data["columns"] == {"answer": "the: text #1", "label": "label"}
    shown = subprocess.run([BINARY, "show", "recipe.yaml", "--resolved", "--json"], capture_output=True, text=True, cwd=tmp_path)
    values = {value["path"]: value["value"] for value in json.loads(shown.stdout)["values"]}
    assert sorted(map(str, values["data.labels"])) == sorted(WORDS)


def test_what_is_there_stays(tmp_path):
    (tmp_path / "recipe.yaml").write_text("mine")
    result = init(tmp_path)
    assert result.returncode == 73 and "there already: recipe.yaml" in result.stderr
    assert (tmp_path / "recipe.yaml").read_text() == "mine" and not (tmp_path / "recipe.schema.json").exists()
    assert init(tmp_path, "--output", "other.yaml").returncode == 0 and read(tmp_path, "other.yaml")


@pytest.mark.parametrize("name, content", [("gone.csv", None), ("empty.csv", ""), ("head.csv", "a,b\n"), ("table.xlsx", "PK")])
def test_a_table_that_is_none_writes_nothing(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_text(content)
    result = init(tmp_path, name)
    assert result.returncode == 66 and name in result.stderr
    assert not (tmp_path / "recipe.yaml").exists() and not (tmp_path / "recipe.schema.json").exists()


def test_the_schema_is_beside_the_recipe_and_named_in_its_first_line(tmp_path):
    table(tmp_path, ["text", "label"], [[text, "ab"[n % 2]] for n, text in enumerate(sentences(8))], "data/train.csv")
    (tmp_path / "experiments").mkdir()
    assert init(tmp_path, "data/train.csv", "--output", "experiments/first.yaml").returncode == 0
    recipe = tmp_path / "experiments" / "first.yaml"
    assert recipe.read_text().startswith("# yaml-language-server: $schema=recipe.schema.json\n")
    assert (recipe.parent / "recipe.schema.json").read_text() == (ROOT / "schemas" / "recipe.schema.json").read_text()
    assert read(tmp_path, "experiments/first.yaml")["data"]["train"] == "../data/train.csv"


def test_the_words_of_the_first_recipe_run(tmp_path):
    words = {"good": "fine great lovely", "bad": "poor awful sad"}
    rng = random.Random(2)
    table(tmp_path, ["text", "mood"], [[" ".join(rng.choices(words[mood].split(), k=6)) + f" {n}", mood] for n in range(20) for mood in words])
    assert init(tmp_path, "train.csv").returncode == 0
    site(tmp_path)
    result = subprocess.run(
        [BINARY, "run", "recipe.yaml", "words/**"], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("output", [".ablate/objects/r.yaml", "a\nb.yaml", "x" * 300 + ".yaml", "", "link.yaml"])
def test_where_no_recipe_can_be_nothing_is_left(tmp_path, output):
    (tmp_path / "train.csv").write_text("id,text,label\n" + "".join(f"{n},a text of {n},{'ab'[n % 2]}\n" for n in range(20)))
    (tmp_path / ".ablate" / "objects").mkdir(parents=True)
    (tmp_path / ".ablate" / "store.json").write_text('{"format":1}\n')
    (tmp_path / "link.yaml").symlink_to("nowhere.yaml")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    result = init(tmp_path, "train.csv", "--output", output)
    assert result.returncode in (65, 73) and "check the disk" not in result.stderr, result.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_schema_of_another_version_is_brought_up_to_date_and_an_edited_one_is_not(tmp_path):
    assert init(tmp_path, "--output", "one.yaml").returncode == 0
    schema = tmp_path / "recipe.schema.json"
    own = schema.read_text()
    schema.write_text(own.replace("draft-07", "draft-08"))
    result = init(tmp_path, "--output", "two.yaml")
    assert result.returncode == 0 and "left as it is" in result.stderr and "draft-08" in schema.read_text()
