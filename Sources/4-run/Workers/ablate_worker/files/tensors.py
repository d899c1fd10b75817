"""Writes safetensors files whose bytes follow from their contents alone.

The library's own writer orders metadata by a hash map, so the same tensors give different bytes; output digests need
one order. Reading is left to the library. Knows numpy arrays and torch tensors, and not what they mean.
"""

import json
import os

NAMES = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
         "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL"}


def kind_of(tensor):
    return NAMES[str(tensor.dtype).removeprefix("torch.")]


def flat_bytes(tensor):
    """The tensor's values, little-endian and contiguous, as a buffer."""
    if hasattr(tensor, "detach"):  # a torch tensor; bfloat16 has no numpy type, so go by bytes
        import torch
        tensor = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    import numpy as np
    return np.ascontiguousarray(tensor).reshape(-1).view(np.uint8).data


def write(path, tensors, metadata=None):
    """Write {name: tensor} and {key: str} to `path`: whole under a temporary name first, then in its place."""
    header = {"__metadata__": {k: metadata[k] for k in sorted(metadata)}} if metadata else {}
    # Widest type first, so that every tensor begins at a multiple of its item size.
    size = lambda t: t.element_size() if hasattr(t, "element_size") else t.itemsize
    names = sorted(tensors, key=lambda n: (-size(tensors[n]), n))
    offset = 0
    for name in names:
        tensor = tensors[name]
        length = size(tensor) * (tensor.numel() if hasattr(tensor, "numel") else tensor.size)
        header[name] = {"dtype": kind_of(tensor), "shape": list(tensor.shape), "data_offsets": [offset, offset + length]}
        offset += length
    head = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    head += b" " * (-len(head) % 8)
    temporary = f"{path}.part"
    with open(temporary, "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for name in names:
            file.write(flat_bytes(tensors[name]))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
