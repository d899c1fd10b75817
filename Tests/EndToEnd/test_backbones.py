"""Backbones by folder and by hub id, against a stand-in for the hub's cache; offline, a missing one is said plainly."""

import json
import shutil

import pytest

from conftest import ROOT, Project

BACKBONE = ROOT / "recipes" / "quickstart" / "backbone"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path):
    """A cache laid out as the hub's library lays it out."""
    repository = tmp_path / "hf" / "hub" / "models--someone--tiny-mistral"
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    (repository / "blobs").mkdir()
    for path in BACKBONE.iterdir():
        if path.suffix in {".json", ".safetensors"}:
            shutil.copy(path, repository / "blobs" / path.name)
            (snapshot / path.name).symlink_to(f"../../blobs/{path.name}")
    return tmp_path / "hf"


def cut_down(project: Project, backbone: str) -> None:
    """One model, one seed, no ablation: what is tested is the backbone."""
    text = project.recipe.read_text()
    start = text.index("{scratch:")
    project.recipe.write_text(text[:start] + backbone + text[text.index("\n", start):])
    project.edit("seeds: [1, 2]", "seeds: [1]")
    project.edit("epochs: 2", "epochs: 1")


def test_a_hub_id_in_the_cache_is_used_offline(fresh, hub):
    cut_down(fresh, "someone/tiny-mistral")
    executed = fresh.run("tiny/evaluate", HF_HOME=str(hub), HF_HUB_OFFLINE="1")
    assert "tiny/seed-1/fold-0/finetune" in executed
    # Who exports the model is told the very commit it was trained on.
    folder = fresh.folder / "export"
    made = fresh.ablate("show", *fresh.site, "tiny/seed-1/fold-0/finetune", "--export", str(folder), HF_HOME=str(hub), HF_HUB_OFFLINE="1")
    assert made.returncode == 0, made.stderr
    config = json.loads((folder / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == ("someone/tiny-mistral", COMMIT)
    assert f'revision="{COMMIT}"' in (folder / "README.md").read_text()
    # The same content in a folder, or by its commit, is the same input.
    text = fresh.recipe.read_text()
    fresh.recipe.write_text(text.replace("someone/tiny-mistral", f"someone/tiny-mistral@{COMMIT}"))
    assert fresh.run("tiny/evaluate", HF_HOME=str(hub), HF_HUB_OFFLINE="1") == []
    fresh.recipe.write_text(text.replace("someone/tiny-mistral", str(BACKBONE)))
    assert fresh.run("tiny/evaluate") == []


def test_a_hub_id_that_is_not_there_is_planned_and_refused_offline(fresh, tmp_path):
    cut_down(fresh, "someone/nothing")
    environment = {"HF_HOME": str(tmp_path / "empty"), "HF_HUB_OFFLINE": "1"}
    assert fresh.ablate("check", **environment).returncode == 0
    plan = fresh.ablate("plan", "--json", **environment)
    assert plan.returncode == 0 and any("someone/nothing" in missing for missing in json.loads(plan.stdout)["missing"])
    run = fresh.ablate("run", **environment)
    assert run.returncode == 69
    assert "someone/nothing" in run.stderr and "offline" in run.stderr.lower()


def test_a_folder_that_is_no_backbone_is_said_plainly(fresh):
    (fresh.folder / "empty").mkdir()
    cut_down(fresh, "./empty")
    run = fresh.ablate("run")
    assert run.returncode == 66 and "config.json" in run.stderr


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_other_architectures_learn_from_scratch(fresh, architecture):
    fresh.edit("architecture: mistral", f"architecture: {architecture}")
    fresh.edit("seeds: [1, 2]", "seeds: [1]")
    assert "tiny/seed-1/fold-0/finetune" in fresh.run("tiny/evaluate")
