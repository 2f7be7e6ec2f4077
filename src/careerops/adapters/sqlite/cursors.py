"""Sources: cursors, seen mails, conversation roots, and the lease to read a source."""

import sqlite3
from collections.abc import Sequence

from careerops.adapters.sqlite import groups
from careerops.adapters.sqlite.codec import to_us
from careerops.adapters.sqlite.life import Life
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.domain.identity import pack_digest, short_digest, unpack_digest
from careerops.ops.owner import describe
from careerops.ops.renewals import Renewals
from careerops.ports.clock import Clock
from careerops.ports.cursors import Intake, Lease


class SqliteCursors:
    """`CursorStore` on SQLite."""

    def __init__(
        self, writer: WriterThread, reader: DatabaseThread, clock: Clock, life: Life
    ) -> None:
        """Share the database's threads and its life; leases expire by `clock`."""
        self._writer = writer
        self._reader = reader
        self._now = clock.now
        self._is_gone = life.is_gone
        self._renewals: Renewals[Lease] = Renewals(clock.monotonic, self._prolong)

    @property
    def lease_s(self) -> float:
        """How long a lease is to be taken for."""
        return groups.LEASE_S

    async def acquire(self, source: str, owner: str, ttl_s: float) -> Lease:
        """Take the lease on `source`; a dead process's is taken over at once.

        Raises:
            AlreadyRunning: another live owner holds it.
        """
        now_us = to_us(self._now())
        expires_us = now_us + int(ttl_s * 1e6)

        def op(connection: sqlite3.Connection) -> Lease:
            row = connection.execute(
                "SELECT owner, epoch, expires_us FROM sources WHERE source = ?", (source,)
            ).fetchone()
            holder, epoch, held_until_us = row or ("", 0, 0)
            if holder != owner and groups.is_alive(holder, held_until_us, now_us, self._is_gone):
                raise AlreadyRunning(
                    f"{describe(holder)} already reads the mailbox {source}: stop it first"
                )
            connection.execute(
                "INSERT INTO sources (source, owner, epoch, expires_us) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (source) DO UPDATE SET owner = ?2, epoch = ?3, expires_us = ?4",
                (source, owner, epoch + 1, expires_us),
            )
            return Lease(source, owner, epoch + 1)

        lease = await self._writer.run(op)
        self._renewals.hold(lease)
        return lease

    async def renew(self, lease: Lease, ttl_s: float) -> None:
        """Prolong, with all others of this process. Raises `Fenced` if it was taken over."""
        await self._renewals.renew(lease, ttl_s)

    async def _prolong(self, leases: Sequence[Lease], ttl_s: float) -> Sequence[bool]:
        expires_us = to_us(self._now()) + int(ttl_s * 1e6)

        def op(connection: sqlite3.Connection) -> list[bool]:
            return [
                connection.execute(
                    "UPDATE sources SET expires_us = ? WHERE source = ? AND epoch = ?",
                    (expires_us, lease.source, lease.epoch),
                ).rowcount
                == 1
                for lease in leases
            ]

        return await self._writer.run(op)

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it was taken over."""

        def op(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE sources SET owner = '', epoch = epoch + 1 WHERE source = ? AND epoch = ?",
                (lease.source, lease.epoch),
            )

        self._renewals.drop(lease)
        await self._writer.run(op)

    async def cursor(self, source: str) -> str | None:
        """The last committed position, None for a source never read."""

        def op(connection: sqlite3.Connection) -> str | None:
            row = connection.execute(
                "SELECT cursor FROM sources WHERE source = ?", (source,)
            ).fetchone()
            return None if row is None else row[0]

        return await self._reader.run(op)

    async def locators(self, source: str) -> frozenset[str]:
        """All locators committed for `source`."""

        def op(connection: sqlite3.Connection) -> frozenset[str]:
            rows = connection.execute(
                "SELECT locator FROM locators WHERE source_id ="
                " (SELECT id FROM source_numbers WHERE source = ?)",
                (source,),
            )
            return frozenset(locator for (locator,) in rows)

        return await self._reader.run(op)

    async def seen(self, account: str, event_ids: Sequence[str]) -> frozenset[str]:
        """Those of `event_ids` that were published before, by any source of `account`."""
        wanted = {event_id: short_digest(account, event_id) for event_id in event_ids}

        def op(connection: sqlite3.Connection) -> frozenset[str]:
            known = "SELECT 1 FROM seen WHERE id = ?"
            return frozenset(
                event_id
                for event_id, short in wanted.items()
                if connection.execute(known, (short,)).fetchone()
            )

        return await self._reader.run(op)

    async def roots(self, account: str, message_ids: Sequence[str]) -> dict[str, str]:
        """The conversation roots recorded for these Message-ID digests."""
        wanted = {message_id: short_digest(account, message_id) for message_id in message_ids}

        def op(connection: sqlite3.Connection) -> dict[str, str]:
            known = "SELECT root FROM roots WHERE id = ?"
            rows = (
                (m, connection.execute(known, (short,)).fetchone()) for m, short in wanted.items()
            )
            return {
                message_id: unpack_digest(row[0], message_id) for message_id, row in rows if row
            }

        return await self._reader.run(op)

    async def commit(self, lease: Lease, account: str, intake: Intake) -> None:
        """Record `intake` in one transaction; the last root recorded for a mail holds.

        Raises:
            Fenced: the lease is another's; nothing is recorded.
        """

        def op(connection: sqlite3.Connection) -> None:
            _check(connection, lease)
            _record(connection, lease.source, account, intake)

        await self._writer.run(op)

    async def sources(self) -> dict[str, str | None]:
        """Every source ever read, with its cursor."""

        def op(connection: sqlite3.Connection) -> dict[str, str | None]:
            rows = connection.execute(
                "SELECT source, cursor FROM sources WHERE committed ORDER BY source"
            )
            return dict(rows.fetchall())

        return await self._reader.run(op)

    async def reset(self, source: str) -> bool:
        """Forget cursor and locators (never what was seen); False if the source is unknown.

        Raises:
            AlreadyRunning: a living process reads it, and would write its own place over this.
        """
        now_us = to_us(self._now())

        def op(connection: sqlite3.Connection) -> bool:
            row = connection.execute(
                "SELECT owner, expires_us FROM sources WHERE source = ? AND committed", (source,)
            ).fetchone()
            if row is None:
                return False
            if groups.is_alive(row[0], row[1], now_us, self._is_gone):
                raise AlreadyRunning(
                    f"{describe(row[0])} reads the mailbox {source} now: stop it, then reset"
                )
            # Whoever held it and does not live for us finds the lease taken, should it wake.
            connection.execute(
                "UPDATE sources SET cursor = NULL, owner = '', epoch = epoch + 1 WHERE source = ?",
                (source,),
            )
            connection.execute(
                "DELETE FROM locators WHERE source_id ="
                " (SELECT id FROM source_numbers WHERE source = ?)",
                (source,),
            )
            return True

        return await self._writer.run(op)


def _check(connection: sqlite3.Connection, lease: Lease) -> None:
    row = connection.execute(
        "SELECT epoch FROM sources WHERE source = ?", (lease.source,)
    ).fetchone()
    if row is None or row[0] != lease.epoch:
        raise Fenced("another process has taken over this mailbox: this one must stop reading it")


def _record(connection: sqlite3.Connection, source: str, account: str, intake: Intake) -> None:
    connection.execute(
        "UPDATE sources SET cursor = coalesce(?, cursor), committed = 1 WHERE source = ?",
        (intake.cursor, source),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO seen VALUES (?)",
        [(short_digest(account, event_id),) for event_id in intake.seen],
    )
    if intake.locators:
        connection.execute("INSERT OR IGNORE INTO source_numbers (source) VALUES (?)", (source,))
    connection.executemany(
        "INSERT OR IGNORE INTO locators SELECT id, ? FROM source_numbers WHERE source = ?",
        [(locator, source) for locator in intake.locators],
    )
    connection.executemany(
        "INSERT INTO roots VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET root = excluded.root",
        [
            (short_digest(account, message_id), pack_digest(root, message_id))
            for message_id, root in intake.roots.items()
        ],
    )
