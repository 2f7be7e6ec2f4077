"""How far each source has been read, which mails were taken in, and who may say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to read one source, until it expires or another owner takes it.

    Attributes:
        source: `<kind>:<account>:<place>`, hashed by the store where it leaves the machine.
        owner: who holds it.
        epoch: grows with every owner; a write under an older epoch is refused.
    """

    source: str
    owner: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What one committed batch of a source adds.

    Attributes:
        cursor: the source's new position (opaque to all but its mailbox adapter), None = as before.
        seen: event ids published by now.
        locators: places inside the source that need not be read again.
        roots: Message-ID digest -> digest of its conversation's root.
    """

    cursor: str | None = None
    seen: Sequence[str] = ()
    locators: Sequence[str] = ()
    roots: Mapping[str, str] = field(default_factory=dict)


class CursorStore(Protocol):
    """Cursors, seen mails and conversation roots of the sources.

    Leases run by the clock of the store, where it has one: hosts' clocks may differ.
    """

    @property
    def lease_s(self) -> float:
        """How long a lease is to be taken for, in seconds; prolong it three times as often.

        Short where only its expiry says that its owner is gone, long where that is known otherwise
        and each renewal costs a durable write.
        """
        ...

    async def acquire(self, source: str, owner: str, ttl_s: float) -> Lease:
        """Take the lease on `source` for `ttl_s` seconds. A dead owner's is taken over at once.

        Raises:
            AlreadyRunning: another live owner holds it.
        """
        ...

    async def renew(self, lease: Lease, ttl_s: float) -> None:
        """Prolong, and with it whatever else this process holds: that is one write for all.

        Raises:
            Fenced: it was taken over.
        """
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it was taken over."""
        ...

    async def cursor(self, source: str) -> str | None:
        """The last committed position, None for a source never read."""
        ...

    async def locators(self, source: str) -> frozenset[str]:
        """All locators committed for `source`."""
        ...

    async def seen(self, account: str, event_ids: Sequence[str]) -> frozenset[str]:
        """Those of `event_ids` that were published before, by any source of `account`."""
        ...

    async def roots(self, account: str, message_ids: Sequence[str]) -> dict[str, str]:
        """The conversation roots recorded for these Message-ID digests."""
        ...

    async def commit(self, lease: Lease, account: str, intake: Intake) -> None:
        """Record `intake` in one transaction; publish what it speaks of first.

        Raises:
            Fenced: the lease is another's; nothing is recorded.
        """
        ...

    async def sources(self) -> dict[str, str | None]:
        """Every source ever read, with its cursor."""
        ...

    async def reset(self, source: str) -> bool:
        """Forget cursor and locators (never what was seen); False if the source is unknown.

        Raises:
            AlreadyRunning: a living process reads it, and would write its own place over this.
        """
        ...
