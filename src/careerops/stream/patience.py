"""Asking a store again for as long as it is out: nothing of what was to be written is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import Logger
from careerops.ports.clock import Clock
from careerops.stream.retry import RetryPolicy

T = TypeVar("T")


class Patience:
    """Repeats a call that may be repeated until the outage is over; says so once a scope.

    The first call that gets through wakes all that wait for the same scope.
    """

    def __init__(self, clock: Clock, logger: Logger) -> None:
        """Wait by `clock`, with growing delays of at most 5 s."""
        self._clock = clock
        self._logger = logger
        self._policy = RetryPolicy(base_delay_s=0.2, max_delay_s=5.0)
        self._out: dict[str, asyncio.Event] = {}

    async def __call__(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` answers. Other errors than `Outage` come through."""
        failures = 0
        scope = ""
        while True:
            try:
                answer = await ask()
            except Outage as outage:
                failures += 1
                scope = outage.scope
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
