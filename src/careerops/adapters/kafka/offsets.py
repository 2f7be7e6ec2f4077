"""How far groups have committed, asked of the brokers by a consumer that joins nothing.

Not by the admin client: its question for a group's offsets ends the process with a segmentation
fault while the group's coordinator is not there (librdkafka 2.16, `rd_kafka_handle_OffsetFetch`
looks for a consumer group that an admin client has not).
"""

import asyncio
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from careerops.adapters.kafka.clients import error_of, meaning

Spot = tuple[str, int]
"""(topic, partition)."""


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
            return await asyncio.to_thread(self._of, group, spots)

    async def close(self) -> None:
        """Close the consumers. Idempotent."""
        async with self._turn:
            consumers, self._consumers = self._consumers, {}
            for consumer in consumers.values():
                await asyncio.to_thread(consumer.close)

    def _of(self, group: str, spots: Sequence[Spot]) -> dict[Spot, int]:
        consumer = self._consumers.get(group)
        if consumer is None:
            consumer = self._consumers[group] = self._build(group)
        asked = [TopicPartition(self._prefix + topic, partition) for topic, partition in spots]
        try:
            known = consumer.committed(asked, timeout=self._timeout_s)
        except KafkaException as exception:
            raise meaning(error_of(exception)) from None
        for place in known:
            if place.error is not None:
                raise meaning(place.error)
        return {
            spot: each.offset for spot, each in zip(spots, known, strict=True) if each.offset >= 0
        }
