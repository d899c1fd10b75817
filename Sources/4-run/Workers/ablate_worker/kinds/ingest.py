"""Turns a user's table into `rows` and `texts`, or says which row and column must be mended.

Knows the roles of columns (id, label, group, weight), the texts by their names, and the constraint one-of-each. Does not know
folds, tokens or models.
"""

from decimal import Context, Decimal

from ..files import formats, orders
from ..files.cells import NUMBER, is_nothing, number, pointed, read_words, written
from ..files.tables import check_text, read_tables
from ..protocol.kinds import plain
from ..protocol.places import place, row_of
from ..protocol.step import Failure, invalid
from ..protocol.words import alike, character_name, listed, printable, unseen
from ..texts import extra, repeats

LIGHTEST, HEAVIEST = 1e-30, 1e30  # of the weights that are not 0: sums and products of such weights and losses lose no digits


# What a column of 0 and 1 says, by the target that it is predicted for.
MARKS = {"multi-label": "a column for a label has 1 where a row has it and 0 where not",
         "choice": "the column has 1 for the right row of each group and 0 for the others"}


def form(text):
    """What is one label however it is written: 3.0 and 3, or True and true; any other text as it is."""
    if NUMBER.fullmatch(text):
        number = Decimal(text)
        return str(number.normalize(Context(prec=len(text)))) if number else "0"
    return text.lower() if text.lower() in ("true", "false") else text


def run(step):
    parameters, role = step.parameters, step.parameters.role
    named = {k: v for k, v in plain(parameters.columns).items() if v is not None}
    # The columns of the texts by their names. The short form has them among the roles, where no name of the writer's can clash.
    named_texts = parameters.texts or {name: named.pop(name) for name in ("prompt", "answer") if name in named}
    remarks = []
    train = role != "test"
    whole = parameters.constraint == "one-of-each" or parameters.target == "choice"
    needed, optional = asked(named, train, whole)
    columns, pieces = parameters.label_columns or [], parameters.label_pieces or []
    try:
        roles = [k for k in needed if not (pieces and k == "label")]
        parts = [piece["column"] for piece in pieces if "column" in piece]
        required = [*named_texts.values(), *(named[k] for k in roles), *columns, *parts, *parameters.extra]
        required += [c for c in [parameters.fold_column] if c is not None]
        further = sorted((name for name in step.inputs if name.startswith("part.")), key=lambda name: int(name.removeprefix("part.")))
        files = [step.source(name) for name in ["table", *further]]
        table, title = read_tables(files, parameters.format, required, [named[k] for k in optional], remarks)
    except Failure as failure:
        if not train and failure.row is None and failure.column is not None and failure.column == named.get("group"):
            what = "target choice" if parameters.target == "choice" else "constraint one-of-each"
            failure.message += f". The {what} needs it in the test table, too: it says which rows belong together"
        raise
    count = len(next(iter(table.values())))
    if pieces:
        table[named["label"]] = put_together(pieces, table, count)
    get = lambda key: table.get(named.get(key)) if key in needed + optional else None
    rows = {
        "ids": read_ids(title, named.get("id"), get("id"), count),
        "labels": read_labels(title, named["label"], get("label"), parameters.labels) if get("label") else None,
        "groups": None,
        "weights": read_weights(title, named["weight"], pointed(title, named["weight"], get("weight"), remarks)) if get("weight") else None,
        "classes": len(parameters.labels),
    }
    if columns:
        if parameters.target != "number":
            table |= {column: [flag(value) for value in table[column]] for column in columns}
        found = [read_numbers(title, column, pointed(title, column, table[column], remarks)) for column in columns]
        if parameters.target in ("classes", "ordinal"):
            rows["labels"], shares = shared(title, columns, found)
            rows |= {} if shares is None else {"shares": shares}
        else:
            if parameters.target in MARKS:
                check_marks(title, columns, found, MARKS[parameters.target])
            rows["numbers"] = [list(row) for row in zip(*found)]
    if get("group"):
        names = read_words(title, named["group"], get("group"))
        codes = {}
        rows["groups"] = [codes.setdefault(name, len(codes)) for name in names]  # in order of first appearance
        if parameters.constraint == "one-of-each":
            check_one_of_each(title, named["group"], names, rows, parameters.labels)
        if parameters.target == "choice" and train:
            check_choices(title, columns[0], named, names, rows)
    elif parameters.target == "choice":
        raise invalid("the target choice needs data.columns.group: the column that says which rows are the candidates of one question")
    elif parameters.constraint == "one-of-each":
        raise invalid("the constraint one-of-each needs data.columns.group: the column that says which rows belong together")
    texts, metrics = read_texts(title, {name: (column, table[column]) for name, column in named_texts.items()}, count)
    formats.write_json(step.outputs / "rows", rows)
    formats.write_texts(step.outputs / "texts", texts)
    if parameters.group_names:
        formats.write_json(step.outputs / "groups", {"names": list(codes)})
    cells = {name: read_cells(title, name, table[name]) for name in parameters.extra}
    if cells:
        formats.write_json(step.outputs / "extra", cells)
    if parameters.fold_column is not None:
        values = orders.read_values(title, parameters.fold_column, table[parameters.fold_column])
        order = orders.in_time(title, parameters.fold_column, values) if parameters.times else orders.natural(values)
        formats.write_json(step.outputs / "order", order)
    warnings = remarks + repeats.within(title, texts, rows)
    for name, values in cells.items():
        if rows["labels"] is not None:
            warnings += extra.leaks(title, name, values, rows["labels"], parameters.labels)
        if rows.get("numbers") is not None:
            warnings += extra.leaks_of_numbers(title, name, values, rows["numbers"], parameters.labels)
    if step.has("reference"):
        warnings += repeats.between(title, texts, rows, formats.read_texts(step.input("reference")))
    if warnings:
        metrics["warnings"] = warnings
    metrics |= {"rows": count, "groups": len(codes) if get("group") else 0}
    return {"metrics": metrics}


def asked(named, train, whole):
    """(roles whose columns must be there beside the texts, roles that are read where they are).

    A test table is asked for what predicting takes: its labels are never read, as a placeholder there is common and no model may
    see them; weights count in training; and groups hold rows together in folds, which a test table needs where they are wanted whole.
    """
    wanted = ["group", *(["label", "weight"] if train else ["id"])]
    optional = ["id"] if train else ["group"] if not whole else []
    return [k for k in wanted if k in named and k not in optional], [k for k in optional if k in named]


def put_together(pieces, table, count):
    """The labels whose parts stand in several columns, with the texts between; a null is an empty part."""
    part = lambda piece, row: piece["text"] if "text" in piece else "" if is_nothing(table[piece["column"]][row]) else written(table[piece["column"]][row])
    return ["".join(part(piece, row) for piece in pieces) for row in range(count)]


def read_cells(title, column, values):
    """The cells of an extra column as they are written; None where there is nothing."""
    words = [None if is_nothing(value) or value == "" else written(value) for value in values]
    for row, word in enumerate(words, 1):
        if word is not None:
            check_text(word, title, row, column)
    return words


def read_ids(title, column, values, count):
    if values is None:
        return [str(row) for row in range(count)]
    ids, first = read_words(title, column, values), {}
    for row, name in enumerate(ids, 1):
        if first.setdefault(name, row) != row:
            raise invalid(f"{place(title, row)}, column '{printable(column)}': the id '{printable(name)}' is already that of {row_of(title, first[name])}; "
                          "an id must name one row", row, column)
    return ids


def read_labels(title, column, values, labels):
    """The index of each row's label: the one that is written so, else the only one of that form."""
    exact, known = {label: index for index, label in enumerate(labels)}, {}
    for label, index in exact.items():
        known[form(label)] = None if form(label) in known else index
    indices, strange, found = [], [], {}
    for row, value in enumerate(values, 1):
        text = None if is_nothing(value) else written(value)
        if text not in found:
            found[text] = None if text is None else exact.get(text, known.get(form(text)))
        if found[text] is None:
            strange.append((row, value, text))
        indices.append(found[text])
    if strange:
        row, value, text = strange[0]
        more = f" ({len(strange)} rows in all have no known label)" if len(strange) > 1 else ""
        what = ("is null" if text is None else "is empty" if text == "" else
                f"holds {'the boolean ' * isinstance(value, bool)}'{printable(text)}'")
        near = next((label for label in labels if text and alike(label) == alike(text)), None)
        strangers = [character for character in text or "" if not character.isascii()]
        meant = (f" (is '{printable(near)}' meant?{unseen(text, near)})" if near else
                 f" (with {character_name(strangers[0])})" if strangers and len(text) < 20 else "")
        raise invalid(f"{place(title, row)}, column '{printable(column)}' {what}{meant}, which is none of the labels {listed(labels)}{more}: "
                      "correct the row, or add the value to data.labels", row, column)
    return indices


def read_numbers(title, column, values):
    """The numbers that are predicted: a finite one in each row."""
    numbers = []
    for row, value in enumerate(values, 1):
        found = number(value)
        if not abs(found) <= 1e30:
            what = "is null" if is_nothing(value) else "is empty" if value == "" else f"holds '{printable(written(value))}'"
            lacking = sum(not abs(number(value)) <= 1e30 for value in values)
            more = f" ({lacking} rows in all have none)" if lacking > 1 else ""
            raise invalid(f"{place(title, row)}, column '{printable(column)}' {what}, and a finite number is to be predicted there{more}: "
                          "write it with a point and without separators of thousands, or leave the row out", row, column)
        numbers.append(found)
    return numbers


def flag(value):
    """1 and 0 for true and false, in a column that says whether a label is so; anything else as it is."""
    word = written(value).strip().lower() if isinstance(value, (bool, str)) else None
    return {"true": 1, "false": 0}.get(word, value)


def check_marks(title, columns, found, rule):
    """Columns that say whether something is so hold 0 and 1 alone."""
    for column, values in zip(columns, found):
        row = next((row for row, value in enumerate(values, 1) if value not in (0, 1)), None)
        if row is not None:
            raise invalid(f"{place(title, row)}, column '{printable(column)}' holds {values[row - 1]:g}: {rule}", row, column)


def shared(title, columns, found):
    """(the index of the greatest of each row's columns, of equal ones the first; the rows' shares, which sum to 1, or None where each row
    has one label)."""
    indices, shares = [], []
    for row, own in enumerate(zip(*found), 1):
        odd = next((place for place, share in enumerate(own) if not 0 <= share <= 1), None)
        if odd is not None:
            raise invalid(f"{place(title, row)}, column '{printable(columns[odd])}' holds {own[odd]:g}: a label's share of a row is a number from 0 "
                          "to 1", row, columns[odd])
        if abs(sum(own) - 1) > 1e-3:
            raise invalid(f"{place(title, row)}: the columns {listed(columns)} sum to {sum(own):g}, and the shares of a row's labels sum to 1; "
                          "several labels at once are the target multi-label", row, columns[0])
        indices.append(own.index(max(own)))
        shares.append([share / sum(own) for share in own])
    return indices, None if all(max(row) == 1 for row in shares) else shares


def read_weights(title, column, values):
    weights = []
    for row, value in enumerate(values, 1):
        weight = number(value)
        if weight != 0 and not LIGHTEST <= weight <= HEAVIEST:
            raise invalid(f"{place(title, row)}, column '{printable(column)}': '{printable(written(value))}' is no weight; 0, or a number "
                          f"from {LIGHTEST} to {HEAVIEST} is needed", row, column)
        weights.append(weight)
    if sum(weights) == 0:
        raise invalid(f"{title}, column '{printable(column)}': every weight is 0, so no row would count", column=column)
    return weights


def read_texts(title, columns, count):
    """The texts of every row. A null, or a NaN, is an empty text: no row is dropped for it, and the metrics count it."""
    texts, metrics = [{} for _ in range(count)], {}
    for name, (column, values) in columns.items():
        metrics[f"null-{name}"] = sum(map(is_nothing, values))
        for row, value in enumerate(values, 1):
            text = "" if is_nothing(value) else value if isinstance(value, str) else written(value)
            check_text(text, title, row, column)
            texts[row - 1][name] = text
        metrics[f"empty-{name}"] = sum(not text[name] for text in texts)
    return texts, metrics


def check_choices(title, column, named, names, rows):
    """One row of each group is right, and its rows have one weight: a group counts as one."""
    members = {}
    for row, code in enumerate(rows["groups"], 1):
        members.setdefault(code, []).append(row)
    for group in members.values():
        right = [row for row in group if rows["numbers"][row - 1] == [1]]
        where = f"the group '{printable(names[group[0] - 1])}' ({'rows' if len(group) > 1 else 'row'} {counted(group)})"
        if len(right) != 1:
            has = f"has {len(right)} right rows ({counted(right)})" if right else "has no right row"
            row = right[1] if right else group[0]
            raise invalid(f"{place(title, row)}, column '{printable(column)}': {where} {has}, and exactly one is expected: write 1 there and 0 in its "
                          "other rows, or leave the group out", row, column)
        other = next((row for row in group if rows["weights"] and rows["weights"][row - 1] != rows["weights"][group[0] - 1]), None)
        if other is not None:
            raise invalid(f"{place(title, other)}, column '{printable(named['weight'])}': {where} has rows of several weights, and a group counts as "
                          "one: give its rows one weight", other, named["weight"])


def counted(rows):
    """Numbers of rows, of many the first."""
    return ", ".join(map(str, rows[:10])) + (", ..." if len(rows) > 10 else "")


def check_one_of_each(title, column, names, rows, labels):
    """In train each group holds each label exactly once; in test each group has as many rows as there are labels."""
    members = {}
    for row, code in enumerate(rows["groups"], 1):
        members.setdefault(code, []).append(row)
    for group in members.values():
        first = group[0]
        where = f"{place(title, first)}: the group '{printable(names[first - 1])}' (rows {counted(group)})"
        rule = "the constraint one-of-each asks for each label exactly once in each group"
        if rows["labels"] is None:
            if len(group) != len(labels):
                raise invalid(f"{where} has {len(group)} rows, and there are {len(labels)} labels; {rule}", first, column)
            continue
        held = [rows["labels"][row - 1] for row in group]
        twice = [printable(labels[i]) for i in range(len(labels)) if held.count(i) > 1]
        lacking = [printable(labels[i]) for i in range(len(labels)) if i not in held]
        if twice or lacking:
            faults = [f"holds {', '.join(twice)} more than once"] * bool(twice) + [f"lacks {', '.join(lacking)}"] * bool(lacking)
            raise invalid(f"{where} {' and '.join(faults)}; {rule}. If two questions share a text, give each its own group value",
                          first, column)
