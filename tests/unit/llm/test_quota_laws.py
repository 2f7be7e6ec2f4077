"""Laws of quotas, for whatever times and calls there are. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from careerops.llm.quota.book import Book, Grant, time_of
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import State
from careerops.llm.quota.tally import ROLLING_S
from support.quotas import NOON, TPM, after, drain

SLACK: Final = 1e-6
"""Seconds: times are floats since 1970."""
CALLS = st.lists(
    st.tuples(
        st.floats(0, 40),  # since the one before
        st.floats(0, 1),  # of the margin: how long it takes to arrive
        st.sampled_from(["correct", "failed", "release", "late"]),
        st.integers(1, 60),  # tokens that it used
    ),
    min_size=1,
    max_size=200,
)


@settings(max_examples=100, deadline=None)
@given(limit=st.integers(1, 40), minute_s=st.sampled_from([60.0, 6.0]), calls=CALLS)
def test_no_minute_at_the_provider_holds_more_than_the_limit(
    limit: int, minute_s: float, calls: list[tuple[float, float, str, int]]
) -> None:
    """Wherever it begins, whenever calls are wanted, however long each takes to arrive."""
    limits, state, now = Limits(requests_per_minute=limit, minute_s=minute_s), State(), 0.0
    arrived: list[float] = []
    for gap, delay, end, tokens in calls:
        now += gap
        grant = Book(state, limits, after(now)).reserve("s", 30, history=False)
        if not isinstance(grant, Grant):
            continue
        book = Book(state, limits, after(now))
        if end == "release":
            book.release(grant)
            continue
        late_s = 0.0
        if end == "late":
            late_s = min(3.0, minute_s / 4)
            grant = Grant("s", grant.at, grant.tokens, late_s=late_s)
        if end != "failed":
            book.correct(grant, tokens)
        arrived.append(now + late_s + delay * limits.margin_s)
    arrived.sort()
    for first, beyond in zip(arrived, arrived[limit:], strict=False):
        assert beyond - first >= minute_s - SLACK


@settings(max_examples=100, deadline=None)
@given(limit=st.integers(1, 400), calls=CALLS)
def test_no_minute_holds_more_tokens_than_the_limit(
    limit: int, calls: list[tuple[float, float, str, int]]
) -> None:
    """Where no call uses more than was thought of it, or than there are."""
    limits, state, now = Limits(tokens_per_minute=limit), State(), 0.0
    used: list[tuple[float, int]] = []
    for gap, delay, _, tokens in calls:
        now += gap
        grant = Book(state, limits, after(now)).reserve("s", 60, history=False)
        if isinstance(grant, Grant):
            used.append((now + delay * limits.margin_s, tokens))
            Book(state, limits, after(now)).correct(grant, tokens)
    used.sort()
    for place, (begin, first) in enumerate(used):
        minute = [tokens for at, tokens in used[place:] if at - begin < 60 - SLACK]
        assert sum(minute) <= max(limit, first)


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 60),
    zone=st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Kolkata"]),
    start=st.sampled_from([datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)]),
    gaps=st.lists(st.floats(0, 4000), min_size=1, max_size=250),
    near=st.lists(st.floats(-0.3, 0.3), max_size=10),
    delay=st.floats(0, 1),
    history=st.booleans(),
)
def test_no_day_at_the_provider_holds_more_than_its_limit(
    *,
    limit: int,
    zone: str,
    start: datetime,
    gaps: list[float],
    near: list[float],
    delay: float,
    history: bool,
) -> None:
    """Across the changes of the clocks, and for calls that are sent and arrive at midnight."""
    limits, state = Limits(requests_per_day=limit, day=zone), State()
    moments, now = [], start
    for gap in gaps:
        now += timedelta(seconds=gap)
        moments.append(now)
    midnight = limits.day_end(start)
    moments += [midnight + timedelta(seconds=seconds) for seconds in near]
    days: dict[datetime, int] = {}
    for moment in sorted(moments):
        book = Book(state, limits, moment)
        if isinstance(book.reserve("s", 1, history=history), Grant):
            arrival = moment + timedelta(seconds=delay * limits.margin_s)
            day = limits.day_begin(arrival)
            days[day] = days.get(day, 0) + 1
    assert max(days.values()) <= limit


@settings(max_examples=60, deadline=None)
@given(limit=st.integers(1, 40), gaps=st.lists(st.floats(0, 9000), min_size=1, max_size=200))
def test_no_24_hours_hold_more_than_a_rolling_limit(limit: int, gaps: list[float]) -> None:
    """And what was merged costs five minutes of a day at most."""
    limits, state, now = Limits(requests_per_day=limit, day="rolling"), State(), 0.0
    sent: list[float] = []
    for gap in gaps:
        now += gap
        recent = sum(now - at < 86_400 + ROLLING_S + 1 for at in sent)
        granted = isinstance(Book(state, limits, after(now)).reserve("s", 1, history=False), Grant)
        assert granted or recent >= limit
        if granted:
            sent.append(now)
    for first, beyond in zip(sent, sent[limit:], strict=False):
        assert beyond - first >= 86_400 - SLACK


@settings(max_examples=30, deadline=None)
@given(limit=st.integers(1, 60), minute_s=st.sampled_from([60.0, 6.0]), apart=st.floats(0, 0.4))
def test_a_backlog_uses_nearly_all_of_twenty_windows(
    limit: int, minute_s: float, apart: float
) -> None:
    """However fast its calls follow one another, if that is fast enough for the limit."""
    limits = Limits(requests_per_minute=limit, minute_s=minute_s)
    apart_s = apart * minute_s / limit
    sent = drain(State(), limits, NOON, after(20 * minute_s), apart_s=apart_s)
    assert len(sent) >= 0.98 * 20 * limit


@pytest.mark.parametrize(("limit", "minutes"), [(30, 100), (1000, 4)])
def test_at_least_99_of_100_calls_of_a_minute_are_usable(limit: int, minutes: int) -> None:
    """Also where there are so many that they are merged."""
    limits = Limits(requests_per_minute=limit)
    sent = drain(State(), limits, NOON, after(minutes * 60), apart_s=0.001)
    assert len(sent) >= 0.99 * minutes * limit


@settings(max_examples=60, deadline=None)
@given(calls=CALLS)
def test_what_is_counted_is_what_was_used(calls: list[tuple[float, float, str, int]]) -> None:
    """After corrections and releases in another order than the calls', within a minute."""
    limits, state = Limits(tokens_per_minute=10**6), State()
    grants = [Book(state, limits, NOON).reserve("s", 30, history=False) for _ in calls]
    expected = 0
    for grant, (_, _, end, tokens) in zip(grants[::-1], calls[::-1], strict=True):
        assert isinstance(grant, Grant)
        if end == "release":
            Book(state, limits, after(5)).release(grant)
        elif end == "failed":
            expected += 30
        else:
            Book(state, limits, after(5)).correct(grant, tokens)
            expected += tokens
    assert Book(state, limits, after(6)).used(TPM) == expected


@settings(max_examples=300)
@given(st.integers(1_700_000_000_000, 1_900_000_000_000), st.integers(-3, 3))
@example(1_772_452_896_449, 1)
def test_a_time_that_is_waited_for_is_never_early(milliseconds: int, apart: int) -> None:
    """By no bit of a float: whoever came then would be told the same time again."""
    seconds = milliseconds / 1000 + apart * 2.0**-22
    assert 0 <= time_of(seconds).timestamp() - seconds <= 0.0011
