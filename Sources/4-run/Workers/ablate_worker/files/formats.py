"""The file formats that steps share: rows, texts, folds, tokens, predictions, features.

Knows how each lies on disk (docs/worker-protocol.md), not who makes or needs it. numpy only: no torch here.
"""

import json

from ..protocol.step import Failure, invalid
from . import tensors


def write_json(path, value):
    """Canonical JSON: sorted keys, no spaces, so that equal values are equal bytes."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(value, file, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        file.write("\n")


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_texts(path, texts):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for text in texts:
            file.write(json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")


def read_texts(path):
    # newline="\n": a text may hold U+2028 and its like unescaped, which are not ends of lines here.
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def read_labelled(source):
    """The value of a `rows` file in which labels, or the numbers that are predicted, must be."""
    rows = read_json(source.path)
    if rows["labels"] is None and rows.get("numbers") is None:
        raise invalid(f"{source.title} has no labels: only rows with labels can be trained on")
    return rows


def chosen_rows(fold, source, count, inside):
    """Row numbers, ascending, that a fold of the `folds` file selects of a table of `count` rows.

    `inside`: the rows of that fold (predict) rather than those that its model is trained on: of all other folds and of none, where
    folds are ordered of earlier ones alone. Fold None is all rows, and then no source is needed.
    """
    import numpy as np
    if fold is None:
        return np.arange(count)
    folds = read_json(source.path)
    if not 0 <= fold < folds["count"]:
        raise invalid(f"{source.title} has {folds['count']} folds, numbered from 0, and no fold {fold}")
    assigned = np.asarray(folds["folds"])
    if len(assigned) != count:
        raise invalid(f"{source.title} assigns {len(assigned)} rows to folds, and the table has {count}")
    chosen = assigned == fold if inside else assigned < fold if folds.get("ordered") else assigned != fold
    if inside:
        chosen[folds.get("unscored", [])] = False
    rows = np.flatnonzero(chosen & (assigned > -2))  # -2 is a row that no model of a fold is trained on
    if len(rows) == 0:
        raise invalid(f"fold {fold} of {folds['count']} leaves no rows to {'predict' if inside else 'train on'}")
    return rows


def check_weights(weights, fold=None):
    """Raise where no row that is trained on counts. weights: those of the rows, or None where all count alike."""
    if weights is not None and not (weights > 0).any():
        where = "every row" if fold is None else f"every row outside fold {fold}"
        raise invalid(f"{where} that is trained on has weight 0, so nothing can be learnt: give rows of more folds a weight, or use fewer folds")


def write_tokens(path, columns, metadata):
    """columns: name -> [(ids int32 [total], lengths int64 [rows]) of each part of the rows]. metadata: template, bos, eos, pad, and
    swapped, the texts that are also there as `swapped` names them."""
    import numpy as np
    arrays = {}
    for name, parts in columns.items():
        arrays[f"{name}.offsets"] = np.concatenate([np.zeros(1, np.int64), *(lengths for _, lengths in parts)]).cumsum()
        arrays[f"{name}.ids"] = np.concatenate([np.zeros(0, np.int32), *(ids for ids, _ in parts)])
    tensors.write(path, arrays, {k: json.dumps(v, ensure_ascii=False, separators=(",", ":")) for k, v in metadata.items()})


def swapped(name):
    """The column of a text's tokens in another text's place."""
    return f"{name}.swapped"


def read_tokens(path):
    """(columns: name -> (ids int32 [total], offsets int64 [rows + 1]), metadata). metadata's `swapped` are such columns, too."""
    from safetensors import safe_open
    with safe_open(path, framework="numpy") as file:
        metadata = {k: json.loads(v) for k, v in file.metadata().items()}
        names = [piece["column"] for piece in metadata["template"] if "column" in piece]
        column = lambda name: (file.get_tensor(f"{name}.ids"), file.get_tensor(f"{name}.offsets"))
        columns = {name: column(name) for name in dict.fromkeys(names)}
        metadata |= {"swapped": {name: column(swapped(name)) for name in metadata["swapped"]}} if "swapped" in metadata else {}
    return columns, metadata


def check_rows(columns, count):
    """Raise unless every column of the tokens has `count` rows: they would be those of another table."""
    for name, (_, offsets) in columns.items():
        if len(offsets) - 1 != count:
            raise Failure("internal", f"the tokens have {len(offsets) - 1} rows of {name}, and the table {count}")


def softmax(logits):
    """Probabilities [n, classes] of logits [n, classes]."""
    import numpy as np
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def write_predictions(path, rows, logits):
    """rows int64 [n] ascending; logits [n, classes]. Probabilities are the softmax, taken in double precision."""
    import numpy as np
    logits = np.asarray(logits, np.float64)
    tensors.write(path, {"rows": np.asarray(rows, np.int64), "logits": logits.astype(np.float32),
                         "probabilities": softmax(logits).astype(np.float32)})


def read_predictions(source, classes):
    """(rows int64 [n], probabilities float64 [n, classes], each row divided by its sum)."""
    import numpy as np
    from safetensors import safe_open
    with safe_open(source.path, framework="numpy") as file:
        rows, probabilities = file.get_tensor("rows"), file.get_tensor("probabilities").astype(np.float64)
    if probabilities.shape != (len(rows), classes):
        raise invalid(f"{source.title} has probabilities of shape {list(probabilities.shape)}, and {len(rows)} rows of "
                      f"{classes} classes were expected: were they made with other labels?")
    sums = probabilities.sum(axis=1, keepdims=True)
    wrong = np.flatnonzero(~(np.isfinite(sums[:, 0]) & (sums[:, 0] > 0) & (probabilities >= 0).all(axis=1)))
    if len(wrong):
        row = int(rows[wrong[0]]) + 1
        raise invalid(f"{source.title}, row {row}: its values are no probabilities (a negative one, none above 0, or one "
                      f"that is not finite); {len(wrong)} rows are so", row)
    return rows, probabilities / sums


def write_shares(path, rows, probabilities):
    """rows int64 [n] ascending; probabilities [n, width], each of its own label."""
    import numpy as np
    tensors.write(path, {"rows": np.asarray(rows, np.int64), "probabilities": np.asarray(probabilities, np.float32)})


def read_shares(source, width):
    """(rows int64 [n], probabilities float64 [n, width]) of predictions of several labels at once."""
    return read_columns(source, width, "probabilities", "labels", lambda values: (values >= 0) & (values <= 1), "no probability from 0 to 1")


def write_values(path, rows, values):
    """rows int64 [n] ascending; values [n, width]: numbers in the table's units, in double precision."""
    import numpy as np
    tensors.write(path, {"rows": np.asarray(rows, np.int64), "values": np.asarray(values, np.float64)})


def read_values(source, width):
    """(rows int64 [n], values float64 [n, width]) of predictions of numbers."""
    import numpy as np
    return read_columns(source, width, "values", "numbers", np.isfinite, "not finite")


def read_columns(source, width, tensor, noun, holds, fault):
    """(rows int64 [n], float64 [n, width]) of predictions whose columns stand each by itself; `holds` says it of each value."""
    import numpy as np
    from safetensors import safe_open
    with safe_open(source.path, framework="numpy") as file:
        names = set(file.keys())
        if not {"rows", tensor} <= names:
            raise invalid(f"{source.title} has {', '.join(sorted(names))}, and predictions of {noun} are rows and {tensor}")
        rows, values = file.get_tensor("rows"), file.get_tensor(tensor).astype(np.float64)
    if values.shape != (len(rows), width):
        raise invalid(f"{source.title} has {tensor} of shape {list(values.shape)}, and {len(rows)} rows of {width} {noun} were expected")
    wrong = np.flatnonzero(~holds(values).all(axis=1))
    if len(wrong):
        row = int(rows[wrong[0]]) + 1
        raise invalid(f"{source.title}, row {row}: a value is {fault}; {len(wrong)} rows are so", row)
    return rows, values


def write_features(path, names, values):
    """names [k] and values [n, k], of all rows of a table in its order. NaN is a value that is missing."""
    import numpy as np
    values = np.asarray(values, np.float32).reshape(-1, len(names))
    tensors.write(path, {"rows": np.arange(len(values), dtype=np.int64), "values": values},
                  {"names": json.dumps(names, ensure_ascii=False, separators=(",", ":"))})


def read_features(source, count):
    """(names, values float32 [count, k]) of a file that must hold each of `count` rows, in order."""
    import numpy as np
    from safetensors import safe_open
    with safe_open(source.path, framework="numpy") as file:
        names, rows, values = json.loads(file.metadata()["names"]), file.get_tensor("rows"), file.get_tensor("values")
    if len(rows) != count or (rows != np.arange(count)).any():
        raise invalid(f"{source.title} has features of {len(rows)} rows, and the table has {count}: were they made of "
                      "another table?")
    return names, values
