"""The kinds of steps, a module for each: its `run(step)` does the step and returns the fields of its `result`.

Which there are, and their parameters, is protocol/parameters.py. Nothing is imported before it is needed: libraries take seconds, and
most steps need few of them.
"""

import importlib


def module(kind):
    """The module of a kind of protocol/parameters.py."""
    return importlib.import_module("." + kind, __name__)
