"""Predictions that a program of the user's wrote: refused by row and label and never published, or mended by a stated rule."""

import json
import subprocess
import sys

import numpy as np
import pytest
from command import BINARY
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score, log_loss

ROWS, LABELS = 30, 3
# Writes what `kind` says; the file is made by hand, so that no library keeps it from being wrong.
PROGRAM = """
import json, struct, sys
import numpy as np
kind, out = sys.argv[1], sys.argv[2]
rng = np.random.default_rng(3)
P = rng.dirichlet(np.ones(3), 30).astype(np.float32)
rows = np.arange(30, dtype=np.int64)
shape = {}
if kind == "shuffled": order = rng.permutation(30); rows, P = rows[order], P[order]
if kind == "descending": rows, P = rows[::-1].copy(), P[::-1].copy()
if kind == "repeated": rows[7] = 3
if kind == "huge": rows[7] = 2 ** 40
if kind == "largest": rows[7] = 2 ** 63 - 1
if kind == "negative-row": rows[7] = -1
if kind == "short": rows, P = rows[:-1], P[:-1]
if kind == "gap": rows[29] = 30
if kind == "one-too-many": rows, P = np.arange(31), np.concatenate([P, P[:1]])
if kind == "nan": P[4, 1] = np.nan
if kind == "inf": P[4, 1] = np.inf
if kind == "negative": P[4] = [-0.5, 1.0, 0.5]
if kind == "logits": P = rng.normal(size=(30, 3)).astype(np.float32) * 4
if kind == "zeros": P[4] = 0
if kind == "sums": P[4] *= 0.9
if kind == "three-decimals": P = P.round(3)
if kind == "two-decimals": P = P.round(2)
if kind == "half": P = P.astype(np.float16)
if kind == "double": P = P.astype(np.float64); rows = rows.astype(np.int32)
if kind == "two-labels": P = P[:, :2] / P[:, :2].sum(1, keepdims=True)
if kind == "flat": P = P.reshape(-1)
if kind == "texts": open(out, "w").write("row,probability\\n"); sys.exit()
if kind == "empty": rows, P = rows[:0], P[:0]
if kind == "overflow": shape = {"rows": [2 ** 61]}
if kind == "overflow-of-products": shape = {"rows": [2 ** 61, 8]}
if kind == "negative-shape": shape = {"probabilities": [-30, -3]}
names = {"int64": "I64", "int32": "I32", "float32": "F32", "float64": "F64", "float16": "F16"}
head, body = {}, b""
for name, array in [("rows", rows), ("probabilities", P)]:
    data = np.ascontiguousarray(array).tobytes()
    head[name] = {"dtype": names[str(array.dtype)], "shape": shape.get(name, list(array.shape)), "data_offsets": [len(body), len(body) + len(data)]}
    body += data
head = json.dumps(head).encode()
open(out, "wb").write(struct.pack("<Q", len(head)) + head + (body[:-9] if kind == "cut" else body))
"""
RECIPE = """
recipe: programs
data: {{train: train.csv, columns: {{answer: text, label: y}}, labels: [a, b, c]}}
folds: {{kind: k-fold, count: 3}}
models: {{}}
steps:
  A: {{command: ["{python}", program.py, {kind}, "{{out.out-of-fold}}", "{{in.f}}"], inputs: {{f: folds}}, outputs: [out-of-fold], labels: unused}}
stack:
  av: {{average: [A, A2]}}
  fitted: {{average: [A, A2], weights: simplex}}
"""
SECOND = """  A2: {{command: ["{python}", program.py, right, "{{out.out-of-fold}}", "{{in.f}}"], inputs: {{f: folds}}, outputs: [out-of-fold], labels: unused}}
stack:
"""


def project(folder, kind):
    (folder / "program.py").write_text(PROGRAM)
    labels = np.random.default_rng(4).integers(0, LABELS, ROWS)
    (folder / "train.csv").write_text("text,y\n" + "".join(f"text {n},{'abc'[label]}\n" for n, label in enumerate(labels)))
    text = RECIPE.replace("stack:\n", SECOND).format(python=sys.executable, kind=kind)
    (folder / "recipe.yaml").write_text(text)
    return labels


def ablate(folder, *arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=folder, timeout=300)


def record(folder, address):
    return json.loads(ablate(folder, "show", "recipe.yaml", address, "--json").stdout)["record"]


def output(folder, address, name):
    digest = record(folder, address)["outputs"][name]["digest"]
    return folder / ".ablate" / "objects" / digest[:2] / digest[2:]


@pytest.mark.parametrize("kind, words", [
    ("repeated", ["row 4 twice, as rows[3] and rows[7]"]), ("huge", ["rows[7] is 1099511627776", "numbered 0 to 29"]),
    ("largest", ["rows[7] is 9223372036854775807"]), ("negative-row", ["rows[7] is -1"]),
    ("short", ["29 rows", "row 30 has none"]), ("gap", ["rows[29] is 30"]), ("one-too-many", ["rows[30] is 30"]),
    ("nan", ["row 5, label 2 of 3: nan is no probability"]), ("inf", ["row 5, label 2 of 3: inf"]),
    ("negative", ["row 5, label 1 of 3: -0.5"]), ("logits", ["is no probability", "softmax"]),
    ("zeros", ["row 5: every probability is 0"]), ("sums", ["row 5", "sum to 0.9", "divide each row by its sum"]),
    ("two-labels", ["shape [30, 2]", "shape [30, 3]"]), ("flat", ["shape [90]", "shape [30, 3]"]),
    ("texts", ["no safetensors file"]), ("empty", ["no rows"]), ("cut", ["no safetensors file"]),
    ("overflow", ["tensor \"rows\"", "has 240 bytes"]), ("overflow-of-products", ["tensor \"rows\"", "has 240 bytes"]),
    ("negative-shape", ["the shape [-30,-3]"])])
def test_what_is_no_prediction_fails_the_step_that_wrote_it(tmp_path, kind, words):
    project(tmp_path, kind)
    result = ablate(tmp_path, "run", "recipe.yaml")
    assert result.returncode == 1, result.stdout + result.stderr
    said = result.stdout + result.stderr
    assert "A/command failed (command-failed)" in said and "{out.out-of-fold}" in said
    for word in words:
        assert word in said, said
    # Nothing of it is kept, and what read it was not reached.
    plan = json.loads(ablate(tmp_path, "plan", "recipe.yaml", "--json").stdout)
    states = {step["address"]: step["state"] for step in plan["steps"]}
    assert states["A/command"] == "run" and states["av/average-oof"] != "reuse"
    assert not list((tmp_path / ".ablate" / "attempts").iterdir())


@pytest.mark.parametrize("kind, words", [("short", "row 30 has none"), ("one-too-many", "rows[30] is 30"), ("right", None)])
def test_a_program_that_never_reads_the_table_is_held_to_its_rows(tmp_path, kind, words):
    project(tmp_path, kind)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace(', "{in.f}"], inputs: {f: folds}', "]"))
    result = ablate(tmp_path, "run", "recipe.yaml", "--keep-going")
    said = result.stdout + result.stderr
    if words is None:
        assert result.returncode == 0, said
    else:
        assert result.returncode == 1 and "A/command failed (command-failed)" in said and words in said, said
        assert "evaluate failed" not in said


# A file each: what is done to a well-formed header, and to the bytes after it.
FILES = {
    "right": "", "gap": "head['b']['data_offsets'] = [12, 20]; body = body[:8] + bytes(4) + body[8:]", "trailing": "body += b'xxxx'",
    "overlap": "head['b']['data_offsets'] = [4, 12]; body = body[:12]", "same-place": "head['b']['data_offsets'] = [0, 8]; body = body[:8]",
    "metadata": "head['__metadata__'] = {'a': '1'}", "metadata-number": "head['__metadata__'] = {'a': 1}", "metadata-list": "head['__metadata__'] = ['a']",
    "metadata-null": "head['__metadata__'] = None", "metadata-in-it": "head['__metadata__'] = {'a': {}}",
    "type": "head['b']['dtype'] = 'F99'", "float8": "head['b'] |= {'dtype': 'F8_E4M3', 'shape': [8]}", "float4": "head['b'] |= {'dtype': 'F4', 'shape': [16]}",
    "float4-odd": "head['b'] |= {'dtype': 'F4', 'shape': [15]}", "empty": "head['c'] = {'dtype': 'F32', 'shape': [0], 'data_offsets': [16, 16]}",
    "empty-inside": "head['c'] = {'dtype': 'F32', 'shape': [3, 0], 'data_offsets': [8, 8]}", "empty-aside": "head['c'] = {'dtype': 'F32', 'shape': [0], 'data_offsets': [4, 4]}",
    "number": "head['b'] |= {'dtype': 'F64', 'shape': []}", "short": "body = body[:-1]", "shape": "head['b']['shape'] = [3]", "more-keys": "head['b']['more'] = 1",
    "swapped": "head['a']['data_offsets'], head['b']['data_offsets'] = [8, 16], [0, 8]", "three": "head['b']['data_offsets'] = [8, 16, 16]",
    "negative": "head['b']['shape'] = [-2]", "real": "head['b']['shape'] = [2.0]", "backwards": "head['b']['data_offsets'] = [16, 8]",
}


def test_a_file_is_well_formed_where_the_library_says_so(tmp_path):
    import struct

    from safetensors import SafetensorError
    from safetensors.numpy import load

    expected = {}
    steps = []
    for name, change in FILES.items():
        space = {"head": {n: {"dtype": "F32", "shape": [2], "data_offsets": [8 * i, 8 * i + 8]} for i, n in enumerate("ab")}, "body": bytes(16)}
        exec(change, space)
        # The tensors of predictions come after: a file without them would be refused for that.
        rows, probabilities = np.arange(ROWS).tobytes(), np.full((ROWS, 3), 1 / 3, np.float32).tobytes()
        end = len(space["body"]) if name != "trailing" else len(space["body"]) + 8
        head = space["head"] | {
            "rows": {"dtype": "I64", "shape": [ROWS], "data_offsets": [end, end + len(rows)]},
            "probabilities": {"dtype": "F32", "shape": [ROWS, 3], "data_offsets": [end + len(rows), end + len(rows) + len(probabilities)]}}
        text = json.dumps(head).encode()
        data = struct.pack("<Q", len(text)) + text + space["body"] + rows + probabilities
        (tmp_path / f"{name}.safetensors").write_bytes(data)
        try:
            load(data)
            expected[name] = True
        except SafetensorError:
            expected[name] = False
        except (KeyError, TypeError, AttributeError):
            expected[name] = True  # well formed, of a type that numpy does not have
        steps.append(f'  {name}: {{command: [cp, "{{in.x}}", "{{out.out-of-fold}}"], inputs: {{x: ./{name}.safetensors}}, outputs: [out-of-fold]}}')
    project(tmp_path, "right")
    head = RECIPE.split("steps:")[0].format().replace("models: {}", "models: {}\nsteps:\n" + "\n".join(steps))
    (tmp_path / "recipe.yaml").write_text(head)
    ablate(tmp_path, "run", "recipe.yaml", "--keep-going", "*/command")
    plan = json.loads(ablate(tmp_path, "plan", "recipe.yaml", "--json").stdout)
    found = {step["address"].split("/")[0]: step["state"] == "reuse" for step in plan["steps"] if step["address"].endswith("/command")}
    assert found == expected and 5 < sum(found.values()) < len(FILES) - 5


@pytest.mark.parametrize("kind", ["shuffled", "descending", "three-decimals", "two-decimals", "half", "double"])
def test_what_a_rule_mends_is_scored_as_scikit_learn_scores_it(tmp_path, kind):
    labels = project(tmp_path, kind)
    result = ablate(tmp_path, "run", "recipe.yaml")
    assert result.returncode == 0, result.stdout + result.stderr
    found = load_file(output(tmp_path, "A/command", "out-of-fold"))
    assert found["rows"].tolist() == list(range(ROWS)) and found["rows"].dtype == np.int64
    assert found["probabilities"].dtype == np.float32
    right = load_file(output(tmp_path, "A2/command", "out-of-fold"))["probabilities"]
    np.testing.assert_allclose(found["probabilities"].sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(found["probabilities"], right, atol={"two-decimals": 0.02, "three-decimals": 0.002, "half": 0.001}.get(kind, 1e-6))
    mean = (found["probabilities"].astype(np.float64) + right) / 2
    metrics = record(tmp_path, "av/evaluate")["metrics"]
    assert metrics["log-loss"] == pytest.approx(log_loss(labels, mean), abs=1e-6)
    assert metrics["accuracy"] == accuracy_score(labels, mean.argmax(1))
    # And the second run has nothing to do.
    assert "0 run" in ablate(tmp_path, "run", "recipe.yaml").stdout


def test_a_file_of_the_users_that_the_output_is_a_link_of_stays_as_it_is(tmp_path):
    project(tmp_path, "shuffled")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("kind, out = sys.argv[1], sys.argv[2]", "kind, out = sys.argv[1], 'mine.' + sys.argv[1]")
                       + "import os\nos.link(out, sys.argv[2])\n")
    assert ablate(tmp_path, "run", "recipe.yaml").returncode == 0
    assert load_file(tmp_path / "mine.shuffled")["rows"].tolist() != list(range(ROWS)), "it is the user's, in the user's order"
    assert load_file(output(tmp_path, "A/command", "out-of-fold"))["rows"].tolist() == list(range(ROWS))
