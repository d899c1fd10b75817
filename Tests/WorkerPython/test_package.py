"""The package's files as such: flat, short, and locks that name hashes and no host."""

import re

from conftest import PACKAGES

PACKAGE = PACKAGES / "ablate_worker"


def test_the_package_is_flat_and_its_files_are_short():
    assert not [p for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__"]
    for file in PACKAGE.glob("*.py"):
        lines = file.read_text().splitlines()
        assert lines[0].startswith('"""'), f"{file.name} does not begin by saying what it does"
        assert len(lines) <= 300, f"{file.name} is too long"


def test_every_kind_has_its_module():
    source = (PACKAGE / "__main__.py").read_text()
    kinds = dict(re.findall(r'"(\w+)": "(\w+)"', re.search(r"KINDS = \{(.*?)\}", source, re.S)[1]))
    assert set(kinds) == {"ingest", "tokenize", "finetune", "fit", "predict", "fetch", "features", "stack", "annotate", "explore", "export", "publish", "convert", "extract"}
    for module in kinds.values():
        assert re.search(r"^def run\(step\):", (PACKAGE / f"{module}.py").read_text(), re.M)


def test_locks_pin_every_package_by_hash_and_name_no_host():
    for name in ("requirements.lock", "requirements-cuda.lock", "requirements-cpu.lock"):
        text = (PACKAGE / name).read_text()
        assert "://" not in text
        entries = re.split(r"^(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.M), flags=re.M)
        for entry in filter(None, entries):
            assert re.match(r"[a-z0-9-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n$", entry), entry
    common, cuda = ((PACKAGE / f"requirements{part}.lock").read_text() for part in ("", "-cuda"))
    assert not re.search(r"^(nvidia|cuda|triton)", common, re.M) and re.search(r"^nvidia-cublas==", cuda, re.M)
