"""What stands in the topics and how far each group is, as the brokers say."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from careerops.adapters.kafka.topics import awaited
from careerops.adapters.kafka.tracker import Standing
from careerops.ports.eventlog import GroupInfo, TopicInfo

_EARLIEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the client leaves it so
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the same

Spot = tuple[str, int]
"""(topic, partition)."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group as the brokers know it: its committed offsets."""

    name: str
    committed: Mapping[Spot, int] = field(default_factory=dict)

    def reads(self, topic: str) -> bool:
        """Whether it has read `topic`."""
        return any(name == topic for name, _ in self.committed)


async def bounds(
    admin: AdminClient, prefix: str, spots: Sequence[Spot], timeout_s: float
) -> dict[Spot, tuple[int, int]]:
    """First and next offset of each partition. Raises `Outage`."""
    places = [TopicPartition(prefix + topic, partition) for topic, partition in spots]
    isolation = IsolationLevel.READ_COMMITTED
    starts, ends = (
        admin.list_offsets(
            dict.fromkeys(places, spec), isolation_level=isolation, request_timeout=timeout_s
        )
        for spec in (_EARLIEST, _LATEST)
    )
    first = await asyncio.gather(*(awaited(starts[place]) for place in places))
    last = await asyncio.gather(*(awaited(ends[place]) for place in places))
    found = zip(spots, first, last, strict=True)
    return {spot: (start.offset, end.offset) for spot, start, end in found}


async def groups(
    admin: AdminClient, prefix: str, names: Sequence[str], timeout_s: float
) -> list[GroupState]:
    """The groups `names`, in that order, with names as we know them. Raises `Outage`.

    Which member reads what is not asked for: the client (2.16) takes the whole process with it when
    a broker is not there while it is asked to describe a group.
    """
    ids = [prefix + name for name in names]
    asked = [
        admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(each)], request_timeout=timeout_s
        )[each]
        for each in ids
    ]
    offsets = await asyncio.gather(*(awaited(future) for future in asked))
    return [
        GroupState(
            name,
            {
                _spot(place, prefix): place.offset
                for place in known.topic_partitions or ()
                if place.offset >= 0
            },
        )
        for name, known in zip(names, offsets, strict=True)
    ]


def _spot(place: TopicPartition, prefix: str) -> Spot:
    return place.topic.removeprefix(prefix), place.partition


def topic_info(
    spot: Spot,
    within: tuple[int, int],
    states: Sequence[GroupState],
    known: Mapping[str, Standing | None],
) -> TopicInfo:
    """One partition with the groups that read its topic.

    `known` holds the groups that this process is a member of, and how the partition stands there
    if it is assigned to it: that is newer than what was committed.
    """
    topic, partition = spot
    groups_of_it = tuple(
        _group_info(spot, within, state, known.get(state.name))
        for state in states
        if state.reads(topic) or state.name in known
    )
    return TopicInfo(topic, partition, *within, groups_of_it)


def _group_info(
    spot: Spot, within: tuple[int, int], state: GroupState, standing: Standing | None
) -> GroupInfo:
    start, end = within
    position = max(state.committed.get(spot, start), start)
    if standing is not None and standing.watermark is not None:
        position = max(position, standing.watermark)
    ahead = standing.holes if standing is not None else 0
    return GroupInfo(
        group=state.name,
        topic=spot[0],
        partition=spot[1],
        position=position,
        lag=max(0, end - position - ahead),
        settled_ahead=ahead,
        member="" if standing is None else "this process",
        oldest_unsettled=standing.oldest if standing is not None else None,
    )
