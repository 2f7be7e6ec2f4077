"""The judge of `benchmarks/bench_idle.py`: it is shown figures that are plain to see."""

import subprocess
import sys

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from bench_idle import DAY_S, TARGETS, Cost, Target, configuration, cost_of, judged

TARGET = Target(3, 0.5, 1e6, "twice that")


def test_what_is_within_the_target_is_kept() -> None:
    """With the figures beside the bounds and those of before."""
    line, kept = judged(TARGET, Cost(0.005, 1_000_000))
    assert kept
    assert line == (
        "   3 accounts: 0.50 % of a core, 1.0 MB a day (at most 0.5 %, 1 MB; before: twice that)"
    )


def test_either_bound_is_missed_alone() -> None:
    """And where none is set for the disk none is missed."""
    for cost in (Cost(0.0051, 0), Cost(0.0, 1_000_001)):
        line, kept = judged(TARGET, cost)
        assert not kept
        assert line.endswith("MISSED")
    assert judged(Target(3, 0.5, None, ""), Cost(0.0, 10**12))[1]


def test_the_targets_are_those_that_are_promised() -> None:
    """One mailbox, and an office."""
    bounds = [(each.accounts, each.percent, each.written) for each in TARGETS]
    assert bounds == [(1, 0.2, 20e6), (200, 1.0, None)]


def test_a_process_is_charged_with_what_its_children_do() -> None:
    """The parser is one."""
    busy = "sum(range(3_000_000)); print(flush=True); import sys; sys.stdin.read()"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        assert cost_of(process.pid).processor_s > 0.02
    finally:
        process.communicate()


def test_each_account_has_a_mailbox_and_a_channel() -> None:
    """Of its own name."""
    text = configuration(143, 3)
    assert text.count("[[mailbox]]") == text.count("[[notifier]]") == 3
    assert DAY_S == 24 * 60 * 60
