"""Deliberate breakages of the program on SQLite, each caught by the oracle: it is not blind.

The same steps without a breakage give no complaint, so that it is the breakage that is seen.
"""

from pathlib import Path

import pytest

from support.chaos.breakage import Case, kills
from support.chaos.run import Result, chaos_run
from support.chaos.sqlite_lane import sqlite_lane

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


ON_SQLITE = (
    Case("commit_before_settle", kills("in_between", 2, 5), "was lost"),
    Case("watermark_by_one", kills("in_between", 2, 3), "was lost"),
    Case(
        "dead_letter_after_settle",
        kills("in_between", 1, 2),
        "was lost: no dead letter",
        poison=1.0,
    ),
    Case("verdict_after_output", kills("in_between", 1, 2), "decided as"),
)


def run(folder: Path, case: Case) -> Result:
    """The steps of a case on SQLite, the program broken as it says."""
    environment = {"CHAOS_BREAK": case.breakage} if case.breakage else {}
    with sqlite_lane(folder) as lane:
        return chaos_run(folder, lane, case.steps, 1, environment=environment, poison=case.poison)


@pytest.mark.parametrize("case", ON_SQLITE, ids=lambda case: case.breakage)
def test_a_breakage_is_caught(tmp_path: Path, case: Case) -> None:
    """Whoever breaks the engine this way is told which mail is lost, or told otherwise."""
    result = run(tmp_path, case)
    assert result.missed == 0
    assert any(case.complaint in complaint for complaint in result.complaints), result.complaints


def test_without_a_breakage_the_same_steps_are_survived(tmp_path: Path) -> None:
    """The complaints are about the breakages, not about the kills."""
    steps = (*kills("before_commit", 1, 3), *kills("after_commit", 2), *kills("after_produce", 2))
    result = run(tmp_path, Case("", steps, "", poison=0.2))
    assert result.missed == 0
    assert list(result.complaints) == []
