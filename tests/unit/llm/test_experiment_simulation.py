"""Experiments with known truth, a short version of `benchmarks/bench_experiments.py`."""

import sys

import pytest

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import bench_experiments as bench

RUNS = 100
DAYS = 45


@pytest.mark.parametrize("case", bench.CASES, ids=lambda case: case.name)
def test_false_alarms_are_as_rare_as_stated_and_differences_are_found(case: bench.Case) -> None:
    """Looked at daily; mails stay with their conversation's variant and weights are met."""
    result, assigned = bench.simulated(case, runs=RUNS, days=DAYS, seed=7)
    assert assigned.conversations == RUNS * DAYS * bench.NEW_A_DAY
    assert assigned.strayed == 0
    assert abs(assigned.errors) < 4
    if case.power:
        assert result.rate >= 0.5
        assert result.median_day <= DAYS
    else:
        assert result.rate <= bench.ALPHA
        # The same runs do fool who reads a test for one look every day.
        assert result.naive / RUNS > 2 * bench.ALPHA


def test_a_case_that_misses_its_target_is_told() -> None:
    """The judge can fail, in both directions."""
    equal, real = bench.CASES[0], bench.CASES[-1]
    assert not bench.met(equal, bench.Result(runs=100, alarms=[3] * 6))
    assert bench.met(equal, bench.Result(runs=100, alarms=[3] * 5))
    assert not bench.met(real, bench.Result(runs=100, alarms=[3] * 79))
    assert "5.00%" in bench.line(equal, bench.Result(runs=100, alarms=[3] * 5))
