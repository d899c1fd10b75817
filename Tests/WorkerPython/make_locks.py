"""Writes requirements.lock, requirements-cuda.lock, requirements-cpu.lock and requirements-tables.lock beside the worker.

    python Tests/WorkerPython/make_locks.py          (needs `uv` on PATH or as $UV)

uv resolves WANTED for every Python and platform at once; what is written is the part that the worker can meet:
CPython 3.11 to 3.13 on Linux, x86_64 and aarch64, wheels only. The locks name versions and hashes and no host, so
that they install from whatever index or folder pip is configured with. The libraries that only a CUDA build of
torch loads are split off: they are several gigabytes, and a machine whose torch is a +cpu build has no use for them.
What metric files alone need (pandas) goes into a folder of its own, so that whoever has none keeps the environment there is;
`python Tests/WorkerPython/make_locks.py tables` writes that lock alone, beside the others as they are.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

WANTED = """\
torch==2.13.0
transformers==5.17.*
peft==0.21.*
accelerate
bitsandbytes
safetensors
tokenizers
pyarrow
lightgbm
scikit-learn
scipy
numpy
huggingface_hub
"""
TABLES = "pandas\n"
# A CPU build of the same torch release. It is on no default index, so it is offered by a folder (PIP_FIND_LINKS) or not
# at all; and pip in hash mode prefers the index's build to it, so it has a lock of its own, to be tried first.
CPU = """\
torch==2.13.0+cpu \\
    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
"""
PYTHONS = ("cp311", "cp312", "cp313")
CUDA = re.compile(r"^(nvidia-|cuda-|triton$)")
HEADER = """\
# {about}
# Made by Tests/WorkerPython/make_locks.py (uv pip compile --universal --python-version 3.11); do not edit.
# Install: pip install --require-hashes --no-deps {options}-r {name}
"""


def usable(wheel):
    """Whether a wheel's file name is one that CPython 3.11 to 3.13 on Linux installs."""
    python, abi, platform = wheel.removesuffix(".whl").split("-")[-3:]
    if platform != "any" and not re.search(r"(manylinux|(?<!musl)linux)\w*_(x86_64|aarch64)", platform):
        return False
    if "musllinux" in platform and "manylinux" not in platform:
        return False
    pythons = python.split(".")
    if any(p in ("py3", "py311", "py312", "py313") for p in pythons):
        return True
    if abi == "abi3":  # stable ABI: built for its Python and every later one
        return any(re.fullmatch(r"cp3\d+", p) and int(p[3:]) <= 13 for p in pythons)
    return abi in PYTHONS and any(p in PYTHONS for p in pythons)


def requirement(package):
    """One package of the lock: `name==version ; marker`, and the hashes of its usable wheels."""
    name, version = package["name"], package["version"]
    marker = re.sub(r"^python_full_version >= '3\.11'( and )?", "", package.get("marker", ""))
    wheels = [w for w in package.get("wheels", []) if usable(w["url"].rsplit("/", 1)[-1])]
    if not wheels:
        raise SystemExit(f"{name} {version} has no wheel for Linux: the environment could not be made without a compiler")
    hashes = sorted({w["hashes"]["sha256"] for w in wheels})
    head = f"{name}=={version}" + (f" ; {marker}" if marker else "")
    return " \\\n".join([head, *(f"    --hash=sha256:{h}" for h in hashes)]) + "\n"


def resolved(wanted, constraints=None):
    """The packages that uv finds for what is wanted, none of them for Windows alone."""
    with tempfile.TemporaryDirectory() as folder:
        source, lock, limits = Path(folder, "wanted.in"), Path(folder, "pylock.toml"), Path(folder, "constraints.txt")
        source.write_text(wanted)
        command = [os.environ.get("UV", "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
                   "--format", "pylock.toml", "--output-file", lock, source]
        if constraints:
            limits.write_text(constraints)
            command += ["--constraint", limits]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        packages = tomllib.loads(lock.read_text())["packages"]
    return [p for p in packages if "win32" not in p.get("marker", "")]


def write(worker, name, about, body, options=""):
    (worker / name).write_text(HEADER.format(about=about, name=name, options=options) + body)


def write_tables(worker):
    """What the environment lacks, at the versions of what it has."""
    common = re.findall(r"^([\w.-]+==[^\\\n]+?) ?\\?$", (worker / "requirements.lock").read_text(), re.MULTILINE)
    there = {line.split("==")[0] for line in common}
    packages = [p for p in resolved(TABLES, "\n".join(common)) if p["name"] not in there]
    write(worker, "requirements-tables.lock", "What metric files need besides: into a folder of its own.",
          "".join(map(requirement, packages)), "--target FOLDER ")
    return len(packages)


def main():
    here = Path(__file__).resolve().parent
    worker = here.parent.parent / "Sources" / "4-run" / "Workers" / "ablate_worker"
    if sys.argv[1:] == ["tables"]:
        print(f"{write_tables(worker)} packages for tables", file=sys.stderr)
        return
    packages = resolved(WANTED)
    common = [requirement(p) for p in packages if not CUDA.match(p["name"])]
    cuda = [requirement(p) for p in packages if CUDA.match(p["name"])]
    write(worker, "requirements.lock", "What the worker imports, for Python 3.11 to 3.13 on Linux (x86_64, aarch64).", "".join(common))
    write(worker, "requirements-cuda.lock", "What a CUDA build of torch loads besides: second, unless torch's version ends in +cpu.",
          "".join(cuda))
    write(worker, "requirements-cpu.lock", "A CPU build of torch, if a folder of wheels offers one: first, and may fail.", CPU,
          "--no-index ")
    tables = write_tables(worker)
    print(f"{len(common)} packages, {len(cuda)} for CUDA, and {tables} for tables", file=sys.stderr)


if __name__ == "__main__":
    main()
