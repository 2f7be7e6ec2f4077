"""What stands in the topics and how far each group is, as the brokers say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from careerops.adapters.kafka.offsets import GroupOffsets, Spot
from careerops.adapters.kafka.tracker import Standing
from careerops.ports.eventlog import GroupInfo, TopicInfo


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group as the brokers know it: its committed offsets."""

    name: str
    committed: Mapping[Spot, int] = field(default_factory=dict)

    def reads(self, topic: str) -> bool:
        """Whether it has read `topic`."""
        return any(name == topic for name, _ in self.committed)


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
    position = state.committed.get(spot, start)
    if standing is not None and standing.watermark is not None:
        position = standing.watermark
    elif position > end:
        # The log went back since: whoever takes the partition over begins at the start.
        position = start
    position = max(position, start)
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
