"""A server that goes and comes back: nothing durable is lost, and nobody has to restart us."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from careerops.adapters.postgres import PostgresDatabase
from careerops.adapters.postgres.sessions import MAX_CONNECTIONS
from careerops.domain.errors import Outage
from careerops.domain.verdicts import Verdict
from careerops.ports.custody import Place
from support.logs import verdict
from support.postgres import PostgresServer, running_postgres
from support.waiting import until

pytestmark = pytest.mark.integration

SLEEP = "SELECT pg_sleep(60)"
PLACE = Place("careerops.classify", "raw_inbox_stream", 0)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of these tests' own, as they stop it."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """An empty database."""
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait half a second for a connection, so that an outage is told in one."""
    monkeypatch.setattr("careerops.adapters.postgres.sessions._POOL_TIMEOUT_S", 0.5)
    monkeypatch.setattr("careerops.adapters.postgres.sessions._RECONNECT_S", 0.4)


@pytest.fixture
async def database(url: str) -> AsyncIterator[PostgresDatabase]:
    """It, open."""
    database = await PostgresDatabase.open(url)
    yield database
    await database.close()


async def fill_pool(database: PostgresDatabase) -> None:
    """Have all connections made."""
    await asyncio.gather(
        *(database._sessions.rows("SELECT pg_sleep(0.3)") for _ in range(MAX_CONNECTIONS))
    )
    assert database._sessions._pool.get_stats()["pool_size"] == MAX_CONNECTIONS


async def back(database: PostgresDatabase, within_s: float) -> float:
    """How many seconds it took until the database could be used again."""
    began = time.monotonic()
    while True:
        try:
            await database.verdicts.counts()
        except Outage:
            assert time.monotonic() - began < within_s
        else:
            return time.monotonic() - began


async def test_a_restart_between_two_calls_is_not_noticed(server, database) -> None:
    """Connections that the server closed meanwhile are replaced before one is used, all at once."""
    await fill_pool(database)
    server.restart()
    began = time.monotonic()
    for number in range(2 * MAX_CONNECTIONS):
        stands = verdict(f"e{number}")
        assert await database.verdicts.put([stands]) == [stands]
    await asyncio.gather(*(database.verdicts.counts() for _ in range(2 * MAX_CONNECTIONS)))
    assert time.monotonic() - began < 5


async def test_a_server_that_stops_is_an_outage_until_it_is_back(
    impatient, server, database
) -> None:
    """For what was under way and what comes after; then everything goes on by itself."""
    stands = verdict("e")
    await database.verdicts.put([stands])
    under_way = asyncio.create_task(database._sessions.rows(SLEEP))
    await fill_pool_but_one(database)
    server.stop()
    with pytest.raises(Outage, match="stopping or starting") as out:
        await under_way
    assert out.value.scope == "store"
    for _ in range(2):
        with pytest.raises(Outage) as out:
            await database.verdicts.get([stands.key])
        assert out.value.scope == "store"
        assert "check that it runs" in str(out.value)
    with pytest.raises(Outage) as out:
        await database.custody.take([PLACE], "t1")
    assert out.value.scope == "log"
    server.start()
    await back(database, 15)
    assert await database.verdicts.get([stands.key]) == {stands.key: stands}


async def fill_pool_but_one(database: PostgresDatabase) -> None:
    """Have more connections than the one that is at work."""
    await asyncio.gather(*(database._sessions.rows("SELECT pg_sleep(0.1)") for _ in range(3)))


async def test_a_long_outage_does_not_make_the_return_slow(server, database) -> None:
    """With the time limits as they are: whoever asks is told within seconds, and served so."""
    await database.verdicts.counts()
    server.stop()
    began = time.monotonic()
    with pytest.raises(Outage):
        await database.verdicts.counts()
    assert time.monotonic() - began < 12
    server.start()
    assert await back(database, 12) < 12


async def test_what_was_returned_for_survives_the_servers_crash(
    impatient, server, database
) -> None:
    """Killed while it writes, several at a time, and recovered."""
    told: list[Verdict] = []
    down = asyncio.Event()

    async def write(lane: int) -> None:
        for number in itertools.count():
            one = verdict(f"e{lane}-{number}")
            try:
                await database.verdicts.put([one])
            except Outage:
                down.set()
                return
            told.append(one)

    writers = [asyncio.create_task(write(lane)) for lane in range(4)]
    await until(lambda: len(told) > 200, "some verdicts to be put")
    await asyncio.to_thread(server.kill)
    await asyncio.gather(*writers)
    assert down.is_set()
    server.start()
    await back(database, 10)
    found = await database.verdicts.get([one.key for one in told])
    assert set(found) == {one.key for one in told}


async def test_a_frozen_server_is_given_up(server, database, monkeypatch) -> None:
    """It closes nothing and answers nothing; the time limit of a call is ours then."""
    await database.verdicts.counts()
    monkeypatch.setattr("careerops.adapters.postgres.sessions._DEADLINE_S", 0.3)
    with server.frozen():
        began = time.monotonic()
        with pytest.raises(Outage):
            await database.verdicts.put([verdict("e")])
        assert time.monotonic() - began < 10
    monkeypatch.undo()
    await back(database, 10)


async def test_a_statement_that_takes_too_long_is_an_outage(server, url, monkeypatch) -> None:
    """The server ends it, and the connection goes on."""
    monkeypatch.setattr(
        "careerops.adapters.postgres.sessions._SESSION", "SET statement_timeout = '100ms'"
    )
    database = await PostgresDatabase.open(url)
    with pytest.raises(Outage, match="took too long"):
        await database._sessions.rows(SLEEP)
    assert await database.verdicts.counts() == {}
    await database.close()


async def test_when_all_connections_are_at_work_who_waits_too_long_is_told(impatient, url) -> None:
    """And who waits not too long is served."""
    database = await PostgresDatabase.open(url)
    await fill_pool(database)
    work = [
        asyncio.create_task(database._sessions.rows("SELECT pg_sleep(1)"))
        for _ in range(MAX_CONNECTIONS)
    ]
    pool = database._sessions._pool
    await until(lambda: not pool.get_stats()["pool_available"], "all to be at work")
    with pytest.raises(Outage):
        await database.verdicts.counts()
    await asyncio.gather(*work)
    assert await database.verdicts.counts() == {}
    await database.close()


async def test_a_server_that_only_reads_is_an_outage(impatient, server, url) -> None:
    """As after a switch to another primary: writes wait until there is one."""
    database = await PostgresDatabase.open(url)
    name = url.rpartition("/")[2]
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server.restart()
    with pytest.raises(Outage, match="connect to the primary"):
        await database.verdicts.put([verdict("e")])
    await database.close()


async def test_tables_that_are_gone_are_an_outage(server, url) -> None:
    """No message is to blame for them."""
    database = await PostgresDatabase.open(url)
    server.execute("DROP SCHEMA careerops CASCADE", url.rpartition("/")[2])
    with pytest.raises(Outage, match="tables are gone"):
        await database.verdicts.counts()
    await database.close()


async def test_a_closed_database_says_so(url) -> None:
    """Closing again does nothing."""
    database = await PostgresDatabase.open(url)
    await database.close()
    await database.close()
    with pytest.raises(Outage, match="closed"):
        await database.verdicts.counts()


async def test_an_error_of_ours_is_no_outage(database) -> None:
    """It would be waited for in vain."""
    with pytest.raises(psycopg.errors.SyntaxError):
        await database._sessions.rows("SELEC 1")
    with pytest.raises(psycopg.errors.DataError):
        await database.verdicts.put([verdict("e", label="\0")])


async def test_several_statements_are_done_together_or_not_at_all(database) -> None:
    """In a pipeline nobody has seen the first one's answer when the second one fails."""
    add = "INSERT INTO careerops.documents VALUES ('e', '', 1)"
    with pytest.raises(psycopg.errors.DivisionByZero):
        await database._sessions.together([(add, ()), ("SELECT 1 / 0", ()), (add, ())])
    assert await database.documents.read("e") == {}


async def test_writers_in_each_others_way_are_tried_again(database) -> None:
    """The server ends one of two that wait in a circle; both are done when they return."""
    both = ("a", "b")
    await database.cursors.acquire("a", "somebody", 60)
    await database.cursors.acquire("b", "somebody", 60)
    change = "UPDATE careerops.sources SET cursor = %s WHERE source = %s"
    wait = ("SELECT pg_sleep(0.3)", ())

    async def write(first: str, second: str) -> None:
        steps = [(change, (first, first)), wait, (change, (first, second))]
        await database._sessions.together(steps)

    await asyncio.gather(write(*both), write(*reversed(both)))
    rows = await database._sessions.rows("SELECT DISTINCT cursor FROM careerops.sources")
    assert len(rows) == 1


async def test_a_call_that_is_cancelled_leaves_the_pool_whole(database) -> None:
    """It ends at once, wherever it was, and its connection is used again or replaced."""
    for _ in range(4 * MAX_CONNECTIONS):
        work = asyncio.create_task(database._sessions.rows(SLEEP))
        # The moment of the cancellation is what is being varied, so this is no synchronisation.
        await asyncio.sleep(random.uniform(0, 0.02))
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    await fill_pool(database)
