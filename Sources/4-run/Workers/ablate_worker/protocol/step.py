"""One step's specification, and the ways in which a step can fail.

Knows the envelope (parameters, inputs, outputs, threads), not what any kind does with it. A step whose parameters are not those
of its kind (kinds.py) is refused here.
"""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from . import kinds

PROTOCOL = 1


class Failure(Exception):
    """A failure that has a class of the protocol and a message for the user: what, where, and what to do."""

    def __init__(self, kind, message, row=None, column=None):
        super().__init__(message)
        self.kind, self.message, self.row, self.column = kind, message, row, column


def invalid(message, row=None, column=None):
    return Failure("invalid-input", message, row, column)


def unavailable(message):
    return Failure("unavailable", message)


class Source(NamedTuple):
    """Where an input lies, and what a message to the user calls it."""

    path: Path
    title: str


@dataclass
class Step:
    address: str
    kind: str
    parameters: object  # of the kind's dataclass
    inputs: dict  # name -> {"path": ..., "name": what a message calls it}
    outputs: Path
    scratch: Path | None
    log: Path | None
    threads: int
    device: str  # auto | cpu | cuda
    channel: object
    processes: int = 1  # of a fit on several devices
    key: str = ""

    def __post_init__(self):
        self.most_threads = self.threads
        try:
            self.parameters = kinds.read(self.kind, self.parameters)
        except kinds.Fault as fault:
            raise Failure(fault.kind, str(fault)) from None

    @classmethod
    def read(cls, specification, channel):
        if specification.get("protocol") != PROTOCOL:
            raise Failure("internal", f"this worker speaks protocol {PROTOCOL}, the engine {specification.get('protocol')}")
        path = lambda name: Path(specification[name]) if specification.get(name) else None
        return cls(specification.get("address", ""), specification["kind"], specification.get("parameters", {}),
                   specification.get("inputs", {}), path("outputs"), path("scratch"), path("log"),
                   max(1, int(specification.get("threads") or 1)), specification.get("device") or "auto", channel,
                   max(1, int(specification.get("processes") or 1)), specification.get("key", ""))

    def allow(self, threads):
        """The engine has given the step so many threads, also while it runs: a kind that can use them asks for `threads` again."""
        self.threads = max(1, int(threads))
        self.most_threads = max(self.most_threads, self.threads)

    def entry(self, name):
        if name not in self.inputs:
            raise Failure("missing-input", f"{self.kind} needs the input '{name}', and the step has none")
        return self.inputs[name]

    def input(self, name):
        """The path of an input; missing-input when the step has none of that name or it is not there."""
        path = Path(self.entry(name)["path"])
        if not path.exists():
            raise Failure("missing-input", f"{self.title(name)} is not there ({path})")
        return path

    def title(self, name):
        """What a message to the user calls an input."""
        return self.entry(name).get("name") or self.entry(name)["path"]

    def source(self, name):
        return Source(self.input(name), self.title(name))

    def folds(self):
        """The Source of the folds, of which a step of one fold needs one; None for a step of all rows."""
        return None if self.parameters.fold is None else self.source("folds")

    def has(self, name):
        return name in self.inputs


def out_of_memory(error):
    """Whether memory ran out: torch says so in one way on a GPU, in another on the CPU, and CUDA's libraries in theirs."""
    # By name: torch may not be imported, and must not be for this.
    if {c.__name__ for c in type(error).__mro__} & {"OutOfMemoryError", "MemoryError"}:
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in (
        "out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED"))


def describe(error, step=None):
    """The fields of the `error` event for any exception."""
    if isinstance(error, Failure):
        fields = {"class": error.kind, "message": error.message}
        fields |= {k: v for k, v in (("row", error.row), ("column", error.column)) if v is not None}
        return fields
    text = f"{type(error).__name__}: {error}".strip()
    first = text.splitlines()[0]  # torch's errors go on with general advice
    if out_of_memory(error):
        return {"class": "out-of-memory", "message": f"memory ran out: {first}"}
    if isinstance(error, ImportError):
        return {"class": "unavailable", "message": f"a Python library is missing or broken: {first}"}
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"class": "unavailable", "message": f"the disk is full: no room for {error.filename or (step and step.outputs)}"}
    if isinstance(error, FileNotFoundError) and step and error.filename:
        for name, entry in step.inputs.items():
            if str(error.filename).startswith(str(entry["path"])):
                return {"class": "missing-input", "message": f"{step.title(name)}: {error.filename} is not there"}
        if step.outputs and not step.outputs.exists():
            return {"class": "unavailable", "message": f"the store's folder {step.outputs} has gone while the step ran: was the store "
                    "removed, or swept by another program? Run again"}
    return {"class": "internal", "message": first}
