"""`check --sarif`: what code hosts read says what `--json` says, in the form of SARIF 2.1.0.

Knows nothing of the hosts. The properties checked are those that the standard requires of what is written here.
"""

import json
import subprocess
from pathlib import Path
from urllib.parse import unquote

from conftest import BINARY

BAD = Path(__file__).resolve().parent / "bad"
RECIPES = sorted(path.name for path in BAD.glob("*.yaml"))


def check(option: str) -> tuple[dict, int]:
    result = subprocess.run([BINARY, "check", *RECIPES, option], capture_output=True, text=True, cwd=BAD, timeout=120)
    assert result.stderr == ""
    return json.loads(result.stdout), result.returncode


def test_every_finding_is_a_result_with_its_rule_its_place_and_its_fix():
    log, code = check("--sarif")
    document, plain_code = check("--json")
    assert code == plain_code == 65 and log["version"] == "2.1.0" and len(log["runs"]) == 1
    run = log["runs"][0]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert run["tool"]["driver"]["name"] == "ablate" and run["columnKind"] == "unicodeCodePoints"
    assert len({rule["id"] for rule in rules}) == len(rules) and all(rule["shortDescription"]["text"] != rule["id"] for rule in rules)
    assert len(results) == len(document["findings"]) > 150
    fixes = 0
    for result, finding in zip(results, document["findings"]):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["code"]
        assert result["level"] == finding["severity"] and result["message"]["text"].startswith(finding["message"])
        place = result["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == finding["file"]
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) == (finding["line"], finding["column"])
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
        for related in result.get("relatedLocations", []):
            assert related["message"]["text"] and related["physicalLocation"]["region"]["startLine"] >= 1
        for fix in result.get("fixes", []):
            fixes += 1
            change = fix["artifactChanges"][0]
            assert unquote(change["artifactLocation"]["uri"]) == finding["file"]
            assert set(change["replacements"][0]) == {"deletedRegion", "insertedContent"} and fix["description"]["text"]
    assert fixes > 10


def test_a_recipe_without_faults_is_an_empty_log(tmp_path):
    (tmp_path / "train.csv").write_text("text,who\nred,a\nblue,b\n")
    (tmp_path / "recipe.yaml").write_text(
        "recipe: good\ndata: {train: train.csv, columns: {answer: text, label: who}, labels: [a, b]}\n"
        "folds: {kind: k-fold}\nmodels:\n  words: {tfidf: {}}\n")
    result = subprocess.run([BINARY, "check", "recipe.yaml", "--sarif"], capture_output=True, text=True, cwd=tmp_path)
    log = json.loads(result.stdout)
    assert result.returncode == 0 and log["runs"][0]["results"] == [] and log["runs"][0]["tool"]["driver"]["rules"] == []


def test_json_and_sarif_at_once_are_refused():
    result = subprocess.run([BINARY, "check", RECIPES[0], "--json", "--sarif"], capture_output=True, text=True, cwd=BAD)
    assert result.returncode == 64 and "exclude each other" in result.stderr
