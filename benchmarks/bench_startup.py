"""How long `careerops --help` takes, against the least any command of this kind can take.

The floor is a Python that imports typer, the library the command line is made of: what we add to
it is our own doing. Runs alternate, so that a busy moment of the machine hits both alike.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

TARGET_RATIO = 1.5


def elapsed_s(command: list[str]) -> float:
    """Wall time of one run, in seconds."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    return time.perf_counter() - started


def quartiles_ms(samples: list[float]) -> str:
    """Median and the two quartiles, in milliseconds."""
    low, middle, high = (1000 * value for value in statistics.quantiles(samples, n=4))
    return f"{middle:7.1f} ms  (quartiles {low:.1f} to {high:.1f})"


def main() -> int:
    """Measure, print, and fail when the ratio of medians is above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    command = [str(Path(sys.executable).with_name("careerops")), "--help"]
    floor = [sys.executable, "-c", "import typer"]
    for warm in (command, floor):  # bytecode written, pages cached
        elapsed_s(warm)
    pairs = [(elapsed_s(command), elapsed_s(floor)) for _ in range(rounds)]
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"careerops --help        {quartiles_ms(ours)}")
    print(f"python -c import typer  {quartiles_ms(theirs)}")
    print(f"ratio of medians        {ratio:7.2f}     (target: at most {TARGET_RATIO})")
    return 0 if ratio <= TARGET_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
