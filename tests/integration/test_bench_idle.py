"""`benchmarks/bench_idle.py` against a real IMAP server, for a moment."""

import sys
from pathlib import Path

import pytest

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from bench_idle import Target, measured

pytestmark = pytest.mark.integration


def test_it_measures_a_run_that_follows_its_mailboxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So short a time says nothing about the target, but that nothing is written all the time."""
    monkeypatch.chdir(tmp_path)
    cost = measured(Target(3, 1.0, None, ""), settle_s=1.0, measure_s=1.5)
    assert 0 <= cost.processor_s < 1
    assert list(tmp_path.iterdir()) == []
