"""`init` and `import` on what people have: tables of other kinds, files that are there, configs with blanks and patterns.

Knows nothing of how well a proposed recipe classifies.
"""

import json
import subprocess

import pytest
import yaml

from command import BINARY


def run(folder, *arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=folder, timeout=60)


def proposed(folder, text, name="train.csv"):
    (folder / name).write_text(text)
    result = run(folder, "init", name)
    return (yaml.safe_load((folder / "recipe.yaml").read_text()) if result.returncode == 0 else None), result


TEXT = "a sentence that goes on for a while, number "


def rows(count, *cells):
    return "".join(",".join(str(cell(n)) for cell in cells) + "\n" for n in range(count))


def test_an_id_and_a_label_are_known_by_their_names(tmp_path):
    recipe, _ = proposed(tmp_path, "ticket_id,body,label,fold\n" + rows(
        20, lambda n: f"T{n}", lambda n: f'"{TEXT}{n}"', lambda n: "xy"[n % 2], lambda n: n % 5))
    assert recipe["data"]["columns"] == {"id": "ticket_id", "answer": "body", "label": "label"}


def test_a_fold_column_is_no_label(tmp_path):
    recipe, _ = proposed(tmp_path, "text,kind,fold\n" + rows(20, lambda n: f'"{TEXT}{n}"', lambda n: "xy"[n % 2], lambda n: n % 5))
    assert recipe["data"]["columns"]["label"] == "kind"


def test_lines_of_json_are_read(tmp_path):
    recipe, _ = proposed(tmp_path, "".join(json.dumps({"text": TEXT + str(n), "label": n % 2}) + "\n" for n in range(20)), "train.jsonl")
    assert recipe["data"]["columns"] == {"answer": "text", "label": "label"} and recipe["data"]["labels"] == [0, 1]
    assert run(tmp_path, "check", "recipe.yaml").returncode == 0


def told(separator):
    return "".join(separator.join(row) + "\n" for row in [("text", "label"), *((TEXT.replace(",", "") + str(n), "xy"[n % 2]) for n in range(20))])


@pytest.mark.parametrize("name, content, words", [
    ("a.csv", told(";").encode(), "semicolons stand between its cells"), ("b.csv", told("\t").encode(), "tabs stand between its cells"),
    ("c.csv", told(",").encode("utf-16"), "read as UTF-16"), ("d.tsv", told("\t").encode(), ""),
    ("e.json", json.dumps([{"text": TEXT + str(n), "label": "xy"[n % 2]} for n in range(20)]).encode(), "")],
    ids=["semicolons", "tabs", "utf-16", "tsv", "array"])
def test_a_table_of_another_kind_is_read_and_what_is_unusual_of_it_is_said(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    result = run(tmp_path, "init", name)
    assert result.returncode == 0 and words in result.stdout + result.stderr
    assert yaml.safe_load((tmp_path / "recipe.yaml").read_text())["data"]["columns"] == {"answer": "text", "label": "label"}
    assert run(tmp_path, "check", "recipe.yaml").returncode == 0


def test_a_table_without_a_row_is_refused(tmp_path):
    (tmp_path / "f.json").write_bytes(b"[]")
    result = run(tmp_path, "init", "f.json")
    assert result.returncode == 66 and "f.json has no JSON object" in result.stderr and list(tmp_path.iterdir()) == [tmp_path / "f.json"]


def test_one_hot_columns_and_many_texts_are_said(case):
    folder = case("13-pairwise-one-hot")
    result = run(folder, "init", "train.csv", "--output", "first.yaml")
    assert result.returncode == 0
    assert "the template reads all of them" in result.stderr
    data = yaml.safe_load((folder / "first.yaml").read_text())["data"]
    columns, texts = data["columns"], data["columns"]["texts"]
    assert columns["label"] == ["winner_model_a", "winner_model_b", "winner_tie"] and data["labels"] == ["model_a", "model_b", "tie"]
    assert {"prompt", "response_a", "response_b"} <= set(texts.values()) and all(f"{{{name}}}" in data["template"] for name in texts)
    checked = run(folder, "check", "first.yaml")
    assert "bad-template" not in checked.stderr + checked.stdout
    refused = run(folder, "check", "wanted.yaml")
    assert refused.returncode == 65 and "texts: {response_a: response_a, response_b: response_b}" in refused.stderr


def test_a_schema_that_is_there_stays(tmp_path):
    (tmp_path / "recipe.schema.json").write_text("mine")
    _, result = proposed(tmp_path, "text,label\n" + rows(8, lambda n: f'"{TEXT}{n}"', lambda n: "xy"[n % 2]))
    assert result.returncode == 0 and "left as it is" in result.stderr and (tmp_path / "recipe.schema.json").read_text() == "mine"


def test_a_relative_path_stays_relative(tmp_path):
    for name in ("data", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "train.csv").write_text("text,label\n" + rows(8, lambda n: f'"{TEXT}{n}"', lambda n: "xy"[n % 2]))
    assert run(tmp_path / "work", "init", "../data/train.csv").returncode == 0
    assert yaml.safe_load((tmp_path / "work" / "recipe.yaml").read_text())["data"]["train"] == "../data/train.csv"
    assert run(tmp_path / "work", "check", "recipe.yaml").returncode == 0


def test_nothing_of_a_table_is_printed_raw(tmp_path):
    _, result = proposed(tmp_path, '"te\x1b[31mxt","la\u202ebel"\n' + rows(8, lambda n: f'"{TEXT}{n}"', lambda n: "xy"[n % 2]))
    assert result.returncode == 0 and "\x1b" not in result.stdout + result.stderr and "\u202e" not in result.stdout + result.stderr


# MARK: import

def imported(folder, tool, *names):
    result = run(folder, "import", tool, *names, "--json")
    document = json.loads(result.stdout)
    return (yaml.safe_load(document["recipe"]) if result.returncode == 0 else None), document, result.returncode


def test_a_blank_key_is_not_given(case):
    recipe, document, _ = imported(case("07-import-axolotl-blank-lora"), "axolotl", "full.yml")
    model, = recipe["models"].values()
    assert model["lora"] == "off" or model["lora"] is False
    blanks = [one for one in document["report"] if one["key"] in ("lora_r", "lora_alpha", "lora_dropout")]
    assert len(blanks) >= 3


AXOLOTL = "base_model: org/m\nadapter: lora\nlora_r: 8\nlora_alpha: 16\ndatasets: [{path: train.csv}]\n"


@pytest.mark.parametrize("more", [
    "lora_dropout:\n", "learning_rate:\n", "warmup_steps:\n", "tokens: ['<|im_start|>']\n", "tokens:\n  bos_token: <s>\n",
    "max_steps: 500_000\n", "special_tokens:\n", "wandb_project:\n"])
def test_configs_as_people_write_them_are_imported(tmp_path, more):
    (tmp_path / "c.yml").write_text(AXOLOTL + more)
    recipe, document, code = imported(tmp_path, "axolotl", "c.yml")
    assert code == 0, document["findings"]
    if "500_000" in more:
        assert recipe["models"]["m"]["training"]["steps"] == 500_000


@pytest.mark.parametrize("name", ["pattern.yml", "comma.yml"])
def test_a_pattern_of_modules_is_said(case, name):
    recipe, document, code = imported(case("27-import-lora-target-pattern"), "axolotl", name)
    assert code == 0
    model, = recipe["models"].values()
    assert model["lora"].get("targets", "all-linear") == "all-linear"
    entry, = [one for one in document["report"] if one["key"] == "lora_target_modules"]
    assert any(entry.get(key) for key in ("look", "needs_look", "review")), entry


def test_how_another_tool_generates_text_is_no_unknown_key(tmp_path):
    (tmp_path / "c.yaml").write_text("""llm_backbone: org/m
problem_type: text_causal_classification_modeling
dataset: {train_dataframe: train.csv, prompt_column: text, answer_column: label, num_classes: 3}
training: {loss_function: CrossEntropyLoss}
prediction: {do_sample: false, num_beams: 1, temperature: 0.3, top_k: 0, repetition_penalty: 1.2, something_new: 3}
""")
    _, document, code = imported(tmp_path, "h2o", "c.yaml")
    classes = {one["key"]: one["class"] for one in document["report"] if one["key"].startswith("prediction.")}
    assert code == 0 and len(classes) == 6 and set(classes.values()) == {"not-applicable"}, document["findings"]


def test_one_wrong_value_is_told_once(tmp_path):
    (tmp_path / "c.yml").write_text(AXOLOTL.replace("lora_r: 8", "lora_r: eight"))
    _, document, code = imported(tmp_path, "axolotl", "c.yml")
    assert code == 65 and len(document["findings"]) == 1


def test_paths_of_another_machine_are_no_disagreement(tmp_path):
    for number, path in enumerate(["/home/a/data/train.csv", "/mnt/b/train.csv"]):
        (tmp_path / f"c{number}.yml").write_text(AXOLOTL.replace("path: train.csv", f"path: {path}") + f"seed: {number + 1}\n")
    recipe, document, code = imported(tmp_path, "axolotl", "c0.yml", "c1.yml")
    assert code == 0 and "several machines" in document["recipe"], document["findings"]
