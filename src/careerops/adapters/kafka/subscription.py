"""One member of a group, reading one topic."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from confluent_kafka import Consumer

from careerops.adapters.kafka.assignments import Assignments, Waiting
from careerops.adapters.kafka.thread import Callbacks, ConsumerThread
from careerops.adapters.kafka.tracker import Standing
from careerops.domain.errors import Fenced
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.custody import CustodyStore, Place
from careerops.ports.eventlog import Delivery, OnRevoked

_RUSH: Final = 100
_MARKS_AHEAD: Final = 4


class KafkaSubscription:
    """`Subscription` on Kafka: partitions come and go; what is fetched waits to be received."""

    def __init__(
        self,
        topic: str,
        group: str,
        *,
        prefix: str,
        build: Callable[[Callbacks], Consumer],
        custody: CustodyStore,
        on_revoked: OnRevoked | None,
        on_close: Callable[["KafkaSubscription"], None],
        on_back: Callable[[], None] = lambda: None,
        on_assigned: Callable[[], None] = lambda: None,
        log_id: str = "",
    ) -> None:
        """Join `group` with a consumer that `build` makes, told whom it calls."""
        self.topic = topic
        self.group = group
        self._custody = custody
        self._on_close = on_close
        self._assignments = Assignments(
            topic, group, custody, on_revoked, on_back=on_back, on_assigned=on_assigned
        )
        self._thread = self._assignments.thread = ConsumerThread(
            build, topic, prefix, self._assignments
        )
        self._thread.turn_back({}, log_id)
        self._reading = asyncio.Lock()
        self._over = False
        self._logger = get_logger("log")
        self._committing = asyncio.get_running_loop().create_task(
            self._assignments.commit_for_ever()
        )
        self._thread.start()

    @property
    def beat(self) -> float:
        """When its thread turned last (monotonic seconds)."""
        return self._thread.beat

    @property
    def partitions(self) -> frozenset[int]:
        """What is assigned to this member now."""
        return self._assignments.partitions

    @property
    def assigned(self) -> bool:
        """Whether the group has given it its share, which may be empty."""
        inside = self._assignments
        return inside.joined.is_set() and inside.failure is None and not self._over

    @property
    def holes(self) -> dict[int, int]:
        """Partition -> records settled above its watermark."""
        return {each: standing.holes for each, standing in self.standings().items()}

    def renewed(self, log_id: str, *, known: bool) -> None:
        """The topic has this id now, another one than before if that was `known`."""
        self._assignments.renewed(log_id, known=known)

    async def joined(self) -> None:
        """Return once the group has answered.

        Raises:
            ConfigurationError: there can be no such consumer.
            Fenced: it has failed for good.
        """
        await self._assignments.joined.wait()
        self._check()

    async def receive(self, limit: int) -> Sequence[Delivery]:
        """Wait until there is something, then hand over at most `limit` deliveries.

        Cancelling loses nothing: records leave the buffer only in the step that returns.

        Raises:
            Fenced: it was closed, or the consumer has failed for good.
            Outage: custody cannot be recorded now.
        """
        async with self._reading:
            while True:
                self._check()
                arrived = self._assignments.arrived
                arrived.clear()
                chosen = self._assignments.waiting(limit)
                if not chosen:
                    await arrived.wait()
                    continue
                await self._mark_delivered(chosen)
                if deliveries := self._assignments.take(chosen):
                    return deliveries

    async def attempt(self, delivery: Delivery) -> None:
        """Record durably that `delivery` is about to run alone; settling it removes the record.

        Raises:
            Fenced: it was closed.
        """
        self._check()
        assignment = self._assignments.of(delivery)
        if assignment is not None:
            place, offset = assignment.place, delivery.record.offset
            await self._custody.attempt(assignment.token, place, offset)

    async def rest(self, delivery: Delivery) -> None:
        """Record durably that `delivery` does not run now, and is not settled.

        Raises:
            Fenced: it was closed.
        """
        self._check()
        assignment = self._assignments.of(delivery)
        if assignment is not None:
            place, offset = assignment.place, delivery.record.offset
            await self._custody.rest(assignment.token, place, offset)

    async def close(self) -> None:
        """Leave the group: what is settled is committed, the next member has no suspects."""
        if self._over:
            return
        self._over = True
        self._assignments.arrived.set()
        self._assignments.commit_all()
        if not await self._thread.stop():
            self._logger.warning(LogEvent.GROUP_NOT_LEFT, topic=self.topic)
        self._committing.cancel()
        await asyncio.gather(self._committing, return_exceptions=True)
        await self._assignments.end()
        self._on_close(self)

    def is_current(self, delivery: Delivery) -> bool:
        """Whether the assignment under which `delivery` came stands."""
        return self._assignments.of(delivery) is not None

    def is_open(self, delivery: Delivery) -> bool:
        """Whether it also is not settled yet."""
        assignment = self._assignments.of(delivery)
        return assignment is not None and assignment.tracker.is_pending(delivery.record.offset)

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """These are done: their outputs are published. Stale ones change nothing."""
        tried: dict[str, dict[Place, list[int]]] = {}
        for delivery in deliveries:
            assignment = self._assignments.settle(delivery)
            if assignment is not None and delivery.suspect:
                places = tried.setdefault(assignment.token, {})
                places.setdefault(assignment.place, []).append(delivery.record.offset)
        for token, offsets in tried.items():
            await self._custody.forget(token, offsets)
        self._assignments.commit_if_due()

    def standings(self) -> dict[int, Standing]:
        """Partition -> how it stands in this process."""
        return self._assignments.standings()

    async def _mark_delivered(self, chosen: Sequence[Waiting]) -> None:
        """Before the hand-over: after an unclean end these are the suspects, and no others."""
        below: dict[str, dict[Place, int]] = {}
        for assignment, record in chosen:
            if record.offset >= assignment.marked_below:
                below.setdefault(assignment.token, {})[assignment.place] = record.offset + 1
        # In a rush a mark is set some way ahead: one durable write for several hand-overs.
        ahead = _MARKS_AHEAD * len(chosen) if len(chosen) >= _RUSH else 0
        for token, marks in below.items():
            reserved = {place: mark + ahead for place, mark in marks.items()}
            await self._custody.deliver(token, reserved)
        for assignment, _ in chosen:
            marks = below.get(assignment.token, {})
            if assignment.place in marks:
                assignment.marked_below = marks[assignment.place] + ahead

    def _check(self) -> None:
        if self._over:
            raise Fenced("this subscription is closed: subscribe again")
        if self._assignments.failure is not None:
            raise self._assignments.failure
