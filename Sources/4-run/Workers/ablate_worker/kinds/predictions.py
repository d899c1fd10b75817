"""The kind `predictions`: predictions that somebody brings, matched to the table's rows by id and to the labels by name, and proven.

Knows files and ids. Does not know who made them: whether they are out of fold is the recipe's word, but for the folds that it names.
"""

from typing import NamedTuple

import numpy as np

from ..files import formats, sources
from ..files.cells import is_nothing, number, read_words, written
from ..files.tables import read_table
from ..protocol.step import invalid
from ..protocol.words import printable
from ..targets import kinds

COLUMNS = ("number", "multi-label", "choice")  # targets whose columns of truth may stand beside those that are predicted


def run(step):
    asked, source, rows = step.parameters, step.source("file"), formats.read_json(step.input("rows"))
    ids, wanted = rows["ids"], Wanted(rows["ids"], rows.get("rows"))
    target = kinds.TARGETS[asked.target or "classes"](len(asked.labels))
    if asked.format == "safetensors":
        found, values = target.read(source)
        values = values[in_order(source.title, found.tolist(), range(len(ids)), "row", wanted)]
    elif asked.format == "npy":
        values = array(source, ids, asked)
    else:
        values = table(source, wanted, asked)
    if asked.format in ("npy", "safetensors"):
        prove(source.title, values, asked.target)
    if step.has("folds-there"):
        check_folds(step, ids, asked)
    if asked.target == "choice" and rows.get("groups") is not None:
        values = in_groups(source.title, values, rows)
    if asked.target in COLUMNS:
        target.write_values(step.outputs / "predictions", wanted.numbers, values, 0)
        return {"metrics": {"rows": len(ids)}}
    values = values / values.sum(axis=1, keepdims=True)
    # A probability of 0 has a logit all the same: far below what a float32 probability can be told from 0 by.
    formats.write_predictions(step.outputs / "predictions", wanted.numbers, np.log(np.maximum(values, 1e-30)))
    return {"metrics": {"rows": len(ids)}}


class Wanted(NamedTuple):
    """The rows that predictions must be of, by id. rows: their numbers, ascending, where they are some of a table's; None for all."""

    ids: list
    rows: list | None

    @property
    def numbers(self):
        return range(len(self.ids)) if self.rows is None else self.rows


def told(source):
    """Which table a file is that has no ending to say so, as what programs are told to write."""
    with sources.opened(source.path, source.title) as file:
        head = file.read(64)
    return "parquet" if head.startswith(b"PAR1") else "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")) else "csv"


def table(source, wanted, asked):
    """Float64 [rows, labels], in the order of the rows that are wanted, proven."""
    names = ([[f"{name}_predicted" for name in asked.labels], asked.labels] if asked.target in COLUMNS else
             [asked.labels, [f"{asked.label}_{label}" for label in asked.labels]])
    found = read(source, [asked.id], [name for family in names for name in family], asked.format)
    whole = [family for family in names if all(name in found for name in family)]
    if asked.target in COLUMNS:
        refuse_half(source.title, asked.labels, names[0], found)
    if len(whole) > 1 and names[0] != names[1] and asked.target not in COLUMNS:
        raise invalid(f"{source.title} has two columns for each label, such as '{printable(names[0][0])}' and "
                      f"'{printable(names[1][0])}', and it is not clear which are meant: leave one of them out", column=names[1][0])
    if not whole and asked.target in COLUMNS:
        lacking = next((name for name in asked.labels if name not in found), asked.labels[0])
        raise invalid(f"{source.title} has no column of predictions of '{printable(lacking)}': name it '{printable(lacking)}_predicted', or "
                      f"'{printable(lacking)}'", column=lacking)
    if not whole:
        lacking = next((name for name in asked.labels if name not in found and f"{asked.label}_{name}" not in found), asked.labels[0])
        raise invalid(f"{source.title} has no column for the label '{printable(lacking)}': name it '{printable(lacking)}', or "
                      f"'{printable(asked.label)}_{printable(lacking)}' and the others likewise", column=lacking)
    order = in_order(source.title, read_words(source.title, asked.id, found[asked.id]), wanted.ids, "id", wanted)
    needed = "a number" if asked.target == "number" else "a probability from 0 to 1"
    values = np.stack([numbers(source.title, name, found[name], needed) for name in whole[0]], axis=1)
    prove(source.title, values, asked.target, whole[0])
    return values[order]


def refuse_half(title, columns, predicted, found):
    """That a file which calls some columns predictions does so with all: beside them, the others' bare names would be their truth."""
    both = next((name for name in predicted if name in columns), None)
    if both is not None:
        raise invalid(f"'{printable(both)}' is a column of the recipe and the name of the predictions of "
                      f"'{printable(both.removesuffix('_predicted'))}', so it is not clear which {title} means: call the column otherwise", column=both)
    there = [name for name in predicted if name in found]
    lacking = next((name for name in predicted if name not in found), None)
    if there and lacking is not None:
        raise invalid(f"{title} has a column '{printable(there[0])}' and no column '{printable(lacking)}': expected predictions of each column "
                      "under such a name, or none", column=lacking)


def read(source, required, optional, form):
    return read_table(source.path, source.title, form or told(source), required, optional)


def array(source, ids, asked):
    """Float64 [rows, labels] of a NumPy file, which has no ids: its rows are the table's."""
    try:
        # Mapped, so that a file that is cut is told by its length, and not by the memory that its header asks for.
        values = np.load(source.path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # NumPy's reader ends in errors of many modules on bytes that are no array
        raise invalid(f"{source.title} cannot be read as a NumPy array: {(str(error) or type(error).__name__).splitlines()[0]}") from None
    wanted = [len(ids), len(asked.labels)]
    rule = f"numbers of the shape {wanted} belong there: the table's rows in their order, and the labels in that of data.labels"
    if not isinstance(values, np.ndarray):
        raise invalid(f"{source.title} holds several arrays, or none; one array is needed, and {rule}")
    if values.dtype.kind not in "fiu":
        raise invalid(f"{source.title} is an array of the type {values.dtype}, which is no number; {rule}")
    if list(values.shape) != wanted:
        raise invalid(f"{source.title} is of the shape {list(values.shape)}; {rule}")
    return values.astype(np.float64)


def numbers(title, column, values, needed):
    found = np.array([number(value) for value in values])
    lacking = np.flatnonzero(np.isnan(found))
    if len(lacking):
        row, value = int(lacking[0]) + 1, values[lacking[0]]
        what = "is empty" if is_nothing(value) or value == "" else f"holds '{printable(written(value))}', which is no number"
        raise invalid(f"{title}, row {row}, column '{printable(column)}' {what}: {needed} is needed", row, column)
    return found


def in_order(title, found, wanted, noun, whole=None):
    """Where each of the wanted ids stands in the file, which has each of them once and no other."""
    is_part = whole is not None and whole.rows is not None
    places = {}
    for row, name in enumerate(found):
        if name in places:
            raise invalid(f"{title}, row {row + 1}: the {noun} '{printable(name)}' stands in row {places[name] + 1} already", row + 1)
        places[name] = row
    known = set(wanted)
    strange = next((row for row, name in enumerate(found) if name not in known), None)
    if strange is not None:
        name = printable(found[strange])
        what = (f"'{name}' is the {noun} of no row to predict: these are the rows of {{in.valid}}, each once" if is_part else
                f"the table has no {noun} '{name}'")
        raise invalid(f"{title}, row {strange + 1}: {what}{as_number(found[strange], wanted)}", strange + 1)
    missing = [name for name in wanted if name not in places]
    if missing:
        whose = f"{len(missing)} of the {len(wanted)} rows to predict" if is_part else f"{len(missing)} of the table's {len(wanted)} rows"
        raise invalid(f"{title} lacks {whose}, the first of {noun} '{printable(missing[0])}'")
    return [places[name] for name in wanted]


def as_number(found, wanted):
    """Words for an id that was read as a number: 7 in place of 007, or 7.50 as 7.5."""
    try:
        meant = next((name for name in wanted if isinstance(name, str) and name != found and float(name) == float(found)), None)
    except ValueError:
        return ""
    return "" if meant is None else f" (is '{printable(meant)}' meant? Read ids as texts)"


def prove(title, values, target, columns=None):
    """That the rows are what the target predicts. columns: of a table, whose rows are in its own order."""
    if target in COLUMNS:
        check_columns(title, values, target != "number", columns)
    else:
        check(title, values, columns)


def check_columns(title, values, shares, columns):
    """That each is finite; of shares, that it is a probability."""
    wrong = np.argwhere(~np.isfinite(values) | (shares & ((values < 0) | (values > 1))))
    if len(wrong):
        row, place = (int(part) for part in wrong[0])
        where = f"row {row + 1}, column '{printable(columns[place])}'" if columns else f"column {place + 1} of the table's row {row + 1}"
        belongs = "a probability from 0 to 1" if shares else "a finite number"
        raise invalid(f"{title}: {where} is {values[row, place]:g}, and {belongs} belongs there", row + 1)


def in_groups(title, values, rows):
    """The values [rows, 1], of which those of each group are to sum to 1; rounding is forgiven, and set right."""
    places = np.unique(rows["groups"], return_inverse=True)[1]
    sums = np.bincount(places, values[:, 0])
    off = np.flatnonzero(np.abs(sums - 1) > 1e-2)
    if len(off):
        first = int(np.flatnonzero(places == off[0])[0])
        raise invalid(f"{title}: the probabilities of the {int((places == off[0]).sum())} rows of the group of the table's row {first + 1} (id "
                      f"'{printable(rows['ids'][first])}') add up to {sums[off[0]]:.4g}, and 1 belongs there: bring probabilities, not scores or logits",
                      first + 1)
    return values / sums[places][:, None]


def check(title, values, columns=None):
    """That each row is a distribution; rounding is forgiven, and set right. columns: of a table, whose rows are in its own order."""
    wrong = ~np.isfinite(values) | (values < 0) | (values > 1 + 1e-3)
    if wrong.any():
        row, label = (int(part) for part in np.argwhere(wrong)[0])
        if columns:
            raise invalid(f"{title}, row {row + 1}, column '{printable(columns[label])}': {values[row, label]:g} is no probability: a number "
                          "from 0 to 1 belongs there", row + 1, columns[label])
        raise invalid(f"{title}: the probability {values[row, label]:g} of label {label + 1} of the table's row {row + 1} is none from 0 "
                      "to 1", row + 1)
    sums = values.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1) > 1e-2)
    if len(off):
        place = f"{title}, row {off[0] + 1}: its probabilities" if columns else f"{title}: the probabilities of the table's row {off[0] + 1}"
        raise invalid(f"{place} add up to {sums[off[0]]:.4g}, and 1 belongs there: "
                      "bring probabilities, not scores or logits", int(off[0]) + 1)


def check_folds(step, ids, asked):
    """That the folds they were made with part the rows as the recipe's do, whatever their numbers."""
    source, ours = step.source("folds-there"), formats.read_json(step.input("folds"))["folds"]
    column = "fold"
    while column in (asked.id, asked.label, *(asked.labels if asked.target in COLUMNS else ())):  # as `show --predictions` names it then
        column += "_"
    found = read(source, [asked.id, column], [], source.path.suffix[1:].lower())
    words = read_words(source.title, column, found[column])
    theirs = [words[row] for row in in_order(source.title, read_words(source.title, asked.id, found[asked.id]), ids, "id")]
    there, here = {}, {}
    for row, (own, other) in enumerate(zip(ours, theirs)):
        if there.setdefault(own, other) != other or here.setdefault(other, own) != own:
            raise invalid(f"{source.title} parts the rows in another way than the recipe's folds: row {row + 1} (id '{printable(ids[row])}') "
                          f"is in its fold {printable(other)} and in the recipe's {own}, and others of these are not together. Such "
                          "predictions have seen labels of their fold: make them with the recipe's folds", row + 1)
