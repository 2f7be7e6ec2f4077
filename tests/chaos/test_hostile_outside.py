"""An outside that stays wrong, on SQLite: every promise is kept, and who breaks one is caught.

The channel takes each message and never says so, the provider fails at one mail or at all of them
while processes die, one mailbox of twenty lets nobody in.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from support.chaos.breakage import Case
from support.chaos.inputs import ACCOUNT
from support.chaos.lane import REPEAT_S
from support.chaos.locked import locked_mailbox
from support.chaos.plan import (
    DARK,
    ENDLESS_502,
    ENDLESS_NO_ID,
    ENDLESS_SILENCE,
    HOSTILE,
    KILL,
    SICK_MAIL,
    STOP,
    Step,
    make_plan,
)
from support.chaos.run import Result, chaos_run
from support.chaos.sqlite_lane import sqlite_lane

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

LONG = "CHAOS_FAULTS" in os.environ
REPEAT_SOON_S = 2.0
ACCOUNTS = (ACCOUNT, *(f"person{number:02d}" for number in range(2, 20)))
"""Nineteen; the twentieth is the one whose mailbox is locked."""


def once(kind: str, hold_s: float = 0.5) -> tuple[Step, ...]:
    """One such fault, with a few mails before and while it lasts."""
    return (Step(kind, member=0, mails=5, calls=2, hold_s=hold_s),)


BROKEN = (
    Case("repeat_for_ever", once(ENDLESS_502), " times by 106540352242922"),
    Case("poison_first", once(SICK_MAIL), "at which alone the provider fails"),
)
BROKEN_TOO = (
    Case("believe_any_answer", once(ENDLESS_NO_ID), "and nothing has said so"),
    Case("attempts_stay", once(DARK), "were given up for crashes"),
    Case("repeat_for_ever", once(ENDLESS_SILENCE, hold_s=6.0), " times by 106540352242922"),
    Case("call_it_told", once(ENDLESS_502), "and nothing has said so"),
)
"""Caught like those before: part of `make chaos`."""


def run(folder: Path, case: Case, name: str = "") -> Result:
    """The steps of a case in one process that is broken as it says."""
    with sqlite_lane(folder) as lane:
        quick = replace(lane, repeat_s=REPEAT_SOON_S)
        return chaos_run(
            folder, quick, case.steps, 1, name=name, environment=case.environment, poison=0.0
        )


@pytest.mark.parametrize(
    "case", BROKEN + BROKEN_TOO * LONG, ids=lambda case: f"{case.breakage}-{case.steps[0].kind}"
)
def test_a_program_that_cannot_bear_it_is_caught(tmp_path: Path, case: Case) -> None:
    """Endless repeats, answers believed, bystanders held up, mails given up: each is seen."""
    result = run(tmp_path, case)
    assert result.missed == 0
    assert any(case.complaint in complaint for complaint in result.complaints), result.complaints


def test_whatever_stays_wrong_outside_every_mail_ends_once(tmp_path: Path) -> None:
    """All in one run: at most two of each notification, nobody waits for another's fault."""
    steps = tuple(step for kind in HOSTILE for step in once(kind))
    result = run(tmp_path, Case("", steps, ""), "sqlite-hostile")
    assert result.missed == 0
    assert list(result.complaints) == []
    lost = {effect.number for effect in result.evidence.effects if effect.lost}
    assert lost, "sends of unknown outcome are what this is about"
    assert any(entry.status == "unknown" for entry in result.evidence.told)


def test_the_rules_tell_of_a_mail_that_the_provider_fails_at(tmp_path: Path) -> None:
    """With a fallback that mail is told too, and no dead letter."""
    with sqlite_lane(tmp_path) as lane:
        told = replace(lane, fallback="rules")
        result = chaos_run(tmp_path, told, once(SICK_MAIL), 1, poison=0.0)
    assert list(result.complaints) == []
    assert list(result.evidence.letters) == []


def test_one_locked_mailbox_of_twenty_stops_nobody(tmp_path: Path) -> None:
    """At the start, after a kill and after an outage of the log, nineteen are read and told."""
    steps = (
        Step(KILL, member=0, mails=30, calls=15, patience_s=20.0),
        Step("disk_full", member=0, mails=15, calls=5, hold_s=2.0),
    )
    with locked_mailbox() as place, sqlite_lane(tmp_path) as lane:
        many = lane.shared(ACCOUNTS, place)
        if LONG:
            steps = (*steps, *make_plan(20, 12, many))
        result = chaos_run(tmp_path, many, steps, 20, name="sqlite-accounts")
    assert list(result.complaints) == []
    assert len({effect.channel for effect in result.evidence.effects}) > 1


def test_a_locked_mailbox_that_ends_its_process_is_seen(tmp_path: Path) -> None:
    """Who takes one refused login for everybody's mistake ends, and is started again in vain."""
    with locked_mailbox() as place, sqlite_lane(tmp_path) as lane:
        many = lane.shared(ACCOUNTS[:3], place)
        broken = {"CHAOS_BREAK": "refusal_ends_all"}
        steps = (Step(STOP, member=0, hold_s=0.2),)
        result = chaos_run(tmp_path, many, steps, 1, environment=broken, poison=0.0)
    assert any("ended by itself" in complaint for complaint in result.complaints)


@pytest.mark.skipif(not LONG, reason="takes two minutes: part of `make chaos`")
def test_with_the_products_own_delay_nobody_is_told_thrice(tmp_path: Path) -> None:
    """The channel answers 502 for more than two of the minutes before a repeat."""
    with sqlite_lane(tmp_path) as lane:
        whole = replace(lane, repeat_s=REPEAT_S)
        result = chaos_run(tmp_path, whole, once(ENDLESS_502), 2, name="sqlite-minute")
    assert list(result.complaints) == []
    assert any(entry.status == "unknown" for entry in result.evidence.told)
