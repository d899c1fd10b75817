"""What is left in a store by engines that were killed, and where programs come from that no home leads to."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from command import BINARY


def files(store) -> set[str]:
    return {str(path.relative_to(store)) for path in store.rglob("*") if path.is_file()}


def test_killed_engines_leave_no_logs_and_no_locks(fresh):
    store = fresh.folder / ".ablate"
    for _ in range(3):
        process = subprocess.Popen(fresh.command("run", "--progress", "json", "--set", "folds.seed=8"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=fresh.environment())
        # A worker is at work then: there is its file between steps, if it has a name.
        assert next(line for line in process.stdout if '"started"' in line)
        end = time.monotonic() + 60
        while not list(store.glob("live/*.json")) and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        assert not list(store.glob("worker-*"))
    # Killed between a lock and the first word, and in the middle of one.
    (store / "live" / "0123456789abcdef.lock").touch()
    (store / "live" / "0123456789abcdef.part").touch()
    assert fresh.run("folds/split")
    left = {name for name in files(store) if name.startswith(("live/", "worker-", "attempts/", "leases/"))}
    assert left == set(), left


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_without_a_home_no_program_of_somebody_elses_is_started(tmp_path, home):
    """The cache is the home that the system knows, or a private folder; never a place that anybody could have filled."""
    trap = tmp_path / "trap"
    variables = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    if home is not None:
        variables["HOME"] = home
    result = subprocess.run(
        ["strace", "-f", "-e", "trace=file", "-o", str(trap), str(BINARY), "doctor"] if shutil.which("strace") else [str(BINARY), "doctor"],
        capture_output=True, text=True, env=variables, cwd=tmp_path, timeout=120)
    assert result.returncode in (0, 69), result.stderr
    if trap.exists():
        looked = trap.read_text()
        assert '"/tmp/.cache/' not in looked and '".cache/' not in looked and '"relative/' not in looked

