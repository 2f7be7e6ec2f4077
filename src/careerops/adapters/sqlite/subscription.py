"""One member of a group, reading one topic."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence

from careerops.adapters.sqlite import groups, records
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.adapters.sqlite.wakeups import Wakeups
from careerops.ports.eventlog import Delivery, LogRecord


class SqliteSubscription:
    """`Subscription` on SQLite: reads ahead of what is settled, under a lease."""

    def __init__(
        self,
        member: groups.Member,
        writer: WriterThread,
        reader: DatabaseThread,
        wakeups: Wakeups,
        on_close: Callable[["SqliteSubscription"], None],
    ) -> None:
        """Read as `member`."""
        self.member = member
        self._writer = writer
        self._reader = reader
        self._wakeups = wakeups
        self._on_close = on_close
        self._next = member.position
        self._delivered = member.suspects_below
        self._reading = asyncio.Lock()
        self._over = False

    @property
    def assigned(self) -> bool:
        """Whether it is the member of its group."""
        return not self._over

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

        Cancelling loses nothing: the place moves on only in the step that returns.

        Raises:
            Fenced: another member owns the group now.
            Outage: the log cannot be read (scope `log`).
        """
        async with self._reading:
            while True:
                seen = self._wakeups.count(self.member.topic)
                self._check()
                found = await self._reader.run(self._read_op(limit))
                if not found:
                    await self._wakeups.wait(self.member.topic, seen)
                    continue
                await self._mark_delivered(found[-1].offset + 1)
                self._next = found[-1].offset + 1
                ahead = self.member.settled_ahead
                if fresh := [self._delivery(r) for r in found if r.offset not in ahead]:
                    return fresh

    async def attempt(self, delivery: Delivery) -> None:
        """Record durably that `delivery` is about to run alone; settling it removes the record.

        Raises:
            Fenced: another member owns the group now.
        """
        self._check()
        group_id, offset = self.member.group_id, delivery.record.offset

        def op(connection: sqlite3.Connection) -> None:
            groups.attempt(connection, group_id, delivery.epoch, offset)

        await self._writer.run(op)

    async def rest(self, delivery: Delivery) -> None:
        """Record durably that `delivery` does not run now, and is not settled.

        Raises:
            Fenced: another member owns the group now.
        """
        self._check()
        group_id, offset = self.member.group_id, delivery.record.offset

        def op(connection: sqlite3.Connection) -> None:
            groups.rest(connection, group_id, delivery.epoch, offset)

        await self._writer.run(op)

    async def close(self) -> None:
        """Leave the group cleanly: the next member has no suspects. Idempotent."""
        if self._over:
            return
        self.end()
        group_id, epoch = self.member.group_id, self.member.epoch
        await self._writer.run(lambda connection: groups.leave(connection, group_id, epoch))

    def end(self) -> None:
        """This member is over: it was closed or fenced. Whoever waits in `receive` is told."""
        self._over = True
        self._on_close(self)
        self._wakeups.bump([self.member.topic])

    async def _mark_delivered(self, below: int) -> None:
        """Before the hand-over: after an unclean stop these are the suspects, and no others."""
        if below > self._delivered:
            await self._writer.run(lambda c: groups.deliver(c, self.member, below))
            self._delivered = below

    def _check(self) -> None:
        if self._over:
            raise groups.fenced()

    def _read_op(self, limit: int) -> Callable[[sqlite3.Connection], list[LogRecord]]:
        member, offset = self.member, self._next

        def op(connection: sqlite3.Connection) -> list[LogRecord]:
            groups.check_epoch(connection, member.group_id, member.epoch)
            return records.read(connection, member.topic, offset, limit)

        return op

    def _delivery(self, record: LogRecord) -> Delivery:
        member = self.member
        return Delivery(
            record,
            member.group,
            member.epoch,
            member.deaths.get(record.offset, 0),
            record.offset < member.suspects_below,
        )
