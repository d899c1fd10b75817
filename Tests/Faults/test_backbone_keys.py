"""Whatever a step opens in a backbone's folder is in its key: each file that strace sees opened is changed, and the plan must say so."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command import ROOT, Project, site, write_tables

BACKBONE = ROOT / "recipes" / "quickstart" / "backbone"
watched = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed: no file that is opened can be seen")

RECIPE = """\
recipe: keys
data:
  train: train.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  template: "Q: {prompt} A: {answer}"
folds: {kind: group-k-fold, count: 2}
models:
  m:
    backbone: ./backbone
    lora: {rank: 2, alpha: 4, targets: [q_proj]}
    lengths: {prompt: 8, answer: 16}
    training: {steps: 1, batch: 4}
"""
CHAT = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
CODE = """\
from transformers import MistralConfig, MistralModel
from .small_words import KIND

class Config(MistralConfig):
    model_type = KIND

class Model(MistralModel):
    config_class = Config
"""


def sharded(folder: Path) -> Path:
    """The backbone of the quickstart in several files of weights, with all that folders of the hub bring along."""
    import transformers
    model = transformers.AutoModelForCausalLM.from_pretrained(BACKBONE)
    model.save_pretrained(folder, max_shard_size="500KB")
    assert (folder / "model.safetensors.index.json").exists()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BACKBONE / name, folder)
    (folder / "chat_template.jinja").write_text(CHAT)
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": CHAT}))
    (folder / "special_tokens_map.json").write_text("{}")
    (folder / "added_tokens.json").write_text("{}")
    (folder / "generation_config.json").write_text(json.dumps({"max_new_tokens": 7}))
    (folder / "preprocessor_config.json").write_text("{}")
    (folder / "README.md").write_text("# A backbone\n")
    (folder / "optimizer.pt").write_bytes(b"states")
    return folder


def with_code(folder: Path) -> Path:
    """A family of its own, in Python files one of which needs another."""
    sharded(folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "modeling_mine.Config", "AutoModel": "modeling_mine.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modeling_mine.py").write_text(CODE)
    (folder / "small_words.py").write_text('KIND = "mine"\n')
    return folder


def opened(trace: Path, folder: Path) -> set[str]:
    """The files of the folder that some process opened, by their path in it."""
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        match = re.search(r'open(?:at)?\((?:[^,]*, )?"((?:[^"\\]|\\.)*)".*\) = \d', line)
        if match and "O_DIRECTORY" not in line:
            path = os.path.normpath(os.path.join(folder.parent, match[1]))
            if path.startswith(f"{folder}/"):
                found.add(os.path.relpath(path, folder))
    return found


SETTINGS = {
    "chat": (sharded, "    chat: on\n"),
    "all weights and the language head": (sharded, "    head-input: lm-logits\n"),
    "code": (with_code, "    remote-code: true\n    pooling: mean\n"),
}


@watched
@pytest.mark.parametrize("name", SETTINGS)
def test_every_file_that_is_opened_is_in_a_key(tmp_path, name):
    make, more = SETTINGS[name]
    write_tables(tmp_path)
    site(tmp_path)
    backbone = make(tmp_path / "backbone")
    recipe = RECIPE + more
    (tmp_path / "recipe.yaml").write_text(recipe.replace("lora: {rank: 2, alpha: 4, targets: [q_proj]}", "lora: off") if name.startswith("all weights") else recipe)
    project, trace = Project(tmp_path), tmp_path / "trace"
    run = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=open,openat", "-o", str(trace), *project.command("run")],
        capture_output=True, text=True, timeout=600,
        env=project.environment(HF_HOME=str(tmp_path / "hf"), HF_HUB_OFFLINE="1"))
    assert run.returncode == 0, run.stdout + run.stderr
    seen = opened(trace, backbone)
    assert {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json"} <= seen
    assert any(file.startswith("model-0000") for file in seen)
    assert ("chat_template.jinja" in seen) >= (name == "chat") and ("small_words.py" in seen) == (name == "code")
    before = states(project)
    assert set(before) == {"reuse"}
    for file in sorted(path.name for path in backbone.iterdir() if path.is_file()):
        content = (backbone / file).read_bytes()
        (backbone / file).write_bytes(content + b"\n")
        changed = states(project) != before
        assert changed or file not in seen, f"{file} is opened, and no key has it"
        assert not changed or file not in ("README.md", "optimizer.pt", "generation_config.json", "preprocessor_config.json")
        (backbone / file).write_bytes(content)
    assert states(project) == before


def states(project: Project) -> list[str]:
    return list(project.plan().values())


def test_weights_outside_the_folder_are_refused(tmp_path):
    write_tables(tmp_path)
    site(tmp_path)
    backbone = sharded(tmp_path / "backbone")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    index = json.loads((backbone / "model.safetensors.index.json").read_text())
    (tmp_path / "other").mkdir()
    for place in (lambda shard: f"../other/{shard}", lambda shard: f"{tmp_path}/other/{shard}"):
        for shard in set(index["weight_map"].values()):
            shutil.copy(backbone / shard, tmp_path / "other")
        (backbone / "model.safetensors.index.json").write_text(
            json.dumps(index | {"weight_map": {name: place(shard) for name, shard in index["weight_map"].items()}}))
        run = Project(tmp_path).ablate("run", "m/seed-1/fold-0/finetune")
        assert run.returncode != 0 and "names weights outside the folder" in run.stdout + run.stderr


def test_code_of_another_repository_is_refused(tmp_path):
    write_tables(tmp_path)
    site(tmp_path)
    backbone = with_code(tmp_path / "backbone")
    config = json.loads((backbone / "config.json").read_text())
    config["auto_map"]["AutoModel"] = "someone/else--modeling_mine.Model"
    (backbone / "config.json").write_text(json.dumps(config))
    (tmp_path / "recipe.yaml").write_text(RECIPE + "    remote-code: true\n")
    run = Project(tmp_path).ablate("run", "m/seed-1/fold-0/finetune", HF_HOME=str(tmp_path / "hf"), HF_HUB_OFFLINE="1")
    assert run.returncode != 0 and "takes code from another repository" in run.stdout + run.stderr


def test_a_name_like_a_digest_is_not_believed_in_a_folder_of_ones_own(tmp_path):
    write_tables(tmp_path)
    site(tmp_path)
    backbone, blobs = sharded(tmp_path / "backbone"), tmp_path / "blobs"
    blobs.mkdir()
    shard = next(backbone.glob("model-0000*"))
    shard.rename(blobs / ("0" * 64))
    shard.symlink_to(f"../blobs/{'0' * 64}")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    project = Project(tmp_path)
    project.run("m/seed-1/fold-0/finetune")
    with open(blobs / ("0" * 64), "ab") as file:
        file.write(b"\n")
    plan = project.plan()
    assert plan["m/seed-1/fold-0/finetune"] != "reuse"


def test_code_that_a_cached_repository_lacks_is_missing(tmp_path):
    """Fetched once without its code, a repository is fetched again where a recipe needs it."""
    write_tables(tmp_path)
    site(tmp_path)
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hf" / "hub" / "models--someone--mine"
    snapshot = repository / "snapshots" / commit
    shutil.copytree(with_code(tmp_path / "made"), snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    (tmp_path / "recipe.yaml").write_text(
        RECIPE.replace("./backbone", "someone/mine") + "    remote-code: true\n    pooling: mean\n")
    project, variables = Project(tmp_path), {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    missing = lambda: json.loads(project.ablate("plan", "--json", **variables).stdout)["missing"]
    assert missing() == []
    (snapshot / "modeling_mine.py").rename(tmp_path / "modeling_mine.py")
    assert any("someone/mine" in line for line in missing())
