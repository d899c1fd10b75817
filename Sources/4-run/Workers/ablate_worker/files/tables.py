"""Reads a csv, jsonl or parquet table as rows of plain values. How it is written is told by itself (separated.py, records.py, sources.py).

An empty cell is an empty text, "NA" is the text NA, and every row is there. What cannot be read is an error that names
the row. Does not know what the columns are for.
"""

import difflib
from datetime import date, datetime

from ..protocol.places import Parts, place
from ..protocol.step import invalid
from ..protocol.words import alike, listed, printable, unseen
from . import sources
from .records import Repeating, read_records
from .separated import Separated


def read_tables(files, format, required, optional, remarks):
    """The columns of one table in several files (Source each), whose rows follow each other; and what messages call it."""
    tables = [read_table(file.path, file.title, format, required, optional, remarks) for file in files]
    for file, table in zip(files, tables):
        lacking = next((column for column in tables[0] | table if column not in table or column not in tables[0]), None)
        if lacking is not None:
            here, there = (file, files[0]) if lacking not in table else (files[0], file)
            raise invalid(f"{here.title} has no column '{printable(lacking)}', and {there.title} has: files of one table have the same columns",
                          column=lacking)
    if len(files) == 1:
        return tables[0], files[0].title
    counts = [len(next(iter(table.values()))) for table in tables]
    joined = {column: [value for table in tables for value in table[column]] for column in tables[0]}
    return joined, Parts([file.title for file in files], counts)


def read_table(path, title, format, required, optional, remarks=None):
    """{column: list of values, one per row} of the columns named; an optional column that is absent is left out.

    Values are str from csv; str, int, float, bool or None from jsonl and parquet. Bytes that are not UTF-8 arrive as
    lone surrogates (the surrogateescape convention): `check_text` finds them, row by row. remarks: what was detected of the file's
    form is added there, as sentences.
    """
    readers = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet}
    table = readers[format](path, title, list(required), list(optional), remarks)
    if not next(iter(table.values()), []):
        raise invalid(f"{title} has no rows: at least one is needed")
    return table


def pick(title, names, required, optional, hint=""):
    """The columns to read of those there are; a missing or doubled one is an error that says what there is.

    The names are shown only where some of them are the recipe's: the first line of a file that is no table may be a secret.
    """
    known = {alike(name) for name in names}
    is_table = any(alike(column) in known for column in [*required, *optional])
    for column in required:
        if column not in names:
            wanted = f"{title} has no column '{printable(column)}'."
            if not is_table:
                asked = listed(list(dict.fromkeys(required)))
                raise invalid(f"{wanted} {hint or begins(names)} Columns that the recipe asks for: {asked}. Name the right file in "
                              "data, or the file's columns in data.columns", column=column)
            near = [n for n in names if alike(n) == alike(column)] or difflib.get_close_matches(column, names, 1, 0.6)
            raise invalid(f"{wanted}{f' {meant(near[0], column)}' if near else ''} Its columns: {listed(names)}", column=column)
    for column in optional:
        near = [n for n in names if alike(n) == alike(column)] if column not in names else []
        if near:
            # One that is not there at all may be left out; one that somebody mistyped was meant to be read.
            raise invalid(f"{title} has no column '{printable(column)}'. {meant(near[0], column)} Its columns: {listed(names)}", column=column)
    wanted = [c for c in dict.fromkeys([*required, *optional]) if c in names]
    for column in wanted:
        if names.count(column) > 1:
            raise invalid(f"{title} has {names.count(column)} columns named '{printable(column)}': rename all but one", column=column)
    return wanted


def meant(found, wanted):
    """The name that is there in place of the one that is asked for, and how they differ where that is not to be seen."""
    return f"Did you mean '{printable(found)}'{unseen(found, wanted)}?"


def begins(names):
    """What can be said of names none of which is known, without showing them."""
    if len(names) > 1:
        return f"It names {len(names)} columns, and none that the recipe asks for."
    return "Its first line names one column."


def read_csv(path, title, required, optional, remarks):
    file = Separated(path, title, [*required, *optional], remarks)
    wanted = pick(title, file.names, required, optional, sources.json_instead(path, title))
    places = [(file.names.index(c), []) for c in wanted]
    for cells in file.rows():
        for cell, values in places:
            values.append(cells[cell])
    return dict(zip(wanted, (values for _, values in places)))


def read_jsonl(path, title, required, optional, remarks):
    records = read_records(path, title, remarks)
    names = list(dict.fromkeys(name for record in records for name in record))
    if not records:
        return {}
    table = {c: [] for c in pick(title, names, required, optional)}
    for row, record in enumerate(records, 1):
        for column, values in table.items():
            if column not in record:
                raise invalid(f"{title}, row {row} has no '{printable(column)}', and other rows do", row, column)
            if isinstance(record, Repeating) and column in record.repeated:
                raise invalid(f"{title}, row {row} has '{printable(column)}' more than once, and which is meant cannot be told: keep "
                              "one", row, column)
            value = record[column]
            if isinstance(value, (dict, list)):
                raise invalid(f"{title}, row {row}, column '{printable(column)}' holds a {'list' if isinstance(value, list) else 'object'}: "
                              "a text or a number is needed", row, column)
            values.append(value)
    return table


def read_parquet(path, title, required, optional, remarks):
    import pyarrow as pa
    import pyarrow.parquet as pq
    sources.opened(path, title).close()
    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        wanted = pick(title, names, required, optional)
        return {c: plain(file.read(columns=[c], use_threads=False).column(c), title, c) for c in wanted}
    except (pa.ArrowException, OSError) as error:
        raise invalid(f"{title} cannot be read as parquet: {str(error).splitlines()[0]}") from None


def plain(column, title, name):
    """The Python values of an Arrow column."""
    import pyarrow as pa
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column = column.cast(pa.large_binary())  # to_pylist would raise at bad UTF-8 and not say where
        return [None if v is None else v.decode("utf-8", "surrogateescape") for v in column.to_pylist()]
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError):  # a time in nanoseconds, or a year that Python's own types do not have
        try:
            values = column.cast(pa.string()).to_pylist()
        except pa.ArrowException:
            raise invalid(f"{title}, column '{name}' is of type {kind}, and holds values that have no text: save it as text",
                          column=name) from None
    if any(isinstance(v, (list, dict, bytes)) for v in values):
        raise invalid(f"{title}, column '{name}' is of type {kind}: a text or a number is needed", column=name)
    return [v.isoformat() if isinstance(v, (date, datetime)) else v for v in values]


def check_text(text, title, row, column):
    """Raise when a text holds what no text may: a byte that was not UTF-8, half of a surrogate pair, or a NUL."""
    nul = text.find("\0")
    if nul >= 0:
        raise invalid(f"{place(title, row)}, column '{printable(column)}', character {nul + 1}: a NUL, which many programs take for "
                      "the end of a text: remove it", row, column)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        what = (f"byte 0x{code - 0xDC00:02x} is not UTF-8: save the file as UTF-8" if 0xDC80 <= code <= 0xDCFF else
                f"\\u{code:04x} is half of a surrogate pair: replace it, or write the whole pair")
        raise invalid(f"{place(title, row)}, column '{printable(column)}', character {error.start + 1}: {what}", row, column) from None
