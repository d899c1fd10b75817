"""Stores: nobody's folder is taken for one, reading verbs write nothing there, and what is damaged is told, not shown."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from command import BINARY, Project
from test_files import RECIPE, contents, project, ran  # noqa: F401 (fixtures)

READING = [["check"], ["plan"], ["why", "words/evaluate"], ["show"], ["status"], ["diff"], ["logbook", "--output", "OUT"]]


def listing(folder: Path) -> str:
    return subprocess.run(["find", folder, "-printf", "%p %s %T@ %C@ %l\n"], capture_output=True, text=True, check=True).stdout


def command(project, verb: list[str], out: Path) -> list[str]:
    return project.command(verb[0], *[word.replace("OUT", str(out)) for word in verb[1:]])


@pytest.mark.parametrize("verb", READING, ids=lambda verb: verb[0])
def test_reading_verbs_write_nothing_into_a_store(project, tmp_path, verb):  # noqa: F811
    dead = project.folder / ".ablate" / "attempts" / ("0" * 64 + "-" + "0" * 16)
    (dead / "outputs").mkdir(parents=True)
    before = listing(project.folder / ".ablate")
    subprocess.run(command(project, verb, tmp_path / "out"), capture_output=True, check=True)
    assert listing(project.folder / ".ablate") == before
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    project.run()
    assert not dead.exists(), "a run sweeps what ended engines left"


@pytest.mark.parametrize("folder", ["attempts", "reservations", "quarantine", "runs", "pins", "live", "scratch", "leases", "deliveries", "objects/ab"])
def test_no_link_leads_out_of_a_store(project, tmp_path, folder):  # noqa: F811
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / "docs" / "deep").mkdir(parents=True)
    for name in (".ssh/id", ".bashrc", "a.txt", "docs/deep/thesis.tex"):
        (home / name).write_text("mine")
    place = project.folder / ".ablate" / folder
    if place.exists():
        shutil.rmtree(place)
    place.symlink_to(home)
    before = listing(home)
    for verb in [*READING[1:], ["run"], ["note", "words", "--text", "x"]]:
        result = subprocess.run(command(project, verb, tmp_path / "out"), capture_output=True, text=True)
        assert result.returncode == 65 and "link" in result.stderr, (verb, result.stderr)
    for verb in ("gc", "verify", "list"):
        result = subprocess.run([BINARY, "store", verb, "--store", project.folder / ".ablate"], capture_output=True, text=True)
        assert result.returncode == 65 and "link" in result.stderr, (verb, result.stderr)
    assert listing(home) == before


@pytest.mark.parametrize("verb", [["plan"], ["status"], ["run"], ["logbook"], ["show"]], ids=lambda verb: verb[0])
def test_a_folder_that_is_no_store_is_refused(project, tmp_path, verb):  # noqa: F811
    own = tmp_path / "own"
    for name in ("attempts/2024/notes.txt", "attempts/list.txt", "records/a.json", "runs/x"):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text("mine")
    before = listing(own)
    for arguments in (["--store", str(own)],):
        result = project.ablate(*verb, *arguments)
        assert result.returncode == 69 and "no store.json" in result.stderr, result.stderr
    assert listing(own) == before


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = next(i for i, byte in enumerate(content) if chr(byte) in "12345678" and i > len(content) // 3)
    content[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(content))


def test_a_damaged_submission_is_not_delivered(project):  # noqa: F811
    flip(project.output("submission", "submission"))
    (project.folder / "submission.csv").unlink()
    result = project.ablate("run")
    assert result.returncode == 1 and "not as it was written" in result.stderr and "'submission'" in result.stderr, result.stderr
    assert not (project.folder / "submission.csv").exists()
    assert list((project.folder / ".ablate" / "quarantine").iterdir())
    assert project.run() == ["submission"] and (project.folder / "submission.csv").exists()


def test_no_number_of_a_damaged_evaluation_is_shown(project):  # noqa: F811
    flip(project.output("words/evaluate", "evaluation"))
    page = project.folder / "logbook" / "index.html"
    before = page.read_bytes()
    result = project.ablate("logbook")
    assert result.returncode == 1 and "words/evaluate" in result.stderr and "run its recipe again" in result.stderr, result.stderr
    assert page.read_bytes() == before
    result = project.ablate("run")
    assert result.returncode == 1 and "quarantine" in result.stderr
    assert project.run() == ["words/evaluate"]


def test_a_run_that_reads_a_damaged_result_says_so_and_ends_with_its_logbook(project):  # noqa: F811
    flip(project.output("data/train/ingest", "rows"))
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    result = project.ablate("run", "--progress", "json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    failed = [event for event in events if event["event"] == "failed"]
    assert result.returncode == 1 and failed and {event["class"] for event in failed} == {"damaged"}, result.stdout + result.stderr
    assert events[-1]["event"] == "summary" and events[-1]["failed"] == len(failed)
    assert "data/train/ingest" in project.run()


def test_a_damaged_run_document_stops_a_collection(project):  # noqa: F811
    document = max((project.folder / ".ablate" / "runs" / "files").glob("*.json"))
    flip(document)
    store = ["--store", str(project.folder / ".ablate")]
    for _ in range(2):
        result = subprocess.run([BINARY, "store", "gc", *store], capture_output=True, text=True)
        assert result.returncode == 1 and document.name in result.stderr and "verify" in result.stderr, result.stderr
    assert set(project.plan().values()) == {"reuse"}
    result = subprocess.run([BINARY, "store", "verify", *store], capture_output=True, text=True)
    assert result.returncode == 1 and "run its recipe again" in result.stderr
    result = subprocess.run([BINARY, "store", "gc", *store], capture_output=True, text=True)
    assert result.returncode == 1 and "has not been run since" in result.stderr
    assert project.run() == []
    assert subprocess.run([BINARY, "store", "gc", *store]).returncode == 0
    assert set(project.plan().values()) == {"reuse"}


def test_records_of_a_newer_version_are_left_alone(project):  # noqa: F811
    import hashlib
    records = list((project.folder / ".ablate" / "records").rglob("*.json"))
    for path in records:
        body = path.read_text().removeprefix('{"record":').rsplit(',"seal":', 1)[0].replace('"format":1', '"format":2')
        path.chmod(0o644)
        path.write_text('{"record":%s,"seal":"%s"}\n' % (body, hashlib.sha256(body.encode()).hexdigest()))
    before = {path: path.read_bytes() for path in records}
    objects = {path for path in (project.folder / ".ablate" / "objects").rglob("*") if path.is_file()}
    for verb in ("verify", "gc"):
        assert subprocess.run([BINARY, "store", verb, "--store", project.folder / ".ablate"], capture_output=True).returncode == 0
    assert {path: path.read_bytes() for path in records} == before
    assert {path for path in (project.folder / ".ablate" / "objects").rglob("*") if path.is_file()} == objects


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
def test_without_locks_a_plan_beside_a_run_takes_nothing_from_it(tmp_path, ran):  # noqa: F811
    """As on Lustre without -o flock."""
    project = ran.copy(tmp_path / "project")  # noqa: F811
    (project.folder / "slow.sh").write_text('touch "$PWD/at-work"; until [ -e "$PWD/go" ]; do sleep 0.05; done; echo done > "$1"\n')
    project.edit("submission:", "steps:\n  slow: {command: [sh, slow.sh, '{out.text}'], outputs: [text]}\nsubmission:")
    strace = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=ENOSYS"]
    engine = subprocess.Popen([*strace, *project.command("run", "--progress", "none")], stderr=subprocess.PIPE, text=True)
    while not (project.folder / "at-work").exists():
        assert engine.poll() is None, engine.stderr.read()
    for verb in ("plan", "status", "show", "logbook"):
        subprocess.run([*strace, *project.command(verb)], capture_output=True)
    other = subprocess.Popen([*strace, *project.command("run", "words/evaluate", "--progress", "none")], stderr=subprocess.PIPE, text=True)
    assert other.wait(timeout=60) == 0, other.stderr.read()
    (project.folder / "go").touch()
    assert engine.wait(timeout=60) == 0, engine.stderr.read()


def test_forged_numbers_end_nothing(project):  # noqa: F811
    runs = project.folder / ".ablate" / "runs" / "files"
    (runs / "9223372036854775807.json").write_text("{}")
    (runs / "00000002.json").write_text(json.dumps({"keys": {"a": 1e308}, "state": "\x1b[31m", "updated": 1e308, "started": -1e308}))
    for verb in ("plan", "run", "status", "logbook"):
        result = project.ablate(verb)
        assert result.returncode >= 0 and "\x1b" not in result.stdout + result.stderr, (verb, result.returncode, result.stderr)


def test_a_pin_gives_up_no_records_unasked(project):  # noqa: F811
    def pin(*more):
        return subprocess.run([BINARY, "store", "pin", "paper", project.recipe, "--store", str(project.folder / ".ablate"), *more],
                              capture_output=True, text=True)
    assert pin().returncode == 0
    assert pin().returncode == 0  # the same records
    pinned = (project.folder / ".ablate" / "pins" / "paper.json").read_bytes()
    project.edit("ngrams: [1, 1]", "ngrams: [1, 2]")
    project.run()
    refused = pin()
    assert refused.returncode == 73 and "would no longer be kept" in refused.stderr and "--replace" in refused.stderr
    assert (project.folder / ".ablate" / "pins" / "paper.json").read_bytes() == pinned
    assert pin("--replace").returncode == 0
    assert (project.folder / ".ablate" / "pins" / "paper.json").read_bytes() != pinned


def test_a_damaged_pin_or_note_is_told_and_kept(project):  # noqa: F811
    store = ["--store", str(project.folder / ".ablate")]
    assert subprocess.run([BINARY, "store", "pin", "paper", project.recipe, *store], capture_output=True).returncode == 0
    assert project.ablate("note", "words", "--leaderboard", "0.736").returncode == 0
    pin = project.folder / ".ablate" / "pins" / "paper.json"
    note = project.folder / ".ablate" / "runs" / "_notes.files" / "00000001.json"
    for path in (pin, note):
        whole = path.read_bytes()
        flip(path)
        damaged = path.read_bytes()
        result = subprocess.run([BINARY, "store", "verify", *store], capture_output=True, text=True)
        assert result.returncode == 1 and path.name in result.stderr, result.stderr
        result = subprocess.run([BINARY, "store", "gc", *store], capture_output=True, text=True)
        assert result.returncode == (1 if path == pin else 0), result.stderr
        assert path.read_bytes() == damaged, "nothing makes it anew"
        if path == note:
            result = project.ablate("logbook")
            assert result.returncode == 1 and "note" in result.stderr, result.stderr
        path.write_bytes(whole)
    assert project.ablate("logbook").returncode == 0


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077, 0o000])
def test_the_umask_says_who_may_use_a_store(tmp_path, umask):
    (tmp_path / "train.csv").write_text("id,answer,who\n" + "".join(f"{n},text {n},{'ab'[n % 2]}\n" for n in range(12)))
    (tmp_path / "recipe.yaml").write_text(
        "recipe: r\ndata: {train: train.csv, columns: {id: id, answer: answer, label: who}, labels: [a, b]}\nfolds: {kind: k-fold, count: 2}\n"
        "models: {words: {tfidf: {}}}\nsteps: {own: {command: [sh, -c, 'echo x > {out.x}'], outputs: [x]}}\n")
    subprocess.run([BINARY, "run", "recipe.yaml", "own"], cwd=tmp_path, umask=umask, check=True, capture_output=True)
    store = tmp_path / ".ablate"
    wrong = [path for path in store.rglob("*")
             if path.stat().st_mode & 0o777 & umask or path.is_dir() and path.stat().st_mode & 0o777 != 0o777 & ~umask]
    assert not wrong
    assert (store / "collection.lock").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("line", ["store: train.csv", "logbook: train.csv", "logbook: train.csv/below"])
def test_check_looks_where_a_site_file_points(project, line):  # noqa: F811
    (project.folder / "site.yaml").write_text(line + "\n")
    for verb in ("check", "run"):
        result = subprocess.run(project.command(verb), capture_output=True, text=True)
        assert result.returncode in (65, 69, 73) and "train.csv" in result.stderr, (verb, result.stderr)


def test_a_link_to_nothing_in_place_of_a_store_is_named(project):  # noqa: F811
    shutil.rmtree(project.folder / ".ablate")
    (project.folder / ".ablate").symlink_to("nowhere")
    result = subprocess.run(project.command("run"), capture_output=True, text=True)
    assert result.returncode == 65 and "a link that leads to none" in result.stderr and ".ablate" in result.stderr
