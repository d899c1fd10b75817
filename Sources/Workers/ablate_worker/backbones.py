"""Loads a backbone: the decoder that turns ids into hidden states, without its language-model head.

From a folder in hub layout, or with random weights. A frozen backbone stays in memory between steps. Knows precision,
quantization and LoRA; does not know classes, data or training.
"""

import importlib.util
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel

from .step import invalid, unavailable

# Causal decoders whose hidden states at a row's real tokens do not depend on padding to their right.
ARCHITECTURES = ("mistral", "llama", "qwen2", "qwen3")

warm = {}  # at most one entry: identity -> a frozen module without adapters


def read_config(folder, title):
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise invalid(f"{title} is no backbone: {str(error).splitlines()[0]}") from None
    check_architecture(config.model_type, title)
    return config


def check_architecture(name, title):
    if name not in ARCHITECTURES:
        raise invalid(f"{title} is of the architecture '{name}'; a decoder of {', '.join(ARCHITECTURES)} is needed")


def quantizer(quantization, device):
    """The loading option for none, int8 or nf4."""
    if quantization in (None, "none"):
        return None
    if quantization not in ("int8", "nf4"):
        raise invalid(f"quantization is '{quantization}'; it may be none, int8 or nf4")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise unavailable(f"quantization: {quantization} needs the library bitsandbytes, which is not installed in the worker's "
                          "environment: install it there, or set quantization: none")
    from transformers import BitsAndBytesConfig
    if quantization == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=compute_type(device))


def compute_type(device):
    return torch.bfloat16 if device.type == "cuda" else torch.float32


def identity(folder, device):
    """Changes whenever the loaded module would: also when other files have come to the same path."""
    files = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in Path(folder).iterdir() if f.is_file())
    return str(folder), str(device), tuple(files)


def load(folder, title, quantization, device, frozen):
    """A backbone on the device: (module, what `keep` needs to have it stay in memory, or None).

    Frozen weights are held in the compute type. Weights that are trained, or were, stay float32: the sum of many small
    updates is lost in bfloat16.
    """
    options = quantizer(quantization, device)
    # bitsandbytes packs weights anew when they are first used: a quantized backbone that was used is not the one loaded.
    name = identity(folder, device) if frozen and options is None else None
    module = warm.pop(name, None)
    warm.clear()  # another backbone makes room first
    if module is not None:
        return module, name
    config = read_config(folder, title)
    if options is not None and not frozen:
        raise invalid(f"quantization: {quantization} needs lora: quantized weights cannot themselves be trained")
    placement = {"quantization_config": options, "device_map": {"": device}} if options else {}
    try:
        module, report = AutoModel.from_pretrained(
            folder, config=config, dtype=compute_type(device) if frozen else torch.float32, use_safetensors=True,
            attn_implementation="sdpa", local_files_only=True, output_loading_info=True, **placement)
    except OSError as error:
        raise invalid(f"{title} cannot be loaded: {str(error).splitlines()[0]}") from None
    if report["missing_keys"] or report["mismatched_keys"]:
        wrong = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
        raise invalid(f"{title} does not hold the whole backbone: {len(wrong)} weights are missing or of another shape, "
                      f"first {wrong[0]}")
    return module if options else module.to(device), name


def keep(module, name):
    """Let a frozen backbone, its adapters taken off again, stay for the next step."""
    if name is not None:
        module.__dict__.pop("peft_config", None)  # PEFT's note to itself: it would warn about a second adapter
        module.gradient_checkpointing_disable()  # the last step's memory was short, not necessarily the next one's
        warm[name] = module


def scratch(settings, seed, device):
    """A backbone with random weights that follow from the seed."""
    check_architecture(settings["architecture"], "models: scratch")
    if settings["hidden"] % (2 * settings["heads"]):
        raise invalid(f"scratch: hidden {settings['hidden']} must be an even multiple of heads {settings['heads']} "
                      "(rotary positions pair the dimensions of a head)")
    config = AutoConfig.for_model(
        settings["architecture"], vocab_size=settings["vocabulary"], hidden_size=settings["hidden"],
        num_hidden_layers=settings["layers"], num_attention_heads=settings["heads"], num_key_value_heads=settings["heads"],
        head_dim=settings["hidden"] // settings["heads"], intermediate_size=settings["intermediate"],
        max_position_embeddings=settings["context"], bos_token_id=None, eos_token_id=None, pad_token_id=None)
    torch.manual_seed(seed)
    return AutoModel.from_config(config, attn_implementation="sdpa", dtype=torch.float32).to(device)


def adapt(module, lora, seed):
    """The backbone with fresh LoRA adapters, whose weights follow from the seed; all else is frozen."""
    from peft import LoraConfig, get_peft_model
    torch.manual_seed(seed)
    config = LoraConfig(r=lora["rank"], lora_alpha=lora["alpha"], lora_dropout=lora["dropout"], target_modules=lora["targets"])
    try:
        return get_peft_model(module, config)
    except ValueError as error:
        raise invalid(f"lora: {str(error).splitlines()[0]}") from None
