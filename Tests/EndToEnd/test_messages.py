"""What a person meets who makes a mistake: findings with their places, exit codes, and no traceback anywhere."""

import json

import pytest

from conftest import Project


def findings(project: Project) -> list[tuple]:
    result = project.ablate("check", "--json")
    return [
        (finding["code"], finding["line"], finding["column"]) for finding in json.loads(result.stdout)["findings"]
    ], result.returncode


def test_six_mistakes_are_six_findings_in_one_go(fresh):
    fresh.edit("lora: {rank: 2,", "lora: {rnk: 2,")
    fresh.edit("epochs: 2", "epochs: two")
    fresh.edit("average: [words, tiny]", "average: [words, tinny]")
    fresh.edit("method: marginals", "method: marginal")
    fresh.edit("train: train.csv", "train: trian.csv")
    fresh.edit("seeds: [1, 2]", "seeds: [1, 2]\n    seeds: [3]")
    found, code = findings(fresh)
    assert code == 65
    assert found == [
        ("missing-file", 3, 10), ("unknown-key", 15, 12), ("wrong-type", 17, 24), ("duplicate-key", 19, 5),
        ("dangling-name", 21, 28), ("unknown-value", 22, 36)]
    text = fresh.ablate("check").stderr
    assert 'did you mean "rank"?' in text and 'did you mean "tiny"?' in text and "recipe.yaml:15:12" in text and "^~~" in text


@pytest.mark.parametrize(
    "old, new, code, line",
    [
        ("recipe: small\n", "recipe: small\nrecipe: small\n", "duplicate-key", 2),
        ("labels: [a, b, c]", "labels: [a, b, no]", "ambiguous-scalar", 6),
        ("seeds: [1, 2]", "seeds: 1", "wrong-type", 18),
        ("folds: {kind", "folds: {kind: k-fold\nx: {kind", "malformed-yaml", 10),
        ("{prompt} A:", "{promt} A:", "bad-template", 8),
        ("of: tiny", "of: words", "conflicting-keys", 26),
        ("final: {optimize: blend, method: marginals}", "final: {optimize: blend}\n  again: {optimize: final}", "optimized-twice", 22),
        ("tfidf: {analyzer: word, ngrams: [1, 1]}", "tfidf: {analyzer: word, ngrams: [1, 1]}\n    fit: [full]", "no-out-of-fold", 22),
        ("stratified-group-k-fold", "k-fold", "groups-split", 9),
        ("  constraint: one-of-each\n", "", "missing-constraint", 20),
    ],
)
def test_a_mistake_is_a_finding_at_its_place(fresh, old, new, code, line):
    fresh.edit(old, new)
    found, status = findings(fresh)
    assert status == 65
    assert (code, line) in [(name, at) for name, at, _ in found]


def test_a_plan_shows_its_steps_without_data_and_a_run_begins_none(fresh):
    (fresh.folder / "train.csv").unlink()
    assert fresh.ablate("check").returncode == 66
    plan = fresh.ablate("plan", "--json")
    assert plan.returncode == 66 and "train.csv" in plan.stderr and json.loads(plan.stdout)["steps"]
    assert any("train.csv" in missing for missing in json.loads(plan.stdout)["missing"])
    run = fresh.ablate("run")
    assert run.returncode == 66 and "train.csv" in run.stderr


def test_exit_codes(fresh):
    assert fresh.ablate("plan", "--exit-code").returncode == 2
    assert fresh.ablate("plan", "--no-such-flag").returncode == 64
    assert fresh.ablate("run", "no/such/step").returncode == 66
    fresh.recipe.unlink()
    for verb in ("check", "plan", "run", "status", "logbook", "show"):
        result = fresh.ablate(verb)
        assert result.returncode == 66 and "recipe.yaml" in result.stderr


def test_bad_data_names_file_row_and_column(fresh):
    table = fresh.folder / "train.csv"
    lines = table.read_text().splitlines()
    lines[5] = lines[5].rsplit(",", 1)[0] + ",d"
    table.write_text("\n".join(lines) + "\n")
    result = fresh.ablate("run")
    assert result.returncode == 1
    assert "train.csv" in result.stderr and "row 5" in result.stderr and "who" in result.stderr and '"d"' in result.stderr.replace("'", '"')
    status = json.loads(fresh.ablate("status", "--json").stdout)
    assert status["state"] == "failed" and status["run"]["failed"][0]["address"] == "data/train/ingest"


def test_a_store_that_cannot_be_written_is_one_sentence(project):
    result = project.ablate("run", "--store", "/proc/ablate")
    assert result.returncode != 0 and "/proc/ablate" in result.stderr and len(result.stderr.splitlines()) <= 3
