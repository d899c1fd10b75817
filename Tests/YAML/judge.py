"""Compares this project's YAML reader with libyaml itself, through PyYAML's CLoader: the same texts must be accepted and
refused, and what is read must be the same tree at the same places. What the project refuses beyond libyaml is worked out
here from libyaml's events alone, so that a refusal must be due as well as allowed. It knows nothing of recipes.

    python Tests/YAML/judge.py FOLDER...            every .yaml, .yml and .data file below the folders
    python Tests/YAML/judge.py --fuzz .build/debug/fuzz FOLDER...
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import yaml
import yaml.resolver

ROOT = Path(__file__).resolve().parents[2]
FUZZ = Path(os.environ.get("ABLATE_FUZZ", ROOT / ".build" / "debug" / "fuzz"))

# docs/yaml.md lists these codes; Sources/1-recipe/Nodes/Limit.swift has the numbers.
BYTES, DEPTH, NODES, DIRECTIVES, FINDINGS = 4 << 20, 64, 500_000, 64, 100
CORE = "tag:yaml.org,2002:"
BREAKS = ("\n", "\r", "\x85", "\u2028", "\u2029")


class Refusal(Exception):
    """What ends the reading of a text, by its code."""


class Scalar:
    def __init__(self, text, plain, tag, mark, float_tag=False):
        self.text, self.plain, self.tag, self.mark, self.float_tag = text, plain, tag, mark, float_tag
        self.size, self.levels = 1, 0


class Collection:
    def __init__(self, kind, mark):
        self.kind, self.mark, self.items, self.size, self.levels = kind, mark, [], 1, 1


def identity(text):
    """Keys are the same where Unicode holds them canonically equivalent."""
    return unicodedata.normalize("NFD", text)


class Expected:
    """What must come of a text: codes in the order of their discovery, and the tree where there is one."""

    def __init__(self, data):
        self.codes, self.root, self.anchors, self.count = [], None, {}, 0
        try:
            self.text = self.decode(data)
            lines = self.text
            for mark in BREAKS:
                lines = lines.replace(mark, "\n")
            if sum(line.startswith("%TAG") for line in lines.split("\n")) > DIRECTIVES:
                raise Refusal("too-many-directives")
            # Encoded anew, so that a fault in PyYAML's own decoding is none of ours.
            self.events = yaml.parse(b"\xef\xbb\xbf" + self.text.encode(), Loader=yaml.CLoader)
            self.root = self.document()
        except Refusal as refusal:
            self.codes.append(str(refusal))
        except yaml.YAMLError:
            self.codes.append("malformed-yaml")

    @staticmethod
    def decode(data):
        if len(data) > BYTES:
            raise Refusal("too-large")
        wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
        try:
            text = data[2:].decode(wide) if wide else data.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError:
            raise Refusal("not-utf-16" if wide else "not-utf-8") from None
        if len(text.encode()) > BYTES:
            raise Refusal("too-large")
        return text

    def report(self, code):
        if len(self.codes) >= FINDINGS:
            raise Refusal("too-many-findings")
        self.codes.append(code)

    def next(self):
        return next(self.events)

    def document(self):
        self.next()
        if not isinstance(self.next(), yaml.DocumentStartEvent):
            raise Refusal("empty-document")
        root = self.node(self.next(), 0)
        self.next()
        if isinstance(self.next(), yaml.DocumentStartEvent):
            raise Refusal("several-documents")
        return root

    def add(self, count):
        self.count += count
        if self.count > NODES:
            raise Refusal("too-many-nodes")

    def descend(self, levels):
        if levels > DEPTH:
            raise Refusal("too-deep")

    def node(self, event, depth, is_key=False):
        self.add(1)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event.anchor, depth)
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event, is_key)
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            return node
        kind = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
        if event.tag not in (None, "!", CORE + kind):
            self.report("unknown-tag")
        self.descend(depth + 1)
        node, before = Collection(kind, event.start_mark), self.count - 1
        if event.anchor is not None:
            self.anchors[event.anchor] = ("open", node)
        (self.sequence if kind == "seq" else self.mapping)(node, depth)
        node.size = self.count - before
        if event.anchor is not None and self.anchors[event.anchor] == ("open", node):
            self.anchors[event.anchor] = node
        return node

    def scalar(self, event, is_key):
        plain, tag, text = event.style in (None, ""), event.tag, event.value
        if tag is None:
            return Scalar(text, plain, None, event.start_mark)
        if tag == CORE + "merge" and is_key and text == "<<":
            return Scalar(text, True, None, event.start_mark)
        kind = "str" if tag == "!" else tag.removeprefix(CORE) if tag.startswith(CORE) else None
        if kind not in ("null", "bool", "int", "float", "str"):
            self.report("unknown-tag")
            return Scalar(text, plain, None, event.start_mark)
        found, value = core(text)
        if kind == "int" and found == "float":
            fits = not any(mark in text for mark in ".eE") or text.startswith("0x")
        elif kind == "float":
            fits = found in ("int", "float") and not text.startswith(("0x", "0o"))
        else:
            fits = kind in ("str", found)
        if not fits:
            self.report("bad-tag")
        return Scalar(text, fits and kind != "str", kind, event.start_mark, float_tag=kind == "float")

    def sequence(self, node, depth):
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            item = self.node(event, depth + 1)
            node.items.append(item)
            node.levels = max(node.levels, item.levels + 1)

    def mapping(self, node, depth):
        seen, merged, merging = set(), [], False
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self.node(event, depth + 1, is_key=True)
            value = self.node(self.next(), depth + 1)
            node.levels = max(node.levels, key.levels + 1, value.levels + 1)
            if isinstance(key, Collection):
                self.report("complex-key")
            elif key.plain and key.text == "<<":
                if merging:
                    self.report("duplicate-key")
                    continue
                merging = True
                for source in value.items if isinstance(value, Collection) and value.kind == "seq" else [value]:
                    if not isinstance(source, Collection) or source.kind != "map":
                        self.report("bad-merge")
                        break
                    merged += source.items
            elif identity(key.text) in seen:
                self.report("duplicate-key")
            else:
                seen.add(identity(key.text))
                node.items.append((key.text, event.start_mark, value))
        for text, mark, value in merged:
            if identity(text) not in seen:
                seen.add(identity(text))
                node.items.append((text, mark, value))

    def alias(self, name, depth):
        node = self.anchors.get(name)
        if node is None:
            raise Refusal("unknown-alias")
        if isinstance(node, tuple):
            raise Refusal("alias-cycle")
        self.add(node.size - 1)
        self.descend(depth + node.levels)
        return node


def core(text):
    """The core schema of YAML 1.2, section 10.3.2, from its regular expressions: (type, value)."""
    if re.fullmatch(r"null|Null|NULL|~|", text):
        return "null", None
    if re.fullmatch(r"true|True|TRUE|false|False|FALSE", text):
        return "bool", text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return whole(text, 10)
    if re.fullmatch(r"0o[0-7]+", text):
        return whole(text[2:], 8)
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return whole(text[2:], 16)
    if DECIMAL.fullmatch(text):
        return "float", float(text)
    if re.fullmatch(r"[-+]?(\.inf|\.Inf|\.INF)", text):
        return "float", -math.inf if text.startswith("-") else math.inf
    if re.fullmatch(r"\.nan|\.NaN|\.NAN", text):
        return "float", math.nan
    return "str", text


def whole(digits, base):
    if len(digits) > 4_000:  # Python refuses to convert longer ones; they are infinite as doubles anyway
        return "float", -math.inf if digits.startswith("-") else math.inf
    value = int(digits, base)
    if -(2**63) <= value < 2**63:
        return "int", value
    try:
        return "float", float(value)
    except OverflowError:
        return "float", math.inf if value > 0 else -math.inf


RESOLVER = yaml.resolver.Resolver()
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# The table of docs/yaml.md.
OLDER = re.compile(
    r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|<<|[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+"
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?")


def is_ambiguous(text, kind):
    if re.fullmatch(r"[-+]?0[0-9]+", text):
        return True
    underscored = re.match(r"[-+]?[0-9.]", text) and "_" in text and DECIMAL.fullmatch(text.replace("_", ""))
    return kind == "str" and bool(OLDER.fullmatch(text) or underscored)


def types(node, got):
    """What is wrong with the type `got` = [type, ambiguous] that the reader gives a scalar; None where nothing is."""
    kind, value = core(node.text) if node.plain else ("str", None)
    if node.float_tag and kind == "int":
        kind, value = "float", float(value)
    ours, ambiguous = got
    name, number = (ours, None) if isinstance(ours, str) else ours
    if name != kind:
        return f"{node.text!r} is {name}, and {kind} by YAML 1.2"
    if kind in ("bool", "int") and number != value:
        return f"{node.text!r} is {number}, not {value}"
    if kind == "float" and not same(float(number), value):
        return f"{node.text!r} is {number}, not {value}"
    if not node.plain:
        return f"{node.text!r} is quoted and ambiguous" if ambiguous else None
    older = RESOLVER.resolve(yaml.ScalarNode, node.text, (True, False)).removeprefix(CORE)
    if kind == "str" and older != "str" and not ambiguous:
        return f"{node.text!r} is text without a finding, and {older} by YAML 1.1"
    if kind == "int" and older == "int" and value != base8(node.text, value) and not ambiguous:
        return f"{node.text!r} is {value} without a finding, and in base 8 by YAML 1.1"
    due = is_ambiguous(node.text, kind)
    return f"{node.text!r} is {'not ' if due else ''}ambiguous, against the table" if due != ambiguous else None


def base8(text, value):
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits.startswith("0") and set(digits) <= set("01234567"):
        return int(digits, 8) * (-1 if text.startswith("-") else 1)
    return value


def same(left, right):
    return left == right or (math.isnan(left) and math.isnan(right))


def flatten(node, events):
    """The tree as the events that `fuzz dump` prints, and for each scalar the node, to compare its type."""
    line, column = node.mark.line + 1, node.mark.column + 1
    if isinstance(node, Scalar):
        events.append((["scalar", node.text, line, column], node))
        return
    events.append((["sequence" if node.kind == "seq" else "mapping", line, column], None))
    for item in node.items:
        if node.kind == "map":
            text, mark, item = item
            events.append((["key", text, mark.line + 1, mark.column + 1], None))
        flatten(item, events)
    events.append((["end"], None))


def verdict(data, line):
    """What is wrong with the reader's line on a text; None where nothing is."""
    expected = Expected(data)
    codes = [finding[0] for finding in line["findings"]]
    if codes != expected.codes:
        return f"{codes or 'accepted'}, and {expected.codes or 'accepted'} was due"
    if (line["events"] is None) != (expected.root is None):
        return "a tree where there should be none, or none where there should be one"
    if expected.root is None:
        return None
    due = []
    flatten(expected.root, due)
    if len(due) != len(line["events"]):
        return f"{len(line['events'])} events, and {len(due)} were due"
    for (want, node), got in zip(due, line["events"]):
        plain = [got[0], got[1], got[4], got[5]] if node else got
        if plain != want:
            return f"{plain}, and {want} was due"
        if node and (wrong := types(node, got[2:4])):
            return wrong
    return None


def files(folders):
    for folder in map(Path, folders):
        found = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        yield from (path for path in found if path.is_file() and (path.suffix in (".yaml", ".yml", ".data") or path == folder))


def judge(paths, fuzz=FUZZ):
    """`(path, codes, what is wrong or None)` for every file."""
    names = "".join(f"{path}\n" for path in paths)
    run = subprocess.run([fuzz, "dump", "-"], input=names, capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        raise RuntimeError(f"the reader ended with {run.returncode}: {run.stderr}")
    lines = [json.loads(line) for line in run.stdout.split("\n") if line]
    assert len(lines) == len(paths), "a line for each file"
    for path, line in zip(paths, lines):
        yield path, [finding[0] for finding in line["findings"]], verdict(path.read_bytes(), line)


def main():
    sys.setrecursionlimit(10_000)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fuzz", type=Path, default=FUZZ, help="the project's reader; ABLATE_FUZZ or .build/debug/fuzz")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    paths = list(files(options.folders))
    counts, wrong = {}, 0
    for path, codes, problem in judge(paths, options.fuzz):
        for code in set(codes) or {"accepted"}:
            counts[code] = counts.get(code, 0) + 1
        if problem:
            wrong += 1
            print(f"{path}: {problem}")
    print(f"{len(paths)} files, {wrong} differ; " + ", ".join(f"{code} {count}" for code, count in sorted(counts.items())))
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
