"""What answers and refusals teach of a scope: how long to wait, and what its limits are. Pure."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from careerops.llm.quota.book import RPM, Book, Wait
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import State
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from support.quotas import NOON, RPD, TPM, after, ask, drain, granted, grants

MIDNIGHT = datetime(2026, 3, 3, 8, tzinfo=UTC)
"""After noon, in Los Angeles."""
PACIFIC = Limits(day="America/Los_Angeles")
ROLLING = Limits(day="rolling")
A_DAY = QuotaHint(Unit.REQUESTS, Period.DAY, 50)


@pytest.mark.parametrize(
    ("limits", "hints", "retry_s", "until"),
    [
        (PACIFIC, (), 45.8, after(45.8)),
        (PACIFIC, (QuotaHint(Unit.REQUESTS, Period.MINUTE, 15, 0, 12.5),), None, after(12.5)),
        # Headers say when all of it is there again, Retry-After when there is enough.
        (PACIFIC, (QuotaHint(Unit.REQUESTS, Period.MINUTE, 15, 0, 60.0),), 4.0, after(4)),
        (PACIFIC, (A_DAY,), None, MIDNIGHT + timedelta(seconds=0.25)),
        # Gemini's delay of a spent day is one of its minute.
        (PACIFIC, (A_DAY,), 45.8, MIDNIGHT + timedelta(seconds=0.25)),
        (PACIFIC, (QuotaHint(Unit.REQUESTS, Period.DAY, 50, 0, 600.0),), 3.0, after(600)),
        (ROLLING, (A_DAY,), 432.0, after(432)),
        (ROLLING, (QuotaHint(Unit.REQUESTS, Period.DAY, 50, 0, 86.4),), None, after(86.4)),
        # Others have room: it was for the delay that it said.
        (PACIFIC, (QuotaHint(Unit.REQUESTS, Period.DAY, 50, 40, 9000.0),), 2.0, after(2)),
        # Less than a second, rounded down.
        (PACIFIC, (), 0.0, after(1)),
        # Nobody says anything: a minute.
        (PACIFIC, (), None, after(60)),
        # Longer than any quota of ours: asked about once a day.
        (PACIFIC, (), 40 * 86_400.0, after(26 * 3600)),
    ],
)
def test_a_refusal_is_waited_for_as_long_as_it_says(
    limits: Limits, hints: tuple[QuotaHint, ...], retry_s: float | None, until: datetime
) -> None:
    """A minute's to the second; a day's until its reset, or as it was told."""
    state = State()
    grant = granted(state, limits, NOON)
    assert Book(state, limits, NOON).refused(grant, hints, retry_s) == until
    early = ask(state, limits, until - timedelta(seconds=0.01))
    assert isinstance(early, Wait)
    assert early.until == until
    granted(state, limits, until)


def test_an_untold_refusal_waits_until_the_oldest_call_is_over() -> None:
    """Of those that were served within the minute."""
    state = State()
    granted(state, PACIFIC, after(-90))
    granted(state, PACIFIC, after(-20))
    refused = granted(state, PACIFIC, NOON)
    assert Book(state, PACIFIC, NOON).refused(refused, (), None) == after(40.25)


def test_an_untold_spent_day_that_rolls_waits_for_its_oldest_call() -> None:
    """As it is known here; a whole day if none is."""
    state = State()
    granted(state, ROLLING, after(-3600))
    refused = granted(state, ROLLING, NOON)
    assert Book(state, ROLLING, NOON).refused(refused, (A_DAY,), None) == after(23 * 3600 + 0.25)
    state = State()
    refused = granted(state, ROLLING, NOON)
    until = Book(state, ROLLING, NOON).refused(refused, (A_DAY,), None)
    assert after(86_400) <= until <= after(86_401)


def test_a_day_that_is_spent_in_its_first_minutes_is_asked_about_again() -> None:
    """The provider's clock may be behind ours: that must not cost the whole new day."""
    early = MIDNIGHT + timedelta(seconds=2)
    state = State()
    until = Book(state, PACIFIC, early).refused(granted(state, PACIFIC, early), (A_DAY,), None)
    assert until == MIDNIGHT + timedelta(seconds=600.25)
    again = Book(state, PACIFIC, until).refused(granted(state, PACIFIC, until), (A_DAY,), None)
    assert again == MIDNIGHT + timedelta(days=1, seconds=0.25)


def test_what_was_served_before_a_refusal_is_the_limit_from_then_on() -> None:
    """So there is one refusal, and no second one in a later minute."""
    limits, state = Limits(), State()
    for second in range(20):
        granted(state, limits, after(second))
    one_more = granted(state, limits, after(20))
    Book(state, limits, after(20)).refused(one_more, (), 41)
    assert state.learnt[RPM].limit == 20
    assert state.learnt[RPM].at == after(20).timestamp()
    assert grants(state, limits, after(61)) == 1
    assert grants(state, limits, after(200)) == 20


def test_a_refusal_that_comes_late_teaches_what_counted_when_it_was_sent() -> None:
    """By then the first calls of its minute are over."""
    limits, state = Limits(), State()
    for second in range(20):
        granted(state, limits, after(second))
    one_more = granted(state, limits, after(58))
    Book(state, limits, after(75)).refused(one_more, (), 10)
    assert state.learnt[RPM].limit == 20


def test_of_many_calls_at_once_as_many_are_the_limit_as_were_served() -> None:
    """Whichever of them were refused, and in whatever order that comes."""
    limits, state = Limits(), State()
    several = [granted(state, limits, after(number / 1000)) for number in range(32)]
    for grant in several[::-1][:12]:
        Book(state, limits, after(1)).refused(grant, (), 60)
    assert state.learnt[RPM].limit == 20


def test_a_refusal_with_nothing_served_leaves_one_call() -> None:
    """None would be none for ever."""
    state = State()
    Book(state, PACIFIC, NOON).refused(granted(state, PACIFIC, NOON), (), 30)
    assert grants(state, PACIFIC, after(100)) == 1


@pytest.mark.parametrize(
    ("hints", "limit"),
    [
        # As Groq's headers have them: they name the requests of a day and the tokens of a minute.
        ((QuotaHint(Unit.REQUESTS, Period.DAY, 14_400, 14_000),), 3),
        ((QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, 5000),), 3),
        # It was for the tokens: the requests are not what is full.
        ((QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, 0),), None),
        ((QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, 9),), None),
        ((QuotaHint(Unit.TOKENS, Period.MINUTE),), None),
        ((A_DAY,), None),
        ((QuotaHint(Unit.REQUESTS, Period.MINUTE, 30, 0),), 30),
        ((QuotaHint(Unit.REQUESTS, Period.MINUTE),), 3),
    ],
)
def test_only_what_is_full_says_what_a_refusal_was_for(
    hints: tuple[QuotaHint, ...], limit: int | None
) -> None:
    """A call of ten tokens after three that were served."""
    state = State()
    several = [granted(state, PACIFIC, NOON) for _ in range(4)]
    Book(state, PACIFIC, NOON).refused(several[-1], hints, 20)
    learnt = state.learnt.get(RPM)
    assert (learnt.limit if learnt else None) == limit


def guessed(limit: int) -> State:
    """A scope whose limit is guessed; its minute is over."""
    state = State()
    several = [granted(state, PACIFIC, NOON) for _ in range(limit + 1)]
    Book(state, PACIFIC, NOON).refused(several[-1], (), 60)
    return state


def test_a_guessed_limit_is_tried_again_after_ten_full_minutes() -> None:
    """By one call: served, it is the limit; refused, the old one is."""
    state, now, sent = guessed(5), after(61), []
    for _ in range(11):
        sent.append(grants(state, PACIFIC, now))
        now += timedelta(seconds=61)
    assert sent == [5] * 9 + [6, 5]


@pytest.mark.parametrize(
    ("ends", "limit"),
    [
        (["trial served"], 6),
        (["trial refused"], 5),
        # The provider took it for one of the five, and another one for too much.
        (["other refused", "trial served"], 5),
        (["trial served", "other refused"], 5),
        ([], 5),
    ],
)
def test_what_comes_of_the_try_is_the_limit(ends: list[str], limit: int) -> None:
    """Also when the answer comes so late that the others' minute is over."""
    state, now = guessed(5), after(61)
    for _ in range(9):
        assert grants(state, PACIFIC, now) == 5
        now += timedelta(seconds=61)
    several = [granted(state, PACIFIC, now) for _ in range(4)]
    several.append(granted(state, PACIFIC, now + timedelta(seconds=55)))
    trial = granted(state, PACIFIC, now + timedelta(seconds=56))
    assert [each.trial for each in (*several, trial)] == [False] * 5 + [True]
    for end in ends:
        book = Book(state, PACIFIC, now + timedelta(seconds=80))
        if end == "trial served":
            book.correct(trial, 10)
        else:
            book.refused(trial if end == "trial refused" else several[-1], (), 1)
        assert state.learnt[RPM].limit == 5
    assert grants(state, PACIFIC, now + timedelta(seconds=300)) == limit
    assert grants(state, PACIFIC, now + timedelta(seconds=400)) == limit


def test_a_hidden_limit_costs_one_refusal_a_window_at_most() -> None:
    """A provider of 8 a minute that says nothing, for two hours, and somebody who always asks."""
    limits, state, now = Limits(), State(), NOON
    served: list[datetime] = []
    refused: list[datetime] = []
    while now < after(7200):
        answer = Book(state, limits, now).reserve("s", 1, history=False)
        if isinstance(answer, Wait):
            now = answer.until
            continue
        if len([at for at in served if now - at < timedelta(minutes=1)]) >= 8:
            refused.append(now)
            wait_s = (served[-8] + timedelta(minutes=1) - now).total_seconds()
            Book(state, limits, now).refused(answer, (), wait_s)
        else:
            served.append(now)
            Book(state, limits, now).correct(answer, 1)
        now += timedelta(seconds=0.05)
    apart = [later - at for at, later in pairwise(refused)]
    assert min(apart) > timedelta(minutes=9)
    assert len(served) >= 0.97 * 8 * 120


def test_what_a_provider_tells_is_its_limit_and_others_uses_count() -> None:
    """Somebody else may use the same scope."""
    limits, state = Limits(), State()
    grant = granted(state, limits, NOON)
    hint = QuotaHint(Unit.REQUESTS, Period.MINUTE, 30, 20)
    Book(state, limits, after(1)).told([hint], grant)
    assert (state.learnt[RPM].limit, state.learnt[RPM].told) == (30, True)
    assert grants(state, limits, after(2)) == 20
    Book(state, limits, after(3)).told([QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, 5900)])
    assert state.learnt[TPM].limit == 6000


def test_others_uses_are_over_when_the_provider_says_so() -> None:
    """Their part of the minute ends before a minute from now."""
    limits, state = Limits(), State()
    hint = QuotaHint(Unit.REQUESTS, Period.MINUTE, 10, 0, 12.0)
    Book(state, limits, after(1)).told([hint], granted(state, limits, NOON))
    assert ask(state, limits, after(2)) == Wait(after(13), "requests_minute")
    assert grants(state, limits, after(13)) == 9


def test_what_was_counted_when_a_call_was_sent_is_nobody_elses() -> None:
    """An answer that took five seconds tells of the minute before it was sent."""
    limits, state = Limits(requests_per_minute=30), State()
    for _ in range(15):
        granted(state, limits, NOON)
    for _ in range(14):
        granted(state, limits, after(58))
    grant = granted(state, limits, after(58))
    Book(state, limits, after(63)).told([QuotaHint(Unit.REQUESTS, Period.MINUTE, 30, 0)], grant)
    assert Book(state, limits, after(63)).used(RPM) == 15


def test_a_days_remainder_that_is_told_counts_what_others_used() -> None:
    """Of this day; what an answer from before midnight tells is of the day before."""
    limits, state = Limits(requests_per_day=100, day="America/Los_Angeles"), State()
    before = granted(state, limits, MIDNIGHT - timedelta(seconds=5))
    hint = QuotaHint(Unit.REQUESTS, Period.DAY, 100, 3)
    Book(state, limits, MIDNIGHT - timedelta(seconds=3)).told([hint], before)
    assert Book(state, limits, MIDNIGHT - timedelta(seconds=3)).used(RPD) == 97
    Book(state, limits, MIDNIGHT + timedelta(seconds=3)).told([hint], before)
    assert Book(state, limits, MIDNIGHT + timedelta(seconds=3)).used(RPD) == 0


def test_a_configured_limit_stays_whatever_is_told() -> None:
    """A person knows what else the key is for."""
    limits, state = Limits(requests_per_minute=2), State()
    Book(state, limits, NOON).told([QuotaHint(Unit.REQUESTS, Period.MINUTE, 500, 500)])
    assert grants(state, limits, NOON) == 2
    assert len(drain(State(), limits, NOON, after(600))) == 20


def test_a_block_ends_no_longer_one() -> None:
    """And keeps its reason."""
    state = State()
    Book(state, PACIFIC, NOON).block(after(3600), "day_spent")
    Book(state, PACIFIC, NOON).block(after(60), "billing")
    assert ask(state, PACIFIC, after(1)) == Wait(after(3600), "day_spent")
