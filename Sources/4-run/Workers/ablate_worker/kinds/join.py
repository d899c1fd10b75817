"""The kind `join`: the rows of several training tables one after another, as those of one table.

Knows rows, texts, extra columns and the names of groups; a group of one name is one group, whichever table its rows stand in. Does not know folds.
"""

from ..files import formats
from ..protocol.step import invalid
from ..protocol.words import printable
from ..texts import repeats


def run(step):
    tables = step.parameters.tables
    rows, texts = {"ids": [], "groups": [], "weights": []}, []
    parts, codes, known, warnings, questions = [], {}, {}, [], {}
    factors = step.parameters.weights or {}
    read = {name: formats.read_labelled(step.source(f"rows.{name}")) for name in tables}
    weighted = bool(factors) or any(own["weights"] is not None for own in read.values())
    for part, name in enumerate(tables):
        own, theirs = read[name], formats.read_texts(step.input(f"texts.{name}"))
        count = len(own["ids"])
        if step.parameters.ids:
            for row, key in enumerate(own["ids"], 1):
                if key in known:
                    other, place = known[key]
                    raise invalid(f"the id '{printable(key)}' is that of row {place} of the table {other} and of row {row} of the table {name}; "
                                  "an id must name one row: give each table ids of its own, or name no column in data.columns.id", row)
                known[key] = (name, row)
        if texts:
            warnings += repeats.between(f"data.{name}", theirs, own, texts)
        rows["ids"] += own["ids"] if step.parameters.ids else [str(len(parts) + row) for row in range(count)]
        if step.has(f"groups.{name}"):
            names = formats.read_json(step.input(f"groups.{name}"))["names"]
            rows["groups"] += [codes.setdefault(names[code], len(codes)) for code in own["groups"]]
        rows["weights"] += [factors.get(name, 1.0) * weight for weight in own["weights"] or [1.0] * count]
        texts += theirs
        parts += [part] * count
    if not codes:
        rows["groups"] = None
    if not weighted:
        rows["weights"] = None
    for truth in ("labels", "numbers"):  # whichever is predicted
        if truth in read[tables[0]]:
            parts_of_it = [read[name][truth] for name in tables]
            rows[truth] = None if parts_of_it[0] is None else [value for part in parts_of_it for value in part]
    if any("shares" in own for own in read.values()):  # a table whose rows have one label each has none
        rows["shares"] = [share for own in read.values() for share in own.get("shares") or
                          [[float(place == label) for place in range(own["classes"])] for label in own["labels"]]]
    formats.write_json(step.outputs / "rows", rows | {"classes": read[tables[0]]["classes"]})
    formats.write_texts(step.outputs / "texts", texts)
    if step.has(f"extra.{tables[0]}"):
        cells = [formats.read_json(step.input(f"extra.{name}")) for name in tables]
        formats.write_json(step.outputs / "extra", {name: [value for part in cells for value in part[name]] for name in cells[0]})
    columns = repeats.telling(texts, rows["groups"])
    keys = [repeats.normalised(text, columns) for text in texts]
    numbers = [questions.setdefault(key, len(questions)) if any(key) else -1 for key in keys]
    formats.write_json(step.outputs / "parts", {"tables": tables, "parts": parts, "questions": numbers})
    metrics = {"rows": len(parts)} | {f"rows-{name}": len(own["ids"]) for name, own in read.items()}
    return {"metrics": metrics | ({"warnings": warnings} if warnings else {})}
