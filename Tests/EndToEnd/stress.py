"""The long run of faults: `python stress.py [POINTS] [MOMENTS]`. Says how many were tried and what was lost; `make stress` calls it."""

import sys
import tempfile
import time
from pathlib import Path

import fault_points
import power_loss


def main(points: int, moments: int) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stress-") as name:
        (faults := Path(name) / "faults").mkdir()
        (power := Path(name) / "power").mkdir()
        outcomes, lost = fault_points.try_points(faults, points, say=lambda text: print(text, flush=True))
        told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        print(f"system calls killed or failing: {sum(outcomes.values()) + len(lost)} tried ({told})", flush=True)
        disks, lost_disks = power_loss.try_moments(power, moments)
        print(f"power cuts: {disks} disks of {disks // 3} moments tried")
    lost += lost_disks
    for text in lost_disks:
        print(f"LOST: {text}")
    print(f"lost: {len(lost) or 'nothing'}, in {time.monotonic() - begun:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(*(int(number) for number in sys.argv[1:]), *(1000, 200)[len(sys.argv) - 1:]))
