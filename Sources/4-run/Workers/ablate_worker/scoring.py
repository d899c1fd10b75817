"""A process that runs a metric file as competitions publish it: reads tables, calls `score`, and writes what it gave.

Knows tables of pandas and the file; no step and no channel. A value of all rows must be a number; one of a fold, or of all rows but a
block of groups, may fail: the metric is then not defined there.
"""

import importlib.machinery
import importlib.util
import inspect
import json
import math
import numbers
import sys
import time
import traceback
from pathlib import Path

from . import competitions
from .processes import die_with_parent
from .protocol.words import printable


class Refusal(Exception):
    """What is wrong, in the words that the user gets. kind: the class of the failure."""

    def __init__(self, message, kind="invalid-input"):
        super().__init__(message)
        self.kind = kind


class Metric:
    """The function `score` of a file."""

    def __init__(self, path, title, arguments):
        self.path, self.title, self.arguments, self.calls, self.seconds = path, title, arguments, 0, 0.0
        name = path.stem if path.stem.isidentifier() else "metric"
        spec = importlib.util.spec_from_file_location(name, path)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            raise Refusal(self.told(error) + self.advice(error)) from error
        if not callable(getattr(module, "score", None)):
            raise Refusal(f"{title} has no function `score`: define score(solution, submission, row_id_column_name)")
        self.function = module.score
        try:
            names = inspect.signature(self.function).parameters
        except (TypeError, ValueError):
            return
        if not any(p.kind is p.VAR_KEYWORD for p in names.values()):
            for argument in arguments:
                if argument not in names:
                    raise Refusal(f"{self.place()}: score has no argument '{printable(argument)}'; it has {', '.join(names)}")

    def place(self):
        """Where `score` stands."""
        try:
            return f"{self.title}:{inspect.getsourcelines(self.function)[1]}"
        except (OSError, TypeError):
            return self.title

    def told(self, error):
        """An error with the last line of the user's own that it came through."""
        frames = traceback.extract_tb(error.__traceback__)
        if isinstance(error, SyntaxError) and error.filename:
            return f"{self.file(error.filename)}:{error.lineno}: SyntaxError: {error.msg}"
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(self.path.parent)]
        place = f"{self.file(own[-1].filename)}:{own[-1].lineno}" if own else self.place() if hasattr(self, "function") else self.title
        text = printable(" ".join(str(error).split()))[:500]
        return f"{place}: {type(error).__name__}" + (f": {text}" if text else "")

    def file(self, path):
        """A file beside the metric as the user names it."""
        path = Path(path)
        if path == self.path or not path.is_relative_to(self.path.parent):
            return self.title
        return str(Path(self.title).parent / path.relative_to(self.path.parent))

    def advice(self, error):
        if isinstance(error, ModuleNotFoundError):
            return (". Only modules beside the file that its import statements name, and the libraries of the worker, are there: "
                    "import it by name, or name a Python that has it as python: in site.yaml")
        return ""

    def value(self, solution, submission, row_id):
        """The value of a table of its own: the function may change what it is handed."""
        self.calls += 1
        began = time.monotonic()
        try:
            found = self.function(solution.copy(), submission.copy(), row_id, **self.arguments)
        except BaseException as error:
            raise Refusal(self.told(error) + self.advice(error)) from error
        finally:
            self.seconds += time.monotonic() - began
        if isinstance(found, bool) or not isinstance(found, numbers.Real):
            raise Refusal(f"{self.place()}: score gave {printable(repr(found))[:80]}, of type {type(found).__name__}, and a number is needed")
        if not math.isfinite(found):
            raise Refusal(f"{self.place()}: score gave {float(found)}, and a finite number is needed")
        return float(found)


class Sheets:
    """Tables in the submission's form, and the rows that are scored together."""

    def __init__(self, folder):
        self.folder = Path(folder)
        said = json.loads((self.folder / "sheets.json").read_text())
        self.id, self.lines, self.folds = said["id"], said["lines"], said["tables"]
        self.blocks, self.fold_count = said["blocks"], said["fold-count"]
        self.solution = self.read("solution")

    def read(self, name):
        import pandas
        # A text such as NA is a text; nothing is missing here.
        return pandas.read_csv(self.folder / f"{name}.csv", keep_default_na=False)

    def part(self, table, rows):
        """The lines of some rows, numbered from 0 as those of a file."""
        if self.lines > 1:
            rows = [row * self.lines + line for row in rows for line in range(self.lines)]
        return table.iloc[rows].reset_index(drop=True)


def scores(metric, sheets, asked):
    """(the values of each table, warnings)."""
    values, failed, first = {}, 0, None
    blocks = max(sheets.blocks) + 1 if asked["blocks"] else 0
    without = [[row for row, own in enumerate(sheets.blocks) if own != block] for block in range(blocks)]

    def part(table, rows):
        nonlocal failed, first
        try:
            return metric.value(sheets.part(sheets.solution, rows), sheets.part(table, rows), sheets.id) if rows else None
        except Refusal as refusal:
            failed, first = failed + 1, first or str(refusal)
            return None

    for name, folds in sheets.folds.items():
        table = sheets.read(name)
        whole = metric.value(sheets.solution, table, sheets.id)
        if name == "average":
            check_direction(metric, sheets, asked["better"], whole)
        by_fold = [[row for row, own in enumerate(folds) if own == fold] for fold in range(sheets.fold_count)]
        values[name] = {"whole": whole, "folds": [part(table, rows) for rows in by_fold]}
        left = [part(table, rows) for rows in without] if blocks > 1 else []
        if left and None not in left:
            values[name]["without"] = left
    warnings = [] if first is None else [
        f"{failed} of {metric.calls} values are not there, since the metric gave no number for some of the rows; the first: {first}"]
    return values, warnings


def check_direction(metric, sheets, better, found):
    """That the truth itself is not worse than what was predicted. A metric that takes no truth for a submission says nothing of it."""
    try:
        best = metric.value(sheets.solution, sheets.solution, sheets.id)
    except Refusal:
        return
    if (best < found) if better == "higher" else (best > found):
        raise Refusal(f"{metric.title}: the truth itself scores {best:g}, and predictions {found:g}: a {'lower' if better == 'higher' else 'higher'} "
                      f"value is better by this metric. Write `better: {'lower' if better == 'higher' else 'higher'}` beside python")


def main(folder):
    asked = json.loads((folder / "request.json").read_text())
    code = folder / "code"
    sys.path.insert(0, str(code))
    if asked["libraries"]:
        sys.path.append(asked["libraries"])
    answer = {}
    try:
        try:
            import pandas  # noqa: F401 (whether it is there)
        except ImportError as error:
            raise Refusal(f"a metric file needs pandas, and the worker's Python has none ({printable(error)}): install it there",
                          "unavailable") from None
        if importlib.machinery.PathFinder.find_spec(competitions.NAME) is None:
            sys.modules[competitions.NAME] = competitions
        metric = Metric(code / asked["file"], asked["title"], asked["arguments"])
        values, warnings = scores(metric, Sheets(asked["sheets"]), asked)
        answer = {"values": values, "warnings": warnings, "calls": metric.calls, "seconds": metric.seconds}
    except Refusal as refusal:
        traceback.print_exc()
        answer = {"error": str(refusal), "class": refusal.kind}
    (folder / "answer.part").write_text(json.dumps(answer))
    (folder / "answer.part").rename(folder / "answer.json")


if __name__ == "__main__":
    die_with_parent()
    main(Path(sys.argv[1]))
