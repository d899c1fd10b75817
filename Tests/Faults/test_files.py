"""Files of the user's: none is replaced or deleted unless ablate wrote it and it is as it wrote it."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from command import BINARY, Project, site, until, write_tables

RECIPE = """\
recipe: files
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question}
  labels: [a, b, c]
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
submission: {from: words}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("files") / "project"
    folder.mkdir()
    write_tables(folder)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)
    project = Project(folder)
    project.run()
    return project


@pytest.fixture
def project(ran, tmp_path) -> Project:
    return ran.copy(tmp_path / "project")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the user's, and what links lead to."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and ".ablate" not in path.parts}


def refused(result: subprocess.CompletedProcess, code: int, *words: str) -> None:
    assert result.returncode == code, result.stdout + result.stderr
    for word in words:
        assert word in result.stderr, result.stderr


@pytest.mark.parametrize("path", [
    "train.csv", "./train.csv", "test.csv", "logbook", "logbook/index.html", "./logbook/own.csv", "recipe.yaml", "sub/../train.csv", "ABSOLUTE/train.csv", "link.csv", "same.csv", "site.yaml",
    ".ablate/store.json", ".ablate/objects/new.csv", "away/new.csv", "folder"])
def test_a_submission_is_never_written_over_an_input(project, tmp_path, path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project.folder / "link.csv").symlink_to("train.csv")
    os.link(project.folder / "train.csv", project.folder / "same.csv")
    (project.folder / "away").symlink_to(outside)
    (project.folder / "folder").mkdir()
    project.edit("{from: words}", "{from: words, path: %s}" % path.replace("ABSOLUTE", str(project.folder)))
    before = contents(project.folder)
    for verb in ("check", "plan", "run"):
        result = project.ablate(verb)
        assert result.returncode == 65 and ("overwrites-input" in result.stderr), result.stderr
        assert contents(project.folder) == before
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("path", ["/dev/stdout", "/proc/self/fd/1", "train.csv/x", "a/", "new/..", '"a\\nb.csv"', "to-a-device", "logbook/../logbook/x"])
def test_a_submission_has_a_place_where_a_file_can_be(project, path):
    shutil.rmtree(project.folder / ".ablate")
    (project.folder / "to-a-device").symlink_to("/dev/null")
    project.edit("{from: words}", "{from: words, path: %s}" % path)
    before = contents(project.folder)
    for verb in ("check", "run"):
        result = project.ablate(verb)
        assert result.returncode == 65 and "the submission cannot be written to" in result.stderr, result.stderr
    assert contents(project.folder) == before and not list((project.folder / ".ablate").rglob("records/*.json"))


@pytest.mark.parametrize("path, words", [("/dev/x.csv", "in /dev"), ("FOLDER/train.csv/x.csv", "found a file at"), ("a\nb.csv", "line breaks")])
def test_exports_have_a_place_where_a_file_can_be(project, path, words):
    refused(project.ablate("logbook", "--export", path.replace("FOLDER", str(project.folder))), 65, words)


@pytest.mark.parametrize("name", ["submission.csv", "logbook/index.html", "logbook/LOGBOOK.md", "logbook/logbook.json"])
def test_what_the_user_has_there_is_told_before_anything_runs(project, name):
    shutil.rmtree(project.folder / ".ablate")
    shutil.rmtree(project.folder / "logbook")
    (project.folder / "submission.csv").unlink()
    (project.folder / name).parent.mkdir(exist_ok=True)
    (project.folder / name).write_text("mine")
    before = contents(project.folder)
    refused(project.ablate("run"), 73, name, "ablate did not write it", "--overwrite")
    assert contents(project.folder) == before and not list((project.folder / ".ablate" / "records").rglob("*.json"))
    project.run("--overwrite")
    assert (project.folder / name).read_text() != "mine"


def test_an_edited_submission_is_left_alone_and_the_new_one_named(project):
    path = project.folder / "submission.csv"
    whole = path.read_text()
    path.write_text(whole + "mine\n")
    for _ in range(4):
        result = project.ablate("run")
        assert result.returncode == 0 and "was changed or made read-only since ablate wrote it" in result.stderr, result.stderr
        assert path.read_text() == whole + "mine\n"
        named = next(word for word in result.stderr.split() if "/objects/" in word)
        assert Path(named).read_text() == whole
    assert project.ablate("run", "--overwrite").returncode == 0
    assert path.read_text() == whole


def test_a_lost_store_makes_no_run_fail(project):
    assert project.run() == []
    before = contents(project.folder)
    shutil.rmtree(project.folder / ".ablate")
    project.run()
    assert contents(project.folder).keys() == before.keys()


def test_an_edited_page_is_the_users(project):
    page = project.folder / "logbook" / "index.html"
    page.write_text(page.read_text().replace("</title>", " (mine)</title>", 1))
    before = contents(project.folder)
    refused(project.ablate("logbook"), 73, "index.html", "--output")
    assert contents(project.folder) == before
    assert project.ablate("logbook", "--overwrite").returncode == 0
    assert "(mine)" not in page.read_text()


def test_figures_of_the_users_stay(project, tmp_path):
    figures = project.folder / "logbook" / "figures"
    own = {figures / "architecture.svg": "<svg/>", figures / "chart.vl.json": "{}", figures / "photo.png": "png"}
    for path, text in own.items():
        path.write_text(text)
    shutil.copy(figures / "scores.svg", figures / "for-the-paper.svg")
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    project.run()
    assert all(path.read_text() == text for path, text in own.items()) and (figures / "for-the-paper.svg").exists()


@pytest.mark.parametrize("what", ["logbook", "logbook/figures"])
def test_nothing_is_written_or_deleted_through_a_link_that_leaves_the_folder(project, tmp_path, what):
    outside = tmp_path / "elsewhere"
    shutil.copytree(project.folder / what, outside)
    (outside / "mine.svg").write_text("mine")
    before = {path.name: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    shutil.rmtree(project.folder / what)
    (project.folder / what).symlink_to(outside)
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    for verb in ("logbook", "run"):
        result = project.ablate(verb)
        assert result.returncode in (65, 73) and "link" in result.stderr, result.stderr
    assert {path.name: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


def test_two_recipes_of_a_folder_do_not_write_over_each_other(project):
    other = Project(project.folder)
    other.recipe = project.folder / "second.yaml"
    other.recipe.write_text(RECIPE.replace("[1, 1]", "[1, 2]"))
    before = contents(project.folder)
    refused(other.ablate("run"), 73, "recipe.yaml wrote it", "--logbook")
    refused(other.ablate("run", "--logbook", "second"), 73, "submission.csv", "recipe.yaml wrote it")
    assert contents(project.folder) == before
    other.edit("{from: words}", "{from: words, path: second.csv}")
    result = other.ablate("run", "--logbook", str(project.folder / "second"))
    assert result.returncode == 0 and "called \"files\", too" in result.stderr, result.stderr
    assert (project.folder / "second" / "index.html").exists() and (project.folder / "second.csv").exists()
    assert {name: text for name, text in contents(project.folder).items() if name in before and name != "second.yaml"} == {
        name: text for name, text in before.items() if name != "second.yaml"}
    # Each file's results are its own, also for those who tidy up.
    assert subprocess.run([BINARY, "store", "gc", "--store", project.folder / ".ablate"]).returncode == 0
    assert set(project.plan().values()) == {"reuse"} and set(other.plan().values()) == {"reuse"}
    assert "13 of 13" in project.ablate("status").stdout or "complete" in project.ablate("status").stdout


def test_a_recipes_file_may_be_renamed(project):
    os.rename(project.recipe, project.folder / "study.yaml")
    project.recipe = project.folder / "study.yaml"
    assert project.run() == []
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    assert project.run()


def test_a_renamed_recipe_is_told_where_its_notes_are(project):
    project.edit("recipe: files", "recipe: study")
    result = project.ablate("run")
    assert result.returncode == 0 and "was called \"files\" in its last run" in result.stderr, result.stderr


def test_a_store_is_passed_over_by_git(project):
    subprocess.run(["git", "init", "-q", "."], cwd=project.folder, check=True)
    subprocess.run(["git", "add", "."], cwd=project.folder, check=True)
    staged = subprocess.run(["git", "diff", "--cached", "--name-only"], cwd=project.folder, capture_output=True, text=True).stdout
    assert "recipe.yaml" in staged and ".ablate" not in staged


def test_a_kill_leaves_no_drafts_beside_the_users_files(project):
    draft = project.folder / ".submission.csv.0123456789abcdef.ablate-part"
    draft.write_text("half")
    os.link(project.folder / "train.csv", project.folder / ".submission.csv.fedcba9876543210.ablate-part")
    before = (project.folder / "train.csv").read_bytes()
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    project.run()
    assert not draft.exists() and len(list(project.folder.rglob(".*.ablate-part"))) == 1
    assert (project.folder / "train.csv").read_bytes() == before, "a name of the user's own"


def test_optimize_writes_over_none_of_its_inputs(tmp_path):
    for name in ("test.csv", "oof.csv"):
        (tmp_path / name).write_text("id,g,a,b,y\n1,1,0.4,0.6,a\n2,1,0.3,0.7,b\n3,2,0.4,0.6,a\n4,2,0.3,0.7,b\n")
    before = contents(tmp_path)
    for output in ("oof.csv", "test.csv", "./oof.csv"):
        result = subprocess.run(
            [BINARY, "optimize", "test.csv", "--group", "g", "--train", "oof.csv", "--label", "y", "--output", output],
            cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 65 and "input" in result.stderr, result.stderr
    (tmp_path / "test-optimized.csv").write_text("mine")
    command = [BINARY, "optimize", "test.csv", "--group", "g", "--train", "oof.csv", "--label", "y"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 73 and "--overwrite" in result.stderr, result.stderr
    assert contents(tmp_path) == before | {"test-optimized.csv": b"mine"}
    (tmp_path / "test-optimized.csv").unlink()
    for _ in range(2):
        assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


@pytest.mark.parametrize("arguments", [["--export", f"table.{form}"] for form in ("csv", "md", "json", "tex", "parquet")])
def test_an_export_replaces_its_own_table_alone(project, arguments):
    path = project.folder / arguments[1]
    path.write_text("mine")
    def export(*more):
        return subprocess.run(
            project.command("logbook", *arguments, *project.site, *more), cwd=project.folder, capture_output=True, text=True)
    for place in ("train.csv", "recipe.yaml", ".ablate/records/x.csv"):
        before = contents(project.folder)
        result = subprocess.run(
            project.command("logbook", "--export", place if place.endswith("csv") else "train.csv", "--overwrite"),
            cwd=project.folder, capture_output=True, text=True)
        assert result.returncode == 65 and contents(project.folder) == before, result.stderr
    refused(export(), 73, arguments[1])
    assert path.read_text() == "mine"
    path.unlink()
    assert export().returncode == 0 and export().returncode == 0


def test_init_replaces_nothing(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "recipe.schema.json").write_text("mine")
    assert subprocess.run([BINARY, "init", "train.csv", "--output", "my.yaml"], cwd=tmp_path, capture_output=True).returncode == 0
    assert (tmp_path / "recipe.schema.json").read_text() == "mine"
    (tmp_path / "my.yaml").write_text("mine")
    result = subprocess.run([BINARY, "init", "train.csv", "--output", "my.yaml"], cwd=tmp_path, capture_output=True, text=True)
    refused(result, 73, "my.yaml")
    assert (tmp_path / "my.yaml").read_text() == "mine"


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/proc/self/environ", "folder"])
@pytest.mark.parametrize("place", ["recipe", "include", "train", "config"])
def test_what_is_no_file_is_refused_before_it_is_read(tmp_path, kind, place):
    write_tables(tmp_path)
    path = kind if kind.startswith("/") else str(tmp_path / "odd.csv")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)
    text = RECIPE
    if place == "include":
        text = f"include: [{path}]\n{RECIPE}"
    elif place == "train":
        (tmp_path / "link.csv").symlink_to(path)
        text = RECIPE.replace("train: train.csv", "train: link.csv")
    elif place == "config":
        (tmp_path / "backbone").mkdir()
        (tmp_path / "backbone" / "config.json").symlink_to(path)
        text = RECIPE.replace("words: {tfidf: {analyzer: word, ngrams: [1, 1]}}", "words: {backbone: ./backbone}")
    recipe = Path(path) if place == "recipe" else tmp_path / "recipe.yaml"
    if place != "recipe":
        recipe.write_text(text)
    result = subprocess.run([BINARY, "check", recipe], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "MYSECRET" not in result.stderr
    # What is wrong with a backbone's configuration is told when it is read as such.
    assert (result.returncode in (65, 66)) or place == "config", result.stdout + result.stderr


@pytest.mark.parametrize("verb", ["check", "plan", "status", "show"])
def test_text_from_outside_commands_no_terminal(tmp_path, verb):
    write_tables(tmp_path)
    name = "in\x1b]0;PWNED\x07\x1b[31mred\u202e.yaml"
    (tmp_path / name).write_text("modles: {}\n")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text('include: ["in\\e]0;PWNED\\a\\e[31mred\\u202e.yaml"]\n' + RECIPE.replace("train.csv", '"/no\\e[31mred\\u202e.csv"'))
    result = subprocess.run([BINARY, verb, recipe], capture_output=True, cwd=tmp_path)
    shown = (result.stdout + result.stderr).decode()
    assert result.returncode > 0
    assert not {character for character in shown if character in "\x1b\x07\u202e"}, shown


def test_a_folder_that_is_not_there_is_told_before_anything_runs(project):
    shutil.rmtree(project.folder / ".ablate")
    project.edit("{from: words}", "{from: words, path: nowhere/submission.csv}")
    refused(project.ablate("run"), 66, "no such folder", "submission.path")
    assert not list((project.folder / ".ablate" / "records").rglob("*.json"))


def test_two_projects_with_files_of_one_name_do_not_share_what_lies_outside(project, tmp_path):
    (tmp_path / "shared").mkdir()
    project.edit("{from: words}", "{from: words, path: ../shared/submission.csv}")
    other = project.copy(tmp_path / "other")
    other.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    out = str(tmp_path / "shared" / "logbook")
    project.run("--logbook", out)
    before = contents(tmp_path / "shared")
    refused(other.ablate("run"), 73, "submission.csv", "recipe.yaml")
    refused(other.ablate("logbook", "--output", out), 73, "index.html")
    assert contents(tmp_path / "shared") == before
    assert project.run() == []


def test_a_submission_that_was_made_read_only_is_kept(project):
    submission = project.folder / "submission.csv"
    before = submission.read_bytes()
    submission.chmod(0o444)
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode == 0 and submission.read_bytes() == before
    assert "made read-only since ablate wrote it" in result.stderr and "--overwrite" in result.stderr
    subprocess.run(project.command("run", "--overwrite"), capture_output=True, check=True)
    assert submission.read_bytes() != before and submission.stat().st_mode & 0o777 == 0o444


def test_mending_parts_no_two_names_of_a_file(tmp_path):
    recipe, other = tmp_path / "recipe.yaml", tmp_path / "other.yaml"
    recipe.write_text(RECIPE.replace("count: 2", "Count: 2"))
    os.link(recipe, other)
    before = recipe.read_bytes()
    result = subprocess.run([BINARY, "check", "--fix", "recipe.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode != 0 and "hard link" in result.stderr
    assert recipe.read_bytes() == other.read_bytes() == before and os.path.samefile(recipe, other)


def test_a_path_goes_the_way_that_the_system_goes(project):
    (project.folder / "e" / "f").mkdir(parents=True)
    (project.folder / "l").symlink_to("e/f")
    project.edit("submission: {from: words}", "submission: {from: words, path: l/../s.csv}")
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode == 0 and (project.folder / "e" / "s.csv").exists() and not (project.folder / "s.csv").exists()
    project.edit("path: l/../s.csv", "path: logbook/../t.csv")
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode == 0 and (project.folder / "t.csv").exists(), result.stderr


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_place_that_figures_cannot_have_is_told_before_the_work(project, tmp_path, what):
    shutil.rmtree(project.folder / "logbook")
    (project.folder / "logbook").mkdir()
    figures = project.folder / "logbook" / "figures"
    (tmp_path / "away").mkdir()
    figures.write_text("mine") if what == "file" else figures.symlink_to(tmp_path / "away")
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    before = (project.folder / "submission.csv").read_bytes()
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode in (65, 73) and "run, " not in result.stdout and "figures" in result.stderr
    assert (project.folder / "submission.csv").read_bytes() == before and not list((tmp_path / "away").iterdir())


def test_a_figure_of_the_users_keeps_the_submission_as_it_is(project):
    figures = project.folder / "logbook" / "figures"
    name = next(figures.glob("*.svg"))
    name.write_text("mine")
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    before = (project.folder / "submission.csv").read_bytes()
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode == 73 and name.read_text() == "mine"
    assert (project.folder / "submission.csv").read_bytes() == before


def test_what_is_asked_for_is_what_is_written_wherever_the_command_is_called(project, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("my own\n")
    call = [BINARY, "show", str(project.recipe), "words", "--predictions", "mine.csv"]
    refused(subprocess.run(call, cwd=tmp_path, capture_output=True, text=True), 73, "mine.csv")
    assert mine.read_text() == "my own\n"
    mine.rename(project.folder / "mine.csv")
    result = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0 and mine.read_text().startswith("id,fold,who,"), result.stderr
    assert (project.folder / "mine.csv").read_text() == "my own\n"


def test_what_was_replaced_on_demand_and_comes_back_is_the_users(project):
    path = project.folder / "submission.csv"
    path.write_text("by hand\n")
    project.run("--overwrite")
    assert path.read_text() != "by hand\n"
    path.write_text("by hand\n")
    assert "was changed" in project.ablate("run").stderr and path.read_text() == "by hand\n"
    table = project.folder / "table.csv"
    table.write_text("by hand\n")
    show = ["show", "words", "--predictions", str(table)]
    refused(project.ablate(*show), 73)
    assert project.ablate(*show, "--overwrite").returncode == 0
    table.write_text("by hand\n")
    refused(project.ablate(*show), 73)


def test_a_reader_writes_nothing_into_the_store(project):
    def store():
        return {path.relative_to(project.folder): path.read_bytes() for path in (project.folder / ".ablate").rglob("*") if path.is_file()}
    before = store()
    table = str(project.folder / "table.csv")
    for arguments in (["show", "words", "--predictions", table], ["logbook", "--export", table, "--overwrite"]):
        assert project.ablate(*arguments).returncode == 0
    assert store() == before


def test_a_run_with_nothing_to_do_brings_new_notes_into_the_logbook(project):
    # Time stamps must tell whether a file was written again.
    until(lambda: time.time() - max(path.lstat().st_ctime for path in project.folder.rglob("*")) >= 0.15)
    assert project.run() == [] == project.run()
    for text in ("a first remark", "a second remark"):
        assert project.ablate("note", "words", "--text", text).returncode == 0
        assert project.run() == []
        assert text in (project.folder / "logbook" / "LOGBOOK.md").read_text()


@pytest.mark.parametrize("recipes", [1, 2])
def test_a_logbook_of_several_projects_stays_in_their_folder(project, tmp_path, recipes):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    second = project.folder / "second"
    second.mkdir()
    (second / "recipe.yaml").write_text((project.folder / "recipe.yaml").read_text().replace(": train.csv", ": ../train.csv").replace(": test.csv", ": ../test.csv"))
    shutil.rmtree(project.folder / "logbook")
    (project.folder / "logbook").symlink_to(outside)
    names = [str(project.folder / "recipe.yaml"), str(second / "recipe.yaml")][:recipes]
    result = subprocess.run([BINARY, "logbook", *reversed(names)], capture_output=True, text=True)
    assert result.returncode == 65 and "through a link" in result.stderr, result.stderr
    assert not list(outside.iterdir())


def test_a_damaged_note_is_told_before_anything_runs(project):
    assert project.ablate("note", "words", "--text", "hello").returncode == 0
    note = next((project.folder / ".ablate" / "runs" / "_notes.files").glob("*.json"))
    note.write_text(note.read_text().replace("hello", "hellp"))
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    result = project.ablate("run", "--progress", "json")
    assert result.returncode != 0 and str(note) in result.stderr and '"event": "started"' not in result.stdout


@pytest.mark.parametrize("id, label", [("who_a", "who"), ("fold", "who"), ("id", "fold")])
def test_predictions_that_were_written_are_read_whatever_the_columns_are_called(project, id, label):
    for name in ("train.csv", "test.csv"):
        path = project.folder / name
        head, rest = path.read_text().split("\n", 1)
        path.write_text(",".join({"id": id, "who": label}.get(word, word) for word in head.split(",")) + "\n" + rest)
    project.edit("columns: {id: id,", f"columns: {{id: {id},")
    project.edit("label: who", f"label: {label}")
    project.run()
    assert project.ablate("show", "words", "--predictions", str(project.folder / "oof.csv")).returncode == 0
    head = (project.folder / "oof.csv").read_text().split("\n")[0].split(",")
    assert len(set(head)) == len(head) == 6
    project.edit("words: {tfidf: {analyzer: word, ngrams: [1, 1]}}", "words: {predictions: {oof: oof.csv, folds: oof.csv, labels: cross-fitted}}")
    project.edit("submission: {from: words}\n", "")
    project.run()
