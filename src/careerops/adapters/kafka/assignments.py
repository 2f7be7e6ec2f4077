"""The partitions that are ours: what is fetched of them, what of it is settled, what is committed.

The event loop's side of a consumer. Only the loop touches it; the thread is told what to do.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice
from typing import Any, Final
from uuid import uuid4

from confluent_kafka import KafkaError

from careerops.adapters.kafka.clients import ended
from careerops.adapters.kafka.keeper import Assignment, Keeper
from careerops.adapters.kafka.listener import Fetched, Share, Turn
from careerops.adapters.kafka.thread import DRAIN_S, GIVE_BACK_S, ConsumerThread
from careerops.adapters.kafka.tracker import Standing
from careerops.domain.errors import CareerOpsError
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.custody import Custody, CustodyStore, Place
from careerops.ports.eventlog import Delivery, LogRecord, OnRevoked

COMMIT_EVERY_S: Final = 1.0
COMMIT_AFTER: Final = 500
# After a pause the client fetches anew, which takes tenths of a second: what is left until then has
# to be enough for the fastest handlers (15,000 messages a second).
_HIGH_RECORDS, _LOW_RECORDS = 8000, 6000
_HIGH_BYTES, _LOW_BYTES = 16 * 1024 * 1024, 8 * 1024 * 1024
_MAX_SPAN: Final = 20_000
"""Records of a partition between its watermark and what was fetched last, settled or not."""


Waiting = tuple[Assignment, LogRecord]


class Assignments:
    """`Listener` of a consumer's thread.

    Attributes:
        joined: set once the group has given a first share, which may be empty, or nothing will.
        failure: why the consumer will bring nothing more, None while it may.
        arrived: set when there may be something to take.
    """

    def __init__(
        self,
        topic: str,
        group: str,
        custody: CustodyStore,
        on_revoked: OnRevoked | None,
        *,
        on_back: Callable[[], None] = lambda: None,
        on_assigned: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing is assigned yet. `thread` has to be set before anything is.

        `on_back` is called whenever the log of a partition went back, `on_assigned` whenever there
        is a new share.
        """
        self.thread: ConsumerThread
        self.joined = asyncio.Event()
        self.failure: CareerOpsError | None = None
        self.arrived = asyncio.Event()
        self._topic = topic
        self._group = group
        self._keeper = Keeper(custody)
        self._on_revoked = on_revoked
        self._on_back = on_back
        self._on_assigned = on_assigned
        self._retired: dict[Share, Assignment] = {}
        self._by_partition: dict[int, Assignment] = {}
        self._buffer: deque[Waiting] = deque()
        self._buffer_bytes = 0
        self._acks = 0
        self._down = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._logger = get_logger("log")

    # ---- told by the thread ----

    def assigned(self, shares: list[Share]) -> None:
        """These partitions are ours from now on."""
        self.joined.set()
        self._recovered()
        token = uuid4().hex
        fresh = [Assignment(self._place(p), epoch, token) for p, epoch in shares]
        self._by_partition.update({each.place.partition: each for each in fresh})
        if fresh:
            self._on_assigned()
            self._spawn(self._take_custody(fresh, token))

    def revoked(self, shares: list[Share], watermarks: "Future[dict[int, int]]") -> None:
        """They are taken away: drain, then say up to where they are settled."""
        gone = {partition for partition, _ in shares}
        for each in (*self._by_partition.values(), *self._retired.values()):
            # A hand-over that waits for custody must bring nothing of it to who forgets it now.
            each.leaving = each.leaving or each.place.partition in gone
        self._spawn(self._give_up(shares, watermarks))

    def lost(self, shares: list[Share]) -> None:
        """They are somebody else's already."""
        self._logger.warning(LogEvent.PARTITIONS_LOST, topic=self._topic, count=len(shares))
        self._spawn(self._drained(shares))
        self._remove(shares)

    def fetched(self, fetched: Fetched) -> None:
        """Records came, or ends."""
        self._recovered()
        for record, epoch in fetched.records:
            assignment = self._current(record.partition, epoch)
            if assignment is not None and assignment.back_at is None:
                self._take_in(assignment, record)
        came = {record.partition for record, _ in fetched.records}
        for partition, epoch, offset in fetched.ends:
            assignment = self._current(partition, epoch)
            if assignment is None or assignment.back_at is not None:
                continue
            # An end is told of before the records that were appended behind it.
            if partition not in came and assignment.tracker.ends_before(offset):
                self._turn_back(assignment, offset)
            assignment.tracker.reach(offset)
        self._balance()
        self.arrived.set()

    def turned_back(self, turns: list[Turn]) -> None:
        """A tracker of its own from now on, for everything from these offsets on.

        What is in hand of before is finished, though nothing of it is committed: the brokers may
        not have it any more.
        """
        token = uuid4().hex
        for partition, before, epoch, at in turns:
            old = self._current(partition, before)
            if old is None:
                continue
            fresh = Assignment(old.place, epoch, token, is_anew=at == 0)
            fresh.tracker.reach(at)
            self._by_partition[partition] = fresh
            if old.custody is None:
                # Nothing was handed over, and its custody is being asked for under its token.
                fresh.token = old.token
                self._spawn(self._take_custody([fresh], fresh.token))
            else:
                old.marked_below = sys.maxsize
                if old.tracker.unsettled:
                    self._retired[partition, before] = old
                self._spawn(self._take_anew(fresh, old.token))
            self._logger.warning(
                LogEvent.LOG_WENT_BACK, topic=self._topic, partition=partition, offset=at
            )
            self._on_back()
        self._balance()

    def renewed(self, log_id: str, *, known: bool) -> None:
        """The topic is the log `log_id` from now on, another one than before if that was `known`.

        Where reading went back to the start since, it did so for this; the rest is read anew.
        """
        places: dict[Share, int] = {}
        for partition, each in self._by_partition.items():
            if known and not each.is_anew and each.back_at != 0:
                each.back_at = 0
                places[partition, each.epoch] = 0
            each.is_anew = False
            each.committed = None  # said again, of this log
        self.thread.turn_back(places, log_id)

    def failed(self, error: KafkaError) -> None:
        """Something is wrong; the client goes on trying unless the error is fatal."""
        if error.fatal():
            self.died(ended(error))
        elif not self._down:
            self._down = True
            self._logger.warning(LogEvent.OUTAGE_STARTED, scope="log", reason=error.name())

    def died(self, error: CareerOpsError) -> None:
        """Whoever waits learns of it."""
        self.failure = error
        self.joined.set()
        self.arrived.set()

    def commit_failed(self) -> None:
        """Say the watermarks again."""
        for assignment in self._by_partition.values():
            assignment.committed = None

    # ---- asked by the subscription ----

    @property
    def partitions(self) -> frozenset[int]:
        """What is ours now."""
        return frozenset(self._by_partition)

    def of(self, delivery: Delivery) -> Assignment | None:
        """The assignment under which `delivery` came, None if it is over."""
        partition, epoch = delivery.record.partition, delivery.epoch
        return self._current(partition, epoch) or self._retired.get((partition, epoch))

    def waiting(self, limit: int) -> list[Waiting]:
        """The next records that may be handed over, at most `limit`; they stay where they are."""
        while self._buffer and not self._stays(self._buffer[0][0]):
            self._pop()
        return [each for each in islice(self._buffer, limit) if self._stays(each[0])]

    def take(self, chosen: Iterable[Waiting]) -> list[Delivery]:
        """Hand over those of `chosen` whose assignment still stands."""
        wanted = {id(record) for _, record in chosen}
        taken: list[Delivery] = []
        while self._buffer and (
            id(self._buffer[0][1]) in wanted or not self._stays(self._buffer[0][0])
        ):
            assignment, record = self._pop()
            if self._stays(assignment):
                taken.append(assignment.delivery(record))
        self._balance()
        return taken

    def settle(self, delivery: Delivery) -> Assignment | None:
        """Mark `delivery` done; its assignment, None if it is stale or was done before."""
        assignment = self.of(delivery)
        if assignment is None or not assignment.tracker.settle(delivery.record.offset):
            return None
        if not assignment.tracker.unsettled:
            self._retired.pop((assignment.place.partition, assignment.epoch), None)
        self._acks += 1
        return assignment

    def commit_if_due(self) -> None:
        """Commit once enough was settled."""
        if self._acks >= COMMIT_AFTER:
            self.commit()

    def commit(self) -> None:
        """Hand the thread every watermark that has moved."""
        self._acks = 0
        moved: dict[Share, int] = {}
        for partition, assignment in self._by_partition.items():
            watermark = None if assignment.back_at is not None else assignment.tracker.watermark
            if watermark is not None and watermark != assignment.committed:
                moved[partition, assignment.epoch] = assignment.committed = watermark
        if moved:
            self.thread.commit(moved)
        self._balance()

    def commit_all(self) -> None:
        """Hand it every watermark, also those whose commit has not been answered yet."""
        self.commit_failed()
        self.commit()

    async def commit_for_ever(self) -> None:
        """Commit what has moved, about every second."""
        while True:
            await asyncio.sleep(COMMIT_EVERY_S)
            self.commit()

    def standings(self) -> dict[int, Standing]:
        """Partition -> how it stands."""
        return {
            p: each.tracker.standing()
            if each.back_at is None
            else Standing(each.back_at, unsettled=0, holes=0, oldest=None)
            for p, each in self._by_partition.items()
        }

    async def end(self) -> None:
        """Cancel what still runs."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- inside ----

    def _place(self, partition: int) -> Place:
        return Place(self._group, self._topic, partition)

    def _current(self, partition: int, epoch: int) -> Assignment | None:
        found = self._by_partition.get(partition)
        return found if found is not None and found.epoch == epoch else None

    def _is_current(self, assignment: Assignment) -> bool:
        partition = assignment.place.partition
        return (
            self._by_partition.get(partition) is assignment
            or self._retired.get((partition, assignment.epoch)) is assignment
        )

    def _stays(self, assignment: Assignment) -> bool:
        return not assignment.leaving and self._is_current(assignment)

    def _take_in(self, assignment: Assignment, record: LogRecord) -> None:
        mark = hash(record)
        if assignment.tracker.goes_back(record.offset, mark):
            self._turn_back(assignment, record.offset)
        elif assignment.tracker.deliver(record.offset, record.time, mark):
            if assignment.custody is None:
                assignment.early.append(record)
            else:
                self._append(assignment, record)

    def _turn_back(self, assignment: Assignment, offset: int) -> None:
        """Its log went back to `offset`: nothing of it counts until it is read from there.

        Or from the first record that is not settled, if that lies before: it may still be there.
        """
        watermark = assignment.tracker.watermark
        at = offset if watermark is None else min(offset, watermark)
        assignment.back_at = at
        self.thread.turn_back({(assignment.place.partition, assignment.epoch): at})

    def _append(self, assignment: Assignment, record: LogRecord) -> None:
        self._buffer.append((assignment, record))
        self._buffer_bytes += len(record.value)

    def _pop(self) -> Waiting:
        assignment, record = self._buffer.popleft()
        self._buffer_bytes -= len(record.value)
        return assignment, record

    def _balance(self) -> None:
        """Pause by what waits here, and single partitions by what is settled out of order."""
        full = len(self._buffer) >= _HIGH_RECORDS or self._buffer_bytes >= _HIGH_BYTES
        low = len(self._buffer) <= _LOW_RECORDS and self._buffer_bytes <= _LOW_BYTES
        if full or low:
            self.thread.pause_all = full
        self.thread.pause_some = frozenset(
            partition
            for partition, each in self._by_partition.items()
            if len(each.early) >= _HIGH_RECORDS or each.tracker.span >= _MAX_SPAN
        )

    async def _take_custody(self, fresh: list[Assignment], token: str) -> None:
        """Learn whom to suspect, before anything of these partitions is handed over."""
        known = await self._keeper.take([each.place for each in fresh], token)
        for assignment in fresh:
            self._hand_over_early(assignment, known.get(assignment.place, Custody()))
        self._balance()
        self.arrived.set()

    async def _take_anew(self, fresh: Assignment, before: str) -> None:
        await self._keeper.take_anew(fresh.place, fresh.token, before)
        self._hand_over_early(fresh, Custody())
        self._balance()
        self.arrived.set()

    def _hand_over_early(self, assignment: Assignment, custody: Custody) -> None:
        assignment.custody = custody
        if self._is_current(assignment):
            for record in assignment.early:
                self._append(assignment, record)
        assignment.early.clear()

    async def _give_up(self, shares: list[Share], watermarks: "Future[dict[int, int]]") -> None:
        ours = [each for p, epoch in shares if (each := self._current(p, epoch)) is not None]
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._drained(shares)
        with suppress(TimeoutError):
            # Before the commit: the next holder looks as soon as it is assigned.
            async with asyncio.timeout(GIVE_BACK_S):
                await self._keeper.give_back(ours)
        marks = {e.place.partition: e.tracker.watermark for e in ours if e.back_at is None}
        self._remove(shares)
        if not watermarks.done():
            watermarks.set_result({p: mark for p, mark in marks.items() if mark is not None})

    async def _drained(self, shares: list[Share]) -> None:
        if self._on_revoked is not None:
            gone = {partition for partition, _ in shares}
            all_ = [*shares, *(share for share in self._retired if share[0] in gone)]
            await asyncio.gather(*(self._on_revoked(p, epoch) for p, epoch in all_))

    def _remove(self, shares: list[Share]) -> None:
        for partition, epoch in shares:
            if self._current(partition, epoch) is not None:
                del self._by_partition[partition]
        gone = {partition for partition, _ in shares}
        for share in [share for share in self._retired if share[0] in gone]:
            del self._retired[share]
        self._balance()

    def _recovered(self) -> None:
        if self._down:
            self._down = False
            self._logger.info(LogEvent.OUTAGE_ENDED, scope="log")

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
