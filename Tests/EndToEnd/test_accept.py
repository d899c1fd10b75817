"""`accept` lets an old output stand for a new key: kept with who, when and why, shown wherever the step is, and taken back."""

import datetime
import json
import subprocess

import pytest
from programs import ALL, Programs, chain, made  # noqa: F401 (fixtures)


def accept(project, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess:
    result = project.ablate("accept", *arguments, USER="ada")
    assert result.returncode == expect, result.stdout + result.stderr
    return result


@pytest.fixture
def edited(chain) -> Programs:  # noqa: F811
    """The chain after an edit of its first script that cannot matter, and that makes its step run."""
    chain.write("one.sh", "# a comment\n" + (chain.folder / "one.sh").read_text() + "date >> date.txt\n")
    assert chain.plan() == {"one/command": "run", **{f"{name}/command": "maybe" for name in ALL if name != "one"}}
    return chain


def test_an_accepted_output_is_reused_with_all_below_it(edited):
    result = accept(edited, "one/command", "--reason", "only a comment")
    assert "accepted  one/command" in result.stdout and "ada@" in result.stdout and "only a comment" in result.stdout
    assert set(edited.plan().values()) == {"reuse"}
    assert edited.names() == [] and not (edited.folder / "date.txt").exists()


def test_why_show_plan_and_the_logbook_tell(edited):
    before = json.loads(edited.ablate("why", "one/command", "--json").stdout)["compared_with"]["key"]
    accept(edited, "one/command", "--reason", "only a comment")
    assert "accepted by ada@" in edited.reasons()["one/command"] and "only a comment" in edited.reasons()["one/command"]
    shown = edited.record("one/command")
    assert shown["accepted"]["from"] == before and shown["accepted"]["reason"] == "only a comment" and shown["key"] != before
    text = edited.ablate("why", "one/command").stdout
    assert "by ada@" in text and "only a comment" in text and f"key {before[:12]}" in text
    assert json.loads(edited.ablate("why", "one/command", "--json").stdout)["record"]["accepted"]["from"] == before
    edited.run()
    logbook = edited.folder / "logbook"
    [entry] = json.loads((logbook / "logbook.json").read_text())["provenance"]["accepted"]
    assert entry["address"] == "one/command" and entry["reason"] == "only a comment"
    day = datetime.datetime.fromtimestamp(entry["at"], datetime.UTC).strftime("%Y-%m-%d")
    for page in ["index.html", "LOGBOOK.md"]:
        assert "only a comment" in (logbook / page).read_text() and f"accepted on {day} by" in (logbook / page).read_text()


def test_it_is_taken_back_and_the_list_keeps_both(edited):
    accept(edited, "one/command", "--reason", "only a comment")
    accept(edited, "one/command", "--undo", "--reason", "it writes the date, too")
    assert edited.plan()["one/command"] == "run"
    accept(edited, "one/command", "--undo", "--reason", "again", expect=1)
    assert edited.names() == ["one"] and (edited.folder / "date.txt").exists()
    entries = json.loads(accept(edited, "--list", "--json").stdout)["entries"]
    assert [(entry["what"], entry["reason"]) for entry in entries] == [
        ("accept", "only a comment"), ("undo", "it writes the date, too")]
    assert all(entry["by"].startswith("ada@") and entry["at"] > 1.7e9 for entry in entries)


def test_a_reason_is_needed(edited):
    assert accept(edited, "one/command", expect=64).stderr
    assert accept(edited, "one/command", "--reason", "  ", expect=64).stderr
    assert edited.plan()["one/command"] == "run"


def test_what_has_no_old_output_is_refused(chain):  # noqa: F811
    chain.recipe.write_text(chain.recipe.read_text() + "  six: {command: [sh, -c, ': > $1', x, '{out.sixth}'], outputs: [sixth]}\n")
    assert "no old output" in accept(chain, "six/command", "--reason", "x", expect=1).stderr


def test_an_output_that_is_to_have_another_name_is_refused(chain):  # noqa: F811
    chain.edit("{out.fifth}", "{out.last}")
    chain.edit("outputs: [fifth]", "outputs: [last]")
    assert "no last" in accept(chain, "five/command", "--reason", "x", expect=1).stderr
    assert chain.plan()["five/command"] == "run"


def test_what_is_reused_and_what_waits_are_refused(edited):
    assert "before one/command is" in accept(edited, "two/command", "--reason", "x", expect=1).stderr
    accept(edited, "one/command", "--reason", "x")
    assert "nothing to accept" in accept(edited, "one/command", "--reason", "x", expect=1).stderr
    result = accept(edited, "tow/command", "--reason", "x", expect=66)
    assert "did you mean two/command?" in result.stderr


def test_a_pattern_is_accepted_along_the_plan(edited):
    edited.edit("grep -v ^# $1 > $2", "grep -v ^[#] $1 > $2")
    accept(edited, "*/command", "--reason", "the same pattern")
    assert edited.names() == [] and len(json.loads(accept(edited, "--list", "--json").stdout)["entries"]) == 2


def test_a_table_of_another_length_does_not_pass_for_the_old_one(made, tmp_path):  # noqa: F811
    """Rows of predictions: what was made for twelve rows cannot stand for thirteen."""
    count = "python3 -c 'import json, sys; json.dump({\"ids\": list(range(int(open(sys.argv[1]).read())))}, open(sys.argv[2], \"w\"))'"
    project = Programs.make(
        tmp_path / "rows",
        f"  rows: {{command: [sh, -c, {json.dumps(count + ' $1 $2')}, x, '{{in.n}}', '{{out.ids}}'],"
        " inputs: {n: ./n.txt}, outputs: [ids]}\n"
        "  use: {command: [cp, '{in.ids}', '{out.used}'], inputs: {ids: rows.ids}, outputs: [used]}\n")
    project.write("n.txt", "12")
    project.run()
    project.write("n.txt", "13")
    project.names("rows/command")
    assert "had 12 rows" in accept(project, "use/command", "--reason", "x", expect=1).stderr
    project.write("n.txt", "12")
    assert project.names() == []


def test_a_collection_keeps_what_was_accepted(edited):
    accept(edited, "one/command", "--reason", "only a comment")
    subprocess.run(
        [edited.command("store")[0], "store", "gc", "--store", str(edited.folder / ".ablate")], check=True, capture_output=True)
    assert set(edited.plan().values()) == {"reuse"}
