"""The kinds of steps, a module for each: its `run(step)` does the step and returns the fields of its `result`.

Nothing is imported before it is needed: libraries take seconds, and most steps need few of them.
"""

import importlib

KINDS = ("ingest", "tokenize", "finetune", "fit", "predict", "fetch", "features", "stack", "annotate", "explore", "export", "publish",
         "convert", "extract")


def module(kind):
    """The module of one of KINDS."""
    return importlib.import_module("." + kind, __name__)
