"""A store that an earlier ablate wrote is opened by this one, and everything in it is found again.

`stores/` holds a project for each: recipe, tables and store, as they were left by a run. None is ever written anew.
"""

import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import BINARY, Project

STORES = sorted((Path(__file__).parent / "stores").glob("*.tgz"))


@pytest.mark.parametrize("archive", STORES, ids=lambda path: path.stem)
def test_an_old_store_is_reused_whole(tmp_path, archive):
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    project = Project(tmp_path)
    states = project.plan()
    again = {address: state for address, state in states.items() if state != "reuse"}
    assert len(states) > 50 and not again, again
    verified = subprocess.run([BINARY, "store", "verify", "--store", tmp_path / ".ablate"], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
