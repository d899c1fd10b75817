"""The `model` folder, in which what was trained of a classifier is stored: written after a fit, read for predictions.

Knows the files in it: the head, adapters in PEFT's layout, a whole backbone in the hub's. Does not know training or steps.
"""

import json
import shutil
from dataclasses import replace

from ..files import formats, tensors
from . import adapters, sequences
from . import classifier as classifiers


def save(classifier, folder, complete, code=None, budgets=None):
    """Write the `model` folder: head, adapters, and the backbone's own weights if `complete` or if they were trained.

    code: where Python files lie without which those weights could not be loaded again. budgets: how many tokens of each text it has
    read, where a quantile of the training texts decided.
    """
    folder.mkdir()
    head = {"weight": classifier.head.weight, "bias": classifier.head.bias}
    if classifier.attention is not None:
        head["attention"] = classifier.attention.weight
    tensors.write(folder / "head.safetensors", head, {"pooling": classifier.pooling, "head-input": classifier.head_input}
                  | ({"budgets": json.dumps(budgets, sort_keys=True)} if budgets else {}))
    backbone = classifier.backbone
    complete = complete or any(p.requires_grad for n, p in backbone.named_parameters() if "lora_" not in n)
    if hasattr(backbone, "peft_config"):
        save_adapter(backbone, folder, whole=not complete)
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


def save_adapter(backbone, folder, base=None, whole=True):
    """PEFT's own two files. No path of this machine goes in, and sets are sorted: equal adapters are equal bytes.

    whole: they are to stand beside the weights as those were loaded, also where they took something over from them.
    """
    from peft import get_peft_model_state_dict
    config = backbone.peft_config["default"].to_dict() | {"base_model_name_or_path": base, "inference_mode": True}
    # save_embedding_layers="auto" would ask the hub whether the vocabulary has grown.
    state = get_peft_model_state_dict(backbone, save_embedding_layers=False)
    state, factor = adapters.difference(backbone, state) if whole else (state, 1)
    config |= {"init_lora_weights": True, "r": config["r"] * factor,  # the scale, alpha over rank or over its root, stays
               "lora_alpha": config["lora_alpha"] * (factor ** 0.5 if config["use_rslora"] else factor)}
    config = {k: sorted(v) if isinstance(v, set) else v for k, v in config.items() if k != "runtime_config"}
    formats.write_json(folder / "adapter_config.json", json.loads(json.dumps(config)))
    tensors.write(folder / "adapter_model.safetensors", state, {"format": "pt"})


def is_complete(folder):
    """Whether the backbone's own weights are in the folder, so that no other backbone is needed."""
    return (folder / "config.json").exists()


def lengths(folder, given):
    """The lengths with the budgets that the model was trained with, where a quantile decided on them."""
    from safetensors import safe_open
    if given.quantile is None:
        return given
    with safe_open(folder / "head.safetensors", framework="pt") as file:
        return sequences.with_budgets(given, json.loads(file.metadata()["budgets"]))


def restore(blueprint, device, source, backbone=None):
    """The classifier of a `model` folder, adapters unmerged: merging into bfloat16 would round them.

    source: the folder's Source; backbone: that of the backbone, where the folder is not complete.
    """
    from peft import PeftModel
    from safetensors.torch import load_file
    folder = source.path
    if is_complete(folder):
        module, name = classifiers.load(blueprint, source, None, device, frozen=False)
    else:
        module, name = classifiers.load(blueprint, backbone, blueprint.quantization, device, frozen=True)
    if (folder / "adapter_config.json").exists():
        module = PeftModel.from_pretrained(module, folder)
    head = load_file(folder / "head.safetensors")
    # How many outputs there are hangs on the loss, too.
    blueprint = replace(blueprint, classes=len(head["bias"]))
    model = classifiers.assemble(module, blueprint, device, learns=False, kept_as=name)
    if model.attention is not None:
        model.attention.load_state_dict({"weight": head.pop("attention")})
    model.head.load_state_dict(head)
    return model.eval()
