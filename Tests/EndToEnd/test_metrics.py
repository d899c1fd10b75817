"""The recipe says what results are scored by: other scores, rankings and verdicts, held against scikit-learn; saying nothing changes
nothing."""

import json

import jsonschema
import numpy
import pytest
from safetensors.numpy import load_file
from sklearn.metrics import f1_score

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


def test_comparisons_are_kept_by_content(by_f1):
    """The same logbook from what was kept, from nothing, and from a file that was damaged."""
    def logbook() -> str:
        result = by_f1.ablate("logbook", "--json")
        assert result.returncode == 0, result.stderr
        return result.stdout

    first = logbook()
    kept, = by_f1.cache.glob("*-comparisons-1.numbers")
    stamp = kept.stat().st_mtime_ns
    assert kept.stat().st_size > 64 and logbook() == first
    assert kept.stat().st_mtime_ns == stamp  # Nothing was new.
    whole = kept.read_bytes()
    # Rows of a key, 64 digits, and eleven numbers: what is kept is what is shown.
    assert (len(whole) - 64) % (64 + 88) == 0
    difference = json.loads(first)["ablations"][0]["variants"]
    difference = next(one["comparison"]["difference"] for one in difference if one["comparison"])
    rows = [numpy.frombuffer(whole[start + 64:start + 152]) for start in range(0, len(whole) - 64, 152)]
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
    assert 'one of log-loss, accuracy, f1-macro belongs here, and this is "f1macro"' in result.stderr + result.stdout
    assert 'did you mean "f1-macro"?' in result.stderr + result.stdout
