"""Reads JSON objects: one on each line, or all of them in one array, whichever the file is. Does not know what their members are for."""

import json

from ..protocol.step import invalid
from . import sources


class Repeating(dict):
    """A JSON object in which a key stands more than once."""


def members(pairs):
    """A JSON object of its members, in a linear time that says when a key is repeated."""
    found = dict(pairs)
    if len(found) < len(pairs):
        found, seen = Repeating(found), set()
        found.repeated = {key for key, _ in pairs if key in seen or seen.add(key)}
    return found


def read_records(path, title, remarks=None):
    """The objects, in their order."""
    records = []
    with sources.text(path, title, newline="\n", remarks=remarks) as file:
        for line in sources.lines(file, title):
            if not records and line.lstrip().startswith("["):
                return read_array(line + file.read(), title)
            if line.strip():
                records.append(read_object(line, title, len(records) + 1))
    return records


def read_array(text, title):
    """The objects that a JSON array holds."""
    try:
        records = json.loads(text, object_pairs_hook=members)
    except RecursionError:
        raise invalid(f"{title}: lists or objects are nested too deeply: keep to texts and numbers") from None
    except ValueError as error:
        raise invalid(f"{title} begins as a JSON array, and is none ({why(error, whole=True)})") from None
    row = next((row for row, record in enumerate(records, 1) if not isinstance(record, dict)), None)
    if row is not None:
        raise invalid(f"{title}, row {row}: a JSON object is needed, one for each row", row)
    return records


def read_object(line, title, row):
    """The object that a line of JSON lines holds."""
    try:
        record = json.loads(line, object_pairs_hook=members)
    except RecursionError:
        raise invalid(f"{title}, row {row}: lists or objects are nested too deeply: keep to texts and numbers", row) from None
    except ValueError as error:
        raise invalid(f"{title}, row {row}: not JSON ({why(error)}). Each line must hold one whole JSON object, or the file one array of "
                      "objects", row) from None
    if not isinstance(record, dict):
        raise invalid(f"{title}, row {row}: a JSON object is needed, one per line", row)
    return record


def why(error, whole=False):
    """The words of an error of the JSON reader, and its place."""
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    return f"{error.msg}, {f'line {error.lineno}, ' * whole}character {error.colno}"
