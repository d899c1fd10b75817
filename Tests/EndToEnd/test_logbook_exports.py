"""The logbook in other tools' forms, read back by those tools: Parquet, TensorBoard's event files, an MLflow tracking server."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pyarrow.parquet
import pytest


def histories(project) -> dict[str, list[float]]:
    """The training losses of each fine-tune of the model, by its place."""
    places = [f"seed-{seed}/fold-{fold}" for seed in (1, 2) for fold in (0, 1)]
    return {place: json.loads(project.output(f"tiny/{place}/finetune", "history").read_text())["losses"] for place in places}


def document(project) -> dict:
    return json.loads((project.folder / "logbook" / "logbook.json").read_text())


def test_parquet_has_the_rows_of_the_table(project):
    paths = [project.folder / "table.parquet", project.folder / "table.json"]
    result = project.ablate("logbook", *project.site, *[word for path in paths for word in ("--export", str(path))])
    assert result.returncode == 0, result.stderr
    table, wanted = pyarrow.parquet.read_table(paths[0]), json.loads(paths[1].read_text())["rows"]
    assert table.to_pylist() == wanted and len(wanted) == 2
    assert str(table.schema.field("p").type) == "double" and str(table.schema.field("verdict").type) == "string"
    first = paths[0].read_bytes()
    assert project.ablate("logbook", *project.site, "--export", str(paths[0])).returncode == 0 and paths[0].read_bytes() == first
    result = project.ablate("logbook", *project.site, "--export", str(project.folder / "missing" / "table.parquet"))
    assert result.returncode == 66 and "no such folder" in result.stderr


def test_event_files_are_read_by_tensorboard(project):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed")
    folder = project.folder / "events"
    result = project.ablate("logbook", *project.site, "--tensorboard", str(folder))
    assert result.returncode == 0, result.stderr
    scores = {score["name"]: score["evaluation"] for score in document(project)["scores"]}
    for name, evaluation in scores.items():
        events = accumulator.EventAccumulator(str(folder / "small" / name)).Reload()
        assert events.Scalars("log_loss")[0].value == pytest.approx(evaluation["log-loss"], rel=1e-6)
    for place, losses in histories(project).items():
        events = accumulator.EventAccumulator(str(folder / "small" / "tiny" / place)).Reload()
        assert [(one.step, one.value) for one in events.Scalars("train_loss")] == [(step, pytest.approx(loss, rel=1e-6)) for step, loss in enumerate(losses)]
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*events*") if path.is_file()}
    shutil.rmtree(folder)
    assert project.ablate("logbook", *project.site, "--tensorboard", str(folder)).returncode == 0
    assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*events*") if path.is_file()} == first


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    """A real tracking server with a database of its own."""
    pytest.importorskip("mlflow", reason="mlflow is not installed")
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
         "--backend-store-uri", f"sqlite:///{folder}/runs.db", "--default-artifact-root", str(folder / "artifacts")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "GIT_PYTHON_REFRESH": "quiet"})
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail("the tracking server does not come up")
    yield f"http://127.0.0.1:{port}"
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(30)


def test_runs_are_in_mlflow_once(project, tracking):
    import mlflow

    for _ in range(2):
        result = project.ablate("logbook", *project.site, "--mlflow", tracking)
        assert result.returncode == 0, result.stderr
    assert f"0 runs logged to {tracking}" in result.stdout
    client = mlflow.MlflowClient(tracking)
    experiment = client.get_experiment_by_name("small")
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id], max_results=200)}
    found = document(project)
    names = {score["name"] for score in found["scores"]} | {"rank: lora.rank=4"}
    assert names <= set(runs) and len(runs) == len(names) + 8, "four fine-tunes of the model and four of the variant"
    for score in found["scores"]:
        assert runs[score["name"]].data.metrics["log_loss"] == pytest.approx(score["evaluation"]["log-loss"])
    variant = runs["rank: lora.rank=4"]
    comparison = found["ablations"][0]["variants"][1]["comparison"]
    assert variant.data.params == {"lora.rank": "4"} and variant.data.tags["ablate.verdict"] == comparison["verdict"]
    assert variant.data.metrics["improvement"] == pytest.approx(comparison["difference"]) and variant.info.status == "FINISHED"
    for place, losses in histories(project).items():
        run = runs[f"tiny/{place}"]
        assert run.data.tags["mlflow.parentRunId"] == runs["tiny"].info.run_id
        history = client.get_metric_history(run.info.run_id, "train_loss")
        assert [one.value for one in sorted(history, key=lambda one: one.step)] == pytest.approx(losses)


def test_a_server_that_is_not_there_is_told(project):
    result = project.ablate("logbook", *project.site, "--mlflow", "http://127.0.0.1:9")
    assert result.returncode == 69 and "no tracking server answers at http://127.0.0.1:9" in result.stderr
    result = project.ablate("logbook", *project.site, "--mlflow", "sqlite:///x.db")
    assert result.returncode == 64 and "no address of a tracking server" in result.stderr
