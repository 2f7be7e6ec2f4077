"""What is bounded, in which order, and who is woken: laws that only show under load."""

import asyncio
from collections.abc import Sequence

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.domain.errors import Outage
from careerops.ops.logging import get_logger
from careerops.ports.eventlog import Settlement
from careerops.stream.message import Message
from careerops.stream.patience import Patience
from support.engine import Bench, Scripted, mail


@pytest.fixture
async def bench() -> Bench:
    """A fresh database."""
    return Bench()


def gate_settle(bench: Bench, gate: asyncio.Event) -> list[list[str]]:
    """Let `settle` wait for `gate`; returns what each call was given, call by call."""
    real = bench.database.log.settle
    calls: list[list[str]] = []

    async def settle(settlements: Sequence[Settlement]) -> None:
        calls.append([each.delivery.record.value.decode() for each in settlements])
        await gate.wait()
        await real(settlements)

    bench.database.log.settle = settle  # type: ignore[method-assign]  # a log that waits
    return calls


@pytest.mark.parametrize(("concurrency", "most"), [(2, 8), (12, 12)])
async def test_no_more_is_decided_than_a_kill_may_repeat(
    bench: Bench, concurrency: int, most: int
) -> None:
    """While nothing becomes durable, as many outcomes as handlers, at least eight, are decided."""
    gate = asyncio.Event()
    gate_settle(bench, gate)
    handler = Scripted()
    async with bench.running(bench.worker(handler, concurrency=concurrency)):
        await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(100)])
        await bench.settle()
        # Those that began before the bound was met may end: one a handler.
        assert most <= len(handler.seen) < most + concurrency
        gate.set()
        await bench.settle()
        assert await bench.lag() == 0


async def test_outcomes_of_one_key_are_never_written_beside_each_other(bench: Bench) -> None:
    """Two writes at a time, of different keys: within a key the second waits for the first."""
    gate = asyncio.Event()
    calls = gate_settle(bench, gate)
    async with bench.running(bench.worker(Scripted())):
        await bench.database.log.publish([mail("a0", "a")])
        await bench.settle()
        await bench.database.log.publish([mail("a1", "a"), mail("b0", "b")])
        await bench.settle()
        await bench.database.log.publish([mail("b1", "b"), mail("c0", "c")])
        await bench.settle()
        assert calls == [["a0"], ["b0"]]
        gate.set()
        await bench.settle()
    assert calls == [["a0"], ["b0"], ["a1", "b1", "c0"]]


async def test_a_scope_that_works_again_is_met_by_twice_as_many_each_time(bench: Bench) -> None:
    """One probe, then two, four, eight: and not everybody at once."""
    down = True
    gates: list[asyncio.Event] = []
    begun: list[str] = []

    async def script(message: Message) -> None:
        if down:
            raise Outage("down", scope="llm")
        begun.append(message.envelope.id)
        gates.append(asyncio.Event())
        await gates[-1].wait()

    handler = Scripted(script, needs=frozenset({"llm"}))
    async with bench.running(bench.worker(handler, concurrency=40)):
        await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(30)])
        await bench.settle()
        down = False
        sizes = []
        for _ in range(6):
            await bench.advance(2 if not begun else 0)
            sizes.append(len(gates))
            if gates:
                gates.pop(0).set()
                await bench.settle()
        for gate in gates:
            gate.set()
    # Handlers at work before each return; five had ended when all the others were let go.
    assert sizes == [1, 2, 4, 8, 16, 25]


async def test_a_subscription_holds_no_more_bytes_than_allowed(bench: Bench) -> None:
    """What is large stops the intake long before there are many."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        del message
        await gate.wait()

    worker = bench.worker(Scripted(script), concurrency=2, high_water_bytes=50_000)
    async with bench.running(worker):
        for n in range(20):
            await bench.database.log.publish([mail(f"{n:010}" * 1000, f"k{n}")])  # 10,000 bytes
            await bench.settle()
        assert worker.held == 5
        gate.set()
        await bench.settle()
        assert (worker.held, await bench.lag()) == (0, 0)


async def test_the_first_call_that_gets_through_wakes_all_that_wait_for_the_scope() -> None:
    """Who has failed for long sleeps for seconds, and not on through what is over."""
    clock = FakeClock()
    patiently = Patience(clock, get_logger("test"))
    asked = 0
    down = True

    async def ask() -> int:
        nonlocal asked
        asked += 1
        if down:
            raise Outage("locked", scope="log")
        return asked

    patient = asyncio.create_task(patiently(ask))
    await clock.advance(60)
    before = asked
    while asked == before:
        await clock.advance(0.1)  # now it sleeps for 3.75 s at least
    newcomer = asyncio.create_task(patiently(ask))
    await clock.advance(0)
    down = False
    await clock.advance(0.3)
    assert newcomer.done()
    assert patient.done()
