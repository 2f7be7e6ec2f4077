"""The ledger: what was told to whom, durable before and after every send."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from careerops.adapters.sqlite.codec import from_us, maybe_time, maybe_us, to_us
from careerops.adapters.sqlite.life import Life
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.errors import Fenced
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_COLUMNS: Final = (
    "notification_id, channel, account, event_id, payload, due_us, worth_until_us, type, status,"
    " attempts, unknown, changed_us, reason"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM ledger"  # noqa: S608  # constants only

_INSERT: Final = (
    "INSERT OR IGNORE INTO ledger (notification_id, channel, account, event_id, payload, due_us,"
    " worth_until_us, type, status, changed_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?)"
)
_TRIM_CHUNK: Final = 2000
_Lane = tuple[str, str]
"""(channel, account)."""


class SqliteLedger:
    """`Ledger` on SQLite. A look at what is due costs no more with a long backlog."""

    def __init__(
        self, writer: WriterThread, reader: DatabaseThread, now: Callable[[], datetime], life: Life
    ) -> None:
        """Share the database's threads; `now` is the time leases expire by, `life` knows owners."""
        self._writer = writer
        self._reader = reader
        self._now = now
        self._is_gone = life.is_gone

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        rows = [_row(entry, to_us(now)) for entry in entries]

        def op(connection: sqlite3.Connection) -> int:
            return connection.executemany(_INSERT, rows).rowcount

        return await self._writer.run(op) if rows else 0

    async def due(
        self,
        channels: Collection[str],
        now: datetime,
        limit: int,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """What may be sent now: of each (channel, account) the first planned entry that is due."""
        now_us, ours, held = to_us(now), frozenset(channels), frozenset(but)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            # Nearly always there is nothing due, which one look at an index tells.
            (first,) = connection.execute(
                "SELECT min(due_us) FROM ledger WHERE status = 'planned'"
            ).fetchone()
            if first is None or first > now_us:
                return []
            rows = [
                row
                for lane in _lanes(connection)
                if lane[0] in ours and (row := _foremost(connection, lane, now_us, held))
            ]
            return [_state(row[1:]) for row in sorted(rows)[:limit]]

        return await self._reader.run(op)

    async def claim(
        self, state: EntryState, owner: str, now: datetime, lease_s: float
    ) -> EntryState | None:
        """Take an entry for sending, SENDING for `lease_s` seconds; counts the attempt."""
        entry, now_us = state.entry, to_us(now)
        lease_us = to_us(self._now()) + int(lease_s * 1e6)
        named = (entry.notification_id, entry.channel)

        def op(connection: sqlite3.Connection) -> EntryState | None:
            changed = connection.execute(
                "UPDATE ledger SET status = 'sending', attempts = attempts + 1, changed_us = ?,"
                " begun_us = ?, owner = ?, lease_us = ?, reason = ''"
                " WHERE notification_id = ? AND channel = ? AND status = 'planned'"
                " AND attempts = ? AND unknown = ?",
                (now_us, now_us, owner, lease_us, *named, state.attempts, state.unknown),
            ).rowcount
            return _named(connection, *named) if changed else None

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
        """Say how a claimed send ended. Saying the same again changes nothing.

        Raises:
            Fenced: somebody else has changed the entry meanwhile, and decides about it now.
        """
        entry = state.entry
        new = (status.value, to_us(now), reason, maybe_us(due), state.unknown + unknown)
        claimed = (entry.notification_id, entry.channel, state.attempts, state.unknown)

        def op(connection: sqlite3.Connection) -> None:
            cursor = connection.execute(
                "UPDATE ledger SET status = ?, changed_us = ?, reason = ?,"
                " due_us = coalesce(?, due_us), unknown = ?, owner = '', lease_us = 0"
                " WHERE notification_id = ? AND channel = ? AND attempts = ? AND unknown = ?"
                " AND status IN ('sending', 'planned')",
                (*new, *claimed),
            )
            if not cursor.rowcount and not _ended_so(connection, state, status, unknown=unknown):
                raise Fenced("another sender has taken over this notification")

        await self._writer.run(op)

    async def recover(
        self,
        channels: Collection[str],
        owner: str,
        lease_s: float,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`."""
        ours, held, now_us = frozenset(channels), frozenset(but), to_us(self._now())
        lease_us = now_us + int(lease_s * 1e6)

        def look(connection: sqlite3.Connection) -> list[int]:
            sending = connection.execute(
                "SELECT id, notification_id, channel, owner, lease_us FROM ledger"
                " WHERE status = 'sending'"
            )
            return [
                number
                for number, name, channel, holder, until in sending
                if channel in ours
                and (name, channel) not in held
                and (until <= now_us or self._is_gone(holder))
            ]

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            orphans = sorted(look(connection))
            connection.executemany(
                "UPDATE ledger SET unknown = unknown + 1, owner = ?, lease_us = ?, changed_us = ?"
                " WHERE id = ?",
                [(owner, lease_us, now_us, number) for number in orphans],
            )
            return [_by_id(connection, number) for number in orphans]

        # A look first: it needs no lock, and there is hardly ever anything.
        return await self._writer.run(op) if await self._reader.run(look) else []

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan an entry that has ended and was not sent again, due at once, without an end."""
        return await self._decide(
            "status = 'planned', due_us = 0, worth_until_us = NULL, unknown = 0",
            "status NOT IN ('sent', 'sending', 'planned')",
            (to_us(now), notification_id, channel),
        )

    async def drop(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Never send an entry, by a person's wish. False where there is none, or it is SENT."""
        return await self._decide(
            "status = 'dropped'",
            "status NOT IN ('sent', 'sending')",
            (to_us(now), notification_id, channel),
        )

    async def _decide(self, change: str, where: str, values: tuple[int, str, str]) -> bool:
        def op(connection: sqlite3.Connection) -> bool:
            cursor = connection.execute(
                f"UPDATE ledger SET {change}, changed_us = ?, reason = ''"  # noqa: S608  # constants only
                f" WHERE notification_id = ? AND channel = ? AND {where}",
                values,
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

    async def begun_since(self, channel: str, account: str, since: datetime) -> Sequence[datetime]:
        """When the last send of each entry of (channel, account) began, those after `since`."""
        values = (channel, account, to_us(since))

        def op(connection: sqlite3.Connection) -> list[datetime]:
            rows = connection.execute(
                "SELECT begun_us FROM ledger WHERE channel = ? AND account = ? AND begun_us > ?",
                values,
            )
            return [from_us(at_us) for (at_us,) in rows]

        return await self._reader.run(op)

    async def backlog(
        self, channel: str, account: str, now: datetime, limit: int
    ) -> Sequence[EntryState]:
        """What of (channel, account) is planned and due, in the order planned."""
        statement = (
            f"{_SELECT} WHERE channel = ? AND account = ? AND status = 'planned' AND due_us <= ?"
            " ORDER BY id LIMIT ?"
        )
        values = (channel, account, to_us(now), limit)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            return [_state(row) for row in connection.execute(statement, values)]

        return await self._reader.run(op)

    async def fold(self, summary: Entry, folded: Sequence[EntryState], now: datetime) -> None:
        """Plan `summary` and drop `folded`, which it tells, as far as they are still planned."""
        now_us = to_us(now)
        names = [(now_us, *state.entry.identity) for state in folded]

        def op(connection: sqlite3.Connection) -> None:
            connection.execute(_INSERT, _row(summary, now_us))
            connection.executemany(
                "UPDATE ledger SET status = 'dropped', reason = 'summary', changed_us = ?"
                " WHERE notification_id = ? AND channel = ? AND status = 'planned'",
                names,
            )

        await self._writer.run(op)

    async def strays(self, channels: Collection[str], limit: int) -> Sequence[EntryState]:
        """Planned entries of channels that are not among `channels`, oldest first."""
        ours = frozenset(channels)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            others = [name for name in _channels(connection) if name not in ours]
            marks = ", ".join("?" * len(others))
            rows = connection.execute(
                f"{_SELECT} WHERE status = 'planned' AND channel IN ({marks}) ORDER BY id LIMIT ?",
                (*others, limit),
            )
            return [_state(row) for row in rows]

        return await self._reader.run(op)

    async def find(self, prefix: str, limit: int) -> Sequence[EntryState]:
        """Entries whose notification id begins with `prefix`, newest first."""
        statement = (
            f"{_SELECT} WHERE notification_id >= ? AND notification_id < ? ORDER BY id DESC LIMIT ?"
        )
        values = (prefix, prefix + "\U0010ffff", limit)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            return [_state(row) for row in connection.execute(statement, values)]

        return await self._reader.run(op)

    async def entries(
        self, event_id: str = "", limit: int = 1000, *, statuses: Collection[DeliveryStatus] = ()
    ) -> Sequence[EntryState]:
        """Entries about one event, or of all; of `statuses` if any are given; newest first."""
        wanted = tuple(statuses) or tuple(DeliveryStatus)
        marks = ", ".join("?" * len(wanted))
        condition = "event_id = ?" if event_id else "? = ''"
        statement = f"{_SELECT} WHERE {condition} AND status IN ({marks}) ORDER BY id DESC LIMIT ?"
        values = (event_id, *wanted, limit)

        def op(connection: sqlite3.Connection) -> list[EntryState]:
            return [_state(row) for row in connection.execute(statement, values)]

        return await self._reader.run(op)

    async def trim(self, before: datetime) -> int:
        """Forget what was SENT, EXPIRED or DROPPED before `before`; returns how many."""
        before_us = to_us(before)

        def op(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE changed_us < ?"
                " AND status IN ('sent', 'expired', 'dropped') LIMIT ?)",
                (before_us, _TRIM_CHUNK),
            ).rowcount

        trimmed = 0
        while piece := await self._writer.run(op):  # in pieces: nobody waits long behind one
            trimmed += piece
        return trimmed

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""

        def op(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
            rows = connection.execute(
                "SELECT channel, status, count(*) FROM ledger GROUP BY channel, status"
            )
            return {(channel, status): number for channel, status, number in rows}

        return await self._reader.run(op)


def _channels(connection: sqlite3.Connection) -> Iterator[str]:
    """The channels with something planned, one step of the index for each."""
    name = ""
    while row := connection.execute(
        "SELECT channel FROM ledger WHERE status = 'planned' AND channel > ?"
        " ORDER BY channel LIMIT 1",
        (name,),
    ).fetchone():
        (name,) = row
        yield name


def _lanes(connection: sqlite3.Connection) -> Iterator[_Lane]:
    """Each (channel, account) with something planned, one step of the index for each."""
    lane = ("", "")
    while row := connection.execute(
        "SELECT channel, account FROM ledger WHERE status = 'planned'"
        " AND (channel, account) > (?, ?) ORDER BY channel, account LIMIT 1",
        lane,
    ).fetchone():
        lane = row
        yield lane


def _foremost(
    connection: sqlite3.Connection, lane: _Lane, now_us: int, held: frozenset[tuple[str, str]]
) -> tuple[Any, ...] | None:
    """The id and columns of the first entry of `lane` to send, None if there is none now."""
    sending = connection.execute(
        "SELECT notification_id, channel FROM ledger"
        " WHERE channel = ? AND account = ? AND status = 'sending'",
        lane,
    )
    if any(row not in held for row in sending):
        return None
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM ledger WHERE channel = ? AND account = ?"  # noqa: S608  # constants only
        " AND status = 'planned' AND due_us <= ? ORDER BY id",
        (*lane, now_us),
    )
    return next((row for row in rows if (row[1], row[2]) not in held), None)


def _ended_so(
    connection: sqlite3.Connection, state: EntryState, status: DeliveryStatus, *, unknown: bool
) -> bool:
    row = connection.execute(
        "SELECT status, attempts, unknown FROM ledger WHERE notification_id = ? AND channel = ?",
        (state.entry.notification_id, state.entry.channel),
    ).fetchone()
    return row is not None and tuple(row) == (status, state.attempts, state.unknown + unknown)


def _by_id(connection: sqlite3.Connection, number: int) -> EntryState:
    return _state(connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone())


def _named(connection: sqlite3.Connection, notification_id: str, channel: str) -> EntryState:
    statement = f"{_SELECT} WHERE notification_id = ? AND channel = ?"
    return _state(connection.execute(statement, (notification_id, channel)).fetchone())


def _row(entry: Entry, now_us: int) -> tuple[Any, ...]:
    return (
        entry.notification_id,
        entry.channel,
        entry.account,
        entry.event_id,
        entry.payload,
        0 if entry.due is None else to_us(entry.due),
        maybe_us(entry.worth_until),
        entry.type,
        now_us,
    )


def _state(row: tuple[Any, ...]) -> EntryState:
    notification_id, channel, account, event_id, payload, due_us, worth_us, kind, *rest = row
    status, attempts, unknown, changed_us, reason = rest
    due, worth = maybe_time(due_us or None), maybe_time(worth_us)
    entry = Entry(notification_id, channel, account, event_id, payload, due, worth, kind)
    return EntryState(entry, DeliveryStatus(status), attempts, unknown, from_us(changed_us), reason)
