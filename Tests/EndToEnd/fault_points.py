"""Every system call of a small run as a place where it may end or fail: what is left must be whole, and the next run must end
like one that nothing disturbed.

Knows files, system calls and the store's layout, not the engine. A test tries a sample, `make stress` a thousand.
"""

import collections
import hashlib
import json
import random
import re
import shutil
import subprocess
from pathlib import Path

from conftest import BINARY
from programs import Programs

# Files and folders, a chain, and a step of its own: what a store must be able to publish.
STEPS = """\
  one: {command: [sh, one.sh, "{in.source}", "{out.text}", "{out.parts}"], inputs: {source: ./source.txt}, outputs: [text, parts]}
  two: {command: [cp, "{in.text}", "{out.copy}"], inputs: {text: one.text}, outputs: [copy]}
  three: {command: [sh, -c, "cat $1/* > $2", x, "{in.parts}", "{out.whole}"], inputs: {parts: one.parts}, outputs: [whole]}
"""
SCRIPT = 'set -e\ncat "$1" > "$2"\nmkdir "$3"\necho 1 > "$3/a"\necho 2 > "$3/b"\n'

# What changes a file system, and what a run looks at. Memory, clocks and threads are the kernel's own business.
CALLS = ("openat write pwrite64 pread64 read fsync fdatasync rename renameat2 link unlink mkdir rmdir ftruncate fchmod symlink "
         "flock fcntl close newfstatat getdents64 copy_file_range execve clone3 vfork wait4").split()
ERRORS = {
    "openat": ("EMFILE", "ENOSPC", "EIO"), "write": ("ENOSPC", "EIO"), "pwrite64": ("ENOSPC", "EIO"), "fsync": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC"), "link": ("EIO", "ENOSPC", "EMLINK"), "mkdir": ("ENOSPC", "EIO"), "ftruncate": ("EIO",),
    "pread64": ("EIO",), "read": ("EIO",), "copy_file_range": ("EIO", "ENOSPC"), "flock": ("ENOLCK",), "symlink": ("ENOSPC",),
    "clone3": ("EAGAIN",), "unlink": ("EIO",), "fchmod": ("EIO",), "newfstatat": ("EIO",)}

Point = collections.namedtuple("Point", "call number fault")  # fault: KILL, or an error that this call or all from it on give


def make(folder: Path) -> Programs:
    project = Programs.make(folder, STEPS)
    project.write("source.txt", "words\n")
    project.write("one.sh", SCRIPT)
    return project


def traced(project: Programs, *options: str, log: Path | None = None) -> subprocess.CompletedProcess:
    command = ["strace", "-f", "-qq", "-o", str(log or "/dev/null"), *options, *project.command("run", "--json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=project.environment())


def counts(project: Programs, log: Path) -> dict[str, int]:
    """How often one thread at most makes each call: strace counts along threads."""
    assert traced(project, "-e", "trace=" + ",".join(CALLS), log=log).returncode == 0
    found: collections.Counter = collections.Counter()
    for line in log.read_text(errors="replace").splitlines():
        if call := re.match(r"(\d+) +(\w+)\(", line):
            found[call[1], call[2]] += 1
    most: dict[str, int] = {}
    for (_, call), number in found.items():
        most[call] = max(most.get(call, 0), number)
    return most


def points(most: dict[str, int]) -> list[Point]:
    """All of them: killed at each call, and each call that may fail failing, once and from then on."""
    found = [Point(call, number, "KILL") for call in sorted(most) for number in range(1, most[call] + 1)]
    for call, errors in sorted(ERRORS.items()):
        for number in range(1, most.get(call, 0) + 1):
            found += [Point(call, number, error) for error in errors]
            if "ENOSPC" in errors and call != "write":  # a runtime whose wake-up calls fail for ever has no next step
                found.append(Point(call, number, "ENOSPC+"))
    return found


def sample(found: list[Point], count: int, seed: int = 1) -> list[Point]:
    """Points spread over all calls: as many of a call as its share, and of every call at least one."""
    rng = random.Random(seed)
    groups = collections.defaultdict(list)
    for point in found:
        groups[point.call, point.fault].append(point)
    chosen = [rng.choice(group) for group in groups.values()]
    rest = [point for point in found if point not in set(chosen)]
    rng.shuffle(chosen)
    return (chosen + rng.sample(rest, min(len(rest), max(0, count - len(chosen)))))[:count]


def injection(point: Point) -> str:
    if point.fault == "KILL":
        return f"inject={point.call}:signal=KILL:when={point.number}"
    sign = "+" if point.fault.endswith("+") else ""
    return f"inject={point.call}:error={point.fault.rstrip('+')}:when={point.number}{sign}"


def records(project: Programs) -> dict[str, dict]:
    """Every record under its final name: key to outputs. One that cannot be read is an AssertionError: nothing is half there."""
    found = {}
    for path in sorted((project.folder / ".ablate" / "records").glob("*/*.json")):
        record = json.loads(path.read_text())["record"]
        assert record["key"] == path.stem, f"{path} is of another key"
        found[record["key"]] = {name: digests(output) for name, output in record["outputs"].items()}
    return found


def digests(output: dict) -> list[str]:
    """The contents of an output: of a file one, of a folder all of its files, by their names."""
    if "digest" in output and "entries" not in output:
        return [output["digest"]]
    return [f"{entry['path']} {entry['digest']}" for entry in output["entries"]]


def check_objects(project: Programs) -> None:
    for path in (project.folder / ".ablate" / "objects").glob("*/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name, f"{path} is not what its name says"


def finished(output: str) -> set[str]:
    """The addresses that the run said were finished, as far as it got."""
    lines = [line for line in output.splitlines() if line.startswith("{") and line.endswith("}")]
    return {event["address"] for event in map(json.loads, lines) if event["event"] == "finished"}


def settle(project: Programs, reference: dict, told: set[str], kept: set[str]) -> None:
    """Invariant I: the next run ends like an undisturbed one, runs no finished step again, and leaves nothing behind.

    - told: the addresses that were said to be finished; kept: the keys of the records that were there.
    """
    executed = set(project.run())
    assert not executed & told, f"finished, and run again: {executed & told}"
    assert records(project) == reference
    check_objects(project)
    store = project.folder / ".ablate"
    assert kept <= set(reference)
    left = [str(path.relative_to(store)) for name in ("attempts", "scratch", "reservations") for path in (store / name).rglob("*")]
    assert subprocess.run([BINARY, "store", "gc", "--store", store], capture_output=True).returncode == 0
    left += [str(path.relative_to(store)) for path in store.rglob(".*") if not path.name.startswith(".store-") and path.name != ".gitignore"]
    assert not left, f"left behind: {left}"
    assert not (store / "quarantine").exists() or not list((store / "quarantine").iterdir())
    assert subprocess.run([BINARY, "store", "verify", "--store", store], capture_output=True).returncode == 0
    assert (project.folder / "logbook" / "index.html").stat().st_size > 1000
    assert project.run() == []


def attempt(point: Point, folder: Path, reference: dict) -> str:
    """Tries a point; gives what became of the run: killed, failed, or went on."""
    project = make(folder)
    result = traced(project, "-e", "trace=" + point.call, "-e", injection(point))
    assert "Fatal error" not in result.stderr and result.returncode not in (132, 133, 134, 139), f"a crash: {result.stderr[-2000:]}"
    told, left = finished(result.stdout), {}
    if (project.folder / ".ablate" / "records").exists():
        left = records(project)
    for key, outputs in left.items():
        assert reference.get(key) == outputs, "a wrong result was recorded"
    check_objects(project)
    if "OVERVIEW:" in result.stdout:
        assert not left, "Swift's own start could not read the arguments, and something was run"
    elif result.returncode == 0 and point.fault != "KILL":
        assert left == reference, "a run that says it is done has every result"
    elif point.fault != "KILL":
        assert result.stderr.strip() or '"failed"' in result.stdout, "an error without a word"
    settle(project, reference, told, set(left))
    shutil.rmtree(folder)
    return "killed" if result.returncode in (-9, 137) else "went on" if result.returncode == 0 else "failed"


def reference(folder: Path) -> tuple[dict, dict[str, int]]:
    """The records of an undisturbed run, and how often it makes each call."""
    project = make(folder / "reference")
    most = counts(project, folder / "calls.log")
    found = records(project)
    assert len(found) == 3
    return found, most


def try_points(folder: Path, count: int, seed: int = 1, say=print) -> tuple[collections.Counter, list[str]]:
    """Tries `count` points. Gives how the disturbed runs ended, and what was lost."""
    expected, most = reference(folder)
    everything = points(most)
    chosen = sample(everything, count, seed)
    say(f"{len(everything)} points in {sum(most.values())} system calls; trying {len(chosen)}")
    outcomes: collections.Counter = collections.Counter()
    lost = []
    for number, point in enumerate(chosen):
        try:
            outcomes[attempt(point, folder / str(number), expected)] += 1
        except Exception as error:  # noqa: BLE001 - every kind of loss is told, and the next point tried
            lost.append(f"{point.fault} at {point.call} {point.number}: {error}")
            say(f"LOST: {lost[-1]}")
        if number % 100 == 99:
            say(f"{number + 1} tried: {dict(outcomes)}")
    return outcomes, lost
