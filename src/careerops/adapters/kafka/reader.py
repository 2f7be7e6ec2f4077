"""Reading without a group: a consumer that is placed where somebody wants to look."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from careerops.adapters.kafka.clients import error_of, known_topic
from careerops.adapters.kafka.detached import CLOSE_S, detached
from careerops.adapters.kafka.messages import record_of
from careerops.adapters.kafka.topics import patiently
from careerops.domain.errors import Outage
from careerops.ports.eventlog import LogRecord

_MAX_READ_BYTES: Final = 8 * 1024 * 1024
_EOF: Final = KafkaError._PARTITION_EOF  # noqa: SLF001  # the client's own codes have such names
_PASSING: Final = frozenset({KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN})  # noqa: SLF001  # the same


class Reader:
    """Looks at one place at a time; calls wait for their turn. Its consumer is made when needed."""

    def __init__(self, build: Callable[[], Consumer], prefix: str, timeout_s: float) -> None:
        """Give up after `timeout_s` seconds without an answer."""
        self._build = build
        self._prefix = prefix
        self._timeout_s = timeout_s
        self._consumer: Consumer | None = None
        self._next: tuple[str, int, int] | None = None
        self._turn = asyncio.Lock()

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        """At most `limit` records from `offset` on; [] at the end.

        Asked again while a partition's leader is being elected.

        Raises:
            Outage: the brokers do not answer (scope `log`).
        """

        def attempt() -> Awaitable[list[LogRecord]]:
            return detached(self._read, topic, partition, offset, limit)

        async with self._turn:
            return await patiently(attempt, self._timeout_s)

    async def close(self) -> None:
        """Close the consumer, unless brokers keep it. Idempotent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S), self._turn:
                consumer, self._consumer = self._consumer, None
                if consumer is not None:
                    await detached(consumer.close)

    def _read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        consumer = self._consumer = self._consumer or self._build()
        place = TopicPartition(self._prefix + topic, partition, max(offset, 0))
        try:
            if self._next != (topic, partition, offset):
                start, end = consumer.get_watermark_offsets(place, timeout=self._timeout_s)
                if place.offset >= end:
                    return []
                place.offset = max(place.offset, start)
                consumer.assign([place])
            self._next = None
            found, ended = self._gather(consumer, topic, limit)
        except KafkaException as exception:
            raise known_topic(error_of(exception)) from None
        if found and not ended:
            self._next = (topic, partition, found[-1].offset + 1)
        return found

    def _gather(self, consumer: Consumer, topic: str, limit: int) -> tuple[list[LogRecord], bool]:
        """Records, and whether the end was seen: it is told of once, so reading is placed anew."""
        found: list[LogRecord] = []
        size_bytes = 0
        deadline = time.monotonic() + self._timeout_s
        while len(found) < limit and size_bytes < _MAX_READ_BYTES:
            message = consumer.poll(max(0.0, deadline - time.monotonic()))
            if message is None:
                raise Outage("Kafka does not answer: check its brokers", scope="log")
            error = message.error()
            if error is None:
                found.append(record_of(message, topic))
                size_bytes += len(found[-1].value)
            elif error.code() == _EOF:
                return found, True
            elif error.code() not in _PASSING:
                raise known_topic(error)
        return found, False
