"""The worker: one stage's loop over its subscriptions.

    receive -> decode -> verdict known? -> dispatcher (lanes, handler) -> settler -> log

It holds at most `high_water` messages and `high_water_bytes` of a subscription, from `receive`
until they are settled; beyond that it stops receiving.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from careerops.domain.envelope import Envelope, read_envelope
from careerops.domain.errors import Permanent
from careerops.domain.verdicts import Record, Verdict, VerdictKey
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Counted, Metrics
from careerops.ports.clock import Clock
from careerops.ports.eventlog import Delivery, DeliverySource, Settlement, Subscription
from careerops.ports.verdicts import Decided
from careerops.stream.dispatcher import Dispatcher
from careerops.stream.message import Handler, Message
from careerops.stream.patience import Patience
from careerops.stream.retry import RetryPolicy
from careerops.stream.scopes import Scope
from careerops.stream.settler import Settler
from careerops.stream.surroundings import Surroundings

_RECEIVE_AT_MOST = 500
_Share = tuple[int, int, int]
"""(intake, partition, epoch): one assignment."""
_NAMELESS = Envelope(id="", type="", source="", time=datetime.fromtimestamp(0, UTC))


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a worker runs.

    Attributes:
        concurrency: handlers at work at once.
        high_water: messages held per subscription that are queued, running or unsettled.
        high_water_waiting: messages held per subscription in all, those that wait for a timer or
            a scope included: they keep no other message from being taken in until then.
        high_water_bytes: the size of all of them.
        drain_s: how long running handlers may finish at shutdown.
        retry: delays and attempts.
        probe: delays between tries of what is out; as `retry` unless given.
    """

    concurrency: int = 32
    high_water: int = 256
    high_water_waiting: int = 2048
    high_water_bytes: int = 32 * 1024 * 1024
    drain_s: float = 4.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    probe: RetryPolicy | None = None


@dataclass(slots=True)
class _Intake:
    """One subscription and what is held of it."""

    index: int
    subscription: Subscription
    held: int = 0
    held_bytes: int = 0


class Worker:
    """Runs a `Handler` over topics of a log, as one member of a consumer group."""

    def __init__(
        self,
        *,
        handler: Handler,
        log: DeliverySource,
        verdicts: Decided,
        group: str,
        topics: Sequence[str],
        clock: Clock,
        metrics: Metrics,
        settings: WorkerSettings,
        on_out: Callable[[Scope, Exception], None] | None = None,
    ) -> None:
        """Read `topics`, the first live and the others with the capacity that it leaves.

        `on_out` is called each time a message finds a scope out, with the error that says so.
        """
        self.stage = handler.stage
        self.group = group
        self.topics = tuple(topics)
        self._log = log
        self._verdicts = verdicts
        self._settings = settings
        self._processed = metrics.emails_processed
        logger = get_logger(handler.stage)
        self._patiently = Patience(clock, logger)
        self._settler = Settler(
            log,
            self._patiently,
            on_settled=self._on_settled,
            on_refused=self._on_refused,
            on_durable=self._on_durable,
        )
        around = Surroundings(
            spawn=self._spawn,
            hand_over=self._hand_over,
            attempt=self._attempt,
            rest=self._rest,
            decided=self._decided,
            drop=self._drop,
            room=self._make_room,
            outstanding=lambda: self._settler.outstanding,
            out=lambda scope, error: on_out(scope, error) if on_out else None,
            clock=clock,
            metrics=metrics,
        )
        self._dispatcher = Dispatcher(
            handler,
            settings.concurrency,
            settings.retry,
            around,
            probe=settings.probe or settings.retry,
        )
        self._intakes: list[_Intake] = []
        self._room = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._progress = 0
        self._counters: dict[str, Counted] = {}
        self._ids: dict[VerdictKey, int] = {}
        self._settled: dict[VerdictKey, asyncio.Event] = {}
        self._revoked: dict[_Share, asyncio.Event] = {}
        self._shares: dict[_Share, int] = {}

    @property
    def held(self) -> int:
        """Messages received and not settled."""
        return sum(intake.held for intake in self._intakes)

    @property
    def running(self) -> int:
        """Handlers at work."""
        return self._dispatcher.running

    @property
    def parked(self) -> int:
        """Messages waiting for a timer or a scope."""
        return self._dispatcher.parked

    @property
    def scopes(self) -> dict[str, Scope]:
        """What is out, by scope."""
        return self._dispatcher.scopes

    @property
    def settled(self) -> int:
        """Messages settled since the start: a measure of progress."""
        return self._progress

    @property
    def assigned(self) -> bool:
        """Whether it is a member of its group on all its topics."""
        return len(self._intakes) == len(self.topics) and all(
            intake.subscription.assigned for intake in self._intakes
        )

    @property
    def partitions(self) -> dict[str, frozenset[int]]:
        """What is assigned to it now, by topic."""
        return {
            topic: intake.subscription.partitions
            for topic, intake in zip(self.topics, self._intakes, strict=False)
        }

    @property
    def holes(self) -> dict[str, int]:
        """`topic/partition` -> records settled above its watermark, where the log keeps none."""
        return {
            f"{topic}/{partition}": number
            for topic, intake in zip(self.topics, self._intakes, strict=False)
            for partition, number in intake.subscription.holes.items()
            if number
        }

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, then drain, settle what is done and leave the group.

        Raises:
            AlreadyRunning: another member is alive and the log allows one.
            Fenced: the group was taken over; nothing more may be written.
        """
        for index, topic in enumerate(self.topics):
            revoked = partial(self._on_revoked, index)
            subscription = await self._log.subscribe(topic, self.group, revoked)
            self._intakes.append(_Intake(index, subscription))
        try:
            async with asyncio.TaskGroup() as self._tasks:
                settling = self._tasks.create_task(self._settler.run())
                receiving = [self._tasks.create_task(self._take_in(i)) for i in self._intakes]
                await stopping.wait()
                for task in receiving:
                    task.cancel()
                await self._dispatcher.drain(self._settings.drain_s)
                await self._settler.flushed()
                settling.cancel()
        except BaseExceptionGroup as group:
            # One cause stops the worker; the others are its cancelled siblings.
            raise group.exceptions[0] from None
        # Only a clean end leaves the group cleanly; after a failure the next member has suspects.
        await asyncio.gather(*(intake.subscription.close() for intake in self._intakes))

    async def _take_in(self, intake: _Intake) -> None:
        while True:
            while (free := self._free(intake)) <= 0:
                self._room.clear()
                await self._room.wait()
            receive = partial(intake.subscription.receive, free)
            await self._accept(intake, await self._patiently(receive))

    def _free(self, intake: _Intake) -> int:
        if intake.held_bytes >= self._settings.high_water_bytes:
            return 0
        settings = self._settings
        busy = intake.held - self._dispatcher.waiting(intake.index)
        most = max(settings.high_water_waiting, settings.high_water)
        return min(settings.high_water - busy, most - intake.held, _RECEIVE_AT_MOST)

    async def _accept(self, intake: _Intake, deliveries: Sequence[Delivery]) -> None:
        messages: list[Message] = []
        for delivery in deliveries:
            message = self._held(intake, delivery)
            if message is not None:
                messages.append(message)
        keys = [self._dispatcher.key_of(message) for message in messages]
        known = await self._patiently(partial(self._verdicts.get, keys)) if keys else {}
        for message, key in zip(messages, keys, strict=True):
            verdict = known.get(key)
            if self._revoked and self._share(message) in self._revoked:
                self._release(message)  # taken away while its verdict was looked for
            elif verdict is None:
                times = self._ids.get(key, 0)
                message.repeated = times > 0
                self._ids[key] = times + 1
                self._dispatcher.add(message)
            else:
                # Decided before: say the same again for a reader that missed it, think no more.
                self._hand_over(message, verdict.outputs, None)
        self._dispatcher.pump()

    def _held(self, intake: _Intake, delivery: Delivery) -> Message | None:
        """Hold `delivery`; None if it has no readable identity and was dead-lettered."""
        error = None
        envelope = _NAMELESS
        try:
            envelope = read_envelope(delivery.record.headers)
        except Permanent as unreadable:
            error = unreadable
        message = Message(delivery, envelope, intake.index)
        intake.held += 1
        intake.held_bytes += message.size_bytes
        share = self._share(message)
        self._shares[share] = self._shares.get(share, 0) + 1
        if error is not None:
            self._dispatcher.bury(message, error, error.reason, str(error))
            return None
        return message

    def _hand_over(
        self, message: Message, outputs: tuple[Record, ...], verdict: Verdict | None
    ) -> None:
        self._settler.add(message, Settlement(message.delivery, outputs, verdict))

    def _on_settled(self, message: Message, settlement: Settlement) -> None:
        self._progress += 1
        self._drop(message)
        status = settlement.verdict.status.value if settlement.verdict else "repeated"
        counter = self._counters.get(status)
        if counter is None:
            counter = self._counters[status] = self._processed.labels(self.stage, status)
        counter.inc()

    def _on_durable(self) -> None:
        self._dispatcher.pump()

    def _drop(self, message: Message) -> None:
        """`message` is not in flight any more."""
        key = self._dispatcher.key_of(message)
        self._wake(key)
        times = self._ids.get(key, 0)
        if times > 1:
            self._ids[key] = times - 1
        elif times:
            del self._ids[key]
        self._release(message)

    def _release(self, message: Message) -> None:
        """`message` is not held any more."""
        intake = self._intakes[message.intake]
        intake.held -= 1
        intake.held_bytes -= message.size_bytes
        share = self._share(message)
        left = self._shares[share] - 1
        self._shares[share] = left
        if not left:
            del self._shares[share]
            if (drained := self._revoked.pop(share, None)) is not None:
                drained.set()
        self._make_room()

    def _make_room(self) -> None:
        self._room.set()

    async def _on_revoked(self, intake: int, partition: int, epoch: int) -> None:
        """Drop what of an assignment waits; return when what of it runs is settled."""
        share = (intake, partition, epoch)
        if share not in self._shares:
            return
        drained = self._revoked[share] = asyncio.Event()
        self._dispatcher.forget(intake, partition)
        await drained.wait()

    @staticmethod
    def _share(message: Message) -> _Share:
        return message.intake, message.delivery.record.partition, message.delivery.epoch

    def _on_refused(self, message: Message, error: Permanent) -> None:
        self._dispatcher.refused(message, error)
        if self._revoked and self._share(message) in self._revoked:
            self._dispatcher.forget(message.intake, message.delivery.record.partition)
        key = self._dispatcher.key_of(message)
        if not self._settler.holds(key):
            self._wake(key)  # it may take for ever, and who waits for it has a slot

    def _wake(self, key: VerdictKey) -> None:
        """Whoever waits for an outcome about `key` looks for its verdict now."""
        if self._settled and (waited_for := self._settled.pop(key, None)) is not None:
            waited_for.set()

    async def _decided(self, message: Message) -> Verdict | None:
        """The verdict on an id that was in flight already when `message` came.

        It waits until that one's outcome is durable, and for nobody else's.
        """
        key = self._dispatcher.key_of(message)
        if self._settler.holds(key):
            await self._settled.setdefault(key, asyncio.Event()).wait()
        return (await self._patiently(partial(self._verdicts.get, [key]))).get(key)

    async def _attempt(self, intake: int, delivery: Delivery) -> None:
        subscription = self._intakes[intake].subscription
        await self._patiently(partial(subscription.attempt, delivery))

    async def _rest(self, intake: int, delivery: Delivery) -> None:
        subscription = self._intakes[intake].subscription
        await self._patiently(partial(subscription.rest, delivery))

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._tasks is None:
            raise RuntimeError("the worker does not run")
        return self._tasks.create_task(coroutine)
