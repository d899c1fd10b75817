"""Counts the tokens that go through a model, and says how much of the device's peak arithmetic they are.

Knows peaks of a few devices and what a token costs; not data, and not what is computed.
"""

import time

import torch

from ..protocol import devices
from . import tail

EVERY = 2.0  # seconds between two reports: one step is too short to say much
# Dense operations per second with 16 bits, and with 32 without TF32, in 10^12, by parts of the name: the first that are all in it.
PEAKS = {
    "B200": (2250, 75), "H200": (989, 67), "GH200": (989, 67), "H100 PCIe": (756, 51), "H100 NVL": (835, 60), "H100": (989, 67),
    "H800 PCIe": (756, 51), "H800": (989, 67), "H20": (148, 44), "A100": (312, 19.5), "A800": (312, 19.5), "A40": (149.7, 37.4),
    "A30": (165, 10.3), "A10G": (70, 31.5), "A10": (125, 31.2), "L40S": (362, 91.6), "L40": (181, 90.5), "L4": (121, 30.3),
    "RTX 3090": (71, 35.6), "RTX 4090": (165.2, 82.6), "RTX 5090": (209.5, 104.8), "V100 PCIE": (112, 14), "V100": (125, 15.7),
    "T4": (65, 8.1), "P100": (19, 9.5)}
EMULATED = ("V100", "T4", "P100")  # that have no bfloat16 of their own


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
        self.kind = model.compute_type
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
            share = utilization(self.recent, now - self.last, self.each, self.device, self.kind)
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
        share = utilization(unique, seconds, self.each, self.device, self.kind)
        return made if share is None else made | {"mfu": round(share, 4)}


def peak(device, kind=torch.bfloat16):
    """The device's peak in a type, or None where it is not known."""
    return peak_of(torch.cuda.get_device_name(device), kind) if device.type == "cuda" else None


def peak_of(name, kind):
    """By the name that the driver gives a GPU; None also of a part of one (MIG)."""
    words = name.upper().replace("-", " ").split()
    if "MIG" in words:
        return None
    for parts, (half, single) in PEAKS.items():
        if all(part in words for part in parts.upper().split()):
            if kind == torch.bfloat16 and parts.split()[0] in EMULATED:
                return None
            return (single if kind == torch.float32 else half) * 1e12
    return None


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


def utilization(tokens, seconds, each, device, kind=torch.bfloat16):
    """The share of the device's peak that `tokens` in `seconds` are; None where the peak is not known."""
    most = peak(device, kind)
    return None if not most or seconds <= 0 else tokens * each / seconds / most
