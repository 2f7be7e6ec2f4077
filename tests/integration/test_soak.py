"""`make soak`, the short version on both logs, and that its judge sees what is wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.kafka.fixtures import need_kafka
from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from soak import MB, Report, Sample

pytestmark = pytest.mark.integration

RECORDS = 20_000
PATIENCE_S = 120.0
"""It takes half a minute; a machine that tests on all cores may need more."""


@pytest.mark.parametrize("log", ["sqlite", "kafka"])
@pytest.mark.timeout(180)
def test_the_short_soak_keeps_its_limits(log: str) -> None:
    """20,000 records: the program of the long run works, on either log."""
    if log == "kafka":
        need_kafka()
    done = subprocess.run(
        [sys.executable, "benchmarks/soak.py", "--log", log],
        cwd=ROOT,
        env={**os.environ, "SOAK_RECORDS": str(RECORDS), "SOAK_RATE": "1500"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith(f"{log}: 20,000 records")


def report(
    memory_mb: Callable[[int], float] = lambda _: 40.0,
    files_mb: Callable[[int], float] = lambda _: 60.0,
    pace: Callable[[int], float] = lambda _: 1_000.0,
) -> Report:
    """A run of a million records in samples of a hundredth, each figure by the sample's number."""
    samples = [Sample(0.0, 0, int(memory_mb(0) * MB), 0)]
    for n in range(1, 101):
        at_s = samples[-1].at_s + 10_000 / pace(n)
        samples.append(Sample(at_s, n * 10_000, int(memory_mb(n) * MB), int(files_mb(n) * MB)))
    return Report("planted", 1_000_000, 1_000.0, samples, verdicts=1_000_000)


def test_a_steady_run_misses_nothing() -> None:
    """The others differ from this one in one thing each."""
    assert report().missed() == []


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (report(memory_mb=lambda n: 40.0 + n * 0.2), "memory grows by 2.00 MB"),
        (report(files_mb=lambda n: 3_000.0 if n == 50 else 60.0), "files of 3000 MB"),
        (report(pace=lambda n: 1_000.0 if n <= 80 else 800.0), "are wanted"),
        (replace(report(), verdicts=999_999), "999999 verdicts"),
    ],
)
def test_what_is_wrong_is_seen(bad: Report, word: str) -> None:
    """A leak, files that grow, a run that gets slower, a verdict that is missing."""
    (missed,) = bad.missed()
    assert word in missed


def test_warming_up_is_no_leak() -> None:
    """Memory that grows at first and then no more is what caches do."""
    assert report(memory_mb=lambda n: 20.0 + min(n, 20)).missed() == []


def test_catching_up_is_no_standard() -> None:
    """A slow start is made good for at more than the pace, which nobody has to keep."""
    paces = {0: 500.0, 1: 2_000.0}
    assert report(pace=lambda n: paces.get((n - 1) // 20, 1_000.0)).missed() == []
