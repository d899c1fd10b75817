"""The benchmark of fine-tuning runs, compares like with like, and keeps less per token than it allows."""

import json
import subprocess
import sys
from pathlib import Path

import torch

BENCHMARKS = Path(__file__).resolve().parents[1] / "Benchmarks"


def test_the_benchmark_runs_and_its_losses_agree(tmp_path):
    page = tmp_path / "page.md"
    made = subprocess.run([sys.executable, "-P", BENCHMARKS / "worker.py", "--tiny", "--json", "--output", page],
                          capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    report = json.loads(made.stdout)
    for name, found in report["ratios"].items():
        assert found["ratio"] > 0 and found["bar"] > 1 and f"| {name} | **{found['ratio']:.2f}** |" in page.read_text()
        if name != "packed_vs_h2o":  # whose head reads other numbers
            assert abs(found["our-loss"] - found["peer-loss"]) < 1e-4, "the same rows, steps and first weights"
        assert (found["tokens"]["unique"] < found["tokens"]["logical"]) == name.startswith("shared")
    saved = report["saved_bytes_per_hidden"]
    assert saved["ours"] <= report["saved_bar"] < saved["peft"]


def test_what_is_measured_on_a_gpu_runs_here_as_well():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import large
        found = large.measure(tiny=True, say=lambda line: None, device=torch.device("cpu"))
    finally:
        sys.path.remove(str(BENCHMARKS))
    assert "unique tokens/s" in found["train, bfloat16, deterministic"] and "deterministic training" in found
