"""The package's files as such: rooms of a size, imports that run one way, and locks that name hashes and no host."""

import ast
import re

import pytest
from conftest import PACKAGES

PACKAGE = PACKAGES / "ablate_worker"
FILES = sorted(p.relative_to(PACKAGE) for p in PACKAGE.rglob("*.py"))
# Each room and those it may import from, besides itself.
ROOMS = {
    "protocol": set(),
    "texts": {"protocol"},
    "files": {"protocol"},
    "targets": {"files", "protocol"},
    "models": {"files", "protocol"},
    "stacking": {"targets", "files", "texts", "protocol"},
    "training": {"models", "files", "protocol"},
    "kinds": {"training", "stacking", "models", "targets", "files", "texts", "protocol"},
}


def imported(file):
    """[(room or None, module)] of this package that a file imports, also inside functions."""
    found, own = [], list(file.parts[:-1])
    for node in ast.walk(ast.parse((PACKAGE / file).read_text())):
        if isinstance(node, ast.Import):
            assert not any(alias.name.split(".")[0] == "ablate_worker" for alias in node.names), f"{file} imports its package by name"
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] != "ablate_worker", f"{file} imports its package by name"
        elif isinstance(node, ast.ImportFrom):
            path = own[:len(own) - node.level + 1] + (node.module.split(".") if node.module else [])
            for name in [alias.name for alias in node.names]:
                full = path + [name] if len(path) < 2 and (PACKAGE.joinpath(*path, name + ".py")).exists() else path or [name]
                found.append((full[0] if (PACKAGE / full[0]).is_dir() else None, full[-1]))
    return found


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_is_short_and_begins_by_saying_what_it_does(file):
    lines = (PACKAGE / file).read_text().splitlines()
    assert lines[0].startswith('"""')
    assert len(lines) <= 300 or "Written by `make generate`" in lines[0]


def test_every_folder_is_a_room_of_at_most_twenty_files():
    assert {p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__"} == set(ROOMS)
    for room in ROOMS:
        assert (PACKAGE / room / "__init__.py").exists()
        assert len(list((PACKAGE / room).iterdir())) <= 21  # and the front page


@pytest.mark.parametrize("file", [f for f in FILES if len(f.parts) == 2], ids=str)
def test_imports_run_one_way_through_the_rooms(file):
    room = file.parts[0]
    for other, module in imported(file):
        assert other == room or other in ROOMS[room], f"{file} imports {other or 'the root'}'s {module}"
        assert not (room == other == "kinds"), f"{file} imports the kind {module}: what two kinds need lies in a room below"


@pytest.mark.parametrize("file", [f for f in FILES if f.parts[0] in set(ROOMS) - {"kinds", "protocol"}], ids=str)
def test_no_room_below_the_kinds_is_handed_a_step_or_a_channel(file):
    for node in ast.walk(ast.parse((PACKAGE / file).read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id not in ("step", "channel"), f"{file}:{node.lineno}: what is needed is to be named"


def test_no_file_imports_itself_by_way_of_others():
    ways = {file.stem if len(file.parts) == 1 else f"{file.parts[0]}.{file.stem}":
            {f"{room}.{module}" if room and room != module else module for room, module in imported(file)} for file in FILES}

    def reach(name, path):
        assert name not in path, " -> ".join([*path, name])
        for other in ways.get(name, ()):
            reach(other, [*path, name])
    for name in ways:
        reach(name, [])


def test_every_kind_has_its_module():
    from ablate_worker.protocol.parameters import KINDS
    assert {f.stem for f in FILES if f.parts[0] == "kinds"} - {"__init__"} == set(KINDS)
    for kind in KINDS:
        assert re.search(r"^def run\(step\):", (PACKAGE / "kinds" / f"{kind}.py").read_text(), re.M)


def test_locks_pin_every_package_by_hash_and_name_no_host():
    for name in ("requirements.lock", "requirements-cuda.lock", "requirements-cpu.lock"):
        text = (PACKAGE / name).read_text()
        assert "://" not in text
        entries = re.split(r"^(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.M), flags=re.M)
        for entry in filter(None, entries):
            assert re.match(r"[a-z0-9-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n$", entry), entry
    common, cuda = ((PACKAGE / f"requirements{part}.lock").read_text() for part in ("", "-cuda"))
    assert not re.search(r"^(nvidia|cuda|triton)", common, re.M) and re.search(r"^nvidia-cublas==", cuda, re.M)
