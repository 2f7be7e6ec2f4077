"""What is left of a scope, when it is whole again, and how long it lasts. Pure."""

from datetime import datetime, timedelta

import pytest

from careerops.llm.quota.book import Book
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.standing import QuotaStanding, standing_of
from careerops.llm.quota.state import RPM, Quota, State
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from support.quotas import NOON, RPD, TPD, after, granted

EVENING = NOON + timedelta(hours=12)


def look(state: State, limits: Limits, now: datetime) -> dict[Quota, QuotaStanding]:
    """The quotas of a scope."""
    return {(each.unit, each.period): each for each in standing_of("s", state, limits, now).quotas}


def test_what_is_used_and_left_is_said_of_each_quota() -> None:
    """With where its limit comes from, and when it is whole again."""
    limits, state = Limits(requests_per_minute=30, tokens_per_day=1000), State()
    for second in range(5):
        granted(state, limits, after(second), 20)
    Book(state, limits, after(5)).told([QuotaHint(Unit.REQUESTS, Period.DAY, 14_400, 14_395)])
    found = look(state, limits, after(10))
    rpm, rpd, tpd = found[RPM], found[RPD], found[TPD]
    assert (rpm.used, rpm.limit, rpm.left, rpm.source) == (5, 30, 25, "configured")
    assert (rpm.whole_at, rpm.spent_at) == (after(64.25), None)
    assert (rpd.used, rpd.left, rpd.source, rpd.whole_at) == (5, 14_395, "told", EVENING)
    assert (tpd.used, tpd.left, tpd.source) == (100, 900, "configured")
    unknown = found[Unit.TOKENS, Period.MINUTE]
    assert (unknown.used, unknown.limit, unknown.left, unknown.source) == (100, None, None, "")


def test_a_guess_is_called_one_and_a_block_is_said() -> None:
    """With its reason, for as long as it holds."""
    state, limits = State(), Limits()
    Book(state, limits, NOON).refused(granted(state, limits, NOON), (), 30)
    assert look(state, limits, after(1))[RPM].source == "guessed"
    standing = standing_of("s", state, limits, after(1))
    assert (standing.blocked_until, standing.reason) == (after(30), "rate_limited")
    standing = standing_of("s", state, limits, after(31))
    assert (standing.blocked_until, standing.reason) == (None, "")


def test_nothing_used_is_whole() -> None:
    """And lasts."""
    found = look(State(), Limits(requests_per_day=5, requests_per_minute=1), NOON)
    assert [(each.left, each.whole_at, each.spent_at) for each in found.values()] == [
        (1, None, None),
        (None, None, None),
        (5, None, None),
        (None, None, None),
    ]


@pytest.mark.parametrize("day", ["UTC", "rolling"])
def test_a_day_lasts_as_long_as_the_last_hour_says(day: str) -> None:
    """Not as the quiet hours before it say."""
    limits, state = Limits(requests_per_day=500, day=day), State()
    for minute in range(60):
        granted(state, limits, after(-3600 + minute * 60))
    spent_at = look(state, limits, NOON)[RPD].spent_at
    assert spent_at is not None
    hours = (spent_at - NOON).total_seconds() / 3600
    assert hours == pytest.approx((500 - 60) / 60, rel=0.05)
    assert look(state, Limits(requests_per_day=900, day="UTC"), NOON)[RPD].spent_at is None


def test_a_rolling_day_gets_back_what_was_used_a_day_ago() -> None:
    """So it may last for ever at a rate that its limit allows."""
    limits, state = Limits(requests_per_day=100, day="rolling"), State()
    for call in range(80):
        granted(state, limits, after(-86_000 + call * 1075))
    assert look(state, limits, NOON)[RPD].spent_at is None
    for _ in range(15):
        granted(state, limits, after(-60))
    spent_at = look(state, limits, NOON)[RPD].spent_at
    assert spent_at is not None
    assert NOON < spent_at < NOON + timedelta(hours=1)


def test_a_spent_day_is_spent_now() -> None:
    """Whatever its rate."""
    limits, state = Limits(requests_per_day=3), State()
    for _ in range(3):
        granted(state, limits, after(-7000))
    found = look(state, limits, NOON)[RPD]
    assert (found.left, found.spent_at, found.whole_at) == (0, NOON, EVENING)
