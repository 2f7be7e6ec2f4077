"""Sources: cursors, seen mails, conversation roots, and the lease to read a source."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.domain.identity import pack_digest, short_digest, unpack_digest
from careerops.ops.owner import describe, is_gone_from_here
from careerops.ops.renewals import Renewals
from careerops.ports.clock import Clock
from careerops.ports.cursors import Intake, Lease

LEASE_S: Final = 15.0

# As long as the row is what was read: whoever renewed or took it meanwhile is asked about again.
_TAKE: Final = """
INSERT INTO careerops.sources (source, owner, epoch, expires_at)
VALUES (%s, %s, 1, now() + make_interval(secs => %s))
ON CONFLICT (source) DO UPDATE
SET owner = excluded.owner, epoch = sources.epoch + 1, expires_at = excluded.expires_at
WHERE sources.epoch = %s AND sources.expires_at = %s
RETURNING epoch
"""
_HOLDER: Final = (
    "SELECT owner, epoch, expires_at, expires_at > now() FROM careerops.sources WHERE source = %s"
)
# In one order, as in `_COMMIT`.
_PROLONG: Final = """
UPDATE careerops.sources SET expires_at = now() + make_interval(secs => %s)
FROM (
  SELECT id, given.epoch FROM unnest(%b::text[], %b::bigint[]) AS given (source, epoch)
  JOIN careerops.sources USING (source) ORDER BY id
) AS held
WHERE sources.id = held.id AND sources.epoch = held.epoch
RETURNING source, sources.epoch
"""
# As long as nobody has taken it since; whoever held it and does not live for us finds it taken.
_RESET: Final = """
WITH known AS (
  UPDATE careerops.sources SET cursor = NULL, owner = '', epoch = epoch + 1
  WHERE source = %s AND epoch = %s AND expires_at = %s RETURNING id
), gone AS (
  DELETE FROM careerops.locators USING known WHERE source_id = known.id
)
SELECT id FROM known
"""
# One statement, which holds the source's row: a lease is never lost between check and record. In
# one order, so that two sources with the same mails never wait for each other in a circle.
_COMMIT: Final = """
WITH held AS (
  UPDATE careerops.sources SET cursor = coalesce(%s, cursor), committed = true
  WHERE source = %s AND epoch = %s RETURNING id
), seen AS (
  INSERT INTO careerops.seen_mails
  SELECT short FROM held, unnest(%b::uuid[]) AS short ORDER BY short
  ON CONFLICT DO NOTHING
), locators AS (
  INSERT INTO careerops.locators (source_id, locator)
  SELECT id, locator FROM held, unnest(%b::text[]) AS locator
  ON CONFLICT DO NOTHING
), roots AS (
  INSERT INTO careerops.conversations (id, root)
  SELECT short, root FROM held, unnest(%b::uuid[], %b::bytea[]) AS given (short, root)
  ORDER BY short
  ON CONFLICT (id) DO UPDATE SET root = excluded.root
)
SELECT id FROM held
"""


class PostgresCursors:
    """`CursorStore` on PostgreSQL.

    Leases run by the server's clock: those of its clients may differ by more than a lease lasts.
    """

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        """Share the database's connections; `clock` says only how much time has passed here."""
        self._sessions = sessions
        self._renewals: Renewals[Lease] = Renewals(clock.monotonic, self._prolong)

    @property
    def lease_s(self) -> float:
        """How long a lease is to be taken for."""
        return LEASE_S

    async def acquire(self, source: str, owner: str, ttl_s: float) -> Lease:
        """Take the lease on `source`; a dead process's of this host is taken over at once.

        Raises:
            AlreadyRunning: another live owner holds it.
        """
        taken: list[tuple[int]] = []
        while not taken:
            rows = await self._sessions.rows(_HOLDER, (source,))
            holder, epoch, until, runs = rows[0] if rows else ("", 0, None, False)
            if holder not in {"", owner} and runs and not is_gone_from_here(holder):
                raise AlreadyRunning(
                    f"{describe(holder)} already reads the mailbox {source}: stop it first"
                )
            taken = await self._sessions.rows(_TAKE, (source, owner, ttl_s, epoch, until))
        lease = Lease(source, owner, taken[0][0])
        self._renewals.hold(lease)
        return lease

    async def renew(self, lease: Lease, ttl_s: float) -> None:
        """Prolong, with all others of this process. Raises `Fenced` if it was taken over."""
        await self._renewals.renew(lease, ttl_s)

    async def _prolong(self, leases: Sequence[Lease], ttl_s: float) -> Sequence[bool]:
        sources, epochs = [lease.source for lease in leases], [lease.epoch for lease in leases]
        kept = {tuple(row) for row in await self._sessions.rows(_PROLONG, (ttl_s, sources, epochs))}
        return [(lease.source, lease.epoch) in kept for lease in leases]

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it was taken over."""
        self._renewals.drop(lease)
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
        wanted = {_short(account, event_id): event_id for event_id in event_ids}
        rows = await self._sessions.rows(
            "SELECT id FROM careerops.seen_mails WHERE id = ANY (%b::uuid[])", (list(wanted),)
        )
        return frozenset(wanted[short] for (short,) in rows)

    async def roots(self, account: str, message_ids: Sequence[str]) -> dict[str, str]:
        """The conversation roots recorded for these Message-ID digests."""
        wanted = {_short(account, message_id): message_id for message_id in message_ids}
        rows = await self._sessions.rows(
            "SELECT id, root FROM careerops.conversations WHERE id = ANY (%b::uuid[])",
            (list(wanted),),
        )
        return {wanted[short]: unpack_digest(root, wanted[short]) for short, root in rows}

    async def commit(self, lease: Lease, account: str, intake: Intake) -> None:
        """Record `intake` in one transaction; the last root recorded for a mail holds.

        Raises:
            Fenced: the lease is another's; nothing is recorded.
        """
        held = await self._sessions.rows(
            _COMMIT,
            (
                *(intake.cursor, lease.source, lease.epoch),
                [_short(account, event_id) for event_id in intake.seen],
                list(intake.locators),
                [_short(account, message_id) for message_id in intake.roots],
                [pack_digest(root, message_id) for message_id, root in intake.roots.items()],
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
        """Forget cursor and locators (never what was seen); False if the source is unknown.

        Raises:
            AlreadyRunning: a living process reads it, and would write its own place over this.
        """
        while rows := await self._sessions.rows(f"{_HOLDER} AND committed", (source,)):
            holder, epoch, until, runs = rows[0]
            if holder and runs and not is_gone_from_here(holder):
                raise AlreadyRunning(
                    f"{describe(holder)} reads the mailbox {source} now: stop it, then reset"
                )
            if await self._sessions.rows(_RESET, (source, epoch, until)):
                return True
        return False


def _short(account: str, name: str) -> UUID:
    return UUID(bytes=short_digest(account, name))


def _fenced() -> Fenced:
    return Fenced("another process has taken over this mailbox: this one must stop reading it")
