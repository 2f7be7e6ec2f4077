"""The circuit breaker: when it opens, whom it lets through, when it closes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.memory import FakeClock
from careerops.llm.breaker import BreakerState, CircuitBreaker, Outcome
from careerops.ops.metrics import Metrics


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands still."""
    return FakeClock()


@pytest.fixture
def metrics() -> Metrics:
    """A set of its own."""
    return Metrics()


@pytest.fixture
def breaker(clock: FakeClock, metrics: Metrics) -> CircuitBreaker:
    """Closed, with the review's numbers."""
    return CircuitBreaker("vendor", clock, metrics)


def call(breaker: CircuitBreaker, outcome: Outcome) -> bool:
    """One call; whether it was let through."""
    ticket = breaker.begin()
    if ticket is not None:
        breaker.end(ticket, outcome)
    return ticket is not None


def shown(metrics: Metrics) -> float | None:
    """The metric."""
    return metrics.registry.get_sample_value("careerops_breaker_state", {"provider": "vendor"})


async def test_five_failures_within_a_minute_open_it(
    breaker: CircuitBreaker, clock: FakeClock, metrics: Metrics
) -> None:
    """And not four."""
    for _ in range(4):
        assert call(breaker, Outcome.DOWN)
        await clock.advance(14)
    assert (breaker.state, shown(metrics)) == (BreakerState.CLOSED, 0)
    assert call(breaker, Outcome.DOWN)
    assert (breaker.state, shown(metrics)) == (BreakerState.OPEN, 2)
    assert not call(breaker, Outcome.UP)


async def test_failures_further_apart_do_not_open_it(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    """Five in sixty-one seconds are not five in sixty."""
    for _ in range(12):
        assert call(breaker, Outcome.DOWN)
        await clock.advance(15.3)
    assert breaker.state is BreakerState.CLOSED


def test_an_answer_in_between_starts_the_count_anew(breaker: CircuitBreaker) -> None:
    """A provider that answers is up."""
    for _ in range(10):
        for _ in range(4):
            assert call(breaker, Outcome.DOWN)
        assert call(breaker, Outcome.UP)
    assert breaker.state is BreakerState.CLOSED


def test_what_says_nothing_counts_for_nothing(breaker: CircuitBreaker) -> None:
    """Cancelled calls neither open it nor start the count anew."""
    for _ in range(4):
        call(breaker, Outcome.DOWN)
    for _ in range(9):
        assert call(breaker, Outcome.UNKNOWN)
    assert call(breaker, Outcome.DOWN)
    assert breaker.state is BreakerState.OPEN


async def opened(breaker: CircuitBreaker, clock: FakeClock, wait_s: float) -> None:
    """Open it and let `wait_s` seconds pass."""
    for _ in range(5):
        call(breaker, Outcome.DOWN)
    await clock.advance(wait_s)


async def test_after_ten_seconds_one_probe_is_let_through(
    breaker: CircuitBreaker, clock: FakeClock, metrics: Metrics
) -> None:
    """Not before, and one at a time."""
    await opened(breaker, clock, 9.9)
    assert breaker.begin() is None
    left_s = (breaker.retry_at - clock.now()).total_seconds()
    assert left_s == pytest.approx(0.1, abs=0.001)
    await clock.advance(0.2)
    assert (breaker.state, shown(metrics)) == (BreakerState.HALF_OPEN, 1)
    probe = breaker.begin()
    assert probe is not None
    assert breaker.begin() is None
    breaker.end(probe, Outcome.UP)
    assert (breaker.state, shown(metrics)) == (BreakerState.CLOSED, 0)
    assert call(breaker, Outcome.UP)


async def test_failed_probes_open_it_for_longer_up_to_a_minute(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    """One failure is enough then; an answer makes the first delay the short one again."""
    await opened(breaker, clock, 11)
    for closed_s in (20, 40, 60, 60):
        assert call(breaker, Outcome.DOWN)
        assert breaker.state is BreakerState.OPEN
        await clock.advance(closed_s - 1)
        assert breaker.begin() is None
        await clock.advance(2)
    assert call(breaker, Outcome.UP)
    await opened(breaker, clock, 9)
    assert breaker.begin() is None
    await clock.advance(2)
    assert breaker.begin() is not None


async def test_a_probe_that_was_cancelled_makes_room_for_the_next(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    """A breaker never waits for somebody who is gone."""
    await opened(breaker, clock, 61)
    assert call(breaker, Outcome.UNKNOWN)
    assert breaker.state is BreakerState.HALF_OPEN
    assert call(breaker, Outcome.UP)
    assert breaker.state is BreakerState.CLOSED


async def test_a_call_from_before_says_nothing_about_now(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    """A slow success of before the outage does not end it, nor a slow failure the recovery."""
    old = breaker.begin()
    older = breaker.begin()
    assert old is not None
    assert older is not None
    await opened(breaker, clock, 0)
    breaker.end(old, Outcome.UP)
    assert breaker.state is BreakerState.OPEN
    await clock.advance(61)
    probe = breaker.begin()
    assert probe is not None
    breaker.end(older, Outcome.DOWN)
    assert breaker.begin() is None  # the probe is still under way
    breaker.end(probe, Outcome.UP)
    assert breaker.state is BreakerState.CLOSED


@given(st.lists(st.sampled_from([*Outcome, 1.0, 30.0, 61.0]), max_size=60))
async def test_it_is_never_stuck(steps: list[Outcome | float]) -> None:
    """Whatever happened, a provider that is well again is asked again within a minute."""
    clock = FakeClock()
    breaker = CircuitBreaker("vendor", clock, Metrics())
    for step in steps:
        if isinstance(step, Outcome):
            call(breaker, step)
        else:
            await clock.advance(step)
    await clock.advance(61)
    assert call(breaker, Outcome.UP)
    assert breaker.state is BreakerState.CLOSED
