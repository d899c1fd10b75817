"""A sample of the places where a run may be killed, fail or lose power. `make stress` tries ten times as many."""

import shutil
import subprocess

import pytest

import fault_points
import power_loss


def can_trace() -> bool:
    return shutil.which("strace") is not None and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not can_trace(), reason="no strace here, or tracing is not allowed")


def test_a_run_killed_or_failing_at_any_system_call_loses_nothing(tmp_path):
    outcomes, lost = fault_points.try_points(tmp_path, 100)
    assert not lost, "\n".join(lost)
    assert outcomes["killed"] > 20 and outcomes["failed"] > 20, "the faults happened"


def test_a_power_cut_at_any_moment_loses_nothing_that_was_said_to_be_finished(tmp_path):
    tried, lost = power_loss.try_moments(tmp_path, 12)
    assert not lost, "\n".join(lost)
    assert tried == 36


def test_the_power_cuts_would_show_a_store_that_syncs_nothing(tmp_path):
    """The disks are bad enough: without the calls that sync, finished steps are lost."""
    found, before, reference, root = power_loss.trace(tmp_path / "traced")
    careless = [call for call in found if call[0] not in ("fsync", "fdatasync")]
    *_, (_, disk, said) = power_loss.moments(careless, before, root)
    with pytest.raises(AssertionError, match="finished, and run again"):
        power_loss.check(tmp_path / "lost", before, disk.image("kept", power_loss.random.Random(1)), reference, said)
