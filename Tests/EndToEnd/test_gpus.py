"""GPUs handed out, by whole ones and by memory. The slots are of a made-up machine: nothing here computes on one."""

import json
import subprocess
import time
from pathlib import Path

from programs import Programs

SAY = "echo $CUDA_VISIBLE_DEVICES > \"$1\"; date +%s.%N >> \"$1\"; sleep 0.5; date +%s.%N >> \"$1\""


def runs(project, count: int) -> list[tuple[list[str], float, float]]:
    """(GPUs, begin, end) of the steps s0, s1, ..."""
    found = []
    for n in range(count):
        gpus, begin, end = project.result(f"s{n}", f"o{n}").splitlines()
        found.append((gpus.split(",") if gpus else [], float(begin), float(end)))
    return found


def make(tmp_path: Path, resources: list[str]) -> Programs:
    return Programs.make(tmp_path / "project", "".join(
        f"  s{n}: {{command: [sh, -c, '{SAY}', s{n}, '{{out.o{n}}}'], outputs: [o{n}], resources: {{cores: 0, {what}}}}}\n"
        for n, what in enumerate(resources)))


def most(found, gpu: str) -> int:
    """How many had this GPU at once."""
    mine = [(begin, end) for gpus, begin, end in found if gpu in gpus]
    return max(sum(begin <= moment < end for begin, end in mine) for moment, _ in mine)


def test_whole_gpus_are_never_shared(tmp_path):
    project = make(tmp_path, ["gpus: 1"] * 4 + ["gpus: 2"])
    (project.folder / "site.yaml").write_text("cores: 8\ngpus: 2\n")
    assert len(project.names()) == 5
    found = runs(project, 5)
    assert [most(found, gpu) for gpu in "01"] == [1, 1] and sorted(found[4][0]) == ["0", "1"]
    assert {gpus[0] for gpus, *_ in found[:4]} == {"0", "1"}, "both are used"


def test_gpus_are_shared_by_memory(tmp_path):
    """Of 80 GB, two steps of 30 and one of 20 fit; who says nothing has its GPU alone."""
    project = make(tmp_path, ["gpus: 1, gpu-memory: 30000"] * 4 + ["gpus: 1, gpu-memory: 20000"] * 2 + ["gpus: 1"])
    (project.folder / "site.yaml").write_text("cores: 8\ngpus: 2\ngpu-memory: 80000\n")
    assert len(project.names()) == 7
    found = runs(project, 7)
    need = [30000] * 4 + [20000] * 2 + [80000]
    for gpu in "01":
        for _, moment, _ in found:
            assert sum(n for n, (gpus, begin, end) in zip(need, found) if gpu in gpus and begin <= moment < end) <= 80000
    assert max(most(found, gpu) for gpu in "01") >= 2, "nothing was shared"
    (project.folder / "site.yaml").write_text("cores: 8\ngpus: 2\n")
    project.write("train.csv", "id,answer,who\n1,x,a\n")
    assert project.names() == [], "the site is in no key"


def workers(engine: int) -> list[str]:
    """CUDA_VISIBLE_DEVICES of an engine's workers."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and b"ablate_worker" in (process / "cmdline").read_bytes() \
                    and f"ABLATE_PROCESS_TREE={engine}-".encode() in (process / "environ").read_bytes():
                variables = dict(v.split(b"=", 1) for v in (process / "environ").read_bytes().split(b"\0") if b"=" in v)
                found.append(variables[b"CUDA_VISIBLE_DEVICES"].decode())
        except OSError:
            continue
    return found


def test_fine_tunes_run_side_by_side_each_on_its_gpu(fresh):
    with open(fresh.folder / "site.yaml", "a") as site:
        site.write("cores: 4\ngpus: 2\n")
    engine = subprocess.Popen(
        fresh.command("run", "--json", "tiny/**"), env=fresh.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seen, deadline = set(), time.monotonic() + 240
    while engine.poll() is None and time.monotonic() < deadline:
        seen |= set(workers(engine.pid))
        time.sleep(0.05)
    out, err = engine.communicate(timeout=20)
    assert engine.returncode == 0, err
    assert {"0", "1"} <= seen <= {"", "0", "1"}, "each worker sees one GPU, or none"
    at_once, running = 0, set()
    for event in map(json.loads, out.splitlines()):
        if "/finetune" in event.get("address", "") or "fine-tune" in event.get("address", ""):
            (running.add if event["event"] == "started" else running.discard if event["event"] == "finished" else len)(event["address"])
            at_once = max(at_once, len(running))
    assert at_once == 2
