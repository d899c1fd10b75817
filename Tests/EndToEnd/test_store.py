"""The store looked after: what is damaged is found, what nothing needs goes, what anything needs stays."""

import json
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

from conftest import BINARY
from programs import ALL, Programs, chain, made  # noqa: F401 (fixtures)


def store(project: Programs, *arguments: str) -> subprocess.CompletedProcess:
    verb, *rest = arguments
    return subprocess.run(
        [str(BINARY), "store", verb, *rest, "--store", str(project.folder / ".ablate")], capture_output=True, text=True,
        timeout=60, env=project.environment())


def document(project: Programs, *arguments: str, expect: int = 0) -> dict:
    result = store(project, *arguments, "--json")
    assert result.returncode == expect, result.stdout + result.stderr
    found = json.loads(result.stdout)
    assert found["schema_version"] == 1
    return found


def files(project: Programs, folder: str) -> set[Path]:
    return {path for path in (project.folder / ".ablate" / folder).rglob("*") if path.is_file()}


def rot(path: Path) -> None:
    """One bit, with size and times as they were."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    path.chmod(0o444)


def test_a_sound_store_is_sound(chain):
    found = document(chain, "verify")
    assert found["damaged"] == found["incomplete"] == [] and not found["quarantined"]
    assert (found["objects"], found["records"]) == (len(files(chain, "objects")), 5)
    assert found["bytes"] == sum(path.stat().st_size for path in files(chain, "objects"))


def test_bit_rot_is_put_aside_and_the_step_runs_again(chain):
    path = chain.output("one/command", "text")
    before = path.read_bytes()
    rot(path)
    assert set(chain.plan().values()) == {"reuse"}, "size and time are as they were"
    found = document(chain, "verify", expect=1)
    assert [damage["path"] for damage in found["damaged"]] == [str(path)] and found["quarantined"]
    assert found["incomplete"] == ["one/command"]
    assert not path.exists() and [file.name[:64] for file in files(chain, "quarantine")] == [path.parent.name + path.name]
    assert chain.names() == ["one"]
    assert path.read_bytes() == before
    assert store(chain, "verify").returncode == 0


def test_a_garbled_record_is_put_aside(chain):
    key = chain.record("two/command")["key"]
    path = chain.folder / ".ablate" / "records" / key[:2] / f"{key}.json"
    rot(path)
    result = store(chain, "verify")
    assert result.returncode == 1 and str(path) in result.stderr and "1 damaged" in result.stdout
    assert not path.exists()
    assert chain.names() == ["two"]


def test_an_object_that_is_gone_is_told(chain):
    chain.output("one/command", "text").unlink()
    found = document(chain, "verify", expect=1)
    assert found["damaged"] == [] and found["incomplete"] == ["one/command"]


def test_a_collection_keeps_what_the_latest_run_has_and_removes_the_rest(chain):
    kept = files(chain, "objects") | files(chain, "records")
    assert document(chain, "gc")["records"]["count"] == 0
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    old = document(chain, "gc", "--dry-run")
    assert old["records"]["count"] == 5 and old["freed"] > 0 and old["dry_run"]
    assert kept <= files(chain, "objects") | files(chain, "records"), "a dry run removed something"
    sizes = sum(path.stat().st_size for path in files(chain, "objects") | files(chain, "records"))
    done = document(chain, "gc")
    assert done["freed"] == old["freed"] == sizes - sum(
        path.stat().st_size for path in files(chain, "objects") | files(chain, "records"))
    assert chain.names() == [] and store(chain, "verify").returncode == 0
    chain.edit('"{out.text}", 2, 8]', '"{out.text}", 1, 8]')
    assert chain.names() == ALL


def test_what_was_gone_back_to_is_the_latest_run(chain):
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    chain.edit('"{out.text}", 2, 8]', '"{out.text}", 1, 8]')
    assert chain.names() == []
    assert document(chain, "gc")["records"]["count"] == 5
    assert chain.names() == []


def test_recipes_that_are_named_are_kept(chain):
    other = chain.folder / "other.yaml"
    shutil.copy(chain.recipe, other)
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    assert document(chain, "gc", "--keep", str(other))["records"]["count"] == 0
    assert document(chain, "gc")["records"]["count"] == 5


def test_pins_are_kept_until_they_are_removed(chain):
    assert store(chain, "pin", "paper", str(chain.recipe)).returncode == 0
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    assert document(chain, "gc")["records"]["count"] == 0
    assert [pin["name"] for pin in document(chain, "list")["pins"]] == ["paper"]
    assert store(chain, "unpin", "paper").returncode == 0
    assert store(chain, "unpin", "paper").returncode == 66
    assert document(chain, "gc")["records"]["count"] == 5


def test_two_projects_of_one_name_do_not_lose_each_others_records(chain, tmp_path):
    shared = tmp_path / "shared"
    shutil.move(chain.folder / ".ablate", shared)
    other = chain.copy(tmp_path / "other")
    other.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    for project in (chain, other):
        (project.folder / "site.yaml").write_text(f"store: {shared}\n")
    assert len(other.run()) == 5
    result = subprocess.run(
        [str(BINARY), "store", "gc"], cwd=chain.folder, capture_output=True, text=True, env=chain.environment())
    assert result.returncode == 0 and "removed 0 records" in result.stdout
    assert chain.names() == [] and other.names() == []


def test_a_collection_beside_a_run_takes_nothing_the_run_may_reuse(chain):
    """The run is at work on its first step; it has not come yet to the old records that it will reuse."""
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    chain.edit('"{out.text}", 2, 8]', '"{out.text}", 1, 8]')
    chain.write("one.sh", 'sleep 2; cat "$1" > "$2"\necho "a=$3 b=$4" >> "$2"\n')
    engine = chain.start()
    for line in engine.stdout:
        if '"started"' in line:
            break
    found = document(chain, "gc")
    assert found["reserved"] >= 4
    rest = engine.stdout.read()
    assert engine.wait(timeout=30) == 0
    executed = [json.loads(line)["address"] for line in rest.splitlines() if '"event":"finished"' in line]
    assert executed == ["one/command"], "the old records of the steps after it were collected"
    assert store(chain, "verify").returncode == 0
    assert not files(chain, "reservations")


def test_collections_beside_runs_harm_nothing(tmp_path):
    """Many runs of steps with the same contents, and collections all the while."""
    steps = "".join(
        f"  s{n}: {{command: [sh, -c, 'echo same > \"$1\"; : {n}', s{n}, '{{out.text}}'], outputs: [text]}}\n" for n in range(60))
    project = Programs.make(tmp_path / "many", steps)
    project.run("s0/command")
    engine = project.start()
    count = 0
    while engine.poll() is None:
        assert store(project, "gc").returncode == 0
        count += 1
    out, errors = engine.communicate()
    assert engine.returncode == 0 and count > 1, errors
    assert project.names() == [] and store(project, "verify").returncode == 0


def test_a_killed_runs_reservation_does_not_last(chain):
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 3, 8]')
    chain.write("one.sh", 'sleep 20; cat "$1" > "$2"\n')
    engine = chain.start()
    for line in engine.stdout:
        if '"started"' in line:
            break
    engine.kill()
    engine.communicate()
    assert files(chain, "reservations")
    assert document(chain, "gc")["reserved"] == 0
    assert not files(chain, "reservations")


def test_the_index_may_be_deleted_at_any_time(chain):
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    chain.run()
    want = document(chain, "gc", "--dry-run")
    shutil.rmtree(chain.cache)
    assert set(chain.plan().values()) == {"reuse"} and chain.names() == []
    shutil.rmtree(chain.cache)
    assert document(chain, "gc", "--dry-run") == want
    assert store(chain, "verify").returncode == 0


def test_the_list_names_recipes_with_their_sizes(chain):
    found = document(chain, "list")
    assert (found["records"], found["objects"]) == (5, len(files(chain, "objects")))
    [run] = found["runs"]
    assert (run["recipe"], run["state"], run["steps"]) == ("programs", "complete", 5)
    assert run["bytes"] == found["bytes"] > 0 and abs(run["updated"] - time.time()) < 600
    assert "programs" in store(chain, "list").stdout


def test_no_store_is_no_sound_store(tmp_path):
    result = subprocess.run([str(BINARY), "store", "verify"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 66 and "--store" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_store_that_may_only_be_read_still_plans_shows_and_makes_the_logbook(chain, tmp_path):
    """As a user who owns nothing of it. The superuser may write anywhere, so it lends its name to nobody."""
    user = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
    home = Path("/tmp") / f"ablate-readonly-{os.getpid()}"
    shutil.copytree(chain.folder, home / "project", symlinks=True)
    shutil.copy(BINARY, home / "ablate")
    try:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.name == "ablate" else 0o444)
        for path in [home / "project" / ".ablate", *(home / "project" / ".ablate").rglob("*")]:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
        (home / "project" / "logbook").chmod(0o777)
        shutil.rmtree(home / "project" / "logbook")
        (home / "project").chmod(0o777)

        def call(*arguments: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                [str(home / "ablate"), *arguments], cwd=home / "project", capture_output=True, text=True, timeout=60,
                env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}, **user)

        before = {path: path.stat().st_mtime_ns for path in (home / "project" / ".ablate").rglob("*")}
        plan = call("plan", "recipe.yaml", "--json")
        assert plan.returncode == 0, plan.stderr
        assert {step["state"] for step in json.loads(plan.stdout)["steps"]} == {"reuse"}
        shown = call("show", "recipe.yaml", "one/command")
        assert shown.returncode == 0 and json.loads(shown.stdout)["state"] == "reuse"
        assert call("why", "recipe.yaml", "one/command").returncode == 0
        logbook = call("logbook", "recipe.yaml")
        assert logbook.returncode == 0, logbook.stderr
        assert (home / "project" / "logbook" / "index.html").exists()
        assert call("store", "verify").returncode == 0 and call("store", "list").returncode == 0
        assert call("run", "recipe.yaml").returncode == 0, "nothing is to be written"
        (home / "project" / "source.txt").unlink()
        (home / "project" / "source.txt").write_text("other words\n")
        run = call("run", "recipe.yaml")
        assert run.returncode == 69 and "permission" in run.stderr.lower(), run.stderr
        assert before == {path: path.stat().st_mtime_ns for path in (home / "project" / ".ablate").rglob("*")}
    finally:
        for path in home.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(home)
