"""A log that goes back under a member: what is delivered, committed and shown then."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from careerops.adapters.kafka.assignments import Assignments
from careerops.adapters.kafka.listener import Fetched, Share
from careerops.adapters.memory.custody import MemoryCustody
from careerops.ports.custody import Place
from careerops.ports.eventlog import Delivery, LogRecord

TOPIC, GROUP = "raw_inbox_stream", "careerops.test"
PLACE = Place(GROUP, TOPIC, 0)
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LIMIT = 100


class Thread:
    """The thread's side: it does as it is told at once, and keeps what it was told."""

    def __init__(self) -> None:
        self.pause_all = False
        self.pause_some: frozenset[int] = frozenset()
        self.commits: list[dict[Share, int]] = []
        self.turns: list[dict[Share, int]] = []
        self.log_id = ""

    def commit(self, watermarks: dict[Share, int]) -> None:
        """Kept."""
        self.commits.append(watermarks)

    def turn_back(self, places: dict[Share, int], log_id: str = "") -> None:
        """Kept until the test says that it has happened."""
        self.log_id = log_id or self.log_id
        if places:
            self.turns.append(places)


class Stand:
    """One member with partition 0 under epoch 1, and how often it was told that a log went back."""

    def __init__(self) -> None:
        self.custody = MemoryCustody()
        self.revoked: list[Share] = []
        self.backs = 0
        self.inside = Assignments(
            TOPIC, GROUP, self.custody, self._on_revoked, on_back=self._on_back
        )
        self.thread = Thread()
        self.inside.thread = self.thread  # type: ignore[assignment]  # all of it that is used
        self.epoch = 1

    async def _on_revoked(self, partition: int, epoch: int) -> None:
        self.revoked.append((partition, epoch))

    def _on_back(self) -> None:
        self.backs += 1

    def fetch(self, *values: str, at: int = 0, time: datetime = NOW) -> None:
        """Records `values` from offset `at` on."""
        records = [(record(value, at + n, time), self.epoch) for n, value in enumerate(values)]
        self.inside.fetched(Fetched(records=records))

    def end_at(self, offset: int) -> None:
        """The partition's end, without a record."""
        self.inside.fetched(Fetched(ends=[(0, self.epoch, offset)]))

    def turned(self) -> int:
        """The thread has turned back as it was told last; from which offset."""
        (((_, before), at),) = self.thread.turns[-1].items()
        self.epoch += 1
        self.inside.turned_back([(0, before, self.epoch, at)])
        return at

    async def take(self) -> list[Delivery]:
        """All that may be handed over, once custody is known."""
        while self.inside._tasks:
            await asyncio.gather(*self.inside._tasks)
        chosen = self.inside.waiting(LIMIT)
        below = {PLACE: max((r.offset for _, r in chosen), default=-1) + 1}
        await self.custody.deliver(self.inside._by_partition[0].token, below)
        return self.inside.take(chosen)

    def settle(self, deliveries: list[Delivery]) -> None:
        """They are done."""
        for delivery in deliveries:
            self.inside.settle(delivery)

    def committed(self) -> dict[Share, int]:
        """What is handed to the thread to commit now."""
        self.thread.commits.clear()
        self.inside.commit_all()
        return self.thread.commits[-1] if self.thread.commits else {}

    @property
    def watermark(self) -> int | None:
        """Where the partition is said to stand."""
        return self.inside.standings()[0].watermark


@contextlib.asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """A member that has its partition."""
    made = Stand()
    made.inside.assigned([(0, made.epoch)])
    try:
        yield made
    finally:
        await made.inside.end()


def record(value: str, offset: int, time: datetime = NOW) -> LogRecord:
    """A record of partition 0."""
    return LogRecord(TOPIC, 0, offset, "k", time, (("ce_id", value.encode()),), value.encode())


def values(deliveries: list[Delivery]) -> list[str]:
    """What was handed over."""
    return [delivery.record.value.decode() for delivery in deliveries]


async def test_another_log_from_its_start_is_delivered_whole() -> None:
    """Also where clocks give both the same times; its position and commit are its own."""
    async with stand() as here:
        here.fetch(*[f"old{n}" for n in range(10)])
        here.settle(await here.take())
        assert here.watermark == 10
        here.fetch("new0", "new1")
        assert here.watermark == 0
        assert here.committed() == {}
        assert here.turned() == 0
        assert here.watermark == 0
        here.fetch("new0", "new1", "new2")
        new = await here.take()
        assert values(new) == ["new0", "new1", "new2"]
        here.settle(new)
        assert here.committed() == {(0, 2): 3}
        assert here.backs == 1


async def test_what_was_fetched_before_it_was_sought_is_not_taken_for_the_new_log() -> None:
    """It comes under the old epoch, or while the thread has not turned yet: it is read again."""
    async with stand() as here:
        here.fetch("a", "b", "c")
        here.settle(await here.take())
        here.fetch("n0")
        here.fetch("n1", at=1)
        here.fetch("n3", at=3)
        here.turned()
        here.epoch -= 1
        here.fetch("n4", at=4)
        here.epoch += 1
        here.fetch("n0", "n1", "n2", "n3", "n4")
        assert values(await here.take()) == ["n0", "n1", "n2", "n3", "n4"]
        assert len(here.thread.turns) == 1


async def test_a_repetition_by_the_client_is_neither_counted_nor_delivered_twice() -> None:
    """The same records again, settled and unsettled ones, are no other log."""
    async with stand() as here:
        here.fetch("a", "b", "c", "d")
        taken = await here.take()
        here.settle(taken[:2])
        here.fetch("a", "b", "c", "d", "e")
        assert values(await here.take()) == ["e"]
        assert here.inside.standings()[0].unsettled == 3
        assert here.watermark == 2
        assert (here.backs, here.thread.turns) == (0, [])


async def test_a_log_that_lost_its_last_records_goes_on_where_it_differs() -> None:
    """An unclean election: others are written in their place."""
    async with stand() as here:
        here.fetch("a", "b", "c", "d")
        here.settle(await here.take())
        here.fetch("a", "b", "x", "y")
        assert here.turned() == 2
        here.fetch("x", "y", at=2)
        new = await here.take()
        assert values(new) == ["x", "y"]
        here.settle(new)
        assert here.committed() == {(0, 2): 4}


async def test_what_is_not_settled_is_read_again_though_it_lies_before_the_difference() -> None:
    """What is in hand of before is not committed any more: a crash must not lose it."""
    async with stand() as here:
        here.fetch("a", "b", "c", "d")
        old = await here.take()
        here.settle([old[0], *old[2:]])
        here.fetch("x", at=3)
        assert here.turned() == 1
        here.fetch("b", "c", "x", at=1)
        assert values(await here.take()) == ["b", "c", "x"]


async def test_a_settlement_of_the_old_log_settles_nothing_of_the_new_one() -> None:
    """Their offsets are the same. It still counts as current, so that its outputs are written."""
    async with stand() as here:
        here.fetch("old0", "old1")
        old = await here.take()
        here.fetch("new0")
        here.turned()
        here.fetch("new0", "new1")
        new = await here.take()
        assert here.inside.of(old[0]) is not None
        here.settle(old)
        assert here.inside.standings()[0].unsettled == 2
        assert here.watermark == 0
        assert here.inside.of(old[0]) is None
        here.settle(new)
        assert here.watermark == 2


async def test_what_waited_of_the_old_log_is_still_handed_over() -> None:
    """The brokers do not have it any more: nobody else will get it."""
    async with stand() as here:
        here.fetch("old0", "old1")
        assert values((await here.take())[:1]) == ["old0"]
        here.fetch("old2", at=2)
        here.fetch("new0")
        here.turned()
        here.fetch("new0")
        assert values(await here.take()) == ["old2", "new0"]


async def test_an_end_before_what_was_delivered_is_a_log_that_went_back() -> None:
    """A new topic may be empty for long: its position and lag have to be right already."""
    async with stand() as here:
        here.fetch("a", "b", "c")
        here.settle(await here.take())
        here.end_at(3)
        assert here.thread.turns == []
        here.end_at(0)
        assert here.turned() == 0
        assert here.watermark == 0
        assert here.committed() == {(0, 2): 0}


async def test_an_end_that_records_have_passed_is_nothing() -> None:
    """In one round an end is told of, and then records that were appended behind it."""
    async with stand() as here:
        here.fetch("a")
        records = [(record("b", 1), 1), (record("c", 2), 1)]
        here.inside.fetched(Fetched(records=records, ends=[(0, 1, 1)]))
        assert here.thread.turns == []
        assert here.watermark == 0


async def test_nobody_is_suspected_in_a_new_log() -> None:
    """Deaths and marks were of other records at these offsets."""
    async with stand() as here:
        here.fetch("a", "b", "c")
        taken = await here.take()
        await here.custody.attempt(here.inside._by_partition[0].token, PLACE, 1)
        here.fetch("n0")
        here.turned()
        here.fetch("n0", "n1")
        assert [(d.suspect, d.deaths) for d in await here.take()] == [(False, 0)] * 2
        assert (await here.custody.take([PLACE], "next"))[PLACE].suspects_below == 2
        assert taken


async def test_another_id_of_the_topic_is_another_log_though_it_has_grown_further() -> None:
    """Reading went on at the old end: nothing in the offsets tells of it."""
    async with stand() as here:
        here.inside.renewed("one", known=False)
        here.fetch("a", "b")
        here.settle(await here.take())
        here.fetch("n2", at=2)
        here.inside.renewed("two", known=True)
        assert here.committed() == {}
        assert here.turned() == 0
        assert here.thread.log_id == "two"
        here.fetch("n0", "n1", "n2")
        assert values(await here.take())[-3:] == ["n0", "n1", "n2"]


async def test_the_id_of_a_log_that_is_read_from_its_start_already_turns_nothing_back() -> None:
    """Records told of it first; what came of it since is not delivered twice."""
    async with stand() as here:
        here.inside.renewed("one", known=False)
        here.fetch("a", "b")
        here.settle(await here.take())
        here.fetch("n0")
        here.turned()
        here.fetch("n0", "n1")
        here.settle(await here.take())
        here.inside.renewed("two", known=True)
        assert len(here.thread.turns) == 1
        assert here.committed() == {(0, 2): 2}
        here.inside.renewed("three", known=True)
        assert len(here.thread.turns) == 2


async def test_revoking_drains_what_is_in_hand_of_both_logs() -> None:
    """And commits the new one's watermark only."""
    async with stand() as here:
        here.fetch("old0", "old1")
        old = await here.take()
        here.fetch("new0")
        here.turned()
        here.fetch("new0")
        here.settle(await here.take())
        marks: Future[dict[int, int]] = Future()
        here.inside.revoked([(0, 2)], marks)
        assert await asyncio.wrap_future(marks) == {0: 1}
        assert sorted(here.revoked) == [(0, 1), (0, 2)]
        assert here.inside.of(old[0]) is None


async def test_records_that_differ_in_anything_are_others() -> None:
    """Key, time, headers and value: any of them."""
    was = record("a", 0)
    others = [
        replace(was, key="other"),
        replace(was, value=b"other"),
        replace(was, headers=()),
        replace(was, time=datetime(2026, 1, 5, 10, tzinfo=UTC)),
    ]
    for other in others:
        async with stand() as here:
            here.inside.fetched(Fetched(records=[(was, 1)]))
            here.inside.fetched(Fetched(records=[(other, 1)]))
            assert len(here.thread.turns) == 1


async def test_nothing_of_a_partition_that_is_taken_away_is_handed_over_any_more() -> None:
    """Not even what a hand-over under way had chosen before; what is in hand is still settled."""
    async with stand() as here:
        here.fetch("a", "b", "c")
        first, *_ = await here.take()
        here.fetch("d", at=3)
        chosen = here.inside.waiting(LIMIT)
        assert len(chosen) == 1
        here.inside.revoked([(0, 1)], Future())
        assert here.inside.take(chosen) == []
        here.fetch("e", at=4)
        assert here.inside.waiting(LIMIT) == []
        assert here.inside.settle(first) is not None
