"""Outputs of steps in short: what a golden keeps of them, and whether two such summaries agree. Knows formats, not steps."""

import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import load

LONG = 12  # numbers or texts beyond this many are summed up
NUMBER = re.compile(rb"-?\d+\.\d+(?:[eE][-+]?\d+)?")


def numbers(values) -> dict:
    """An array as its size, moments and first values: enough to notice any change that matters."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    return {"count": len(flat), "sum": float(flat.sum()), "squares": float((flat * flat).sum()),
            "weighted": float((flat * np.cos(np.arange(len(flat)))).sum()), "first": [float(value) for value in flat[:3]]}


def short(value):
    if isinstance(value, dict):
        return {key: short(part) for key, part in value.items()}
    if isinstance(value, list) and len(value) > LONG:
        if all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value):
            return numbers(value)
        return {"count": len(value), "sha256": hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()}
    if isinstance(value, list):
        return [short(part) for part in value]
    return value


def summary(path: Path):
    """What a golden keeps of an output: of JSON its values, of tensors their moments, of other text its numbers and the rest."""
    if path.is_dir():
        return {str(part.relative_to(path)): summary(part) for part in sorted(path.rglob("*")) if part.is_file()}
    content = path.read_bytes()
    try:
        return short(json.loads(content))
    except ValueError:
        pass
    try:
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8:8 + length]).get("__metadata__", {})
        return {"metadata": short(metadata), "tensors": {
            name: {"type": str(tensor.dtype), "shape": list(tensor.shape)} | numbers(tensor)
            for name, tensor in sorted(tensors.items())}}
    except Exception:  # safetensors has no exception of its own for what is no such file
        pass
    found = [float(number) for number in NUMBER.findall(content)]
    rest = NUMBER.sub(b"#", content)
    return {"bytes": len(rest), "sha256": hashlib.sha256(rest).hexdigest(), "numbers": numbers(found)}


def differences(old, new, tolerance: float, path: str = "") -> list[str]:
    """The places in which two summaries differ by more than `tolerance`, relative to the size of the values."""
    if isinstance(old, dict) and isinstance(new, dict):
        scale = math.sqrt(max(old.get("squares", 0), 0) * max(old.get("count", 0), 1)) if "squares" in old else 0
        found = []
        for key in sorted(old.keys() | new.keys()):
            here = f"{path}.{key}" if path else key
            if key not in old or key not in new:
                found.append(f"{here} is {'new' if key not in old else 'gone'}")
            elif key in ("sum", "weighted") and scale:
                if abs(old[key] - new[key]) > tolerance * scale:
                    found.append(f"{here}: {old[key]} -> {new[key]}")
            else:
                found += differences(old[key], new[key], tolerance, here)
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for index, pair in enumerate(zip(old, new)) for one in differences(*pair, tolerance, f"{path}[{index}]")]
    if isinstance(old, float) or isinstance(new, float):
        if isinstance(old, (int, float)) and isinstance(new, (int, float)):
            if abs(old - new) <= tolerance * max(abs(old), abs(new), 1):
                return []
    elif type(old) is type(new) and old == new:
        return []
    return [f"{path}: {old} -> {new}"]
