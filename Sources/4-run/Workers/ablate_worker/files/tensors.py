"""Writes safetensors files whose bytes follow from their contents alone.

The library's own writer orders metadata by a hash map, so the same tensors give different bytes; output digests need
one order. A sealed file carries a digest of all that is in it. Reading is left to the library. Knows numpy arrays and torch
tensors, and not what they mean.
"""

import hashlib
import json
import os

SEAL = "seal"  # the metadata's key for the digest of a sealed file
BLANK = "0" * 64  # what stands there while the digest is taken

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


def size_of(tensor):
    """Bytes of one value."""
    return tensor.element_size() if hasattr(tensor, "element_size") else tensor.itemsize


def layout(tensors, metadata):
    """(the names in the order of their bytes, the file's header)"""
    header = {"__metadata__": {k: metadata[k] for k in sorted(metadata)}} if metadata else {}
    # Widest type first, so that every tensor begins at a multiple of its item size.
    names = sorted(tensors, key=lambda n: (-size_of(tensors[n]), n))
    offset = 0
    for name in names:
        tensor = tensors[name]
        length = size_of(tensor) * (tensor.numel() if hasattr(tensor, "numel") else tensor.size)
        header[name] = {"dtype": kind_of(tensor), "shape": list(tensor.shape), "data_offsets": [offset, offset + length]}
        offset += length
    head = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return names, head + b" " * (-len(head) % 8)


def write(path, tensors, metadata=None, sealed=False):
    """Write {name: tensor} and {key: str} to `path`: whole under a temporary name first, then in its place.

    sealed: with a digest of it all, to which `prove` holds what is read.
    """
    names, head = layout(tensors, (metadata or {}) | ({SEAL: BLANK} if sealed else {}))
    hasher, temporary = hashlib.sha256(head), f"{path}.part"
    with open(temporary, "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for name in names:
            data = flat_bytes(tensors[name])
            file.write(data)
            if sealed:
                hasher.update(data)
        if sealed:
            file.seek(8 + head.index(f'"{SEAL}":"{BLANK}"'.encode()) + len(f'"{SEAL}":"'))
            file.write(hasher.hexdigest().encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def prove(tensors, metadata):
    """Raise ValueError unless this, as it was read of a file, is what was written there, sealed."""
    if SEAL not in (metadata or {}):
        raise ValueError("it carries no digest of its content, as older versions wrote it")
    names, head = layout(tensors, metadata | {SEAL: BLANK})
    hasher = hashlib.sha256(head)
    for name in names:
        hasher.update(flat_bytes(tensors[name]))
    if hasher.hexdigest() != metadata[SEAL]:
        raise ValueError("it is not as it was written")
