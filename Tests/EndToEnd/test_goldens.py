"""A kind of step that gives other results for the same inputs must raise its version: goldens hold what each version gives.

`ABLATE_GOLDENS=record pytest Tests/EndToEnd/test_goldens.py` writes them anew, and fails, so that nobody takes it for a test. It
refuses what the test is for: other results under the same version.
"""

import copy
import json
import os
import re
from pathlib import Path

import pytest
from conftest import ROOT, Project, site, write_tables
from golden import differences, summary
from test_annotate import Judge

FOLDER = Path(__file__).parent / "goldens"
IS_RECORDING = os.environ.get("ABLATE_GOLDENS") == "record"
KINDS = [
    re.search(r'StepKind\(\s*"([^"]+)"', path.read_text())[1]
    for path in sorted((ROOT / "Sources/2-plan/Plans/Kinds").rglob("*Step.swift"))]

# Relative to the size of the values. What ablate computes itself depends on no library but the C library's mathematics; what
# libraries compute differs from processor to processor in the last digits, and training multiplies that.
TOLERANCES = {"fit": 1e-4, "predict": 5e-3, "finetune": 5e-3, "stack": 1e-3, "extract": 1e-4, "pseudo-label": 1e-4, "features": 1e-6, "explore": 1e-3}

HEAD = """\
recipe: golden
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
  constraint: one-of-each
  template: "Q: {prompt} A: {answer}"
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
"""
# Predictions by a formula, so that the native steps have the same inputs everywhere.
GIVEN = HEAD + """\
models: {}
steps:
  one: {command: [python3, given.py, "1", "{out.out-of-fold}", "{out.test}"], outputs: [out-of-fold, test]}
  two: {command: [python3, given.py, "2", "{out.out-of-fold}", "{out.test}"], outputs: [out-of-fold, test]}
stack:
  blend: {average: [one, two]}
  final: {optimize: blend, method: marginals}
  assigned: {optimize: blend, method: assignment}
submission: {from: final, path: submission.csv}
"""
PROGRAM = """\
import json, math, struct, sys
seed = int(sys.argv[1])
for path, count in zip(sys.argv[2:], (36, 12)):
    weights = [[1.5 + math.floor(10 * math.sin(seed + 3 * row + column)) / 10 for column in range(3)] for row in range(count)]
    values = [weight / sum(row) for row in weights for weight in row]
    body = struct.pack(f"<{count}q", *range(count)) + struct.pack(f"<{3 * count}f", *values)
    header = json.dumps({"rows": {"dtype": "I64", "shape": [count], "data_offsets": [0, 8 * count]},
        "probabilities": {"dtype": "F32", "shape": [count, 3], "data_offsets": [8 * count, 20 * count]}}).encode()
    header += b" " * (-len(header) % 8)
    open(path, "wb").write(struct.pack("<Q", len(header)) + header + body)
"""
LEARNT = HEAD + """\
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
  tiny:
    backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
    lora: {rank: 2, alpha: 4, dropout: 0.0}
    lengths: {prompt: 8, answer: 24}
    training: {epochs: 1, batch: 8, learning-rate: 1.0e-2}
    seeds: [1]
stack:
  stacked: {lightgbm: [words], features: [length, group-statistics]}
"""
# The share of rows whose true label has the largest number, as a competition's file would say it.
SCORED = GIVEN + "metrics: [{python: metric.py, arguments: {power: 2}}]\n"
METRIC = """\
def score(solution, submission, row_id_column_name, power):
    del solution[row_id_column_name], submission[row_id_column_name]
    return float(((submission * solution).sum(axis=1) ** power).mean())
"""
JOINED = HEAD.replace("  test: test.csv\n", "  validation: valid.csv\n").replace(
    "{kind: stratified-group-k-fold, count: 2, seed: 7}", "{kind: validation}") + """\
models:
  words: {tfidf: {}}
"""
ROUNDS = HEAD + """\
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}, fit: [folds]}
stack:
  final: {optimize: words, method: marginals}
rounds: {count: 1, from: final}
"""
BROUGHT = HEAD + """\
models:
  theirs: {predictions: {oof: oof.csv, test: test.jsonl, labels: unused}}
"""
OWN = HEAD + """\
models:
  own:
    program:
      command: [python3, own.py, "{seed}", "{settings.step}", "{in.train}", "{in.valid}", "{in.folds}", "{out.oof}", "{in.test}", "{out.test}"]
      settings: {step: 0.25}
    seeds: [1, 2]
"""
# By a formula again: how often a label was learnt, and the length of the answer.
OWN_PROGRAM = """\
import csv, sys
seed, step, train, valid, folds, oof, test, out = sys.argv[1:]
read = lambda path: list(csv.DictReader(open(path, newline="")))
counts = [sum(row["who"] == label for row in read(train)) + len({row["fold"] for row in read(folds)}) for label in "abc"]
for path, to in ((test, out), (valid, oof)):
    lines = [["id", "c", "a", "b"]]
    for row in reversed(read(path)):
        assert "who" not in row
        weights = [count + int(seed) + float(step) * (len(row["answer"]) % (3 + index)) for index, count in enumerate(counts)]
        lines.append([row["id"], *(weights[index] / sum(weights) for index in (2, 0, 1))])
    csv.writer(open(to, "w", newline="")).writerows(lines)
"""
ANNOTATED = HEAD + """\
models:
  words: {tfidf: {}}
annotations:
  rating: {endpoint: "http://JUDGE/v1", model: judge, template: "Rate from 1 to 10: {answer}", scale: [1, 10]}
  kind: {endpoint: "http://JUDGE/v1", model: judge, template: "Sort: {prompt}", categories: [easy, hard], per: group}
stack:
  stacked: {logistic: [words], annotations: [rating, kind]}
explore: {clusters: 3}
"""
EXTRACTED = HEAD + f"""\
models:
  words: {{tfidf: {{}}}}
extractors:
  reader: {{backbone: {ROOT / "recipes" / "quickstart" / "backbone"}, components: 3, lengths: {{prompt: 8, answer: 24}}}}
stack:
  stacked: {{logistic: [words], extractors: [reader]}}
"""
SOURCES = {
    "annotated": (ANNOTATED, ["annotate", "explore"]),
    "given": (GIVEN, ["ingest", "split", "average", "optimize", "evaluate", "submission", "command"]),
    "scored": (SCORED, ["sheets", "score"]),
    "brought": (BROUGHT, ["predictions"]),
    "own": (OWN, ["part", "program"]),
    "learnt": (LEARNT, ["tokenize", "finetune", "fit", "predict", "features", "stack"]),
    "joined": (JOINED, ["join"]),
    "extracted": (EXTRACTED, ["extract"]),
    "rounds": (ROUNDS, ["pseudo-label"]),
}
MOST = 3  # steps of a kind


def write_predictions(folder: Path) -> None:
    """Predictions by a formula, in two forms and another order than the tables'."""
    for name, count, prefix in (("oof.csv", 36, "tr"), ("test.jsonl", 12, "te")):
        lines = [] if name.endswith("jsonl") else ["id,a,b,c"]
        for row in reversed(range(count)):
            weights = [1 + (row * 7 + label * 3) % 5 for label in range(3)]
            values = [weight / sum(weights) for weight in weights]
            own = {"id": f"{prefix}{row}"} | dict(zip("abc", values))
            lines.append(json.dumps(own) if name.endswith("jsonl") else ",".join(map(str, own.values())))
        (folder / name).write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, dict]:
    """For each kind, what a golden would say of it now."""
    found: dict[str, dict] = {}
    for name, (recipe, kinds) in SOURCES.items():
        folder = tmp_path_factory.mktemp("goldens") / name
        folder.mkdir()
        write_tables(folder)
        server = Judge() if recipe is ANNOTATED else None
        (folder / "recipe.yaml").write_text(recipe.replace("JUDGE", f"127.0.0.1:{server.server_port}") if server else recipe)
        (folder / "given.py").write_text(PROGRAM)
        (folder / "own.py").write_text(OWN_PROGRAM)
        (folder / "metric.py").write_text(METRIC)
        write_predictions(folder)
        (folder / "valid.csv").write_text((folder / "train.csv").read_text().replace("tr", "va"))
        site(folder)
        project = Project(folder)
        project.run()
        if server:
            server.shutdown()
        steps = json.loads(project.ablate("plan", "--json").stdout)["steps"]
        for kind in kinds:
            own = [step["address"] for step in steps if step["kind"] == kind]
            assert own, f"the golden recipe {name} has no step of kind {kind}"
            # The first and the last ones: those of the folds, and those of all rows.
            chosen = own if len(own) <= MOST else own[:MOST - 1] + own[-1:]
            for address in chosen:
                record = project.record(address)
                golden = found.setdefault(kind, {"kind": kind, "version": record["manifest"]["version"], "steps": {}})
                parameters = record["manifest"]["parameters"]
                if "endpoint" in parameters:  # the port is another each time
                    parameters["endpoint"] = "http://JUDGE/v1"
                golden["steps"][address] = {"parameters": parameters, "outputs": {
                    output: summarised(project, value) for output, value in sorted(record["outputs"].items())}}
    return found


def summarised(project: Project, output: dict):
    def place(digest):
        return project.folder / ".ablate" / "objects" / digest[:2] / digest[2:]
    if "files" in output:
        return {name: summary(place(digest)) for name, digest, *_ in output["files"]}
    return summary(place(output["digest"]))


def verdict(old: dict, new: dict) -> str | None:
    """What is wrong with a kind, given its golden; None where all is as it was."""
    kind = new["kind"]
    if old["version"] != new["version"]:
        return f"the golden of {kind} is of version {old['version']} and ablate has {new['version']}: record it anew"
    for address, step in new["steps"].items():
        before = old["steps"].get(address)
        if before is None or before["parameters"] != step["parameters"]:
            return f"{address} has other parameters than its golden, so another key: record it anew"
        found = differences(before["outputs"], step["outputs"], TOLERANCES.get(kind, 1e-9))
        if found:
            return (f"{kind} gives other results than its version {old['version']} did, for the same inputs, in {address}:\n  "
                    + "\n  ".join(found[:8]) + "\nRaise the version of its StepKind in Plans/Kinds, then record the goldens anew")
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_gives_what_its_version_gave(results, kind):
    path = FOLDER / f"{kind}.json"
    assert kind in results, f"no golden recipe has a step of kind {kind}; add one to SOURCES"
    fault = verdict(json.loads(path.read_text()), results[kind]) if path.exists() else f"{path.name} is not there: record it"
    if IS_RECORDING:
        assert fault is None or "Raise the version" not in fault, fault
        path.write_text(json.dumps(results[kind], indent=1, sort_keys=True) + "\n")
        pytest.fail(f"{path.name} is recorded; run again without ABLATE_GOLDENS")
    assert fault is None, fault


def test_there_is_no_golden_without_a_kind():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(KINDS)


def test_another_result_under_the_same_version_is_noticed(results):
    """The guard itself: each number and text of each golden, changed alone, is a fault that asks for another version."""
    for kind, golden in results.items():
        for address, step in golden["steps"].items():
            for path in places(step["outputs"]):
                changed = copy.deepcopy(golden)
                alter(changed["steps"][address]["outputs"], path)
                fault = verdict(golden, changed)
                assert fault and "Raise the version" in fault, (kind, address, path)
        assert verdict(golden, copy.deepcopy(golden)) is None
        raised = copy.deepcopy(golden) | {"version": golden["version"] + 1}
        assert "record it anew" in verdict(golden, raised)


def places(value, path=()):
    """Paths to some leaves: the first two of each mapping or list."""
    parts = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else [])
    if not parts and not isinstance(value, (dict, list)):
        yield path
    for key, part in parts[:2]:
        yield from places(part, (*path, key))


def alter(value, path):
    for key in path[:-1]:
        value = value[key]
    old = value[path[-1]]
    value[path[-1]] = (old * 2 + 1000.0 if isinstance(old, float) else old + 1 if isinstance(old, int) and not isinstance(old, bool)
                       else f"{old}x")
