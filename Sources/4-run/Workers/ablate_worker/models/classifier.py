"""A backbone with a classification head, and the folder in which the trained parts are stored.

Knows the head, what it reads, and the `model` folder. Does not know batches, losses or where a backbone comes from.
"""

import json
import shutil

import torch
from torch import nn

from ..files import formats, tensors
from ..protocol.step import invalid
from . import backbones, families, lowrank, packing, pooling, tail, throughput
from .precision import compute_type


class Classifier(nn.Module):
    """ids [B, T], lengths [B] -> logits float32 [B, classes]; packed: ids [1, T], None, their layout -> the same."""

    def __init__(self, backbone, classes, kind, head_input="hidden-state"):
        super().__init__()
        config = backbone.config
        pooling.check(kind, families.is_masked(config))
        if head_input not in ("hidden-state", "lm-logits"):
            raise invalid(f"head-input is '{head_input}'; it may be hidden-state or lm-logits")
        self.backbone, self.pooling, self.head_input, self.compute_type = backbone, kind, head_input, None
        if hasattr(backbone, "peft_config"):
            lowrank.slim(backbone)
        self.packs = packing.prepare(backbone)  # whether micro-batches are packed, or padded
        self.share, self.tally = "auto", throughput.Tally()  # of packing.SHARING; what went through
        self.lm_head = backbones.head_of(backbone) if head_input == "lm-logits" else None
        width = config.vocab_size if self.lm_head else config.hidden_size
        self.head = nn.Linear(width, classes, dtype=torch.float32)
        nn.init.zeros_(self.head.bias)
        self.attention = pooling.Attention(config.hidden_size) if kind == "attention" else None

    def train(self, mode=True):
        super().train(mode)
        if not any(p.requires_grad for p in self.backbone.parameters()):
            self.backbone.eval()  # what does not learn is not to be disturbed by dropout either
        return self

    def forward(self, ids, lengths, layout=None):
        states = backbones.states(self.backbone, ids, lengths) if layout is None else self.packed_states(ids, layout)
        if layout is None:
            return self.classify(pooling.pool(states, lengths, self.pooling, self.attention))
        if self.attention is not None:
            return self.classify(pooling.pool(*layout.spread(states), self.pooling, self.attention))
        return self.classify(layout.pool(states, self.pooling))

    def packed_states(self, ids, layout):
        """[1, T, hidden], or those of the rows' last tokens alone where no other is read."""
        layout.read = layout.last() if self.pooling == "last" and tail.spared(self.backbone) else None
        # Never a cache: with one, the library would not see that there are several rows.
        return self.backbone(input_ids=ids, use_cache=False, position_ids=layout.position_ids(), packing=layout).last_hidden_state

    def classify(self, pooled):
        """pooled [B, hidden] -> logits [B, classes], by way of the vocabulary's logits where the head reads those."""
        if self.lm_head is not None:
            pooled = backbones.vocabulary_logits(self.backbone, pooled)  # [B, vocabulary]: one position of each row
        with torch.autocast(pooled.device.type, enabled=False):
            return self.head(pooled)


def build(step, device):
    """A fresh classifier for `finetune`: (classifier, the name under which its backbone can be kept, or None)."""
    parameters, seed = step.parameters, step.parameters["seed"]
    settings, lora, quantization = parameters.get("scratch"), parameters.get("lora"), parameters.get("quantization")
    if isinstance(lora, str) and lora != "head-only":
        raise invalid(f"lora is '{lora}'; it may be settings of adapters, off, or head-only")
    if settings:
        if quantization not in (None, "none"):
            raise invalid(f"quantization: {quantization} and a scratch backbone: random weights are not worth quantizing")
        backbone, name = backbones.scratch(settings, seed, device, wants_language_head(parameters)), None
    else:
        backbone, name = load(step, "backbone", quantization, device, frozen=bool(lora))
    if lora == "head-only":
        backbone.requires_grad_(False)
    elif lora:
        backbone = backbones.adapt(backbone, lora, seed)
    torch.manual_seed(seed)
    return assemble(backbone, parameters, device, learns=not lora), name


def wants_language_head(parameters):
    return parameters.get("head-input") == "lm-logits"


def load(step, name, quantization, device, frozen):
    parameters = step.parameters
    return backbones.load(step.input(name), step.title(name), quantization, device, frozen, parameters.get("precision"),
                          bool(parameters.get("remote-code")), wants_language_head(parameters))


def assemble(backbone, parameters, device, learns):
    classifier = Classifier(backbone, parameters["classes"], parameters["pooling"], parameters.get("head-input") or "hidden-state")
    classifier.compute_type = compute_type(device, parameters.get("precision"))
    if classifier.lm_head is not None:
        classifier.lm_head.requires_grad_(learns)
    return classifier.to(device)


def release(classifier, name):
    """Take the adapters off and let the backbone stay in memory, if it may."""
    if name is not None:
        classifier.zero_grad(set_to_none=True)
        backbone = classifier.backbone
        backbones.keep(backbone.unload() if hasattr(backbone, "peft_config") else backbone, name)


def save(classifier, folder, complete, code=None):
    """Write the `model` folder: head, adapters, and the backbone's own weights if `complete` or if they were trained.

    code: where Python files lie without which those weights could not be loaded again.
    """
    folder.mkdir()
    head = {"weight": classifier.head.weight, "bias": classifier.head.bias}
    if classifier.attention is not None:
        head["attention"] = classifier.attention.weight
    tensors.write(folder / "head.safetensors", head, {"pooling": classifier.pooling, "head-input": classifier.head_input})
    backbone = classifier.backbone
    complete = complete or any(p.requires_grad for n, p in backbone.named_parameters() if "lora_" not in n)
    if hasattr(backbone, "peft_config"):
        save_adapter(backbone, folder)
        backbone = backbone.unload() if complete else None
    if complete:
        save_backbone(backbone, classifier.lm_head, folder)
        for file in sorted(code.glob("*.py")) if code else ():
            shutil.copyfile(file, folder / file.name)


def save_backbone(backbone, lm_head, folder):
    """config.json and model.safetensors in hub layout, of a causal language model where there is its head."""
    name, state = type(backbone).__name__, backbone.state_dict()
    if lm_head is not None:
        name = name.removesuffix("Model") + "ForCausalLM"
        state = {f"model.{key}": tensor for key, tensor in state.items()}
        if not backbone.config.tie_word_embeddings:
            state |= {f"lm_head.{key}": tensor for key, tensor in lm_head.state_dict().items()}
    dtypes = {str(tensor.dtype).removeprefix("torch.") for tensor in state.values() if tensor.is_floating_point()}
    config = backbone.config.to_diff_dict() | {"architectures": [name], "dtype": dtypes.pop() if len(dtypes) == 1 else "float32"}
    for key in ("_name_or_path", "transformers_version", "quantization_config"):
        config.pop(key, None)
    formats.write_json(folder / "config.json", config)
    tensors.write(folder / "model.safetensors", state, {"format": "pt"})


def save_adapter(backbone, folder, base=None):
    """PEFT's own two files. No path of this machine goes in, and sets are sorted: equal adapters are equal bytes."""
    from peft import get_peft_model_state_dict
    config = backbone.peft_config["default"].to_dict() | {"base_model_name_or_path": base, "inference_mode": True}
    config = {k: sorted(v) if isinstance(v, set) else v for k, v in config.items() if k != "runtime_config"}
    formats.write_json(folder / "adapter_config.json", json.loads(json.dumps(config)))
    # save_embedding_layers="auto" would ask the hub whether the vocabulary has grown.
    state = get_peft_model_state_dict(backbone, save_embedding_layers=False)
    tensors.write(folder / "adapter_model.safetensors", state, {"format": "pt"})


def restore(step, device):
    """The classifier of a `model` folder for `predict`, adapters unmerged: merging into bfloat16 would round them."""
    from peft import PeftModel
    from safetensors.torch import load_file
    parameters, folder = step.parameters, step.input("model")
    if (folder / "config.json").exists():  # complete
        backbone, name = load(step, "model", None, device, frozen=False)
    else:
        backbone, name = load(step, "backbone", parameters.get("quantization"), device, frozen=True)
    if (folder / "adapter_config.json").exists():
        backbone = PeftModel.from_pretrained(backbone, folder)
    classifier = assemble(backbone, parameters, device, learns=False)
    head = load_file(folder / "head.safetensors")
    if classifier.attention is not None:
        classifier.attention.load_state_dict({"weight": head.pop("attention")})
    classifier.head.load_state_dict(head)
    return classifier.eval(), name
