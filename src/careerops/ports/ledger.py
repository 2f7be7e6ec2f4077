"""What was told to whom, by which channel, and what is still to be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from careerops.domain.notification import NOTIFICATION_TYPE


class DeliveryStatus(StrEnum):
    """Where one notification stands on one channel."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Begun, perhaps twice, and nobody knows whether it arrived: a person has to decide."""
    FAILED = "failed"
    """Given up; dead-lettered."""
    EXPIRED = "expired"
    """Not sent before `worth_until`."""
    DROPPED = "dropped"
    """Not to be told: a person said so, or its channel is gone and others tell it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One notification on one channel.

    Attributes:
        notification_id, channel: its identity.
        account: whom it is for; entries of one (channel, account) are sent in the order planned.
        event_id: the event it tells about ('' for an alert).
        payload: the `Notification` as JSON bytes.
        due: not to be sent before (UTC); None = at once, by whatever clock.
        worth_until: not to be sent after (UTC), None = always.
        type: the event type of `payload`, with its version.
    """

    notification_id: str
    channel: str
    account: str
    event_id: str
    payload: bytes
    due: datetime | None
    worth_until: datetime | None = None
    type: str = NOTIFICATION_TYPE

    @property
    def identity(self) -> tuple[str, str]:
        """(notification id, channel)."""
        return self.notification_id, self.channel


@dataclass(frozen=True, slots=True)
class EntryState:
    """An entry and how it fares.

    Attributes:
        attempts: sends begun.
        unknown: sends whose outcome was never learnt; more than 0 means a repeat is possible.
        changed_at: UTC, of the last change.
        reason: why it waits, failed or expired; never mail contents.
    """

    entry: Entry
    status: DeliveryStatus
    attempts: int = 0
    unknown: int = 0
    changed_at: datetime | None = None
    reason: str = ""


class Ledger(Protocol):
    """Durable before and after every send: `claim` before, `finish` after.

    Every method returns once durable. A send claimed and never finished is of unknown outcome.
    Leases are counted by the store's own clock, so hosts need not agree about the time.
    """

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        ...

    async def due(
        self,
        channels: Collection[str],
        now: datetime,
        limit: int,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """What may be sent now: of each (channel, account) the first planned entry that is due.

        Reads only. Entries named in `but` are passed over; a (channel, account) with an entry in
        SENDING that is not in `but` gives none. At most `limit`, in the order planned.
        """
        ...

    async def claim(
        self, state: EntryState, owner: str, now: datetime, lease_s: float
    ) -> EntryState | None:
        """Take an entry for sending, SENDING for `lease_s` seconds; counts the attempt.

        Returns:
            The entry as it stands now, or None: it is not as `state` says any more.
        """
        ...

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
        """Say how a claimed send ended. PLANNED tries again, after `due` if that is given.

        `unknown` counts a send whose outcome was not learnt. An entry that was never claimed may
        be ended as well. Saying the same again changes nothing.

        Raises:
            Fenced: somebody else has changed the entry meanwhile, and decides about it now.
        """
        ...

    async def recover(
        self,
        channels: Collection[str],
        owner: str,
        lease_s: float,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`.

        Those in `but` are passed over: somebody is at work on them. Each is counted as unknown
        and leased for `lease_s` seconds; policy decides how to `finish` it.
        """
        ...

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan a FAILED, UNKNOWN, EXPIRED or DROPPED entry again, by a person's wish.

        It is due at once and has no end. Its unknown sends are forgotten, so it may be sent twice
        again. Returns False where there is no such entry, or it is in another state.
        """
        ...

    async def drop(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Never send an entry, by a person's wish. False where there is none, or it is SENT."""
        ...

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        ...

    async def begun_since(self, channel: str, account: str, since: datetime) -> Sequence[datetime]:
        """When the last send of each entry of (channel, account) began, those after `since`."""
        ...

    async def backlog(
        self, channel: str, account: str, now: datetime, limit: int
    ) -> Sequence[EntryState]:
        """What of (channel, account) is planned and due, in the order planned."""
        ...

    async def fold(self, summary: Entry, folded: Sequence[EntryState], now: datetime) -> None:
        """Plan `summary` and drop `folded`, which it tells, as far as they are still planned."""
        ...

    async def strays(self, channels: Collection[str], limit: int) -> Sequence[EntryState]:
        """Planned entries of channels that are not among `channels`, oldest first."""
        ...

    async def find(self, prefix: str, limit: int) -> Sequence[EntryState]:
        """Entries whose notification id begins with `prefix`, newest first."""
        ...

    async def entries(
        self, event_id: str = "", limit: int = 1000, *, statuses: Collection[DeliveryStatus] = ()
    ) -> Sequence[EntryState]:
        """Entries about one event, or of all; of `statuses` if any are given; newest first."""
        ...

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""
        ...

    async def trim(self, before: datetime) -> int:
        """Forget what was SENT, EXPIRED or DROPPED before `before` (UTC); returns how many.

        What nobody knows or what was given up stays until a person has decided.
        """
        ...
