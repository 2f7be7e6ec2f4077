"""Simulated time moves only when told, and everything in its order."""

import asyncio
from datetime import timedelta

from careerops.adapters.memory import FakeClock


async def test_time_stands_still_until_it_is_advanced() -> None:
    """Wall time and monotonic time move together."""
    clock = FakeClock()
    start = clock.now()
    await asyncio.sleep(0)
    assert (clock.now(), clock.monotonic()) == (start, 0.0)
    await clock.advance(90)
    assert (clock.now() - start, clock.monotonic()) == (timedelta(seconds=90), 90.0)


async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    """At their times; those of one time as they came."""
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, delay_s: float) -> None:
        await clock.sleep(delay_s)
        woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        for name, delay_s in (("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("at once", 0)):
            tasks.create_task(sleeper(name, delay_s))
        await clock.advance(2)
        assert woken == [("at once", 0), ("a", 1), ("b1", 2), ("b2", 2)]
        assert clock.sleepers == 1
        await clock.advance(1)
    assert woken[-1] == ("c", 3)
    assert clock.sleepers == 0


async def test_who_sleeps_again_during_an_advance_is_woken_again() -> None:
    """A loop with a pause runs as often as time allows."""
    clock = FakeClock()
    beats: list[float] = []

    async def heart() -> None:
        while True:
            await clock.sleep(10)
            beats.append(clock.monotonic())

    task = asyncio.create_task(heart())
    await clock.advance(35)
    assert beats == [10, 20, 30]
    task.cancel()
    await clock.advance(35)
    assert beats == [10, 20, 30]
