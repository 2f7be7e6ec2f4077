"""The ledger: what was told to whom, durable before and after every send."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from careerops.adapters.postgres.codec import maybe_utc, utc
from careerops.adapters.postgres.sessions import Row, Sessions
from careerops.domain.errors import Fenced
from careerops.ops.owner import is_gone_from_here
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_COLUMNS: Final = (
    "notification_id, channel, account, event_id, payload, due, worth_until, type, status,"
    " attempts, unknown, changed_at, reason"
)
# What is due at once has no time of anybody's clock.
_AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TRIM_CHUNK: Final = 2000
# In the order given, which is the order planned.
_PLAN: Final = """
INSERT INTO careerops.ledger (notification_id, channel, account, event_id, payload, due,
  worth_until, type, status, changed_at)
SELECT notification_id, channel, account, event_id, payload, due, worth_until, type, 'planned', %s
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[],
  %b::timestamptz[], %b::text[]) WITH ORDINALITY
  AS given (notification_id, channel, account, event_id, payload, due, worth_until, type, number)
ORDER BY number
ON CONFLICT DO NOTHING
"""
# One step of the index for each (channel, account), however much waits behind it.
_DUE: Final = f"""
WITH RECURSIVE lane AS (
  (SELECT channel, account FROM careerops.ledger WHERE status = 'planned'
    ORDER BY channel, account LIMIT 1)
  UNION ALL
  SELECT following.channel, following.account FROM lane CROSS JOIN LATERAL (
    SELECT channel, account FROM careerops.ledger WHERE status = 'planned'
    AND (channel, account) > (lane.channel, lane.account) ORDER BY channel, account LIMIT 1
  ) AS following
)
SELECT foremost.* FROM lane CROSS JOIN LATERAL (
  SELECT id, {_COLUMNS} FROM careerops.ledger
  WHERE channel = lane.channel AND account = lane.account AND status = 'planned' AND due <= %s
  AND NOT EXISTS (SELECT FROM unnest(%b::text[], %b::text[]) AS held (name, way)
    WHERE name = notification_id AND way = channel)
  ORDER BY id LIMIT 1
) AS foremost
WHERE lane.channel = ANY (%b::text[]) AND NOT EXISTS (
  SELECT FROM careerops.ledger AS busy
  WHERE busy.channel = lane.channel AND busy.account = lane.account AND busy.status = 'sending'
  AND NOT EXISTS (SELECT FROM unnest(%b::text[], %b::text[]) AS held (name, way)
    WHERE name = busy.notification_id AND way = busy.channel)
)
ORDER BY foremost.id LIMIT %s
"""  # noqa: S608  # constants only
_CLAIM: Final = f"""
UPDATE careerops.ledger SET status = 'sending', attempts = attempts + 1, changed_at = %s,
  begun_at = %s, owner = %s, lease_until = clock_timestamp() + make_interval(secs => %s),
  reason = ''
WHERE notification_id = %s AND channel = %s AND status = 'planned' AND attempts = %s
AND unknown = %s
RETURNING id, {_COLUMNS}
"""  # noqa: S608  # constants only
_FOLD: Final = (
    "UPDATE careerops.ledger SET status = 'dropped', reason = 'summary', changed_at = %s"
    " WHERE notification_id = ANY (%b::text[]) AND channel = %s AND status = 'planned'"
)
# As long as the entry is what was read: its sender may have ended well meanwhile.
_RECOVER: Final = f"""
UPDATE careerops.ledger SET unknown = unknown + 1, owner = %s, changed_at = clock_timestamp(),
  lease_until = clock_timestamp() + make_interval(secs => %s)
FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[]) AS orphan (number, holder, until)
WHERE id = number AND owner = holder AND lease_until = until AND status = 'sending'
RETURNING id, {_COLUMNS}
"""  # noqa: S608  # constants only


class PostgresLedger:
    """`Ledger` on PostgreSQL. Leases are counted by the server's clock alone."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        if not entries:
            return 0
        columns = zip(*map(_row, entries), strict=True)
        return await self._sessions.changed(_PLAN, (now, *map(list, columns)))

    async def due(
        self,
        channels: Collection[str],
        now: datetime,
        limit: int,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """What may be sent now: of each (channel, account) the first planned entry that is due."""
        held = [name for name, _ in but], [channel for _, channel in but]
        rows = await self._sessions.rows(_DUE, (now, *held, list(channels), *held, limit))
        return [_state(row) for row in rows]

    async def claim(
        self, state: EntryState, owner: str, now: datetime, lease_s: float
    ) -> EntryState | None:
        """Take an entry for sending, SENDING for `lease_s` seconds; counts the attempt."""
        name = state.entry.identity
        values = (now, now, owner, lease_s, *name, state.attempts, state.unknown)
        rows = await self._sessions.rows(_CLAIM, values)
        return _state(rows[0]) if rows else None

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
        name = (state.entry.notification_id, state.entry.channel)
        count = state.unknown + unknown
        ended = await self._sessions.changed(
            "UPDATE careerops.ledger SET status = %s, changed_at = %s, reason = %s,"
            " due = coalesce(%s, due), unknown = %s, owner = '', lease_until = NULL"
            " WHERE notification_id = %s AND channel = %s AND attempts = %s AND unknown = %s"
            " AND status IN ('sending', 'planned')",
            (status.value, now, reason, due, count, *name, state.attempts, state.unknown),
        )
        if not ended:
            found = await self._sessions.rows(
                "SELECT status, attempts, unknown FROM careerops.ledger"
                " WHERE notification_id = %s AND channel = %s",
                name,
            )
            if found != [(status.value, state.attempts, count)]:
                raise Fenced("another sender has taken over this notification")

    async def recover(
        self,
        channels: Collection[str],
        owner: str,
        lease_s: float,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`.

        Of an owner on another host nothing is known until its lease is over.
        """
        sending = await self._sessions.rows(
            "SELECT id, owner, lease_until, lease_until <= clock_timestamp(), notification_id,"
            " channel FROM careerops.ledger"
            " WHERE status = 'sending' AND channel = ANY (%b::text[])",
            (list(channels),),
        )
        held = frozenset(but)
        orphans = [
            row[:3]
            for row in sending
            if (row[4], row[5]) not in held and (row[3] or is_gone_from_here(row[1]))
        ]
        if not orphans:
            return []
        columns = map(list, zip(*orphans, strict=True))
        rows = await self._sessions.rows(_RECOVER, (owner, lease_s, *columns))
        return [_state(row) for row in sorted(rows, key=lambda row: int(row[0]))]

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan an entry that has ended and was not sent again, due at once, without an end."""
        revived = await self._sessions.changed(
            "UPDATE careerops.ledger SET status = 'planned', due = %s, worth_until = NULL,"
            " unknown = 0, changed_at = %s, reason = '' WHERE notification_id = %s"
            " AND channel = %s AND status NOT IN ('sent', 'sending', 'planned')",
            (_AT_ONCE, now, notification_id, channel),
        )
        return revived > 0

    async def drop(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Never send an entry, by a person's wish. False where there is none, or it is SENT."""
        dropped = await self._sessions.changed(
            "UPDATE careerops.ledger SET status = 'dropped', changed_at = %s, reason = ''"
            " WHERE notification_id = %s AND channel = %s AND status NOT IN ('sent', 'sending')",
            (now, notification_id, channel),
        )
        return dropped > 0

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        return await self._sessions.changed(
            "UPDATE careerops.ledger SET status = 'expired', changed_at = %s,"
            " reason = 'worth_until'"
            " WHERE channel = %s AND status = 'planned' AND worth_until < %s",
            (now, channel, now),
        )

    async def begun_since(self, channel: str, account: str, since: datetime) -> Sequence[datetime]:
        """When the last send of each entry of (channel, account) began, those after `since`."""
        rows = await self._sessions.rows(
            "SELECT begun_at FROM careerops.ledger"
            " WHERE channel = %s AND account = %s AND begun_at > %s",
            (channel, account, since),
        )
        return [utc(at) for (at,) in rows]

    async def backlog(
        self, channel: str, account: str, now: datetime, limit: int
    ) -> Sequence[EntryState]:
        """What of (channel, account) is planned and due, in the order planned."""
        rows = await self._sessions.rows(
            f"SELECT id, {_COLUMNS} FROM careerops.ledger WHERE channel = %s AND account = %s"  # noqa: S608  # constants only
            " AND status = 'planned' AND due <= %s ORDER BY id LIMIT %s",
            (channel, account, now, limit),
        )
        return [_state(row) for row in rows]

    async def fold(self, summary: Entry, folded: Sequence[EntryState], now: datetime) -> None:
        """Plan `summary` and drop `folded`, which it tells, as far as they are still planned."""
        columns = map(list, zip(_row(summary), strict=True))
        names = [state.entry.notification_id for state in folded]
        fold = (now, names, summary.channel)
        await self._sessions.together([(_PLAN, (now, *columns)), (_FOLD, fold)])

    async def strays(self, channels: Collection[str], limit: int) -> Sequence[EntryState]:
        """Planned entries of channels that are not among `channels`, oldest first."""
        rows = await self._sessions.rows(
            f"SELECT id, {_COLUMNS} FROM careerops.ledger WHERE status = 'planned'"  # noqa: S608  # constants only
            " AND channel <> ALL (%b::text[]) ORDER BY id LIMIT %s",
            (list(channels), limit),
        )
        return [_state(row) for row in rows]

    async def find(self, prefix: str, limit: int) -> Sequence[EntryState]:
        """Entries whose notification id begins with `prefix`, newest first."""
        rows = await self._sessions.rows(
            f"SELECT id, {_COLUMNS} FROM careerops.ledger"  # noqa: S608  # constants only
            " WHERE notification_id >= %s AND notification_id < %s ORDER BY id DESC LIMIT %s",
            (prefix, prefix + "\U0010ffff", limit),
        )
        return [_state(row) for row in rows]

    async def entries(
        self, event_id: str = "", limit: int = 1000, *, statuses: Collection[DeliveryStatus] = ()
    ) -> Sequence[EntryState]:
        """Entries about one event, or of all; of `statuses` if any are given; newest first."""
        wanted = [status.value for status in statuses or DeliveryStatus]
        condition = "event_id = %s" if event_id else "%s = ''"
        rows = await self._sessions.rows(
            f"SELECT id, {_COLUMNS} FROM careerops.ledger WHERE {condition}"  # noqa: S608  # constants only
            " AND status = ANY (%b::text[]) ORDER BY id DESC LIMIT %s",
            (event_id, wanted, limit),
        )
        return [_state(row) for row in rows]

    async def trim(self, before: datetime) -> int:
        """Forget what was SENT, EXPIRED or DROPPED before `before`; returns how many."""
        trimmed = 0
        while piece := await self._sessions.changed(
            "DELETE FROM careerops.ledger WHERE id IN (SELECT id FROM careerops.ledger"
            " WHERE changed_at < %s AND status IN ('sent', 'expired', 'dropped') LIMIT %s)",
            (before, _TRIM_CHUNK),
        ):
            trimmed += piece
        return trimmed

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""
        rows = await self._sessions.rows(
            "SELECT channel, status, count(*) FROM careerops.ledger GROUP BY channel, status"
        )
        return {(channel, status): number for channel, status, number in rows}


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.notification_id,
        entry.channel,
        entry.account,
        entry.event_id,
        entry.payload,
        entry.due or _AT_ONCE,
        entry.worth_until,
        entry.type,
    )


def _state(row: Row) -> EntryState:
    _, notification_id, channel, account, event_id, payload, due, worth_until, kind, *rest = row
    status, attempts, unknown, changed_at, reason = rest
    at, worth = None if due == _AT_ONCE else utc(due), maybe_utc(worth_until)
    entry = Entry(notification_id, channel, account, event_id, payload, at, worth, kind)
    return EntryState(entry, DeliveryStatus(status), attempts, unknown, utc(changed_at), reason)
