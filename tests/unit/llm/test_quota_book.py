"""What a scope may do next: windows, days, history before live mail. Pure."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from careerops.llm.quota.book import Book, Grant, Wait
from careerops.llm.quota.limits import DayRule, Limits
from careerops.llm.quota.state import State
from careerops.llm.quota.tally import EXACT_USES
from support.quotas import NOON, RPD, TPD, after, ask, drain, granted, grants

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


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


@pytest.mark.parametrize("limit", [1, 30, 100, 2000])
@pytest.mark.parametrize("apart_s", [0.0, 0.01])
def test_a_backlog_uses_nearly_all_of_the_quota(limit: int, apart_s: float) -> None:
    """Over twenty minutes, asked whenever there is room; also where many uses are merged."""
    minutes = 20 if limit <= 100 else 4
    sent = len(
        drain(
            State(),
            Limits(requests_per_minute=limit),
            NOON,
            after(minutes * 60),
            apart_s=apart_s,
        )
    )
    assert 0.98 * minutes * limit <= sent <= minutes * limit


def test_a_minute_that_is_shorter_is_as_exact() -> None:
    """Where time is compressed, so is the margin."""
    limits, state = Limits(requests_per_minute=2, minute_s=6.0), State()
    assert grants(state, limits, NOON) == 2
    assert ask(state, limits, after(1)) == Wait(after(6.025), "requests_minute")


def test_tokens_count_as_estimated_until_they_are_known() -> None:
    """What a call did not use is there for others; one that is too large is let through alone."""
    limits, state = Limits(tokens_per_minute=100), State()
    first = granted(state, limits, after(0), 80)
    assert isinstance(ask(state, limits, after(1), 30), Wait)
    Book(state, limits, after(2)).correct(first, 50)
    assert isinstance(ask(state, limits, after(3), 30), Grant)
    assert isinstance(ask(state, limits, after(4), 30), Wait)
    assert isinstance(ask(State(), limits, after(0), 5000), Grant)


def test_of_calls_at_the_same_moment_each_is_corrected_itself() -> None:
    """Hundreds of them: what one did not use is not taken from another."""
    limits, state = Limits(tokens_per_minute=10_000, tokens_per_day=10_000), State()
    several = [granted(state, limits, NOON, number % 7 + 1) for number in range(600)]
    assert len({grant.at for grant in several}) == len(several)
    for number, grant in enumerate(several):
        Book(state, limits, after(1)).correct(grant, 2 if number % 2 else 0)
    book = Book(state, limits, after(1))
    assert [book.used((unit, period)) for unit, period in (TPD,)] == [600]


def test_a_call_that_was_never_sent_does_not_count() -> None:
    """Whatever came after it."""
    limits, state = Limits(requests_per_minute=2, requests_per_day=2), State()
    first = granted(state, limits, after(0))
    assert isinstance(ask(state, limits, after(1)), Grant)
    Book(state, limits, after(2)).release(first)
    assert isinstance(ask(state, limits, after(3)), Grant)
    assert isinstance(ask(state, limits, after(4)), Wait)


def test_a_call_that_the_store_held_up_counts_from_when_it_was_sent() -> None:
    """It arrived so much later, and is in the provider's minute for so much longer."""
    limits, state = Limits(requests_per_minute=1), State()
    first = granted(state, limits, NOON, 10)
    late = Grant("s", first.at, 10, late_s=5.0)
    Book(state, limits, after(8)).correct(late, 30)
    assert ask(state, limits, after(9)) == Wait(after(65.25), "requests_minute")
    assert Book(state, limits, after(9)).used(TPD) == 30


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
    """Also after a restart: the state is all there is. A moment later than our midnight."""
    limits, state = Limits(requests_per_day=5, day=zone), State()
    assert grants(state, limits, NOON) == 5
    wait = ask(state, limits, reset - timedelta(seconds=1))
    assert wait == Wait(reset + timedelta(seconds=0.25), "requests_day")
    assert grants(state, limits, wait.until) == 5


def test_a_call_at_midnight_spends_neither_the_day_before_nor_the_one_after() -> None:
    """It counts in both, as nobody knows in which it arrives; the others count in their own."""
    limits, state = Limits(requests_per_day=100), State()
    for _ in range(60):
        granted(state, limits, MIDNIGHT - timedelta(hours=3))
    granted(state, limits, MIDNIGHT - timedelta(seconds=0.1))
    assert Book(state, limits, MIDNIGHT - timedelta(seconds=0.05)).used(RPD) == 61
    assert Book(state, limits, MIDNIGHT + timedelta(hours=1)).used(RPD) == 1


@pytest.mark.parametrize(
    ("date", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 5, 1), 24)]
)
def test_a_day_is_as_long_as_its_zone_says(date: tuple[int, int, int], hours: int) -> None:
    """The clocks go forward on 2026-03-08 in Los Angeles, and back on 2026-11-01."""
    limits, state = Limits(requests_per_day=3, day="America/Los_Angeles"), State()
    noon = datetime(*date, 20, tzinfo=UTC)
    begin, end = limits.day_begin(noon), limits.day_end(noon)
    assert end - begin == timedelta(hours=hours)
    assert limits.day_begin(begin) == begin
    assert limits.day_begin(end) == end
    assert grants(state, limits, begin) == 3
    wait = ask(state, limits, end - timedelta(minutes=1))
    assert wait == Wait(end + timedelta(seconds=0.25), "requests_day")
    assert grants(state, limits, wait.until) == 3


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


def test_history_leaves_the_last_part_of_a_day_to_live_mail() -> None:
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


@pytest.mark.parametrize("limit", [1, 3, 5, 20, 50, 1000])
@pytest.mark.parametrize("day", [1, 8])
def test_history_gets_all_that_live_mail_left_by_the_end_of_the_day(limit: int, day: int) -> None:
    """When it waits as long as it is told; on a day of 23 hours, too."""
    limits = Limits(requests_per_day=limit, day="America/Los_Angeles")
    begin = limits.day_begin(datetime(2026, 3, day, 20, tzinfo=UTC))
    end = limits.day_end(begin)
    assert len(drain(State(), limits, begin, end, history=True)) == limit


def test_the_state_stays_small_and_is_never_too_generous() -> None:
    """Thousands of calls are merged into later times, by at most the margin."""
    limits, state = Limits(requests_per_minute=1500, requests_per_day=100_000), State()
    for number in range(1500):
        book = Book(state, limits, after(number / 30))
        assert isinstance(book.reserve("s", 10, history=False), Grant)
    assert len(state.minute) <= EXACT_USES + 1
    wait = ask(state, limits, after(50.5))
    assert isinstance(wait, Wait)
    assert after(60.25) <= wait.until <= after(60.5)
    assert sum(use.requests for use in state.minute) == 1500
    assert len(state.encode()) < 20_000


@pytest.mark.parametrize(("day", "most"), [("rolling", 290), ("UTC", 25)])
def test_a_day_of_many_calls_stays_small(day: str, most: int) -> None:
    """Whatever there was in it."""
    limits, state = Limits(requests_per_day=100_000, day=day), State()
    for number in range(2000):
        Book(state, limits, after(number * 60)).reserve("s", 10, history=False)
        assert len(state.day) <= most
    assert Book(state, limits, after(2000 * 60)).used(RPD) <= 1440 + 5


@pytest.mark.parametrize("rule", ["", "America", "Nowhere/Town", "/etc/passwd", "../UTC", "rollin"])
def test_a_day_ends_at_a_midnight_that_exists_or_rolls(rule: str) -> None:
    """A wrong name is said so, whatever it is."""
    with pytest.raises(ValidationError, match="write a time zone"):
        TypeAdapter(DayRule).validate_python(rule)
    assert TypeAdapter(DayRule).validate_python("rolling") == "rolling"
