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
