"""A backbone with a classification head, and the folder in which the trained parts are stored.

Knows pooling, the head and the `model` folder. Does not know batches, losses or where a backbone comes from.
"""

import json

import torch
from torch import nn

from . import backbones, formats, lowrank, packing, tail, tensors, throughput
from .step import invalid


class Classifier(nn.Module):
    """ids [B, T], lengths [B] -> logits float32 [B, classes]; packed: ids [1, T], None, their layout -> the same."""

    def __init__(self, backbone, classes, pooling):
        super().__init__()
        if pooling not in ("last", "mean"):
            raise invalid(f"pooling is '{pooling}'; it may be last or mean")
        self.backbone, self.pooling = lowrank.slim(backbone) if hasattr(backbone, "peft_config") else backbone, pooling
        self.packs = packing.prepare(backbone)  # whether micro-batches are packed, or padded
        self.share, self.tally = "auto", throughput.Tally()  # of packing.SHARING; what went through
        self.head = nn.Linear(backbone.config.hidden_size, classes, dtype=torch.float32)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids, lengths, layout=None):
        # use_cache=False and no mask: the default cache would mix the rows of a packed batch, and right padding under
        # causal attention needs no mask, which leaves attention its fast path.
        if layout is not None and self.pooling == "last" and tail.spared(self.backbone):
            layout.read = layout.last()
        packed = {} if layout is None else {"position_ids": layout.position_ids(), "packing": layout}
        states = self.backbone(input_ids=ids, use_cache=False, **packed).last_hidden_state  # [B, T, hidden]
        if layout is not None:
            pooled = layout.pool(states, self.pooling)  # [B, hidden]
        elif self.pooling == "last":  # the last real token, by length: padding may have any id
            pooled = states[torch.arange(len(ids), device=ids.device), lengths - 1].float()  # [B, hidden]
        else:
            real = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]  # [B, T]
            pooled = (states.float() * real[..., None]).sum(dim=1) / lengths[:, None]  # [B, hidden]
        with torch.autocast(ids.device.type, enabled=False):
            return self.head(pooled)


def build(step, device):
    """A fresh classifier for `finetune`: (classifier, the name under which its backbone can be kept, or None)."""
    parameters, seed = step.parameters, step.parameters["seed"]
    settings, lora, quantization = parameters.get("scratch"), parameters.get("lora"), parameters.get("quantization")
    if settings:
        if quantization not in (None, "none"):
            raise invalid(f"quantization: {quantization} and a scratch backbone: random weights are not worth quantizing")
        backbone, name = backbones.scratch(settings, seed, device), None
    else:
        backbone, name = backbones.load(step.input("backbone"), step.title("backbone"), quantization, device, frozen=bool(lora))
    if lora:
        backbone = backbones.adapt(backbone, lora, seed)
    torch.manual_seed(seed)
    return Classifier(backbone, parameters["classes"], parameters["pooling"]).to(device), name


def release(classifier, name):
    """Take the adapters off and let the backbone stay in memory, if it may."""
    if name is not None:
        classifier.zero_grad(set_to_none=True)
        backbones.keep(classifier.backbone.unload(), name)


def save(classifier, folder, complete):
    """Write the `model` folder: head, then adapters and (`complete`, or no adapters) the backbone's own weights."""
    folder.mkdir()
    head = classifier.head
    tensors.write(folder / "head.safetensors", {"weight": head.weight, "bias": head.bias}, {"pooling": classifier.pooling})
    backbone = classifier.backbone
    if hasattr(backbone, "peft_config"):
        save_adapter(backbone, folder)
        backbone = backbone.unload() if complete else None
    if backbone is not None:
        config = backbone.config.to_diff_dict() | {"architectures": [type(backbone).__name__], "dtype": "float32"}
        for key in ("_name_or_path", "transformers_version", "quantization_config"):
            config.pop(key, None)
        formats.write_json(folder / "config.json", config)
        tensors.write(folder / "model.safetensors", backbone.state_dict(), {"format": "pt"})


def save_adapter(backbone, folder):
    """PEFT's own two files. No path of this machine goes in, and sets are sorted: equal adapters are equal bytes."""
    from peft import get_peft_model_state_dict
    config = backbone.peft_config["default"].to_dict() | {"base_model_name_or_path": None, "inference_mode": True}
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
    adapted, complete = (folder / "adapter_config.json").exists(), (folder / "config.json").exists()
    if complete:
        backbone, name = backbones.load(folder, step.title("model"), None, device, frozen=False)
    else:
        backbone, name = backbones.load(step.input("backbone"), step.title("backbone"), parameters.get("quantization"), device,
                                        frozen=True)
    if adapted:
        backbone = PeftModel.from_pretrained(backbone, folder)
    classifier = Classifier(backbone, parameters["classes"], parameters["pooling"])
    classifier.head.load_state_dict(load_file(folder / "head.safetensors"))
    return classifier.to(device).eval(), name
