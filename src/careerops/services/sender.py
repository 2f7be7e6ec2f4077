"""The sender of one channel: owns the channel's ledger entries from plan to outcome.

    PLANNED --claim--> SENDING --accepted--> SENT
                       SENDING --transient or channel down--> PLANNED (the channel waits)
                       SENDING --refused--> FAILED (and a dead letter)
                       SENDING --nobody knows--> PLANNED again, or UNKNOWN, by policy
    PLANNED --past worth_until--> EXPIRED

The claim is durable before the send begins and the outcome after it ended: a send found SENDING
by the next process is of unknown outcome, and is counted as such whatever becomes of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from careerops.domain.errors import (
    CareerOpsError,
    Outage,
    OutcomeUnknown,
    Permanent,
    Transient,
)
from careerops.domain.notification import Notification
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import bind_message, get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.ledger import DeliveryStatus, EntryState, Ledger
from careerops.ports.notifier import Notifier
from careerops.stream.patience import Patience
from careerops.stream.retry import RetryPolicy

_LEASE = timedelta(seconds=60)
_SEND_TIMEOUT_S = 45.0
_CLAIM_AT_MOST = 8
_POLL_S = 1.0
_RECOVER_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class SenderSurroundings:
    """What a sender needs of its process.

    Attributes:
        ledger: the truth about what was told.
        clock, metrics, owner: of the process.
        resend_unknown: whether a send of unknown outcome is sent again.
        on_failed: called with an entry that the channel refuses for good (makes the dead letter).
        on_down: called once an outage, with the channel's name and why.
    """

    ledger: Ledger
    clock: Clock
    metrics: Metrics
    owner: str
    resend_unknown: bool
    on_failed: Callable[[EntryState, Permanent], Awaitable[None]]
    on_down: Callable[[str, str], Awaitable[None]]


class Sender:
    """Sends one channel's entries, in order for each account."""

    def __init__(self, notifier: Notifier, around: SenderSurroundings) -> None:
        """Send over `notifier`."""
        self.channel = notifier.channel
        self._notifier = notifier
        self._around = around
        self._ledger = around.ledger
        self._clock = around.clock
        self._policy = RetryPolicy(base_delay_s=1.0, max_delay_s=60.0)
        self._logger = get_logger("notify")
        self._patiently = Patience(around.clock, self._logger)
        self._wake = asyncio.Event()
        self._failures = 0
        self._recover_at = 0.0
        self._count = around.metrics.notifications
        self._latency = around.metrics.mail_to_notification_seconds.labels(self.channel)
        self.down = ""
        self.down_since: datetime | None = None
        self.busy = False

    def wake(self) -> None:
        """Something was planned."""
        self._wake.set()

    async def has_due(self) -> bool:
        """Whether something is to be sent now (what is due later does not count)."""
        due = await self._ledger.next_due(self.channel)
        return self.busy or (due is not None and due <= self._clock.now())

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping` is set; a send under way is finished first."""
        while not stopping.is_set():
            self._wake.clear()
            if self._clock.monotonic() >= self._recover_at:
                await self._recover()
            wait_s = await self._round()
            if wait_s > 0:
                await self._rest(stopping, wait_s)

    async def _recover(self) -> None:
        """Resolve what a process left in SENDING when it died: another's may have just now."""
        self._recover_at = self._clock.monotonic() + _RECOVER_EVERY_S
        now = self._clock.now()
        recover = partial(self._ledger.recover, self.channel, self._around.owner, now)
        for state in await self._patiently(recover):
            await self._unknown(state, "the process ended during the send", counted=True)

    async def _round(self) -> float:
        """Send what is due; returns how many seconds nothing is to be done."""
        now = self._clock.now()
        expired = await self._patiently(partial(self._ledger.expire, self.channel, now))
        if expired:
            self._count.labels(self.channel, "expired").inc(expired)
            self._logger.warning(LogEvent.NOTIFICATION_EXPIRED, channel=self.channel, count=expired)
        self.busy = True
        try:
            owner = self._around.owner
            claim = partial(self._ledger.claim, self.channel, owner, now, now + _LEASE)
            claimed = await self._patiently(partial(claim, _CLAIM_AT_MOST))
            if not claimed:
                due = await self._patiently(partial(self._ledger.next_due, self.channel))
                return _POLL_S if due is None else self._until(due)
            delays = await asyncio.gather(*(self._send(state) for state in claimed))
        finally:
            self.busy = False
        return max(delays)

    async def _finish(
        self, state: EntryState, status: DeliveryStatus, now: datetime, **how: Any
    ) -> None:
        """Record how a send ended: what was sent must not be sent again for want of a store."""
        await self._patiently(partial(self._ledger.finish, state, status, now, **how))

    def _until(self, due: datetime) -> float:
        return min(_POLL_S, max(0.01, (due - self._clock.now()).total_seconds()))

    async def _rest(self, stopping: asyncio.Event, wait_s: float) -> None:
        """Wait `wait_s`, or until something is planned (unless the channel is down), or the end."""
        waits = [asyncio.ensure_future(stopping.wait()), asyncio.ensure_future(self._pause(wait_s))]
        if not self._failures:
            waits.append(asyncio.ensure_future(self._wake.wait()))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _pause(self, wait_s: float) -> bool:
        await self._clock.sleep(wait_s)
        return True

    async def _send(self, state: EntryState) -> float:
        """Send one claimed entry and record how it ended; returns seconds the channel waits."""
        notification = Notification.model_validate_json(state.entry.payload)
        with bind_message(state.entry.event_id, ""):
            try:
                async with asyncio.timeout(_SEND_TIMEOUT_S):
                    await self._notifier.send(notification)
            except Transient as error:
                return await self._again(state, error, error.retry_after_s)
            except Outage as outage:
                return await self._channel_down(state, outage)
            except Permanent as error:
                await self._failed(state, error)
            except (OutcomeUnknown, TimeoutError) as error:
                await self._unknown(state, type(error).__name__, counted=False)
            else:
                await self._sent(state, notification)
        return 0.0

    async def _sent(self, state: EntryState, notification: Notification) -> None:
        now = self._clock.now()
        await self._finish(state, DeliveryStatus.SENT, now)
        if self.down:
            self._logger.info(LogEvent.OUTAGE_ENDED, scope=f"channel:{self.channel}")
        self._failures = 0
        self.down = ""
        self.down_since = None
        self._count.labels(self.channel, "sent").inc()
        if notification.event is not None and notification.event.ingested_at is not None:
            self._latency.observe((now - notification.event.ingested_at).total_seconds())
        self._logger.info(LogEvent.NOTIFICATION_SENT, channel=self.channel)

    async def _again(
        self, state: EntryState, error: CareerOpsError, asked_s: float | None
    ) -> float:
        """The entry keeps its place in the order; the channel waits."""
        self._failures += 1
        reason = type(error).__name__.lower()
        now = self._clock.now()
        self.down_since = self.down_since or now
        await self._finish(state, DeliveryStatus.PLANNED, now, reason=reason, due=state.entry.due)
        self._count.labels(self.channel, reason).inc()
        delay_s = self._policy.delay_s(self._failures, asked_s)
        self._logger.warning(
            LogEvent.NOTIFICATION_FAILED,
            channel=self.channel,
            error_type=type(error).__name__,
            attempt=state.attempts,
            delay_s=round(delay_s, 3),
        )
        return delay_s

    async def _channel_down(self, state: EntryState, outage: Outage) -> float:
        asked_s = None
        if outage.retry_at is not None:
            asked_s = max(0.1, (outage.retry_at - self._clock.now()).total_seconds())
        delay_s = await self._again(state, outage, asked_s)
        if not self.down:
            self.down = str(outage) or outage.scope
            self._logger.error(LogEvent.CHANNEL_DOWN, channel=self.channel, scope=outage.scope)
            await self._around.on_down(self.channel, self.down)
        return delay_s

    async def _failed(self, state: EntryState, error: Permanent) -> None:
        await self._around.on_failed(state, error)
        now = self._clock.now()
        await self._finish(state, DeliveryStatus.FAILED, now, reason=error.reason)
        self._count.labels(self.channel, "failed").inc()
        self._logger.error(LogEvent.NOTIFICATION_FAILED, channel=self.channel, reason=error.reason)

    async def _unknown(self, state: EntryState, reason: str, *, counted: bool) -> None:
        """Resolve by policy a send of which nobody knows whether it happened."""
        again = self._around.resend_unknown
        status = DeliveryStatus.PLANNED if again else DeliveryStatus.UNKNOWN
        await self._finish(
            state,
            status,
            self._clock.now(),
            reason=reason,
            due=state.entry.due if again else None,
            unknown=not counted,
        )
        self._count.labels(self.channel, "unknown").inc()
        self._logger.warning(
            LogEvent.NOTIFICATION_UNKNOWN, channel=self.channel, status=status.value
        )
