"""The ledger in memory."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careerops.domain.errors import Fenced
from careerops.ports.clock import Clock
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

_SETTLED = frozenset({DeliveryStatus.SENT, DeliveryStatus.SENDING})
_REVIVED = frozenset(
    {
        DeliveryStatus.FAILED,
        DeliveryStatus.UNKNOWN,
        DeliveryStatus.EXPIRED,
        DeliveryStatus.DROPPED,
    }
)
_FORGOTTEN = frozenset({DeliveryStatus.SENT, DeliveryStatus.EXPIRED, DeliveryStatus.DROPPED})


@dataclass(slots=True)
class _Row:
    """An entry, and the lease of the send under way; `life` is that of the process sending."""

    state: EntryState
    lease_until: datetime | None = None
    life: int = 0
    begun_at: datetime | None = None

    @property
    def lane(self) -> tuple[str, str]:
        """(channel, account)."""
        return self.state.entry.channel, self.state.entry.account


class MemoryLedger:
    """`Ledger` in memory."""

    def __init__(self, clock: Clock) -> None:
        """Start empty; leases expire by `clock`."""
        self._rows: dict[tuple[str, str], _Row] = {}
        self._clock = clock
        self._life = 0

    def crash(self) -> None:
        """As if the process had died: its sends under way are of unknown outcome."""
        self._life += 1

    async def plan(self, entries: Sequence[Entry], now: datetime) -> int:
        """Add entries, returns how many were new; known (notification_id, channel) stay as is."""
        before = len(self._rows)
        for entry in entries:
            state = EntryState(entry, DeliveryStatus.PLANNED, changed_at=now)
            self._rows.setdefault(entry.identity, _Row(state))
        return len(self._rows) - before

    async def due(
        self,
        channels: Collection[str],
        now: datetime,
        limit: int,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """What may be sent now: of each (channel, account) the first planned entry that is due."""
        sending = self._in(DeliveryStatus.SENDING)
        taken = {row.lane for row in sending if row.state.entry.identity not in but}
        found: list[EntryState] = []
        for row in self._in(DeliveryStatus.PLANNED):
            entry = row.state.entry
            may = entry.channel in channels and row.lane not in taken and entry.identity not in but
            if may and (entry.due is None or entry.due <= now):
                taken.add(row.lane)
                found.append(row.state)
        return found[:limit]

    async def claim(
        self,
        state: EntryState,
        owner: str,  # noqa: ARG002  # one process: leases and lives tell senders apart
        now: datetime,
        lease_s: float,
    ) -> EntryState | None:
        """Take an entry for sending, SENDING for `lease_s` seconds; counts the attempt."""
        row = self._rows[state.entry.identity]
        if not _is_same(row.state, DeliveryStatus.PLANNED, state):
            return None
        row.lease_until = self._clock.now() + timedelta(seconds=lease_s)
        row.life, row.begun_at = self._life, now
        row.state = replace(
            row.state,
            status=DeliveryStatus.SENDING,
            attempts=row.state.attempts + 1,
            changed_at=now,
            reason="",
        )
        return row.state

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
            Fenced: somebody else has changed the entry meanwhile.
        """
        row = self._rows[state.entry.identity]
        new = (status, state.attempts, state.unknown + unknown)
        open_still = row.state.status in {DeliveryStatus.SENDING, DeliveryStatus.PLANNED}
        if open_still and _is_same(row.state, row.state.status, state):
            entry = row.state.entry if due is None else replace(row.state.entry, due=due)
            row.state = EntryState(entry, *new, changed_at=now, reason=reason)
        elif (row.state.status, row.state.attempts, row.state.unknown) != new:
            raise Fenced("another sender has taken over this notification")

    async def recover(
        self,
        channels: Collection[str],
        owner: str,  # noqa: ARG002  # as in `claim`
        lease_s: float,
        *,
        but: Collection[tuple[str, str]] = (),
    ) -> Sequence[EntryState]:
        """Entries left SENDING by a process that died or past their lease, each one unknown."""
        now = self._clock.now()
        orphans = [
            row
            for row in self._in(DeliveryStatus.SENDING)
            if row.state.entry.channel in channels
            and row.state.entry.identity not in but
            and (row.life != self._life or row.lease_until is None or row.lease_until <= now)
        ]
        for row in orphans:
            row.lease_until, row.life = now + timedelta(seconds=lease_s), self._life
            row.state = replace(row.state, unknown=row.state.unknown + 1, changed_at=now)
        return [row.state for row in orphans]

    async def revive(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Plan an entry that has ended and was not sent again, due at once, without an end."""
        row = self._rows.get((notification_id, channel))
        if row is None or row.state.status not in _REVIVED:
            return False
        entry = replace(row.state.entry, due=None, worth_until=None)
        row.state = replace(
            row.state,
            entry=entry,
            status=DeliveryStatus.PLANNED,
            unknown=0,
            changed_at=now,
            reason="",
        )
        return True

    async def drop(self, notification_id: str, channel: str, now: datetime) -> bool:
        """Never send an entry, by a person's wish. False where there is none, or it is SENT."""
        row = self._rows.get((notification_id, channel))
        if row is None or row.state.status in _SETTLED:
            return False
        row.state = replace(row.state, status=DeliveryStatus.DROPPED, changed_at=now, reason="")
        return True

    async def expire(self, channel: str, now: datetime) -> int:
        """Mark planned entries past `worth_until` EXPIRED; returns how many."""
        late = [
            row
            for row in self._in(DeliveryStatus.PLANNED)
            if row.state.entry.channel == channel
            and row.state.entry.worth_until is not None
            and row.state.entry.worth_until < now
        ]
        for row in late:
            row.state = replace(
                row.state, status=DeliveryStatus.EXPIRED, changed_at=now, reason="worth_until"
            )
        return len(late)

    async def begun_since(self, channel: str, account: str, since: datetime) -> Sequence[datetime]:
        """When the last send of each entry of (channel, account) began, those after `since`."""
        begun = (row.begun_at for row in self._rows.values() if row.lane == (channel, account))
        return [at for at in begun if at is not None and at > since]

    async def backlog(
        self, channel: str, account: str, now: datetime, limit: int
    ) -> Sequence[EntryState]:
        """What of (channel, account) is planned and due, in the order planned."""
        planned = [
            r.state for r in self._in(DeliveryStatus.PLANNED) if r.lane == (channel, account)
        ]
        return [s for s in planned if s.entry.due is None or s.entry.due <= now][:limit]

    async def fold(self, summary: Entry, folded: Sequence[EntryState], now: datetime) -> None:
        """Plan `summary` and drop `folded`, which it tells, as far as they are still planned."""
        await self.plan([summary], now)
        for row in (self._rows[state.entry.identity] for state in folded):
            if row.state.status is DeliveryStatus.PLANNED:
                row.state = replace(
                    row.state, status=DeliveryStatus.DROPPED, changed_at=now, reason="summary"
                )

    async def strays(self, channels: Collection[str], limit: int) -> Sequence[EntryState]:
        """Planned entries of channels that are not among `channels`, oldest first."""
        planned = (row.state for row in self._in(DeliveryStatus.PLANNED))
        return [state for state in planned if state.entry.channel not in channels][:limit]

    async def find(self, prefix: str, limit: int) -> Sequence[EntryState]:
        """Entries whose notification id begins with `prefix`, newest first."""
        newest = (row.state for row in reversed(self._rows.values()))
        return [s for s in newest if s.entry.notification_id.startswith(prefix)][:limit]

    async def entries(
        self, event_id: str = "", limit: int = 1000, *, statuses: Collection[DeliveryStatus] = ()
    ) -> Sequence[EntryState]:
        """Entries about one event, or of all; of `statuses` if any are given; newest first."""
        wanted = frozenset(statuses) or frozenset(DeliveryStatus)
        newest = (row.state for row in reversed(self._rows.values()))
        found = [s for s in newest if event_id in ("", s.entry.event_id) and s.status in wanted]
        return found[:limit]

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many entries by (channel, status)."""
        states = (row.state for row in self._rows.values())
        return dict(Counter((s.entry.channel, s.status.value) for s in states))

    async def trim(self, before: datetime) -> int:
        """Forget what was SENT, EXPIRED or DROPPED before `before`; returns how many."""
        old = [
            name
            for name, row in self._rows.items()
            if row.state.status in _FORGOTTEN
            and row.state.changed_at is not None
            and row.state.changed_at < before
        ]
        for name in old:
            del self._rows[name]
        return len(old)

    def _in(self, status: DeliveryStatus) -> list[_Row]:
        """The rows in `status`, in the order planned."""
        return [row for row in self._rows.values() if row.state.status is status]


def _is_same(now: EntryState, status: DeliveryStatus, state: EntryState) -> bool:
    """Whether the entry is in `status`, with as many sends as `state` says."""
    counted = (now.status, now.attempts, now.unknown)
    return counted == (status, state.attempts, state.unknown)
