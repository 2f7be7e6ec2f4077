"""A circuit breaker: a provider that fails is left alone for a while.

    CLOSED --5 failures in a row within 60 s--> OPEN --10 s--> HALF_OPEN, which lets one probe go
    HALF_OPEN --the probe is answered--> CLOSED
    HALF_OPEN --the probe fails--> OPEN, for twice as long as before, at most 60 s

A short hiccup is over after the first 10 s; a long outage is asked about once a minute.

Only connectivity counts: 5xx, timeouts, no connection. A refused key, a spent quota or an unusable
answer come from a provider that is up, and close the circuit. A call that was begun in an earlier
state and ends in a later one changes nothing.
"""

from collections import deque
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock

FAILURES: Final = 5
WINDOW_S: Final = 60.0
FIRST_OPEN_S: Final = 10.0
OPEN_S: Final = 60.0


class BreakerState(Enum):
    """How the circuit stands; the value is the metric's."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Outcome(Enum):
    """What a call says about the provider's being up."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    """Cancelled, or never sent."""


class CircuitBreaker:
    """One provider's breaker. Only the event loop touches it.

    Attributes:
        failing: whether the provider has not answered since its last failure, or ever.
    """

    def __init__(
        self,
        provider: str,
        clock: Clock,
        metrics: Metrics,
        *,
        failures: int = FAILURES,
        window_s: float = WINDOW_S,
        first_open_s: float = FIRST_OPEN_S,
        open_s: float = OPEN_S,
    ) -> None:
        """Open after `failures` failures in a row within `window_s` seconds.

        It stays open for `first_open_s` seconds, then for twice as long each time a probe fails,
        at most for `open_s`.

        An answer in between starts the count anew: one failure in a hundred is no outage, however
        many calls a minute brings.
        """
        self._provider = provider
        self._clock = clock
        self._gauge = metrics.breaker_state.labels(provider)
        self._limit = failures
        self._window_s = window_s
        self._first_open_s = first_open_s
        self._longest_open_s = open_s
        self._open_s = first_open_s
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._opened_at = 0.0
        self._generation = 0
        self._probing = False
        self._logger = get_logger("llm")
        self.failing = True
        self._state = BreakerState.CLOSED
        self._gauge.set(self._state.value)

    @property
    def state(self) -> BreakerState:
        """How the circuit stands now."""
        if self._state is BreakerState.OPEN and self._open_left_s() <= 0:
            self._enter(BreakerState.HALF_OPEN)
        return self._state

    @property
    def retry_at(self) -> datetime:
        """When a call will be let through again (UTC)."""
        left_s = self._open_left_s() if self.state is BreakerState.OPEN else 1.0
        return self._clock.now() + timedelta(seconds=max(left_s, 0.0))

    def begin(self) -> int | None:
        """A ticket for one call, None if the provider is to be left alone."""
        state = self.state
        if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self._probing):
            return None
        self._probing = state is BreakerState.HALF_OPEN
        return self._generation

    def end(self, ticket: int, outcome: Outcome) -> None:
        """Say how the call of `ticket` ended."""
        if ticket != self._generation:
            return
        self._probing = False
        if outcome is Outcome.UP:
            self.failing = False
            self._failed_at.clear()
            if self._state is BreakerState.HALF_OPEN:
                self._open_s = self._first_open_s
                self._enter(BreakerState.CLOSED)
        elif outcome is Outcome.DOWN:
            self.failing = True
            self._failed()

    def _failed(self) -> None:
        now_s = self._clock.monotonic()
        self._failed_at.append(now_s)
        full = len(self._failed_at) == self._limit
        if self._state is BreakerState.HALF_OPEN:
            self._open_s = min(2 * self._open_s, self._longest_open_s)
        elif not full or now_s - self._failed_at[0] > self._window_s:
            return
        self._opened_at = now_s
        self._enter(BreakerState.OPEN)

    def _open_left_s(self) -> float:
        return self._opened_at + self._open_s - self._clock.monotonic()

    def _enter(self, state: BreakerState) -> None:
        self._state = state
        self._generation += 1
        self._probing = False
        self._failed_at.clear()
        self._gauge.set(state.value)
        if state is BreakerState.OPEN:
            self._logger.warning(
                LogEvent.BREAKER_OPENED, provider=self._provider, delay_s=self._open_s
            )
        elif state is BreakerState.CLOSED:
            self._logger.info(LogEvent.BREAKER_CLOSED, provider=self._provider)
