"""Reads a csv, jsonl or parquet table as rows of plain values, guessing nothing.

An empty cell is an empty text, "NA" is the text NA, and every row is there. What cannot be read is an error that names
the row. Does not know what the columns are for.
"""

import csv
import difflib
import json
from datetime import date, datetime

from ..protocol.step import invalid
from ..protocol.words import alike, listed, printable, unseen
from . import sources

csv.field_size_limit(sources.LINE)


def read_table(path, title, format, required, optional):
    """{column: list of values, one per row} of the columns named; an optional column that is absent is left out.

    Values are str from csv; str, int, float, bool or None from jsonl and parquet. Bytes that are not UTF-8 arrive as
    lone surrogates (the surrogateescape convention): `check_text` finds them, row by row.
    """
    readers = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet}
    table = readers[format](path, title, list(required), list(optional))
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
    mark = next((word for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")) if names and sign in names[0]), None)
    return f"Its first line has {mark} where commas are needed: save it with commas." if mark else "Its first line names one column."


def read_csv(path, title, required, optional):
    with sources.text(path, title, newline="") as file:
        reader = csv.reader(sources.lines(file, title), strict=True)
        row = 0
        try:
            names = next(reader, None)
            if not names:
                what = "is empty" if names is None else "begins with an empty line"
                raise invalid(f"{title} {what}: its first line must name the columns")
            wanted = pick(title, names, required, optional, sources.json_instead(path, title))
            places = [(names.index(c), []) for c in wanted]
            for row, cells in enumerate((c for c in reader if c), 1):  # an empty line is no row
                if len(cells) != len(names):
                    raise invalid(f"{title}, row {row} (ends at line {reader.line_num}): {len(cells)} cells, and the header "
                                  f"names {len(names)} columns. A text with a comma or a line break must stand in double "
                                  "quotes", row)
                for place, values in places:
                    values.append(cells[place])
        except csv.Error as error:
            raise invalid(f"{title}, row {row + 1} (line {reader.line_num}): {error}. A double quote inside a text must be "
                          'doubled (""), and a text that opens with one must close with one', row + 1) from None
    return dict(zip(wanted, (values for _, values in places)))


def read_jsonl(path, title, required, optional):
    records = []
    with sources.text(path, title, newline="\n") as file:
        for line in sources.lines(file, title):
            if line.strip():
                records.append(read_object(line, title, len(records) + 1))
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


class Repeating(dict):
    """A JSON object in which a key stands more than once."""


def members(pairs):
    """A JSON object of its members, in a linear time that says when a key is repeated."""
    found = dict(pairs)
    if len(found) < len(pairs):
        found, seen = Repeating(found), set()
        found.repeated = {key for key, _ in pairs if key in seen or seen.add(key)}
    return found


def read_object(line, title, row):
    """The object that a line of JSON lines holds."""
    try:
        record = json.loads(line, object_pairs_hook=members)
    except RecursionError:
        raise invalid(f"{title}, row {row}: lists or objects are nested too deeply: keep to texts and numbers", row) from None
    except ValueError as error:
        if row == 1 and line.lstrip().startswith("["):
            raise invalid(f"{title} is one JSON array: " + sources.one_each(title)) from None
        why = f"{error.msg}, character {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise invalid(f"{title}, row {row}: not JSON ({why}). Each line must hold one whole JSON object", row) from None
    if isinstance(record, list) and row == 1 and any(isinstance(part, dict) for part in record):
        raise invalid(f"{title} is one JSON array: " + sources.one_each(title))
    if not isinstance(record, dict):
        raise invalid(f"{title}, row {row}: a JSON object is needed, one per line", row)
    return record


def read_parquet(path, title, required, optional):
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
    place = text.find("\0")
    if place >= 0:
        raise invalid(f"{title}, row {row}, column '{printable(column)}', character {place + 1}: a NUL, which many programs take for "
                      "the end of a text: remove it", row, column)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        what = (f"byte 0x{code - 0xDC00:02x} is not UTF-8: save the file as UTF-8" if 0xDC80 <= code <= 0xDCFF else
                f"\\u{code:04x} is half of a surrogate pair: replace it, or write the whole pair")
        raise invalid(f"{title}, row {row}, column '{printable(column)}', character {error.start + 1}: {what}", row, column) from None
