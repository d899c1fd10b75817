"""Counts the tokens that go through a model, and says how much of the device's peak arithmetic they are.

Knows peaks of a few devices and what a token costs; not data, and not what is computed.
"""

import time

import torch

from ..protocol import devices
from . import tail

EVERY = 2.0  # seconds between two reports: one step is too short to say much
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12}  # dense bfloat16 operations per second, by part of the name


class Tally:
    """logical: tokens of the rows; unique: those computed, a shared beginning once; padded: computed with padding."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.counts = {"logical": 0, "unique": 0, "padded": 0}

    def add(self, logical, unique, padded):
        for kind, count in (("logical", logical), ("unique", unique), ("padded", padded)):
            self.counts[kind] += count


class Meter:
    """What this process has done of a step: tokens in all, and from time to time the share of the peak."""

    def __init__(self, say, model, device, training, count=1):
        """say(name, value, at): who is told. training: a backward pass, too. count: the processes that share the work."""
        self.say, self.device, self.each = say, device, operations(model, training) / count
        self.total, self.began, self.recent = Tally(), time.monotonic(), 0
        self.last, self.first = self.began, None

    def tell(self, tally, counts, at, total):
        """Add a batch's tally, also to `counts`. Every EVERY seconds report how busy the device was since, the memory held, and
        how long it will take from `at` to `total` at the pace of this process so far."""
        self.total.add(**tally.counts)
        for kind, count in tally.counts.items():
            counts[kind] = counts.get(kind, 0) + count
        self.recent += tally.counts["unique"]
        now = time.monotonic()
        if self.first is None:  # what comes before, loading and compiling, is no part of the pace
            self.first, self.began = at, now
        if now - self.last >= EVERY:
            share = utilization(self.recent, now - self.last, self.each, self.device)
            self.say("tokens-per-second", self.recent / (now - self.last), at)
            if share is not None:
                self.say("mfu", share, at)
            self.say("memory-bytes", devices.memory(self.device), at)
            if at > self.first:
                self.say("seconds-left", (now - self.began) / (at - self.first) * (total - at), at)
            self.last, self.recent = now, 0

    def speeds(self, seconds):
        """Measurements: logical and unique tokens per second, and the share of the peak where that is known."""
        unique = self.total.counts["unique"]
        made = {"tokens-per-second": self.total.counts["logical"] / max(seconds, 1e-9),
                "unique-tokens-per-second": unique / max(seconds, 1e-9)}
        made = {name: round(value, 1) for name, value in made.items()}
        share = utilization(unique, seconds, self.each, self.device)
        return made if share is None else made | {"mfu": round(share, 4)}


def peak(device):
    """The device's peak, or None where it is not known."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((value for part, value in PEAKS.items() if part in name), None)


def operations(model, training):
    """Operations per unique token, attention's own left out: 2 per weight of a linear layer and pass over it.

    The gradient of the states is one pass more, that of the weights another, which frozen weights do not need. What
    tail.py spares is not counted.
    """
    total, spared = 0, set(tail.spared(model.backbone)) if model.packs and model.pooling == "last" else set()
    training = training and any(p.requires_grad for p in model.backbone.parameters())  # else no gradient goes back
    for module in model.backbone.modules():
        if module in spared:
            continue
        weight = getattr(module, "weight", None)
        if isinstance(module, torch.nn.Linear) and weight is not None:
            passes = 1 if not training else 3 if weight.requires_grad else 2
            total += 2 * passes * module.in_features * module.out_features
    return total


def utilization(tokens, seconds, each, device):
    """The share of the device's peak that `tokens` in `seconds` are; None where the peak is not known."""
    most = peak(device)
    return None if not most or seconds <= 0 else tokens * each / seconds / most
