"""What becomes of a step whose process a library ends: bitsandbytes calls exit where CUDA gives it an error, and nothing is raised.

Knows C's exit and the end of a log. Does not know what a step is.
"""

import atexit
import ctypes
import os

from .step import Failure
from .words import printable

KEEP = []  # what C points at


def watch(tell):
    """Call `tell` when something other than Python ends this process. Only for a process that Python itself leaves by os._exit."""
    # Once Python has taken itself down, nothing of it may be called any more.
    atexit.register(os._exit, 1)
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: tell())
    KEEP.append(function)
    ctypes.CDLL(None).__cxa_atexit(function, None, None)


def failure(log):
    """What a library that has ended the process has said last, at the end of a file or of what stderr is."""
    said = last_line(log)
    if "out of memory" in said.lower():
        return Failure("out-of-memory", f"memory ran out, and a library ended the process: {printable(said, 200)}")
    return Failure("internal", f"a library ended the process in the middle of the step; the last that its log says: {printable(said, 200)}")


def last_line(log):
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
    except (OSError, TypeError):
        return "nothing"
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
