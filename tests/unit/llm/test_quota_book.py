"""What a scope may do next: windows, days, history, refusals, and what they teach. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerops.llm.quota.book import RPM, Book, Grant, Wait
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import MOST_USES, State, decode
from careerops.ports.chatmodel import Period, QuotaHint, Unit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RPD = (Unit.REQUESTS, Period.DAY)
TPM = (Unit.TOKENS, Period.MINUTE)


def after(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def ask(
    state: State, limits: Limits, now: datetime, tokens: int = 10, *, history: bool = False
) -> Grant | Wait:
    """One reservation, with the state written down and read again in between."""
    reread = decode(state.encode())
    assert reread == state
    return Book(state, limits, now).reserve("s", tokens, history=history)


def grants(state: State, limits: Limits, now: datetime, **fields: Any) -> int:
    """How many calls may be sent at `now`."""
    count = 0
    while isinstance(ask(state, limits, now, **fields), Grant):
        count += 1
    return count


def test_a_full_minute_waits_exactly_until_its_oldest_call_is_over() -> None:
    """Counted a little after it was sent: it may take that long to arrive."""
    limits, state = Limits(requests_per_minute=3), State()
    for seconds in (0, 10, 20):
        assert isinstance(ask(state, limits, after(seconds)), Grant)
    full = ask(state, limits, after(30))
    assert full == Wait(after(60.25), "requests_minute")
    assert isinstance(ask(state, limits, after(60.2)), Wait)
    assert isinstance(ask(state, limits, after(60.25)), Grant)
    assert ask(state, limits, after(60.25)) == Wait(after(70.25), "requests_minute")


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 40),
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=300),
    delays=st.lists(st.floats(0, 0.25), min_size=1, max_size=50),
)
def test_no_minute_at_the_provider_holds_more_than_the_limit(
    limit: int, gaps: list[float], delays: list[float]
) -> None:
    """Wherever it begins, whenever calls are wanted, and however long each takes to arrive."""
    limits, state, now = Limits(requests_per_minute=limit), State(), 0.0
    arrived: list[float] = []
    for number, gap in enumerate(gaps):
        now += gap
        if isinstance(ask(state, limits, after(now)), Grant):
            arrived.append(now + delays[number % len(delays)])
    arrived.sort()
    for first, beyond in zip(arrived, arrived[limit:], strict=False):
        assert beyond - first >= 60 - 1e-6


@pytest.mark.parametrize("limit", [1, 30, 100])
def test_a_backlog_uses_nearly_all_of_the_quota(limit: int) -> None:
    """Over twenty minutes, asked whenever there is room."""
    limits, state, now, sent = Limits(requests_per_minute=limit), State(), NOON, 0
    while now < after(20 * 60):
        answer = ask(state, limits, now)
        if isinstance(answer, Grant):
            sent += 1
        else:
            now = answer.until
    assert 0.98 * 20 * limit <= sent <= 20 * limit + limit


def test_tokens_count_as_estimated_until_they_are_known() -> None:
    """What a call did not use is there for others; one that is too large is let through alone."""
    limits, state = Limits(tokens_per_minute=100), State()
    first = ask(state, limits, after(0), 80)
    assert isinstance(first, Grant)
    assert isinstance(ask(state, limits, after(1), 30), Wait)
    Book(state, limits, after(2)).correct(first, 50)
    assert isinstance(ask(state, limits, after(3), 30), Grant)
    assert isinstance(ask(state, limits, after(4), 30), Wait)
    assert isinstance(ask(State(), limits, after(0), 5000), Grant)


def test_a_call_that_was_never_sent_does_not_count() -> None:
    """Whatever came after it."""
    limits, state = Limits(requests_per_minute=2, requests_per_day=2), State()
    first = ask(state, limits, after(0))
    assert isinstance(first, Grant)
    assert isinstance(ask(state, limits, after(1)), Grant)
    Book(state, limits, after(2)).release(first)
    assert isinstance(ask(state, limits, after(3)), Grant)
    assert isinstance(ask(state, limits, after(4)), Wait)


@pytest.mark.parametrize(
    ("zone", "reset"),
    [
        ("UTC", datetime(2026, 3, 3, 0, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 3, 8, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 3, 2, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_spent_day_waits_for_midnight_where_the_quota_is_counted(
    zone: str, reset: datetime
) -> None:
    """Also after a restart: the state is all there is."""
    limits, state = Limits(requests_per_day=5, day=zone), State()
    assert grants(state, limits, NOON) == 5
    assert ask(state, limits, reset - timedelta(seconds=1)) == Wait(reset, "requests_day")
    assert grants(state, limits, reset + timedelta(seconds=1)) == 5


def test_a_day_is_as_long_as_its_zone_says() -> None:
    """The clocks go forward on 2026-03-08 in Los Angeles: that day has 23 hours."""
    limits = Limits(requests_per_day=1, day="America/Los_Angeles")
    evening = datetime(2026, 3, 8, 8, 30, tzinfo=UTC)  # half past midnight there
    assert limits.day_end(evening) - limits.day_begin(evening) == timedelta(hours=23)


def test_a_rolling_day_gives_back_each_call_after_24_hours() -> None:
    """Within five minutes, so that the state stays small."""
    limits, state = Limits(requests_per_day=3, day="rolling"), State()
    for hour in (0, 5, 10):
        assert isinstance(ask(state, limits, after(hour * 3600)), Grant)
    wait = ask(state, limits, after(11 * 3600))
    assert isinstance(wait, Wait)
    assert after(24 * 3600) <= wait.until <= after(24 * 3600 + 301)
    assert isinstance(ask(state, limits, wait.until), Grant)
    assert isinstance(ask(state, limits, wait.until), Wait)


def test_history_leaves_the_last_part_of_a_day_to_live_mail_and_gets_it_in_the_end() -> None:
    """A fifth in the morning, a tenth at noon, nothing at midnight."""
    limits, state = Limits(requests_per_day=100), State()
    morning = NOON - timedelta(hours=12)
    assert grants(state, limits, morning, history=True) == 80
    assert grants(state, limits, NOON, history=True) == 10
    wait = ask(state, limits, NOON, history=True)
    assert isinstance(wait, Wait)
    assert NOON < wait.until < NOON + timedelta(hours=12)
    assert isinstance(ask(state, limits, wait.until, history=True), Grant)
    assert grants(state, limits, after(12 * 3600 - 30), history=True) == 9
    late = State()
    assert grants(late, limits, NOON, history=False) == 100


def test_a_refusal_is_waited_for_as_long_as_it_says() -> None:
    """A minute's to the second; a day's until its reset, or as it was told."""
    limits = Limits(day="America/Los_Angeles")
    for hints, retry_s, until in (
        ((), 45.8, after(45.8)),
        ((QuotaHint(Unit.REQUESTS, Period.MINUTE, 15, 0, 12.5),), None, after(12.5)),
        ((QuotaHint(Unit.REQUESTS, Period.DAY, 50, None, None),), None, after(20 * 3600)),
        ((QuotaHint(Unit.REQUESTS, Period.DAY, 50, 0, 600.0),), 3.0, after(600)),
    ):
        state = State()
        grant = ask(state, limits, NOON)
        assert isinstance(grant, Grant)
        assert Book(state, limits, NOON).refused(grant, hints, retry_s) == until
        assert isinstance(ask(state, limits, until - timedelta(seconds=0.01)), Wait)
        assert isinstance(ask(state, limits, until), Grant)


def test_what_was_served_before_a_refusal_is_the_limit_from_then_on() -> None:
    """So there is one refusal, and no second one in a later minute."""
    limits, state = Limits(), State()
    for second in range(20):
        assert isinstance(ask(state, limits, after(second)), Grant)
    one_more = ask(state, limits, after(20))
    assert isinstance(one_more, Grant)
    Book(state, limits, after(20)).refused(one_more, (), 41)
    assert state.learnt[RPM].limit == 20
    assert grants(state, limits, after(61)) == 1
    assert grants(state, limits, after(200)) == 20


def test_a_guessed_limit_is_tried_again_after_ten_full_minutes() -> None:
    """By one call: served, it is the limit; refused, the old one is."""
    limits, state = Limits(), State()
    for _ in range(6):
        grant = ask(state, limits, NOON)
    assert isinstance(grant, Grant)
    Book(state, limits, NOON).refused(grant, (), 60)
    now, sent = after(61), []
    for _ in range(11):
        sent.append(grants(state, limits, now))
        now += timedelta(seconds=61)
    assert sent == [5] * 9 + [6, 6]
    trial = Grant("s", state.minute[-1].at, 10, trial=True)
    Book(state, limits, now).correct(trial, 10)
    assert state.learnt[RPM].limit == 6


def test_what_a_provider_tells_is_its_limit_and_others_uses_count() -> None:
    """Somebody else may use the same scope."""
    limits, state = Limits(), State()
    grant = ask(state, limits, NOON)
    assert isinstance(grant, Grant)
    hint = QuotaHint(Unit.REQUESTS, Period.MINUTE, 30, 20)
    Book(state, limits, after(1)).told([hint])
    assert state.learnt[RPM].limit == 30
    assert grants(state, limits, after(2)) == 20
    Book(state, limits, after(3)).told([QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, 5900)])
    assert state.learnt[TPM].limit == 6000


def test_a_configured_limit_stays_whatever_is_told() -> None:
    """A person knows what else the key is for."""
    limits, state = Limits(requests_per_minute=2), State()
    Book(state, limits, NOON).told([QuotaHint(Unit.REQUESTS, Period.MINUTE, 500, 500)])
    assert grants(state, limits, NOON) == 2


def test_the_state_stays_small_and_is_never_too_generous() -> None:
    """Thousands of calls are merged into later times."""
    limits, state = Limits(requests_per_minute=1500, requests_per_day=100_000), State()
    for number in range(1500):
        book = Book(state, limits, after(number / 30))
        assert isinstance(book.reserve("s", 10, history=False), Grant)
    assert len(state.minute) <= MOST_USES + 1
    assert isinstance(ask(state, limits, after(50.5)), Wait)
    assert sum(use.requests for use in state.minute) == 1500
    assert len(state.encode()) < 30_000


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b'{"v": 99}', b'{"v": 1}', b"\xff\x00"])
def test_a_document_that_nobody_understands_is_an_empty_one(document: bytes) -> None:
    """It is a count of calls: none is better than no answer at all."""
    assert decode(document) == State()


@pytest.mark.parametrize("jump_s", [-7 * 86_400.0, 7 * 86_400.0])
def test_a_clock_that_was_put_back_or_forward_blocks_nothing_for_long(jump_s: float) -> None:
    """Nor does it free anything twice within a minute of its own time."""
    limits, state = Limits(requests_per_minute=5, requests_per_day=50), State()
    assert grants(state, limits, after(jump_s)) == 5
    assert grants(state, limits, NOON) == 5
    assert grants(state, limits, NOON) == 0
    assert grants(state, limits, after(86_400)) == 5
