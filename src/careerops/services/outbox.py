"""The outbox: what the ledger holds for the channels of a process, as the engine's input.

    ledger PLANNED and due --receive--> dispatcher --settle--> ledger SENT, FAILED or UNKNOWN

One look at the ledger a second serves all channels. Entries of one (channel, account) are handed
over one after the other, in the order planned, until one of them fails: then it waits by itself
and is overtaken, so that one notification a channel does not take never holds up the others.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Final

from careerops.domain.envelope import Envelope
from careerops.domain.errors import Fenced
from careerops.domain.notification import NOTIFICATION_TYPE
from careerops.domain.topics import NOTIFICATIONS
from careerops.domain.verdicts import Record, Verdict, VerdictKey, VerdictStatus
from careerops.ops.clock import next_beat
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.eventlog import Delivery, LogRecord, OnRevoked, Settlement
from careerops.ports.ledger import DeliveryStatus, EntryState, Ledger

LEASE_S: Final = 60.0
_LOOK_EVERY_S: Final = 1.0
_RECOVER_EVERY_S: Final = 15.0
_OVERTAKEN: Final = 3
"""Failed entries of one (channel, account) that may be overtaken at a time."""
_GROUP: Final = "outbox"


@dataclass(slots=True)
class Hand:
    """An entry in the engine's hands.

    Attributes:
        state: as the ledger holds it.
        overtaken: it has failed, and what comes after it does not wait for it.
        failed_at: when a send of it first failed (UTC), None if none did.
        lettered: its dead letter is in the queue.
        ended: the ledger says how it ended.
    """

    state: EntryState
    overtaken: bool = False
    failed_at: datetime | None = None
    lettered: bool = False
    ended: bool = False

    @property
    def lane(self) -> tuple[str, str]:
        """(channel, account)."""
        return self.state.entry.channel, self.state.entry.account


@dataclass(frozen=True, slots=True)
class Endings:
    """What is to happen when an entry ends badly.

    Attributes:
        failed: makes its dead letter of the engine's, before the ledger says FAILED.
        undelivered: tells the account by its other channels, after the ledger says FAILED or
            UNKNOWN.
        unknown: called with each send that is found to be of unknown outcome.
    """

    failed: Callable[[EntryState, Record], Awaitable[None]]
    undelivered: Callable[[EntryState, DeliveryStatus], Awaitable[None]]


class Outbox:
    """What is to be sent by the channels of this process. Only one worker receives from it."""

    def __init__(
        self,
        channels: Collection[str],
        ledger: Ledger,
        endings: Endings,
        *,
        clock: Clock,
        metrics: Metrics,
        owner: str,
        recovered: Callable[[EntryState], Awaitable[None]],
    ) -> None:
        """Serve `channels`; `recovered` decides about a send that its process did not finish."""
        self._channels = frozenset(channels)
        self._ledger = ledger
        self._endings = endings
        self._clock = clock
        self._owner = owner
        self._recovered = recovered
        self._count = metrics.notifications
        self._logger = get_logger("notify")
        self._hands: dict[int, Hand] = {}
        self._numbers = count(1)
        self._changed = asyncio.Event()
        self._recover_at = 0.0

    # What a worker asks of a subscription and of a log.

    @property
    def assigned(self) -> bool:
        """Always: there is no group to join."""
        return True

    @property
    def partitions(self) -> frozenset[int]:
        """One."""
        return frozenset({0})

    @property
    def holes(self) -> Mapping[int, int]:
        """None: each entry is settled by itself."""
        return {}

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> "Outbox":
        """Itself: an outbox is read by one worker, and nothing of it is taken away."""
        del topic, group, on_revoked
        return self

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """Nothing: what was decided stands in the ledger, and is not handed over again."""
        del keys
        return {}

    async def receive(self, limit: int) -> Sequence[Delivery]:
        """Wait until something is due, then hand over at most `limit` entries.

        Raises:
            Outage: the store cannot be asked.
        """
        while True:
            self._changed.clear()
            if self._clock.monotonic() >= self._recover_at:
                await self._recover()
            if found := await self._due(limit):
                return [self._delivery(state) for state in found]
            await self._rest()

    async def attempt(self, delivery: Delivery) -> None:
        """Nothing: each send is claimed in the ledger."""

    async def rest(self, delivery: Delivery) -> None:
        """Nothing, as `attempt`."""

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record how entries ended; may be repeated.

        Raises:
            Outage: the store or the log cannot be written.
        """
        ends = [self._end(settlement) for settlement in settlements]
        for result in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        for settlement in settlements:
            self._hands.pop(settlement.delivery.record.offset, None)
            if settlement.verdict is None or settlement.verdict.status is not VerdictStatus.DROPPED:
                self._changed.set()

    async def close(self) -> None:
        """What is in hand stays as the ledger has it."""

    # What the handler asks.

    def wake(self) -> None:
        """Something was planned."""
        self._changed.set()

    def hand(self, delivery: Delivery) -> Hand:
        """The entry behind `delivery`."""
        return self._hands[delivery.record.offset]

    def overtake(self, hand: Hand, *, however_many: bool = False) -> None:
        """Let what comes after `hand` go first, unless too many of its lane are overtaken."""
        failed = sum(each.overtaken for each in self._hands.values() if each.lane == hand.lane)
        if not hand.overtaken and (failed < _OVERTAKEN or however_many):
            hand.overtaken = True
            self._changed.set()

    def failing(self) -> dict[str, tuple[datetime, int]]:
        """Channel -> since when entries that failed wait to be tried again (UTC), how many."""
        found: dict[str, tuple[datetime, int]] = {}
        for hand in self._hands.values():
            if hand.failed_at is not None:
                channel = hand.state.entry.channel
                since, number = found.get(channel, (hand.failed_at, 0))
                found[channel] = min(since, hand.failed_at), number + 1
        return found

    def waiting(self) -> Counter[str]:
        """Channel -> entries in hand."""
        return Counter(hand.state.entry.channel for hand in self._hands.values())

    async def has_due(self) -> bool:
        """Whether something is in hand or to be sent now; what is due later does not count."""
        if self._hands:
            return True
        return bool(await self._ledger.due(self._channels, self._clock.now(), 1))

    async def _due(self, limit: int) -> list[EntryState]:
        now = self._clock.now()
        held = [hand.state.entry.identity for hand in self._hands.values()]
        most = limit + len(held)
        found = await self._ledger.due(self._channels, now, most, but=held)
        late = {state.entry.channel for state in found if is_late(state, now)}
        for channel in late:
            await self.expire(channel, now)
        if late:
            found = await self._ledger.due(self._channels, now, most, but=held)
        ahead = Counter(hand.lane for hand in self._hands.values() if not hand.overtaken)
        lanes = ((s.entry.channel, s.entry.account) for s in found)
        return [s for s, lane in zip(found, lanes, strict=True) if not ahead[lane]][:limit]

    async def expire(self, channel: str, now: datetime) -> None:
        """End what is not worth telling any more by `channel`."""
        expired = await self._ledger.expire(channel, now)
        if expired:
            self._count.labels(channel, "expired").inc(expired)
            self._logger.warning(LogEvent.NOTIFICATION_EXPIRED, channel=channel, count=expired)

    async def _recover(self) -> None:
        """Resolve what a process left in SENDING when it died: another's may have just now."""
        ours = [hand.state.entry.identity for hand in self._hands.values()]
        recover = partial(self._ledger.recover, self._channels, self._owner, LEASE_S)
        for state in await recover(but=ours):
            await self._recovered(state)
        self._recover_at = self._clock.monotonic() + _RECOVER_EVERY_S

    async def _rest(self) -> None:
        """Wait for the next look, but not longer than until something has changed."""
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(next_beat(self._clock, _LOOK_EVERY_S)),
            asyncio.ensure_future(self._changed.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _delivery(self, state: EntryState) -> Delivery:
        """The entry as a message of its own lane: in order is what is handed over in order."""
        entry, number = state.entry, next(self._numbers)
        self._hands[number] = Hand(state)
        now = self._clock.now()
        name = f"{entry.notification_id}/{entry.channel}"
        # Its own type is the handler's to check, who lets others overtake it.
        headers = Envelope(name, NOTIFICATION_TYPE, "careerops/notify", now).headers()
        record = LogRecord(NOTIFICATIONS, 0, number, name, now, headers, entry.payload)
        return Delivery(record, _GROUP, 0)

    async def _end(self, settlement: Settlement) -> None:
        hand = self._hands.get(settlement.delivery.record.offset)
        verdict = settlement.verdict
        if hand is None or verdict is None or verdict.status is VerdictStatus.DROPPED or hand.ended:
            return
        try:
            await _ENDS[verdict.status](self, hand, verdict)
        except Fenced:
            # Another process has it, because ours took longer than its lease: it decides.
            channel = hand.state.entry.channel
            self._logger.warning(LogEvent.LEASE_LOST, scope=f"channel:{channel}")
        hand.ended = True

    async def _sent(self, hand: Hand, verdict: Verdict) -> None:
        await self._ledger.finish(hand.state, DeliveryStatus.SENT, verdict.decided_at)
        channel = hand.state.entry.channel
        self._count.labels(channel, "sent").inc()
        self._logger.info(LogEvent.NOTIFICATION_SENT, channel=channel)

    async def _failed(self, hand: Hand, verdict: Verdict) -> None:
        if not hand.lettered:
            for letter in verdict.outputs:
                await self._endings.failed(hand.state, letter)
            hand.lettered = True
        await self._ended_badly(hand, DeliveryStatus.FAILED, verdict)
        self._count.labels(hand.state.entry.channel, "failed").inc()

    async def _unknown(self, hand: Hand, verdict: Verdict) -> None:
        await self._ended_badly(hand, DeliveryStatus.UNKNOWN, verdict)

    async def _ended_badly(self, hand: Hand, status: DeliveryStatus, verdict: Verdict) -> None:
        finish = partial(self._ledger.finish, hand.state, status, verdict.decided_at)
        # One that was put back is counted already.
        doubtful = status is DeliveryStatus.UNKNOWN and hand.state.status is DeliveryStatus.SENDING
        await finish(reason=verdict.label, unknown=doubtful)
        await self._endings.undelivered(hand.state, status)
        self._logger.error(
            LogEvent.NOTIFICATION_FAILED,
            channel=hand.state.entry.channel,
            status=status.value,
            reason=verdict.label,
        )


_ENDS: Final[Mapping[VerdictStatus, Callable[[Outbox, Hand, Verdict], Awaitable[None]]]] = {
    VerdictStatus.DONE: Outbox._sent,  # noqa: SLF001  # the class's own table
    VerdictStatus.DEAD: Outbox._failed,  # noqa: SLF001  # the class's own table
    VerdictStatus.UNKNOWN: Outbox._unknown,  # noqa: SLF001  # the class's own table
}


def is_late(state: EntryState, now: datetime) -> bool:
    """Whether the entry is not worth telling any more."""
    return state.entry.worth_until is not None and state.entry.worth_until < now


def put_back(state: EntryState, due: datetime | None, *, unknown: bool) -> EntryState:
    """`state` as the ledger holds it after a send that is to be tried again."""
    entry = state.entry if due is None else replace(state.entry, due=due)
    return EntryState(
        entry, DeliveryStatus.PLANNED, state.attempts, state.unknown + unknown, state.changed_at
    )
