"""What a process of a fit knows of the others, where several work on one: its part of the rows, and sums over all of them.

A process on its own is a team of one. Does not know models, what a batch is, or how the processes were started.
"""

import os
import sys

from ..protocol.step import Failure

BUCKET = 2**25  # numbers that go through one reduction


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

    def fullest(self, numbers):
        """The largest of each number over all processes, in the first one; else this one's."""
        held = self.gather(numbers) or [numbers]
        return {name: max(other[name] for other in held) for name in numbers}


def reserve(device):
    """Have NCCL take its buffers while there is memory: it asks the driver for them at the first reduction, and by then a fit, which
    tries how much fits, may have taken all."""
    import torch
    torch.distributed.all_reduce(torch.zeros(BUCKET, device=device))
    torch.cuda.synchronize()
    torch.cuda.empty_cache()


def leave():
    """End this process well, once all have come here. At once: while Python takes itself down, threads of gloo may still be at
    work, and C++ then aborts a process whose fit is done."""
    import torch
    torch.distributed.barrier()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
