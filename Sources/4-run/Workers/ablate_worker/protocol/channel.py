"""The event stream: one JSON object per line on a descriptor that no library can reach.

Knows the shape of events and how often they may be sent; every text in them is made visible (words.py). Does not know what a
step is.
"""

import json
import math
import os
import sys
import threading
import time

from .words import visible

EVERY = 0.25  # seconds between two progress or metric events of one name: a terminal shows no more
HEARTBEAT = 2.0


def sayable(value):
    """The value with every NaN and infinity replaced by None, for which JSON has no word, and every text made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(k): sayable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [sayable(v) for v in value]
    return value


class Channel:
    """Writes events. Safe from several threads: a line is written whole, under a lock."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.lock = threading.Lock()
        self.last = {}  # name -> time of the last throttled event

    def send(self, event, **fields):
        line = json.dumps({"event": event, **sayable(fields)}, ensure_ascii=True, allow_nan=False) + "\n"
        data = memoryview(line.encode())
        try:
            with self.lock:
                while data:  # a pipe may take a part
                    data = data[os.write(self.descriptor, data):]
        except OSError:
            os._exit(1)  # nobody listens: the engine is gone

    def progress(self, done, total, unit, message=""):
        if done >= total or self.due("progress"):
            self.send("progress", done=done, total=total, unit=unit, message=message)

    def metric(self, name, value, at):
        if self.due("metric " + name):
            self.send("metric", name=name, value=float(value), at=at)

    def note(self, text):
        """Something that the user should know, and that does not end the step; its log has it, too."""
        print(text, file=sys.stderr)
        self.send("note", text=text)

    def due(self, name):
        now = time.monotonic()
        if now - self.last.get(name, -math.inf) < EVERY:
            return False
        self.last[name] = now
        return True

    def beat(self):
        """Start the thread that says every 2 s that the process lives."""
        def run():
            while True:
                time.sleep(HEARTBEAT)
                self.send("heartbeat")
        threading.Thread(target=run, name="heartbeat", daemon=True).start()
