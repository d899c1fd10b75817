"""A step in several processes: starts them through torchrun, hands on what the first one says, and is what each of them runs.

Knows processes and the protocol. What they say to each other is training/distributed.py; what they compute is the kind's.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from . import kinds
from .protocol import devices, exits
from .protocol.channel import Channel
from .protocol.step import Failure, Step, describe, unavailable
from .training import distributed

DIE_WITH_PARENT = 1  # of prctl


# MARK: the worker's side

def launch(step, specification):
    """Run a step in `step.processes` processes through torchrun: the fields of its result."""
    with tempfile.TemporaryDirectory(prefix="ablate-fit-") as folder:
        folder = Path(folder)
        (folder / "specification.json").write_text(json.dumps(specification))
        os.mkfifo(folder / "events")
        # Open for both: then neither end waits for the other to open.
        events = os.open(folder / "events", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        threads = max(1, step.threads // step.processes)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(folder), str(step.processes)], stdin=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONSAFEPATH": "1"})
        try:
            fields = listen(events, process, step.channel)
        finally:
            process.kill()
            process.wait()
            os.close(events)
        if fields is None:
            raise failure(folder, process.returncode)
        return fields


def listen(events, process, channel):
    """Hand on the first process's events until all have ended: the fields of its result, or None."""
    held, fields, ended = b"", None, False
    while True:
        if select.select([events], [], [], 0.1)[0]:
            held += os.read(events, 1 << 16)
            *lines, held = held.split(b"\n")
            for event in map(json.loads, lines):
                name = event.pop("event")
                if name == "result":
                    fields = event
                else:
                    channel.send(name, **event)
        elif ended:
            return fields if process.returncode == 0 else None
        ended = process.poll() is not None


def failure(folder, code):
    """What went wrong first. A process that the others lost speaks of them, and not of what happened."""
    found = [json.loads(path.read_text()) for path in folder.glob("error-*.json")]
    found.sort(key=lambda error: (error["class"] == "internal", error["time"]))
    if not found:
        return Failure("internal", f"a process of the fit ended without a word (torchrun: {code}); the log may say why")
    return Failure(found[0]["class"], found[0]["message"], found[0].get("row"), found[0].get("column"))


def die_with_parent():
    """Also when it is killed: torchrun gives its processes a session of their own, where no signal to a group reaches them."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


# MARK: one of the processes

class Silent:
    """The channel of all processes but the first."""

    send = progress = metric = note = lambda self, *_, **__: None


def torchrun(folder, processes):
    """Start this many processes and wait for them; where one fails, the others are ended."""
    from torch.distributed import run
    run.main(["--standalone", "--nproc-per-node", processes, "-m", __spec__.name, folder])


def main(folder):
    """What each process does."""
    import torch
    rank, step = int(os.environ["RANK"]), None
    try:
        specification = json.loads((folder / "specification.json").read_text())
        channel = Channel(os.open(folder / "events", os.O_WRONLY)) if rank == 0 else Silent()
        step = Step.read(specification, channel)
        exits.watch(lambda: record(folder, rank, exits.failure(step and step.log), step))
        cuda = devices.choose(step.device).type == "cuda"
        if cuda:
            check_devices(step.processes, torch.cuda.device_count(), os.environ.get("CUDA_VISIBLE_DEVICES", ""))
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
            torch.distributed.init_process_group("nccl", device_id=torch.device("cuda", int(os.environ["LOCAL_RANK"])))
            distributed.reserve(torch.device("cuda"))
        else:
            torch.distributed.init_process_group("gloo")
        devices.settle(max(1, step.threads // step.processes), getattr(step.parameters, "seed", None) or 0)
        fields = kinds.module(step.kind).run(step)
        if rank == 0:
            device = devices.describe(fields.pop("device", None)) | {"count": int(os.environ["WORLD_SIZE"])}
            channel.send("result", **fields, device=device)
        distributed.leave()
    except BaseException as error:  # the engine gets its event from the worker, which reads this
        traceback.print_exc()
        record(folder, rank, error, step)
        sys.stderr.flush()
        os._exit(1)  # at once: whoever waits for this process in a reduction is not to wait


def record(folder, rank, error, step):
    """Leave word of what went wrong in this process."""
    error = describe(error, step) | {"time": time.time()}
    (folder / f"error-{rank}.part").write_text(json.dumps(error))
    (folder / f"error-{rank}.part").rename(folder / f"error-{rank}.json")


def check_devices(processes, count, visible):
    """Raise unless each process can have a GPU of its own that NCCL takes. visible: what CUDA_VISIBLE_DEVICES says."""
    if count < processes:
        raise unavailable(f"{processes} processes need as many GPUs, and {count} are to be seen: lower gpus-per-fit in site.yaml")
    if "MIG-" in visible:
        raise unavailable("the GPUs are parts of one (MIG), of which NCCL takes a single one: set gpus-per-fit: 1 in site.yaml")


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main(Path(sys.argv[1])) if "RANK" in os.environ else torchrun(*sys.argv[1:]))
