"""Several processes that change the same documents: counters, and the quota of a scope."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.postgres import PostgresDatabase, documents
from careerops.adapters.sqlite import SqliteDatabase
from careerops.domain.errors import Outage
from careerops.llm.quota.book import Grant, Wait
from careerops.llm.quota.keeper import PREFIX, QuotaKeeper
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import decode
from careerops.ops.metrics import Metrics
from support.documents_process import CALLS, COUNTS, LIMITS, opened, plus_one
from support.postgres import PostgresServer, postgres, postgres_url
from support.postgres_process import together

__all__ = ["postgres", "postgres_url"]

pytestmark = pytest.mark.integration

MODULE = "support.documents_process"


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A path, or an address."""
    if request.param == "sqlite":
        return str(tmp_path / "careerops.db")
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    """One on PostgreSQL."""
    database = await PostgresDatabase.open(postgres_url)
    yield database
    await database.close()


async def test_processes_that_count_together_lose_no_count(store: str) -> None:
    """Each change sees all the ones before it, whoever made them."""
    await (await opened(store)).close()
    said = await asyncio.to_thread(together, "count", store, 3, module=MODULE)
    numbers = sorted(number for numbers in said for number in numbers)
    assert numbers == list(range(1, 3 * COUNTS + 1))
    spans = [max(numbers) - min(numbers) + 1 for numbers in said]
    assert sum(spans) > 3 * COUNTS, "they did not meet: this was no race"


async def test_processes_share_a_scope_and_exceed_it_by_no_call(store: str) -> None:
    """Of those they want at once, in one minute; and what they did is on the account."""
    await (await opened(store)).close()
    got = await asyncio.to_thread(together, "calls", store, 2, module=MODULE)
    limit = LIMITS.requests_per_minute or 0
    assert limit < 2 * CALLS
    assert sum(got) == limit
    database = await opened(store)
    state = decode((await database.documents.read(PREFIX + "s"))[PREFIX + "s"])
    assert sum(use.requests for use in state.day) == limit
    assert sum(use.tokens for use in state.day) == 20 * limit
    await database.close()


async def test_keepers_share_a_scope_over_several_minutes(store: str) -> None:
    """Each asks whenever it was told to; the backlog uses all of it, and no more."""
    clock, limits = FakeClock(), Limits(requests_per_minute=5)
    databases = [await opened(store) for _ in range(2)]
    keepers = [QuotaKeeper(each.documents, clock, Metrics()) for each in databases]
    begin, sent = clock.now(), []
    for minute in range(4):
        wants = [each.reserve("s", limits, 10, history=False, pace="bold") for each in keepers * 4]
        answers = await asyncio.gather(*wants)
        sent.append(sum(isinstance(answer, Grant) for answer in answers))
        waits = {answer.until for answer in answers if isinstance(answer, Wait)}
        assert {round((until - begin).total_seconds(), 2) for until in waits} == {
            round(60.25 + 60.26 * minute, 2)
        }
        # Those that came at the same moment are over within a moment.
        await clock.advance((max(waits) - clock.now()).total_seconds() + 0.01)
    assert sent == [5] * 4
    for database in databases:
        await database.close()


async def test_a_spent_day_is_spent_after_a_restart(store: str) -> None:
    """Until its reset, and then no longer."""
    clock, limits = FakeClock(), Limits(requests_per_day=4, day="America/Los_Angeles")
    answers = []
    for _ in range(3):
        database = await opened(store)
        keeper = QuotaKeeper(database.documents, clock, Metrics())
        answers += [
            await keeper.reserve("s", limits, 10, history=False, pace="bold") for _ in range(3)
        ]
        await database.close()
        await clock.advance(60)
    assert [isinstance(answer, Grant) for answer in answers] == [True] * 4 + [False] * 5
    last = answers[-1]
    assert isinstance(last, Wait)
    await clock.advance((last.until - clock.now()).total_seconds())
    database = await opened(store)
    keeper = QuotaKeeper(database.documents, clock, Metrics())
    again = await keeper.reserve("s", limits, 10, history=False, pace="bold")
    assert isinstance(again, Grant)
    await database.close()


async def test_what_a_change_leaves_as_it_was_is_not_written_to_the_file(tmp_path: Path) -> None:
    """Other processes notice writes by `data_version`: looking must wake nobody."""
    path = tmp_path / "careerops.db"
    database = await SqliteDatabase.open(path)
    await database.documents.change("a", plus_one)
    with sqlite3.connect(path) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        await database.documents.change("a", lambda value: (value, None))
        await database.documents.change("none", lambda value: (value, None))
        assert other.execute("PRAGMA data_version").fetchone() == before
        await database.documents.change("a", plus_one)
        assert other.execute("PRAGMA data_version").fetchone() != before
    other.close()
    await database.close()


async def test_what_a_change_leaves_as_it_was_is_not_written_to_the_server(
    postgres: PostgresServer, postgres_url: str, database: PostgresDatabase
) -> None:
    """It has the row of the transaction that wrote it."""
    name = postgres_url.rpartition("/")[2]
    await database.documents.change("a", plus_one)
    before = postgres.execute("SELECT xmin, version FROM careerops.documents", name)
    await database.documents.change("a", lambda value: (value, None))
    await database.documents.change("none", lambda value: (value, None))
    assert postgres.execute("SELECT xmin, version FROM careerops.documents", name) == before
    await database.documents.change("a", plus_one)
    assert postgres.execute("SELECT xmin, version FROM careerops.documents", name) != before


async def test_a_busy_process_keeps_no_other_from_its_changes(
    postgres_url: str, database: PostgresDatabase
) -> None:
    """Who waits for a document gets it in turn."""
    busy = [await PostgresDatabase.open(postgres_url) for _ in range(3)]
    done = asyncio.Event()
    counts = [0] * len(busy)

    async def count(number: int) -> None:
        while not done.is_set():
            await busy[number].documents.change("a", plus_one)
            counts[number] += 1

    async with asyncio.TaskGroup() as group:
        for number in range(len(busy)):
            group.create_task(count(number))
        for _ in range(50):
            await database.documents.change("a", plus_one)
        done.set()
    # Each had about as many turns as we had; the first of them began before us.
    assert max(counts) < 50 * 4
    assert await database.documents.change("a", plus_one) == 50 + sum(counts) + 1
    for each in busy:
        await each.close()


async def test_a_process_that_stands_still_in_a_change_holds_up_others_for_seconds(
    postgres_url: str, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends its transaction: its change was not made, and it is told so."""
    monkeypatch.setattr(documents, "_IMPATIENT", documents._IMPATIENT.replace("5s", "200ms"))
    other = await PostgresDatabase.open(postgres_url)
    held = threading.Event()

    def stand_still(value: bytes | None) -> tuple[bytes, int]:
        held.set()
        # The loop of this thread stands still until the other one has made its change.
        assert ended.wait(20)
        return plus_one(value)

    def frozen() -> BaseException | None:
        async def main() -> None:
            mine = await PostgresDatabase.open(postgres_url)
            try:
                await mine.documents.change("a", stand_still)
            finally:
                await mine.close()

        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001  # handed to the test
            return error
        return None

    ended = threading.Event()
    freezing = asyncio.create_task(asyncio.to_thread(frozen))
    await asyncio.to_thread(held.wait, 20)
    assert await other.documents.change("a", plus_one) == 1
    ended.set()
    error = await freezing
    assert isinstance(error, Outage)
    assert await database.documents.change("a", plus_one) == 2
    await other.close()
