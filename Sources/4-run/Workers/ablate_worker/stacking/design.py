"""What a stacking learner sees of each row: models' log-probabilities or numbers, statistics of these in groups, further features.

Checks that every input speaks of the same rows. Knows no learner, no fold and no label.
"""

from dataclasses import dataclass

from ..files import formats
from ..protocol.step import invalid
from ..texts import groups

FLOOR = 1e-15  # of a probability before its logarithm, as in the engine's log loss


@dataclass
class Design:
    names: list  # of the columns
    values: object  # float64 [rows, columns]
    probabilities: object  # float64 [models, rows, width]: what the models predict


def model_names(inputs):
    """The stacked models, in order of name, by a step's inputs: `oof.<name>` for each, `test.<name>` for all of them or none."""
    known = {part: sorted(n.removeprefix(part) for n in inputs if n.startswith(part)) for part in ("oof.", "test.")}
    if not known["oof."]:
        raise invalid("stack needs out-of-fold predictions of at least one model, and the step has none")
    if known["test."] and known["test."] != known["oof."]:
        odd = sorted(set(known["oof."]) ^ set(known["test."]))[0]
        has, lacks = ("test", "out-of-fold") if odd in known["test."] else ("out-of-fold", "test")
        raise invalid(f"'{odd}' has {has} predictions and no {lacks} predictions: stack needs both of a model, or test "
                      "predictions of none")
    return known["oof."]


def build(predictions, kind, count, target, group_codes=None, features=None, rows=None):
    """The Design of a table of `count` rows, or of some `rows` of it, ascending.

    predictions: the Source of each model by name, in the order of the columns; kind: what a message calls them, out-of-fold or
    test. group_codes [rows]: None for no statistics. features: the Source of further columns.
    """
    import numpy as np
    models = list(predictions)
    rows = np.arange(count) if rows is None else rows
    probabilities = np.stack([covering(predictions[model], f"the {kind} predictions of '{model}'", count, target, rows) for model in models])
    seen = target.seen(probabilities)
    names = [f"{model}.{target.column}-{place}" for model in models for place in range(target.width)]
    values = [seen.transpose(1, 0, 2).reshape(len(rows), -1)]
    if group_codes is not None:
        values.append(groups.statistics(values[0], [group_codes[row] for row in rows]))
        names = names + groups.names(names)
    if features is not None:
        more, numbers = formats.read_features(features, count)
        names = names + more
        values.append(numbers[rows])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise invalid(f"two columns have the name '{twice[0]}': a features input repeats another's names")
    values = np.concatenate(values, axis=1, dtype=np.float64)
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, column = rows[infinite[0][0]], infinite[0][1]
        raise invalid(f"the feature '{names[column]}' is infinite in row {row + 1}: only finite numbers and NaN (missing) "
                      "can be learnt from", int(row) + 1)
    return Design(names, values, probabilities)


def covering(source, title, count, target, wanted):
    """The numbers [wanted, width] of predictions that must hold each wanted row of the table exactly once."""
    import numpy as np
    rows, probabilities = target.read(source)
    outside = rows[(rows < 0) | (rows >= count)]
    if len(outside):
        row = int(outside[0]) + 1
        raise invalid(f"{title} have a row {row}, and the table has {count} rows: they are of another table", row)
    times = np.bincount(rows, minlength=count)
    lacking = np.zeros(count, bool)
    lacking[wanted] = times[wanted] == 0
    for wrong, words in ((lacking, "lack"), (times > 1, "repeat")):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0]) + 1
            more = f" and {wrong.sum() - 1} more" if wrong.sum() > 1 else ""
            raise invalid(f"{title} {words} row {row}{more}: every row of the table must be predicted exactly "
                          "once", row)
    ordered = np.zeros((count, probabilities.shape[1]))
    ordered[rows] = probabilities
    return ordered[wanted]


def check_same_columns(train, test):
    if train.names != test.names:
        odd = sorted(set(train.names) ^ set(test.names))
        raise invalid(f"the column '{odd[0]}' is in the features of one table and not of the other: make both with the same "
                      "settings" if odd else "the features of the test table come in another order than those of training")
