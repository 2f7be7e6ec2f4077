"""The judge of `make bench-router`: it is shown calls whose figures are plain to see."""

import sys
from typing import Any

import pytest

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from bench_router import missed_by
from router.peers import PEERS, Result, judge
from router.server import LIMIT, WINDOW_S

SCOPES = ("a", "b", "c")
CONFIGURED, LEARNING = (peer for peer in PEERS if peer.ours)


def bursts(windows: int, *, lag_s: float = 0.3, calls: int = LIMIT) -> list[dict[str, Any]]:
    """Every scope's calls at the begin of each of `windows`, each a little later."""
    return [
        {"at": 100 + window * (WINDOW_S + lag_s) + number / 100, "scope": scope, "served": True}
        for window in range(windows)
        for number in range(calls)
        for scope in SCOPES
    ]


def refused(at: float, scope: str = "a") -> dict[str, Any]:
    """A call too many, so long after the first."""
    return {"at": 100 + at, "scope": scope, "served": False}


def judged(calls: list[dict[str, Any]]) -> Result:
    """In the order that they came in."""
    return judge(sorted(calls, key=lambda call: call["at"]), 0.5)


def test_all_of_six_windows_is_all_of_the_quota() -> None:
    """What the last window has is no part of the share; its end is the end."""
    result = judged(bursts(7))
    assert (result.share, result.refused, result.worst, result.served) == (1.0, 0, 0, 630)
    assert result.drained_s == pytest.approx(6 * 60.3 + 0.29 + 0.5)
    assert missed_by(CONFIGURED, result, 630) == []


def test_a_call_left_out_of_each_window_ismissed_by() -> None:
    """29 of 30 are 0.967."""
    result = judged(bursts(7, calls=29))
    assert result.share == pytest.approx(29 / 30)
    (missed,) = missed_by(CONFIGURED, result, 609)
    assert "0.967 of the quota" in missed


def test_refusals_are_counted_by_scope_and_window() -> None:
    """One each is what learning may cost, two of one scope in a window are too many."""
    one_each = judged([*bursts(7), *(refused(40, scope) for scope in SCOPES), refused(70)])
    assert (one_each.refused, one_each.worst, one_each.wasted(630)) == (4, 1, 4)
    assert missed_by(LEARNING, one_each, 630) == []
    assert len(missed_by(CONFIGURED, one_each, 630)) == 1
    two = judged([*bursts(7), refused(30), refused(31)])
    assert two.worst == 2
    assert len(missed_by(LEARNING, two, 630)) == 1


def test_mails_without_an_answer_and_answers_too_many_are_seen() -> None:
    """A contender that gives up early has good figures otherwise."""
    result = judged(bursts(7))
    assert result.wasted(600) == 30
    (missed,) = missed_by(CONFIGURED, result, 631)
    assert "630 mails answered of 631" in missed


def test_nobody_else_is_bound() -> None:
    """Targets are ours."""
    bad = Result(drained_s=1.0, share=0.1, refused=99, worst=99, served=1)
    assert all(missed_by(peer, bad, 600) == [] for peer in PEERS if not peer.ours)
