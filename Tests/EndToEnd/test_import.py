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


# The keys of H2O LLM Studio's default config, and what becomes of each: M mapped, I implied, N not applicable.
TODAY = """
experiment_name M, output_directory N, llm_backbone M, problem_type I, dataset.train_dataframe M, dataset.validation_strategy M,
dataset.validation_dataframe I, dataset.validation_size N, dataset.data_sample I, dataset.prompt_column M,
dataset.prompt_column_separator N, dataset.answer_column M, dataset.num_classes M, dataset.system_column I,
dataset.parent_id_column I, dataset.id_column M, dataset.text_system_start N, dataset.text_prompt_start I,
dataset.text_answer_separator I, dataset.add_eos_token_to_system N, dataset.add_eos_token_to_prompt I,
dataset.add_eos_token_to_answer N, dataset.limit_chained_samples N, dataset.mask_prompt_labels I, dataset.only_last_answer N,
dataset.personalize I, dataset.chatbot_name N, dataset.chatbot_author N, tokenizer.max_length M,
tokenizer.add_prompt_answer_tokens I, tokenizer.padding_quantile N, tokenizer.tokenizer_kwargs N, architecture.backbone_dtype M,
architecture.gradient_checkpointing N, architecture.intermediate_dropout I, architecture.pretrained I,
architecture.pretrained_weights I, training.loss_function I, training.optimizer I, training.learning_rate M,
training.differential_learning_rate_layers M, training.differential_learning_rate M, training.freeze_layers N,
training.attention_implementation N, training.batch_size M, training.drop_last_batch N, training.epochs M, training.schedule M,
training.min_learning_rate_ratio I, training.warmup_epochs I, training.weight_decay I, training.gradient_clip I,
training.grad_accumulation M, training.lora M, training.use_dora I, training.lora_r M, training.lora_alpha M,
training.lora_dropout M, training.use_rslora I, training.lora_target_modules M, training.save_checkpoint I,
training.evaluation_epochs N, training.evaluate_before_training N, training.train_validation_data I,
augmentation.token_mask_probability I, augmentation.skip_parent_probability N, augmentation.random_parent_probability N,
augmentation.neftune_noise_alpha I, prediction.metric I, prediction.batch_size_inference N, environment.gpus N,
environment.mixed_precision I, environment.mixed_precision_dtype I, environment.compile_model N, environment.use_deepspeed N,
environment.trust_remote_code N, environment.huggingface_branch I, environment.number_of_workers N, environment.seed M,
logging.logger N"""
OF_2023 = """
tokenizer.max_length_prompt M, tokenizer.max_length_answer N, tokenizer.use_fast I, tokenizer.add_prefix_space I,
training.save_best_checkpoint I, architecture.force_embedding_gradients I, environment.use_fsdp N, dataset.answer_column M"""


@pytest.mark.parametrize("config, table", [(H2O_TODAY, TODAY), (H2O_2023, OF_2023)])
def test_each_key_of_a_default_config_has_its_class(tmp_path, config, table):
    imported = Imported(tmp_path, "h2o", {"config": config})
    classes = {"M": "mapped", "I": "implied", "N": "not-applicable"}
    expected = {key: classes[letter] for key, letter in (item.split() for item in table.split(","))}
    assert {key: imported.of(key)["class"] for key in expected} == expected
    assert not imported.looks()


TODAY_CHANGES = [
    # a key and its value; what becomes of it; a value in force in the recipe; whether a person is asked to look
    ("training__lora_r", 64, "mapped", ("lora.rank", 64), False),
    ("training__lora_alpha", 1.5, "mapped", ("lora.alpha", 1.5), False),
    ("training__lora_target_modules", "q_proj,v_proj", "mapped", ("lora.targets", ["q_proj", "v_proj"]), False),
    ("training__lora_target_modules", ["q_proj"], "mapped", ("lora.targets", ["q_proj"]), False),
    ("training__schedule", "Linear", "mapped", ("training.schedule", "linear"), False),
    ("training__schedule", "Polynomial", "not-applicable", ("training.schedule", "cosine"), True),
    ("training__warmup_epochs", 0.25, "mapped", ("training.warmup", 0.25), False),
    ("training__weight_decay", 0.01, "mapped", ("training.weight-decay", 0.01), False),
    ("training__gradient_clip", 0.5, "mapped", ("training.clip", 0.5), False),
    ("training__grad_accumulation", 8, "mapped", ("training.batch", 16), False),
    ("training__learning_rate", "3e-5", "mapped", ("training.learning-rate", 3e-5), False),
    ("training__differential_learning_rate_layers", [], "implied", ("training.head-learning-rate", None), False),
    ("training__differential_learning_rate_layers", ["embed"], "not-applicable", ("training.head-learning-rate", None), True),
    ("training__freeze_layers", ["embed"], "not-applicable", None, True),
    ("training__min_learning_rate_ratio", 0.1, "not-applicable", None, True),
    ("training__optimizer", "SGD", "not-applicable", None, True),
    ("training__lora_unfreeze_layers", ["embed"], "not-applicable", None, True),
    ("training__epochs", 7, "mapped", ("training.epochs", 7), False),
    ("training__save_checkpoint", "each_evaluation_epoch", "not-applicable", None, False),
    ("training__train_validation_data", True, "mapped", ("fit", ["full"]), False),
    ("architecture__backbone_dtype", "int8", "mapped", ("quantization", "int8"), False),
    ("architecture__backbone_dtype", "bfloat16", "mapped", ("quantization", "none"), False),
    ("architecture__pretrained", False, "not-applicable", None, True),
    ("architecture__intermediate_dropout", 0.1, "mapped", ("training.head-dropout", 0.1), False),
    ("environment__huggingface_branch", "v2", "mapped", ("backbone", "h2oai/h2o-danube3-500m-chat@v2"), False),
    ("environment__seed", 9, "mapped", ("seeds", [9]), False),
    ("environment__gpus", ["0", "1"], "not-applicable", None, False),
    ("augmentation__token_mask_probability", 0.1, "mapped", ("training.mask-tokens", 0.1), False),
    ("augmentation__neftune_noise_alpha", 5, "mapped", ("training.neftune", 5), False),
    ("dataset__data_sample", 0.5, "not-applicable", None, True),
    ("dataset__add_eos_token_to_prompt", True, "not-applicable", None, True),
    ("dataset__parent_id_column", "parent", "not-applicable", None, True),
    ("tokenizer__max_length", 2048, "mapped", ("lengths.answer", 2048), False),
    ("training__lora_rank", 8, "unknown", None, True),
]


@pytest.mark.parametrize("path, value, kind, setting, look", TODAY_CHANGES)
def test_a_changed_value_reaches_the_recipe_or_a_person(tmp_path, path, value, kind, setting, look):
    imported = Imported(tmp_path, "h2o", {"config": changed(H2O_TODAY, **{path: value})})
    key = path.replace("__", ".")
    assert len(imported.plan()) == 1
    entry = imported.of(key)
    assert (entry["class"], entry["look"]) == (kind, look)
    assert (f"- {key}: " in imported.text) == look, "what a person must look at stands in the recipe itself"
    if setting:
        (model,) = imported.recipe["models"]
        assert imported.values().get(f"models.{model}.{setting[0]}") == setting[1]


@pytest.mark.parametrize(
    "tool, config, settings",
    [
        ("axolotl", AXOLOTL, {
            "quantization": "nf4", "lora.rank": 32, "lora.alpha": 16.0, "lengths.answer": 1024, "training.batch": 8, "seeds": [7],
            "training.epochs": 2, "training.warmup": 0.1, "training.weight-decay": 0.01, "training.clip": 1.0, "lora.dropout": 0.05,
            "lora.targets": ["gate_proj", "down_proj", "up_proj", "q_proj", "v_proj", "k_proj", "o_proj"],
            "training.learning-rate": 2e-4, "training.schedule": "cosine"}),
        ("axolotl", changed(AXOLOTL, adapter=None, load_in_4bit=False, load_in_8bit=False), {"lora": "off", "quantization": "none"}),
        ("axolotl", changed(AXOLOTL, adapter="lora", load_in_4bit=False, load_in_8bit=True, lora_target_linear=True),
         {"lora.targets": "all-linear", "quantization": "int8"}),
        ("llama-factory", LLAMA_FACTORY, {
            "quantization": "nf4", "lora.rank": 8, "lora.alpha": 16.0, "lora.dropout": 0.0, "lora.targets": "all-linear",
            "lengths.answer": 2048, "training.batch": 8, "training.epochs": 3, "training.learning-rate": 1e-4, "seeds": [42],
            "training.schedule": "cosine", "training.warmup": 0.1, "training.clip": 1.0}),
        ("llama-factory", {"model_name_or_path": "org/m", "dataset": "d", "finetuning_type": "full"}, {
            "lora": "off", "training.schedule": "linear", "training.learning-rate": 5e-5, "training.batch": 8}),
    ],
)
def test_configs_for_generation_mean_the_same_as_far_as_they_can(tmp_path, tool, config, settings):
    imported = Imported(tmp_path, tool, {"config": config})
    assert len(imported.plan()) == 1
    (model,) = imported.recipe["models"]
    values = imported.values()
    assert {path: values.get(f"models.{model}.{path}") for path in settings} == settings
    assert "data.columns and data.labels yourself" in " ".join(imported.text.replace("\n#", "").split())


def test_two_prompt_columns_become_prompt_and_answer_and_a_person_is_asked(tmp_path):
    config = changed(
        H2O_TODAY, dataset__prompt_column=["Question", "Response"], dataset__text_prompt_start="Q: {", dataset__text_answer_separator="\\n",
        dataset__prompt_column_separator="; A: ", tokenizer__max_length=1024)
    imported = Imported(tmp_path, "h2o", {"config": config})
    assert len(imported.plan()) == 1
    data = imported.recipe["data"]
    assert data["columns"] == {"id": "id", "prompt": "Question", "answer": "Response", "label": "target"}
    assert data["template"] == "Q: {{{prompt}; A: {answer}\n"
    (model,) = imported.recipe["models"].values()
    assert model["lengths"] == {"prompt": 256, "answer": 768, "keep": "tail"}
    assert imported.looks() == {"dataset.prompt_column", "tokenizer.max_length"}


def test_other_differences_are_models_with_only_their_own_keys(tmp_path):
    imported = Imported(tmp_path, "h2o", {
        "a": changed(H2O_TODAY, environment__seed=1), "b": changed(H2O_TODAY, environment__seed=1, training__lora_r=8),
        "c": changed(H2O_TODAY, environment__seed=2, training__schedule="Linear", training__epochs=3),
        "d": changed(H2O_TODAY, environment__seed=1, training__lora=False, architecture__backbone_dtype="bfloat16")})
    assert len(imported.plan()) == 4
    base = "h2o-danube3-500m-chat"
    models = imported.recipe["models"]
    assert models[f"{base}-rank-8"] == {"like": base, "lora": {"rank": 8}}
    assert models[f"{base}-epochs-3-schedule-linear"] == {
        "like": base, "training": {"epochs": 3, "schedule": "linear"}, "seeds": [2]}
    assert models[f"{base}-quantization-none-lora-off"] == {"like": base, "quantization": "none", "lora": False}  # YAML 1.1's off


def test_random_seeds_get_numbers_and_folds_are_counted_from_either_end(tmp_path):
    configs = {}
    for fold in (1, 2, 3):
        for repeat in (1, 2):
            configs[f"f{fold}-{repeat}"] = changed(
                H2O_TODAY, dataset__train_dataframe=f"cv/fold{fold}/train.csv", dataset__validation_dataframe=f"cv/fold{fold}/valid.csv",
                dataset__validation_strategy="custom")
    imported = Imported(tmp_path, "h2o", configs)
    assert len(imported.plan()) == 6
    (model,) = imported.recipe["models"].values()
    assert model["seeds"] == [1, 2] and model["fit"] == ["folds"] and imported.recipe["folds"]["count"] == 3
    assert imported.recipe["data"]["train"] == "cv/train.csv" and "seeds: the configs leave some to chance" in imported.text


BAD = [
    ("h2o", "a: [\n", "malformed-yaml", 2), ("h2o", "- 1\n", "not-a-config", 1), ("h2o", "", "empty-document", 1),
    ("h2o", yaml.safe_dump(AXOLOTL, sort_keys=False), "not-a-config", 1), ("axolotl", yaml.safe_dump(H2O_TODAY), "not-a-config", None),
    ("llama-factory", "x: 1\nmodel_name_or_pth: a/b\n", "not-a-config", 1),
    ("h2o", "llm_backbone: a/b\ntraining:\n  lora_r: many\n", "wrong-type", 3),
    ("h2o", "llm_backbone: a/b\ntraining:\n  lora_r: 0\n", "out-of-range", 3),
    ("h2o", "llm_backbone: a/b\ntraining:\n  lora: 3\n", "wrong-type", 3),
    ("h2o", "llm_backbone: a/b\ntraining:\n  lora: {r: 3}\n", "wrong-type", 3),
    ("h2o", "llm_backbone: a/b\nllm_backbone: a/c\n", "duplicate-key", 2),
    ("h2o", "llm_backbone: a/b\nproblem_type: text_causal_language_modeling\n", "other-problem", 2),
    ("h2o", "llm_backbone: a/b\ndataset: {num_classes: 3}\n", "several-labels", 2),
    ("axolotl", "base_model: [a]\n", "wrong-type", 1), ("llama-factory", "model_name_or_path: a/b\nseed: x\n", "wrong-type", 2),
]


@pytest.mark.parametrize("tool, text, code, line", BAD)
def test_a_bad_file_is_a_finding_at_its_place(tmp_path, tool, text, code, line):
    (tmp_path / "config.yaml").write_text(text)
    result = ablate(tmp_path, "import", tool, "config.yaml", "--json")
    findings = json.loads(result.stdout)["findings"]
    assert result.returncode == 65 and findings[0]["code"] == code and findings[0]["file"] == "config.yaml"
    assert findings[0]["line"] == line or line is None
    shown = ablate(tmp_path, "import", tool, "config.yaml")
    assert shown.returncode == 65 and not shown.stdout and f"config.yaml:{findings[0]['line']}:" in shown.stderr


def test_findings_of_all_files_come_at_once_and_a_missing_file_is_66(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("llm_backbone: a/b\ntraining: {lora_r: x, lora_alpha: y}\n")
    result = ablate(tmp_path, "import", "h2o", "a.yaml", "b.yaml")
    assert result.returncode == 65 and result.stderr.count("[wrong-type]") == 4
    result = ablate(tmp_path, "import", "h2o", "a.yaml", "no.yaml")
    assert result.returncode == 66 and "no.yaml" in result.stderr
    assert ablate(tmp_path, "import", "ludwig", "a.yaml").returncode == 64


def test_configs_of_different_data_are_refused(tmp_path):
    for name, config in [("a", H2O_TODAY), ("b", changed(H2O_TODAY, dataset__train_dataframe="other.csv"))]:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(config))
    result = ablate(tmp_path, "import", "h2o", "a.yaml", "b.yaml")
    assert result.returncode == 65 and "other.csv" in result.stderr and "import these configs apart" in result.stderr


def test_a_table_that_is_named_is_that_of_all_configs(tmp_path):
    """The competition's configs as they lie on the machines of three people, each with a table of another name."""
    paths = ["/home/a/kaggle/train_v2.csv", "/mnt/disk/llm/train_folds.pq", "C:/data/train.csv"]
    names = []
    for number, (name, config) in enumerate(twenty_five().items()):
        path = config["dataset"]["train_dataframe"]
        own = path if "fold" in path else paths[number % 3]
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(changed(config, dataset__train_dataframe=own)))
        names.append(f"{name}.yaml")
    refused = ablate(tmp_path, "import", "h2o", *names)
    assert refused.returncode == 65 and "or name it with --train where it is one" in refused.stderr
    result = ablate(tmp_path, "import", "h2o", *names, "--train", "data/train.csv")
    assert result.returncode == 0 and "the table is data/train.csv, as --train says" in result.stderr, result.stderr
    recipe = yaml.safe_load(result.stdout)
    assert recipe["data"]["train"] == "data/train.csv" and len(recipe["models"]) == 3 and recipe["folds"]["count"] == 5
    plain = ablate(tmp_path, "import", "h2o", *names, "--train", "data/train.csv", "--json")
    assert {entry["class"] for entry in json.loads(plain.stdout)["report"] if entry["key"] == "dataset.train_dataframe"} == {"not-applicable"}
