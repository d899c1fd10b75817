"""The kind `score`: the values of a metric file for out-of-fold predictions, from a process of its own (scoring.py).

Knows which rows are scored together, and what a value must be; not what the metric is.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..files import formats
from ..protocol.step import Failure, invalid

PREFIX = "script:"


def run(step):
    asked = step.parameters
    with tempfile.TemporaryDirectory(prefix="ablate-metric-") as folder:
        folder = Path(folder)
        for name in step.inputs:
            if name.startswith(PREFIX):  # what is no input is not there: nothing that counts is left out of the key
                path = folder / "code" / name.removeprefix(PREFIX)
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(step.input(name), path)
        request = {"file": asked.file, "title": step.title(PREFIX + asked.file), "arguments": asked.arguments or {},
                   "sheets": str(step.input("sheets")), "blocks": asked.blocks, "better": asked.better,
                   "libraries": str(step.input("libraries")) if step.has("libraries") else None}
        (folder / "request.json").write_text(json.dumps(request))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __package__.partition(".")[0] + ".scoring", str(folder)], stdin=subprocess.DEVNULL,
            cwd=folder / "code", env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"})
        try:
            process.wait()
        finally:
            process.kill()
            process.wait()
        answer = folder / "answer.json"
        if not answer.exists():
            how = f"was ended by signal {-process.returncode}" if process.returncode < 0 else f"ended with exit code {process.returncode}"
            raise invalid(f"{request['title']}: its process {how} before it gave a value")
        answer = json.loads(answer.read_text())
    if "error" in answer:
        raise Failure(answer.get("class", "invalid-input"), answer["error"])
    formats.write_json(step.outputs / "values", answer["values"])
    return {"metrics": {"calls": answer["calls"], "seconds-of-calls": round(answer["seconds"], 3)}
            | ({"warnings": answer["warnings"]} if answer["warnings"] else {})}
