"""The gallery of leaks and of what only looks like one.

`leaks/*.yaml` are refused: each file says in comments what it is, and at its end what must be found in it and nothing else:
`# expect: CODE LINE:COLUMN[ warning]`, `# note: LINE:COLUMN` for each step of the leak's path that has a place, in order, and
`# says: ...` for words that explain it. `leaks/legal/*.yaml` are accepted; warnings are listed in them the same way.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY

LEAKS = Path(__file__).resolve().parent / "leaks"
REFUSED, LEGAL = sorted(LEAKS.glob("*.yaml")), sorted(LEAKS.glob("legal/*.yaml"))
EXPECTED = re.compile(r"^# expect: ([a-z-]+) (\d+):(\d+)( warning)?$", re.MULTILINE)
NOTE = re.compile(r"^# note: (\d+):(\d+)$", re.MULTILINE)
SAYS = re.compile(r"^# says: (.+)$", re.MULTILINE)


def check(recipe: Path) -> tuple[list[dict], int]:
    result = subprocess.run([BINARY, "check", recipe.name, "--json"], capture_output=True, text=True, cwd=recipe.parent, timeout=60)
    return json.loads(result.stdout)["findings"], result.returncode


def test_the_gallery_has_twenty_of_each():
    assert len(REFUSED) >= 20 and len(LEGAL) >= 20


def found(findings: list[dict]) -> list[tuple]:
    return sorted((one["code"], one["line"], one["column"], one["severity"]) for one in findings)


def expected(text: str) -> list[tuple]:
    return sorted((code, int(line), int(column), "warning" if warning else "error")
                  for code, line, column, warning in EXPECTED.findall(text))


@pytest.mark.parametrize("recipe", REFUSED, ids=lambda path: path.stem)
def test_a_leak_is_refused_with_its_path(recipe):
    text = recipe.read_text()
    findings, code = check(recipe)
    assert code == 65 and expected(text)
    assert found(findings) == expected(text)
    notes = [(note["line"], note["column"]) for one in findings for note in one.get("notes", []) if note.get("line")]
    assert notes == [(int(line), int(column)) for line, column in NOTE.findall(text)]
    words = json.dumps(findings, ensure_ascii=False)
    assert SAYS.findall(text) and all(json.dumps(says, ensure_ascii=False)[1:-1] in words for says in SAYS.findall(text))


@pytest.mark.parametrize("recipe", LEGAL, ids=lambda path: path.stem)
def test_what_only_looks_like_a_leak_is_accepted(recipe):
    findings, code = check(recipe)
    assert (found(findings), code) == (expected(recipe.read_text()), 0), json.dumps(findings, indent=1)


@pytest.mark.parametrize("verb", ["plan", "run", "logbook", "show"])
def test_every_verb_refuses_a_leak(verb, tmp_path):
    recipe = LEAKS / "target-statistics.yaml"
    result = subprocess.run([BINARY, verb, recipe.name, "--store", str(tmp_path / "store")], capture_output=True, text=True,
                            cwd=LEAKS, timeout=60)
    assert result.returncode == 65 and "[label-leak]" in result.stderr
    assert not (tmp_path / "store").exists()


def shown(recipe: str, address: str) -> dict:
    result = subprocess.run([BINARY, "show", recipe, address, "--json"], capture_output=True, text=True, cwd=LEAKS / "legal",
                            timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout).get("labels-seen", {})


def folds(seen: dict) -> list[int]:
    return seen["folds"]


def test_show_tells_the_folds_whose_labels_each_output_has_seen():
    recipe = "two-rounds.yaml"
    assert folds(shown(recipe, "words/fold-1/fit")["model"]) == [0, 2]
    outOfFold = shown(recipe, "stacked/stack")["oof"]
    for fold in range(3):
        others = [other for other in range(3) if other != fold]
        assert folds(outOfFold[f"rows of fold {fold}"]) == others
        # A teacher, and the pupil it teaches, have never seen the fold that the pupil is scored on.
        for output, address in [("test", f"stacked/fold-{fold}/stack"), ("pseudo-labels", f"final/fold-{fold}/pseudo-label"),
                                ("model", f"round-2/words/fold-{fold}/fit")]:
            assert folds(shown(recipe, address)[output]) == others
    assert folds(shown(recipe, "stacked/stack")["test"]) == [0, 1, 2]
    assert shown(recipe, "folds/split") == {} and shown(recipe, "data/test/ingest") == {}
    assert shown(recipe, "data/train/ingest") == {"rows": "the labels themselves"}


def test_what_came_through_out_of_fold_predictions_is_told_apart():
    seen = shown("learner-on-a-learner.yaml", "second/stack")["oof"]["rows of fold 0"]
    assert seen == {"folds": [1, 2], "through out-of-fold predictions": [0]}
    plain = shown("learner-on-a-learner.yaml", "words/average-oof")["predictions"]["rows of fold 0"]
    assert plain == {"folds": [1, 2], "through out-of-fold predictions": []}
