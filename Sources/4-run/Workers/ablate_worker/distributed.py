"""One fit on several devices: each process takes a part of every batch's rows, and the gradients are added up.

`launch` is the worker's side: it starts the processes through torchrun and hands on what the first one says. `Team` is what
a process knows of the others; a process on its own is a team of one. Does not know models or what a batch is.
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
from pathlib import Path

from .step import Failure, Step, describe

BUCKET = 2**25  # numbers that go through one reduction
DIE_WITH_PARENT = 1  # of prctl


class Team:
    """rank and size; what concerns all processes is decided here, so that they never part ways."""

    def __init__(self, rank=0, size=1):
        self.rank, self.size = rank, size

    @classmethod
    def current(cls):
        import torch.distributed
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            return cls(torch.distributed.get_rank(), torch.distributed.get_world_size())
        return cls()

    def seed(self, seed):
        """Every process draws its own dropout; the first one draws what a process on its own would."""
        return seed + (self.rank << 32)

    def part(self, units):
        """This process's part of units [(size, value)]: the largest first, each to who has least so far. All agree on it."""
        if self.size == 1:
            return [value for _, value in units]
        loads, mine = [0] * self.size, []
        for size, value in sorted(units, key=lambda unit: -unit[0]):  # a stable sort
            least = loads.index(min(loads))
            loads[least] += size
            if least == self.rank:
                mine.append(value)
        return mine

    def sum(self, numbers, device):
        """The sums of a list of numbers over all processes."""
        if self.size == 1:
            return list(numbers)
        import torch
        summed = torch.tensor(numbers, dtype=torch.float64, device=device)
        torch.distributed.all_reduce(summed)
        return summed.tolist()

    def any(self, flag, device):
        return self.sum([float(flag)], device)[0] > 0

    def add_gradients(self, parameters, present):
        """Put the sum of all processes' gradients in place of each. present: how many have one, by parameter."""
        if self.size == 1:
            return
        import torch
        chosen = [p for p, count in zip(parameters, present) if count > 0]
        for p in chosen:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        while chosen:
            bucket, length = [], 0
            while chosen and (not bucket or length + chosen[0].numel() <= BUCKET):
                length += chosen[0].numel()
                bucket.append(chosen.pop(0).grad)
            flat = torch.cat([grad.reshape(-1) for grad in bucket])
            torch.distributed.all_reduce(flat)
            for grad, summed in zip(bucket, flat.split([grad.numel() for grad in bucket])):
                grad.copy_(summed.view_as(grad))

    def gather(self, value):
        """[the value of each process] in the first one, None in the others."""
        if self.size == 1:
            return [value]
        import torch
        found = [None] * self.size if self.rank == 0 else None
        torch.distributed.gather_object(value, found)
        return found

    def agree(self, value, what):
        """Nothing, where all processes have the same value."""
        found = self.gather(value)
        if found is not None and any(other != value for other in found):
            raise Failure("internal", f"the processes of one fit differ in {what}: {found}")


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

def leave():
    """End this process well, once all have come here. At once: while Python takes itself down, threads of gloo may still be at
    work, and C++ then aborts a process whose fit is done."""
    import torch
    torch.distributed.barrier()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Silent:
    """The channel of all processes but the first."""

    send = progress = metric = lambda self, *_, **__: None


def torchrun(folder, processes):
    """Start this many processes and wait for them; where one fails, the others are ended."""
    from torch.distributed import run
    run.main(["--standalone", "--nproc-per-node", processes, "-m", __spec__.name, folder])


def main(folder):
    """What each process does."""
    import importlib

    import torch

    from . import devices
    from .__main__ import KINDS
    from .channel import Channel
    rank, step = int(os.environ["RANK"]), None
    try:
        specification = json.loads((folder / "specification.json").read_text())
        channel = Channel(os.open(folder / "events", os.O_WRONLY)) if rank == 0 else Silent()
        step = Step.read(specification, channel)
        cuda = devices.choose(step.device).type == "cuda"
        if cuda:
            if torch.cuda.device_count() < step.processes:
                raise Failure("unavailable", f"{step.processes} processes need as many GPUs, and {torch.cuda.device_count()} "
                              "are to be seen: lower gpus-per-fit in site.yaml")
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        torch.distributed.init_process_group("nccl" if cuda else "gloo")
        devices.settle(max(1, step.threads // step.processes), step.parameters.get("seed") or 0)
        fields = importlib.import_module("." + KINDS[step.kind], __package__).run(step)
        if rank == 0:
            device = devices.describe(fields.pop("device", None)) | {"count": int(os.environ["WORLD_SIZE"])}
            channel.send("result", **fields, device=device)
        leave()
    except BaseException as error:  # the engine gets its event from the worker, which reads this
        import traceback
        traceback.print_exc()
        error = describe(error, step) | {"time": time.time()}
        (folder / f"error-{rank}.part").write_text(json.dumps(error))
        (folder / f"error-{rank}.part").rename(folder / f"error-{rank}.json")
        sys.stderr.flush()
        os._exit(1)  # at once: whoever waits for this process in a reduction is not to wait


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main(Path(sys.argv[1])) if "RANK" in os.environ else torchrun(*sys.argv[1:]))
