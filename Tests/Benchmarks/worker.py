"""Measures fine-tuning against its peers, all in one run and as ratios: python Tests/Benchmarks/worker.py --device cpu

Beside the tests, because it needs the worker's Python environment and no Swift. Ratios are medians over rounds in which
ours and the peer's take turns; the losses must agree, or the comparison is none.
"""

import argparse
import dataclasses
import json
import platform
import statistics
import sys
import tempfile
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[2] / "Sources" / "4-run" / "Workers"
sys.path[:0] = [str(PACKAGES), str(Path(__file__).resolve().parent)]
sys.dont_write_bytecode = True

BARS = {"packed_vs_trainer": 1.6, "packed_whole_vs_trainer": 1.6, "shared_100_150_vs_trainer": 2.2,
        "shared_400_150_vs_trainer": 3.5, "packed_vs_h2o": 2.0}
SAVED_BAR = 50
PAGES = Path(__file__).resolve().parents[2] / "docs" / "benchmarks"


def compare(peer, ours, rounds, cold):
    """{name: figures} of the ways `ours` names, each in turn with the peer; medians. `cold`: one round more comes first."""
    times, found = {name: [] for name in ours}, {}
    for number in range(-cold, rounds):
        theirs = peer()
        for name, way in ours.items():
            mine = way()
            if number >= 0:
                times[name].append((theirs[0], mine[0]))
            found[name] = {"peer-loss": theirs[1], "our-loss": mine[1],
                           "tokens": {kind: mine[2][f"{kind}-tokens"] for kind in ("logical", "unique", "padded")}}
    for name, pairs in times.items():
        found[name] |= {"ratio": statistics.median(a / b for a, b in pairs), "ratios": [round(a / b, 3) for a, b in pairs],
                        "peer-seconds": statistics.median(a for a, _ in pairs),
                        "our-seconds": statistics.median(b for _, b in pairs), "bar": BARS[name]}
    return found


def ratios(folder, sizes, device, say):
    import peers
    from problems import Problem
    short = Problem(Path(folder) / "100-150", sizes, 100, 150)
    long = Problem(Path(folder) / "400-150", dataclasses.replace(sizes, steps=max(1, sizes.steps * 2 // 3)), 400, 150)
    whole = lambda: short.train(device, "rows", "off", whole=True)
    plan = [(short, peers.trainer, "rows", {"packed_vs_trainer": lambda: short.train(device, "rows", "off"),
                                            "packed_whole_vs_trainer": whole}),
            (short, peers.trainer, "groups", {"shared_100_150_vs_trainer": lambda: short.train(device, "groups", "on")}),
            (long, peers.trainer, "groups", {"shared_400_150_vs_trainer": lambda: long.train(device, "groups", "on")}),
            (short, peers.studio, "rows", {"packed_vs_h2o": lambda: short.train(device, "rows", "off")})]
    found, warm = {}, set()
    for problem, peer, order, ours in plan:
        found |= compare(lambda: peer(problem, device, order), ours, sizes.rounds, cold=peer not in warm)
        warm.add(peer)
        for name in ours:
            say(f"{name}: {found[name]['ratio']:.2f} (bar {BARS[name]}), losses {found[name]['our-loss']:.5f} and "
                f"{found[name]['peer-loss']:.5f}")
    return found


NOTES = """
Lengths are log-normal with a standard deviation of .6 of the mean: 100 tokens a question and 150 an answer, in
`shared_400_150` 400 and 150; seven answers to a question. Both sides take the same batches in the same order, one round after
the other, LoRA without dropout; equal losses say that they compute the same. (H2O LLM Studio's head reads the language model's logits, so its loss
is another.) `packed_whole` computes the last layer's MLP for every token, where `packed` does so for the last of each row alone:
much in a model of few layers, a fortieth of the work in one of 32. The peers' times are of their loops alone, ours likewise.
"""


def markdown(report, command):
    """The report as a page."""
    lines = [f"# Fine-tuning: {report['device']}", f"`{command}`, {report['machine']}, {report['threads']} thread(s), Python "
             f"{report['python']}, " + ", ".join(f"{k} {v}" for k, v in report["versions"].items()) + ".",
             report["model"], "",
             "| comparison | ratio | bar | rounds | ours, s | peer, s | our loss | peer's loss | logical, unique tokens |",
             "|---|---|---|---|---|---|---|---|---|"]
    for name, found in report["ratios"].items():
        cells = [name, f"**{found['ratio']:.2f}**", found["bar"], ", ".join(f"{ratio:.2f}" for ratio in found["ratios"]),
                 f"{found['our-seconds']:.2f}", f"{found['peer-seconds']:.2f}", f"{found['our-loss']:.5f}",
                 f"{found['peer-loss']:.5f}", f"{found['tokens']['logical']}, {found['tokens']['unique']}"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", "| kept for the gradient, bfloat16 | bytes per token, layer and hidden unit |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in report["saved_bytes_per_hidden"].items()]
    lines.append(NOTES.rstrip())
    if report.get("cuda"):
        lines += ["", "| a backbone in the shape of Mistral 7B, random weights, bfloat16, LoRA of rank 16 | measured | bar | |",
                  "|---|---|---|---|"]
    for name, found in report.get("cuda", {}).items():
        bar = next((f"{kind.replace('-', ' ')} {found[kind]}" for kind in ("at-least", "at-most") if kind in found), "")
        value = "not measured" if found["value"] is None else f"**{found['value']:.3g}**"
        lines.append(f"| {name} | {value} | {bar} | {found['note']} |")
    return "\n".join(lines) + "\n"


def flattened(report):
    """The report with each figure under its own name, and the bars by name: what a program compares."""
    cuda = report.get("cuda", {})
    figures = {name: found["ratio"] for name, found in report["ratios"].items()}
    figures |= {"saved_bytes": report["saved_bytes_per_hidden"]["ours"]} | {n: f["value"] for n, f in cuda.items()}
    bars = {name: {"at-least": found["bar"]} for name, found in report["ratios"].items()} | {"saved_bytes": {"at-most": SAVED_BAR}}
    bars |= {name: {kind: found[kind]} for name, found in cuda.items() for kind in ("at-least", "at-most") if kind in found}
    return {"schema_version": 1, **figures, "bars": bars, **report}


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Measures fine-tuning against its peers.")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="of both sides, on the CPU")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--report", help="also write the JSON to this file")
    parser.add_argument("--output", help="also write the report as a page")
    parser.add_argument("--write", action="store_true", help="the page is docs/benchmarks/worker-<device>.md")
    parser.add_argument("--tiny", action="store_true", help="sizes that only show that it runs: the figures mean nothing")
    given = parser.parse_args(arguments)
    import torch
    import transformers
    import peft
    import memory
    from ablate_worker.protocol import devices
    from problems import Sizes
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(given.threads)
    say = (lambda line: print(line, file=sys.stderr, flush=True)) if given.json else lambda line: print(line, flush=True)
    sizes = Sizes()
    if given.device == "cuda":
        sizes = Sizes(hidden=2048, layers=8, head=128, vocabulary=4096, batch=28, steps=10, rank=16)
    if given.tiny:
        sizes = Sizes(hidden=64, layers=1, steps=1, rounds=1)
    with tempfile.TemporaryDirectory() as folder:
        found = ratios(folder, sizes, given.device, say)
    saved = memory.saved_bytes(given.tiny)
    say("saved bytes per token, layer and hidden unit: " + ", ".join(f"{k} {v:.1f}" for k, v in saved.items()))
    report = {"device": given.device, "machine": devices.describe(torch.device(given.device))["name"], "threads": given.threads,
              "python": platform.python_version(),
              "versions": {module.__name__: module.__version__ for module in (torch, transformers, peft)},
              "model": f"Mistral of {sizes.layers} layers, hidden {sizes.hidden}, vocabulary {sizes.vocabulary}; LoRA of rank "
                       f"{sizes.rank} on every linear layer; {sizes.steps} steps of {sizes.batch} rows, two thirds "
                       f"of them in shared_400_150; medians of {sizes.rounds} rounds.",
              "ratios": found, "saved_bytes_per_hidden": saved, "saved_bar": SAVED_BAR}
    if given.device == "cuda":
        import large
        with tempfile.TemporaryDirectory() as folder:
            report["cuda"] = large.measure(given.tiny, say, folder=folder)
    flat = flattened(report)
    if given.json:
        print(json.dumps(flat, indent=1))
    if given.report:
        Path(given.report).write_text(json.dumps(flat, indent=1) + "\n")
    if given.output or given.write:
        options = f"--device {given.device} --threads {given.threads}" + (" --tiny" if given.tiny else "")
        page = given.output or PAGES / f"worker-{given.device}.md"
        Path(page).write_text(markdown(report, f"python Tests/Benchmarks/worker.py {options}"))
    return report


if __name__ == "__main__":
    main()
