"""The log on SQLite: a table a topic, one partition each."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from careerops.adapters.sqlite import groups, records, settling
from careerops.adapters.sqlite.background import Background
from careerops.adapters.sqlite.codec import to_us
from careerops.adapters.sqlite.leases import Leases
from careerops.adapters.sqlite.life import Life
from careerops.adapters.sqlite.overview import Overview
from careerops.adapters.sqlite.subscription import SqliteSubscription
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.adapters.sqlite.wakeups import Wakeups, data_version
from careerops.domain.errors import ConfigurationError, Permanent
from careerops.domain.verdicts import Record
from careerops.ports.eventlog import LogRecord, OnRevoked, Settlement, TopicInfo


class SqliteLog:
    """`EventLog` on SQLite. `settle` is one transaction, so records appear exactly once."""

    def __init__(
        self,
        writer: WriterThread,
        reader: DatabaseThread,
        *,
        topics: Sequence[str],
        life: Life,
        now: Callable[[], datetime],
    ) -> None:
        """Share the database's threads and its life; must be constructed on the event loop."""
        self._writer = writer
        self._reader = reader
        self._topics = tuple(topics)
        self._known = frozenset(topics)
        self._life = life
        self._overview = Overview(self._topics, life.is_gone)
        self._now = now
        self._wakeups = Wakeups()
        self._leases = Leases(writer, now)
        self._background = Background(self._on_death)
        self._background.start(
            "log-watch", self._wakeups.watch(lambda: reader.run(data_version), life.traces)
        )
        self._background.start("log-leases", self._leases.keep())

    @property
    def beats(self) -> dict[str, float]:
        """None: nothing of it turns without being asked."""
        return {}

    async def publish(self, records_: Sequence[Record]) -> None:
        """Append `records_` in order, all or none; returns once they are durable.

        Raises:
            Permanent: a record is too large (reason `too_large`), or of a topic that does not
                exist (reason `unknown_topic`).
            Outage: the log cannot be written (scope `log`).
        """
        rows = records.rows_by_topic(records_, to_us(self._now()))
        self._check_known(rows)

        def op(connection: sqlite3.Connection) -> None:
            for topic, added in rows.items():
                records.append(connection, topic, added)

        if rows:
            await self._writer.run(op)
            self._wakeups.bump(rows)

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> SqliteSubscription:
        """Join `group` on `topic`, from the group's position (a new group: from the start).

        Raises:
            AlreadyRunning: a living process reads it, or this one does already.
            ConfigurationError: there is no such topic.
        """
        del on_revoked  # its one member keeps the one partition, or is fenced as a whole
        self._check_topic(topic)
        self._background.check()
        now_us, life = to_us(self._now()), self._life
        member = await self._writer.run(
            lambda connection: groups.join(
                connection, (topic, group), life.owner, now_us, life.is_gone
            )
        )
        subscription = SqliteSubscription(
            member, self._writer, self._reader, self._wakeups, self._leases.forget
        )
        self._leases.add(subscription)
        return subscription

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Make settlements durable, all in one transaction; repeating one changes nothing.

        Raises:
            Fenced: an input belongs to an epoch that is over. Nothing of the call is done then.
            Permanent: as `publish`, for an output; nothing is done.
            Outage: the log cannot be written (scope `log`).
        """
        if settlements:
            plan = settling.plan(settlements, to_us(self._now()))
            topics = plan.topics
            self._check_known(topics)
            await self._writer.run(plan.run)
            self._wakeups.bump(topics)

    async def read(
        self, topic: str, offset: int, limit: int, partition: int = 0
    ) -> Sequence[LogRecord]:
        """At most `limit` records from `offset` on, without joining any group; [] at the end.

        Raises:
            ConfigurationError: there is no such topic.
        """
        self._check_topic(topic, partition)
        return await self._reader.run(
            lambda connection: records.read(connection, topic, offset, limit)
        )

    async def wait(self, topic: str, offset: int, partition: int = 0) -> None:
        """Return once `topic` holds a record at or beyond `offset`, whichever process wrote it."""
        self._check_topic(topic, partition)
        while True:
            seen = self._wakeups.count(topic)
            self._background.check()
            if await self._reader.run(lambda connection: records.holds(connection, topic, offset)):
                return
            await self._wakeups.wait(topic, seen)

    async def topics(self) -> Sequence[TopicInfo]:
        """Every topic with the groups that read it, all as of one moment."""
        now_us = to_us(self._now())
        found = await self._reader.run(lambda connection: self._overview.topics(connection, now_us))
        self._wakeups.noticed(self._overview.version)
        return found

    async def trim(self, topic: str, before: datetime, keep: Collection[int] = frozenset()) -> int:
        """Delete records older than `before` that every registered group has settled, but `keep`.

        Returns:
            how many were deleted.
        """
        self._check_topic(topic)
        before_us, kept = to_us(before), json.dumps(sorted(keep))
        end = await self._reader.run(
            lambda connection: records.first_since(connection, topic, before_us)
        )
        total = 0
        while number := await self._writer.run(
            lambda connection: records.trim_chunk(
                connection, topic, groups.lowest_position(connection, topic, end), kept
            )
        ):
            total += number
        return total

    async def close(self) -> None:
        """Leave all groups cleanly and stop what runs in the background. Idempotent."""
        await self._background.stop()
        await self._leases.leave_all()
        self._wakeups.bump_all()

    def _on_death(self) -> None:
        """Without its background tasks a log neither wakes nor keeps its leases: all is over."""
        self._leases.end_all()
        self._wakeups.bump_all()

    def _check_topic(self, topic: str, partition: int = 0) -> None:
        if partition:
            raise ConfigurationError(f"{topic} has no partition {partition}: each topic has one")
        if topic not in self._topics:
            raise ConfigurationError(
                f"there is no topic {topic!r}: name one of {', '.join(self._topics)}"
            )

    def _check_known(self, topics: Iterable[str]) -> None:
        if not self._known.issuperset(topics):
            raise Permanent("a record is for a topic that does not exist", reason="unknown_topic")
