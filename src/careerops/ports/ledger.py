"""What was told to whom, by which channel, and what is still to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class DeliveryStatus(StrEnum):
    """Where one notification stands on one channel."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """A send was under way when its process died or timed out, and policy says not to resend."""
    FAILED = "failed"
    """Refused for good by the channel; dead-lettered."""
    EXPIRED = "expired"
    """Not sent before `worth_until`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One notification on one channel.

    Attributes:
        notification_id, channel: its identity.
        account: whom it is for; entries of one (channel, account) are sent in the order planned.
        event_id: the event it tells about ('' for an alert).
        payload: the `Notification` as JSON bytes.
        due: not to be sent before (UTC).
        worth_until: not to be sent after (UTC), None = always.
    """

    notification_id: str
    channel: str
    account: str
    event_id: str
    payload: bytes
    due: datetime
    worth_until: datetime | None = None


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
    """

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        ...

    async def claim(
        self, channel: str, owner: str, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[EntryState]:
        """Take due entries for sending: at most the first of each account, oldest first.

        Marks each SENDING, counts the attempt. An account with one in SENDING gives none.
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
        """Say how a claimed send ended. PLANNED (with `due`) tries again later.

        `unknown` counts a send whose outcome was not learnt.
        """
        ...

    async def recover(self, channel: str, owner: str, now: datetime) -> Sequence[EntryState]:
        """Entries left SENDING by a dead owner or past their lease, now SENDING by `owner`.

        Each is counted as unknown; policy decides how to `finish` it.
        """
        ...

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan a FAILED, UNKNOWN or EXPIRED entry again, due now and without an end.

        Returns False where there is no such entry or it is in another state.
        """
        ...

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        ...

    async def next_due(self, channel: str) -> datetime | None:
        """When the earliest planned entry of `channel` is due, None without one."""
        ...

    async def entries(self, event_id: str = "", limit: int = 1000) -> Sequence[EntryState]:
        """Entries about one event, or the newest of all."""
        ...

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""
        ...
