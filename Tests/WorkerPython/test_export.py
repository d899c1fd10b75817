"""An exported model: its README's lines, run without the worker, give the scores of predict; merging tells what it costs."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from conftest import TEMPLATE, TINY, digest, finetune, inputs, predicting
from inprocess import fails, make_backbone, run
from safetensors.torch import load_file
from test_families import LORA, rows_of

TRAINING = {"epochs": 1, "learning-rate": 1e-2}
WAYS = {
    "lora": ("llama", {}), "dora, attention": ("bert", {"lora": LORA | {"dora": True}, "pooling": "attention"}),
    "full": ("qwen2", {"lora": None, "pooling": "mean"}), "head-only": ("modernbert", {"lora": "head-only", "pooling": "cls"}),
    "lm-logits": ("gemma2", {"head-input": "lm-logits", "lora": LORA | {"rslora": True}}),
    "scratch": ("llama", {"scratch": TINY}),
}


def exporting(parameters):
    """What the engine says of a model that is exported, without merging."""
    return {k: v for k, v in predicting(parameters, None).items() if k not in ("fold", "lora")} | {"merge": False, "labels": []}


def export(way, dataset, tmp_path, tokens=True, dtype=None, **more):
    """(the model's backbone folder, finetune's parameters, the model folder, the export's outputs, its fields)"""
    name, changes = WAYS[way]
    backbone = make_backbone(name, tmp_path / "backbone")
    if dtype:
        import transformers
        transformers.AutoModelForCausalLM.from_pretrained(backbone, dtype=dtype).save_pretrained(backbone)
    parameters = finetune(**{"training": TRAINING, "lora": LORA} | changes)
    base = {} if parameters["scratch"] else {"backbone": {"path": str(backbone), "name": str(backbone)}}
    made, _, _ = run("finetune", parameters, inputs(dataset, "tokens", "rows", "folds", **base), tmp_path)
    shaping = predicting(parameters, 0)
    given = inputs(dataset, *(["tokens"] if tokens else []), model=made / "model", **base)
    outputs, fields, _ = run("export", exporting(parameters) | more, given, tmp_path)
    return parameters, shaping, given, outputs / "export", fields


def code_of(folder):
    """The lines of the README."""
    code = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)[1]
    assert len(code.splitlines()) <= 46
    return code


def run_lines(jobs):
    """The probabilities that each (lines, folder, rows) gives, in a process that cannot import the worker."""
    runner = """
import json, os, sys
found = []
for code, folder, rows in json.load(sys.stdin):
    os.chdir(folder)
    names = {}
    exec(code, names)
    found.append([names["probabilities"](ids).tolist() for ids in rows])
assert "ablate_worker" not in sys.modules
print(json.dumps(found))"""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-P", "-c", runner], env=variables, text=True, capture_output=True,
                          input=json.dumps([(code, str(folder), [r.tolist() for r in rows]) for code, folder, rows in jobs]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_readmes_lines_give_the_scores_of_predict(dataset, tmp_path):
    jobs, expected = [], []
    for way in WAYS:
        adapted = way not in ("full", "head-only")
        parameters, shaping, given, folder, fields = export(way, dataset, tmp_path / way.replace(" ", ""), merge=adapted)
        outputs, _, _ = run("predict", shaping, given | inputs(dataset, "folds"), tmp_path)
        found = load_file(outputs / "predictions")
        rows = list(rows_of(dataset["tokens"], found["rows"].tolist(), parameters))
        jobs.append((code_of(folder), folder, rows))
        expected.append(found["probabilities"].numpy())
        if adapted:
            named = json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"]
            assert named == ("." if parameters["scratch"] else given["backbone"]["name"])
            report = json.loads((folder / "report.json").read_text())
            assert report["largest-difference"] < 1e-5 < report["largest-logit"] and report["type"] == "float32"
            assert fields["metrics"]["largest-difference"] == report["largest-difference"] and report["rows"] == 8
        if way == "lora":  # the same lines, for the merged backbone
            base = given["backbone"]["name"]
            code = re.sub(r".*PeftModel.*\n", "", jobs[-1][0]).replace(f'"{base}"', '"merged"')
            jobs.append((code, folder, rows))
            expected.append(expected[-1])
    for job, ours, theirs in zip(jobs, expected, run_lines(jobs), strict=True):
        np.testing.assert_allclose(ours, np.array(theirs), atol=1e-5, err_msg=job[0])


def test_merging_keeps_the_type_of_the_backbones_file_and_tells_what_rounding_costs(dataset, tmp_path):
    _, _, given, folder, fields = export("lora", dataset, tmp_path, tokens=False, dtype=torch.bfloat16, merge=True)
    weights = load_file(folder / "merged" / "model.safetensors")
    assert {t.dtype for t in weights.values()} == {torch.bfloat16}
    assert json.loads((folder / "merged" / "config.json").read_text())["dtype"] == "bfloat16"
    assert json.loads((folder / "report.json").read_text())["type"] == "bfloat16"
    assert 1e-5 < fields["metrics"]["largest-difference"] < 0.2
    before = load_file(given["backbone"]["path"] + "/model.safetensors")
    changed = {k for k, t in weights.items() if not torch.equal(t, before[f"model.{k}"])}
    assert changed == {k for k in weights if "proj" in k}


def test_an_export_repeats_and_names_the_backbone_it_is_told(dataset, tmp_path):
    _, _, given, first, _ = export("lora", dataset, tmp_path, **{"base-model": "owner/name"})
    assert json.loads((first / "adapter_config.json").read_text())["base_model_name_or_path"] == "owner/name"
    assert '"owner/name"' in (first / "README.md").read_text() and not (first / "merged").exists()
    assert str(tmp_path) not in (first / "README.md").read_text()
    _, _, _, odd, _ = export("lora", dataset, tmp_path / "odd", **{"base-model": 'a "folder" \\ of mine'})
    compile(code_of(odd), "README.md", "exec")
    shaping = exporting(finetune(lora=LORA)) | {"merge": True}
    made = [run("export", shaping, given, tmp_path)[0] for _ in range(2)]
    assert digest(made[0]) == digest(made[1])


def test_merging_over_a_quantized_backbone_is_measured_against_it(dataset, backbones, tmp_path):
    pytest.importorskip("bitsandbytes")
    parameters = finetune(lora=LORA, quantization="nf4", training=TRAINING)
    given = inputs(dataset, "tokens", backbone=backbones["wide llama"])
    made, _, _ = run("finetune", parameters, given | inputs(dataset, "rows", "folds"), tmp_path)
    shaping = exporting(parameters) | {"merge": True}
    outputs, fields, _ = run("export", shaping | {"template": TEMPLATE}, given | {"model": made / "model", "backbone": {
        "path": str(backbones["wide llama"]), "name": str(backbones["wide llama"])}, "tokenizer": dataset["tokenizer"]}, tmp_path)
    predicted, _, _ = run("predict", predicting(parameters, 0), given | inputs(dataset, "folds", model=made / "model"), tmp_path)
    found, folder = load_file(predicted / "predictions"), outputs / "export"
    rows = list(rows_of(dataset["tokens"], found["rows"].tolist(), parameters))
    assert "load_in_4bit" in code_of(folder)
    (theirs,) = run_lines([(code_of(folder), folder, rows)])  # over the quantized backbone, too
    # Left to itself, bitsandbytes computes in bfloat16 on a CPU that can: backbones.load tells why the worker does not.
    np.testing.assert_allclose(found["probabilities"].numpy(), np.array(theirs), atol=1e-2)
    assert 1e-3 < fields["metrics"]["largest-difference"] < fields["metrics"]["largest-logit"]


def test_a_model_without_adapters_cannot_be_merged(dataset, backbones, tmp_path):
    parameters = finetune(lora="head-only", training=TRAINING)
    given = inputs(dataset, "tokens", backbone=backbones["llama"])
    made, _, _ = run("finetune", parameters, given | inputs(dataset, "rows", "folds"), tmp_path)
    failure = fails("export", exporting(parameters) | {"merge": True}, given | {"model": made / "model"}, tmp_path)
    assert failure.kind == "invalid-input" and "no adapters" in failure.message
