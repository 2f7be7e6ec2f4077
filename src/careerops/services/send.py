"""Sending one notification by one channel: the handler behind the outbox.

What a notifier answers, and what follows:

    returned None          sent
    Transient              again, at most three times while others pass; else the channel is out
    Outage                 the channel is out: its entries wait, one tries it
    Permanent              failed, and a dead letter
    OutcomeUnknown, a      once more after a delay, then unknown, for a person to decide: whatever
    timeout                the outside does, nobody is told the same more than twice
    any other exception,   as an unknown outcome, since it may have been told before; the second
    a cancellation from    time failed, and a dead letter that says where
    inside, any other
    returned value
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NoReturn

from pydantic import ValidationError

from careerops.domain.envelope import check_type
from careerops.domain.errors import Fenced, Outage, OutcomeUnknown, Permanent, Transient
from careerops.domain.notification import NOTIFICATION_TYPE, Notification
from careerops.domain.verdicts import VerdictStatus
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import bind_message, get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.ledger import DeliveryStatus, Ledger
from careerops.ports.notifier import Notifier
from careerops.services.outbox import LEASE_S, Hand, Outbox, is_late, put_back
from careerops.services.summary import summary_of
from careerops.stream.message import Decision, Message
from careerops.stream.patience import Patience, is_told_to_end
from careerops.stream.retry import RetryPolicy

STAGE: Final = "send"
SEND_TIMEOUT_S: Final = 45.0
_HOUR: Final = timedelta(hours=1)
_LAST_WORDS_S: Final = 1.0
"""For a send that is told to end to close its connection."""
_SLOW_S: Final = 5.0
"""A send that takes longer is not waited for by the next one of its (channel, account)."""
_TWICE: Final = 2
_PRETENDED: Final = 3
"""Outages that one notification finds, until it is held against it that others pass."""
_PRETENDED_FULL: Final = 20
"""Likewise where a limit is reached: in a burst it is reached again and again."""
_FOLD_AT_MOST: Final = 500
_OF_A_NEWER_RELEASE: Final = frozenset({"enum", "literal_error", "extra_forbidden"})
"""Errors of pydantic for values and fields that this release does not know."""


class ChannelOut(Outage):
    """The notifier itself says that its channel is out."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be told.

    Attributes:
        repeat_unknown: whether a send of unknown outcome is begun a second time.
        per_hour: sends begun an hour for each (channel, account); what is beyond comes together.
        unlimited: channels without that limit, such as files and terminals of this machine.
    """

    repeat_unknown: bool = True
    per_hour: int = 60
    unlimited: frozenset[str] = frozenset()


class SendHandler:
    """Sends what the outbox hands over."""

    stage = STAGE
    accepts = NOTIFICATION_TYPE

    def __init__(
        self,
        notifiers: Mapping[str, Notifier],
        ledger: Ledger,
        outbox: Outbox,
        limits: Limits,
        *,
        retry: RetryPolicy,
        clock: Clock,
        metrics: Metrics,
        owner: str,
    ) -> None:
        """Send by `notifiers`, of channel names; `owner` holds the leases."""
        self._notifiers = notifiers
        self._ledger = ledger
        self._outbox = outbox
        self._limits = limits
        self._retry = retry
        self._clock = clock
        self._count = metrics.notifications
        self._latency = metrics.mail_to_notification_seconds
        self._owner = owner
        self._logger = get_logger("notify")
        self._patiently = Patience(clock, self._logger)
        self._abandoned: set[asyncio.Future[object]] = set()

    def scopes(self, message: Message) -> frozenset[str]:
        """The channel, and the room that its account has left this hour."""
        channel, account = self._outbox.hand(message.delivery).lane
        return frozenset({scope_of(channel), limit_of(channel, account)})

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """None: there is no other way to tell it; a dead letter and an alert say so."""
        del message, error
        return None

    async def handle(self, message: Message) -> Decision:
        """Send one entry; the ledger knows of it before and after."""
        hand = self._outbox.hand(message.delivery)
        with bind_message(hand.state.entry.event_id, ""):
            return await self._handle(hand, message)

    async def _handle(self, hand: Hand, message: Message) -> Decision:
        entry, now = hand.state.entry, self._clock.now()
        if is_late(hand.state, now):
            await self._patiently(partial(self._outbox.expire, entry.channel, now))
            return Decision(VerdictStatus.DROPPED, account=entry.account)
        if await self._folded(hand, now):
            return Decision(VerdictStatus.DROPPED, account=entry.account)
        try:
            check_type(entry.type, NOTIFICATION_TYPE)
            notification = _read(entry.payload)
        except Outage:
            self._outbox.overtake(hand, however_many=True)
            raise
        claim = partial(self._ledger.claim, hand.state, self._owner, now, LEASE_S)
        claimed = await self._patiently(claim)
        if claimed is None:  # another process sends it, or a person has dropped it
            return Decision(VerdictStatus.DROPPED, account=entry.account)
        hand.state = claimed
        try:
            await self._send(hand, notification, message.outages)
        except Fenced:  # it took longer than its lease: who has it now decides about it
            self._logger.warning(LogEvent.LEASE_LOST, scope=scope_of(entry.channel))
            return Decision(VerdictStatus.DROPPED, account=entry.account)
        return Decision(account=entry.account, provider=scope_of(entry.channel))

    async def _send(self, hand: Hand, notification: Notification, outages: int) -> None:
        """Tell, and raise what the engine is to do; `outages` is how often it found one."""
        channel = hand.state.entry.channel
        # A third party's may return anything, whatever the port says.
        send: Callable[[Notification], Awaitable[object]] = self._notifiers[channel].send
        slow = asyncio.ensure_future(self._overtake_slow(hand))
        try:
            answer = await self._bounded(send(notification))
        except asyncio.CancelledError as error:
            if is_told_to_end(error):
                raise
            await self._doubt(hand, error, error)
        except Exception as error:  # noqa: BLE001  # a notifier may be anybody's: it fails its entry, not the process
            await self._failed(hand, error, outages)
        else:
            if answer is not None:
                await self._doubt(hand, TypeError("a notifier returns None"), None)
            self._measure(channel, notification)
        finally:
            slow.cancel()

    async def _bounded(self, sending: Awaitable[object]) -> object:
        """Await a send, but not for ever, though it may ignore that it is told to end.

        Raises:
            TimeoutError: it did not return in time; it was told to end, and left to itself.
        """
        task = asyncio.ensure_future(sending)
        try:
            done, _ = await asyncio.wait({task}, timeout=SEND_TIMEOUT_S)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task}, timeout=_LAST_WORDS_S)
            raise
        if done:
            return task.result()
        task.cancel()
        await asyncio.wait({task}, timeout=_LAST_WORDS_S)
        if not task.done():
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
        raise TimeoutError

    async def _failed(self, hand: Hand, error: Exception, outages: int) -> NoReturn:
        """Raise what the engine is to do about `error` of the notifier."""
        scope = scope_of(hand.state.entry.channel)
        if isinstance(error, Permanent):
            raise error
        if isinstance(error, Transient):
            await self._again(hand, error, overtake=True)
            asked_s = error.retry_after_s
            raise Transient(str(error), retry_after_s=asked_s, provider=scope) from error
        if isinstance(error, Outage):
            # The first time the order is kept; one that alone finds it out is overtaken, and so
            # is one that is to wait for long.
            now = self._clock.now()
            far = error.retry_at is not None and (error.retry_at - now).total_seconds() > _SLOW_S
            await self._again(hand, error, overtake=far or outages > 0)
            if outages >= (_PRETENDED_FULL if error.exact else _PRETENDED):
                # It may be this one alone that is taken for an outage: then it has its attempts.
                raise Transient(str(error), provider=scope) from error
            if error.exact:  # a limit is reached: the channel works
                raise Outage(str(error), scope=scope, retry_at=error.retry_at) from error
            raise ChannelOut(str(error), scope=scope, retry_at=error.retry_at) from error
        known = isinstance(error, OutcomeUnknown | TimeoutError)
        await self._doubt(hand, error, None if known else error)

    async def _overtake_slow(self, hand: Hand) -> None:
        await self._clock.sleep(_SLOW_S)
        self._outbox.overtake(hand)

    def _measure(self, channel: str, notification: Notification) -> None:
        event = notification.event
        if event is not None and event.ingested_at is not None:
            waited_s = (self._clock.now() - event.ingested_at).total_seconds()
            self._latency.labels(channel).observe(waited_s)

    async def _again(self, hand: Hand, error: Exception, *, overtake: bool) -> None:
        """Nothing was told: the entry is planned as before, the engine says when it is tried."""
        reason = "outage" if isinstance(error, Outage) else type(error).__name__.lower()
        await self._put_back(hand, reason)
        if overtake:
            self._outbox.overtake(hand)
        channel = hand.state.entry.channel
        self._count.labels(channel, reason).inc()
        self._logger.warning(
            LogEvent.NOTIFICATION_FAILED,
            channel=channel,
            error_type=type(error).__name__,
            attempt=hand.state.attempts,
        )

    async def _doubt(
        self, hand: Hand, error: BaseException, unexpected: BaseException | None
    ) -> NoReturn:
        """It may have been told. Raises what the engine is to do about it."""
        channel, reason = hand.state.entry.channel, type(error).__name__
        last = not self._limits.repeat_unknown or hand.state.unknown + 1 >= _TWICE
        status = DeliveryStatus.UNKNOWN if last else DeliveryStatus.PLANNED
        self._count.labels(channel, "unknown").inc()
        self._logger.warning(
            LogEvent.NOTIFICATION_UNKNOWN, channel=channel, status=status.value, error_type=reason
        )
        if not last:
            due = self._clock.now() + timedelta(seconds=self._retry.repeat_after_s)
            await self._put_back(hand, reason, due=due, unknown=True)
            self._outbox.overtake(hand)
        if unexpected is None:
            raise OutcomeUnknown(reason, final=last)
        what = f"the notifier of {channel} ends by {reason}, which none may raise"
        raise OutcomeUnknown(what, final=last, broken=True) from unexpected

    async def _put_back(
        self, hand: Hand, reason: str, *, due: datetime | None = None, unknown: bool = False
    ) -> None:
        finish = partial(self._ledger.finish, hand.state, DeliveryStatus.PLANNED, self._clock.now())
        await self._patiently(partial(finish, reason=reason, due=due, unknown=unknown))
        hand.state = put_back(hand.state, due, unknown=unknown)
        hand.failed_at = hand.failed_at or self._clock.now()

    async def _folded(self, hand: Hand, now: datetime) -> bool:
        """Whether the entry went into a summary, because there is hardly room for more this hour.

        Raises:
            Outage: there is no room at all before a known time.
        """
        channel, account = hand.lane
        if channel in self._limits.unlimited:
            return False
        begun = await self._patiently(
            partial(self._ledger.begun_since, channel, account, now - _HOUR)
        )
        room = self._limits.per_hour - len(begun)
        if room > 1:
            return False
        backlog = await self._patiently(
            partial(self._ledger.backlog, channel, account, now, _FOLD_AT_MOST)
        )
        if len(backlog) > 1 and (summary := summary_of(backlog)) is not None:
            await self._patiently(partial(self._ledger.fold, summary, backlog, now))
            self._count.labels(channel, "summarised").inc(len(backlog))
            self._logger.warning(LogEvent.NOTIFICATIONS_FOLDED, channel=channel, count=len(backlog))
            self._outbox.wake()
            return True
        if room < 1:
            raise Outage(
                f"{self._limits.per_hour} notifications were sent by {channel} within the hour",
                scope=limit_of(channel, account),
                retry_at=_freed_at(begun, self._limits.per_hour),
                exact=True,
            )
        return False


def _freed_at(begun: Sequence[datetime], per_hour: int) -> datetime:
    """When fewer than `per_hour` of the sends begun at these times lie within the hour."""
    return sorted(begun)[len(begun) - per_hour] + _HOUR


def scope_of(channel: str) -> str:
    """The outage scope of a channel."""
    return f"channel:{channel}"


def limit_of(channel: str, account: str) -> str:
    """The scope of what a channel may still send to an account this hour."""
    return f"limit:{channel}:{account}"


def _read(payload: bytes) -> Notification:
    """The notification in an entry.

    Raises:
        Outage: only a newer release can have written it (scope `version:...`).
        Permanent: it is none (reason `undecodable`).
    """
    try:
        return Notification.model_validate_json(payload)
    except ValidationError as error:
        kinds = {part["type"] for part in error.errors(include_input=False)}
    if kinds <= _OF_A_NEWER_RELEASE:
        raise Outage(
            "this notification was written by a newer release: upgrade this one",
            scope=f"version:{NOTIFICATION_TYPE.rpartition('.')[0]}",
        )
    raise Permanent("the ledger holds no notification that can be read", reason="undecodable")
