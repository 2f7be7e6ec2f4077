"""Quotas in a store: shared, kept across restarts, and out of the way where there are none."""

import asyncio
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.errors import Outage
from careerops.llm.quota.book import RPM, Grant, Wait
from careerops.llm.quota.keeper import PREFIX, QuotaKeeper
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import State, decode
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from careerops.ports.documents import Change
from support.quotas import RPD, TPD
from support.waiting import HANG_S

NONE = Limits()


class Counting(MemoryDocuments):
    """Documents that count how often they are asked, and may be out of reach or slow."""

    changes = 0
    reads = 0
    out = False
    takes_s = 0.0
    clock: FakeClock

    async def change(self, key: str, change: "Change[Any]") -> Any:
        """Count, then change."""
        if self.out:
            raise Outage("away", scope="store")
        self.changes += 1
        answer = await super().change(key, change)
        if self.takes_s:
            await self.clock.advance(self.takes_s)
        return answer

    async def read(self, prefix: str) -> Any:
        """Count, then read."""
        self.reads += 1
        return await super().read(prefix)

    def state(self) -> State:
        """Of scope s."""
        return decode(self._documents.get(PREFIX + "s"))


def keeper(documents: Any, clock: FakeClock | None = None) -> QuotaKeeper:
    """One process's keeper."""
    return QuotaKeeper(documents, clock or FakeClock(), Metrics())


async def ask(
    quotas: QuotaKeeper, limits: Limits, *, history: bool = False, pace: Any = "bold"
) -> Grant | Wait:
    """One call of ten tokens in scope s."""
    return await quotas.reserve("s", limits, 10, history=history, pace=pace)


async def granted(quotas: QuotaKeeper, limits: Limits, **fields: Any) -> Grant:
    """One that is not refused."""
    answer = await ask(quotas, limits, **fields)
    assert isinstance(answer, Grant)
    return answer


async def test_a_restart_does_not_forget_the_day(tmp_path: Path) -> None:
    """Nothing is sent before the reset, by nobody, with the state read from its file."""
    clock, limits = FakeClock(), Limits(requests_per_day=3)
    wait = None
    for life in range(3):
        store = await SqliteDatabase.open(tmp_path / "q.db")
        quotas = keeper(store.documents, clock)
        answers = [await ask(quotas, limits) for _ in range(2)]
        assert sum(isinstance(answer, Grant) for answer in answers) == (2, 1, 0)[life]
        wait = answers[-1]
        await store.close()
    assert isinstance(wait, Wait)
    store = await SqliteDatabase.open(tmp_path / "q.db")
    await clock.advance((wait.until - clock.now()).total_seconds() - 1)
    assert await ask(keeper(store.documents, clock), limits) == wait
    await clock.advance(1)
    await granted(keeper(store.documents, clock), limits)
    await store.close()


async def test_two_keepers_share_a_scope_on_one_file(tmp_path: Path) -> None:
    """Thirty calls between them, however they race."""
    clock, limits = FakeClock(), Limits(requests_per_minute=30)
    stores = [await SqliteDatabase.open(tmp_path / "q.db") for _ in range(2)]
    keepers = [keeper(store.documents, clock) for store in stores]
    answers = await asyncio.gather(*(ask(keepers[n % 2], limits) for n in range(80)))
    assert sum(isinstance(answer, Grant) for answer in answers) == 30
    for store in stores:
        await store.close()


class Failing(MemoryDocuments):
    """Documents that take a change back, as a transaction that cannot be written."""

    failing = False

    async def change(self, key: str, change: "Change[Any]") -> Any:
        """Change, or only seem to."""
        before = dict(self._documents)
        answer = await super().change(key, change)
        if self.failing:
            self._documents = before
            raise Outage("away", scope="store")
        return answer


async def test_a_change_that_was_taken_back_is_not_remembered() -> None:
    """A state that is kept instead of read again is the one that the store has."""
    documents, limits = Failing(), Limits(requests_per_minute=3)
    quotas = keeper(documents)
    await granted(quotas, limits)
    documents.failing = True
    for _ in range(5):
        with pytest.raises(Outage):
            await ask(quotas, limits)
    documents.failing = False
    answers = [await ask(quotas, limits) for _ in range(3)]
    assert [isinstance(answer, Grant) for answer in answers] == [True, True, False]


async def test_a_document_is_read_only_where_somebody_else_wrote_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading it for each call cost more than the call."""
    reads: list[bytes | None] = []

    def counting(document: bytes | None) -> State:
        reads.append(document)
        return decode(document)

    monkeypatch.setattr("careerops.llm.quota.scope.decode", counting)
    documents, limits = MemoryDocuments(), Limits(requests_per_minute=30)
    ours, theirs = keeper(documents), keeper(documents)
    for _ in range(10):
        await ours.correct(await granted(ours, limits), 7, ())
    assert len(reads) == 1
    await granted(theirs, limits)
    await granted(ours, limits)
    assert len(reads) == 3


async def test_a_call_costs_one_change_before_and_one_after_it() -> None:
    """Where there are limits to keep."""
    documents = Counting()
    quotas = keeper(documents)
    limits = Limits(requests_per_minute=9)
    hint = QuotaHint(Unit.REQUESTS, Period.MINUTE, 9, 8)
    for pace in ("bold", "cautious"):
        grant = await granted(quotas, limits, pace=pace)
        await quotas.correct(grant, 10, [hint])
        grant = await granted(quotas, limits, pace=pace)
        await quotas.limited(grant, [hint], 0.1)
        documents._documents.clear()
    assert (documents.changes, documents.reads) == (8, 0)


async def test_a_scope_without_limits_costs_nothing() -> None:
    """Nothing is written; others' blocks are noticed within seconds."""
    documents, clock = Counting(), FakeClock()
    quotas = keeper(documents, clock)
    for _ in range(50):
        grant = await granted(quotas, NONE)
        await quotas.correct(grant, 500, ())
    assert (documents.changes, documents.reads) == (0, 1)
    other = keeper(documents, clock)
    await other.block("s", clock.now() + timedelta(minutes=15), "billing")
    await clock.advance(3)
    wait = await ask(quotas, NONE)
    assert isinstance(wait, Wait)
    assert wait.why == "billing"
    await clock.advance(900)
    await granted(quotas, NONE)


async def test_calls_that_nobody_counted_count_once_a_refusal_comes() -> None:
    """They are what was served: the limit."""
    documents, clock = Counting(), FakeClock()
    quotas = keeper(documents, clock)
    calls = [await granted(quotas, NONE) for _ in range(21)]
    for call in calls[:5]:
        await quotas.correct(call, 300, ())
    assert documents.changes == 0
    await quotas.limited(calls[-1], (), 50)
    assert documents.state().learnt[RPM].limit == 20
    for call in calls[5:20]:
        await quotas.correct(call, 100, ())
    (standing,) = await quotas.standing()
    used = {(each.unit, each.period): each.used for each in standing.quotas}
    assert (used[RPM], used[TPD]) == (20, 5 * 300 + 15 * 100)
    await clock.advance(61)
    answers = [await ask(quotas, NONE) for _ in range(22)]
    assert sum(isinstance(answer, Grant) for answer in answers) == 20


async def test_calls_of_the_time_before_are_no_part_of_a_minute() -> None:
    """An hour's are remembered, for the day."""
    documents, clock = Counting(), FakeClock()
    quotas = keeper(documents, clock)
    for _ in range(7):
        await granted(quotas, NONE)
        await clock.advance(1000)
    call = await granted(quotas, NONE)
    await quotas.limited(call, (), 50)
    assert documents.state().learnt[RPM].limit == 1
    assert sum(use.requests for use in documents.state().day) == 3


async def test_calls_that_were_not_written_are_kept_while_the_store_is_away() -> None:
    """They count when it is back."""
    documents = Counting()
    quotas = keeper(documents)
    calls = [await granted(quotas, NONE) for _ in range(4)]
    documents.out = True
    with pytest.raises(Outage):
        await quotas.limited(calls[0], (), 50)
    documents.out = False
    await quotas.limited(calls[1], (), 50)
    assert documents.state().learnt[RPM].limit == 3


async def test_limits_that_are_told_are_kept_from_then_on() -> None:
    """By headers of an ordinary answer."""
    documents, clock = MemoryDocuments(), FakeClock()
    quotas = keeper(documents, clock)
    grant = await granted(quotas, NONE)
    await quotas.correct(grant, 10, [QuotaHint(Unit.REQUESTS, Period.MINUTE, 5, 4)])
    answers = [await ask(quotas, NONE) for _ in range(6)]
    assert [isinstance(answer, Grant) for answer in answers] == [True] * 4 + [False] * 2


async def test_history_waits_while_live_mail_does() -> None:
    """Room that comes is live mail's first, also when history is quicker."""
    clock, limits = FakeClock(), Limits(requests_per_minute=1)
    quotas = keeper(MemoryDocuments(), clock)
    await granted(quotas, limits)
    live = await ask(quotas, limits)
    assert isinstance(live, Wait)
    await clock.advance(30)
    held = Wait(live.until + timedelta(seconds=2), "live_first")
    assert await ask(quotas, limits, history=True) == held
    await clock.advance(30.25)
    assert await ask(quotas, limits, history=True) == held
    await granted(quotas, limits)
    after_that = await ask(quotas, limits, history=True)
    assert isinstance(after_that, Wait)
    assert after_that.why == "requests_minute"


async def test_history_does_not_wait_for_live_mail_that_comes_no_more() -> None:
    """Another provider answered it, or its clock was wrong."""
    clock, limits = FakeClock(), Limits(requests_per_minute=1)
    quotas = keeper(MemoryDocuments(), clock)
    await granted(quotas, limits)
    await ask(quotas, limits)
    await clock.advance(62.25)
    await granted(quotas, limits, history=True)


async def test_a_cautious_pace_finds_a_limit_with_one_refusal() -> None:
    """One call under way at a time until it is known; then as fast as it allows."""
    quotas = keeper(MemoryDocuments())
    waiting = {asyncio.create_task(ask(quotas, NONE, pace="cautious")) for _ in range(10)}

    async def next_call() -> Grant:
        (passed,), rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert len(rest) == len(waiting) - 1
        waiting.intersection_update(rest)
        call = passed.result()
        assert isinstance(call, Grant)
        return call

    for _ in range(3):
        await quotas.correct(await next_call(), 10, ())
    refused_until = await quotas.limited(await next_call(), (), 50)
    rest = await asyncio.gather(*waiting)
    assert rest == [Wait(refused_until, "rate_limited")] * 6


async def test_a_cautious_pace_lets_all_go_that_a_limit_allows_once_it_is_known() -> None:
    """By a hint, or by what an earlier process learnt."""
    documents, clock = MemoryDocuments(), FakeClock()
    first = keeper(documents, clock)
    call = await granted(first, NONE, pace="cautious")
    hint = QuotaHint(Unit.REQUESTS, Period.MINUTE, 30, 29)
    waiting = [asyncio.create_task(ask(first, NONE, pace="cautious")) for _ in range(4)]
    await clock.advance(0)
    assert not any(task.done() for task in waiting)
    await first.correct(call, 10, [hint])
    assert all(isinstance(answer, Grant) for answer in await asyncio.gather(*waiting))
    later = keeper(documents, clock)
    answers = await asyncio.gather(*(ask(later, NONE, pace="cautious") for _ in range(5)))
    assert all(isinstance(answer, Grant) for answer in answers)


@pytest.mark.parametrize("end", ["correct", "failed", "release", "limited", "cancelled"])
async def test_every_end_of_a_call_lets_the_next_one_go(end: str) -> None:
    """None is forgotten at the gate."""
    quotas = keeper(MemoryDocuments())
    grant = await granted(quotas, NONE, pace="cautious")
    following = asyncio.create_task(ask(quotas, NONE, pace="cautious"))
    if end == "cancelled":
        cancelled, following = following, asyncio.create_task(ask(quotas, NONE, pace="cautious"))
        await asyncio.sleep(0)
        cancelled.cancel()
        await quotas.failed(grant)
    else:
        arguments: dict[str, tuple[Any, ...]] = {"correct": (10, ()), "limited": ((), 5.0)}
        await getattr(quotas, end)(grant, *arguments.get(end, ()))
    answer = await asyncio.wait_for(following, HANG_S)
    assert isinstance(answer, Wait if end == "limited" else Grant)


async def test_a_call_that_the_store_did_not_grant_lets_the_next_one_go() -> None:
    """It never was under way."""
    documents = Counting()
    quotas = keeper(documents)
    documents.out = True
    with pytest.raises(Outage):
        await ask(quotas, NONE, pace="cautious")
    documents.out = False
    await asyncio.wait_for(granted(quotas, NONE, pace="cautious"), HANG_S)


async def test_a_call_that_a_slow_store_held_up_counts_from_when_it_was_sent() -> None:
    """Whether it was answered or not: it may have arrived as late."""
    for end in ("correct", "failed"):
        clock, documents = FakeClock(), Counting()
        documents.clock, documents.takes_s = clock, 2.0
        quotas, limits = keeper(documents, clock), Limits(requests_per_minute=1)
        begin = clock.now()
        grant = await granted(quotas, limits)
        assert grant.late_s == pytest.approx(2)
        documents.takes_s = 0.0
        await getattr(quotas, end)(grant, *((10, ()) if end == "correct" else ()))
        wait = await ask(quotas, limits)
        assert isinstance(wait, Wait)
        assert (wait.until - begin).total_seconds() == pytest.approx(62.25, abs=0.01)


async def test_a_block_by_who_knows_no_limits_forgets_no_day() -> None:
    """Those who use the scope wrote down when its day ends."""
    documents, clock = MemoryDocuments(), FakeClock()
    limits = Limits(requests_per_day=9, day="America/Los_Angeles")
    for _ in range(9):
        await granted(keeper(documents, clock), limits)
    await clock.advance(16 * 3600)  # it is the next day in UTC, but not there
    await keeper(documents, clock).block("s", clock.now(), "billing")
    wait = await ask(keeper(documents, clock), limits)
    assert isinstance(wait, Wait)
    assert wait.why == "requests_day"


async def test_what_is_left_is_shown_as_it_is_now() -> None:
    """By scope and quota; also when nobody asked for a while."""
    metrics, clock = Metrics(), FakeClock()
    quotas = QuotaKeeper(MemoryDocuments(), clock, metrics)
    await ask(quotas, Limits(requests_per_minute=30, tokens_per_day=1000))

    def left(quota: str) -> float | None:
        return metrics.registry.get_sample_value(
            "careerops_quota_remaining", {"scope": "s", "quota": quota}
        )

    assert (left("requests_minute"), left("tokens_day"), left("tokens_minute")) == (29, 990, None)
    await clock.advance(61)
    assert (left("requests_minute"), left("tokens_day")) == (30, 990)
    await ask(quotas, Limits(tokens_per_day=1000))
    assert math.isnan(left("requests_minute") or 0)


async def test_a_count_that_cannot_be_read_begins_anew_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Once; mails go on."""
    documents = Counting()
    documents._documents[PREFIX + "s"] = b"{"
    quotas = keeper(documents)
    for _ in range(3):
        await granted(quotas, Limits(requests_per_day=3))
    assert isinstance(await ask(quotas, Limits(requests_per_day=3)), Wait)
    assert capsys.readouterr().err.count("quota_forgotten") == 1


async def test_standing_is_by_prefix_and_name() -> None:
    """As the documents have it, also for who never used them."""
    documents, clock = MemoryDocuments(), FakeClock()
    user = keeper(documents, clock)
    for scope in ("groq:b", "groq:a", "gemini:a"):
        await user.reserve(scope, Limits(requests_per_day=4), 10, history=False, pace="bold")
    looker = keeper(documents, clock)
    assert [each.scope for each in await looker.standing("groq:")] == ["groq:a", "groq:b"]
    assert [each.scope for each in await looker.standing()] == ["gemini:a", "groq:a", "groq:b"]
    quotas = {(each.unit, each.period): each for each in (await looker.standing())[0].quotas}
    assert (quotas[RPD].limit, quotas[RPD].left, quotas[RPD].source) == (4, 3, "configured")
