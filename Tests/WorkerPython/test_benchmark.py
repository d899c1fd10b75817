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
    for name, bar in report["bars"].items():  # what a program compares
        assert report[name] > 0 and len(bar) == 1
    for name, found in report["ratios"].items():
        assert found["ratio"] > 0 and found["bar"] > 1 and f"| {name} | **{found['ratio']:.2f}** |" in page.read_text()
        if name != "packed_vs_h2o":  # whose head reads other numbers
            assert abs(found["our-loss"] - found["peer-loss"]) < 1e-4, "the same rows, steps and first weights"
        assert (found["tokens"]["unique"] < found["tokens"]["logical"]) == name.startswith("shared")
    saved = report["saved_bytes_per_hidden"]
    assert saved["ours"] <= report["saved_bar"] < saved["peft"]


def test_what_is_measured_on_a_gpu_runs_here_as_well(tmp_path):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import large
        found = large.measure(tiny=True, say=lambda line: None, device=torch.device("cpu"), folder=tmp_path)
    finally:
        sys.path.remove(str(BENCHMARKS))
    assert set(large.BARS) <= set(found)
    unknown = {"train_mfu", "predict_mfu", "memory_16k_gib", "nf4_vs_bf16"}  # a GPU's peak and memory, a library
    assert all(figure["value"] > 0 for name, figure in found.items() if name not in unknown)
