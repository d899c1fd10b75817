"""What each event of daily work makes run: a chain of five programs, one event, and the count of what was executed."""

import os
import signal
import time

import pytest
from conftest import until
from programs import ALL, chain, made, make_chain  # noqa: F401 (fixtures)


def test_nothing_changed_runs_nothing(chain):
    assert chain.names() == []


def test_a_touched_file_runs_nothing(chain):
    os.utime(chain.folder / "source.txt", (time.time() + 60, time.time() + 60))
    os.utime(chain.folder / "one.sh")
    assert chain.names() == []


def test_a_step_that_gives_the_same_output_again_stops_the_wave(chain):
    chain.write("one.sh", (chain.folder / "one.sh").read_text() + "# says nothing new\n")
    assert chain.plan() == {"one/command": "run", **{f"{name}/command": "maybe" for name in ALL if name != "one"}}
    assert chain.names() == ["one"]


def test_a_change_that_a_later_step_drops_stops_there(chain):
    chain.write("source.txt", "# another remark\nwords\n")
    assert chain.names() == ["one", "two"]


def test_a_change_that_matters_runs_all(chain):
    chain.write("source.txt", "# a remark\nother words\n")
    assert chain.names() == ALL
    assert chain.result("five", "fifth") == "other words\na=1 b=8\n"


def test_a_value_changed_and_changed_back_runs_nothing_the_second_time(chain):
    before = chain.result("five", "fifth")
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    assert chain.names() == ALL
    chain.edit('"{out.text}", 2, 8]', '"{out.text}", 1, 8]')
    assert chain.names() == []
    assert chain.result("five", "fifth") == before


def test_two_values_swapped_run(chain):
    """Values have places: one and eight are not eight and one."""
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 8, 1]')
    assert chain.names() == ALL
    assert chain.result("five", "fifth").endswith("a=8 b=1\n")


def test_comments_order_and_spelling_of_the_recipe_run_nothing(chain):
    head, steps = chain.recipe.read_text().split("steps:\n")
    lines = steps.splitlines()
    lines[2] = "  three: {outputs: [third], inputs: {text: 'two.text'}, command: ['cp', '{in.text}', \"{out.third}\"]}"
    chain.recipe.write_text("# a comment\nsteps:\n" + "\n".join(["  # another", *reversed(lines)]) + "\n" + head)
    assert set(chain.plan().values()) == {"reuse"}
    assert chain.names() == []


def test_a_deleted_intermediate_is_made_again_alone(chain):
    chain.output("three/command", "third").unlink()
    # Three and what follows have the same content: one object, made again once.
    assert chain.names() == ["two"]
    assert chain.names() == []


def test_garbage_in_an_output_is_found_and_mended(chain):
    path = chain.output("five/command", "fifth")
    before = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(before + b"garbage")
    assert chain.names() != []
    assert chain.output("five/command", "fifth").read_bytes() == before


def tamper(path) -> None:
    """Other bytes, and the same size and times as before."""
    status = path.stat()
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_a_source_tampered_with_at_the_same_size_and_time_is_seen(chain):
    tamper(chain.folder / "source.txt")
    assert chain.names() == ALL


def test_an_object_tampered_with_at_the_same_size_and_time_is_never_read(chain):
    path = chain.output("one/command", "text")
    before = path.read_bytes()
    tamper(path)
    # The first reader finds it and nothing is made of it; its maker runs again.
    chain.edit("grep -v ^# $1", "grep -v ^[#] $1")
    chain.ablate("run")
    chain.run()
    assert chain.output("one/command", "text").read_bytes() == before
    assert chain.result("two", "text") == "words\na=1 b=8\n"
    assert list((chain.folder / ".ablate" / "quarantine").iterdir())


def test_an_input_replaced_by_an_older_file_runs(chain):
    chain.write("source.txt", "older words\n")
    os.utime(chain.folder / "source.txt", (1_000_000_000, 1_000_000_000))
    assert chain.names() == ALL


def test_an_edited_script_runs(chain):
    chain.write("one.sh", 'cat "$1" > "$2"\n')
    assert "one.sh changed" in chain.reasons()["one/command"]
    assert chain.names() == ALL


def test_a_renamed_input_of_the_same_content_runs_nothing(chain):
    (chain.folder / "source.txt").rename(chain.folder / "renamed.txt")
    chain.edit("./source.txt", "./renamed.txt")
    assert chain.names() == []


def test_another_step_of_the_same_work_runs_nothing(chain):
    chain.recipe.write_text(
        chain.recipe.read_text()
        + '  six: {command: [cp, "{in.text}", "{out.third}"], inputs: {text: two.text}, outputs: [third]}\n')
    assert chain.names() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_engine_ended_in_a_step_leaves_no_half_file(tmp_path, number):
    project = make_chain(tmp_path / "project")
    project.edit("grep -v ^# $1 > $2", "cat $1 > $2; sleep 30; echo end >> $2")
    engine = project.start()
    for line in engine.stdout:
        if '"started"' in line and "two/" in line:
            break
    # It is half written.
    until(lambda: any(file.stat().st_size for file in project.folder.glob(".ablate/attempts/*/outputs/*")), 60)
    engine.send_signal(number)
    engine.communicate(timeout=20)
    project.edit("sleep 30", "sleep 0.1")
    # `one` was done before, and stays done. The engine's end left nothing of `two` but its attempt.
    assert project.names() == ["five", "four", "three", "two"]
    assert project.result("five", "fifth").endswith("end\n")
    assert not list((project.folder / ".ablate" / "attempts").iterdir())
