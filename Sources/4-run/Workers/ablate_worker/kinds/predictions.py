"""The kind `predictions`: predictions that somebody brings, matched to the table's rows by id and to the labels by name, and proven.

Knows files and ids. Does not know who made them: whether they are out of fold is the recipe's word, but for the folds that it names.
"""

import numpy as np

from ..files import formats
from ..files.cells import is_nothing, number, read_words, written
from ..files.tables import read_table
from ..protocol.step import invalid
from ..protocol.words import printable
from ..targets import kinds

COLUMNS = ("number", "multi-label")  # targets whose columns of truth may stand beside those that are predicted


def run(step):
    ids, asked, source = formats.read_json(step.input("rows"))["ids"], step.parameters, step.source("file")
    target = kinds.TARGETS[asked.target or "classes"](len(asked.labels))
    if asked.format == "safetensors":
        rows, values = target.read(source)
        values = values[in_order(source.title, rows.tolist(), range(len(ids)), "row")]
    else:
        values = array(source, ids, asked) if asked.format == "npy" else table(source, ids, asked)
    columns = target.kind != "classes"  # that a row has numbers of, each by itself
    if columns:
        check_columns(source.title, values, target.kind == "multi-label")
    else:
        check(source.title, values)
    if step.has("folds-there"):
        check_folds(step, ids, asked)
    if columns:
        target.write_values(step.outputs / "predictions", range(len(ids)), values, 0)
        return {"metrics": {"rows": len(ids)}}
    values = values / values.sum(axis=1, keepdims=True)
    # A probability of 0 has a logit all the same: far below what a float32 probability can be told from 0 by.
    formats.write_predictions(step.outputs / "predictions", range(len(ids)), np.log(np.maximum(values, 1e-30)))
    return {"metrics": {"rows": len(ids)}}


def table(source, ids, asked):
    """Float64 [rows, labels], in the order of the table's rows."""
    names = ([[f"{name}_predicted" for name in asked.labels], asked.labels] if asked.target in COLUMNS else
             [asked.labels, [f"{asked.label}_{label}" for label in asked.labels]])
    found = read(source, [asked.id], [name for family in names for name in family])
    whole = [family for family in names if all(name in found for name in family)]
    if len(whole) > 1 and names[0] != names[1] and asked.target not in COLUMNS:  # beside predicted numbers the true ones may stand
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
    order = in_order(source.title, read_words(source.title, asked.id, found[asked.id]), ids, "id")
    wanted = "a number" if asked.target == "number" else "a probability from 0 to 1"
    return np.stack([numbers(source.title, name, found[name], wanted) for name in whole[0]], axis=1)[order]


def read(source, required, optional):
    return read_table(source.path, source.title, source.path.suffix[1:].lower(), required, optional)


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


def numbers(title, column, values, wanted):
    found = np.array([number(value) for value in values])
    lacking = np.flatnonzero(np.isnan(found))
    if len(lacking):
        row, value = int(lacking[0]) + 1, values[lacking[0]]
        what = "is empty" if is_nothing(value) or value == "" else f"holds '{printable(written(value))}', which is no number"
        raise invalid(f"{title}, row {row}, column '{printable(column)}' {what}: {wanted} is needed", row, column)
    return found


def in_order(title, found, wanted, noun):
    """Where each of the table's ids stands in the file, which has each of them once and no other."""
    places = {}
    for row, name in enumerate(found):
        if name in places:
            raise invalid(f"{title}, row {row + 1}: the {noun} '{printable(name)}' stands in row {places[name] + 1} already", row + 1)
        places[name] = row
    known = set(wanted)
    strange = next((row for row, name in enumerate(found) if name not in known), None)
    if strange is not None:
        raise invalid(f"{title}, row {strange + 1}: the table has no {noun} '{printable(found[strange])}'", strange + 1)
    missing = [name for name in wanted if name not in places]
    if missing:
        raise invalid(f"{title} lacks {len(missing)} of the table's {len(wanted)} rows, the first of {noun} '{printable(missing[0])}'")
    return [places[name] for name in wanted]


def check(title, values):
    """That each row is a distribution; rounding is forgiven, and set right."""
    wrong = ~np.isfinite(values) | (values < 0) | (values > 1 + 1e-3)
    if wrong.any():
        row, label = (int(part) for part in np.argwhere(wrong)[0])
        raise invalid(f"{title}: the probability {values[row, label]:g} of label {label + 1} of the table's row {row + 1} is none from 0 "
                      "to 1", row + 1)
    sums = values.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1) > 1e-2)
    if len(off):
        raise invalid(f"{title}: the probabilities of the table's row {off[0] + 1} add up to {sums[off[0]]:.4g}, and 1 belongs there: "
                      "bring probabilities, not scores or logits", int(off[0]) + 1)


def check_columns(title, values, shares):
    """That each is finite; of shares, that it is a probability."""
    wrong = np.argwhere(~np.isfinite(values) | (shares & ((values < 0) | (values > 1))))
    if len(wrong):
        row, column = (int(part) for part in wrong[0])
        belongs = "a probability from 0 to 1" if shares else "a finite number"
        raise invalid(f"{title}: column {column + 1} of the table's row {row + 1} is {values[row, column]:g}, and {belongs} belongs "
                      "there", row + 1)


def check_folds(step, ids, asked):
    """That the folds they were made with part the rows as the recipe's do, whatever their numbers."""
    source, ours = step.source("folds-there"), formats.read_json(step.input("folds"))["folds"]
    column = "fold"
    while column in (asked.id, asked.label):  # as `show --predictions` names it then
        column += "_"
    found = read(source, [asked.id, column], [])
    words = read_words(source.title, column, found[column])
    theirs = [words[row] for row in in_order(source.title, read_words(source.title, asked.id, found[asked.id]), ids, "id")]
    there, here = {}, {}
    for row, (own, other) in enumerate(zip(ours, theirs)):
        if there.setdefault(own, other) != other or here.setdefault(other, own) != own:
            raise invalid(f"{source.title} parts the rows in another way than the recipe's folds: row {row + 1} (id '{printable(ids[row])}') "
                          f"is in its fold {printable(other)} and in the recipe's {own}, and others of these are not together. Such "
                          "predictions have seen labels of their fold: make them with the recipe's folds", row + 1)
