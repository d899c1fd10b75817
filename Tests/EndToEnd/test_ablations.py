"""Ablations: which variants a question has, what differs in each, and that they share every step they can. From plans alone:
nothing here runs.

Knows nothing of verdicts.
"""

import json
import os
import subprocess
from collections import Counter

import pytest

from conftest import BINARY, ROOT

HEAD = """\
recipe: questions
data: {train: train.csv, columns: {answer: text, label: who}, labels: [a, b]}
folds: {kind: k-fold, count: 2}
models:
  tiny:
    backbone: {scratch: {architecture: mistral}}
    lora: {rank: 4, alpha: 8.0}
    seeds: [1, 2]
    fit: [folds]
ablations:
  asked:
    hypothesis: Which?
    of: tiny
"""


def plan(folder, ablation: str, *options: str) -> dict:
    (folder / "train.csv").write_text("text,who\nred,a\nblue,b\n")
    (folder / "recipe.yaml").write_text(HEAD + ablation)
    result = subprocess.run(
        [BINARY, "plan", "recipe.yaml", "--json", *options], capture_output=True, text=True, cwd=folder, timeout=60,
        env={**os.environ, "NO_COLOR": "1"})
    assert result.returncode == 0, result.stderr
    return {step["address"]: step for step in json.loads(result.stdout)["steps"]}


def variants(steps: dict) -> set[str]:
    """The names of the variants that are evaluated on their own. One that is as the model itself is the model's."""
    return {address.split("/")[2] for address in steps if address.startswith("ablations/")}


def finetunes(steps: dict) -> int:
    return sum(step["kind"] == "finetune" for step in steps.values())


def resolved(folder, variant: str) -> dict:
    result = subprocess.run(
        [BINARY, "show", "recipe.yaml", f"ablations/asked/{variant}/seed-1/fold-0/finetune", "--json"], capture_output=True,
        text=True, cwd=folder)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["parameters"]


def test_one_setting(tmp_path):
    steps = plan(tmp_path, "    vary: {lora.rank: [4, 8, 16]}\n")
    assert variants(steps) == {"lora.rank=8", "lora.rank=16"}
    assert finetunes(steps) == 3 * 2 * 2 and Counter(step["kind"] for step in steps.values())["tokenize"] == 1
    assert resolved(tmp_path, "lora.rank=8")["lora"]["rank"] == 8


def test_a_grid(tmp_path):
    steps = plan(tmp_path, "    vary: {lora.rank: [4, 8], training.epochs: [2, 4, 5]}\n")
    assert variants(steps) == {f"lora.rank={rank},training.epochs={epochs}" for rank in (4, 8) for epochs in (2, 4, 5)}
    parameters = resolved(tmp_path, "lora.rank=8,training.epochs=5")
    assert (parameters["lora"]["rank"], parameters["training"]["epochs"]) == (8, 5)


def test_zipped_settings_change_together_and_are_crossed_with_the_others(tmp_path):
    steps = plan(tmp_path, "    zip: {lora.rank: [8, 16], lora.alpha: [16.0, 32.0]}\n    vary: {pooling: [last, mean]}\n")
    found = {tuple(resolved(tmp_path, name)[key] if key == "pooling" else resolved(tmp_path, name)["lora"][key]
                   for key in ("rank", "alpha", "pooling")) for name in variants(steps)}
    assert found == {(8, 16.0, "last"), (8, 16.0, "mean"), (16, 32.0, "last"), (16, 32.0, "mean")}


def test_named_bundles_are_crossed_too(tmp_path):
    steps = plan(
        tmp_path, "    together:\n      small: {lora.rank: 2, training.epochs: 1}\n      large: {lora.rank: 32, training.epochs: 5}\n"
        "    vary: {lora.alpha: [8.0, 64.0]}\n")
    assert len(variants(steps)) == 4 and all("small" in name or "large" in name for name in variants(steps))
    for name in variants(steps):
        parameters = resolved(tmp_path, name)
        assert (parameters["lora"]["rank"], parameters["training"]["epochs"]) == ((2, 1) if "small" in name else (32, 5))


def test_combinations_are_left_out(tmp_path):
    steps = plan(
        tmp_path, "    vary: {lora.rank: [2, 8], training.epochs: [1, 2]}\n    except: [{lora.rank: 8, training.epochs: 2}]\n")
    assert variants(steps) == {"lora.rank=2,training.epochs=1", "lora.rank=2,training.epochs=2", "lora.rank=8,training.epochs=1"}


def test_settings_for_the_whole_ablation_screen_cheaply(tmp_path):
    steps = plan(tmp_path, "    vary: {lora.rank: [4, 8]}\n    with: {training.epochs: 1, seeds: [7]}\n")
    asked = {address: step for address, step in steps.items() if address.startswith("ablations/")}
    assert variants(steps) == {"lora.rank=4", "lora.rank=8"} and finetunes(asked) == 2 * 1 * 2
    assert all("/seed-7/" in address for address in asked if address.endswith("finetune"))


def test_what_is_as_the_model_is_not_trained_twice(tmp_path):
    steps = plan(tmp_path, "    vary: {lora.rank: [4, 8], seeds: [[1], [1, 2]]}\n")
    assert finetunes(steps) == 2 * 2 * 2, "rank 4 is the model's own, and one seed is part of two"


def test_what_is_selected_is_planned_alone(tmp_path):
    ablation = "    vary: {lora.rank: [4, 8]}\n  other: {hypothesis: And?, of: tiny, vary: {training.epochs: [3, 4]}}\n"
    base = plan(tmp_path, ablation, "--only", "base")
    asked = plan(tmp_path, ablation, "--ablation", "asked")
    everything = plan(tmp_path, ablation)
    assert not any(address.startswith("ablations/") for address in base) and finetunes(base) == 4
    assert any(address.startswith("ablations/asked/") for address in asked)
    assert not any(address.startswith("ablations/other/") for address in asked)
    assert set(base) | set(asked) < set(everything)


@pytest.mark.parametrize(
    "option, path, value",
    [("models.tiny.lora.rank=16", "models.tiny.lora.rank", 16), ("models.tiny.seeds=[5]", "models.tiny.seeds", [5]),
     ("models.tiny.training={epochs: 9}", "models.tiny.training.epochs", 9)])
def test_an_override_says_where_it_came_from(tmp_path, option, path, value):
    plan(tmp_path, "    vary: {lora.rank: [4, 8]}\n")
    result = subprocess.run(
        [BINARY, "show", "recipe.yaml", "--resolved", "--json", "--set", option], capture_output=True, text=True, cwd=tmp_path)
    values = {one["path"]: (one["value"], one["origin"]) for one in json.loads(result.stdout)["values"]}
    assert values[path][0] == value and "--set" in values[path][1]


def test_the_competitions_questions_share_every_step_they_can():
    recipe = ROOT / "recipes" / "predict-the-llm" / "recipe.yaml"
    result = subprocess.run([BINARY, "plan", recipe, "--json"], capture_output=True, text=True, timeout=60)
    steps = json.loads(result.stdout)["steps"]
    kinds = Counter(step["kind"] for step in steps)
    # 3 backbones x 3 seeds, on 5 folds and on all rows, and 5 of the encoder; then, over 5 folds: 2 quantizations, 1 more rank (4 is the
    # first quantization), 3 more of epochs x lengths, 4 more backbones, 2 more seeds, 3 more epochs, no more for the size of the ensemble,
    # 1 with pseudo-labels, 2 chats, 3 of the larger backbone.
    assert kinds["finetune"] == 3 * 3 * 6 + 5 + 5 * (2 + 1 + 3 + 4 + 2 + 3 + 0 + 1 + 2 + 3)
    # 2 tables of 3 backbones and the encoder; train alone of 4 more, of 2 chats and of the larger backbone.
    assert kinds["tokenize"] == 2 * 4 + 4 - 1 + 2 + 1, "OpenHermes is among both"
    assert (kinds["ingest"], kinds["split"]) == (2, 2), "the test is folded for the pseudo-labels"
    # Both tables are rated and sorted once, whichever variants read the answers.
    assert (kinds["annotate"], kinds["explore"]) == (2 * 2, 1)
    stacked = {step["address"] for step in steps if step["kind"] == "stack"}
    assert stacked == {"stacked/stack", *(f"ablations/annotations/annotations={read}/stack" for read in ("none", "rating", "rating+category"))}
