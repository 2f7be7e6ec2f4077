"""How far groups have committed and partitions go, asked by consumers that join no group.

Not by the admin client: its questions for offsets can end the process with a segmentation fault
while a coordinator or a leader is not there (librdkafka 2.16: `rd_kafka_handle_OffsetFetch` looks
for a consumer group that an admin client has not; `list_offsets` right after a broker's end).
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from careerops.adapters.kafka.clients import error_of, known_topic
from careerops.adapters.kafka.detached import CLOSE_S, detached

Spot = tuple[str, int]
"""(topic, partition)."""


_END: Final = -1
_BEGINNING: Final = -2
"""Times that stand for the ends of a partition (Kafka's protocol, ListOffsets)."""
_UNHEARD_OF: Final = KafkaError._UNKNOWN_PARTITION  # noqa: SLF001  # the client's own codes have such names
_NOBODY: Final = "nobody"


class GroupOffsets:
    """One consumer a group, made when the group is first asked about."""

    def __init__(self, build: Callable[[str], Consumer], prefix: str, timeout_s: float) -> None:
        """`build` makes a consumer of a group, given its name without `prefix`."""
        self._build = build
        self._prefix = prefix
        self._timeout_s = timeout_s
        self._consumers: dict[str, Consumer] = {}
        self._turn = asyncio.Lock()

    async def of(self, group: str, spots: Sequence[Spot]) -> dict[Spot, int]:
        """The committed offsets of `spots`; those without one are absent.

        Raises:
            Outage: the brokers do not answer (scope `log`).
        """
        async with self._turn:
            return await detached(self._of, group, spots)

    async def bounds(self, spots: Sequence[Spot]) -> dict[Spot, tuple[int, int]]:
        """First and next offset of each partition, of committed records only.

        Raises:
            Outage: the brokers do not answer, or leaders are being elected (scope `log`).
        """
        async with self._turn:
            first = await detached(self._at, _BEGINNING, spots)
            last = await detached(self._at, _END, spots)
        return {spot: (start, last[spot]) for spot, start in first.items()}

    async def close(self) -> None:
        """Close the consumers, unless brokers keep them. Idempotent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S), self._turn:
                consumers, self._consumers = self._consumers, {}
                await asyncio.gather(*(detached(each.close) for each in consumers.values()))

    def _consumer(self, group: str) -> Consumer:
        consumer = self._consumers.get(group)
        if consumer is None:
            consumer = self._consumers[group] = self._build(group)
        return consumer

    def _at(self, end: int, spots: Sequence[Spot]) -> dict[Spot, int]:
        asked = [TopicPartition(self._prefix + topic, p, end) for topic, p in spots]
        try:
            found = self._consumer(_NOBODY).offsets_for_times(asked, timeout=self._timeout_s)
        except KafkaException as exception:
            raise known_topic(error_of(exception)) from None
        _check(self._consumer(_NOBODY), found, self._timeout_s)
        return {spot: place.offset for spot, place in zip(spots, found, strict=True)}

    def _of(self, group: str, spots: Sequence[Spot]) -> dict[Spot, int]:
        consumer = self._consumer(group)
        asked = [TopicPartition(self._prefix + topic, partition) for topic, partition in spots]
        try:
            known = consumer.committed(asked, timeout=self._timeout_s)
        except KafkaException as exception:
            raise known_topic(error_of(exception)) from None
        _check(consumer, known, self._timeout_s)
        return {
            spot: each.offset for spot, each in zip(spots, known, strict=True) if each.offset >= 0
        }


def _check(consumer: Consumer, places: Sequence[TopicPartition], timeout_s: float) -> None:
    """Raise the first error. A client that has not heard of a new partition is told to ask."""
    for place in places:
        if place.error is None:
            continue
        if place.error.code() == _UNHEARD_OF:
            with suppress(KafkaException):  # whoever asks again learns of it
                consumer.list_topics(place.topic, timeout=timeout_s)
        raise known_topic(place.error)
