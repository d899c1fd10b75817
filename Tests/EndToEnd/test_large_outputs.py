"""Large outputs: hashed once as a stream, moved and linked, never copied, with an engine that stays small."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from programs import Programs

SIZE = 192 << 20

STEPS = """\
  big: {command: [sh, -c, 'head -c %d /dev/urandom > "$1"; mkdir "$2"; head -c %d /dev/urandom > "$2/weights"; cp "$1" "$2/twin"', big, '{out.file}', '{out.folder}'], outputs: [file, folder]}
  reads: {command: [sh, -c, 'wc -c < "$1" > "$3"; wc -c < "$2/twin" >> "$3"', reads, '{in.file}', '{in.folder}', '{out.size}'], inputs: {file: big.file, folder: big.folder}, outputs: [size]}
""" % (SIZE, SIZE)

CALL = re.compile(r"^(\w+)\((\d+)<([^>]*)>.*\) += (\d+)")


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here")
def test_a_large_output_is_read_once_and_copied_never(tmp_path):
    project = Programs.make(tmp_path / "project", STEPS)
    log = tmp_path / "calls"
    log.mkdir()
    subprocess.run(
        ["strace", "-ff", "-qq", "-y", "-e", "trace=read,pread64,readv,write,pwrite64,writev,copy_file_range,sendfile,execve",
         "-o", str(log / "of"), *project.command("run", "--json")], env=project.environment(), check=True, capture_output=True)
    read, written = {}, 0
    for thread in log.iterdir():
        lines = thread.read_text(errors="replace").splitlines()
        # A program's thread begins with its execve, or goes on from there; the engine's are those of `ablate` alone.
        if any("execve(" in line and "/ablate\"" not in line.split(",", 1)[0] for line in lines):
            continue
        for name, _, path, count in (call.groups() for call in map(CALL.match, lines) if call):
            if name in ("read", "pread64", "readv"):
                read[path] = read.get(path, 0) + int(count)
            elif name != "execve":
                written += int(count)
    large = sorted(count for count in read.values() if count > 1 << 20)
    assert large == [SIZE] * 3, "each of the three files once"
    assert written < 2 << 20, "nothing large is copied"
    stored = sum(path.stat().st_size for path in (project.folder / ".ablate" / "objects").rglob("*") if path.is_file())
    assert stored < 2 * SIZE + (1 << 20), "the same content twice is one object"
    assert project.result("reads", "size").split() == [str(SIZE)] * 2
    assert project.names() == [] and project.plan() == {"big/command": "reuse", "reads/command": "reuse"}


def test_the_engine_stays_small_whatever_passes_through_it(tmp_path):
    project = Programs.make(tmp_path / "project", STEPS)
    engine = subprocess.Popen(project.command("run", "--json"), env=project.environment(), stdout=subprocess.DEVNULL)
    peak = 0
    while engine.poll() is None:
        try:
            status = Path(f"/proc/{engine.pid}/status").read_text()
            peak = max(peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
        except OSError:
            pass
        time.sleep(0.005)
    assert engine.returncode == 0
    assert 1_000 < peak < 100_000, "kB"
