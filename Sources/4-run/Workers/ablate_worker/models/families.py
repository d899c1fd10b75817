"""What differs between families of backbones: how they attend, what padding needs, how long a row may be.

A pure table over a configuration. Loads nothing, and does not know tokenizers or training.
"""

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
# A family that comes as code with its weights: masking is right for every kind of attention, only slower.
FOREIGN = Family(encoder=True, attention="eager")


def of(config):
    """The family of a configuration."""
    return FAMILIES.get(config.model_type, FOREIGN)


def check(config, title, remote_code=False):
    name = config.model_type
    stored = getattr(config, "quantization_config", None) or {}
    stored = stored if isinstance(stored, dict) else vars(stored)
    method = getattr(stored.get("quant_method", "bitsandbytes"), "value", stored.get("quant_method", "bitsandbytes"))
    if method != "bitsandbytes":
        raise invalid(f"{title} holds weights that are quantized already ({method}), through which no exact gradient goes: take the "
                      "repository that they were made from, with quantization: nf4 where memory is short")
    if getattr(config, "is_encoder_decoder", False):
        raise invalid(f"{title} is of the architecture '{name}', an encoder with a decoder, which has no single sequence of states to "
                      "classify: choose a decoder or an encoder")
    if name not in FAMILIES and not remote_code:
        hint = (": it reads images as well; take the text model alone, saved as gemma3_text" if name == "gemma3" else
                ", which comes with code of its own: read that code, and set remote-code: true if you trust it" if
                getattr(config, "auto_map", None) else f"; ablate knows {', '.join(FAMILIES)}: choose a backbone of one of these")
        raise invalid(f"{title} is of the architecture '{name}'{hint}")


def is_masked(config):
    """Whether padding on the right would change a real token's state, so that a mask must hide it."""
    return of(config).encoder or bool(getattr(config, "use_bidirectional_attention", False))


def has_types(config):
    """Whether the two texts of a pair have token types of their own."""
    return config.model_type in FAMILIES and of(config).encoder and (getattr(config, "type_vocab_size", 0) or 0) > 1


def context(config):
    """How many tokens a row may have, or None where positions are relative and the table sets no limit."""
    limit = getattr(config, "max_position_embeddings", None)
    if config.model_type == "roberta":
        return limit - config.pad_token_id - 1  # positions are counted from the one after the pad token's id
    if config.model_type == "deberta-v2" and config.relative_attention and not config.position_biased_input:
        return None
    return limit
