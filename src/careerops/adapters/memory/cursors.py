"""Sources in memory: cursors, seen mails, conversation roots and leases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.ports.clock import Clock
from careerops.ports.cursors import Intake, Lease


@dataclass(slots=True)
class _Source:
    """One source; `life` is that of the process holding the lease."""

    cursor: str | None = None
    committed: bool = False
    locators: set[str] = field(default_factory=set)
    owner: str = ""
    epoch: int = 0
    expires: datetime | None = None
    life: int = 0


class MemoryCursors:
    """`CursorStore` in memory."""

    def __init__(self, clock: Clock) -> None:
        """Leases expire by `clock`."""
        self._clock = clock
        self._sources: dict[str, _Source] = {}
        self._seen: set[tuple[str, str]] = set()
        self._roots: dict[tuple[str, str], str] = {}
        self._life = 0

    @property
    def lease_s(self) -> float:
        """How long a lease is to be taken for."""
        return 15.0

    def crash(self) -> None:
        """As if the process had died: its leases may be taken at once."""
        self._life += 1

    async def acquire(self, source: str, owner: str, ttl_s: float) -> Lease:
        """Take the lease on `source`. Raises `AlreadyRunning` while another live owner has it."""
        row = self._sources.setdefault(source, _Source())
        if row.owner not in ("", owner) and self._is_alive(row):
            raise AlreadyRunning(f"owner {row.owner} already reads the mailbox {source}: stop it")
        row.owner, row.epoch, row.life = owner, row.epoch + 1, self._life
        row.expires = self._clock.now() + timedelta(seconds=ttl_s)
        return Lease(source, owner, row.epoch)

    async def renew(self, lease: Lease, ttl_s: float) -> None:
        """Prolong, with all others of its owner. Raises `Fenced` if it was taken over."""
        self._held(lease)
        for row in self._sources.values():
            if row.owner == lease.owner:
                row.expires = self._clock.now() + timedelta(seconds=ttl_s)

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it was taken over."""
        row = self._sources.get(lease.source)
        if row is not None and row.epoch == lease.epoch:
            row.owner, row.epoch = "", row.epoch + 1

    async def cursor(self, source: str) -> str | None:
        """The last committed position, None for a source never read."""
        row = self._sources.get(source)
        return None if row is None else row.cursor

    async def locators(self, source: str) -> frozenset[str]:
        """All locators committed for `source`."""
        row = self._sources.get(source)
        return frozenset() if row is None else frozenset(row.locators)

    async def seen(self, account: str, event_ids: Sequence[str]) -> frozenset[str]:
        """Those of `event_ids` that were published before, by any source of `account`."""
        return frozenset(e for e in event_ids if (account, e) in self._seen)

    async def roots(self, account: str, message_ids: Sequence[str]) -> dict[str, str]:
        """The conversation roots recorded for these Message-ID digests."""
        found = {name: self._roots.get((account, name)) for name in message_ids}
        return {name: root for name, root in found.items() if root is not None}

    async def commit(self, lease: Lease, account: str, intake: Intake) -> None:
        """Record `intake`. Raises `Fenced`, nothing being recorded, if the lease is another's."""
        row = self._held(lease)
        row.committed = True
        row.cursor = row.cursor if intake.cursor is None else intake.cursor
        row.locators.update(intake.locators)
        self._seen.update((account, event_id) for event_id in intake.seen)
        self._roots.update({(account, name): root for name, root in intake.roots.items()})

    async def sources(self) -> dict[str, str | None]:
        """Every source ever read, with its cursor."""
        return {name: row.cursor for name, row in self._sources.items() if row.committed}

    async def reset(self, source: str) -> bool:
        """Forget cursor and locators (never what was seen); False if the source is unknown.

        Raises:
            AlreadyRunning: a living owner reads it.
        """
        row = self._sources.get(source)
        if row is None or not row.committed:
            return False
        if row.owner and self._is_alive(row):
            raise AlreadyRunning(f"owner {row.owner} reads the mailbox {source} now: stop it first")
        row.cursor, row.owner, row.epoch = None, "", row.epoch + 1
        row.locators.clear()
        return True

    def _is_alive(self, row: _Source) -> bool:
        in_time = row.expires is not None and row.expires > self._clock.now()
        return in_time and row.life == self._life

    def _held(self, lease: Lease) -> _Source:
        row = self._sources.get(lease.source)
        if row is None or row.epoch != lease.epoch:
            raise Fenced("another owner has taken over this mailbox: stop reading it")
        return row
