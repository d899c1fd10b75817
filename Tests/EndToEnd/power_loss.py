"""Power cuts, from one run's system calls: what a disk may hold at any moment, if it kept only what was asked to be kept.

A name is kept once its folder was synced after it was given, a content once its file was synced after it was written; everything
else may be there or not. Three disks are made of each moment: one that kept nothing more, one that kept every name and no more
content (names without their data are what journals of metadata give), and one that kept the rest by chance.

Knows system calls as strace writes them, not the engine.
"""

import codecs
import random
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from fault_points import finished, make, records, settle, traced
from programs import Programs

CALLS = ("openat write pwrite64 fsync fdatasync rename link unlink mkdir rmdir ftruncate copy_file_range symlink "
         "renameat linkat unlinkat mkdirat").split()
LINE = re.compile(r"^(\d+) +(.*)$")
STRING = r'"((?:[^"\\]|\\.)*)"'
PLACE = re.compile(rf'(?:AT_FDCWD|\d+)<([^>]*)>, {STRING}')  # a name in an open folder


@dataclass
class File:
    data: bytes = b""
    kept: bytes | None = None  # what it held when it was last synced


class Disk:
    """The folder `root` as processes see it, and what of it a power cut leaves for certain."""

    def __init__(self, root: Path):
        self.root = str(root)
        self.seen: dict[str, File | None] = {"": None}  # None: a folder
        self.kept: dict[str, File | None] = {"": None}
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            self.seen[name] = self.kept[name] = None if path.is_dir() else File(path.read_bytes(), path.read_bytes())

    def name(self, path: str) -> str | None:
        path = path.removesuffix("(deleted)")
        return path[len(self.root) + 1:] if path.startswith(self.root + "/") else "" if path == self.root else None

    def sync(self, name: str) -> None:
        if name not in self.seen:
            return  # a file without a name any more
        file = self.seen[name]
        if file is not None:
            file.kept = file.data
            return
        inside = {n: f for n, f in self.seen.items() if n and parent(n) == name}
        for gone in [n for n in self.kept if n and parent(n) == name and n not in inside]:
            for below in [n for n in self.kept if n == gone or n.startswith(gone + "/")]:
                del self.kept[below]
        self.kept |= inside

    def apply(self, call: str, arguments: str, result: str) -> bool:
        """Whether anything changed by a call."""
        if result.startswith("-1") or result.startswith("?"):
            return False
        strings = [codecs.escape_decode(text.encode("latin-1"))[0] for text in re.findall(STRING, arguments)]
        fds = [self.name(path) for path in re.findall(r"\d+<([^>]*)>", re.sub(STRING, '""', arguments))]
        if call.endswith("at"):
            # A name is looked up in a folder that is held open, unless it is absolute.
            texts = [codecs.escape_decode(text.encode("latin-1"))[0].decode(errors="surrogateescape") for _, text in PLACE.findall(arguments)]
            paths = [self.name(str(Path(folder) / text)) for (folder, _), text in zip(PLACE.findall(arguments), texts)]
            call = call if call == "openat" else call.removesuffix("at")
        else:
            paths = [self.name(text.decode(errors="surrogateescape")) for text in strings]
        if call == "openat":
            name = paths[0] if paths else None
            if name is None or "O_CREAT" not in arguments and "O_TRUNC" not in arguments:
                return False
            if name not in self.seen:
                self.seen[name] = File()
            elif "O_TRUNC" in arguments and self.seen[name]:
                self.seen[name].data = b""
            return True
        if call in ("fsync", "fdatasync"):
            if not fds or fds[0] is None:
                return False
            self.sync(fds[0])
            return True
        if call in ("write", "pwrite64", "ftruncate", "copy_file_range"):
            name = fds[-1] if fds else None
            file = self.seen.get(name) if name is not None else None
            if file is None:
                return False
            if call == "write":
                file.data += strings[0]
            elif call == "pwrite64":
                at = int(arguments.rsplit(",", 1)[1])
                file.data = file.data.ljust(at, b"\0")[:at] + strings[0] + file.data[at + len(strings[0]):]
            elif call == "ftruncate":
                size = int(arguments.rsplit(",", 1)[1])
                file.data = file.data[:size].ljust(size, b"\0")
            elif (source := self.seen.get(fds[0])) and (count := int(result.split()[0])):
                file.data += source.data[-count:]  # files this small are copied at once
            return True
        if any(path is None for path in paths[-1:]):
            return False
        if call == "mkdir":
            self.seen[paths[0]] = None
        elif call == "link":
            self.seen[paths[1]] = self.seen[paths[0]]
        elif call == "rename":
            for old in [n for n in self.seen if n == paths[0] or n.startswith(paths[0] + "/")]:
                self.seen[paths[1] + old[len(paths[0]):]] = self.seen.pop(old)
        elif call in ("unlink", "rmdir"):
            self.seen.pop(paths[0], None)
        return True

    def image(self, way: str, rng: random.Random) -> dict[str, bytes | None]:
        """What is on the disk after a power cut: each name with its content, or None for a folder."""
        names = dict(self.seen if way == "names" else self.kept)
        if way == "chance":
            for name in self.seen.keys() ^ self.kept.keys():
                if rng.random() < 0.5 and name in self.seen:
                    names[name] = self.seen[name]
                elif rng.random() < 0.5:
                    names.pop(name, None)
        found: dict[str, bytes | None] = {}
        for name in sorted(names):
            if name and parent(name) not in found and parent(name) != "":
                continue  # in a folder that is not there
            file = names[name]
            if file is None:
                found[name] = None
            elif way == "chance" and file.data != file.kept:
                found[name] = rng.choice([file.data, file.kept or b"", file.data[: rng.randrange(len(file.data) + 1)]])
            else:
                found[name] = file.kept or b""
        return found


def parent(name: str) -> str:
    return name.rpartition("/")[0]


def calls(log: Path) -> list[tuple[str, str, str]]:
    """(call, arguments, result) in the order in which they ended."""
    pending, found = {}, []
    for line in log.read_bytes().decode("latin-1").splitlines():
        if not (match := LINE.match(line)):
            continue
        process, text = match[1], match[2]
        if text.endswith("<unfinished ...>"):
            pending[process] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)$", text):
            text = pending.pop(process, "") + resumed[1]
        if whole := re.match(r"(\w+)\((.*)\)\s+= (.*)$", text):
            found.append((whole[1], whole[2], whole[3]))
    return found


def trace(folder: Path):
    """A run of the small project; its calls, the folder as it was before, and the records it made."""
    project = make(folder)
    before = folder.with_name(folder.name + "-before")
    shutil.copytree(folder, before)
    log = folder.with_name("power.log")
    result = traced(project, "-y", "-s", "1000000", "-e", "trace=" + ",".join(CALLS), log=log)
    assert result.returncode == 0, result.stderr
    return calls(log), before, records(project), str(folder)


def moments(found, before: Path, root: str):
    """Every moment between two calls that change something: (how many, the disk, what the run had said by then)."""
    disk, said = Disk(before), ""
    disk.root = root
    for number, (call, arguments, result) in enumerate(found):
        if call == "write" and arguments.startswith("1<pipe"):
            text = re.findall(STRING, arguments)
            said += codecs.escape_decode(text[0].encode("latin-1"))[0].decode() if text else ""
        if disk.apply(call, arguments, result):
            yield number, disk, said


def check(folder: Path, before: Path, image: dict, reference: dict, said: str) -> None:
    """The next run on such a disk ends like an undisturbed one."""
    shutil.copytree(before, folder)
    for name, content in image.items():
        path = folder / name
        if content is None:
            path.mkdir(exist_ok=True)
        elif name.startswith((".ablate", "logbook")):
            path.write_bytes(content)
    kept = {path.stem for path in (folder / ".ablate" / "records").glob("*/*.json")}
    settle(Programs(folder), reference, finished(said), kept)
    shutil.rmtree(folder)


def try_moments(folder: Path, count: int, seed: int = 1) -> tuple[int, list[str]]:
    """Power cuts at `count` moments, three disks each. Gives how many disks were tried, and what was lost."""
    found, before, reference, root = trace(folder / "traced")
    rng = random.Random(seed)
    total = sum(1 for _ in moments(found, before, root))
    chosen = set(rng.sample(range(total), min(count, total)))
    tried, lost = 0, []
    for position, (number, disk, said) in enumerate(moments(found, before, root)):
        if position not in chosen:
            continue
        for way in ("kept", "names", "chance"):
            tried += 1
            try:
                check(folder / f"{position}-{way}", before, disk.image(way, rng), reference, said)
            except Exception as error:  # noqa: BLE001 - each loss is told, and the next moment tried
                lost.append(f"after {found[number][0]}({found[number][1][:160]}), {way}: {error}")
    return tried, lost
