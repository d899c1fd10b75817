"""The worker's own code on a GPU that is not there: no driver, no CUDA build of torch, no memory; devices, types and shapes are real.

Run `python -m pytest Tests/DryGPU` with an interpreter that has requirements.lock and Tests/requirements.txt. With one that has a
CUDA build of torch the same tests drive that build. What comes out is no number: results are held by Tests/WorkerPython.
"""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent / "Sources" / "4-run" / "Workers"), str(TESTS / "WorkerPython")]
sys.dont_write_bytecode = True
os.environ.setdefault("PYTORCH_JIT", "0")  # as in a worker
# The other conftest, for the settings of small steps that it makes.
settings = importlib.util.spec_from_file_location("settings", TESTS / "WorkerPython" / "conftest.py")
sys.modules["settings"] = importlib.util.module_from_spec(settings)
settings.loader.exec_module(sys.modules["settings"])


@pytest.fixture(scope="session")
def given(tmp_path_factory):
    import drive
    return drive.write_inputs(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="session")
def backbone(tmp_path_factory):
    """A function from a family, and what differs in its configuration, to a folder; each is made once."""
    import inprocess
    import transformers
    transformers.utils.logging.set_verbosity_error()
    made = {}

    def make(family, **changes):
        if family not in ("gemma2", "gemma3_text", "modernbert"):  # whose layers differ
            changes = {"num_hidden_layers": 1} | changes
        name = family, *sorted(changes.items())
        if name not in made:
            made[name] = inprocess.make_backbone(family, tmp_path_factory.mktemp(family), **changes)
        return made[name]
    return make


@pytest.fixture(autouse=True)
def device(monkeypatch):
    import drive
    import fakegpu
    from ablate_worker.models import backbones
    from ablate_worker.protocol import devices
    monkeypatch.setattr(devices, "choose", lambda wanted: fakegpu.DEVICE)
    monkeypatch.setattr(backbones, "load", drive.load)
    yield fakegpu.DEVICE
    devices.settle(1)
