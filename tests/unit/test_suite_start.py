"""Tests pass whatever started them: a terminal, `nohup`, cron, a background job of a script."""

import os
import signal
import subprocess
import sys

import pytest

from support.tree import ROOT

_SENDS_SIGNALS = "tests/unit/ops/test_lifecycle_signals.py"
_BY_THEM = "test_the_first_signal_drains_and_is_the_exit_status"


def ignore_what_a_background_job_ignores() -> None:
    """Run in the child before it starts."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_signals_ignored_by_who_started_the_tests_reach_the_tests_programs(workers: str) -> None:
    """In one process, and in the workers of a run on all cores."""
    ours = ("PYTEST_", "COV_CORE_", "COVERAGE_")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers),
            *("--timeout", "60", _SENDS_SIGNALS, "-k", _BY_THEM),
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
        preexec_fn=ignore_what_a_background_job_ignores,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "3 passed" in done.stdout
