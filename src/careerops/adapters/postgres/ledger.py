"""The ledger: what was told to whom, durable before and after every send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from careerops.adapters.postgres.codec import maybe_utc, utc
from careerops.adapters.postgres.schema import LOCK_CLASS
from careerops.adapters.postgres.sessions import Row, Sessions
from careerops.domain.errors import Fenced
from careerops.ops.owner import is_gone_from_here
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_COLUMNS: Final = (
    "notification_id, channel, account, event_id, payload, due, worth_until, status,"
    " attempts, unknown, changed_at, reason"
)
# In the order given, which is the order planned.
_PLAN: Final = """
INSERT INTO careerops.ledger (notification_id, channel, account, event_id, payload, due,
  worth_until, status, changed_at)
SELECT notification_id, channel, account, event_id, payload, due, worth_until, 'planned', %s
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[],
  %b::timestamptz[]) WITH ORDINALITY
  AS given (notification_id, channel, account, event_id, payload, due, worth_until, number)
ORDER BY number
ON CONFLICT DO NOTHING
"""
# A sender after the other: the row of an entry does not tell that another one of its account is
# being claimed. The index `ledger_one_send` would refuse that in any case.
_IN_TURN: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_CLAIM: Final = f"""
WITH foremost AS (
  SELECT DISTINCT ON (account) id, due FROM careerops.ledger
  WHERE channel = %s AND status = 'planned' AND (due <= %s OR attempts > 0)
  AND account NOT IN
    (SELECT account FROM careerops.ledger WHERE channel = %s AND status = 'sending')
  ORDER BY account, id
), chosen AS (
  SELECT id FROM foremost WHERE due <= %s ORDER BY id LIMIT %s
)
UPDATE careerops.ledger SET status = 'sending', attempts = attempts + 1, changed_at = %s,
  owner = %s, lease_until = %s, reason = ''
WHERE id IN (SELECT id FROM chosen) AND status = 'planned'
RETURNING id, {_COLUMNS}
"""  # noqa: S608  # constants only
# As long as the entry is what was read: its sender may have ended well meanwhile.
_RECOVER: Final = f"""
UPDATE careerops.ledger SET unknown = unknown + 1, owner = %s, changed_at = %s,
  lease_until = %s + greatest(lease_until - changed_at, interval '0')
FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[]) AS orphan (number, holder, until)
WHERE id = number AND owner = holder AND lease_until = until AND status = 'sending'
RETURNING id, {_COLUMNS}
"""  # noqa: S608  # constants only


class PostgresLedger:
    """`Ledger` on PostgreSQL.

    An entry whose send has begun and is to be tried again holds back the later ones of its
    account and channel, so that they are told in order; one that was never begun and is not due
    yet (a reminder for tomorrow) holds back nothing.
    """

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        if not entries:
            return 0
        columns = zip(*map(_row, entries), strict=True)
        return await self._sessions.changed(_PLAN, (now, *map(list, columns)))

    async def claim(
        self, channel: str, owner: str, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[EntryState]:
        """Take due entries for sending: at most the first of each account, oldest first.

        Marks each SENDING, counts the attempt. An account with one in SENDING gives none.
        """
        rows = await self._sessions.together(
            [
                (_IN_TURN, (LOCK_CLASS, channel)),
                (_CLAIM, (channel, now, channel, now, limit, now, owner, lease_until)),
            ]
        )
        return _in_order(rows)

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
        name = (state.entry.notification_id, state.entry.channel)
        count = state.unknown + unknown
        ended = await self._sessions.changed(
            "UPDATE careerops.ledger SET status = %s, changed_at = %s, reason = %s,"
            " due = coalesce(%s, due), unknown = %s, owner = '', lease_until = NULL"
            " WHERE notification_id = %s AND channel = %s AND attempts = %s AND unknown = %s"
            " AND status = 'sending'",
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

    async def recover(self, channel: str, owner: str, now: datetime) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`.

        Each is counted as unknown and leased for as long as before. Of an owner on another host
        nothing is known until its lease is over.
        """
        sending = await self._sessions.rows(
            "SELECT id, owner, lease_until FROM careerops.ledger"
            " WHERE channel = %s AND status = 'sending'",
            (channel,),
        )
        orphans = [row for row in sending if row[2] <= now or is_gone_from_here(row[1])]
        if not orphans:
            return []
        columns = map(list, zip(*orphans, strict=True))
        return _in_order(await self._sessions.rows(_RECOVER, (owner, now, now, *columns)))

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan a FAILED, UNKNOWN or EXPIRED entry again, due now and without an end.

        Returns False where there is no such entry or it is in another state.
        """
        revived = await self._sessions.changed(
            "UPDATE careerops.ledger SET status = 'planned', due = %s, worth_until = NULL,"
            " changed_at = %s, reason = '' WHERE notification_id = %s AND channel = %s"
            " AND status IN ('failed', 'unknown', 'expired')",
            (now, now, notification_id, channel),
        )
        return revived > 0

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        return await self._sessions.changed(
            "UPDATE careerops.ledger SET status = 'expired', changed_at = %s,"
            " reason = 'worth_until'"
            " WHERE channel = %s AND status = 'planned' AND worth_until < %s",
            (now, channel, now),
        )

    async def next_due(self, channel: str) -> datetime | None:
        """When the earliest planned entry of `channel` is due, None without one."""
        ((due,),) = await self._sessions.rows(
            "SELECT min(due) FROM careerops.ledger WHERE channel = %s AND status = 'planned'",
            (channel,),
        )
        return maybe_utc(due)

    async def entries(self, event_id: str = "", limit: int = 1000) -> Sequence[EntryState]:
        """Entries about one event, or of all; newest first."""
        condition = "event_id = %s" if event_id else "%s = ''"
        rows = await self._sessions.rows(
            f"SELECT id, {_COLUMNS} FROM careerops.ledger WHERE {condition}"  # noqa: S608  # constants only
            " ORDER BY id DESC LIMIT %s",
            (event_id, limit),
        )
        return [_state(row) for row in rows]

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
        entry.due,
        entry.worth_until,
    )


def _in_order(rows: Sequence[Row]) -> list[EntryState]:
    """In the order planned."""
    return [_state(row) for row in sorted(rows, key=lambda row: int(row[0]))]


def _state(row: Row) -> EntryState:
    _, notification_id, channel, account, event_id, payload, due, worth_until, *rest = row
    status, attempts, unknown, changed_at, reason = rest
    entry = Entry(
        notification_id, channel, account, event_id, payload, utc(due), maybe_utc(worth_until)
    )
    return EntryState(entry, DeliveryStatus(status), attempts, unknown, utc(changed_at), reason)
