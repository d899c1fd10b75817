"""Saves a running fine-tune so that a later process goes on with it and ends at the same bits.

One safetensors file in the step's scratch folder: trainable weights, the best ones so far, their average, the optimizer's state, the
random states; the rest as JSON in its metadata, with a digest of it all. One file, because one rename is atomic and two are
not. Never a pickle.
"""

import json
import os

import torch
from safetensors import safe_open

from ..files import tensors
from ..protocol.step import out_of_memory
from . import optimizers

NAME = "checkpoint.safetensors"


def random_states(device):
    states = {"random.cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["random.cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_random_states(states, device):
    torch.set_rng_state(states["random.cpu"].cpu())
    if device.type == "cuda" and "random.cuda" in states:
        torch.cuda.set_rng_state(states["random.cuda"].cpu(), device)


def trained(model):
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def save(folder, model, optimizer, states, progress, best, average):
    """states: the random states of each process of the fit, usually one. progress: a JSON value (the step reached, the history
    so far, the token budget). best: weights to keep, average: their moving average, or {}."""
    state = {f"weight.{name}": p for name, p in trained(model).items()} | {f"best.{name}": p for name, p in best.items()}
    state |= {f"average.{name}": p for name, p in average.items()}
    state |= {f"optimizer.{name}": value for name, value in optimizers.state(optimizer).items()}
    for rank, own in enumerate(states):
        state |= {place(name, rank): value for name, value in own.items()}
    tensors.write(folder / NAME, state, {"progress": json.dumps(progress)}, sealed=True)


def place(name, rank):
    """The name under which a process's random state is kept."""
    return f"rank-{rank}.{name}" if rank else name


def load(folder, model, optimizer, device, rank=0, say=print):
    """Put the saved state in place: (its progress, the best weights, the average); (None, {}, {}), all untouched, if there is none
    to use. One that is not as it was written is put aside, and `say` is told."""
    path = folder / NAME
    if not path.exists():
        return None, {}, {}
    weights = trained(model)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            state = {name: file.get_tensor(name) for name in file.keys()}
        tensors.prove(state, metadata)
        progress = json.loads(metadata["progress"])
        saved = {n.removeprefix("weight."): tuple(t.shape) for n, t in state.items() if n.startswith("weight.")}
        if saved != {name: tuple(p.shape) for name, p in weights.items()}:
            raise ValueError("it belongs to another model")
    except Exception as error:  # a checkpoint is a convenience: a damaged one costs time, never the run
        if out_of_memory(error):
            raise
        aside = path.with_name(f"unused-{NAME}")
        say(f"the checkpoint {path} is not used: {error}. Training begins anew; until it is done the file lies there as {aside.name}")
        if rank == 0:
            os.replace(path, aside)
        return None, {}, {}
    with torch.no_grad():
        for name, parameter in weights.items():
            parameter.copy_(state[f"weight.{name}"])
    part = lambda kind: {name.removeprefix(kind): t for name, t in state.items() if name.startswith(kind)}
    optimizers.restore(optimizer, part("optimizer."))
    own = {name: state[place(name, rank)] for name in random_states(device) if place(name, rank) in state}
    if "random.cpu" in own:  # else there were fewer processes then: this one's draws begin where its seed says
        set_random_states(own, device)
    return progress, part("best."), {name: value.to(device) for name, value in part("average.").items()}
