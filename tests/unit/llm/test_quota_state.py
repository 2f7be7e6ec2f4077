"""What is kept of a scope: written, read, damaged, and by clocks that were wrong."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerops.llm.quota.book import Book, Grant, Wait
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import QUOTAS, VERSION, Learnt, State, Use, decode
from support.quotas import NOON, RPD, after, ask, granted, grants

TIMES = st.floats(0, 1e11)
COUNTS = st.integers(0, 10**12)
USES = st.lists(st.builds(Use, TIMES, COUNTS, COUNTS), max_size=8).map(
    lambda uses: sorted(uses, key=lambda use: use.at)
)
NUMBERS = st.none() | st.integers(1, 10**9)
LIMITS = st.builds(
    Limits,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.sampled_from(["UTC", "rolling", "America/Los_Angeles"]),
    st.floats(0.01, 3600),
)
STATES = st.builds(
    State,
    USES,
    USES,
    TIMES,
    st.text(max_size=20),
    st.dictionaries(
        st.sampled_from(QUOTAS),
        st.builds(
            Learnt, st.integers(1, 10**9), TIMES, st.booleans(), COUNTS, TIMES, TIMES, st.booleans()
        ),
    ),
    st.none() | LIMITS,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["requests/minute", "rolling", "UTC"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(STATES)
def test_what_is_written_is_read_as_it_was(state: State) -> None:
    """Times to the last bit: they are names of calls."""
    read = decode(state.encode())
    assert (read, read.lost) == (state, "")
    assert read.encode() == state.encode()


@pytest.mark.parametrize(
    ("document", "lost"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"[]", "damaged"),
        (b"\xff\x00", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b'{"v": 2}', "damaged"),
        (b'{"v":2,"minute":[[NaN,1,1]],"day":[],"blocked":[0,""],"learnt":{}}', "damaged"),
        (b'{"v":2,"minute":[],"day":[],"blocked":[1e400,""],"learnt":{}}', "damaged"),
        (b'{"v": 1}', "version"),
        (b'{"v": 99, "minute": []}', "version"),
    ],
)
def test_a_document_that_nobody_understands_is_an_empty_one(document: bytes, lost: str) -> None:
    """It is a count of calls: none is better than no answer at all."""
    state = decode(document)
    assert (state, state.lost) == (State(), lost)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        dict.fromkeys(("minute", "day", "blocked", "learnt"), JSON), optional={"limits": JSON}
    )
    | st.fixed_dictionaries(
        {
            "minute": st.lists(st.tuples(JSON, JSON, JSON), max_size=2),
            "day": st.lists(st.tuples(TIMES, JSON, COUNTS), max_size=2),
            "blocked": st.tuples(JSON, JSON),
            "learnt": st.dictionaries(
                st.sampled_from(["requests/minute", "tokens/day", "x"]),
                st.tuples(JSON, TIMES, JSON, JSON, TIMES, TIMES, JSON),
                max_size=2,
            ),
        },
        optional={"limits": st.tuples(st.lists(NUMBERS, min_size=4, max_size=4), JSON, JSON)},
    )
)
def test_whatever_is_in_a_document_calls_are_decided(value: dict[str, Any]) -> None:
    """Nothing of it is believed before it is looked at."""
    document = json.dumps(value | {"v": VERSION}).encode()
    limits = Limits(requests_per_minute=3, tokens_per_day=1000)
    book = Book(decode(document), limits, NOON)
    assert isinstance(book.reserve("s", 10, history=True), Grant | Wait)
    assert decode(book.state.encode()).lost == ""


def test_the_limits_of_those_who_use_a_scope_are_kept_for_those_who_look() -> None:
    """They say when its day ends."""
    limits = Limits(requests_per_day=5, day="Asia/Kolkata", minute_s=2.5)
    assert decode(State(limits=limits).encode()).limits == limits
    assert decode(State().encode()).limits is None


@pytest.mark.parametrize("jump_s", [-7 * 86_400.0, -3 * 3600, 3 * 3600, 7 * 86_400.0])
def test_a_clock_that_was_wrong_blocks_nothing_for_long(jump_s: float) -> None:
    """Nor does it free anything twice within a minute of its own time."""
    limits, state = Limits(requests_per_minute=5, requests_per_day=50), State()
    assert grants(state, limits, after(jump_s)) == 5
    assert grants(state, limits, NOON) == 5
    assert grants(state, limits, NOON) == 0
    assert grants(state, limits, after(86_400)) == 5


def test_a_minute_that_a_clock_put_back_lies_in_the_future_is_waited_for() -> None:
    """If it is the next one: it may be the provider's last."""
    limits, state = Limits(requests_per_minute=5), State()
    assert grants(state, limits, after(70)) == 5
    wait = ask(state, limits, NOON)
    assert isinstance(wait, Wait)
    assert wait.until == after(70 + 60.25)


@pytest.mark.parametrize("ahead", [timedelta(days=10), timedelta(days=4000)])
def test_a_block_by_a_clock_that_was_ahead_is_over_within_a_day(ahead: timedelta) -> None:
    """At once, if it is farther away than any block of a right clock."""
    state = State()
    Book(state, Limits(), NOON + ahead).block(NOON + ahead + timedelta(hours=3), "billing")
    granted(state, Limits(), NOON)


def test_a_guess_is_tried_again_by_a_clock_that_was_put_back() -> None:
    """Full windows of the future do not count, and hinder none."""
    state, limits = State(), Limits()
    several = [granted(state, limits, after(86_400 * 300)) for _ in range(3)]
    Book(state, limits, after(86_400 * 300)).refused(several[-1], (), 1)
    assert grants(state, limits, after(86_400 * 300 + 62)) == 2
    now, sent = NOON, []
    for _ in range(11):
        sent.append(grants(state, limits, now))
        now += timedelta(seconds=61)
    assert max(sent) == 3


def test_calls_of_a_clock_behind_are_counted_all_the_same() -> None:
    """Two hosts that are seconds apart: their calls come in another order than their times."""
    limits, state = Limits(requests_per_minute=10, requests_per_day=100, day="rolling"), State()
    for number in range(10):
        granted(state, limits, after(-2.0 * (number % 2)))
    times = [use.at for use in state.minute]
    assert times == sorted(times)
    assert isinstance(ask(state, limits, after(1)), Wait)
    assert Book(state, limits, after(1)).used(RPD) == 10
