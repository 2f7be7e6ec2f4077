"""An outside that stays wrong, on Kafka with PostgreSQL, and clocks that are a minute apart.

Two processes run everything and share one store; the clock of one of them is 61 s ahead, which is
more than any of their leases lasts. Programs that are broken on purpose are caught.
"""

import os
from pathlib import Path

import pytest

from support.chaos.breakage import Case
from support.chaos.hostile import ahead
from support.chaos.kafka_lane import ALONE, WHOLE, Stand, kafka_lane
from support.chaos.plan import DARK, ENDLESS_502, KILL, SICK_MAIL, STOP, TERM, Step
from support.chaos.run import Result, chaos_run
from support.kafka.fixtures import kafka
from support.kafka.nodes import Brokers
from support.postgres import postgres, postgres_url

__all__ = ["kafka", "postgres", "postgres_url"]

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        "CHAOS_FAULTS" not in os.environ, reason="takes minutes: part of `make chaos`"
    ),
]

SESSION_S = 3.0
AHEAD_S = 61.0
LOOKS_S = 20.0
"""Somebody looks every 15 s for what others have left behind."""
STARTS_S = 6.0

KILLED_IN_THE_DARK = (Step(DARK, member=0, mails=5, calls=2),)
SENDS_TAKE_LONG = (
    # Who is told to end while it starts on a busy machine is ended by its watchdog.
    Step(STOP, member=1, mails=6, calls=20, hold_s=0.3, jitter_s=STARTS_S, patience_s=LOOKS_S),
    # Whoever sends goes on sending: from here on it is the one whose clock is right.
    Step(TERM, member=1, mails=12, calls=5, weather="slow_effects"),
    Step(STOP, member=0, mails=12, calls=30, hold_s=0.3, jitter_s=LOOKS_S),
)
CLOCKS_APART = (
    *SENDS_TAKE_LONG,
    Step(KILL, member=0, mails=8, calls=4),
    Step(KILL, member=1, mails=8, calls=4),
    Step(ENDLESS_502, member=0, mails=5, calls=2, hold_s=0.5),
    Step(SICK_MAIL, member=0, mails=3, calls=2),
    *KILLED_IN_THE_DARK,
)


def run(folder: Path, case: Case, brokers: Brokers, store: str, name: str = "") -> Result:
    """The steps of a case, in one process, or where clocks matter in two."""
    members = ALONE if case.steps == KILLED_IN_THE_DARK else WHOLE
    lane = kafka_lane(Stand(brokers.bootstrap, store), members, session_s=SESSION_S)
    lane = ahead(lane, AHEAD_S, [1])
    return chaos_run(
        folder, lane, case.steps, 1, name=name, environment=case.environment, poison=0.0
    )


def test_clocks_a_minute_apart_and_whatever_stays_wrong_outside_break_no_promise(
    tmp_path: Path, kafka: Brokers, postgres_url: str
) -> None:
    """Nobody takes from a living process what it is at, whatever time it is there."""
    case = Case("", CLOCKS_APART, "")
    result = run(tmp_path, case, kafka, postgres_url, "kafka-clocks")
    assert result.missed == 0
    assert list(result.complaints) == []


@pytest.mark.parametrize(
    "case",
    [
        Case("trust_own_clock", SENDS_TAKE_LONG, "faults explain"),
        Case("attempts_stay", KILLED_IN_THE_DARK, "were given up for crashes"),
    ],
    ids=lambda case: case.breakage,
)
def test_a_program_that_cannot_bear_it_is_caught(
    tmp_path: Path, kafka: Brokers, postgres_url: str, case: Case
) -> None:
    """Who trusts its own clock tells twice; who never lets go of an attempt gives mails up."""
    result = run(tmp_path, case, kafka, postgres_url)
    assert any(case.complaint in complaint for complaint in result.complaints), result.complaints
