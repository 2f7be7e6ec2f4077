"""Quotas in a store: shared, kept across restarts, and out of the way where there are none."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.llm.quota.book import Grant, Wait
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.llm.quota.limits import Limits
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from careerops.ports.documents import Change

NONE = Limits()


class Counting(MemoryDocuments):
    """Documents that count how often they are asked."""

    changes = 0
    reads = 0

    async def change(self, key: str, change: "Change[Any]") -> Any:
        """Count, then change."""
        self.changes += 1
        return await super().change(key, change)

    async def read(self, prefix: str) -> Any:
        """Count, then read."""
        self.reads += 1
        return await super().read(prefix)


def keeper(documents: Any, clock: FakeClock | None = None) -> QuotaKeeper:
    """One process's keeper."""
    return QuotaKeeper(documents, clock or FakeClock(), Metrics())


async def ask(
    quotas: QuotaKeeper, limits: Limits, *, history: bool = False, pace: Any = "bold"
) -> Grant | Wait:
    """One call of ten tokens in scope s."""
    return await quotas.reserve("s", limits, 10, history=history, pace=pace)


async def test_a_restart_does_not_forget_the_day() -> None:
    """Nothing is sent before the reset, by nobody."""
    documents, clock, limits = MemoryDocuments(), FakeClock(), Limits(requests_per_day=3)
    first = keeper(documents, clock)
    for _ in range(3):
        assert isinstance(await ask(first, limits), Grant)
    again = keeper(documents, clock)
    wait = await ask(again, limits)
    assert isinstance(wait, Wait)
    await clock.advance((wait.until - clock.now()).total_seconds() - 1)
    assert isinstance(await ask(keeper(documents, clock), limits), Wait)
    await clock.advance(1)
    assert isinstance(await ask(keeper(documents, clock), limits), Grant)


async def test_two_processes_share_a_scope_on_one_file(tmp_path: Path) -> None:
    """Thirty calls between them, however they race."""
    clock, limits = FakeClock(), Limits(requests_per_minute=30)
    stores = [await SqliteDatabase.open(tmp_path / "q.db") for _ in range(2)]
    keepers = [keeper(store.documents, clock) for store in stores]
    answers = await asyncio.gather(*(ask(keepers[n % 2], limits) for n in range(80)))
    assert sum(isinstance(answer, Grant) for answer in answers) == 30
    for store in stores:
        await store.close()


async def test_a_scope_without_limits_costs_nothing() -> None:
    """Nothing is written; others' blocks are noticed within seconds."""
    documents, clock = Counting(), FakeClock()
    quotas = keeper(documents, clock)
    for _ in range(50):
        grant = await ask(quotas, NONE)
        assert isinstance(grant, Grant)
        await quotas.correct(grant, 500, ())
    assert (documents.changes, documents.reads) == (0, 1)
    other = keeper(documents, clock)
    await other.block("s", clock.now() + timedelta(minutes=15), "billing")
    await clock.advance(3)
    wait = await ask(quotas, NONE)
    assert isinstance(wait, Wait)
    assert wait.why == "billing"


async def test_limits_that_are_told_are_kept_from_then_on() -> None:
    """By headers of an ordinary answer."""
    documents, clock = MemoryDocuments(), FakeClock()
    quotas = keeper(documents, clock)
    grant = await ask(quotas, NONE)
    assert isinstance(grant, Grant)
    await quotas.correct(grant, 10, [QuotaHint(Unit.REQUESTS, Period.MINUTE, 5, 4)])
    assert [isinstance(await ask(quotas, NONE), Grant) for _ in range(6)] == [True] * 4 + [
        False
    ] * 2


async def test_history_waits_while_live_mail_does() -> None:
    """Room that comes is live mail's first."""
    clock, limits = FakeClock(), Limits(requests_per_minute=1)
    quotas = keeper(MemoryDocuments(), clock)
    assert isinstance(await ask(quotas, limits), Grant)
    live = await ask(quotas, limits)
    assert isinstance(live, Wait)
    await clock.advance(30)
    assert await ask(quotas, limits, history=True) == Wait(live.until, "live_first")
    await clock.advance(30.25)
    assert isinstance(await ask(quotas, limits), Grant)


async def test_a_cautious_pace_finds_a_limit_with_one_refusal() -> None:
    """One call under way at a time until it is known; then as fast as it allows."""
    quotas = keeper(MemoryDocuments(), FakeClock())
    waiting = {asyncio.create_task(ask(quotas, NONE, pace="cautious")) for _ in range(10)}
    for served in range(4):
        (passed,), waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        granted = passed.result()
        assert isinstance(granted, Grant)
        if served < 3:
            await quotas.correct(granted, 10, ())
    refused_until = await quotas.limited(granted, (), 50)
    rest = await asyncio.gather(*waiting)
    assert len(rest) == 6
    assert {(type(answer), answer.until) for answer in rest} == {(Wait, refused_until)}


@pytest.mark.parametrize("end", ["correct", "failed", "release", "limited"])
async def test_every_end_of_a_call_lets_the_next_one_go(end: str) -> None:
    """None is forgotten at the gate."""
    clock = FakeClock()
    quotas = keeper(MemoryDocuments(), clock)
    grant = await ask(quotas, NONE, pace="cautious")
    assert isinstance(grant, Grant)
    following = asyncio.create_task(ask(quotas, NONE, pace="cautious"))
    arguments: dict[str, tuple[Any, ...]] = {"correct": (10, ()), "limited": ((), 5.0)}
    await getattr(quotas, end)(grant, *arguments.get(end, ()))
    answer = await asyncio.wait_for(following, 5)
    assert isinstance(answer, Wait if end == "limited" else Grant)


async def test_what_is_left_is_shown() -> None:
    """By scope and quota."""
    metrics = Metrics()
    quotas = QuotaKeeper(MemoryDocuments(), FakeClock(), metrics)
    await ask(quotas, Limits(requests_per_minute=30, tokens_per_day=1000))
    value = metrics.registry.get_sample_value
    name = "careerops_quota_remaining"
    assert value(name, {"scope": "s", "quota": "requests_minute"}) == 29
    assert value(name, {"scope": "s", "quota": "tokens_day"}) == 990
