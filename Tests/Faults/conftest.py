"""The fixtures of the command's tests, and the folder of cases that people met."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parent / "cases"
_path = Path(__file__).resolve().parents[1] / "EndToEnd" / "conftest.py"
_specification = importlib.util.spec_from_file_location("command", _path)
command = importlib.util.module_from_spec(_specification)
sys.modules["command"] = command  # tests say: from command import BINARY, Project, write_tables
_specification.loader.exec_module(command)
globals().update({name: value for name, value in vars(command).items() if not name.startswith("__")})


@pytest.fixture
def case(tmp_path):
    """A fresh copy of the folder of inputs that has this name."""
    def copy(name: str) -> Path:
        return Path(shutil.copytree(CASES / name, tmp_path / name))
    return copy
