"""`ablate import`: other tools' configs become one recipe that passes every check, and no key of theirs is lost."""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import BINARY
from foreign_configs import AXOLOTL, H2O_2023, H2O_TODAY, LLAMA_FACTORY, changed, leaves, twenty_five

# Keys that an import may write and a build may not know: taken out before the recipe is checked with that build.
SCHEMA = json.loads(subprocess.run([str(BINARY), "schema"], capture_output=True, text=True).stdout)


def ablate(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, cwd=folder, env=environment, timeout=120)


class Imported:
    """The recipe and report of some configs, imported both ways."""

    def __init__(self, folder: Path, tool: str, configs: dict[str, dict]):
        self.folder, self.configs = folder, {}
        for name, config in configs.items():
            path = folder / f"{name}.yaml"
            path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
            self.configs[path.name] = config
        plain = ablate(folder, "import", tool, *self.configs)
        document = ablate(folder, "import", tool, *self.configs, "--json")
        assert plain.returncode == 0, plain.stderr
        self.text, self.stderr = plain.stdout, plain.stderr
        self.document = json.loads(document.stdout)
        assert self.document["schema_version"] == 1 and self.document["recipe"] == self.text and not document.stderr
        self.recipe, self.report = yaml.safe_load(self.text), self.document["report"]

    def plan(self) -> list[str]:
        """The addresses of the fine-tunes of the recipe, which has passed `check`."""
        (self.folder / "recipe.yaml").write_text(known(self.text))
        for table in filter(None, [self.recipe["data"]["train"], self.recipe["data"].get("test")]):
            (self.folder / table).parent.mkdir(exist_ok=True)
            with open(self.folder / table, "w", newline="") as file:
                csv.writer(file).writerow(self.recipe["data"]["columns"].values())
        check = ablate(self.folder, "check", "recipe.yaml")
        assert check.returncode == 0, check.stderr + self.text
        assert max(map(len, self.text.splitlines())) <= 120
        steps = json.loads(ablate(self.folder, "plan", "recipe.yaml", "--json").stdout)["steps"]
        return [step["address"] for step in steps if step["kind"] == "finetune"]

    def values(self) -> dict[str, object]:
        """Every value in force in the recipe."""
        shown = json.loads(ablate(self.folder, "show", "recipe.yaml", "--json").stdout)["values"]
        return {line["path"]: line["value"] for line in shown}

    def of(self, key: str) -> dict:
        return next(entry for entry in self.report if entry["key"] == key)

    def looks(self) -> set[str]:
        return {entry["key"] for entry in self.report if entry["look"]}


def known(text: str) -> str:
    """The recipe without the keys that this build's schema lacks."""
    model = SCHEMA["properties"]["models"]["additionalProperties"]["properties"]
    lines = [line for line in text.splitlines() if not (line.startswith("    head-input:") and "head-input" not in model)]
    return "\n".join(lines) + "\n"


def test_ten_configs_that_differ_in_seed_and_backbone_are_one_recipe_of_ten_fine_tunes(tmp_path):
    configs = {
        f"{backbone.split('/')[1]}-{seed}": changed(H2O_TODAY, llm_backbone=backbone, environment__seed=seed)
        for backbone in ("org/one", "org/two") for seed in (3, 5, 8, 13, 21)}
    imported = Imported(tmp_path, "h2o", configs)
    assert len(imported.plan()) == 10
    assert imported.recipe["models"]["two"] == {"like": "one", "backbone": "org/two"}
    assert imported.recipe["models"]["one"]["seeds"] == [3, 5, 8, 13, 21]
    assert imported.text.startswith("# yaml-language-server: $schema=recipe.schema.json\n")
    assert len(imported.text.splitlines()) <= 30


def test_the_twenty_five_configs_of_the_competition_are_twenty_four_fine_tunes(tmp_path):
    imported = Imported(tmp_path, "h2o", twenty_five())
    assert len(imported.plan()) == 24
    models = imported.recipe["models"]
    assert models["openhermes-2-mistral-7b"]["fit"] == ["folds", "full"] and imported.recipe["folds"]["count"] == 5
    assert models["mistral-7b-openorca"] == {
        "like": "openhermes-2-mistral-7b", "backbone": "Open-Orca/Mistral-7B-OpenOrca", "fit": ["full"]}
    assert "predict-the-llm.yaml is the same fine-tune as full-teknium-seed-1.yaml" in imported.text
    values = imported.values()
    expected = {
        "quantization": "nf4", "lora.rank": 4, "lora.alpha": 16.0, "lora.dropout": 0.05, "lora.targets": "all-linear",
        "lengths.answer": 1024, "lengths.keep": "tail", "training.epochs": 5, "training.batch": 16,
        "training.learning-rate": 1e-4, "training.head-learning-rate": 1e-5, "training.schedule": "cosine",
        "training.warmup": 0.0, "training.weight-decay": 0.0, "training.clip": None}
    for model in models:
        for path, value in expected.items():
            assert values.get(f"models.{model}.{path}") == value, (model, path)
    assert values["data.columns.answer"] == "text" and values["data.columns.label"] == "target"
    assert imported.recipe["data"]["labels"] == list(range(7)) and imported.recipe["data"]["train"] == "data/train.csv"


@pytest.mark.parametrize(
    "tool, config", [("h2o", H2O_TODAY), ("h2o", H2O_2023), ("axolotl", AXOLOTL), ("llama-factory", LLAMA_FACTORY)])
def test_every_key_of_every_file_is_accounted_for_at_its_place(tmp_path, tool, config):
    imported = Imported(tmp_path, tool, {"config": config})
    written = [entry for entry in imported.report if not entry["default"]]
    assert sorted(entry["key"] for entry in written) == sorted(leaves(config))
    lines = (tmp_path / "config.yaml").read_text().splitlines()
    for entry in written:
        name = entry["key"].rsplit(".", 1)[-1]
        assert lines[entry["line"] - 1][entry["column"] - 1:].startswith(name + ":"), entry
        assert entry["class"] in ("mapped", "implied", "not-applicable"), entry
        assert (entry["target"] is None) == (entry["class"] != "mapped") and (entry["note"] or entry["target"])
        assert f"{entry['key']}: " in imported.stderr
    assert len(imported.plan()) == 1
