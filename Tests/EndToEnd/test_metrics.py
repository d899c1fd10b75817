"""The recipe says what results are scored by: other scores, rankings and verdicts, held against scikit-learn; saying nothing changes
nothing."""

import json

import jsonschema
import numpy
import pytest
from safetensors.numpy import load_file
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from conftest import ROOT

SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/logbook.schema.json").read_text()))


@pytest.fixture(scope="module")
def by_f1(finished, tmp_path_factory):
    project = finished.copy(tmp_path_factory.mktemp("metrics") / "project")
    before = project.plan()
    project.edit("submission:", "metrics: [f1-macro, log-loss]\nsubmission:")
    after = project.plan()
    project.changed = {address for address, word in after.items() if word != before[address]}
    project.run()
    return project


def truth(project) -> numpy.ndarray:
    return numpy.array(json.loads(project.output("data/train/ingest", "rows").read_text())["labels"])


def predicted(project, address: str) -> numpy.ndarray:
    return load_file(project.output(address, "predictions"))["probabilities"].astype(float).argmax(1)


def by_seed(project, variant: str) -> list[float]:
    """F1 of each seed's own out-of-fold predictions."""
    labels, scores = truth(project), []
    found = json.loads(project.output(f"{variant}/evaluate", "evaluation").read_text())
    for seed in ("seed-1", "seed-2"):
        guess = numpy.array(found["predicted-by-seed"][seed])
        own = next(one for one in found["seeds"] if one["seed"] == seed)
        assert own["f1-macro"] == pytest.approx(f1_score(labels, guess, average="macro"), abs=1e-12)
        scores.append(own["f1-macro"])
    return scores


def test_other_metrics_score_again_and_train_nothing(by_f1):
    assert by_f1.changed and all(address.endswith("/evaluate") for address in by_f1.changed)
    record = by_f1.record("blend/evaluate")
    assert record["manifest"]["parameters"] == {"classes": 3, "metrics": ["f1-macro", "log-loss"]}
    assert set(record["metrics"]) == {"f1-macro", "log-loss"}
    expected = f1_score(truth(by_f1), predicted(by_f1, "blend/average-oof"), average="macro")
    assert record["metrics"]["f1-macro"] == pytest.approx(expected, abs=1e-12)


def test_the_first_metric_ranks_and_judges(by_f1):
    assert by_f1.ablate("logbook").returncode == 0
    found = json.loads((by_f1.folder / "logbook" / "logbook.json").read_text())
    SCHEMA.validate(found)
    assert found["metrics"] == ["f1-macro", "log-loss"]
    scores = {one["name"]: one["evaluation"]["scores"] for one in found["scores"]}
    best = max(scores, key=lambda name: scores[name]["f1-macro"])
    assert found["answers"][0].startswith(f"Best: {best}, macro F1 ")
    assert found["history"]["runs"][-1]["score"] == pytest.approx(scores[best]["f1-macro"])
    variants = found["ablations"][0]["variants"]
    base, other = sorted(variants, key=lambda one: not one["is_baseline"])
    comparison = other["comparison"]
    before, after = (
        by_seed(by_f1, "tiny" if one is base else f"ablations/rank/{one['name']}") for one in (base, other))
    assert comparison["difference"] == pytest.approx(numpy.mean(after) - numpy.mean(before), abs=1e-12)
    assert comparison["interval"][0] <= comparison["difference"] <= comparison["interval"][1]
    assert "macro F1" in found["ablations"][0]["conclusions"][0] or comparison["verdict"] not in ("helps", "hurts")
    assert found["contributions"] == []  # They are log losses.
    page = (by_f1.folder / "logbook" / "index.html").read_text()
    assert "Higher macro F1 is better" in page and "improvement in log loss" in page
    assert "| macro F1 | log loss |" in (by_f1.folder / "logbook" / "LOGBOOK.md").read_text()
    path = by_f1.folder / "table.csv"
    assert by_f1.ablate("logbook", "--export", str(path)).returncode == 0
    table = path.read_text()
    assert table.startswith("ablation,variant,f1-macro,log-loss,improvement")


def probabilities(project, addresses: list[str]) -> numpy.ndarray:
    """The predictions of some steps as one table."""
    parts = [load_file(project.output(address, "predictions")) for address in addresses]
    rows = numpy.concatenate([part["rows"] for part in parts])
    return numpy.concatenate([part["probabilities"] for part in parts]).astype(float)[rows.argsort()]


def test_metrics_over_the_order_of_rows_judge(finished, tmp_path):
    """By AUC the verdict is over predictions out of the store, which no evaluation repeats."""
    project = finished.copy(tmp_path / "project")
    project.edit("submission:", "metrics: [auc, qwk, map@2, log-loss]\nsubmission:")
    project.run()
    labels = truth(project)
    blend = probabilities(project, ["blend/average-oof"])
    scores = project.record("blend/evaluate")["metrics"]
    assert scores["auc"] == pytest.approx(roc_auc_score(labels, blend, multi_class="ovr"), abs=1e-12)
    kappa = cohen_kappa_score(labels, blend.argmax(1), weights="quadratic", labels=[0, 1, 2])
    assert scores["qwk"] == pytest.approx(kappa, abs=1e-12)
    ranks = (-blend).argsort(1, kind="stable").argsort(1)[numpy.arange(len(labels)), labels] + 1
    assert scores["map@2"] == pytest.approx(numpy.where(ranks <= 2, 1 / ranks, 0).mean(), abs=1e-12)

    found = json.loads((project.folder / "logbook" / "logbook.json").read_text())
    SCHEMA.validate(found)
    base, other = sorted(found["ablations"][0]["variants"], key=lambda one: not one["is_baseline"])
    parts = project.record(f"ablations/rank/{other['name']}/evaluate")["manifest"]["inputs"]

    def auc(variant: str, seed: str) -> float:
        folds = sorted({int(name.split("fold-")[1]) for name in parts if name.startswith(seed)})
        matrix = probabilities(project, [f"{variant}/{seed}/fold-{fold}/predict-oof" for fold in folds])
        return roc_auc_score(labels, matrix, multi_class="ovr")

    gains = [
        auc(f"ablations/rank/{other['name']}", seed) - auc("tiny", seed) for seed in ("seed-1", "seed-2")]
    comparison = other["comparison"]
    assert comparison["difference"] == pytest.approx(numpy.mean(gains), abs=1e-12)
    assert comparison["interval"][0] <= comparison["difference"] <= comparison["interval"][1]
    assert found["answers"][0].startswith("Best: ") and ", AUC " in found["answers"][0]


def test_comparisons_are_kept_by_content(by_f1):
    """The same logbook from what was kept, from nothing, and from a file that was damaged."""
    def logbook() -> str:
        result = by_f1.ablate("logbook", "--json")
        assert result.returncode == 0, result.stderr
        return result.stdout

    first = logbook()
    kept, = by_f1.cache.glob("*-comparisons-2.numbers")
    stamp = kept.stat().st_mtime_ns
    assert kept.stat().st_size > 64 and logbook() == first
    assert kept.stat().st_mtime_ns == stamp  # Nothing was new.
    whole = kept.read_bytes()
    # Rows of a key, 64 digits, and thirteen numbers: what is kept is what is shown.
    assert (len(whole) - 64) % (64 + 104) == 0
    difference = json.loads(first)["ablations"][0]["variants"]
    difference = next(one["comparison"]["difference"] for one in difference if one["comparison"])
    rows = [numpy.frombuffer(whole[start + 64:start + 168]) for start in range(0, len(whole) - 64, 168)]
    assert any(row[0] == difference for row in rows)
    kept.write_bytes(whole[:100] + b"x" + whole[101:])
    assert logbook() == first
    assert kept.read_bytes() != whole[:100] + b"x" + whole[101:]
    kept.unlink()
    assert logbook() == first and kept.exists()


def test_naming_the_default_is_saying_nothing(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    before = project.plan()
    project.edit("submission:", "metrics: [log-loss, accuracy]\nsubmission:")
    assert project.plan() == before
    evaluation = json.loads(project.output("blend/evaluate", "evaluation").read_text())
    assert "metrics" not in evaluation and "predicted-by-seed" not in evaluation
    assert project.record("blend/evaluate")["manifest"]["parameters"] == {"classes": 3}


def test_a_misspelt_metric_is_told(project):
    project.edit("submission:", "metrics: [f1macro]\nsubmission:")
    result = project.ablate("check")
    assert result.returncode != 0
    assert 'map@K, ndcg@K, fB-macro, fB-micro, fB-binary, fB belongs here, and this is "f1macro"' in result.stderr + result.stdout
    assert 'did you mean "f1-macro"?' in result.stderr + result.stdout
