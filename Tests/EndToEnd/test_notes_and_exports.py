"""Leaderboard scores and remarks beside the scores, and the ablations' results as a table for a paper."""

import csv
import io
import json
import os
import re
import subprocess

import numpy
import pytest
from pyarrow import parquet
from safetensors.numpy import load_file

FORMS = ["csv", "md", "tex", "json"]


def document(project) -> dict:
    assert project.ablate("logbook").returncode == 0
    return json.loads((project.folder / "logbook" / "logbook.json").read_text())


def notes(project, name: str) -> dict:
    found = document(project)
    scores = {score["name"]: score["notes"] for score in found["scores"]}
    variants = {variant["name"]: variant["notes"] for ablation in found["ablations"] for variant in ablation["variants"]}
    return (scores | variants)[name]


def test_a_leaderboard_score_stands_beside_the_score_until_the_predictions_change(project):
    page = project.folder / "logbook" / "index.html"
    assert "leaderboard" not in page.read_text().split("<body>")[1].split("<script>")[0]
    for arguments in (["--leaderboard", "0.75"], ["--leaderboard", "0.736", "--text", "with <marginals>"], ["--text", "and once more"]):
        assert project.ablate("note", "final", *arguments).returncode == 0
    assert notes(project, "final") == {"leaderboard": 0.736, "is_stale": False, "texts": ["with <marginals>", "and once more"]}
    assert notes(project, "tiny") == {"leaderboard": None, "is_stale": False, "texts": []}
    assert '<td class="number">0.736</td>' in page.read_text() and "with &lt;marginals&gt;" in page.read_text()
    markdown = (project.folder / "logbook" / "LOGBOOK.md").read_text()
    assert re.search(r"\| final \|.*\| 0\.736 \|", markdown) and "with \\<marginals\\>" in markdown
    assert set(project.plan().values()) == {"reuse"}, "a note makes nothing run"
    project.edit("method: marginals", "method: assignment")
    assert notes(project, "final")["is_stale"] and "0.736*" in page.read_text()


def test_the_recipe_itself_may_tell_the_submissions_score(project):
    project.edit("submission: {", "submission: {leaderboard: 0.741, ")
    assert set(project.plan().values()) == {"reuse"}, "a score is in no key"
    assert notes(project, "final")["leaderboard"] == 0.741 and not notes(project, "final")["is_stale"]
    assert '<td class="number">0.741</td>' in (project.folder / "logbook" / "index.html").read_text()
    project.edit("leaderboard: 0.741", "leaderboard: 0.735")
    assert project.run() == [] and notes(project, "final")["leaderboard"] == 0.735


def test_notes_are_plain_documents_and_two_writers_lose_none(project):
    writers = [subprocess.Popen(project.command("note", "rank/lora.rank=4", "--text", f"remark {index}"), stdout=subprocess.DEVNULL) for index in range(8)]
    assert [writer.wait(120) for writer in writers] == [0] * 8
    folder = project.folder / ".ablate" / "runs" / "_notes.small"
    found = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    assert {note["text"] for note in found} == {f"remark {index}" for index in range(8)}
    assert {note["result"] for note in found} == {"rank: lora.rank=4"} and {note["format"] for note in found} == {1}
    assert len(notes(project, "lora.rank=4")["texts"]) == 8
    (folder / "00000003.json").write_text("{")
    result = project.ablate("logbook")
    assert result.returncode == 1 and "00000003.json" in result.stderr, "one that is broken is told, not passed over"
    (folder / "00000003.json").unlink()
    assert len(notes(project, "lora.rank=4")["texts"]) == 7


def test_notes_are_no_runs_and_scores_may_be_negative(project):
    def listed():
        result = subprocess.run([*project.command("store")[:2], "list", "--store", str(project.folder / ".ablate")], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    before = listed()
    assert project.ablate("note", "final", "--leaderboard", "-0.5").returncode == 0
    assert notes(project, "final")["leaderboard"] == -0.5 and listed() == before


@pytest.mark.parametrize("arguments, code, says", [
    (["nobody", "--text", "x"], 66, "it has\n  words\n  tiny"), (["final"], 64, "nothing to note"), (["final", "--leaderboard", "nan"], 64, "finite"),
    (["final", "--leaderboard", "high"], 64, "leaderboard"), (["final", "--text", " "], 64, "empty")])
def test_a_note_that_says_nothing_or_names_nobody_is_refused(project, arguments, code, says):
    result = project.ablate("note", *arguments)
    assert result.returncode == code and says in result.stderr
    assert not (project.folder / ".ablate" / "runs" / "_notes.small").exists()


def exported(project, *forms: str) -> dict[str, str]:
    paths = {form: project.folder / f"table.{form}" for form in forms}
    result = project.ablate("logbook", *[argument for path in paths.values() for argument in ("--export", str(path))])
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-len(forms):] == [str(path.resolve()) for path in paths.values()]
    return {form: path.read_bytes().decode() for form, path in paths.items()}


def test_all_forms_say_what_the_logbook_says(project):
    texts = exported(project, *FORMS)
    variants = [variant for ablation in document(project)["ablations"] for variant in ablation["variants"]]
    table, rows = json.loads(texts["json"]), list(csv.DictReader(io.StringIO(texts["csv"], newline="")))
    assert table["schema_version"] == 2 and len(rows) == len(table["rows"]) == len(variants) == 2
    for row, line, variant in zip(rows, table["rows"], variants):
        assert row["variant"] == line["variant"] == variant["name"] and row["ablation"] == line["ablation"] == "rank"
        assert float(row["log-loss"]) == line["log-loss"] == variant["evaluation"]["log-loss"]
    comparison = variants[1]["comparison"]
    assert [float(rows[1][name]) for name in ("improvement", "low", "high", "p")] == [comparison["difference"], *comparison["interval"], comparison["p"]]
    assert rows[0]["verdict"] == "baseline" and rows[1]["verdict"] == comparison["verdict"] and rows[0]["p"] == ""
    shown = f"{abs(comparison['difference']):.4f}"
    assert texts["md"].count("\n") == 4 and shown in texts["md"] and shown in texts["tex"]
    assert texts["tex"].splitlines()[1:3] == ["\\begin{tabular}{llrrrrl}", "\\toprule"] and texts["tex"].endswith("\\bottomrule\n\\end{tabular}\n")
    assert all(line.count("&") - line.count("\\&") == 6 for line in texts["tex"].splitlines() if line.endswith("\\\\"))
    assert texts == exported(project, *FORMS), "the same records, the same bytes"


def test_latex_means_nothing_but_the_text(project):
    project.edit("vary: {lora.rank: [2, 4]}", "together: {a_b.c: {lora.rank: 2}, x--y: {lora.rank: 4}}")
    assert project.ablate("run").returncode == 0
    text = exported(project, "tex")["tex"]
    assert "a\\_b.c" in text and "x{-}{-}y" in text and not re.search(r"(?<!\\)[_#^~]", text)


@pytest.mark.parametrize("name", ["table.docx", "table", ".csv", "table.csv.part"])
def test_an_ending_that_names_no_form_is_refused_before_anything_is_written(project, name):
    result = project.ablate("logbook", "--export", str(project.folder / name))
    assert result.returncode == 64 and "end its name in .csv, .md, .tex, .json or .parquet" in result.stderr
    assert not (project.folder / name).exists()


def test_a_table_is_written_whole_or_not_at_all(project):
    target = project.folder / "table.csv"
    before = exported(project, "csv")["csv"]
    os.link(target, project.folder / "other")
    assert project.ablate("note", "words", "--leaderboard", "0.7").returncode == 0
    project.edit("vary: {lora.rank: [2, 4]}", "vary: {lora.rank: [2]}")
    after = exported(project, "csv")["csv"]
    assert after != before and (project.folder / "other").read_bytes().decode() == before
    result = project.ablate("logbook", "--export", str(project.folder / "missing" / "table.csv"))
    assert result.returncode == 66 and "no such folder" in result.stderr
    (project.folder / "folder.csv").mkdir()
    assert project.ablate("logbook", "--export", str(project.folder / "folder.csv")).returncode == 65
    assert not list(project.folder.glob(".*part"))


def test_reliability_and_error_are_those_of_the_predictions(project):
    predictions = load_file(project.output("blend/average-oof", "predictions"))["probabilities"].astype(float)
    with open(project.folder / "train.csv") as file:
        labels = numpy.array(["abc".index(row["who"]) for row in csv.DictReader(file)])
    confidence, correct = predictions.max(1), predictions.argmax(1) == labels
    bins = numpy.digitize(confidence, numpy.linspace(0, 1, 11)[1:-1], right=True)
    wanted = [(int((bins == one).sum()), confidence[bins == one].mean(), correct[bins == one].mean()) for one in sorted(set(bins))]
    found = json.loads(project.output("blend/evaluate", "evaluation").read_text())["reliability"]
    numpy.testing.assert_allclose([[bin["rows"], bin["confidence"], bin["accuracy"]] for bin in found["bins"]], wanted, atol=1e-9)
    error = sum(rows * abs(mean - share) for rows, mean, share in wanted) / len(labels)
    assert found["calibration-error"] == pytest.approx(error, abs=1e-9)
    scores = {score["name"]: score["evaluation"] for score in document(project)["scores"]}
    assert scores["blend"]["calibration_error"] == pytest.approx(error, abs=1e-9)


def test_predictions_leave_by_id_and_come_back_as_a_model(finished, tmp_path):
    """What `show --predictions` writes equals what was scored, in both forms, and another recipe reads it."""
    project = finished.copy(tmp_path / "project")

    def write(name: str, path: str, *options: str) -> subprocess.CompletedProcess:
        return project.ablate("show", name, "--predictions", str(project.folder / path), *options)

    result = write("blend", "oof.csv")
    assert result.returncode == 0, result.stderr
    header, *lines = csv.reader(io.StringIO((project.folder / "oof.csv").read_text()))
    rows = json.loads(project.output("data/train/ingest", "rows").read_text())
    assert [line[0] for line in lines] == rows["ids"] and header[1] == "fold"
    stored = load_file(project.output("blend/average-oof", "predictions"))["probabilities"]
    numpy.testing.assert_array_equal(numpy.array([line[-3:] for line in lines], dtype="float32"), stored)
    assert write("blend", "oof.parquet").returncode == 0
    table = parquet.read_table(project.folder / "oof.parquet").to_pydict()
    assert list(table) == header
    numpy.testing.assert_allclose(numpy.array([table[name] for name in header[-3:]]).T, stored, rtol=1e-6)
    assert write("blend", "predicted.csv", "--test").returncode == 0
    assert "fold" not in (project.folder / "predicted.csv").read_text().splitlines()[0]

    # A file of somebody's is not replaced; one of ablate's own is. What is no result is told with what there is.
    own = project.folder / "own.csv"
    own.write_text("mine\n")
    assert write("blend", "own.csv").returncode == 73 and own.read_text() == "mine\n"
    assert write("blend", "oof.csv").returncode == 0
    unknown = write("blent", "x.csv")
    assert unknown.returncode == 66 and "blend" in unknown.stderr

    project.edit("stack:", "  again: {predictions: {oof: oof.csv, labels: cross-fitted}}\nstack:")
    project.run()
    scores = [project.record(f"{name}/evaluate")["metrics"]["log-loss"] for name in ("blend", "again")]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
