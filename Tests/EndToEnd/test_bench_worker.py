"""`bench worker`: one command, one document, each figure under its own name."""

import json
import subprocess
import sys

from conftest import BINARY, ROOT

BENCH = BINARY.parent / "bench"


def test_every_ratio_stands_under_its_name_with_its_bar():
    made = subprocess.run([BENCH, "worker", "--device", "cpu", "--json", "--tiny", "--python", sys.executable],
                          capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert made.returncode == 0, made.stderr
    document = json.loads(made.stdout)
    names = {"packed_vs_trainer", "shared_100_150_vs_trainer", "shared_400_150_vs_trainer", "packed_vs_h2o", "saved_bytes"}
    assert names <= set(document["bars"]) and all(document[name] > 0 for name in document["bars"])
    assert document["ratios"]["packed_vs_trainer"]["ratio"] == document["packed_vs_trainer"]


def test_it_says_where_it_is_to_be_run(tmp_path):
    made = subprocess.run([BENCH, "worker"], capture_output=True, text=True, cwd=tmp_path)
    assert made.returncode == 64 and "in the repository" in made.stderr
