"""Label lineage sees the training table under any name, and a program's model for what it is.

Knows nothing of what programs do: a step is taken at its word, and its inputs are not.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import subprocess
import zipfile

import pytest

from command import BINARY
from test_recipes import HEAD, ablate, check, plan, project

STEP = """models: {{}}
steps:
  learnt: {{command: [{command}, "{{out.out-of-fold}}"], outputs: [out-of-fold]{more}}}
stack: {{mean: {{average: [learnt]}}}}
"""


def table(folder, way):
    """The training table under another name; returns the name."""
    train = folder / "train.csv"
    match way:
        case "copy": shutil.copy(train, folder / "other.csv")
        case "symlink": (folder / "other.csv").symlink_to("train.csv")
        case "hard link": os.link(train, folder / "other.csv")
        case "linked folder":
            (folder / "sub").mkdir()
            (folder / "sub" / "here").symlink_to("..")
            return "./sub/here/train.csv"
    return "./other.csv"


@pytest.mark.parametrize("way", ["copy", "symlink", "hard link", "linked folder"])
def test_the_training_table_is_itself_under_any_name(tmp_path, way):
    project(tmp_path, "")
    name = table(tmp_path, way)
    (tmp_path / "recipe.yaml").write_text(
        HEAD + STEP.format(command='python3, "{in.t}"', more=f", inputs: {{t: {name}}}"))
    findings, code = check(tmp_path)
    assert (code, [one["code"] for one in findings]) == (65, ["label-leak"]), findings
    # Another table of the same size is another table.
    if way == "copy":
        (tmp_path / "other.csv").write_bytes((tmp_path / "train.csv").read_bytes().swapcase())
        assert check(tmp_path) == ([], 0)


@pytest.mark.parametrize("command", [
    "python3, x.py, train.csv", "python3, x.py, --train=train.csv", "python3, x.py, FOLDER/train.csv", "python3, x.py, --train=FOLDER/train.csv",
    "python3, x.py, data=./train.csv", "sh, -c, \"sort 'train.csv' > out\"", "python3, -c, \"open('train.csv')\""])
def test_an_argument_is_an_input_however_it_is_written(tmp_path, command):
    project(tmp_path, HEAD + STEP.format(command=command.replace("FOLDER", str(tmp_path)), more=""))
    (tmp_path / "x.py").write_text("")
    findings, code = check(tmp_path)
    assert (code, [one["code"] for one in findings]) == (65, ["label-leak"]), findings


def forms(text):
    """The training table as other programs would write it."""
    rows = [line.split(",") for line in text.decode().splitlines()]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("data/table.csv", text)
    join = lambda rows, mark=",": "".join(mark.join(row) + "\n" for row in rows).encode()
    return {
        "gz": gzip.compress(text), "bz2": bz2.compress(text), "xz": lzma.compress(text), "zip": packed.getvalue(),
        "crlf": text.replace(b"\n", b"\r\n"), "newline": text + b"\n", "sorted": b"".join(sorted(text.splitlines(keepends=True))),
        "quoted": join([[f'"{cell}"' for cell in row] for row in rows]), "semicolons": join(rows, ";"), "tabs": join(rows, "\t"),
        "utf-16": text.decode().encode("utf-16"), "reordered": join([row[::-1] for row in rows]), "renamed": join([["a", "b", "c", "d"], *rows[1:]]),
        "wider": join([[*row, str(n)] for n, row in enumerate(rows)]), "id and label": join([[row[0], row[2]] for row in rows]),
        "text and label": join([[row[2], row[1]] for row in rows]), "no header": join(rows[1:]), "twice": join(rows + rows[1:]),
        "without the last": join(rows[:-1]), "blanks": text.replace(b"\n", b" \n"), "label": join([[row[2]] for row in rows]),
        "jsonl": "".join(json.dumps(dict(zip(rows[0], row))) + "\n" for row in rows[1:]).encode(),
        "json": json.dumps([dict(zip(rows[0], row)) for row in rows[1:]]).encode()}


@pytest.mark.parametrize("form", list(forms(b"id,text,y,g\n")))
def test_the_training_table_is_itself_in_any_form(tmp_path, form):
    project(tmp_path, HEAD + STEP.format(command='python3, "{in.t}"', more=", inputs: {t: ./other}"))
    text = (tmp_path / "train.csv").read_bytes()
    (tmp_path / "other").write_bytes(forms(text)[form])
    findings, code = check(tmp_path)
    assert (code, [one["code"] for one in findings]) == (65, ["label-leak"]), findings
    # And another table in that form is another table.
    (tmp_path / "train.csv").write_bytes(text.replace(b",a,", b",b,", 1))
    assert check(tmp_path) == ([], 0)


def test_what_hides_its_content_and_has_the_tables_name_is_remarked(tmp_path):
    project(tmp_path, HEAD + STEP.format(command='python3, "{in.t}"', more=", inputs: {t: ./train.parquet}"))
    (tmp_path / "train.parquet").write_bytes(b"PAR1\0\0PAR1")
    findings, code = check(tmp_path)
    assert (code, [one["code"] for one in findings]) == (0, ["may-read-labels"]) and "train.parquet, which it reads" in findings[0]["message"]
    recipe = (tmp_path / "recipe.yaml").read_text()
    (tmp_path / "recipe.yaml").write_text(recipe.replace("outputs: [out-of-fold]", "outputs: [out-of-fold], labels: unused"))
    assert check(tmp_path) == ([], 0)


CERTAIN = ["@train.csv", "-ttrain.csv", "file://FOLDER/train.csv", "--t=file:train.csv", "--t=./sub/../train.csv", "a:train.csv", "t*.csv"]
POSSIBLE = [".", "--root=.", "..", "FOLDER", "--root=FOLDER"]


@pytest.mark.parametrize("command, code, expected", [
    *[(f'python3, x.py, "{word}"', 65, "label-leak") for word in CERTAIN], *[(f'python3, x.py, "{word}"', 0, "may-read-labels") for word in POSSIBLE],
    *[(f"sh, -c, '{text}'", 65, "label-leak") for text in ('cat "train".csv', "cat {train,x}.csv", "cat t*.csv", "f=train; cat $f.csv")],
    *[(f"sh, -c, '{text}'", 0, "may-read-labels") for text in ("cat *",)],
    ("python3, reads.py", 0, "may-read-labels"), ("python3, x.py, --config=c.json", 0, "may-read-labels"), ("sh, r.sh", 0, "may-read-labels"),
    ("python3, x.py, test.csv, --cache=/usr, 's3://bucket/train.csv', sub/train.csv", 0, None)])
def test_the_training_table_is_seen_behind_any_spelling(tmp_path, command, code, expected):
    project(tmp_path, HEAD + STEP.format(command=command.replace("FOLDER", str(tmp_path)), more=""))
    (tmp_path / "sub").mkdir()
    for name, text in {"x.py": "", "reads.py": "open('train.csv')", "c.json": '{"train": "train.csv"}', "r.sh": "sort <train.csv"}.items():
        (tmp_path / name).write_text(text)
    found = check(tmp_path)
    assert (found[1], [one["code"] for one in found[0]]) == (code, [expected] if expected else []), found
    # The writer's word settles it, and so does a step that keeps the folds apart.
    recipe = (tmp_path / "recipe.yaml").read_text()
    (tmp_path / "recipe.yaml").write_text(recipe.replace("outputs: [out-of-fold]", "outputs: [out-of-fold], labels: unused"))
    assert check(tmp_path) == ([], 0)
    (tmp_path / "recipe.yaml").write_text(recipe.replace("outputs: [", 'inputs: {t: data.train, f: folds}, outputs: [').replace('"{out.', '"{in.t}", "{in.f}", "{out.'))
    assert check(tmp_path) == ([], 0)


def test_scripts_packages_and_settings_are_inputs(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tool.py").write_text("1")
    folder = tmp_path / "project"
    (folder / "pkg").mkdir(parents=True)
    for name in ("__init__", "mod", "helper"):
        (folder / "pkg" / f"{name}.py").write_text("1")
    (folder / "pkg" / "settings.json").write_text("{}")
    (folder / "inside.py").write_text("1")
    project(folder, HEAD + f"""models: {{}}
steps:
  a: {{command: [python3, {folder}/inside.py, "{{out.o}}"], outputs: [o]}}
  b: {{command: [python3, {elsewhere}/tool.py, "{{out.o}}"], outputs: [o]}}
  c: {{command: [python3, -m, pkg.mod, --config=pkg/settings.json, "{{out.o}}"], outputs: [o]}}
  d: {{command: [/bin/sh, -c, "true", "{{out.o}}"], outputs: [o]}}
  e: {{command: [python3, -m, json.tool, "{{out.o}}"], outputs: [o]}}
""")

    def keys():
        shown = {name: ablate(folder, "show", "recipe.yaml", f"{name}/command", "--json") for name in "abcde"}
        return {name: json.loads(result.stdout)["key"] for name, result in shown.items()}

    before = keys()
    for path, names in [(folder / "inside.py", "a"), (elsewhere / "tool.py", "b"), (folder / "pkg" / "mod.py", "c"),
                        (folder / "pkg" / "helper.py", "c"), (folder / "pkg" / "__init__.py", "c"), (folder / "pkg" / "settings.json", "c")]:
        path.write_text("2" * 10)
        now = keys()
        assert "".join(name for name in "abcde" if now[name] != before[name]) == names, path
        before = now
    assert "c/command" in plan(folder) and len(set(before.values())) == 5


PARTS = """models:
  words: {{tfidf: {{}}}}
steps:
  A: {{command: [fit, "{{in.t}}", "{{in.f}}", "{{out.{output}}}"], inputs: {{t: data.train, f: folds}}, outputs: [{output}]{word}}}
  B: {{command: [apply, "{{in.m}}", "{{in.t}}", "{{in.f}}", "{{out.out-of-fold}}"], inputs: {{m: A.{output}, t: data.train, f: folds}}, outputs: [out-of-fold]}}
stack: {{mean: {{average: [words, B]}}}}
"""


@pytest.mark.parametrize("word", ["", ", labels: cross-fitted"])
@pytest.mark.parametrize("output, is_leak", [("model", True), ("weights", True), ("out-of-fold-counts", False), ("counts-out-of-fold", False)])
def test_a_model_of_a_program_has_seen_every_fold(tmp_path, output, is_leak, word):
    project(tmp_path, HEAD + PARTS.format(output=output, word=word))
    findings, code = check(tmp_path)
    assert [one["code"] for one in findings] == (["label-leak"] if is_leak else []) and code == (65 if is_leak else 0)
    if is_leak:
        assert '\\"B\\" uses what \\"A\\" made here' in json.dumps(findings)


BESIDE = """models: {{words: {{tfidf: {{}}}}}}
steps:
  pupil: {{command: [learn, "{{in.a}}", "{{in.b}}", "{{out.out-of-fold}}"{output}], inputs: {{a: words.out-of-fold, b: words.test}}, outputs: [out-of-fold{name}]{word}}}
stack: {{mean: {{average: [pupil]}}}}
"""


@pytest.mark.parametrize("output, name, word, expected", [
    ("", "", "", [("label-leak", "error")]),
    ("", "", ", labels: unused", [("label-leak", "error")]),
    (', "{out.test}"', ", test", "", [("test-beside-out-of-fold", "warning")]),
    (', "{out.test}"', ", test", ", labels: unused", [])])
def test_predictions_of_the_test_beside_out_of_fold_ones_are_not_passed_over(tmp_path, output, name, word, expected):
    project(tmp_path, HEAD + BESIDE.format(output=output, name=name, word=word))
    findings, code = check(tmp_path)
    assert [(one["code"], one["severity"]) for one in findings] == expected
    assert code == (65 if ("label-leak", "error") in expected else 0)


@pytest.mark.parametrize("name", ["L01copy", "L03hard", "L06argeq", "L09modelall"])
def test_leaks_that_were_met_are_refused(case, name):
    folder = case("leaks")
    shutil.copy(folder / "train.csv", folder / "copy.csv")
    if not (folder / "hard.csv").exists():
        os.link(folder / "train.csv", folder / "hard.csv")
    result = subprocess.run([BINARY, "check", f"{name}.yaml"], capture_output=True, text=True, cwd=folder, timeout=60)
    assert result.returncode == 65 and "[label-leak]" in result.stderr, result.stderr
