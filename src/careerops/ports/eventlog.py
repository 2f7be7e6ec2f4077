"""The log: what arrived, and what was said between stages."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from careerops.domain.verdicts import Headers, Record, Verdict


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record as it stands in the log.

    Attributes:
        topic, partition, offset: its place. Offsets grow within a partition and may have gaps.
        key: records of one key are in the order they were published.
        time: when it was appended (UTC).
        headers, value: the bytes as published.
    """

    topic: str
    partition: int
    offset: int
    key: str
    time: datetime
    headers: Headers
    value: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record handed to one member of a group, under the epoch of that member's assignment.

    Attributes:
        record: what was delivered.
        group: to which group.
        epoch: the assignment it belongs to; a settlement of a stale epoch is refused or dropped.
        deaths: how often a process died while it tried this record as a suspect (see `attempt`).
        suspect: it was delivered and unsettled when a process of this group stopped uncleanly:
            the engine runs it behind `attempt`, and alone once somebody has died at it. What
            was never delivered is no suspect, so a large backlog is not slowed down by a crash.
    """

    record: LogRecord
    group: str
    epoch: int
    deaths: int = 0
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """One input is done: these outputs are to be published, this was decided."""

    delivery: Delivery
    outputs: tuple[Record, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """How far a group is with a topic. `lag` counts records not settled yet."""

    group: str
    topic: str
    partition: int
    position: int
    lag: int
    settled_ahead: int = 0
    member: str = ""
    oldest_unsettled: datetime | None = None


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """A topic's partition: offsets `start` (first kept) to `end` (next to be written)."""

    topic: str
    partition: int
    start: int
    end: int
    groups: tuple[GroupInfo, ...] = ()


OnRevoked = Callable[[int, int], Awaitable[None]]
"""(partition, epoch): this assignment is over. Called on the event loop; what of it waits is to be
forgotten at once, and it returns when nothing of it is at work any more. The log waits for that
only so long; what settles later keeps its verdict, and nothing else of it counts."""


class Subscription(Protocol):
    """One member of a group, reading one topic."""

    @property
    def assigned(self) -> bool:
        """Whether its group has given it a share of the topic, which may be empty."""
        ...

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that it reads now."""
        ...

    @property
    def holes(self) -> Mapping[int, int]:
        """Partition -> records settled above its watermark, where this member keeps count."""
        ...

    async def receive(self, limit: int) -> Sequence[Delivery]:
        """Wait until there is something, then hand over at most `limit` deliveries.

        Delivery: at least once. Each unsettled record is handed over once an epoch, in offset
        order within a partition. Cancelling loses nothing: what was not returned comes again.
        A log with several members a group may take partitions away (see `OnRevoked`).

        Raises:
            Fenced: another member owns the group now.
        """
        ...

    async def attempt(self, delivery: Delivery) -> None:
        """Record durably that a suspect is about to run; settling it removes the record.

        Raises:
            Fenced: another member owns the group now.
        """
        ...

    async def rest(self, delivery: Delivery) -> None:
        """Record durably that a suspect does not run now, and is not settled: it waits.

        Who waits when the process dies is not to blame. Nothing happens to one that is settled.

        Raises:
            Fenced: another member owns the group now.
        """
        ...

    async def close(self) -> None:
        """Leave the group cleanly: the next member has no suspects. Idempotent."""
        ...


class DeliverySource(Protocol):
    """What a worker reads from and settles with."""

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> Subscription:
        """Join `group` on `topic`; see `EventLog.subscribe`."""
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Make settlements durable; see `EventLog.settle`."""
        ...


class EventLog(DeliverySource, Protocol):
    """Topics of records: append, read in order, settle.

    A topic may hold an event id more than once; readers deduplicate by verdict, the log never does.
    Cancelling `publish` or `settle` leaves it open whether it happened; both may be repeated.
    """

    @property
    def beats(self) -> Mapping[str, float]:
        """Threads of the log that never rest -> when each turned last, in monotonic seconds."""
        ...

    async def publish(self, records: Sequence[Record]) -> None:
        """Append `records` in order; returns once they are durable.

        Raises:
            Permanent: a record is larger than the log carries (reason `too_large`).
            Outage: the log cannot be written (scope `log`).
        """
        ...

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> Subscription:
        """Join `group` on `topic`, from the group's position (a new group: from the start).

        `on_revoked` is told of each assignment that ends before the subscription does.

        Raises:
            AlreadyRunning: the log allows one live member a group and there is one.
        """
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Make settlements durable: the verdict before or with the outputs, then the input.

        The first verdict for a key stands; where one stands already, this settlement's outputs
        are not published: those of the verdict were, or (on a log that cannot write both in one
        step) are published again. Outputs of one call are appended in its order.

        An input whose epoch is over is not settled: a log with one member a group raises `Fenced`
        and does nothing of the call; a log that moves partitions between living members keeps
        the verdict, for the member that is handed the input again, and drops the rest of it.

        Raises:
            Fenced: see above.
            Permanent: an output is larger than the log carries (reason `too_large`), or of a topic
                that does not exist (reason `unknown_topic`); nothing is settled.
            Outage: the log cannot be written (scope `log`).
        """
        ...

    async def read(
        self, topic: str, offset: int, limit: int, partition: int = 0
    ) -> Sequence[LogRecord]:
        """At most `limit` records from `offset` on, without joining any group; [] at the end."""
        ...

    async def wait(self, topic: str, offset: int, partition: int = 0) -> None:
        """Return once a record stands at or beyond `offset`, whichever process wrote it."""
        ...

    async def trim(self, topic: str, before: datetime, keep: Collection[int] = frozenset()) -> int:
        """Delete records older than `before` (UTC) that every registered group has settled.

        Those at the offsets `keep` stay. A log that deletes from its beginning only leaves what
        stands behind them too.

        Returns how many; 0 from a log that keeps its own retention.
        """
        ...

    async def topics(self) -> Sequence[TopicInfo]:
        """Every partition of every topic, with the groups that read it."""
        ...

    async def close(self) -> None:
        """Flush and close. Idempotent."""
        ...
