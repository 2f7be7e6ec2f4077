"""One contender at one workload: a run in steady state, and one with a kill in the middle."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from stream.contenders import Entrant
from stream.effects import Effect
from stream.judge import floor_rate, order_violations, outcome, steady_rate
from stream.runs import Place, Run
from stream.values import ABORTED
from stream.workloads import Workload

_SILENT_S = 30.0
_CATCH_UP_S = 600.0


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


@dataclass(frozen=True, slots=True)
class AfterKill:
    """What a run with a kill showed.

    Attributes:
        lost, repeated, aborted: see `Outcome`.
        catch_up_s: from the restart to the end of the last message that had not been handled.
    """

    lost: int
    repeated: int
    aborted: int
    catch_up_s: float


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


def killed(entrant: Entrant, workload: Workload, place: Place) -> AfterKill:
    """Kill it when half of the messages are handled, start it again, let it finish.

    Raises:
        BenchmarkFailed: it ended by itself, or was not done in ten minutes.
    """
    run = Run(entrant, workload, place)
    effects: list[Effect] = []
    handled: dict[int, float] = {}

    def look() -> int:
        fresh = list(run.effects.more())
        effects.extend(fresh)
        for effect in fresh:
            if effect.id < place.count:
                handled.setdefault(effect.id, effect.end)
        return len(handled)

    try:
        run.start()
        run.until(lambda: look() >= place.count // 2)
        run.kill()
        look()
        again = time.monotonic()
        run.start()
        _finish(run, look)
    finally:
        run.stop()
    look()
    result = outcome(effects, place.count)
    return AfterKill(**result._asdict(), catch_up_s=max(0.0, max(handled.values()) - again))


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
    deadline = since + _CATCH_UP_S

    def over() -> bool:
        nonlocal lines, since
        done = look() >= run.place.count
        if not done and time.monotonic() > deadline:
            missing = run.place.count - look()
            raise run.failed(f"{missing} not handled {_CATCH_UP_S:.0f} s after the restart")
        if run.effects.count() > lines:
            lines, since = run.effects.count(), time.monotonic()
        silent_s = time.monotonic() - since
        return silent_s > (2.0 + 2 * delay_s if done else _SILENT_S + delay_s)

    run.until(over)


def _known(effects: list[Effect]) -> list[int]:
    return [effect.id for effect in effects if effect.id < ABORTED] or [0]
