"""The gallery: competitions as recipes of at most 40 lines, checked, planned and read on tables of their exact form, and three of them run
whole on tiny models."""

import csv
import importlib.util
import json
import re
import subprocess

import pytest
import yaml
from conftest import BINARY, ROOT, Project, site

GALLERY = ROOT / "recipes" / "gallery"
NAMES = sorted(path.parent.name for path in GALLERY.glob("*/recipe.yaml"))
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 512}
FAMILIES = {  # its tokenizer, what is its own
    "deberta-v2": ("DebertaV2Tokenizer", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 16,
                                          "position_biased_input": False, "share_att_key": True, "norm_rel_ebd": "layer_norm"}),
    "gemma2": ("GemmaTokenizer", {"num_key_value_heads": 1, "head_dim": 8, "sliding_window": 64}),
    "qwen3": ("Qwen2Tokenizer", {"num_key_value_heads": 1, "head_dim": 8}),
}


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Every recipe beside small tables of its competition's form."""
    folder = tmp_path_factory.mktemp("gallery")
    spec = importlib.util.spec_from_file_location("make", GALLERY / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert sorted(make.MAKERS) == NAMES
    make.make(folder, rows=42)
    return folder


def test_a_recipe_has_at_most_forty_lines_and_asks_two_questions():
    said = (GALLERY / "README.md").read_text()
    for name in NAMES:
        text = (GALLERY / name / "recipe.yaml").read_text()
        lines, recipe = text.count("\n"), yaml.safe_load(text)
        assert lines <= 40 and len(recipe["ablations"]) == 2, name
        line = next(line for line in said.splitlines() if f"({name}/recipe.yaml)" in line)
        metric = recipe.get("metrics", ["log-loss"])[0]
        assert f"| {lines} |" in line and f"`{recipe['data'].get('target', 'classes')}`" in line and f"`{metric}`" in line, (name, line)


def test_nothing_is_found_in_any_recipe_beside_its_tables(gallery):
    result = subprocess.run([BINARY, "check", *(gallery / name / "recipe.yaml" for name in NAMES)], capture_output=True, text=True)
    assert result.returncode == 0 and result.stdout.count("no errors") == len(NAMES), result.stdout + result.stderr
    assert "warning" not in result.stdout + result.stderr, result.stdout + result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_only_the_hubs_backbones_are_missing_from_a_plan(name, gallery):
    recipe = gallery / name / "recipe.yaml"
    result = subprocess.run([BINARY, "plan", recipe, "--json"], capture_output=True, text=True)
    document = json.loads(result.stdout)
    assert document["missing"] and all(re.match(r"[\w-]+/[\w.-]+ is not in the hub's cache", missing) for missing in document["missing"])
    assert "submission" in {step["address"] for step in document["steps"]}


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_the_competitions_form_are_read_and_folded(name, gallery):
    project = Project(gallery / name)
    site(project.folder)
    read = project.run("data/**", "folds/**")
    assert {"data/train/ingest", "data/test/ingest", "folds/split"} <= set(read)


def backbone(family, texts, folder):
    """A tiny model of a family, with a tokenizer of its class that was made from these texts."""
    import torch
    import transformers
    maker, own = FAMILIES[family]
    tokenizer = getattr(transformers, maker)().train_new_from_iterator(texts, 400)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(
        family, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, bos_token_id=None, eos_token_id=None, **SIZES, **own)
    transformers.AutoModel.from_config(config).save_pretrained(folder)


RUNS = {
    "english-learners": ({"deberta": "deberta-v2"}, []),
    "lmsys-chatbot-arena": ({"gemma": "gemma2"}, ["models.gemma.quantization=none", "models.gemma.fit={folds: [0]}"]),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_competition_is_run_whole_on_tiny_models(name, gallery):
    families, changes = RUNS[name]
    project = Project(gallery / name)
    site(project.folder)
    texts = [cell for row in rows_of(project.folder / "data" / "train.csv") for cell in row.values()]
    for model, family in families.items():
        backbone(family, texts, project.folder / model)
        changes = [*changes, f"models.{model}.backbone=./{model}", f"models.{model}.training.epochs=1"]
    project.run(*(word for change in [*changes, "folds.count=2"] for word in ("--set", change)))
    written, sample = rows_of(project.folder / "submission.csv"), rows_of(project.folder / "data" / "sample_submission.csv")
    assert [list(row) for row in written] == [list(row) for row in sample]
    first = list(sample[0])[0]
    assert [row[first] for row in written] == [row[first] for row in sample]
    logbook = json.loads((project.folder / "logbook" / "logbook.json").read_text())
    questions = yaml.safe_load(project.recipe.read_text())["ablations"]
    assert [ablation["name"] for ablation in logbook["ablations"]] == list(questions)
    for ablation in logbook["ablations"]:
        assert len(ablation["variants"]) > 1, ablation
