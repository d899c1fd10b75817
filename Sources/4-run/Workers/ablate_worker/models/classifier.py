"""A backbone with a classification head, and what it is made of.

Knows the head and what it reads. Does not know batches, losses, steps, or where the trained parts are stored.
"""

from dataclasses import dataclass, fields
from functools import partial

import torch
from torch import nn

from ..protocol.parameters import Lora, Scratch
from ..protocol.step import invalid
from . import adapters, backbones, embedding, families, layers, lowrank, packing, pooling, tail, throughput
from .precision import compute_type


class Classifier(nn.Module):
    """ids [B, T], lengths [B] -> logits float32 [B, classes]; packed: ids [1, T], None, their layout -> the same."""

    def __init__(self, backbone, classes, kind, head_input="hidden-state"):
        super().__init__()
        config = backbone.config
        pooling.check(kind, families.looks_both_ways(config))
        if head_input not in ("hidden-state", "lm-logits"):
            raise invalid(f"head-input is '{head_input}'; it may be hidden-state or lm-logits")
        self.backbone, self.pooling, self.head_input = backbone, kind, head_input
        self.compute_type, self.kept_as = None, None
        self.loss = partial(nn.functional.cross_entropy, reduction="none")  # logits, labels or distributions -> [B]; others are set
        self.objective = None  # what is learnt in place of that
        self.embedding, self.head_dropout, self.dropout_samples = embedding.Embedding(), 0.0, 1  # what happens in training alone
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
        self.embedding.expect(*(ids, lengths, layout) if self.training else ())
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
        if self.training and self.head_dropout:  # [S * B, hidden]: all rows once for each draw
            pooled = torch.cat([nn.functional.dropout(pooled, self.head_dropout) for _ in range(self.dropout_samples)])
        if self.lm_head is not None:
            pooled = backbones.vocabulary_logits(self.backbone, pooled)  # [B, vocabulary]: one position of each row
        with torch.autocast(pooled.device.type, enabled=False):
            return self.head(pooled)


@dataclass(frozen=True)
class Blueprint:
    """What a classifier is made of: the settings that its forward pass follows from, named as in the recipe with _ for -."""

    classes: int
    pooling: str
    scratch: Scratch | None = None  # sizes of a backbone with random weights, in place of a folder
    lora: Lora | str | None = None  # settings of adapters; head-only; None: all weights are trained
    quantization: str | None = None
    precision: str | None = None
    head_input: str = "hidden-state"
    remote_code: bool = False

    @classmethod
    def read(cls, parameters):
        """From the parameters of a step; the others there are somebody else's."""
        given = {field.name: getattr(parameters, field.name, None) for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if value is not None})

    @property
    def has_language_head(self):
        return self.head_input == "lm-logits"


def build(blueprint, seed, device, source=None, anew=0, words=None):
    """A fresh classifier, to be trained. source: the backbone's Source, where it is not made from scratch. anew: how many of its last
    layers are drawn at random. words: ids of the vocabulary, one for each class, whose rows of the language model's head the head
    begins as."""
    lora, quantization = blueprint.lora, blueprint.quantization
    if isinstance(lora, str) and lora != "head-only":
        raise invalid(f"lora is '{lora}'; it may be settings of adapters, off, or head-only")
    if blueprint.scratch:
        if quantization not in (None, "none"):
            raise invalid(f"quantization: {quantization} and a scratch backbone: random weights are not worth quantizing")
        backbone, name = backbones.scratch(blueprint.scratch, seed, device, blueprint.has_language_head), None
    else:
        backbone, name = load(blueprint, source, quantization, device, bool(lora), words is not None)
    layers.reinitialize(backbone, anew, seed)
    if lora == "head-only":
        backbone.requires_grad_(False)
    elif lora:
        backbone = backbones.adapt(backbone, lora, seed, source and source.path)
        name = None if adapters.takes_from_weights(lora) else name
    torch.manual_seed(seed)
    made = assemble(backbone, blueprint, device, learns=not lora, kept_as=name)
    if words is not None:
        speak(made.head, backbones.head_of(backbone), words)
    return made


@torch.no_grad()
def speak(head, lm_head, words):
    """Let the head begin as the language model's: a class has the logit of its word."""
    head.weight.copy_(lm_head.weight[words])
    if lm_head.bias is not None:
        head.bias.copy_(lm_head.bias[words])


def load(blueprint, source, quantization, device, frozen, language_head=False):
    """(a backbone from a folder, the name under which it can be kept, or None)."""
    return backbones.load(source.path, source.title, quantization, device, frozen, blueprint.precision, blueprint.remote_code,
                          blueprint.has_language_head or language_head)


def assemble(backbone, blueprint, device, learns, kept_as=None):
    """The backbone with a head of random weights. kept_as: the name under which `release` lets the backbone stay in memory."""
    classifier = Classifier(backbone, blueprint.classes, blueprint.pooling, blueprint.head_input)
    classifier.compute_type, classifier.kept_as = compute_type(device, blueprint.precision), kept_as
    if classifier.lm_head is not None:
        classifier.lm_head.requires_grad_(learns)
    return classifier.to(device)


def release(classifier):
    """Take the adapters off and let the backbone stay in memory, if it may."""
    if classifier.kept_as is not None:
        classifier.zero_grad(set_to_none=True)
        backbone = classifier.backbone
        backbones.keep(backbone.unload() if hasattr(backbone, "peft_config") else backbone, classifier.kept_as)
