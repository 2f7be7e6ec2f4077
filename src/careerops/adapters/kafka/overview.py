"""What stands in the topics and how far each group is, as the brokers say."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from careerops.adapters.kafka.offsets import GroupOffsets, Spot
from careerops.adapters.kafka.topics import awaited
from careerops.adapters.kafka.tracker import Standing
from careerops.ports.eventlog import GroupInfo, TopicInfo

_EARLIEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the client leaves it so
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the same


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
    offsets: GroupOffsets, names: Sequence[str], spots: Sequence[Spot]
) -> list[GroupState]:
    """The groups `names`, in that order. Raises `Outage`.

    Which member reads what is not asked for: describing a group, too, can end the process where
    its coordinator is gone; members say themselves what they read.
    """
    return [GroupState(name, await offsets.of(name, spots)) for name in names]


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
