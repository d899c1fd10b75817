"""How much is kept for the gradient: bytes per token and layer, in units of the hidden size, ours and PEFT's default.

Counted with autograd's own hooks, each storage once, weights not. On the CPU in bfloat16: what is kept follows from the
graph, not from the device.
"""

import numpy as np
import torch
import transformers

HIDDEN, DROPOUT, LENGTH = 512, 0.05, 128


def backbone(layers):
    import peft
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(
        "mistral", vocab_size=512, hidden_size=HIDDEN, num_hidden_layers=layers, num_attention_heads=8, num_key_value_heads=2,
        intermediate_size=HIDDEN * 7 // 2, max_position_embeddings=512, sliding_window=None)
    module = transformers.AutoModel.from_config(config, attn_implementation="sdpa").to(torch.bfloat16)
    module = peft.get_peft_model(module, peft.LoraConfig(r=16, lora_alpha=32, lora_dropout=DROPOUT, target_modules="all-linear"))
    for name, parameter in module.named_parameters():
        if "lora_" in name:
            parameter.data = parameter.data.float()  # masters, as PEFT itself makes them of adapters in bfloat16
    return module.train()


def kept(model, forward):
    """Bytes that forward(model) leaves for the backward pass."""
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    found = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            found[storage.data_ptr()] = storage
        return tensor
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = forward(model)
    total = sum(storage.nbytes() for storage in found.values())
    result.sum().backward()
    return total


def ours(rows):
    from ablate_worker.models import classifier, packing, prefixes
    from peft.helpers import disable_input_dtype_casting
    ids, layout, _ = packing.lay(rows, prefixes.alone(rows), torch.device("cpu"))

    def forward(model):
        with torch.autocast("cpu", torch.bfloat16), disable_input_dtype_casting(model.backbone):
            return model(ids, None, layout)
    return lambda layers: classifier.Classifier(backbone(layers), 7, "last").train(), forward


def default(rows):
    ids = torch.from_numpy(np.stack(rows)).long()
    return backbone, lambda model: model(input_ids=ids, use_cache=False).last_hidden_state


def saved_bytes(tiny=False):
    """Two depths: their difference is a layer's, without the embedding and the head."""
    chance = np.random.default_rng(0)
    rows = [chance.integers(0, 512, LENGTH).astype(np.int32) for _ in range(2)]
    found = {}
    for name, (make, forward) in (("ours", ours(rows)), ("peft", default(rows))):
        few, many = (kept(make(layers), forward) for layers in ((1, 2) if tiny else (1, 3)))
        found[name] = (many - few) / (1 if tiny else 2) / (2 * LENGTH) / HIDDEN
    return found
