"""Dead letters that the log refuses, partitions that are taken away, copies that wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from careerops.domain.envelope import MAX_RECORD_BYTES
from careerops.domain.errors import Outage, OutcomeUnknown, Permanent, Transient
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS
from careerops.domain.verdicts import Record, VerdictKey, VerdictStatus
from careerops.ports.eventlog import Settlement
from careerops.stream.deadletter import notes_of, replayed
from careerops.stream.message import Decision, Message
from support.engine import Bench, Scripted, mail

CUT_BYTES = 64 * 1024


@pytest.fixture
async def bench() -> Bench:
    """A fresh database."""
    return Bench()


@dataclass
class Settling:
    """The log's `settle`, with what happens before it; counts calls."""

    bench: Bench
    before: Callable[[Sequence[Settlement]], Awaitable[None]]
    calls: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._real = self.bench.database.log.settle
        self.bench.database.log.settle = self._settle  # type: ignore[method-assign]  # a log with its own ways

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        self.calls.append(len(settlements))
        await self.before(settlements)
        await self._real(settlements)


def letters_of(settlements: Sequence[Settlement]) -> list[Record]:
    """The dead letters among the outputs."""
    outputs = [output for each in settlements for output in each.outputs]
    return [output for output in outputs if output.topic == DEAD_LETTERS]


@dataclass
class Limit:
    """A log that carries dead letters of at most so many bytes of value; -1 for none at all."""

    most: int = -1

    async def __call__(self, settlements: Sequence[Settlement]) -> None:
        """Refuse as brokers do."""
        if any(len(letter.value) > self.most for letter in letters_of(settlements)):
            raise Permanent("the brokers refuse this size", reason="too_large")


async def undecodable(message: Message) -> None:
    """What is called bad is."""
    if message.envelope.id.startswith("bad"):
        raise Permanent("not a mail", reason="undecodable")


def buried(bench: Bench, reason: str) -> float:
    """What the metric says."""
    name, labels = "careerops_dead_letters_total", {"stage": "test", "reason": reason}
    return bench.metrics.registry.get_sample_value(name, labels) or 0.0


async def test_a_letter_refused_for_ever_is_offered_now_and_then_and_counted_once(
    bench: Bench,
) -> None:
    """An hour of it: a call a minute, one dead letter in the metric, and others go on."""
    limit = Limit()
    settling = Settling(bench, limit)
    worker = bench.worker(Scripted(undecodable))
    async with bench.running(worker) as task:
        await bench.database.log.publish([mail("bad", "x"), mail("same key", "x"), mail("b", "y")])
        await bench.advance(3600)
        assert 60 <= len(settling.calls) <= 90
        assert sorted(await bench.values()) == ["b", "same key"]
        assert (worker.held, await bench.lag(), buried(bench, "undecodable")) == (1, 1, 1)
        limit.most = MAX_RECORD_BYTES
        await bench.advance(61)
        assert (worker.held, await bench.lag(), buried(bench, "undecodable")) == (0, 0, 1)
        assert not task.done()
    (letter,) = await bench.dead()
    notes = notes_of(letter.headers)
    assert (notes["reason"], notes["size"], letter.value) == ("undecodable", "3", b"")


@pytest.mark.parametrize(("most", "kept"), [(CUT_BYTES, CUT_BYTES), (CUT_BYTES - 1, 0)])
async def test_a_log_that_carries_less_is_given_less(bench: Bench, most: int, kept: int) -> None:
    """The first 64 KiB, else nothing of it; size and digest are noted and replay refuses it."""
    whole = Record(mail("bad").topic, "k", b"x" * 100_000, mail("bad").headers)
    Settling(bench, Limit(most))
    async with bench.running(bench.worker(Scripted(undecodable))):
        await bench.database.log.publish([whole])
        await bench.settle()
        assert await bench.lag() == 0
    (letter,) = await bench.dead()
    notes = notes_of(letter.headers)
    assert letter.value == b"x" * kept
    assert (notes["size"], len(notes["sha256"])) == ("100000", 64)
    assert ("ce_id", b"bad") in letter.headers
    with pytest.raises(Permanent, match="cannot be replayed"):
        replayed(letter.headers, letter.value, letter.key)


async def test_an_output_that_is_refused_becomes_a_letter_that_is_cut(bench: Bench) -> None:
    """Both limits on one message: the reason is the first one's."""
    Settling(bench, Limit(0))

    async def script(message: Message) -> Decision:
        del message
        return Decision(outputs=(Record(CLASSIFIED, "k", bytes(MAX_RECORD_BYTES + 1)),))

    async with bench.running(bench.worker(Scripted(script))):
        await bench.database.log.publish([mail("a")])
        await bench.settle()
        assert await bench.lag() == 0
    (letter,) = await bench.dead()
    assert (notes_of(letter.headers)["reason"], letter.value) == ("too_large", b"")
    assert buried(bench, "too_large") == 1


async def test_a_message_whose_letter_waits_is_no_killer(bench: Bench) -> None:
    """Killed again and again meanwhile: its letter gives the true reason in the end."""
    limit = Limit()
    Settling(bench, limit)
    await bench.database.log.publish([mail("bad", "x")])
    for _ in range(6):
        task = asyncio.create_task(bench.worker(Scripted(undecodable)).run(asyncio.Event()))
        await bench.advance(20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        bench.database.crash()
    limit.most = MAX_RECORD_BYTES
    async with bench.running(bench.worker(Scripted(undecodable))):
        pass
    (letter,) = await bench.dead()
    assert notes_of(letter.headers)["reason"] == "undecodable"


async def test_a_stop_does_not_wait_for_a_letter_that_is_refused(bench: Bench) -> None:
    """Neither for one that waits nor for one that is refused while it stops."""
    Settling(bench, Limit())
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "bad late":
            await gate.wait()
        await undecodable(message)

    await bench.database.log.publish([mail("bad", "x"), mail("bad late", "y")])
    stopping = asyncio.Event()
    task = asyncio.create_task(bench.worker(Scripted(script)).run(stopping))
    await bench.settle()
    stopping.set()
    await bench.settle()
    gate.set()
    await bench.settle()
    over = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert over
    assert await bench.lag() == 2


@pytest.mark.parametrize("waits", [True, False], ids=["waits", "is being written"])
async def test_a_partition_that_is_taken_away_is_not_kept_by_a_refused_letter(
    bench: Bench, *, waits: bool
) -> None:
    """Whoever has it next writes the letter."""
    revoke = bench.revocations()
    gate = asyncio.Event()

    async def refuse(settlements: Sequence[Settlement]) -> None:
        if not waits:
            await gate.wait()
        await Limit()(settlements)

    Settling(bench, refuse)
    worker = bench.worker(Scripted(undecodable))
    async with bench.running(worker):
        await bench.database.log.publish([mail("bad", "x")])
        await bench.settle()
        taking = asyncio.ensure_future(revoke[0](0, 1))
        await bench.settle()
        gate.set()
        await bench.settle()
        assert taking.done()
        assert worker.held == 0
        await bench.advance(200)


@pytest.mark.parametrize(
    "error",
    [
        Transient("later"),
        Transient("500", provider="p"),
        Outage("down", scope="llm"),
        OutcomeUnknown("cut off"),
        asyncio.CancelledError(),
    ],
)
async def test_what_fails_after_its_partition_was_taken_away_is_left_to_the_next(
    bench: Bench, error: BaseException
) -> None:
    """No timer, no scope and no verdict of it keeps the partition here."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        del message
        await gate.wait()
        raise error

    revoke = bench.revocations()
    worker = bench.worker(Scripted(script))
    async with bench.running(worker):
        await bench.database.log.publish([mail("a", "x"), mail("b", "x")])
        await bench.settle()
        taking = asyncio.ensure_future(revoke[0](0, 1))
        await bench.settle()
        assert not taking.done()
        gate.set()
        await bench.settle()
        assert taking.done()
        assert (worker.held, worker.parked, worker.scopes) == (0, 0, {})
    assert await bench.lag() == 2
    key = VerdictKey("a", "test")
    assert not await bench.database.verdicts.get([key])


async def test_a_final_unknown_outcome_is_kept_though_its_partition_was_taken_away(
    bench: Bench,
) -> None:
    """Else the next member would attempt what must not be attempted again."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        del message
        await gate.wait()
        raise OutcomeUnknown("cut off", final=True)

    revoke = bench.revocations()
    async with bench.running(bench.worker(Scripted(script))):
        await bench.database.log.publish([mail("a", "x")])
        await bench.settle()
        taking = asyncio.ensure_future(revoke[0](0, 1))
        await bench.settle()
        gate.set()
        await bench.settle()
        assert taking.done()
    key = VerdictKey("a", "test")
    assert (await bench.database.verdicts.get([key]))[key].status is VerdictStatus.UNKNOWN


# ---- copies ----


async def test_a_copy_waits_for_its_own_outcome_and_not_for_a_quiet_moment(bench: Bench) -> None:
    """Under steady work something is always being written; its conversation goes on all the same.

    Counted in messages: what is behind the copy is among the first fifty, not after the backlog.
    """
    clock = bench.database.clock

    async def slow(settlements: Sequence[Settlement]) -> None:
        del settlements
        await clock.sleep(1.0)

    async def script(message: Message) -> None:
        if message.envelope.id.startswith("load"):
            await clock.sleep(0.3 + 0.17 * (len(handler.seen) % 5))

    Settling(bench, slow)
    handler = Scripted(script)
    load = [mail(f"load{n}", f"k{n}") for n in range(300)]
    copies = [mail("a", "conv"), mail("a", "conv"), mail("next", "conv")]
    worker = bench.worker(handler, concurrency=4, high_water=16)
    async with bench.running(worker):
        await bench.database.log.publish([*copies, *load])
        await bench.advance(600)
        assert await bench.lag() == 0
    assert handler.seen.count("a") == 1
    assert handler.seen.index("next") < 50


async def test_a_copy_finds_what_was_written_alone_after_its_batch_was_refused(
    bench: Bench,
) -> None:
    """Its first outcome is durable while another of the same batch still waits for its turn."""
    first, other, bad = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def gated(settlements: Sequence[Settlement]) -> None:
        names = [each.delivery.record.value.decode() for each in settlements]
        if names == ["huge"]:
            await bad.wait()

    async def script(message: Message) -> Decision | None:
        name = message.envelope.id
        if name == "before":
            await other.wait()
        if name in ("a", "huge"):
            await first.wait()
        if name == "huge":
            return Decision(outputs=(Record(CLASSIFIED, "k", bytes(MAX_RECORD_BYTES + 1)),))
        return None

    Settling(bench, gated)
    handler = Scripted(script)
    worker = bench.worker(handler)
    async with bench.running(worker):
        await bench.database.log.publish(
            [mail("a", "a"), mail("huge", "h"), mail("before", "o"), mail("a", "o")]
        )
        await bench.settle()
        first.set()
        await bench.settle()
        other.set()  # now the copy runs, beside a batch that is not through yet
        await bench.settle()
        bad.set()
        await bench.settle()
        assert (worker.running, worker.held, await bench.lag()) == (0, 0, 0)
    assert handler.seen.count("a") == 1


async def test_copies_of_a_message_whose_letter_is_refused_keep_no_slot(bench: Bench) -> None:
    """It may take for ever: everybody else goes on, and in the end all are settled."""
    limit = Limit()
    Settling(bench, limit)
    worker = bench.worker(Scripted(undecodable), concurrency=1)
    async with bench.running(worker):
        await bench.database.log.publish([mail("bad", "x"), mail("bad", "x"), mail("ok", "y")])
        await bench.advance(30)
        assert worker.running == 0
        assert await bench.values() == ["ok"]
        limit.most = MAX_RECORD_BYTES
        await bench.advance(120)
        assert await bench.lag() == 0
    assert {notes_of(each.headers)["reason"] for each in await bench.dead()} == {"undecodable"}
