"""A run with nothing to do looks at time stamps alone, and never believes them where something has changed."""

import os
import shutil
import time

import pytest
from programs import ALL, Programs, chain, made  # noqa: F401 (fixtures)


def settle(chain) -> None:
    """Waits until no file is so young that its time stamps do not tell whether it was written again."""
    def youngest() -> float:
        return max(path.lstat().st_ctime for path in chain.folder.rglob("*"))
    while time.time() - youngest() < 0.15:
        time.sleep(0.02)


@pytest.fixture
def settled(chain) -> Programs:
    """The chain after a run that found nothing to do, long enough after the last write that time stamps tell."""
    settle(chain)
    chain.run()
    settle(chain)
    assert chain.names() == []
    assert snapshots(chain), "nothing was remembered"
    return chain


def snapshots(project: Programs) -> list:
    return list(project.cache.glob("*.snapshot"))


def test_the_first_run_that_has_nothing_to_do_parses_no_recipe(chain):
    """A run leaves what the next one needs: the recipe is read again only where something has changed."""
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    settle(chain)
    assert chain.names() == ALL
    [snapshot] = snapshots(chain)
    written = snapshot.stat().st_mtime_ns
    assert chain.names() == []
    assert snapshot.stat().st_mtime_ns == written, "the answer was not taken from the snapshot"


def test_a_logbook_edited_right_after_a_run_is_seen(chain):
    chain.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]')
    settle(chain)
    assert chain.names() == ALL and snapshots(chain)
    page = chain.folder / "logbook" / "LOGBOOK.md"
    page.write_text(page.read_text().replace("e", "E"))
    assert "LOGBOOK.md" in chain.ablate("run").stderr


def test_a_source_edited_while_a_run_goes_on_is_seen(chain):
    """The edit comes when the step that reads it is done: the run's own answer must not be given for the new content."""
    # The command names the file by another's content: it is an input of the first step alone.
    chain.write("where.txt", "source.txt")
    chain.edit('[cp, "{in.text}", "{out.fifth}"]',
               '[sh, -c, "cp $1 $2; echo more >> $(cat where.txt)", x, "{in.text}", "{out.fifth}"]')
    settle(chain)
    chain.run()
    assert "one" in chain.names()


def text(project: Programs) -> str:
    result = project.ablate("run")
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_answer_is_the_same_with_and_without(settled):
    with_it = text(settled).split(" in ")[0], text(settled).splitlines()[1:]
    shutil.rmtree(settled.cache)
    assert (text(settled).split(" in ")[0], text(settled).splitlines()[1:]) == with_it
    assert with_it[0] == "programs: 0 run, 5 reused"


def keep_times(path, content: bytes) -> None:
    status = path.stat()
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES = {
    "the recipe": (lambda p: p.edit('"{out.text}", 1, 8]', '"{out.text}", 2, 8]'), ALL),
    "a source": (lambda p: p.write("source.txt", "new\n"), ALL),
    "a source that keeps size and time": (
        lambda p: keep_times(p.folder / "source.txt", b"# a remark\nWORDS\n"), ALL),
    "a script": (lambda p: p.write("one.sh", 'cat "$1" > "$2"\n'), ALL),
    "an object that is gone": (lambda p: p.output("one/command", "text").unlink(), ["one"]),
    "a program of that name in the folder": (lambda p: p.write("cp", "#!/bin/sh\n"), ["five", "four", "three"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(settled, change):
    act, executed = CHANGES[change]
    act(settled)
    assert settled.names() == executed


def test_a_source_behind_a_link_that_turns_is_seen(chain):
    chain.write("one.txt", "# a remark\nwords\n")
    chain.write("two.txt", "other words\n")
    (chain.folder / "source.txt").unlink()
    (chain.folder / "source.txt").symlink_to("one.txt")
    for _ in range(3):
        settle(chain)
        assert chain.names() == []
    assert snapshots(chain)
    (chain.folder / "source.txt").unlink()
    (chain.folder / "source.txt").symlink_to("two.txt")
    assert chain.names() == ALL


def test_a_deleted_logbook_is_written_again(settled):
    page = settled.folder / "logbook" / "index.html"
    page.unlink()
    settled.run()
    assert page.exists()


def test_other_settings_and_other_steps_are_other_questions(settled):
    assert settled.names("--set", "steps.two.command=[sh, -c, 'cat $1 > $2', x, '{in.text}', '{out.text}']") != []
    assert settled.names("one/command") == []
    (settled.folder / "site.yaml").write_text("store: elsewhere\n")
    assert settled.names() == ALL


def test_a_garbled_snapshot_is_no_answer(settled):
    [path] = snapshots(settled)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert settled.names() == []
    settled.write("source.txt", "new\n")
    path.write_bytes(content[:100])
    assert settled.names() == ALL


def test_findings_are_said_each_time(chain):
    chain.edit('inputs: {source: ./source.txt}', 'inputs: {source: ./source.txt, more: ./one.sh}')
    chain.run()
    for _ in range(2):
        settle(chain)
        assert "{in.more}" in chain.ablate("run").stderr
    assert not snapshots(chain)


def test_a_text_that_was_sound_is_known_by_its_content_alone(chain, tmp_path):
    """What the cache says of another text, or says no longer, changes no finding."""
    def plan():
        return chain.ablate("plan", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert plan().returncode == 0
    [known] = (tmp_path / "cache/ablate/recipes").iterdir()
    sound = known.read_text()
    chain.edit("grep -v ^# $1 > $2\", two, \"{in.text}\"", "grep -v ^# $1 > $2\", two, \"{in.txt}\"")
    for content in (sound, "", sound[:-1] + ("0" if sound[-1] != "0" else "1")):
        known.write_text(content)
        refused = plan()
        assert refused.returncode == 65 and "in.txt" in refused.stderr
    chain.edit("{in.txt}", "{in.text}")
    known.unlink()
    assert plan().returncode == 0 and known.read_text() == sound
