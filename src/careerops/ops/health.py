"""Whether the process lives, and whether it is ready for work.

Live: the event loop and the registered threads beat, and work that can run makes progress.
A provider or channel that is down is no reason to restart a process, so it never counts here.
Ready: everything it needs is connected, its partitions are assigned, and it is not draining.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from careerops.ops.clock import next_beat
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.redaction import safe_value
from careerops.ports.clock import Clock

EVENT_LOOP: Final = "event_loop"
BEAT_S: Final = 1.0
MAX_BEAT_AGE_S: Final = 10.0
MAX_STALL_S: Final = 180.0
"""Longer than any one call of a provider may take (its timeouts and one repair)."""

Scalar = str | int | float | bool | None
Details = Mapping[str, Scalar]
Section = Details | Sequence[Details] | Mapping[str, Details]


@dataclass(frozen=True, slots=True)
class Report:
    """An answer: `ok`, what is wrong as short words, and details by section."""

    ok: bool
    problems: tuple[str, ...] = ()
    details: Mapping[str, Section] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Oldest:
    """The oldest message that a stage has not settled: its place, and its age in seconds."""

    topic: str
    partition: int
    offset: int
    age_s: float


@dataclass(slots=True)
class _Beat:
    at: float
    max_age_s: float


@dataclass(slots=True)
class _Progress:
    settled: int
    since: float
    max_stall_s: float
    stalling: bool = False
    oldest: Oldest | None = None


class HealthBoard:
    """What the components of a process say about themselves. Any thread may report.

    A component is declared first (`expect_*`), so that one that never says anything is seen.
    """

    def __init__(self, clock: Clock) -> None:
        """Measure ages by `clock.monotonic()`."""
        self._clock = clock
        self._beats: dict[str, _Beat] = {}
        self._progress: dict[str, _Progress] = {}
        self._connected: dict[str, bool] = {}
        self._assigned: dict[str, bool] = {}
        self._draining = False
        self._details: dict[str, Callable[[], Section]] = {}

    def expect_beat(self, name: str, max_age_s: float = MAX_BEAT_AGE_S) -> None:
        """`name` will call `beat` more often than every `max_age_s` seconds, from now on."""
        self._beats[name] = _Beat(self._clock.monotonic(), max_age_s)

    def beat(self, name: str) -> None:
        """`name` is alive."""
        self._beats[name].at = self._clock.monotonic()

    def forget_beat(self, name: str) -> None:
        """`name` has ended as it should."""
        self._beats.pop(name, None)

    def report_progress(
        self,
        name: str,
        *,
        settled: int,
        runnable: int,
        max_stall_s: float = MAX_STALL_S,
        oldest: Oldest | None = None,
    ) -> None:
        """How far `name` is.

        Args:
            name: a stage.
            settled: messages settled since start.
            runnable: messages not settled that nothing keeps from running: no retry timer, no
                outage, no pause. While there are any, `settled` has to grow.
            max_stall_s: for how long it may stand still, in seconds.
            oldest: the oldest message that is not settled, for whoever looks why it stands still.
        """
        now = self._clock.monotonic()
        known = self._progress.setdefault(name, _Progress(settled, now, max_stall_s))
        if settled != known.settled or runnable == 0:
            known.settled, known.since = settled, now
        known.max_stall_s, known.stalling, known.oldest = max_stall_s, runnable > 0, oldest

    def expect_connection(self, name: str) -> None:
        """`name` has to be connected before the process is ready."""
        self._connected.setdefault(name, False)

    def set_connected(self, name: str, *, connected: bool) -> None:
        """`name` is connected, or is not any more."""
        self._connected[name] = connected

    def expect_assignment(self, name: str) -> None:
        """The group of `name` has to be given something to read before the process is ready."""
        self._assigned.setdefault(name, False)

    def set_assigned(self, name: str, *, assigned: bool) -> None:
        """The group of `name` has partitions (or the lease), or has none any more."""
        self._assigned[name] = assigned

    def start_draining(self) -> None:
        """The process is stopping: it stays live and is never ready again."""
        self._draining = True

    def describe(self, section: str, details: Callable[[], Section]) -> None:
        """Show what `details()` returns in `section` of the readiness report (breakers, scopes).

        It is called on the event loop at each report and must be quick. It never decides.
        """
        self._details[section] = details

    def liveness(self) -> Report:
        """Whether the process should be left running."""
        now = self._clock.monotonic()
        problems: list[str] = []
        ages: dict[str, Scalar] = {}
        for name, beat in list(self._beats.items()):
            ages[name] = round(now - beat.at, 3)
            if now - beat.at > beat.max_age_s:
                problems.append(f"no heartbeat: {name}")
        stalls: dict[str, Scalar] = {}
        stuck: dict[str, Details] = {}
        for name, progress in list(self._progress.items()):
            stalls[name] = round(now - progress.since, 3) if progress.stalling else 0.0
            if progress.stalling and now - progress.since > progress.max_stall_s:
                problems.append(f"no progress: {name}")
                if progress.oldest is not None:
                    stuck[name] = _place(progress.oldest)
        details: dict[str, Section] = {"heartbeat_age_s": ages, "without_progress_s": stalls}
        if stuck:
            details["stuck"] = stuck
        return Report(not problems, tuple(problems), details)

    def readiness(self) -> Report:
        """Whether the process takes work now."""
        problems = [
            f"not connected: {name}" for name, is_so in self._connected.items() if not is_so
        ]
        problems += [f"not assigned: {name}" for name, is_so in self._assigned.items() if not is_so]
        if self._draining:
            problems.append("draining")
        details = {section: _safe(describe()) for section, describe in self._details.items()}
        return Report(not problems, tuple(problems), details)


async def beat_event_loop(board: HealthBoard, clock: Clock) -> None:
    """Stamp the event loop's heartbeat every second, for as long as the loop turns.

    A beat that comes 1 s late or more is logged: something blocked the loop.
    """
    log = get_logger("health")
    board.expect_beat(EVENT_LOOP)
    try:
        while True:
            due_s = await next_beat(clock, BEAT_S)
            board.beat(EVENT_LOOP)
            late_s = clock.monotonic() - due_s
            if late_s >= BEAT_S:
                log.warning(LogEvent.LOOP_STALLED, duration_s=round(late_s, 3))
    except asyncio.CancelledError:
        board.forget_beat(EVENT_LOOP)
        raise


def _place(oldest: Oldest) -> Details:
    return {
        "topic": oldest.topic,
        "partition": oldest.partition,
        "offset": oldest.offset,
        "age_s": round(oldest.age_s, 3),
    }


def _safe(section: Section) -> Section:
    if isinstance(section, Mapping):
        return {str(safe_value(name)): _safe_value(value) for name, value in section.items()}
    return [_safe_details(details) for details in section]


def _safe_details(details: Details) -> Details:
    return {str(safe_value(name)): safe_value(value) for name, value in details.items()}


def _safe_value(value: Scalar | Details) -> Any:
    return _safe_details(value) if isinstance(value, Mapping) else safe_value(value)
