"""What a run leaves: scores that scikit-learn confirms, a valid submission, a logbook, and documents for programs."""

import csv
import json
import re
import shutil

import numpy
import pyarrow
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
import pytest
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score, log_loss


def truth(project) -> numpy.ndarray:
    with open(project.folder / "train.csv") as file:
        return numpy.array(["abc".index(row["who"]) for row in csv.DictReader(file)])


@pytest.mark.parametrize("name, step", [("words", "average-oof"), ("tiny", "average-oof"), ("blend", "average-oof"), ("final", "optimize-oof")])
def test_scores_are_those_of_scikit_learn(project, name, step):
    predictions = load_file(project.output(f"{name}/{step}", "predictions"))
    labels = truth(project)
    assert predictions["rows"].tolist() == list(range(len(labels)))
    probabilities = predictions["probabilities"].astype(float)
    probabilities /= probabilities.sum(1, keepdims=True)
    metrics = project.record(f"{name}/evaluate")["metrics"]
    assert metrics["log-loss"] == pytest.approx(log_loss(labels, probabilities), abs=1e-6)
    assert metrics["accuracy"] == pytest.approx(accuracy_score(labels, probabilities.argmax(1)))


def test_averages_are_means_over_seeds_and_models(project):
    def of(address):
        return load_file(project.output(address, "predictions"))["probabilities"].astype(float)

    tests = [of(f"tiny/seed-{seed}/fold-{fold}/predict-test") for seed in (1, 2) for fold in (0, 1)]
    numpy.testing.assert_allclose(of("tiny/average-test"), numpy.mean(tests, 0), atol=1e-6)
    numpy.testing.assert_allclose(of("blend/average-test"), (of("words/average-test") + of("tiny/average-test")) / 2, atol=1e-6)


def test_every_group_of_the_optimized_predictions_is_nearly_a_permutation(project):
    probabilities = load_file(project.output("final/optimize-test", "predictions"))["probabilities"]
    with open(project.folder / "test.csv") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    for question in set(questions):
        group = probabilities[[index for index, own in enumerate(questions) if own == question]]
        numpy.testing.assert_allclose(group.sum(0), 1, atol=1e-5)
        numpy.testing.assert_allclose(group.sum(1), 1, atol=1e-5)


def test_no_fold_is_predicted_by_a_model_that_saw_its_groups(project):
    folds = json.loads(project.output("folds/split", "folds").read_text())["folds"]
    with open(project.folder / "train.csv") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    assert all(len({fold for fold, own in zip(folds, questions) if own == question}) == 1 for question in set(questions))
    for fold in (0, 1):
        rows = load_file(project.output(f"tiny/seed-1/fold-{fold}/predict-oof", "predictions"))["rows"]
        assert rows.tolist() == [row for row, own in enumerate(folds) if own == fold]


def test_the_submission_has_a_row_for_each_id_and_sums_to_one(project):
    with open(project.folder / "submission.csv") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "who_a", "who_b", "who_c"]
    assert [row[0] for row in rows[1:]] == [f"te{index}" for index in range(12)]
    assert all(sum(map(float, row[1:])) == pytest.approx(1, abs=1e-5) for row in rows[1:])


def test_a_sample_gives_the_columns_and_the_order(project):
    ids = [f"te{index}" for index in reversed(range(12))]
    (project.folder / "sample.csv").write_text("key,x,y,z\n" + "".join(f"{id},0,0,0\n" for id in ids))
    before = {row[0]: row[1:] for row in csv.reader(open(project.folder / "submission.csv"))}
    project.edit("path: submission.csv", "path: submission.csv, sample: sample.csv")
    assert project.run() == ["submission"]
    rows = list(csv.reader(open(project.folder / "submission.csv")))
    assert rows[0] == ["key", "x", "y", "z"] and [row[0] for row in rows[1:]] == ids
    assert all(row[1:] == before[row[0]] for row in rows[1:])


def test_the_logbook_is_three_files_without_requests_and_the_same_every_time(project):
    folder = project.folder / "logbook"
    first = {name: (folder / name).read_bytes() for name in ("index.html", "LOGBOOK.md", "logbook.json")}
    shutil.rmtree(folder)
    assert project.ablate("logbook").returncode == 0
    assert {name: (folder / name).read_bytes() for name in first} == first
    page = first["index.html"].decode()
    assert not re.search(r"https?://(?!www\.w3\.org)", page) and page.count("<script") == 1 and "Content-Security-Policy" in page
    assert "Is rank 4 better than 2?" in page and "Is rank 4 better than 2?" in first["LOGBOOK.md"].decode()
    document = json.loads(first["logbook.json"])
    assert [score["name"] for score in document["scores"]] == ["words", "tiny", "blend", "final"]
    assert document["ablations"][0]["variants"][1]["comparison"]["verdict"] in {"helps", "hurts", "leaning", "equivalent", "unresolved"}


def test_names_and_texts_cannot_break_out_of_the_page(project):
    project.edit("Is rank 4 better than 2?", "\"<script>alert(1)</script> & | `x`\"")
    project.edit("recipe: small", "recipe: small\nabout: \"</title><img src=x onerror=alert(1)>\"")
    assert project.ablate("logbook").returncode == 0
    page = (project.folder / "logbook" / "index.html").read_text()
    assert "<script>alert" not in page and "<img src" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_other_formats_of_the_same_table_change_nothing_after_ingest(project, ending):
    table = pyarrow.csv.read_csv(project.folder / "train.csv")
    if ending == "parquet":
        pyarrow.parquet.write_table(table, project.folder / "train.parquet")
    else:
        (project.folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    project.edit("train: train.csv", f"train: train.{ending}")
    assert project.run() == ["data/train/ingest"]


def test_show_tells_where_values_come_from(project):
    values = {value["path"]: value for value in json.loads(project.ablate("show", "--json", "--set", "models.tiny.lora.alpha=8").stdout)["values"]}
    assert values["models.tiny.lora.rank"]["origin"].endswith("recipe.yaml:15:18")
    assert values["models.tiny.lora.alpha"]["value"] == 8 and "--set" in values["models.tiny.lora.alpha"]["origin"]
    assert values["models.tiny.training.schedule"]["origin"] == "default"


def test_records_say_what_made_them(project):
    made = project.record("tiny/seed-1/fold-0/finetune")
    assert made["environment"]["versions"]["torch"] and made["environment"]["device"]["kind"] in {"cpu", "cuda"}
    assert made["seconds"] > 0 and made["manifest"]["parameters"]["lora"]["rank"] == 2
