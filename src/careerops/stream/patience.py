"""Asking a store again for as long as it is out: nothing of what was to be written is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import Logger
from careerops.ports.clock import Clock
from careerops.stream.retry import RetryPolicy

T = TypeVar("T")

_CANCELLED: Final = "cancelled call"
"""The scope of calls that end by a cancellation which nobody asked for."""


class Patience:
    """Repeats a call that may be repeated until the outage is over; says so once a scope.

    The first call that gets through wakes all that wait for the same scope. A call that ends by a
    cancellation which nobody asked for (a library's own that got out) is repeated as well.
    """

    def __init__(self, clock: Clock, logger: Logger) -> None:
        """Wait by `clock`, with growing delays of at most 5 s."""
        self._clock = clock
        self._logger = logger
        self._policy = RetryPolicy(base_delay_s=0.2, max_delay_s=5.0)
        self._out: dict[str, asyncio.Event] = {}

    async def __call__(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` answers. Other errors than `Outage` come through, and a true cancellation."""
        failures = 0
        scope = ""
        while True:
            try:
                answer = await ask()
            except (Outage, asyncio.CancelledError) as error:
                if is_told_to_end(error):
                    raise
                failures += 1
                scope = error.scope if isinstance(error, Outage) else _CANCELLED
                over = self._out.get(scope)
                if over is None:
                    over = self._out[scope] = asyncio.Event()
                    self._logger.warning(LogEvent.OUTAGE_STARTED, scope=scope)
                await self._pause(over, self._policy.delay_s(failures))
            else:
                if (known := self._out.pop(scope, None)) is not None:
                    known.set()
                    self._logger.info(LogEvent.OUTAGE_ENDED, scope=scope)
                return answer

    async def _pause(self, over: asyncio.Event, delay_s: float) -> None:
        """Wait, but not longer than until somebody got through."""
        waits = [
            asyncio.ensure_future(self._clock.sleep(delay_s)),
            asyncio.ensure_future(over.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def is_told_to_end(error: BaseException) -> bool:
    """Whether `error` is a cancellation, and somebody did cancel the current task."""
    task = asyncio.current_task()
    told = task is not None and task.cancelling() > 0
    return told and isinstance(error, asyncio.CancelledError)
