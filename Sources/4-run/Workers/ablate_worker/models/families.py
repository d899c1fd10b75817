"""What differs between families of backbones: how they attend, what padding needs, how long a row may be.

A pure table over a configuration. Loads nothing, and does not know tokenizers or training.
"""

import inspect
from dataclasses import dataclass

from ..protocol.step import invalid


@dataclass(frozen=True)
class Family:
    encoder: bool = False  # a token sees what stands to its right, so padding must be masked
    attention: str = "sdpa"  # eager where a score is changed in a way that the fused kernels have no argument for
    pooler: bool = False  # AutoModel would add a layer over the first token, with random weights, that nothing here reads


FAMILIES = {
    "mistral": Family(), "llama": Family(), "qwen2": Family(), "qwen3": Family(), "phi": Family(), "phi3": Family(),
    "gemma": Family(), "gemma2": Family(attention="eager"), "gemma3_text": Family(),
    "bert": Family(encoder=True, pooler=True), "roberta": Family(encoder=True, pooler=True),
    "deberta-v2": Family(encoder=True, attention="eager"), "modernbert": Family(encoder=True),
}
# Every other family, also one that comes as code with its weights: masking is right for every kind of attention, only slower.
FOREIGN = Family(encoder=True, attention="eager")
# Their positions are counted from the one after the pad token's id.
AFTER_PAD = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "xmod", "data2vec-text", "longformer",
             "ibert", "mpnet", "luke")


def of(config):
    """The family of a configuration."""
    return FAMILIES.get(config.model_type, FOREIGN)


def is_proven(config):
    """Whether the tests hold this family to its rows alone; of the others, `backbones.prove` does so with the weights at hand."""
    return config.model_type in FAMILIES


def check(config, title, remote_code=False):
    """Raise for what is no text model with one stack of layers, or none whose weights let a gradient through. remote_code: whatever the
    code makes may be tried."""
    stored = getattr(config, "quantization_config", None) or {}
    stored = stored if isinstance(stored, dict) else vars(stored)
    method = getattr(stored.get("quant_method", "bitsandbytes"), "value", stored.get("quant_method", "bitsandbytes"))
    if method != "bitsandbytes":
        raise invalid(f"{title} holds weights that are quantized already ({method}), through which no exact gradient goes: take the "
                      "repository that they were made from, with quantization: nf4 where memory is short")
    if getattr(config, "is_encoder_decoder", False):
        raise invalid(f"{title} is of the architecture '{config.model_type}', an encoder with a decoder, which has no single sequence of "
                      "states to classify: choose a decoder or an encoder")
    if is_proven(config) or remote_code:
        return
    name, others = config.model_type, f"choose a backbone of one of these: {', '.join(FAMILIES)}"
    if name == "gemma3":
        hint = ": it reads images as well; take the text model alone, saved as gemma3_text"
    elif any(hasattr(config, part) for part in ("vision_config", "audio_config")):
        hint = f": it reads images or sound as well; take its text model alone, or {others}"
    elif getattr(config, "auto_map", None):
        hint = ", which comes with code of its own: read that code, and set remote-code: true if you trust it"
    else:
        return
    raise invalid(f"{title} is of the architecture '{name}'{hint}")


def has_pooler(config):
    """Whether AutoModel would add a layer over the first token that nothing here reads."""
    return of(config).pooler if is_proven(config) else takes(config, "__init__", "add_pooling_layer")


def takes(config, method, name):
    """Whether a method of the class that AutoModel makes has a parameter of this name."""
    from transformers import MODEL_MAPPING
    made = MODEL_MAPPING.get(type(config), None)
    return made is not None and not isinstance(made, tuple) and name in inspect.signature(getattr(made, method)).parameters


def is_decoder(config):
    """Whether a token has seen those before it alone, and a language model's head says which comes next."""
    if is_proven(config):
        return not of(config).encoder
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MASKED_LM_MAPPING
    return type(config) in MODEL_FOR_CAUSAL_LM_MAPPING and type(config) not in MODEL_FOR_MASKED_LM_MAPPING


def looks_both_ways(config):
    """Whether the first token has seen the text."""
    return is_masked(config) if is_proven(config) else not is_decoder(config)


def is_masked(config):
    """Whether padding on the right would change a real token's state, so that a mask must hide it."""
    return of(config).encoder or bool(getattr(config, "use_bidirectional_attention", False))


def has_types(config):
    """Whether the two texts of a pair have token types of their own."""
    several = (getattr(config, "type_vocab_size", 0) or 0) > 1
    return several and (of(config).encoder if is_proven(config) else takes(config, "forward", "token_type_ids"))


def context(config):
    """How many tokens a row may have, or None where positions are relative and the table sets no limit."""
    limit = getattr(config, "max_position_embeddings", None)
    if config.model_type in AFTER_PAD:
        return limit - config.pad_token_id - 1
    if config.model_type == "deberta-v2" and config.relative_attention and not config.position_biased_input:
        return None
    return limit
