"""One contender at one workload: a run in steady state, and one with a kill in the middle."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from stream.contenders import Entrant
from stream.effects import Effect, EffectReader
from stream.job import Job
from stream.judge import Outcome, floor_rate, order_violations, outcome, steady_rate
from stream.processes import Contender
from stream.values import ABORTED
from stream.workloads import Workload

HERE = Path(__file__).resolve().parent
_PATIENCE_S = 60.0
_STOP_S = 15.0
_SILENT_S = 30.0
_LOOK_S = 0.05
_SERIAL = count()


class BenchmarkFailed(Exception):
    """A contender did not do what it is to be measured at; says which and what it printed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run takes place.

    Attributes:
        servers: the broker.
        topic: what is read; '' for the ceiling, which reads nothing.
        count: messages in it.
        folder: for what is written during the run.
    """

    servers: str
    topic: str
    count: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Steady:
    """What a steady run showed.

    Attributes:
        rate: messages a second.
        cpu_s_per_1000: processor seconds of the contender's processes a 1,000 messages.
        violations: messages that began before the one before them of their key had ended.
        handled: messages handled during the whole run.
        floor: messages a second that the depth of the keys allowed, over what was handled.
        aborted: messages handled although their transaction was aborted.
    """

    rate: float
    cpu_s_per_1000: float
    violations: int
    handled: int
    floor: float
    aborted: int


@dataclass(slots=True)
class Run:
    """A contender's processes, one after another, that share a group and a file of effects."""

    entrant: Entrant
    workload: Workload
    place: Place
    profile: str = ""
    effects: EffectReader = field(init=False)
    _contender: Contender = field(init=False)
    _job: Job = field(init=False)

    def __post_init__(self) -> None:
        """Make the folder of the run."""
        group = f"bench-{self.entrant.name}-{self.workload.name}-{next(_SERIAL)}"
        folder = self.place.folder / group
        folder.mkdir(parents=True)
        self.effects = EffectReader(folder / "effects")
        self._job = Job(
            servers=self.place.servers,
            topic=self.place.topic,
            group=group,
            concurrency=self.workload.concurrency,
            delay_s=self.workload.delay_s,
            effects=str(folder / "effects"),
            folder=str(folder),
            profile=self.profile,
        )

    def start(self) -> None:
        """Start a process."""
        command = [
            str(self.entrant.python()), "-P", "-m", self.entrant.module, self._job.argument()
        ]  # fmt: skip
        output = Path(self._job.folder) / "output"
        self._contender = Contender(command, {"PYTHONPATH": str(HERE.parent)}, output)

    def until(self, reached: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
        """Wait for a condition, as long as the contender lives and gets on.

        Raises:
            BenchmarkFailed: it ended, or handled nothing for `patience_s`.
        """
        lines, since = self.effects.count(), time.monotonic()
        while not reached():
            now, lines_now = time.monotonic(), self.effects.count()
            if lines_now > lines:
                lines, since = lines_now, now
            if self._contender.ended or now - since > patience_s:
                raise BenchmarkFailed(
                    f"{self.entrant.title}, {self.workload.name}: "
                    f"{'it ended' if self._contender.ended else 'nothing happens'}\n"
                    f"{self._contender.last_words()}"
                )
            time.sleep(_LOOK_S)

    def progress(self) -> tuple[int, float, float]:
        """Lines so far, processor seconds so far, and the time."""
        return self.effects.count(), self._contender.cpu_s(), time.monotonic()

    def kill(self) -> None:
        """SIGKILL."""
        self._contender.kill()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that does not help."""
        self._contender.stop(_STOP_S)


def steady(
    entrant: Entrant, workload: Workload, place: Place, seconds: float, profile: str = ""
) -> Steady:
    """Let it run for `seconds` once it has warmed up, or until all messages are handled."""
    run = Run(entrant, workload, place, profile)
    try:
        run.start()
        run.until(lambda: run.effects.count() > 0)
        _pass_time(run, warm_up_s(workload, seconds))
        lines_before, cpu_before, begin = run.progress()
        _pass_time(run, seconds)
        lines, cpu_s, until = run.progress()
    finally:
        run.stop()
    effects = list(run.effects.more())
    if run.effects.count() >= place.count > 0:
        until = min(until, max(effect.end for effect in effects))
    keys = workload.key_numbers(max(_known(effects)) + 1)
    result = outcome(effects, len(keys))
    handled = len(keys) - result.lost
    return Steady(
        rate=steady_rate(
            (effect.end for effect in effects),
            begin,
            until,
            concurrency=workload.concurrency,
            delay_s=workload.delay_s,
        ),
        cpu_s_per_1000=(cpu_s - cpu_before) / max(lines - lines_before, 1) * 1000,
        violations=order_violations(effects, keys),
        handled=handled,
        floor=floor_rate(keys, workload.delay_s),
        aborted=result.aborted,
    )


def killed(entrant: Entrant, workload: Workload, place: Place) -> Outcome:
    """Kill it when half of the messages are handled, start it again, let it finish."""
    run = Run(entrant, workload, place)
    effects: list[Effect] = []
    handled: set[int] = set()

    def look() -> int:
        fresh = list(run.effects.more())
        effects.extend(fresh)
        handled.update(effect.id for effect in fresh if effect.id < place.count)
        return len(handled)

    try:
        run.start()
        run.until(lambda: look() >= place.count // 2)
        run.kill()
        run.start()
        _finish(run, look)
    finally:
        run.stop()
    look()
    return outcome(effects, place.count)


def warm_up_s(workload: Workload, seconds: float) -> float:
    """How long a contender runs before it is measured."""
    return max(3 * workload.delay_s, min(6.0, seconds / 4))


def _pass_time(run: Run, seconds: float) -> None:
    """Wait for `seconds`, or until all messages are handled."""
    deadline = time.monotonic() + seconds
    run.until(
        lambda: time.monotonic() >= deadline or run.effects.count() >= run.place.count > 0,
        patience_s=seconds + 1.0,  # who stalls is measured, not excluded
    )


def _finish(run: Run, look: Callable[[], int]) -> None:
    """Wait until all are handled and repeats have come, or until nothing came for long."""
    delay_s = run.workload.delay_s
    lines, since = run.effects.count(), time.monotonic()

    def over() -> bool:
        nonlocal lines, since
        done = look() >= run.place.count
        if run.effects.count() > lines:
            lines, since = run.effects.count(), time.monotonic()
        silent_s = time.monotonic() - since
        return silent_s > (2.0 + 2 * delay_s if done else _SILENT_S + delay_s)

    run.until(over)


def _known(effects: list[Effect]) -> list[int]:
    return [effect.id for effect in effects if effect.id < ABORTED] or [0]
