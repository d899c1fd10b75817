"""Reads the parameters of a step as the dataclass of its kind (parameters.py). Whatever else a step brings is a mistake.

Knows names, the choices of a word and which settings stand within which; not what a parameter means.
"""

import difflib
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from functools import cache

from .parameters import KINDS
from .words import listed, printable


class Fault(Exception):
    """What is wrong with a step's parameters. kind: the class of the failure."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def read(kind, given):
    """The parameters of a step, an object, as a value of its kind's dataclass."""
    if kind not in KINDS:
        raise Fault("internal", f"there is no kind of step '{printable(kind)}'; this worker runs {', '.join(KINDS)}")
    # A prediction has the parameters of what made its model: the form of which it has the most.
    form = max(KINDS[kind], key=lambda form: len(given.keys() & wire(form).keys()))
    return settings(form, given, f"a step of the kind {kind} ")


def settings(form, given, who="", path=""):
    """An object of settings as a value of a dataclass of parameters.py; `path` comes before a name in a message."""
    known = wire(form)
    # Whole numbers under names of the writer's, where the kind has such: the budgets of texts.
    others = {name: number for name, number in given.items() if name not in known and isinstance(number, int)
              and not isinstance(number, bool) and "_others" in known_names(form)}
    for name in given:
        if name not in known and name not in others:
            near = difflib.get_close_matches(name, known, 1, 0.6) or [k for k in known if k.casefold() == name.casefold()]
            meant = f" (is '{path}{near[0]}' meant?)" if near else ""
            raise Fault("internal", f"{who}knows no parameter '{path}{printable(name)}'{meant}; it knows "
                        f"{listed([path + k for k in sorted(known)], 30)}")
    for name, field in known.items():
        if field.default is MISSING and name not in given:
            raise Fault("internal", f"{who}needs the parameter '{path}{name}', and the step has none")
    own = {known[name].name: value(form, known[name], value_, given, who, path) for name, value_ in given.items() if name in known}
    return form(**own, **({"_others": others} if others else {}))


def value(form, field, given, whole, who, path):
    """The value of one field: a part as its own dataclass, a word only where it is one of the choices."""
    name = field.name.replace("_", "-")
    part, words, others = parts(form)[field.name]
    if isinstance(given, dict) and field.name in getattr(form, "CASES", {}):
        by, cases = form.CASES[field.name]
        part = cases.get(whole.get(by))
    if isinstance(given, dict) and part is not None:
        return settings(part, given, who, f"{path}{name}.")
    if words and given is not None and given not in words and (not others or isinstance(given, str) and str not in others):
        raise Fault("invalid-input", f"{path}{name} is '{printable(given)}'; it may be {either(words)}")
    if given is not None and name in getattr(form, "LIMITS", {}):
        limit = form.LIMITS[name]
        for number in given if isinstance(given, list) and given else [given]:
            if not within(number, *limit):
                raise Fault("invalid-input", f"{path}{name} is {printable(given)}; it must be {limit_words(*limit)}")
    return given


def within(number, whole, least, above, most):
    """Whether a value is a number of these limits, each None where there is none. NaN is not."""
    if isinstance(number, bool) or not isinstance(number, int if whole else int | float):
        return False
    return ((least is None or (number > least if above else number >= least)) and (most is None or number <= most)
            and number == number)


def limit_words(whole, least, above, most):
    lower = [] if least is None else [f"above {least:g}" if above else f"of at least {least:g}"]
    upper = [] if most is None else [f"at most {most:.10g}"]
    return f"{'an integer' if whole else 'a number'} {' and '.join(lower + upper)}"


def plain(settings):
    """The settings by their names, as they came."""
    return {name: getattr(settings, field.name) for name, field in wire(type(settings)).items()} | others(settings)


def others(settings):
    """The values under names of the writer's that settings have beside their own."""
    return getattr(settings, "_others", {})


def known_names(form):
    return {field.name for field in fields(form)}


@cache
def wire(form):
    """The fields of a dataclass by the names that they have in JSON."""
    return {field.name.replace("_", "-"): field for field in fields(form) if not field.name.startswith("_")}


@cache
def parts(form):
    """Of each field: the dataclass that an object in it is, the words that it may be, and what else it may be."""
    found = {}
    for name, hint in typing.get_type_hints(form).items():
        kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union else (hint,)
        words = [word for kind in kinds if typing.get_origin(kind) is typing.Literal for word in typing.get_args(kind)]
        others = [kind for kind in kinds if typing.get_origin(kind) is not typing.Literal and kind is not type(None)]
        if name.startswith("_"):
            continue
        found[name] = (next(filter(is_dataclass, others), None), words, others)
    return found


def either(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
