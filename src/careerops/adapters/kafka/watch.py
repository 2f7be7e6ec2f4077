"""What may be done to topics while they are read: partitions are added, or one is made anew.

The brokers tell nobody, so they are asked every few seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from careerops.adapters.kafka.topics import Shape
from careerops.domain.errors import CareerOpsError
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger

EVERY_S: Final = 3.0

Ask = Callable[[], Awaitable[Mapping[str, Shape]]]


class OnRenewed(Protocol):
    """Is told that a topic is another log now, or, if the one before was not `known`, which."""

    def __call__(self, topic: str, log_id: str, *, known: bool) -> None:
        """At once, on the event loop."""


class TopicWatch:
    """Knows the topics as they were when it looked last."""

    def __init__(self, ask: Ask, partitions: Mapping[str, int], on_renewed: OnRenewed) -> None:
        """`ask` says what there is now; a topic that it leaves out is kept as it was."""
        self._ask = ask
        self._on_renewed = on_renewed
        self._shapes = {name: Shape(number) for name, number in partitions.items()}
        self._turn = asyncio.Lock()
        self._nudged = asyncio.Event()
        self._logger = get_logger("log")

    @property
    def partitions(self) -> dict[str, int]:
        """Topic -> how many partitions it has."""
        return {name: shape.partitions for name, shape in self._shapes.items()}

    def log_id(self, topic: str) -> str:
        """The id of a topic, '' while it is not known."""
        return self._shapes[topic].log_id

    async def look(self) -> None:
        """Ask now.

        Raises:
            Outage: the brokers do not answer (scope `log`).
        """
        async with self._turn:
            for topic, now in (await self._ask()).items():
                self._compare(topic, self._shapes[topic], now)

    def nudge(self) -> None:
        """Something happened that a change of the topics may be behind: ask soon."""
        self._nudged.set()

    async def look_for_ever(self) -> None:
        """Ask every few seconds, or when nudged; while there is no answer, nothing changes."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._nudged.wait()
            self._nudged.clear()
            with suppress(CareerOpsError):  # whoever reads or writes learns of it, too, and says so
                await self.look()

    def _compare(self, topic: str, before: Shape, now: Shape) -> None:
        now = now if now.log_id else replace(now, log_id=before.log_id)
        self._shapes[topic] = now
        if now.partitions > before.partitions:
            self._logger.warning(LogEvent.PARTITIONS_ADDED, topic=topic, count=now.partitions)
        if now.log_id != before.log_id:
            self._on_renewed(topic, now.log_id, known=bool(before.log_id))
