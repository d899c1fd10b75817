"""The worker's loop: read a specification, run its kind, report one result or error, wait for the next.

Knows the protocol and which module runs which kind. Libraries are imported by the kinds that need them.
"""

import ctypes
import gc
import importlib.metadata
import json
import os
import platform
import queue
import signal
import sys
import threading
import time
import traceback

from . import kinds, processes
from .protocol import devices, exits
from .protocol.channel import Channel
from .protocol.step import PROTOCOL, Failure, Step, describe

LIBRARIES = ("torch", "transformers", "peft", "safetensors", "tokenizers", "pyarrow", "numpy", "scikit-learn",
             "lightgbm", "huggingface_hub", "bitsandbytes")


def versions():
    """Installed versions, read from metadata: importing the libraries would take seconds."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def take_descriptors():
    """Move stdin and stdout to private descriptors. Returns (reader, writer, the descriptor of stderr).

    Afterwards descriptor 0 is empty and 1 is stderr: a print, a C library's puts or a child process can neither
    forge an event nor swallow a specification.
    """
    reader, writer, errors = os.dup(0), os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(errors, 1)
    return reader, writer, errors


def point_output(descriptor):
    """Send descriptors 1 and 2 to `descriptor`, whatever Python and C still hold in their buffers first."""
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


class Present:
    """The step that runs now, for the words about it that come while it does."""

    step = word = None

    def begin(self, step):
        self.step = step
        self.apply()
        return step

    def hear(self, line):
        """Whether the line is such a word, {"key", "threads"}. One about another step than that of now comes too early, or too late."""
        try:
            word = json.loads(line)
        except ValueError:
            return False
        if not isinstance(word, dict) or word.keys() != {"key", "threads"}:
            return False
        self.word = word
        self.apply()
        return True

    def apply(self):
        step, word = self.step, self.word
        if step is not None and word is not None and step.key == word["key"]:
            step.allow(word["threads"])


def read_lines(reader, lines, present):
    """Feed specifications to the loop; at the end of input the engine is gone, and so is this process, at once."""
    with open(reader, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if line.strip() and not present.hear(line):
                lines.put(line)
    os._exit(0)


def run(step, specification):
    """Run one step and return the fields of its `result` event."""
    began = time.monotonic(), devices.processor_seconds()
    seed = getattr(step.parameters, "seed", None) or 0
    if step.processes > 1:
        if step.kind != "finetune":
            raise Failure("internal", f"{step.kind} runs in one process, and {step.processes} were asked for")
        return result(step, processes.launch(step, specification), began)
    devices.settle(step.threads, seed)
    module = kinds.module(step.kind)
    devices.settle(step.threads, seed)  # again: what the import has brought in is to be settled too
    fields = module.run(step) or {}
    return result(step, fields | {"device": devices.describe(fields.get("device"))}, began)


def result(step, fields, began):
    measurements = {"seconds": round(time.monotonic() - began[0], 3),
                    "cpu-seconds": round(devices.processor_seconds() - began[1], 3),
                    "peak-host-bytes": devices.host_memory("VmHWM"), "threads": step.most_threads, **fields.get("measurements", {})}
    return {"outputs": sorted(p.name for p in step.outputs.iterdir()) if step.outputs else [],
            "metrics": fields.get("metrics", {}), "measurements": measurements,
            "device": fields["device"]}


def attempt(line, channel, errors, present):
    """One specification from its line to its last event."""
    step, log = None, None
    try:
        specification = json.loads(line)
        step = present.begin(Step.read(specification, channel))
        if step.log:
            log = os.open(step.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            point_output(log)
        channel.last.clear()
        outcome = ("result", run(step, specification))
    except BaseException as error:  # also SystemExit and KeyboardInterrupt of a library: the engine gets its event
        traceback.print_exc()
        outcome = ("error", describe(error, step))
    present.step = None
    if log is not None:
        point_output(errors)
        os.close(log)
    usable = tidy()
    channel.send(outcome[0], **outcome[1])
    if not usable:
        os._exit(1)


def lost(step, channel):
    """A library ends this process."""
    if step is not None:
        channel.send("error", **describe(exits.failure(step.log), step))


def tidy():
    """Free what the step held, an exception's frames included. False when CUDA is broken, and this process with it."""
    gc.collect()
    try:
        if "torch" in sys.modules and sys.modules["torch"].cuda.is_initialized():
            sys.modules["torch"].cuda.empty_cache()
        return True
    except RuntimeError:  # after a device-side fault every call fails, until the process ends
        return False


def main():
    # Ctrl-C reaches the whole foreground group; what then ends, and in which order, is the engine's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    reader, writer, errors = take_descriptors()
    devices.prepare(os.environ)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    channel = Channel(writer)
    channel.send("hello", protocol=PROTOCOL, pid=os.getpid(), python=platform.python_version(), versions=versions(),
                 device=devices.probe())
    channel.beat()
    lines, present = queue.SimpleQueue(), Present()
    exits.watch(lambda: lost(present.step, channel))
    threading.Thread(target=read_lines, args=(reader, lines, present), name="input", daemon=True).start()
    while True:
        attempt(lines.get(), channel, errors, present)


if __name__ == "__main__":
    main()
