"""Sources: cursors, seen mails, conversation roots, and the lease to read a source."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.ops.owner import describe, is_gone_from_here
from careerops.ports.cursors import Intake, Lease

# As long as the row is what was read: whoever renewed or took it meanwhile is asked about again.
_TAKE: Final = """
INSERT INTO careerops.sources (source, owner, epoch, expires_at) VALUES (%s, %s, 1, %s)
ON CONFLICT (source) DO UPDATE
SET owner = excluded.owner, epoch = sources.epoch + 1, expires_at = excluded.expires_at
WHERE sources.epoch = %s AND sources.expires_at = %s
RETURNING epoch
"""
# One statement, which holds the source's row: a lease is never lost between check and record. In
# one order, so that two sources with the same mails never wait for each other in a circle.
_COMMIT: Final = """
WITH held AS (
  UPDATE careerops.sources SET cursor = coalesce(%s, cursor), committed = true
  WHERE source = %s AND epoch = %s RETURNING id
), seen AS (
  INSERT INTO careerops.seen (account, event_id)
  SELECT %s, event_id FROM held, unnest(%b::text[]) AS event_id ORDER BY event_id COLLATE "C"
  ON CONFLICT DO NOTHING
), locators AS (
  INSERT INTO careerops.locators (source_id, locator)
  SELECT id, locator FROM held, unnest(%b::text[]) AS locator
  ON CONFLICT DO NOTHING
), roots AS (
  INSERT INTO careerops.roots (account, message_id, root)
  SELECT %s, message_id, root FROM held, unnest(%b::text[], %b::text[]) AS given (message_id, root)
  ORDER BY message_id COLLATE "C"
  ON CONFLICT (account, message_id) DO UPDATE SET root = excluded.root
)
SELECT id FROM held
"""


class PostgresCursors:
    """`CursorStore` on PostgreSQL."""

    def __init__(self, sessions: Sessions, now: Callable[[], datetime]) -> None:
        """Share the database's connections; `now` is the time leases expire by."""
        self._sessions = sessions
        self._now = now

    async def acquire(self, source: str, owner: str, ttl_s: float) -> Lease:
        """Take the lease on `source`; a dead process's of this host is taken over at once.

        Raises:
            AlreadyRunning: another live owner holds it.
        """
        taken: list[tuple[int]] = []
        while not taken:
            now = self._now()
            rows = await self._sessions.rows(
                "SELECT owner, epoch, expires_at FROM careerops.sources WHERE source = %s",
                (source,),
            )
            holder, epoch, until = rows[0] if rows else ("", 0, now)
            if holder not in {"", owner} and until > now and not is_gone_from_here(holder):
                raise AlreadyRunning(
                    f"{describe(holder)} already reads the mailbox {source}: stop it first"
                )
            expires_at = now + timedelta(seconds=ttl_s)
            taken = await self._sessions.rows(_TAKE, (source, owner, expires_at, epoch, until))
        return Lease(source, owner, taken[0][0])

    async def renew(self, lease: Lease, ttl_s: float) -> None:
        """Prolong. Raises `Fenced` if it was taken over."""
        held = await self._sessions.changed(
            "UPDATE careerops.sources SET expires_at = %s WHERE source = %s AND epoch = %s",
            (self._now() + timedelta(seconds=ttl_s), lease.source, lease.epoch),
        )
        if not held:
            raise _fenced()

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it was taken over."""
        await self._sessions.changed(
            "UPDATE careerops.sources SET owner = '', epoch = epoch + 1"
            " WHERE source = %s AND epoch = %s",
            (lease.source, lease.epoch),
        )

    async def cursor(self, source: str) -> str | None:
        """The last committed position, None for a source never read."""
        rows = await self._sessions.rows(
            "SELECT cursor FROM careerops.sources WHERE source = %s", (source,)
        )
        return rows[0][0] if rows else None

    async def locators(self, source: str) -> frozenset[str]:
        """All locators committed for `source`."""
        rows = await self._sessions.rows(
            "SELECT locator FROM careerops.locators WHERE source_id ="
            " (SELECT id FROM careerops.sources WHERE source = %s)",
            (source,),
        )
        return frozenset(locator for (locator,) in rows)

    async def seen(self, account: str, event_ids: Sequence[str]) -> frozenset[str]:
        """Those of `event_ids` that were published before, by any source of `account`."""
        rows = await self._sessions.rows(
            "SELECT event_id FROM careerops.seen WHERE account = %s"
            " AND event_id = ANY (%b::text[])",
            (account, list(event_ids)),
        )
        return frozenset(event_id for (event_id,) in rows)

    async def roots(self, account: str, message_ids: Sequence[str]) -> dict[str, str]:
        """The conversation roots recorded for these Message-ID digests."""
        rows = await self._sessions.rows(
            "SELECT message_id, root FROM careerops.roots WHERE account = %s"
            " AND message_id = ANY (%b::text[])",
            (account, list(message_ids)),
        )
        return dict(rows)

    async def commit(self, lease: Lease, account: str, intake: Intake) -> None:
        """Record `intake` in one transaction; the last root recorded for a mail holds.

        Raises:
            Fenced: the lease is another's; nothing is recorded.
        """
        held = await self._sessions.rows(
            _COMMIT,
            (
                *(intake.cursor, lease.source, lease.epoch),
                *(account, list(intake.seen), list(intake.locators)),
                *(account, list(intake.roots), list(intake.roots.values())),
            ),
        )
        if not held:
            raise _fenced()

    async def sources(self) -> dict[str, str | None]:
        """Every source ever read, with its cursor."""
        rows = await self._sessions.rows(
            "SELECT source, cursor FROM careerops.sources WHERE committed ORDER BY source"
        )
        return dict(rows)

    async def reset(self, source: str) -> bool:
        """Forget cursor and locators (never what was seen); False if the source is unknown."""
        rows = await self._sessions.rows(
            "WITH known AS (UPDATE careerops.sources SET cursor = NULL"
            " WHERE source = %s AND committed RETURNING id),"
            " gone AS (DELETE FROM careerops.locators USING known WHERE source_id = known.id)"
            " SELECT id FROM known",
            (source,),
        )
        return bool(rows)


def _fenced() -> Fenced:
    return Fenced("another process has taken over this mailbox: this one must stop reading it")
