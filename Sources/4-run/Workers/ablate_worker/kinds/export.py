"""Hands a trained model to the world: a folder that plain transformers and peft load, with the lines that do so.

Knows the `model` folder and what the hub expects beside it: the tokenizer, a README. Does not know training, and changes
no weight but by merging.
"""

import shutil
from dataclasses import replace

import torch

from ..files import formats
from ..models import backbones, batches, classifier, families, modelfolder, sequences
from ..models.precision import precision
from ..protocol import devices
from ..protocol.step import invalid
from ..texts import chat, encoding, readme

TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
             "chat_template.json")
ROWS = 8  # on how many rows, spread over the table, merged and unmerged logits are compared


def run(step):
    parameters, device = step.parameters, devices.choose(step.device)
    source, target = step.input("model"), step.outputs / "export"
    complete, adapted = modelfolder.is_complete(source), (source / "adapter_config.json").exists()
    if parameters.merge and not adapted:
        raise invalid(f"merge: {step.title('model')} has no adapters that could be merged: export it without merging")
    target.mkdir()
    base = None if complete else parameters.base_model or step.title("backbone")
    revision = None if complete else parameters.base_revision
    for file in sorted(source.iterdir()):
        shutil.copyfile(file, target / file.name)
    if adapted:
        described = formats.read_json(source / "adapter_config.json")
        formats.write_json(target / "adapter_config.json", described | {"base_model_name_or_path": base or ".", "revision": revision})
    recipe, typed = tokenizer(step, target) if step.has("tokenizer") else (None, False)
    report = {}
    if parameters.merge:
        report = merge(step, device, target / "merged")
        formats.write_json(target / "report.json", report)
    with open(target / "README.md", "w", encoding="utf-8", newline="\n") as file:
        file.write(readme.text(parameters, base, adapted, complete, report, recipe, typed))
    files = [file for file in target.rglob("*") if file.is_file()]
    numbers = {key: value for key, value in report.items() if key != "type"}
    return {"metrics": {"files": len(files), "bytes": sum(f.stat().st_size for f in files)} | numbers, "device": device}


def tokenizer(step, target):
    """Copy the tokenizer's files; the README's lines that make a row's ids of its texts, and whether they tell token types."""
    from tokenizers import Tokenizer
    folder = step.input("tokenizer")
    for file in sorted(folder.iterdir()):
        if file.name in TOKENIZER:
            shutil.copyfile(file, target / file.name)
    _, metadata = formats.read_tokens(step.input("tokens"))
    template = step.parameters.template
    if step.parameters.chat is not None:
        template = chat.wrap(folder, step.title("tokenizer"), template, step.parameters.chat.system)
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    pieces, lead = encoding.encode_template(made, template)
    if pieces != metadata["template"]:
        raise invalid(f"{step.title('tokenizer')} is not the tokenizer that made {step.title('tokens')}: it splits the template "
                      "in another way")
    typed = readme.is_pair(pieces) and families.has_types(backbones.read_config(
        target if (target / "config.json").exists() else step.input("backbone"), step.title("model"), bool(step.parameters.remote_code)))
    lengths, splits = modelfolder.lengths(step.input("model"), step.parameters.lengths), bool(step.parameters.split_special_tokens)
    return readme.text_lines(pieces, lead, lengths, metadata, splits, typed), typed


def merge(step, device, target):
    """Write the backbone with its adapters merged in; say how far its logits are from those of adapters left apart.

    The merged weights have the type that the backbone's file has: rounding to it is part of the difference told.
    """
    blueprint, trained = classifier.Blueprint.read(step.parameters), step.source("model")
    backbone = None if modelfolder.is_complete(trained.path) else step.source("backbone")
    model = modelfolder.restore(blueprint, device, trained, backbone)
    rows = some_rows(step, model.backbone.config)
    apart = logits(model, rows, device)
    kind = stored_type((backbone or trained).path)
    model.backbone = None  # two at once might not fit
    model.backbone = merged(blueprint, device, trained, backbone)
    model.compute_type = torch.float32
    model.backbone.to(kind)
    target.mkdir()
    if model.lm_head is not None:
        model.lm_head = backbones.head_of(model.backbone).to(kind)
    modelfolder.save_backbone(model.backbone, model.lm_head, target)
    shutil.copyfile(trained.path / "head.safetensors", target / "head.safetensors")
    model.backbone.float()
    together = logits(model.float(), rows, device)
    return {"rows": len(rows), "largest-difference": float((together - apart).abs().max()),
            "largest-logit": float(apart.abs().max()), "type": str(kind).removeprefix("torch.")}


def merged(blueprint, device, trained, backbone):
    """The backbone in float32 with its adapters merged in; of a quantized one, the weights before quantization."""
    from peft import PeftModel
    module, _ = classifier.load(replace(blueprint, precision="fp32"), backbone or trained, None, device, frozen=False)
    return PeftModel.from_pretrained(module, trained.path).merge_and_unload(safe_merge=True)


def stored_type(folder):
    """The type of the floating-point weights in the backbone's file; float32 where there are several."""
    from safetensors import safe_open
    found = set()
    for path in sorted(folder.glob("*.safetensors")):
        if path.name not in ("head.safetensors", "adapter_model.safetensors"):
            with safe_open(path, framework="pt") as file:
                found |= {file.get_slice(name).get_dtype() for name in file.keys()}
    kinds = {k: torch_type for k, torch_type in (("F32", torch.float32), ("F16", torch.float16), ("BF16", torch.bfloat16))}
    floats = found & set(kinds)
    return kinds[floats.pop()] if len(floats) == 1 else torch.float32


def some_rows(step, config):
    """Rows of the tokens, spread over the table; without tokens, rows of every length and id that the backbone may see."""
    if step.has("tokens"):
        columns, metadata = formats.read_tokens(step.input("tokens"))
        count = len(next(iter(columns.values()))[1]) - 1
        numbers = sorted({i * (count - 1) // max(1, ROWS - 1) for i in range(ROWS)})
        rows = sequences.assemble(columns, metadata, modelfolder.lengths(step.input("model"), step.parameters.lengths), numbers)
        sequences.check_fit(rows, numbers, config)
        return rows
    generator = torch.Generator().manual_seed(0)
    return [torch.randint(config.vocab_size, (2 + 8 * i,), generator=generator).numpy() for i in range(ROWS)]


def logits(model, rows, device):
    with torch.inference_mode(), precision(model.eval(), device):
        return torch.cat([model(*batches.pad([row], device)).float().cpu() for row in rows])  # [rows, classes]
