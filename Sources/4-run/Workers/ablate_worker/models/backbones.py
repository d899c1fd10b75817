"""Loads a backbone: the decoder or encoder that turns ids into hidden states, with its language-model head where asked.

From a folder in hub layout, or with random weights. A frozen backbone stays in memory between steps. Knows quantization
and LoRA; what families differ in is families.py. Does not know classes, data or training.
"""

import difflib
import importlib.util
import json
import os
from collections import Counter
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, GenerationConfig

from ..protocol.step import invalid, unavailable
from ..protocol.words import listed, printable
from . import adapters, families, segments
from .precision import compute_type

warm = {}  # at most one entry: identity -> a frozen module without adapters


def read_config(folder, title, remote_code=False):
    check_contained(folder, title, remote_code)
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=remote_code)
    except (OSError, ValueError, KeyError) as error:
        why = str(error).splitlines()[0]
        if "trust_remote_code" in str(error):
            why = "it comes with code of its own; read that code, and set remote-code: true if you trust it"
        raise invalid(f"{title} is no backbone: {why}") from None
    families.check(config, title, remote_code)
    return config


def check_contained(folder, title, remote_code):
    """Raise where weights or code would come from outside the folder: a step's key knows the files in it, and no others."""
    index = Path(folder) / "model.safetensors.index.json"
    shards = read_member(index, title, "weight_map") if index.exists() else {}
    for shard in sorted({str(shard) for shard in shards.values()}):
        path = os.path.normpath(shard)
        if os.path.isabs(path) or path.split(os.sep)[0] == "..":
            raise invalid(f"{title}: {index.name} names weights outside the folder ('{printable(shard)}'): put them into it, and name "
                          "them there")
    config = Path(folder) / "config.json"
    code = read_member(config, title, "auto_map") if remote_code and config.exists() else {}
    for place in code.values():
        for name in place if isinstance(place, list) else [place]:
            if "--" in str(name):
                raise invalid(f"{title}: config.json takes code from another repository ('{printable(name)}'): put its .py files into "
                              "the folder, and leave out in auto_map what stands before --")


def read_member(path, title, name):
    """An object that a JSON file of the folder holds under a name; empty where there is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))[name]
    except KeyError:
        return {}
    except (ValueError, TypeError, RecursionError):
        raise invalid(f"{title}: {path.name} is no JSON object: fetch or copy it again") from None
    return value if isinstance(value, dict) else {}


def quantizer(quantization, kind):
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
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=kind)


def identity(folder, *options):
    """Changes whenever the loaded module would: also when other files have come to the same path."""
    files = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in Path(folder).iterdir() if f.is_file())
    return str(folder), tuple(map(str, options)), tuple(files)


def load(folder, title, quantization, device, frozen, precision=None, remote_code=False, language_head=False):
    """A backbone on the device: (module, what `keep` needs to have it stay in memory, or None).

    Frozen weights are held in the compute type. Weights that are trained, or were, stay float32: the sum of many small
    updates is lost in bfloat16. With `language_head`, `head_of` gives the layer that makes logits of its states.
    """
    kind = compute_type(device, precision)
    options = quantizer(quantization, kind)
    # bitsandbytes packs weights anew when they are first used: a quantized backbone that was used is not the one loaded.
    name = identity(folder, device, kind, remote_code, language_head) if frozen and options is None else None
    module = warm.pop(name, None)
    warm.clear()  # another backbone makes room first
    if module is not None:
        return module, name
    config = read_config(folder, title, remote_code)
    if options is not None and not frozen:
        raise invalid(f"quantization: {quantization} needs lora: quantized weights cannot themselves be trained")
    family = families.of(config)
    more = {"quantization_config": options, "device_map": {"": device}} if options else {}
    if language_head:
        check_language_head(config, title)
    elif families.has_pooler(config):
        more["add_pooling_layer"] = False
    try:
        module, report = (AutoModelForCausalLM if language_head else AutoModel).from_pretrained(
            folder, config=config, dtype=kind if frozen else torch.float32, use_safetensors=True, trust_remote_code=remote_code,
            attn_implementation=family.attention, local_files_only=True, output_loading_info=True,
            generation_config=GenerationConfig(), **more)  # else the folder's would be read, which nothing here generates by
    except (OSError, ValueError) as error:
        raise invalid(f"{title} cannot be loaded: {str(error).splitlines()[0]}") from None
    if report["missing_keys"] or report["mismatched_keys"]:
        wrong = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
        raise invalid(f"{title} does not hold the whole backbone: {len(wrong)} weights are missing or of another shape, "
                      f"first {wrong[0]}")
    for layer in module.modules() if options else ():
        # A look at the validation rows would have bitsandbytes repack 4-bit weights for a CPU with AVX-512 BF16, in a layout
        # from which the training after it gets no gradients, without a word.
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False
    module = module if options else module.to(device)
    if not families.is_proven(config):
        prove(module.base_model if language_head else module, title)
        if language_head:
            prove_head(module, title)
    return take_apart(module) if language_head else module, name


def prove(module, title):
    """Raise unless a row has the states that it has alone, whatever stands beside it and behind it: other families are not tested.

    Two short rows of any ids, in the type that the weights have.
    """
    config, training = module.config, module.training
    device = next(module.parameters()).device
    ids = some_ids(config, device)
    lengths = torch.tensor([9, 4], device=device)
    module.eval()
    try:
        with torch.no_grad():
            together = states(module, ids, lengths)
            alone = states(module, ids[1:, :4], lengths[1:])
        right = together.shape == (2, 9, config.hidden_size)
    except (TypeError, ValueError, AttributeError, RuntimeError, NotImplementedError) as error:  # the model's own code may end in any of these
        raise invalid(f"{title} is of the architecture '{config.model_type}', which gives no states of a text's tokens: "
                      f"{(str(error).splitlines() or ['no reason given'])[0]}") from None
    finally:
        module.train(training)
    near = 1e-3 if together.dtype == torch.float32 else 5e-2
    if not right or not bool((together[1:, :4] - alone).abs().max() <= near * alone.abs().max()):
        raise invalid(f"{title} is of the architecture '{config.model_type}', in which what stands beside a row changes its states: choose "
                      f"a backbone of one of these: {', '.join(families.FAMILIES)}")


def some_ids(config, device):
    """Two rows of nine ids."""
    return (torch.arange(18, device=device).view(2, 9) * 7 + 3) % config.vocab_size


def prove_head(whole, title):
    """Raise unless a language model's logits are what its head makes of the last states, which is what is read here."""
    config, device, training = whole.config, next(whole.parameters()).device, whole.training
    ids = some_ids(config, device)
    whole.eval()
    with torch.no_grad():
        expected = whole(input_ids=ids, use_cache=False).logits.float()
        found = logits_of(whole.get_output_embeddings(), config, states(whole.base_model, ids, torch.tensor([9, 9], device=device)))
    whole.train(training)
    near = 1e-3 if next(whole.parameters()).dtype == torch.float32 else 5e-2
    if found.shape != expected.shape or not bool((found - expected).abs().max() <= near * expected.abs().max()):
        raise invalid(f"{title} is of the architecture '{config.model_type}', whose logits are not those of its head alone: use "
                      "head-input: hidden-state, and no label-words")


def check_language_head(config, title):
    if not families.is_decoder(config):
        raise invalid(f"head-input: lm-logits and label-words need a decoder with a language-model head; {title} is of the architecture "
                      f"'{config.model_type}': use head-input: hidden-state, and no label-words")


def take_apart(whole):
    """The decoder of a causal language model. It carries its head along, outside of its own modules and weights."""
    module = whole.base_model
    module.__dict__["language head"] = whole.get_output_embeddings()
    for note in ("is_loaded_in_8bit", "is_loaded_in_4bit", "is_quantized", "quantization_method", "hf_quantizer"):
        if hasattr(whole, note):  # PEFT looks for these on what it adapts
            setattr(module, note, getattr(whole, note))
    return module


def head_of(module):
    """The language-model head that came with a decoder."""
    module = module.get_base_model() if hasattr(module, "get_base_model") else module
    return module.__dict__["language head"]


def vocabulary_logits(module, states):
    """states [..., hidden] -> float32 [..., vocabulary], by the head that came with the decoder."""
    return logits_of(head_of(module), module.config, states)


def logits_of(head, config, states):
    logits = head(states.to(head.weight.dtype)).float()
    cap = getattr(config, "final_logit_softcapping", None)
    return logits if cap is None else torch.tanh(logits / cap) * cap


def states(module, ids, lengths):
    """ids [B, T] padded on the right, lengths [B] -> [B, T, hidden]: those of real tokens, whatever stands behind them."""
    # Right padding under causal attention needs no mask, which leaves attention its fast path.
    options = {} if families.of(module.config).encoder else {"use_cache": False}
    if families.has_types(module.config):
        options["token_type_ids"] = segments.types(ids)
    ids = segments.plain(ids)
    if families.is_masked(module.config):
        options["attention_mask"] = (torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]).long()
    return module(input_ids=ids, **options).last_hidden_state


def keep(module, name):
    """Let a frozen backbone, its adapters taken off again, stay for the next step."""
    if name is not None:
        module.__dict__.pop("peft_config", None)  # PEFT's note to itself: it would warn about a second adapter
        if module.is_gradient_checkpointing:
            module.gradient_checkpointing_disable()  # the last step's memory was short, not necessarily the next one's
        warm[name] = module


def scratch(settings, seed, device, language_head=False):
    """A backbone with random weights that follow from the seed."""
    if settings.hidden % (2 * settings.heads):
        raise invalid(f"scratch: hidden {settings.hidden} must be an even multiple of heads {settings.heads} "
                      "(rotary positions pair the dimensions of a head)")
    config = AutoConfig.for_model(
        settings.architecture, vocab_size=settings.vocabulary, hidden_size=settings.hidden,
        num_hidden_layers=settings.layers, num_attention_heads=settings.heads, num_key_value_heads=settings.heads,
        head_dim=settings.hidden // settings.heads, intermediate_size=settings.intermediate,
        max_position_embeddings=settings.context, bos_token_id=None, eos_token_id=None, pad_token_id=None)
    torch.manual_seed(seed)
    maker = AutoModelForCausalLM if language_head else AutoModel
    module = maker.from_config(config, attn_implementation="sdpa", dtype=torch.float32).to(device)
    return take_apart(module) if language_head else module


def adapt(module, lora, seed, folder=None):
    """The backbone with fresh LoRA adapters, whose weights follow from the seed; all else is frozen. folder: where it comes from."""
    from peft import LoraConfig, get_peft_model
    torch.manual_seed(seed)
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=lora.targets,
                        use_rslora=lora.rslora, use_dora=lora.dora, init_lora_weights=adapters.PEFT_NAMES[lora.init])
    check_targets(module, lora.targets)
    try:
        adapted = get_peft_model(module, config)
    except (ValueError, TypeError) as error:
        raise invalid(f"lora: {str(error).splitlines()[0]}") from None
    adapters.begin(adapted, lora, folder)
    return adapted


def check_targets(module, targets):
    """Raise where a target names no module: PEFT is content if another one does."""
    if isinstance(targets, str):
        return
    names = [name for name, _ in module.named_modules() if name]
    for target in targets:
        if not any(name == target or name.endswith("." + target) for name in names):
            linear = sorted({n.rsplit(".", 1)[-1] for n, part in module.named_modules() if isinstance(part, torch.nn.Linear)})
            near = difflib.get_close_matches(target, linear, 1, 0.6)
            meant = f" (is '{near[0]}' meant?)" if near else ""
            raise invalid(f"lora.targets: no module of the backbone is called '{printable(target)}'{meant}; its linear layers are "
                          f"{listed(linear)}, and targets: all-linear takes them all")


def adapted(module):
    """{name of a layer: how many of that name have adapters}; empty where there are none."""
    from peft.tuners.tuners_utils import BaseTunerLayer
    found = (name.rsplit(".", 1)[-1] for name, part in module.named_modules() if isinstance(part, BaseTunerLayer))
    return dict(sorted(Counter(found).items()))
