"""The sender: everything that this process tells, by all its channels.

    PLANNED --claim--> SENDING --accepted--> SENT
                       SENDING --nothing was told--> PLANNED (it, or the channel, waits)
                       SENDING --given up--> FAILED (a dead letter and an alert)
                       SENDING --nobody knows--> PLANNED once more, then UNKNOWN (an alert)
    PLANNED --past worth_until--> EXPIRED

A worker like that of any stage, over the outbox instead of a topic. The claim is durable before
the send begins and the outcome after it ended: a send found SENDING by the next process is of
unknown outcome, and is counted as such whatever becomes of it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from careerops.domain.errors import Fenced
from careerops.domain.topics import NOTIFICATIONS
from careerops.domain.verdicts import Record
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.ledger import DeliveryStatus, EntryState, Ledger
from careerops.ports.notifier import Notifier
from careerops.services.notify import EVERYONE
from careerops.services.outbox import Endings, Outbox
from careerops.services.send import ChannelOut, Limits, SendHandler, scope_of
from careerops.stream.patience import Patience
from careerops.stream.retry import RetryPolicy
from careerops.stream.scopes import Scope
from careerops.stream.worker import Worker, WorkerSettings

_GROUP: Final = "careerops.send"
_FAILURES_TO_ALERT: Final = 3
_FAR_S: Final = 300.0
"""A channel that is to be tried so late is as good as down, whatever the reason."""
_TWICE: Final = 2
_STRAYS: Final = 1000
_RETRY: Final = RetryPolicy(base_delay_s=30.0, max_delay_s=300.0, max_park_s=1800.0)
"""Of one notification that fails while others pass: half a minute, then a whole one."""
_PROBE: Final = RetryPolicy()
"""Of a channel that takes nothing: it may be back any time."""
_DRAIN_S: Final = 6.0
"""Longer than other stages: a send cut off is one whose outcome nobody knows."""


@dataclass(frozen=True, slots=True)
class SenderSurroundings:
    """What a sender needs of its process.

    Attributes:
        ledger: the truth about what was told.
        clock, metrics, owner: of the process.
        limits: how much is told, and whether a send of unknown outcome is repeated.
        on_failed: called with an entry that is given up and its dead letter, to be published.
        on_undelivered: called with an entry that ended FAILED or UNKNOWN.
        on_down: called once an outage, with the channel's name and why.
        channels: account -> its channels, for what a channel that is gone had still to tell.
        concurrency: sends at once.
    """

    ledger: Ledger
    clock: Clock
    metrics: Metrics
    owner: str
    on_failed: Callable[[EntryState, Record], Awaitable[None]]
    on_undelivered: Callable[[EntryState, DeliveryStatus], Awaitable[None]]
    on_down: Callable[[str, str], Awaitable[None]]
    limits: Limits = field(default_factory=Limits)
    channels: Mapping[str, Sequence[str]] | None = None
    concurrency: int = 16


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel fares: `reason` is '' while it can tell, `since` (UTC) when it stopped."""

    name: str
    reason: str = ""
    since: datetime | None = None
    waiting: int = 0

    @property
    def state(self) -> str:
        """`up` or `down`."""
        return "down" if self.reason else "up"


class Sender:
    """Sends what the ledger holds for `notifiers`."""

    def __init__(self, notifiers: Sequence[Notifier], around: SenderSurroundings) -> None:
        """Send over `notifiers`, each by its channel's name."""
        self._notifiers = {each.channel: each for each in notifiers}
        self._around = around
        self._ledger = around.ledger
        self._clock = around.clock
        self._logger = get_logger("notify")
        self._patiently = Patience(around.clock, self._logger)
        self._outbox = Outbox(
            self._notifiers,
            around.ledger,
            Endings(around.on_failed, around.on_undelivered),
            clock=around.clock,
            metrics=around.metrics,
            owner=around.owner,
            recovered=self._recovered,
        )
        handler = SendHandler(
            self._notifiers,
            around.ledger,
            self._outbox,
            around.limits,
            retry=_RETRY,
            clock=around.clock,
            metrics=around.metrics,
            owner=around.owner,
        )
        self.worker = Worker(
            handler=handler,
            log=self._outbox,
            verdicts=self._outbox,
            group=_GROUP,
            topics=(NOTIFICATIONS,),
            clock=around.clock,
            metrics=around.metrics,
            settings=WorkerSettings(
                concurrency=around.concurrency, retry=_RETRY, probe=_PROBE, drain_s=_DRAIN_S
            ),
            on_out=self._on_out,
        )
        self._down: dict[str, ChannelState] = {}
        self._alerts: asyncio.Queue[ChannelState] = asyncio.Queue()

    @property
    def channels(self) -> list[ChannelState]:
        """How each channel fares."""
        waiting = self._outbox.waiting()
        found = []
        for name in self._notifiers:
            scope = self.worker.scopes.get(scope_of(name))
            state = self._down.get(name)
            reason = state.reason if scope is not None and state is not None else ""
            since = scope.since if scope is not None and reason else None
            found.append(ChannelState(name, reason, since, waiting[name]))
        return found

    def wake(self) -> None:
        """Something was planned."""
        self._outbox.wake()

    async def has_due(self) -> bool:
        """Whether something is in hand or to be sent now; what is due later does not count."""
        return await self._outbox.has_due()

    def outages(self) -> list[tuple[str, datetime, str]]:
        """(scope, since when (UTC), what waits) of all that keeps entries from being told."""
        waiting = self._outbox.waiting()
        found = {
            scope_of(channel): (since, number)
            for channel, (since, number) in self._outbox.failing().items()
        }
        for scope in self.worker.scopes.values():
            since, number = found.get(scope.name, (scope.since, 0))
            number = max(number, waiting[scope.name.removeprefix("channel:")], 1)
            found[scope.name] = min(since, scope.since), number
        return [
            (name, since, f"its notifications wait for it ({n})")
            for name, (since, n) in found.items()
        ]

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping` is set; sends under way are finished first."""
        await self._patiently(self._adopt)
        async with asyncio.TaskGroup() as tasks:
            alerting = tasks.create_task(self._alert_for_ever())
            await self.worker.run(stopping)
            alerting.cancel()

    def _on_out(self, scope: Scope, error: Exception) -> None:
        """A message found `scope` out: note it, and have it told once it is sure."""
        channel = scope.name.removeprefix("channel:")
        if channel not in self._notifiers or scope.name == channel:
            return
        far = scope.due - self._clock.monotonic() >= _FAR_S
        sure = isinstance(error, ChannelOut) or far or scope.failures >= _FAILURES_TO_ALERT
        known = self._down.get(channel)
        if not sure or (known is not None and known.since == scope.since):
            return
        self._down[channel] = ChannelState(channel, str(error) or scope.name, scope.since)
        self._logger.error(LogEvent.CHANNEL_DOWN, channel=channel, scope=scope.name)
        self._alerts.put_nowait(self._down[channel])

    async def _alert_for_ever(self) -> None:
        while True:
            state = await self._alerts.get()
            await self._patiently(partial(self._around.on_down, state.name, state.reason))

    async def _recovered(self, state: EntryState) -> None:
        """Decide about a send whose process has ended: once more, or a person's matter."""
        again = self._around.limits.repeat_unknown and state.unknown < _TWICE
        status = DeliveryStatus.PLANNED if again else DeliveryStatus.UNKNOWN
        channel = state.entry.channel
        reason = "process_ended"
        # An outage in between would find it again, when its lease is over, and count it twice.
        finish = partial(self._ledger.finish, state, status, self._clock.now(), reason=reason)
        try:
            await self._patiently(finish)
        except Fenced:
            return  # another process decides about it
        if not again:
            await self._patiently(partial(self._around.on_undelivered, state, status))
        self._around.metrics.notifications.labels(channel, "unknown").inc()
        self._logger.warning(
            LogEvent.NOTIFICATION_UNKNOWN, channel=channel, status=status.value, reason=reason
        )

    async def _adopt(self) -> None:
        """Have what a channel that is gone had still to tell told by its account's channels.

        Raises:
            Outage: the store cannot be asked or written.
        """
        channels = self._around.channels
        if channels is None:
            return
        served = {name for names in channels.values() for name in names}
        now = self._clock.now()
        adopted, stranded, more = Counter[str](), Counter[str](), True
        while more:
            stranded.clear()
            more = False
            for state in await self._ledger.strays(served, _STRAYS):
                entry = state.entry
                others = channels.get(entry.account) or channels.get(EVERYONE, ())
                if not others:
                    stranded[entry.channel] += 1
                    continue
                more = True
                adopted[entry.channel] += 1
                await self._ledger.plan([replace(entry, channel=each) for each in others], now)
                with suppress(Fenced):  # another process of a newer configuration was quicker
                    how = partial(self._ledger.finish, state, DeliveryStatus.DROPPED, now)
                    await how(reason="channel_gone")
        for channel, number in adopted.items():
            self._logger.warning(LogEvent.NOTIFICATIONS_ADOPTED, channel=channel, count=number)
        for channel, number in stranded.items():
            self._logger.error(LogEvent.NOTIFICATIONS_STRANDED, channel=channel, count=number)
