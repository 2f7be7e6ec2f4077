"""How long `careerops --help` takes, against the least any command of this kind can take.

The floor is a Python that imports typer, the library the command line is made of: what we add to
it is our own doing. Runs alternate, so that a busy moment of the machine hits both alike. The
target is on processor time, which a busy neighbour hardly changes; on an idle machine wall time
is the same figure.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

TARGET_RATIO = 1.5


class Cost(NamedTuple):
    """What one run took, in seconds."""

    wall_s: float
    processor_s: float


def run(command: list[str]) -> Cost:
    """Run `command` to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed with exit status {process.returncode}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime)


def median_ms(costs: list[Cost], field: int) -> float:
    """The median of one field, in milliseconds."""
    return 1000 * statistics.median(cost[field] for cost in costs)


def main() -> int:
    """Measure, print, and fail when the ratio of processor times is above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    command = [str(Path(sys.executable).with_name("careerops")), "--help"]
    floor = [sys.executable, "-c", "import typer"]
    for warm in (command, floor):  # bytecode written, pages cached
        run(warm)
    pairs = [(run(command), run(floor)) for _ in range(rounds)]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    print(f"medians of {rounds} alternating runs     wall    processor")
    for name, costs in (("careerops --help", ours), ("python -c 'import typer'", theirs)):
        print(f"{name:<30} {median_ms(costs, 0):7.1f} ms {median_ms(costs, 1):7.1f} ms")
    ratios = [median_ms(ours, field) / median_ms(theirs, field) for field in (0, 1)]
    print(f"{'ratio':<30} {ratios[0]:7.2f}    {ratios[1]:7.2f}  (at most {TARGET_RATIO})")
    return 0 if ratios[1] <= TARGET_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
