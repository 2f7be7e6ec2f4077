"""The log in memory, one partition a topic."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.errors import AlreadyRunning, ConfigurationError, Fenced, Outage, Permanent
from careerops.domain.limits import check_record
from careerops.domain.verdicts import Record
from careerops.ports.clock import Clock
from careerops.ports.eventlog import (
    Delivery,
    GroupInfo,
    LogRecord,
    OnRevoked,
    Settlement,
    TopicInfo,
)


@dataclass(slots=True)
class _Group:
    """How far a group is with a topic, and who reads for it.

    `running` holds the offsets being tried alone, `deaths` how many processes died at which.
    """

    name: str
    position: int
    epoch: int = 0
    delivered: int = 0
    member: "MemorySubscription | None" = None
    crashed: bool = False
    ahead: set[int] = field(default_factory=set)
    running: set[int] = field(default_factory=set)
    deaths: dict[int, int] = field(default_factory=dict)

    def is_settled(self, offset: int) -> bool:
        return offset < self.position or offset in self.ahead

    def mark(self, offset: int) -> None:
        self.ahead.add(offset)
        self.running.discard(offset)
        self.deaths.pop(offset, None)
        while self.position in self.ahead:
            self.ahead.discard(self.position)
            self.position += 1


@dataclass(slots=True)
class _Topic:
    """Records from offset `start` on, without gaps."""

    name: str
    start: int = 0
    records: list[LogRecord] = field(default_factory=list)
    groups: dict[str, _Group] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.start + len(self.records)

    def read(self, offset: int, limit: int) -> list[LogRecord]:
        first = max(0, offset - self.start)
        return self.records[first : first + limit]


class MemorySubscription:
    """`Subscription` in memory."""

    def __init__(self, log: "MemoryLog", topic: _Topic, group: _Group, suspects_below: int) -> None:
        """Read `topic` under the group's epoch of now."""
        self._log = log
        self._topic = topic
        self._group = group
        self._epoch = group.epoch
        self._next = group.position
        self._suspects_below = suspects_below

    @property
    def assigned(self) -> bool:
        """Whether it is the member of its group."""
        return self._group.epoch == self._epoch

    @property
    def partitions(self) -> frozenset[int]:
        """The one partition, while it is the member."""
        return frozenset({0}) if self.assigned else frozenset()

    @property
    def holes(self) -> dict[int, int]:
        """Nothing: the log itself keeps what is settled ahead."""
        return {}

    async def receive(self, limit: int) -> Sequence[Delivery]:
        """Wait until there is something, then hand over at most `limit` deliveries.

        Raises:
            Fenced: another member owns the group now.
        """
        while True:
            changed = self._log.changed
            self._check()
            found = self._topic.read(self._next, limit)
            if not found:
                await changed.wait()
                continue
            self._next = found[-1].offset + 1
            self._group.delivered = max(self._group.delivered, self._next)
            if fresh := [self._delivery(r) for r in found if not self._group.is_settled(r.offset)]:
                return fresh

    async def attempt(self, delivery: Delivery) -> None:
        """Record that `delivery` is about to run alone; settling it removes the record.

        Raises:
            Fenced: another member owns the group now.
        """
        self._check()
        self._group.running.add(delivery.record.offset)

    async def rest(self, delivery: Delivery) -> None:
        """Record that `delivery` does not run now, and is not settled.

        Raises:
            Fenced: another member owns the group now.
        """
        self._check()
        self._group.running.discard(delivery.record.offset)

    async def close(self) -> None:
        """Leave the group cleanly: the next member has no suspects. Idempotent."""
        if self._group.epoch == self._epoch and self._group.member is self:
            self._group.member = None
            self._group.epoch += 1
            self._group.running.clear()
            self._group.delivered = 0
            self._log.notify()

    def _check(self) -> None:
        if self._group.epoch != self._epoch:
            raise _fenced()

    def _delivery(self, record: LogRecord) -> Delivery:
        deaths = self._group.deaths.get(record.offset, 0)
        suspect = record.offset < self._suspects_below
        return Delivery(record, self._group.name, self._epoch, deaths, suspect)


class MemoryLog:
    """`EventLog` in memory: `settle` is atomic, so records appear exactly once."""

    def __init__(self, verdicts: MemoryVerdicts, clock: Clock, topics: Sequence[str]) -> None:
        """Keep verdicts in `verdicts`; records carry the time of `clock`."""
        self._verdicts = verdicts
        self._clock = clock
        self._topics = {name: _Topic(name) for name in topics}
        self._closed = False
        self.changed = asyncio.Event()

    def notify(self) -> None:
        """Wake whoever waits, to look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def crash(self) -> None:
        """As if the process had died: its members are gone and have not left cleanly."""
        for topic in self._topics.values():
            for group in topic.groups.values():
                group.crashed = group.member is not None

    @property
    def beats(self) -> dict[str, float]:
        """None: nothing of it turns without being asked."""
        return {}

    async def publish(self, records: Sequence[Record]) -> None:
        """Append `records` in order, all or none.

        Raises:
            Permanent: too large (reason `too_large`), or of no topic (reason `unknown_topic`).
            Outage: the log is closed (scope `log`).
        """
        self._check_open()
        self._check(records)
        self._append(records)

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> MemorySubscription:
        """Join `group` on `topic`, from the group's position (a new group: from the start).

        Raises:
            AlreadyRunning: it has a member.
            ConfigurationError: there is no such topic.
        """
        del on_revoked  # its one member keeps the one partition for as long as it lives
        place = self._topic(topic)
        found = place.groups.setdefault(group, _Group(group, place.start))
        if found.member is not None and not found.crashed:
            raise AlreadyRunning(f"{topic} is already being read for {group}: stop that first")
        if found.crashed:
            for offset in found.running:
                found.deaths[offset] = found.deaths.get(offset, 0) + 1
            found.running.clear()
        suspects_below = found.delivered if found.crashed else 0
        found.epoch, found.crashed = found.epoch + 1, False
        found.member = MemorySubscription(self, place, found, suspects_below)
        self.notify()
        return found.member

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Settle all of `settlements`; repeating one changes nothing.

        Raises:
            Fenced: an input belongs to an epoch that is over. Nothing of the call is done then.
            Permanent: as `publish`, for an output; nothing is done.
            Outage: the log is closed (scope `log`).
        """
        self._check_open()
        groups = [self._group_of(settlement.delivery) for settlement in settlements]
        for settlement in settlements:
            self._check(settlement.outputs)
        for settlement, group in zip(settlements, groups, strict=True):
            offset = settlement.delivery.record.offset
            if not group.is_settled(offset):
                verdict = settlement.verdict
                if verdict is None or self._verdicts.insert(verdict):
                    self._append(settlement.outputs)
                group.mark(offset)

    async def read(
        self, topic: str, offset: int, limit: int, partition: int = 0
    ) -> Sequence[LogRecord]:
        """At most `limit` records from `offset` on, without joining any group; [] at the end."""
        return self._topic(topic, partition).read(offset, limit)

    async def wait(self, topic: str, offset: int, partition: int = 0) -> None:
        """Return once `topic` holds a record at or beyond `offset`."""
        place = self._topic(topic, partition)
        while not place.read(offset, 1):
            self._check_open()
            await self.changed.wait()

    async def topics(self) -> Sequence[TopicInfo]:
        """Every topic with the groups that read it."""
        return tuple(_info(topic) for topic in self._topics.values())

    async def trim(self, topic: str, before: datetime, keep: Collection[int] = frozenset()) -> int:
        """Delete records older than `before` that every group has settled, up to one to keep."""
        place = self._topic(topic)
        limit = min((group.position for group in place.groups.values()), default=place.end)
        limit = min((limit, *(offset for offset in keep if offset >= place.start)))
        number = 0
        while place.start + number < limit and place.records[number].time < before:
            number += 1
        del place.records[:number]
        place.start += number
        return number

    async def close(self) -> None:
        """Leave all groups cleanly. Idempotent."""
        self._closed = True
        members = [g.member for t in self._topics.values() for g in t.groups.values()]
        for member in members:
            if member is not None:
                await member.close()
        self.notify()

    def reopen(self) -> None:
        """Accept calls again after `close`: the next life of the process."""
        self._closed = False

    def _topic(self, name: str, partition: int = 0) -> _Topic:
        if partition:
            raise ConfigurationError(f"{name} has no partition {partition}: each topic has one")
        if name not in self._topics:
            raise ConfigurationError(f"there is no topic {name!r}")
        return self._topics[name]

    def _group_of(self, delivery: Delivery) -> _Group:
        group = self._topic(delivery.record.topic).groups.get(delivery.group)
        if group is None or group.epoch != delivery.epoch:
            raise _fenced()
        return group

    def _check_open(self) -> None:
        if self._closed:
            raise Outage("the log is closed", scope="log")

    def _check(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.topic not in self._topics:
                raise Permanent(
                    "a record is for a topic that does not exist", reason="unknown_topic"
                )
            check_record(record)

    def _append(self, records: Iterable[Record]) -> None:
        now = self._clock.now()
        for record in records:
            topic = self._topics[record.topic]
            topic.records.append(
                LogRecord(topic.name, 0, topic.end, record.key, now, record.headers, record.value)
            )
        self.notify()


def _fenced() -> Fenced:
    return Fenced("another member has taken over this group: this one must stop")


def _info(topic: _Topic) -> TopicInfo:
    groups = tuple(_group_info(topic, group) for group in topic.groups.values())
    return TopicInfo(topic.name, 0, topic.start, topic.end, groups)


def _group_info(topic: _Topic, group: _Group) -> GroupInfo:
    waiting = topic.read(group.position, 1)
    return GroupInfo(
        group=group.name,
        topic=topic.name,
        partition=0,
        position=group.position,
        lag=topic.end - group.position - len(group.ahead),
        settled_ahead=len(group.ahead),
        member="this process" if group.member is not None and not group.crashed else "",
        oldest_unsettled=waiting[0].time if waiting else None,
    )
