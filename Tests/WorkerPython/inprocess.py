"""Runs steps in the test's own process, where a process of its own would only cost time; and tiny backbones by family."""

import itertools
import os

import pytest
from ablate_worker import kinds
from ablate_worker.protocol import devices
from ablate_worker.protocol.channel import Channel
from ablate_worker.protocol.step import Failure, Step

COUNTER = itertools.count()


class Listening(Channel):
    """A channel that keeps its events."""

    def __init__(self, stop=None):
        super().__init__(os.open(os.devnull, os.O_WRONLY))
        self.events, self.stop = [], stop

    def send(self, event, **fields):
        self.events.append({"event": event} | fields)

    def progress(self, done, total, unit, message=""):
        if done == self.stop:
            raise Interrupted


class Interrupted(Exception):
    """The end of a run at the step that `stop` named."""


def run(kind, parameters, given, folder, scratch=None, stop=None):
    """(outputs folder, result fields, events) of one step."""
    outputs = folder / f"{kind}-{next(COUNTER)}"
    outputs.mkdir(parents=True)
    devices.settle(1, parameters.get("seed") or 0)
    channel = Listening(stop)
    named = {k: v if isinstance(v, dict) else {"path": str(v), "name": v.name} for k, v in given.items()}
    step = Step(f"test/{kind}", kind, parameters, named, outputs, scratch, None, 1, "cpu", channel)
    fields = kinds.module(kind).run(step)
    return outputs, fields, channel.events


def fails(*arguments, **more):
    with pytest.raises(Failure) as caught:
        run(*arguments, **more)
    return caught.value


SIZES = {"vocab_size": 320, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
         "max_position_embeddings": 256, "pad_token_id": 0, "bos_token_id": None, "eos_token_id": None}
FAMILIES = {
    **{name: {"num_key_value_heads": 1, "head_dim": 16} for name in ("mistral", "llama", "qwen2", "qwen3", "gemma")},
    "gemma2": {"num_key_value_heads": 1, "head_dim": 16, "final_logit_softcapping": 3.0, "sliding_window": 16},
    "gemma3_text": {"num_key_value_heads": 1, "head_dim": 16, "sliding_window": 16},
    "phi": {}, "phi3": {"num_key_value_heads": 1},
    "bert": {}, "roberta": {"pad_token_id": 1},
    "deberta-v2": {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 16,
                   "position_biased_input": False, "share_att_key": True, "norm_rel_ebd": "layer_norm"},
    "modernbert": {"cls_token_id": None, "sep_token_id": None, "local_attention": 16, "global_attn_every_n_layers": 2},
}
ENCODERS = ("bert", "roberta", "deberta-v2", "modernbert")


def make_backbone(name, folder, **changes):
    """A tiny backbone with random weights, saved with its language-model head, as those of the hub are."""
    import torch
    import transformers
    torch.manual_seed(5)
    config = transformers.AutoConfig.for_model(name, **{**SIZES, **FAMILIES.get(name, {}), **changes})
    maker = transformers.AutoModelForMaskedLM if name in ENCODERS else transformers.AutoModelForCausalLM
    maker.from_config(config).save_pretrained(folder)
    return folder
