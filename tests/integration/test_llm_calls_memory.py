"""The memory part of `benchmarks/bench_llm_calls.py`, short, and that its judge sees a leak."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from llmcalls.memory import MB, Report

pytestmark = pytest.mark.integration

CALLS = 2_000
PATIENCE_S = 120.0
"""It takes ten seconds; a machine that tests on all cores may need more."""


def test_calls_that_fail_in_every_way_leave_nothing_behind() -> None:
    """A tenth of 2,000 calls, each kind of failure several times: the long run's program works."""
    done = subprocess.run(
        [
            sys.executable,
            "benchmarks/bench_llm_calls.py",
            "--part",
            "memory",
            "--calls",
            str(CALLS),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("openai: 2,0")
    wanted = ("BillingBlocked", "CredentialRefused", "ModelMissing", "Permanent", "ProviderDown")
    assert all(f"{name} " in done.stdout for name in (*wanted, "RateLimited"))


def report(memory_mb: Callable[[int], float]) -> Report:
    """A run of 50,000 calls in samples of a hundredth."""
    samples = [(n * 500, int(memory_mb(n) * MB)) for n in range(1, 101)]
    return Report("planted", 50_000, samples, Counter({"": 50_000}), took_s=50.0, skipped_s=0.0)


def test_a_leak_is_seen() -> None:
    """Three hundred bytes a call are 3 MB per 10,000, above the limit of one."""
    (missed,) = report(lambda n: 60.0 + 0.15 * n).missed()
    assert "memory grows by 3.00 MB" in missed


def test_warming_up_is_no_leak() -> None:
    """Memory that grows at first and then no more is what connections and caches do."""
    assert report(lambda n: 40.0 + min(n, 20)).missed() == []
