"""Metrics that are files as competitions publish them: their values in whole runs, held against scikit-learn; what is an input by content;
what goes wrong, told with file and line; and that nothing but a run starts them."""

import csv
import json
import random

import jsonschema
import numpy as np
import pytest
from conftest import ROOT, WORDS, Project, site
from safetensors.numpy import load_file
from sklearn.metrics import log_loss, roc_auc_score

SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/logbook.schema.json").read_text()))
RECIPE = """\
recipe: kept
data:
  train: train.csv
  test: test.csv
  columns: {id: row_id, answer: text, label: generated, group: author}
  labels: ["0", "1"]
folds: {kind: group-k-fold, count: 3, seed: 7}
metrics: [{python: kaggle/metric.py, name: roc, arguments: {scale: 1.0}}, {python: kaggle/loss.py, better: lower}, auc, log-loss]
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
ablations:
  letters: {hypothesis: Do letters do?, of: words, vary: {tfidf.analyzer: [word, char]}}
submission: {from: words, sample: sample.csv}
"""
METRIC = """\
'''The area under the curve, as a host writes it.'''
import pandas as pd
import pandas.api.types
import kaggle_metric_utilities
from sklearn.metrics import roc_auc_score

from helpers.checks import check


class ParticipantVisibleError(Exception):
    pass


def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, scale: float = 2.0) -> float:
    assert (solution[row_id_column_name] == submission[row_id_column_name]).all()
    del solution[row_id_column_name]
    del submission[row_id_column_name]
    check(submission, ParticipantVisibleError)
    return scale * kaggle_metric_utilities.safe_call_score(roc_auc_score, solution.values, submission.values)
"""
CHECKS = """\
import pandas.api.types


def check(submission, kind):
    for column in submission.columns:
        if not pandas.api.types.is_numeric_dtype(submission[column]):
            raise kind(f"{column} must be numeric")
"""
LOSS = """\
from sklearn.metrics import log_loss
def score(solution, submission, row_id_column_name):
    return log_loss(solution["generated"], submission["generated"], labels=[0, 1])
"""


def write(folder):
    chance = random.Random(3)
    for name, count in (("train", 90), ("test", 9)):
        with open(folder / f"{name}.csv", "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["row_id", "text", "generated", "author"])
            for row in range(count):
                label = chance.randrange(2)
                words = [chance.choice(WORDS["ab"[label] if chance.random() < 0.4 else chance.choice("ab")]) for _ in range(6)]
                table.writerow([f"{name}{row}", " ".join(words), label, row // 2])
    (folder / "sample.csv").write_text("row_id,generated\n" + "".join(f"test{row},0.1\n" for row in reversed(range(9))))
    (folder / "kaggle/helpers").mkdir(parents=True)
    for path, text in {"metric.py": METRIC, "loss.py": LOSS, "helpers/checks.py": CHECKS, "helpers/__init__.py": "", "other.py": ""}.items():
        (folder / "kaggle" / path).write_text(text)
    (folder / "recipe.yaml").write_text(RECIPE)
    site(folder)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metric-files") / "project"
    folder.mkdir()
    write(folder)
    project = Project(folder)
    project.ran = project.run()
    return project


def evaluation(project, address):
    return json.loads(project.output(f"{address}/evaluate", "evaluation").read_text())


def test_values_are_those_of_the_library_that_the_file_calls(scored):
    rows = json.loads(scored.output("data/train/ingest", "rows").read_text())
    truth, folds = np.array(rows["labels"]), np.array(json.loads(scored.output("folds/split", "folds").read_text())["folds"])
    predicted = load_file(scored.output("words/average-oof", "predictions"))["probabilities"][:, 1]
    found = evaluation(scored, "words")
    assert found["metrics"] == ["roc", "loss", "auc", "log-loss"] and found["metric-files"] == {"roc": "higher", "loss": "lower"}
    assert found["average"]["roc"] == pytest.approx(roc_auc_score(truth, predicted), abs=1e-12)
    assert scored.record("words/evaluate")["metrics"]["metric-files"] == ["roc", "loss"]
    assert f"words  roc {found['average']['roc']:.4f}, loss " in scored.ablate("status").stdout
    assert found["average"]["roc"] == pytest.approx(found["average"]["auc"], abs=1e-12)
    assert found["average"]["loss"] == pytest.approx(log_loss(truth, predicted.astype(float)), abs=1e-6)
    for cell in found["cells"]:
        own = folds == cell["fold"]
        assert cell["roc"] == pytest.approx(roc_auc_score(truth[own], predicted[own]), abs=1e-12)
    # 45 groups are 45 blocks, each left out once.
    blocks = found["recorded"]["average"]["without"]
    groups = np.array(rows["groups"])
    assert sorted(blocks) == pytest.approx(sorted(roc_auc_score(truth[groups != g], predicted[groups != g]) for g in range(45)), abs=1e-12)
    assert "without" not in json.loads(scored.output("words/score-loss", "values").read_text())["average"], "only the first metric decides"


def test_the_file_ranks_and_judges_in_the_logbook(scored):
    """As the metric of ablate's own does that it is: the same difference and test, and nearly the same interval."""
    def compared(*arguments):
        assert scored.run(*arguments) is not None
        found = json.loads((scored.folder / "logbook/logbook.json").read_text())
        SCHEMA.validate(found)
        base, other = sorted(found["ablations"][0]["variants"], key=lambda one: not one["is_baseline"])
        return found, base, other["comparison"]

    _, _, known = compared("--set", "metrics=[auc]")
    found, base, own = compared()
    assert found["metrics"] == ["roc", "loss", "auc", "log-loss"] and found["answers"][0].startswith("Best: ")
    assert own["difference"] == pytest.approx(known["difference"], abs=1e-9)
    assert {name: own[name] for name in ("verdict",)} == {name: known[name] for name in ("verdict",)}
    widths = [one["interval"][1] - one["interval"][0] for one in (own, known)]
    assert widths[0] / widths[1] == pytest.approx(1, abs=0.2)
    assert "Higher roc is better" in (scored.folder / "logbook/index.html").read_text()


def test_the_submission_has_the_samples_one_column(scored):
    with open(scored.folder / "submission.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row_id"] for row in rows] == [f"test{row}" for row in reversed(range(9))] and list(rows[0]) == ["row_id", "generated"]
    assert all(0 < float(row["generated"]) < 1 for row in rows)


def test_the_file_and_what_it_imports_are_inputs_by_content(scored, tmp_path):
    project = scored.copy(tmp_path / "project")
    assert project.run() == []
    (project.folder / "kaggle/other.py").write_text("# nobody imports it\n")
    assert project.run() == []
    (project.folder / "kaggle/helpers/checks.py").write_text(CHECKS + "# edited\n")
    said = {address for address, word in project.plan().items() if word != "reuse"}
    ran = project.run()
    assert set(ran) <= said and {a.split("/")[-1] for a in ran} == {"score-roc"}, "equal values stop the wave there"
    inputs = set(project.record("words/score-roc")["manifest"]["inputs"])
    assert inputs == {"sheets", "script:metric.py", "script:helpers/checks.py", "script:helpers/__init__.py"}


def test_reading_verbs_start_no_metric(scored, tmp_path):
    project = scored.copy(tmp_path / "project")
    (project.folder / "kaggle/metric.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + METRIC)
    for verb in (["check"], ["plan"], ["why", "words/score-roc"], ["logbook"], ["show", "words"]):
        project.ablate(*verb)
        assert not (tmp_path / "ran").exists(), verb
    project.run()
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("old, new, words", [
    ("    check(submission, ParticipantVisibleError)", "    raise ParticipantVisibleError('no such luck')",
     ["kaggle/metric.py:18: ParticipantVisibleError: no such luck"]),
    ("return scale *", "return 'x' *0 or float('nan') *", ["kaggle/metric.py:14: score gave nan, and a finite number is needed"]),
    ("return scale *", "return str(scale) or", ["kaggle/metric.py:14: score gave '1', of type str, and a number is needed"]),
    ("def score(", "def scores(", ["kaggle/metric.py has no function `score`"]),
    ("import pandas as pd", "import pandas as pd\nimport nowhere", ["kaggle/metric.py:3: ModuleNotFoundError", "nowhere"]),
    ("import pandas as pd", "import pandas as pd, (", ["kaggle/metric.py:2: SyntaxError"]),
    ("return scale *", "import os; os._exit(3) #", ["kaggle/metric.py: its process ended with exit code 3"]),
    ("return scale *", "return -scale *", ["the truth itself scores -1", "better: lower"]),
])
def test_what_goes_wrong_is_told_with_file_and_line(scored, tmp_path, old, new, words):
    project = scored.copy(tmp_path / "project")
    path = project.folder / "kaggle/metric.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    result = project.ablate("run")
    assert result.returncode != 0
    for word in words:
        assert word in result.stdout + result.stderr, result.stdout + result.stderr


def test_an_error_in_a_module_names_the_module(scored, tmp_path):
    project = scored.copy(tmp_path / "project")
    (project.folder / "kaggle/helpers/checks.py").write_text(CHECKS.replace("        if not", "        if 1 / 0 or not"))
    said = project.ablate("run")
    assert "kaggle/helpers/checks.py:6: ZeroDivisionError: division by zero" in said.stdout + said.stderr


@pytest.mark.parametrize("metrics, words", [
    ("[{python: kaggle/none.py}]", "there is no file \"kaggle/none.py\""),
    ("[{python: kaggle/metric.py, name: auc}]", "\"auc\" is a name of ablate's own"),
    ("[{python: kaggle/metric.py, name: seed}]", "is a name of ablate's own"),
    ("[{python: kaggle/metric.py}, {python: kaggle/loss.py, name: metric}]", "another metric is called \"metric\""),
    ("[{python: kaggle/metric.py, name: Roc}]", "a name of small letters"),
    ("[{python: kaggle/metric.py, better: larger}]", "one of lower, higher"),
    ("[{file: kaggle/metric.py}]", "python"),
])
def test_what_check_says_of_metric_files(scored, tmp_path, metrics, words):
    project = scored.copy(tmp_path / "project")
    said = project.ablate("check", "--set", f"metrics={metrics}")
    assert said.returncode != 0 and words in said.stdout + said.stderr, said.stdout + said.stderr
