"""The ledger: what was told to whom, durable before and after every send."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from careerops.adapters.sqlite.codec import from_us, maybe_time, maybe_us, to_us
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.errors import Fenced
from careerops.ops.owner import is_gone
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_COLUMNS: Final = (
    "notification_id, channel, account, event_id, payload, due_us, worth_until_us, status,"
    " attempts, unknown, changed_us, reason"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM ledger"  # noqa: S608  # constants only


class SqliteLedger:
    """`Ledger` on SQLite.

    An entry whose send has begun and is to be tried again holds back the later ones of its
    account and channel, so that they are told in order; one that was never begun and is not due
    yet (a reminder for tomorrow) holds back nothing.
    """

    def __init__(self, writer: WriterThread, reader: DatabaseThread) -> None:
        """Share the database's threads."""
        self._writer = writer
        self._reader = reader

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        rows = [_row(entry, to_us(now)) for entry in entries]

        def op(connection: sqlite3.Connection) -> int:
            return connection.executemany(
                "INSERT OR IGNORE INTO ledger (notification_id, channel, account, event_id,"
                " payload, due_us, worth_until_us, status, changed_us)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?)",
                rows,
            ).rowcount

        return await self._writer.run(op) if rows else 0

    async def claim(
        self, channel: str, owner: str, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[EntryState]:
        """Take due entries for sending: at most the first of each account, oldest first.

        Marks each SENDING, counts the attempt. An account with one in SENDING gives none.
        """
        now_us, lease_us = to_us(now), to_us(lease_until)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            chosen = _choose(connection, channel, now_us, limit)
            connection.executemany(
                "UPDATE ledger SET status = 'sending', attempts = attempts + 1, changed_us = ?,"
                " owner = ?, lease_us = ?, reason = '' WHERE id = ?",
                [(now_us, owner, lease_us, number) for number in chosen],
            )
            return _by_id(connection, chosen)

        return await self._writer.run(op)

    async def finish(
        self,
        state: EntryState,
        status: DeliveryStatus,
        now: datetime,
        *,
        reason: str = "",
        due: datetime | None = None,
        unknown: bool = False,
    ) -> None:
        """Say how a claimed send ended. PLANNED (with `due`) tries again later.

        `unknown` counts a send whose outcome was not learnt. Saying the same again changes nothing.

        Raises:
            Fenced: the send was recovered by another sender meanwhile, who decides about it now.
        """
        entry = state.entry
        new = (status.value, to_us(now), reason, maybe_us(due), state.unknown + unknown)
        claimed = (entry.notification_id, entry.channel, state.attempts, state.unknown)

        def op(connection: sqlite3.Connection) -> None:
            cursor = connection.execute(
                "UPDATE ledger SET status = ?, changed_us = ?, reason = ?,"
                " due_us = coalesce(?, due_us), unknown = ?, owner = '', lease_us = 0"
                " WHERE notification_id = ? AND channel = ? AND attempts = ? AND unknown = ?"
                " AND status = 'sending'",
                (*new, *claimed),
            )
            if not cursor.rowcount and not _ended_so(connection, state, status, unknown=unknown):
                raise Fenced("another sender has taken over this notification")

        await self._writer.run(op)

    async def recover(self, channel: str, owner: str, now: datetime) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`.

        Each is counted as unknown and leased for as long as before.
        """
        now_us = to_us(now)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            sending = connection.execute(
                "SELECT id, owner, lease_us FROM ledger WHERE channel = ? AND status = 'sending'"
                " ORDER BY id",
                (channel,),
            ).fetchall()
            orphans = [
                number for number, holder, until in sending if until <= now_us or is_gone(holder)
            ]
            connection.executemany(
                "UPDATE ledger SET unknown = unknown + 1, owner = ?1,"
                " lease_us = ?2 + max(lease_us - changed_us, 0), changed_us = ?2 WHERE id = ?3",
                [(owner, now_us, number) for number in orphans],
            )
            return _by_id(connection, orphans)

        return await self._writer.run(op)

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan a FAILED, UNKNOWN or EXPIRED entry again, due now and without an end.

        Returns False where there is no such entry or it is in another state.
        """
        now_us = to_us(now)

        def op(connection: sqlite3.Connection) -> bool:
            cursor = connection.execute(
                "UPDATE ledger SET status = 'planned', due_us = ?1, worth_until_us = NULL,"
                " changed_us = ?1, reason = '' WHERE notification_id = ?2 AND channel = ?3"
                " AND status IN ('failed', 'unknown', 'expired')",
                (now_us, notification_id, channel),
            )
            return cursor.rowcount > 0

        return await self._writer.run(op)

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        now_us = to_us(now)

        def op(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE ledger SET status = 'expired', changed_us = ?1, reason = 'worth_until'"
                " WHERE channel = ?2 AND status = 'planned' AND worth_until_us < ?1",
                (now_us, channel),
            ).rowcount

        return await self._writer.run(op)

    async def next_due(self, channel: str) -> datetime | None:
        """When the earliest planned entry of `channel` is due, None without one."""

        def op(connection: sqlite3.Connection) -> int | None:
            row = connection.execute(
                "SELECT min(due_us) FROM ledger WHERE channel = ? AND status = 'planned'",
                (channel,),
            ).fetchone()
            return None if row[0] is None else int(row[0])

        return maybe_time(await self._reader.run(op))

    async def entries(self, event_id: str = "", limit: int = 1000) -> Sequence[EntryState]:
        """Entries about one event, or of all; newest first."""
        condition = "WHERE event_id = ?" if event_id else "WHERE ? = ''"
        statement = f"{_SELECT} {condition} ORDER BY id DESC LIMIT ?"

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            return [_state(row) for row in connection.execute(statement, (event_id, limit))]

        return await self._reader.run(op)

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""

        def op(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
            rows = connection.execute(
                "SELECT channel, status, count(*) FROM ledger GROUP BY channel, status"
            )
            return {(channel, status): number for channel, status, number in rows}

        return await self._reader.run(op)


def _choose(connection: sqlite3.Connection, channel: str, now_us: int, limit: int) -> list[int]:
    """The ids to claim: of each account that may send, the first entry due."""
    busy = connection.execute(
        "SELECT DISTINCT account FROM ledger WHERE channel = ? AND status = 'sending'", (channel,)
    )
    taken = {account for (account,) in busy}
    chosen: list[int] = []
    for number, account in _candidates(connection, channel, now_us):
        if len(chosen) >= limit:
            break
        if account not in taken:
            taken.add(account)
            if number is not None:
                chosen.append(number)
    return chosen


def _candidates(
    connection: sqlite3.Connection, channel: str, now_us: int
) -> Iterator[tuple[int | None, str]]:
    """(id, account) of what is due, in the order planned; None: a retry that holds its account."""
    planned = connection.execute(
        "SELECT id, account, due_us, attempts FROM ledger"
        " WHERE channel = ? AND status = 'planned' ORDER BY id",
        (channel,),
    )
    for number, account, due_us, attempts in planned:
        if due_us <= now_us:
            yield number, account
        elif attempts:
            yield None, account


def _ended_so(
    connection: sqlite3.Connection, state: EntryState, status: DeliveryStatus, *, unknown: bool
) -> bool:
    row = connection.execute(
        "SELECT status, attempts, unknown FROM ledger WHERE notification_id = ? AND channel = ?",
        (state.entry.notification_id, state.entry.channel),
    ).fetchone()
    return row is not None and tuple(row) == (status, state.attempts, state.unknown + unknown)


def _by_id(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[EntryState]:
    return [
        _state(connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone())
        for number in numbers
    ]


def _row(entry: Entry, now_us: int) -> tuple[Any, ...]:
    return (
        entry.notification_id,
        entry.channel,
        entry.account,
        entry.event_id,
        entry.payload,
        to_us(entry.due),
        maybe_us(entry.worth_until),
        now_us,
    )


def _state(row: tuple[Any, ...]) -> EntryState:
    notification_id, channel, account, event_id, payload, due_us, worth_us, *rest = row
    status, attempts, unknown, changed_us, reason = rest
    entry = Entry(
        notification_id, channel, account, event_id, payload, from_us(due_us), maybe_time(worth_us)
    )
    return EntryState(entry, DeliveryStatus(status), attempts, unknown, from_us(changed_us), reason)
