"""One message that fails in some odd way for ever, and what becomes of all the others."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from careerops.adapters.memory.eventlog import MemoryLog, MemorySubscription
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.errors import Outage, OutcomeUnknown, Transient
from careerops.domain.topics import RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import VerdictKey, VerdictStatus
from careerops.stream.deadletter import notes_of
from careerops.stream.message import Decision, Message
from careerops.stream.worker import Worker
from support.engine import Bench, Scripted, mail, output

LLM = frozenset({"llm"})


@pytest.fixture
async def bench() -> Bench:
    """A fresh database."""
    return Bench()


@dataclass
class Resort(Scripted):
    """A handler that has something to say, or to raise, when the last attempt failed."""

    resort: BaseException | None = None
    asked: int = 0

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """Decide as the fallback would."""
        self.asked += 1
        assert isinstance(error, Transient)
        if self.resort is not None:
            raise self.resort
        return Decision(label="fallback", outputs=(output(message),))


async def killed(bench: Bench, worker: Worker, seconds: float = 0.0) -> None:
    """Run `worker` for so long, then end it as SIGKILL does."""
    task = asyncio.create_task(worker.run(asyncio.Event()))
    await bench.settle()
    await bench.advance(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    bench.database.crash()


# ---- one message that always finds a scope out ----


async def down_for_poison(message: Message) -> Decision | None:
    """Everything else is answered."""
    if message.envelope.id.startswith("poison"):
        raise Outage("down", scope="llm")
    return None


async def test_newcomers_pass_a_message_that_alone_finds_a_scope_out(bench: Bench) -> None:
    """They need not even wait for the next probe, however long it has been failing."""
    handler = Scripted(down_for_poison, needs=LLM)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("poison", "p")])
        await bench.advance(1000)
        await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(5)])
        await bench.settle()
        assert sorted(await bench.values()) == [f"m{n}" for n in range(5)]
        assert await bench.lag() == 1
    assert not await bench.dead()


async def test_probes_rotate_so_that_two_poisons_stand_for_nobody(bench: Bench) -> None:
    """Two that fail look like a true outage: the others are answered at the next probe."""
    handler = Scripted(down_for_poison, needs=LLM)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("poison1", "p"), mail("poison2", "q")])
        await bench.advance(1000)
        asked = len(handler.seen)
        await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(5)])
        await bench.settle()
        assert len(handler.seen) == asked
        await bench.advance(61)
        assert sorted(await bench.values()) == [f"m{n}" for n in range(5)]


async def test_live_mail_probes_before_history_that_has_waited_longer(bench: Bench) -> None:
    """Among those that have failed as often: first come, first served is for equals."""

    async def script(message: Message) -> None:
        del message
        raise Outage("down", scope="llm")

    handler = Scripted(script, needs=LLM)
    async with bench.running(bench.worker(handler)):
        for name, topic in (("h0", RAW_BACKFILL), ("l0", RAW_INBOX), ("h1", RAW_BACKFILL)):
            await bench.database.log.publish([mail(name, name, topic=topic)])
            await bench.settle()
        await bench.database.log.publish([mail("l1", "l1")])
        await bench.advance(20)
    assert handler.seen == ["h0", "l0", "l1", "h1", "l0", "l1"][: len(handler.seen)]
    assert len(handler.seen) >= 5


async def test_two_that_find_a_scope_out_keep_all_others_from_trying(bench: Bench) -> None:
    """A true outage costs as many calls as it takes to be sure, not one a message."""
    handler = Scripted(down_for_poison, needs=LLM)
    async with bench.running(bench.worker(handler)):
        for n in range(10):
            await bench.database.log.publish([mail(f"poison{n}", f"k{n}")])
            await bench.settle()
        assert handler.seen == ["poison0", "poison1"]


async def test_a_copy_of_the_message_that_found_a_scope_out_is_no_newcomer(bench: Bench) -> None:
    """It would say the same, as often as it is delivered again."""
    handler = Scripted(down_for_poison, needs=LLM)
    async with bench.running(bench.worker(handler)):
        for key in "abc":
            await bench.database.log.publish([mail("poison", key)])
            await bench.settle()
        assert handler.seen == ["poison"]


async def test_only_one_newcomer_tries_at_a_time(bench: Bench) -> None:
    """What it finds is waited for."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "slow":
            await gate.wait()
        raise Outage("down", scope="llm")

    handler = Scripted(script, needs=LLM)
    async with bench.running(bench.worker(handler)):
        for name in ("first", "slow", "third", "fourth"):
            await bench.database.log.publish([mail(name, name)])
            await bench.settle()
        assert handler.seen == ["first", "slow"]
        gate.set()
        await bench.settle()
        assert handler.seen == ["first", "slow"]


async def test_a_probe_that_never_comes_back_stands_for_nobody(bench: Bench) -> None:
    """A handler that hangs for ever keeps its slot; after ten minutes another message tries."""
    down = True

    async def script(message: Message) -> None:
        if down:
            raise Outage("down", scope="llm")
        if message.envelope.id == "hangs":
            await asyncio.Event().wait()

    handler = Scripted(script, needs=LLM)
    async with bench.running(bench.worker(handler, concurrency=2, drain_s=0.01)):
        await bench.database.log.publish([mail("hangs", "h"), mail("m0", "k0")])
        await bench.settle()
        down = False
        await bench.advance(60)
        assert handler.running == 1
        await bench.database.log.publish([mail("m1", "k1")])
        await bench.advance(660)
        assert sorted(await bench.values()) == ["m0", "m1"]


async def test_what_is_full_until_a_known_time_is_not_tried_by_newcomers(bench: Bench) -> None:
    """A spent quota is nobody's fault, and known to be spent."""
    until = bench.database.clock.now() + timedelta(seconds=60)

    async def script(message: Message) -> None:
        if bench.database.clock.now() < until:
            raise Outage("full", scope="llm", retry_at=until, exact=True)

    handler = Scripted(script, needs=LLM)
    async with bench.running(bench.worker(handler)):
        for name in ("first", "second"):
            await bench.database.log.publish([mail(name, name)])
            await bench.settle()
        assert handler.seen == ["first"]
        await bench.advance(61)
        assert await bench.lag() == 0


async def test_who_found_an_outage_that_is_over_accuses_the_scope_no_more(bench: Bench) -> None:
    """After a true outage one message still fails: it alone has found the scope out since."""
    down = True

    async def script(message: Message) -> None:
        if down or message.envelope.id == "poison":
            raise Outage("down", scope="llm")

    handler = Scripted(script, needs=LLM)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("m0", "k0"), mail("poison", "p")])
        await bench.advance(200)
        down = False
        await bench.advance(61)
        assert await bench.values() == ["m0"]
        await bench.database.log.publish([mail("m1", "k1")])
        await bench.settle()
        assert await bench.values() == ["m0", "m1"]


async def test_the_timer_of_an_outage_that_is_over_ends_no_later_one(bench: Bench) -> None:
    """A newcomer ends the first outage early; its timer must not undercut the next one's delay."""
    clock = bench.database.clock
    down = True

    async def script(message: Message) -> None:
        if down:
            raise Outage("down", scope="llm", retry_at=clock.now() + timedelta(seconds=60))

    handler = Scripted(script, needs=LLM)
    worker = bench.worker(handler)
    async with bench.running(worker):
        await bench.database.log.publish([mail("first", "f")])
        await bench.advance(50)
        down = False
        await bench.database.log.publish([mail("second", "s")])
        await bench.settle()
        assert not worker.scopes
        down = True
        await bench.database.log.publish([mail("third", "t")])
        await bench.advance(59)
        assert handler.seen.count("third") == 1
        await bench.advance(4)
        assert handler.seen.count("third") == 2


# ---- the last attempt ----


async def fails(message: Message) -> Decision | None:
    """One message fails always, whoever is asked."""
    if message.envelope.id == "poison":
        raise Transient("500", provider="p")
    return Decision(provider="p", outputs=(output(message),))


@pytest.mark.parametrize(
    "resort", [None, ValueError("a bug"), Outage("down", scope="s"), asyncio.CancelledError()]
)
async def test_the_last_attempt_asks_the_handler_before_it_is_a_dead_letter(
    bench: Bench, resort: BaseException | None
) -> None:
    """What the fallback decides is told; if it fails too, the first failure is in the letter."""
    handler = Resort(fails, resort=resort)
    async with bench.running(bench.worker(handler, concurrency=1)) as task:
        await bench.database.log.publish([mail("poison", "p"), mail("behind", "p")])
        for n in range(8):
            await bench.database.log.publish([mail(f"m{n}", f"k{n}")])
            await bench.advance(70)
        assert not task.done()
        assert await bench.lag() == 0
    told = await bench.values()
    reasons = [notes_of(each.headers)["reason"] for each in await bench.dead()]
    assert handler.asked == 1
    assert "behind" in told
    assert ("poison" in told, reasons) == (
        (True, []) if resort is None else (False, ["attempts_exhausted"])
    )
    key = VerdictKey("poison", "test")
    status = (await bench.database.verdicts.get([key]))[key].status
    assert status is (VerdictStatus.DONE if resort is None else VerdictStatus.DEAD)


async def test_a_stop_during_the_last_resort_gives_nobody_up(bench: Bench) -> None:
    """It was told to end: that is no answer, and no dead letter."""

    class Hangs(Scripted):
        async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    async def script(message: Message) -> None:
        del message
        raise ValueError("a bug")

    async with bench.running(bench.worker(Hangs(script), drain_s=0.01)) as task:
        await bench.database.log.publish([mail("a")])
        await bench.advance(10)
    assert task.exception() is None
    assert (await bench.lag(), await bench.dead()) == (1, [])


async def test_who_asks_for_an_hour_is_asked_once_more_before_the_end(bench: Bench) -> None:
    """A delay longer than a message may be parked is not a verdict on it."""

    async def script(message: Message) -> None:
        if handler.seen.count("a") == 1:
            raise Transient("busy", retry_after_s=3600)

    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("a")])
        await bench.advance(599)
        assert handler.seen == ["a"]
        await bench.advance(2)
        assert await bench.values() == ["a"]
    assert not await bench.dead()


# ---- deaths ----


@pytest.mark.parametrize("kind", ["outage", "transient", "unknown", "cancelled"])
async def test_what_waits_when_a_process_dies_is_not_to_blame(bench: Bench, kind: str) -> None:
    """Killed again and again while nothing is at work: nobody is taken for a killer."""
    down = True

    async def script(message: Message) -> None:
        del message
        if not down:
            return
        if kind == "outage":
            raise Outage("down", scope="llm")
        if kind == "transient":
            raise Transient("busy", retry_after_s=300)
        if kind == "unknown":
            raise OutcomeUnknown("cut off")
        raise asyncio.CancelledError

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(6)])
    for _ in range(8):
        await killed(bench, bench.worker(Scripted(script), concurrency=2), 0.5)
    down = False
    async with bench.running(bench.worker(Scripted(script), concurrency=2)):
        await bench.advance(70)
        assert await bench.lag() == 0
    assert not await bench.dead()
    assert sorted(await bench.values()) == [f"m{n}" for n in range(6)]


async def test_a_killer_that_waited_in_an_outage_before_is_still_found(bench: Bench) -> None:
    """Waiting clears a message of the deaths then, not of those at its own work."""
    down = True
    hang = asyncio.Event()

    async def script(message: Message) -> None:
        if down:
            raise Outage("down", scope="llm")
        if message.envelope.id == "m1":
            await hang.wait()

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(3)])
    for _ in range(3):
        await killed(bench, bench.worker(Scripted(script)), 5)
    down = False
    for _ in range(3):
        await killed(bench, bench.worker(Scripted(script)), 5)
    async with bench.running(bench.worker(Scripted(script))):
        await bench.advance(5)
    (letter,) = await bench.dead()
    assert (letter.value, notes_of(letter.headers)["reason"]) == (b"m1", "crashed_process")
    assert sorted(await bench.values()) == ["m0", "m2"]


# ---- cancellations that nobody asked for ----


async def test_handlers_that_end_by_cancellation_fail_and_leave_their_slots(bench: Bench) -> None:
    """More of them than slots: attempts, then dead letters; what is behind them goes on."""

    async def script(message: Message) -> None:
        if message.envelope.id.startswith("bad"):
            raise asyncio.CancelledError

    bad = [mail(f"bad{n}", f"b{n}") for n in range(3)]
    good = [mail("behind", "b0"), *(mail(f"m{n}", f"k{n}") for n in range(4))]
    handler = Scripted(script)
    worker = bench.worker(handler, concurrency=2)
    async with bench.running(worker):
        await bench.database.log.publish([*bad, *good])
        await bench.advance(10)
        assert (worker.running, worker.held, await bench.lag()) == (0, 0, 0)
    assert [handler.seen.count(f"bad{n}") for n in range(3)] == [3, 3, 3]
    assert [notes_of(each.headers)["reason"] for each in await bench.dead()] == (
        ["handler_error"] * 3
    )
    assert "behind" in await bench.values()


@pytest.mark.parametrize(
    ("place", "method"),
    [
        (MemorySubscription, "receive"),
        (MemorySubscription, "attempt"),
        (MemorySubscription, "rest"),
        (MemoryVerdicts, "get"),
        (MemoryLog, "settle"),
    ],
)
async def test_a_stores_call_that_ends_by_cancellation_is_repeated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, place: type, method: str
) -> None:
    """No slot, no lane and no outcome is lost, and no message is to blame."""
    down = True

    async def script(message: Message) -> None:
        del message
        if down:
            raise Outage("down", scope="llm")

    await bench.database.log.publish([mail("a", "a"), mail("a", "a"), mail("b", "b")])
    await killed(bench, bench.worker(Scripted(script), concurrency=1))
    real = getattr(place, method)
    calls = 0

    async def call(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise asyncio.CancelledError
        return await real(*arguments)

    monkeypatch.setattr(place, method, call)
    worker = bench.worker(Scripted(script), concurrency=1)
    async with bench.running(worker):
        await bench.advance(10)
        down = False
        await bench.advance(100)
        assert (worker.running, worker.held, await bench.lag()) == (0, 0, 0)
    assert calls > 1
    assert not await bench.dead()
    assert set(await bench.values()) == {"a", "b"}


async def test_a_stop_ends_what_waits_for_a_store_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A true cancellation is not taken for a library's: the worker ends at its deadline."""

    async def script(message: Message) -> None:
        del message
        raise Outage("down", scope="llm")

    async def out(*_: object) -> None:
        raise Outage("locked", scope="log")

    await bench.database.log.publish([mail("a", "a")])
    await killed(bench, bench.worker(Scripted(script)))
    monkeypatch.setattr(MemorySubscription, "rest", out)
    worker = bench.worker(Scripted(script), drain_s=0.01)
    async with bench.running(worker) as task:
        assert worker.running == 1
    assert task.exception() is None


@pytest.mark.parametrize(
    "error",
    [Transient("later"), Outage("down", scope="llm"), OutcomeUnknown("cut off"), ValueError("bug")],
)
async def test_what_fails_while_the_worker_stops_is_not_waited_for(
    bench: Bench, error: Exception
) -> None:
    """No time passes: a timer that is started then would keep the worker from ending."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        del message
        await gate.wait()
        raise error

    await bench.database.log.publish([mail("a", "a")])
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
    assert await bench.lag() == 1


# ---- effects of unknown outcome ----


async def status_of(bench: Bench, name: str) -> VerdictStatus | None:
    """What was decided about a message."""
    key = VerdictKey(name, "test")
    found = (await bench.database.verdicts.get([key])).get(key)
    return None if found is None else found.status


async def test_an_unknown_outcome_is_repeated_once_after_a_delay_and_never_again(
    bench: Bench,
) -> None:
    """Who answers so for ever is asked twice; the next message of the key goes on."""

    async def script(message: Message) -> None:
        if message.envelope.id == "a":
            raise OutcomeUnknown("cut off")

    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("a", "k"), mail("b", "k")])
        await bench.advance(59)
        assert handler.seen == ["a"]
        await bench.advance(2)
        assert handler.seen == ["a", "a", "b"]
        assert await status_of(bench, "a") is VerdictStatus.UNKNOWN
        await bench.advance(10_000)
    assert handler.seen == ["a", "a", "b"]
    assert await bench.lag() == 0
    assert not await bench.dead()
    assert await bench.values() == ["b"]


async def test_a_final_unknown_outcome_is_not_repeated(bench: Bench) -> None:
    """A person decides at once."""

    async def script(message: Message) -> None:
        del message
        raise OutcomeUnknown("cut off", final=True)

    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("a")])
        await bench.advance(1000)
    assert handler.seen == ["a"]
    assert await status_of(bench, "a") is VerdictStatus.UNKNOWN


@pytest.mark.parametrize("between", ["", "good"])
async def test_three_unknown_outcomes_in_a_row_put_their_scope_out(
    bench: Bench, between: str
) -> None:
    """Not those with a success in between: then it is not what they need that is at fault."""

    async def script(message: Message) -> None:
        if message.envelope.id != "good":
            raise OutcomeUnknown("cut off")

    names = ["a", "b", between, "c"] if between else ["a", "b", "c"]
    worker = bench.worker(Scripted(script, needs=frozenset({"channel"})), concurrency=1)
    async with bench.running(worker):
        for name in names:
            await bench.database.log.publish([mail(name, name)])
            await bench.settle()
        assert list(worker.scopes) == ([] if between else ["channel"])
