"""Bad recipes, each with what must be found in it and nothing else: `# expect: CODE LINE:COLUMN` for an error, the same with
` warning` behind it for a remark, and `# expect: CODE parts/FILE:LINE:COLUMN` where the mistake stands in an included file. A file
with a line `# known defect: ...` says what should be found and is not yet; that line must go once it is.

Knows nothing of the words of a message: those are for people, and may change.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY, ROOT

BAD = Path(__file__).resolve().parent / "bad"
RECIPES = sorted(BAD.glob("*.yaml"))
EXPECTATION = re.compile(rb"^# expect: ([a-z0-9-]+) (?:(parts/[\w.-]+):)?(\d+):(\d+)( warning)?\s*$", re.MULTILINE)
DEFECT = re.compile(r"^# known defect: (.+)$", re.MULTILINE)
HEAD = "recipe: bad\ndata: {train: train.csv, columns: {answer: text, label: who}, labels: [a, b]}\nfolds: {kind: k-fold}\n"
WORDS = "models:\n  words: {tfidf: {}}\n"


def expected(recipe: Path) -> list[tuple]:
    """(file, line, column, code, severity) of every finding, in order."""
    text = recipe.read_bytes()
    found = [
        (file.decode() or recipe.name, int(line), int(column), code.decode(), "warning" if warning else "error")
        for code, file, line, column, warning in EXPECTATION.findall(text)]
    assert len(found) == text.count(b"# expect") > 0, f"{recipe.name}: an expectation that cannot be read, or none"
    return sorted(found)


def check(*recipes: str, folder: Path = BAD, options: tuple[str, ...] = ()) -> tuple[list[dict], int]:
    result = subprocess.run(
        [BINARY, "check", *recipes, "--json", *options], capture_output=True, text=True, cwd=folder, timeout=120)
    assert result.stderr == "", result.stderr
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1 and document["valid"] == (result.returncode == 0)
    return document["findings"], result.returncode


def places(findings: list[dict]) -> list[tuple]:
    return sorted((one["file"], one["line"], one["column"], one["code"], one["severity"]) for one in findings)


def status(found: list[tuple]) -> int:
    """Warnings stop nothing; a recipe that lacks files alone is valid, and its run is not possible."""
    errors = {code for *_, code, severity in found if severity == "error"}
    return 65 if errors - {"missing-file"} else 66 if errors else 0


def defect(recipe: Path) -> str | None:
    found = DEFECT.search(recipe.read_text(errors="replace"))
    return found and found[1]


def parameter(recipe: Path):
    reason = defect(recipe)
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []
    return pytest.param(recipe, id=recipe.stem, marks=marks)


@pytest.mark.parametrize("recipe", [parameter(recipe) for recipe in RECIPES])
def test_a_bad_recipe_has_the_findings_it_says_and_no_others(recipe):
    findings, code = check(recipe.name)
    assert places(findings) == expected(recipe), json.dumps(findings, indent=1)
    assert code == status(expected(recipe))


def test_one_call_finds_what_single_calls_find_in_the_order_of_files_and_texts():
    recipes = [recipe for recipe in RECIPES if not defect(recipe)]
    findings, code = check(*(recipe.name for recipe in recipes))
    assert places(findings) == sorted(one for recipe in recipes for one in expected(recipe))
    order = [(one["file"], one["line"], one["column"]) for one in findings]
    assert order == sorted(order) and code == 65


def test_a_person_reads_each_finding_with_its_place_and_nothing_that_a_terminal_obeys():
    recipes = [recipe for recipe in RECIPES if not defect(recipe)]
    result = subprocess.run(
        [BINARY, "check", *(recipe.name for recipe in recipes)], capture_output=True, text=True, cwd=BAD, timeout=120,
        env={**os.environ, "NO_COLOR": "1"})
    shown = re.findall(r"^(.+?):(\d+):(\d+): (error|warning): .* \[([a-z0-9-]+)\]$", result.stderr, re.MULTILINE)
    found = sorted((file, int(line), int(column), code, severity) for file, line, column, severity, code in shown)
    assert found == sorted(one for recipe in recipes for one in expected(recipe))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", result.stderr)


def made(folder: Path) -> dict[str, str]:
    """Recipes that are too large, or too many, to keep: what must be found in each, and its text."""
    (folder / "train.csv").write_text("text,who\nred,a\nblue,b\n")
    for number in range(17):
        (folder / f"part{number}.yaml").write_text(f"include: [part{number + 1}.yaml]\n")
    texts = {
        "too-large": HEAD + WORDS + "#" * (4 << 20), "too-many-findings": HEAD + WORDS + "recipe: again\n" * 101,
        "too-deep": HEAD + WORDS + "include: [part0.yaml]\n"}
    for code, text in texts.items():
        (folder / f"{code}.yaml").write_text(text)
    return texts


@pytest.mark.parametrize(
    "code, file, line, column",
    [("too-large", "too-large.yaml", 1, 1), ("too-many-findings", "too-many-findings.yaml", 106, 1),
     ("too-deep", "part15.yaml", 1, 11)])
def test_what_is_too_much_is_refused_where_it_becomes_too_much(tmp_path, code, file, line, column):
    made(tmp_path)
    findings, status = check(f"{code}.yaml", folder=tmp_path)
    assert [place for place in places(findings) if place[3] != "duplicate-key"] == [(file, line, column, code, "error")]
    assert len(findings) <= 101 and status == 65


@pytest.mark.parametrize(
    "option, column, code",
    [("models.words", 1, "bad-override"), ("models..words=1", 1, "bad-override"), ("folds.count=one", 13, "wrong-type"),
     ("folds.count=010", 13, "ambiguous-scalar"), ("folds=[a}", 9, "malformed-yaml")])
def test_a_bad_override_is_found_in_the_option_itself(tmp_path, option, column, code):
    (tmp_path / "train.csv").write_text("text,who\nred,a\nblue,b\n")
    (tmp_path / "recipe.yaml").write_text(HEAD + WORDS)
    findings, status = check("recipe.yaml", folder=tmp_path, options=("--set", option))
    assert (places(findings), status) == ([("--set", 1, column, code, "error")], 65)


def test_every_code_has_a_bad_recipe(tmp_path):
    written = set()
    for path in ROOT.glob("Sources/1-recipe/[DNR]*/**/*.swift"):
        written |= set(re.findall(r'\bFindingRule\(\s*"([a-z0-9-]+)"', path.read_text()))
    assert {"unknown-key", "malformed-yaml", "wrong-type"} <= written, "the pattern reads no codes any more"
    shown = {code for recipe in RECIPES for *_, code, _ in expected(recipe)} | set(made(tmp_path)) | {"bad-override", "not-writable", "key-not-allowed", "unknown-family", "unproven-family"}  # the last two in Tests/Faults
    assert written - shown == set()
