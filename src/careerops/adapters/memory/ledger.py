"""The ledger in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careerops.domain.errors import Fenced
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_ENDED_BADLY = frozenset({DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN, DeliveryStatus.EXPIRED})


@dataclass(slots=True)
class _Row:
    """An entry, and the lease of the send under way; `life` is that of the process sending."""

    state: EntryState
    lease_until: datetime | None = None
    lease_length: timedelta = timedelta()
    life: int = 0


class MemoryLedger:
    """`Ledger` in memory.

    An entry whose send has begun and is to be tried again holds back the later ones of its
    account and channel; one that was never begun and is not due yet holds back nothing.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[tuple[str, str], _Row] = {}
        self._life = 0

    def crash(self) -> None:
        """As if the process had died: its sends under way are of unknown outcome."""
        self._life += 1

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        before = len(self._rows)
        for entry in entries:
            state = EntryState(entry, DeliveryStatus.PLANNED, changed_at=now)
            self._rows.setdefault((entry.notification_id, entry.channel), _Row(state))
        return len(self._rows) - before

    async def claim(
        self,
        channel: str,
        owner: str,  # noqa: ARG002  # one process: leases and lives tell senders apart
        now: datetime,
        lease_until: datetime,
        limit: int,
    ) -> Sequence[EntryState]:
        """Take due entries for sending: at most the first of each account, oldest first."""
        chosen = self._choose(channel, now)[:limit]
        for row in chosen:
            row.lease_until, row.lease_length, row.life = lease_until, lease_until - now, self._life
            row.state = replace(
                row.state,
                status=DeliveryStatus.SENDING,
                attempts=row.state.attempts + 1,
                changed_at=now,
                reason="",
            )
        return [row.state for row in chosen]

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
            Fenced: the send was recovered by another sender meanwhile.
        """
        row = self._rows[state.entry.notification_id, state.entry.channel]
        new = (status, state.attempts, state.unknown + unknown)
        current = (row.state.status, row.state.attempts, row.state.unknown)
        if current == (DeliveryStatus.SENDING, state.attempts, state.unknown):
            entry = row.state.entry if due is None else replace(row.state.entry, due=due)
            row.state = EntryState(entry, *new, changed_at=now, reason=reason)
        elif current != new:
            raise Fenced("another sender has taken over this notification")

    async def recover(
        self,
        channel: str,
        owner: str,  # noqa: ARG002  # as in `claim`
        now: datetime,
    ) -> Sequence[EntryState]:
        """Entries left SENDING by a process that died or past their lease, each one unknown."""
        orphans = [
            row
            for row in self._of(channel, DeliveryStatus.SENDING)
            if row.life != self._life or row.lease_until is None or row.lease_until <= now
        ]
        for row in orphans:
            row.lease_until, row.life = now + row.lease_length, self._life
            row.state = replace(row.state, unknown=row.state.unknown + 1, changed_at=now)
        return [row.state for row in orphans]

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan a FAILED, UNKNOWN or EXPIRED entry again, due now and without an end."""
        row = self._rows.get((notification_id, channel))
        if row is None or row.state.status not in _ENDED_BADLY:
            return False
        entry = replace(row.state.entry, due=now, worth_until=None)
        row.state = replace(
            row.state, entry=entry, status=DeliveryStatus.PLANNED, changed_at=now, reason=""
        )
        return True

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        late = [
            row
            for row in self._of(channel, DeliveryStatus.PLANNED)
            if row.state.entry.worth_until is not None and row.state.entry.worth_until < now
        ]
        for row in late:
            row.state = replace(
                row.state, status=DeliveryStatus.EXPIRED, changed_at=now, reason="worth_until"
            )
        return len(late)

    async def next_due(self, channel: str) -> datetime | None:
        """When the earliest planned entry of `channel` is due, None without one."""
        planned = self._of(channel, DeliveryStatus.PLANNED)
        return min((row.state.entry.due for row in planned), default=None)

    async def entries(self, event_id: str = "", limit: int = 1000) -> Sequence[EntryState]:
        """Entries about one event, or of all; newest first."""
        newest = (row.state for row in reversed(self._rows.values()))
        return [s for s in newest if event_id in ("", s.entry.event_id)][:limit]

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""
        states = (row.state for row in self._rows.values())
        return dict(Counter((s.entry.channel, s.status.value) for s in states))

    def _of(self, channel: str, status: DeliveryStatus) -> list[_Row]:
        """The rows of `channel` in `status`, in the order planned."""
        rows = self._rows.values()
        return [r for r in rows if r.state.entry.channel == channel and r.state.status is status]

    def _choose(self, channel: str, now: datetime) -> list[_Row]:
        taken = {row.state.entry.account for row in self._of(channel, DeliveryStatus.SENDING)}
        chosen: list[_Row] = []
        for row in self._of(channel, DeliveryStatus.PLANNED):
            account, is_due = row.state.entry.account, row.state.entry.due <= now
            if account not in taken and (is_due or row.state.attempts):
                taken.add(account)
                if is_due:
                    chosen.append(row)
        return chosen
