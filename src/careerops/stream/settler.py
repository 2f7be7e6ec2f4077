"""Settlements, gathered into as few durable writes as the log's speed suggests."""

import asyncio
from collections import deque
from collections.abc import Callable

from careerops.domain.errors import Outage, Permanent
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import Logger
from careerops.ports.clock import Clock
from careerops.ports.eventlog import EventLog, Settlement
from careerops.stream.message import Message
from careerops.stream.retry import RetryPolicy

_MAX_BATCH = 500


class Settler:
    """Takes settlements in order, writes them in order, says when each is durable.

    While the log cannot be written it keeps what it was given and tries again; what it was given
    is bounded by the worker's high water.
    """

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        logger: Logger,
        on_settled: Callable[[Message, Settlement], None],
        on_refused: Callable[[Message, Permanent], None],
    ) -> None:
        """Tell the worker, on the event loop, how each settlement ended.

        Args:
            log: where to write.
            clock: for waiting while the log is out.
            logger: the stage's.
            on_settled: called once a settlement is durable.
            on_refused: called when the log will never take one (an output is too large); it is
                to hand over another outcome for the message.
        """
        self._log = log
        self._clock = clock
        self._logger = logger
        self._on_settled = on_settled
        self._on_refused = on_refused
        self._queue: deque[tuple[Message, Settlement]] = deque()
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._policy = RetryPolicy(base_delay_s=0.2, max_delay_s=10.0)

    def add(self, message: Message, settlement: Settlement) -> None:
        """Hand over `message`'s outcome; returns at once."""
        self._queue.append((message, settlement))
        self._empty.clear()
        self._wake.set()

    async def flushed(self) -> None:
        """Return once everything handed over is durable."""
        await self._empty.wait()

    async def run(self) -> None:
        """Write for ever. Raises `Fenced` when the group was taken over."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                size = min(len(self._queue), _MAX_BATCH)
                try:
                    await self._settle(size)
                except Permanent:
                    # One of them is at fault: write each alone, so that only that one fails.
                    for _ in range(size):
                        await self._settle_one()
            self._empty.set()

    async def _settle(self, size: int) -> None:
        batch = [self._queue[i] for i in range(size)]
        await self._write([settlement for _, settlement in batch])
        for message, settlement in batch:
            self._queue.popleft()
            self._on_settled(message, settlement)

    async def _settle_one(self) -> None:
        try:
            await self._settle(1)
        except Permanent as error:
            message, _ = self._queue.popleft()
            self._on_refused(message, error)

    async def _write(self, batch: list[Settlement]) -> None:
        failures = 0
        while True:
            try:
                await self._log.settle(batch)
            except Outage as outage:
                failures += 1
                if failures == 1:
                    self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
                await self._clock.sleep(self._policy.delay_s(failures))
            else:
                if failures:
                    self._logger.info(LogEvent.OUTAGE_ENDED, scope="log")
                return
