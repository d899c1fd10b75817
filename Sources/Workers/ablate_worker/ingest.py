"""Turns a user's table into `rows` and `texts`, or says which row and column must be mended.

Knows the roles of columns (id, prompt, answer, label, group, weight) and the constraint one-of-each. Does not know
folds, tokens or models.
"""

import math
import re

from . import formats
from .step import invalid
from .tables import check_text, read_table


def written(value):
    """A value as text, so that 0, "0" and the 0.0 of an integer column with gaps are one label."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return str(value)


def number_form(text):
    """"3.0" and "3" alike as "3"; any other text as it is."""
    try:
        return written(float(text)) if text.strip() == text and text[:1] in "-0123456789" else text
    except ValueError:
        return text


def run(step):
    parameters, role = step.parameters, step.parameters["role"]
    named = {k: v for k, v in parameters["columns"].items() if v is not None}
    title = step.title("table")
    train = role == "train"
    # A test table's labels are never read: a placeholder there is common, and no model may see them.
    needed = [k for k in ("prompt", "answer", "group") if k in named]
    needed += [k for k in (("label", "weight") if train else ("id",)) if k in named]
    optional = ["id"] if train and "id" in named else []
    table = read_table(step.input("table"), title, parameters["format"], [named[k] for k in needed], [named[k] for k in optional])
    count = len(next(iter(table.values())))
    get = lambda key: table.get(named.get(key)) if key in needed + optional else None
    rows = {
        "ids": read_ids(title, named.get("id"), get("id"), count),
        "labels": read_labels(title, named["label"], get("label"), parameters["labels"]) if get("label") else None,
        "groups": None,
        "weights": read_weights(title, named["weight"], get("weight")) if get("weight") else None,
        "classes": len(parameters["labels"]),
    }
    if get("group"):
        names = read_words(title, named["group"], get("group"))
        codes = {}
        rows["groups"] = [codes.setdefault(name, len(codes)) for name in names]  # in order of first appearance
        if parameters.get("constraint") == "one-of-each":
            check_one_of_each(title, named["group"], names, rows, parameters["labels"])
    elif parameters.get("constraint") == "one-of-each":
        raise invalid("the constraint one-of-each needs data.columns.group: the column that says which rows belong together")
    texts, metrics = read_texts(title, {k: (named[k], get(k)) for k in ("prompt", "answer") if k in named}, count)
    formats.write_json(step.outputs / "rows", rows)
    formats.write_texts(step.outputs / "texts", texts)
    warnings = duplicates(title, texts, rows)
    if step.has("reference"):
        warnings += shared(title, texts, rows, formats.read_texts(step.input("reference")))
    if warnings:
        metrics["warnings"] = warnings
    metrics |= {"rows": count, "groups": len(codes) if get("group") else 0}
    return {"metrics": metrics}


def read_words(title, column, values):
    """Values as texts, for which null is an error (ids and groups)."""
    words = []
    for row, value in enumerate(values, 1):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            raise invalid(f"{title}, row {row}, column '{column}' is null: every row needs a value", row, column)
        word = written(value)
        check_text(word, title, row, column)
        words.append(word)
    return words


def read_ids(title, column, values, count):
    if values is None:
        return [str(row) for row in range(count)]
    ids, first = read_words(title, column, values), {}
    for row, name in enumerate(ids, 1):
        if first.setdefault(name, row) != row:
            raise invalid(f"{title}, row {row}, column '{column}': the id '{name}' is already that of row {first[name]}; "
                          "an id must name one row", row, column)
    return ids


def read_labels(title, column, values, labels):
    known = {number_form(label): index for index, label in enumerate(labels)}
    known |= {label: index for index, label in enumerate(labels)}  # the label as it is written goes first
    indices, strange = [], []
    for row, value in enumerate(values, 1):
        text = None if value is None or (isinstance(value, float) and math.isnan(value)) else written(value)
        index = None if text is None else known.get(text, known.get(number_form(text)))
        if index is None:
            strange.append((row, text))
        indices.append(index)
    if strange:
        row, text = strange[0]
        more = f" ({len(strange)} rows in all have no known label)" if len(strange) > 1 else ""
        what = "is null" if text is None else "is empty" if text == "" else f"holds '{printable(text)}'"
        raise invalid(f"{title}, row {row}, column '{column}' {what}, which is none of the labels {', '.join(labels)}{more}: "
                      "correct the row, or add the value to data.labels", row, column)
    return indices


def read_weights(title, column, values):
    weights = []
    for row, value in enumerate(values, 1):
        try:
            weight = float(value)
        except (TypeError, ValueError):
            weight = math.nan
        if not (math.isfinite(weight) and weight >= 0):
            raise invalid(f"{title}, row {row}, column '{column}': '{printable(value)}' is no weight; a number of 0 or more is "
                          "needed", row, column)
        weights.append(weight)
    if sum(weights) == 0:
        raise invalid(f"{title}, column '{column}': every weight is 0, so no row would count", column=column)
    return weights


def read_texts(title, columns, count):
    """The texts of every row. A null is an empty text: no row is dropped for it, and the metrics count it."""
    texts, metrics = [{} for _ in range(count)], {}
    for role, (column, values) in columns.items():
        metrics[f"null-{role}"] = sum(value is None for value in values)
        for row, value in enumerate(values, 1):
            text = "" if value is None else value if isinstance(value, str) else written(value)
            check_text(text, title, row, column)
            texts[row - 1][role] = text
        metrics[f"empty-{role}"] = sum(not text[role] for text in texts)
    return texts, metrics


def duplicates(title, texts, rows):
    """Warnings of questions that stand in the table more than once and that no group holds together: folds may part them, and a
    model would then be scored on what it was trained on. Without groups, of rows that are alike in every text."""
    columns = telling(texts, rows)
    first, found = {}, {}
    for row, text in enumerate(texts):
        key = normalised(text, columns)
        if not any(key):
            continue
        group = row if rows["groups"] is None else rows["groups"][row]
        known = first.setdefault(key, {})
        if known.setdefault(group, row) == row and len(known) > 1:
            found[key] = known
    what = "question" if columns == ["prompt"] else "text"
    warnings = []
    for known in list(found.values())[:3]:
        listed = ", ".join(str(row + 1) for row in list(known.values())[:5])
        more = ", ..." if len(known) > 5 else ""
        warnings.append(f"{title}: rows {listed}{more} have the same {what}, '{printable(texts[min(known.values())][columns[0]])}', and "
                        "are not of one group, so folds may part them: give them one value in the column data.columns.group")
    if len(found) > 3:
        warnings.append(f"{title}: {len(found) - 3} more {what}s stand in more than one group")
    return warnings


def shared(title, texts, rows, reference):
    """Warnings of questions (without groups: of whole rows) of this table that stand in the training table too, by their
    normalised text: a model was trained on their answers, so its score there tells little of questions that are new."""
    columns = telling(texts, rows)
    if not reference or not set(columns) <= reference[0].keys():
        return []
    known, found = {}, {}
    for row, text in enumerate(reference):
        known.setdefault(normalised(text, columns), row)
    for row, text in enumerate(texts):
        key = normalised(text, columns)
        if any(key) and key in known:
            found.setdefault(key, []).append(row)
    what = "question" if columns == ["prompt"] else "text"
    warnings = []
    for key, mine in list(found.items())[:3]:
        listed = ", ".join(str(row + 1) for row in mine[:5]) + (", ..." if len(mine) > 5 else "")
        warnings.append(f"{title}: rows {listed} have the same {what} as row {known[key] + 1} of the training table, "
                        f"'{printable(texts[mine[0]][columns[0]])}': models learn from it, so what they score on these rows says "
                        f"little of new {what}s; leave it out of one of the tables")
    if len(found) > 3:
        warnings.append(f"{title}: {len(found) - 3} more {what}s stand in the training table too")
    return warnings


def telling(texts, rows):
    """The columns by which two rows are one question: the prompt, where groups say that a question has several rows."""
    return ["prompt"] if rows["groups"] is not None and "prompt" in texts[0] else sorted(texts[0])


def normalised(text, columns):
    """The words of each column, without case, punctuation and white space."""
    return tuple(" ".join(re.findall(r"\w+", text[column].casefold())) for column in columns)


def check_one_of_each(title, column, names, rows, labels):
    """In train each group holds each label exactly once; in test each group has as many rows as there are labels."""
    members = {}
    for row, code in enumerate(rows["groups"], 1):
        members.setdefault(code, []).append(row)
    for group in members.values():
        first = group[0]
        listed = ", ".join(map(str, group[:10])) + (", ..." if len(group) > 10 else "")
        where = f"{title}, row {first}: the group '{printable(names[first - 1])}' (rows {listed})"
        rule = "the constraint one-of-each asks for each label exactly once in each group"
        if rows["labels"] is None:
            if len(group) != len(labels):
                raise invalid(f"{where} has {len(group)} rows, and there are {len(labels)} labels; {rule}", first, column)
            continue
        held = [rows["labels"][row - 1] for row in group]
        twice = [labels[i] for i in range(len(labels)) if held.count(i) > 1]
        lacking = [labels[i] for i in range(len(labels)) if i not in held]
        if twice or lacking:
            faults = [f"holds {', '.join(twice)} more than once"] * bool(twice) + [f"lacks {', '.join(lacking)}"] * bool(lacking)
            raise invalid(f"{where} {' and '.join(faults)}; {rule}. If two questions share a text, give each its own group value",
                          first, column)


def printable(value, limit=60):
    """A value for a message: on one line, short, and always encodable."""
    text = " ".join(str(value).encode("utf-8", "backslashreplace").decode().split())
    return text if len(text) <= limit else text[:limit] + "..."
