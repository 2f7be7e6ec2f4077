"""Several processes on one database: who comes first, and that only one does."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from careerops.adapters.postgres import PostgresDatabase, schema
from careerops.domain.errors import AlreadyRunning
from careerops.domain.verdicts import VerdictStatus
from careerops.ops.clock import SystemClock
from careerops.ports.cursors import Intake
from careerops.ports.custody import Place
from careerops.ports.ledger import DeliveryStatus, Entry
from support.logs import verdict
from support.postgres import PostgresServer, postgres, postgres_url
from support.postgres_process import EVENTS, together

__all__ = ["postgres", "postgres_url"]

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
PLACE = Place("careerops.classify", "raw_inbox_stream", 3)
LONG_S = 3600.0


@pytest.fixture
async def databases(postgres_url: str) -> AsyncIterator[list[PostgresDatabase]]:
    """The same database opened four times, as by processes of their own."""
    opened = [await PostgresDatabase.open(postgres_url) for _ in range(4)]
    yield opened
    for database in opened:
        await database.close()


def deadlocks(server: PostgresServer) -> int:
    """How many the server has ended so far."""
    return server.log().count("deadlock detected")


def test_processes_that_start_together_all_open_a_new_database(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """The first makes the tables, once, and none trips over another."""
    assert together("open", postgres_url, 4) == ["opened"] * 4
    name = postgres_url.rpartition("/")[2]
    made = postgres.execute("SELECT number FROM careerops.migrations ORDER BY number", name)
    assert made == [(number,) for number in range(1, len(schema.MIGRATIONS) + 1)]


def test_of_two_processes_that_decide_the_same_events_both_are_told_the_same(
    postgres_url: str,
) -> None:
    """Whoever came first with each; nobody is told that its own stands where it does not."""
    first, second = together("decide", postgres_url, 2)
    assert first == second
    assert set(first) == set(EVENTS)
    assert len(set(first.values())) == 2, "they did not meet: this was no race"


async def test_verdicts_put_in_opposite_orders_wait_for_nobody_in_a_circle(
    postgres: PostgresServer, databases
) -> None:
    """Large batches that overlap whole, one from the front and one from the back."""
    before = deadlocks(postgres)
    for turn in range(5):
        verdicts = [verdict(f"e{turn}-{number}") for number in range(500)]
        puts = [
            database.verdicts.put(verdicts[::step])
            for database, step in zip(databases, itertools.cycle((1, -1)), strict=False)
        ]
        told = await asyncio.gather(*puts)
        assert {one.key: one for one in told[0]} == {one.key: one for one in told[1]}
    assert deadlocks(postgres) == before


async def test_a_replay_that_clears_what_stands_leaves_no_gap(databases) -> None:
    """Putting while others clear ends with something that stands, whoever is faster."""
    one, other, *_ = databases
    dead = [verdict(f"e{n}", status=VerdictStatus.DEAD) for n in range(20)]

    async def clear() -> None:
        for _ in range(40):
            await other.verdicts.clear_dead([v.key for v in dead])

    async def put() -> None:
        for _ in range(40):
            assert await one.verdicts.put(dead) == dead

    await asyncio.gather(clear(), put(), put())


async def test_senders_send_each_once_however_many_claim_at_once(databases) -> None:
    """Each entry is claimed by one, and an account's in the order planned."""
    entries = [
        Entry(f"n{number:02}", "email", f"account{number % 5}", "", b"{}", None)
        for number in range(60)
    ]
    assert await databases[0].ledger.plan(entries, NOW) == len(entries)
    sent: dict[str, list[str]] = defaultdict(list)

    async def sender(database: PostgresDatabase, name: str) -> None:
        while sum(map(len, sent.values())) < len(entries):
            for state in await database.ledger.due(["email"], NOW, 2):
                claimed = await database.ledger.claim(state, name, NOW, 60)
                if claimed is not None:
                    assert claimed.attempts == 1
                    sent[claimed.entry.account].append(claimed.entry.notification_id)
                    await database.ledger.finish(claimed, DeliveryStatus.SENT, NOW)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number, database in enumerate(databases * 2):
            group.create_task(sender(database, f"sender{number}"))
    for names in sent.values():
        assert sorted(names) == sorted(set(names))
    assert sum(map(len, sent.values())) == len(entries)


async def test_an_orphan_is_recovered_by_one(databases) -> None:
    """All who look find it; one is told, and its outcome is unknown once."""
    await databases[0].ledger.plan([Entry("n", "email", "me", "", b"{}", None)], NOW)
    (due,) = await databases[0].ledger.due(["email"], NOW, 1)
    await databases[0].ledger.claim(due, "somebody", NOW, 0)
    looks = [
        database.ledger.recover(["email"], f"s{who}", 60) for who, database in enumerate(databases)
    ]
    (state,) = itertools.chain(*await asyncio.gather(*looks))
    assert state.unknown == 1


async def test_leases_of_sends_are_counted_by_the_servers_clock(databases) -> None:
    """A host whose clock is ahead does not take a send from one whose clock is right."""
    await databases[0].ledger.plan([Entry("n", "email", "me", "", b"{}", None)], NOW)
    (due,) = await databases[0].ledger.due(["email"], NOW, 1)
    assert await databases[0].ledger.claim(due, "somebody", NOW, 60) is not None
    ahead = NOW + timedelta(days=400)
    assert await databases[1].ledger.due(["email"], ahead, 1) == []
    assert await databases[1].ledger.recover(["email"], "ahead", 60) == []


async def test_one_of_many_takes_the_lease(databases) -> None:
    """The others are told that it is taken."""

    async def acquire(database: PostgresDatabase, owner: str):
        with suppress(AlreadyRunning):
            return await database.cursors.acquire("imap:me", owner, LONG_S)
        return None

    found = await asyncio.gather(
        *(acquire(database, f"owner{n}") for n, database in enumerate(databases * 3))
    )
    (lease,) = (one for one in found if one is not None)
    await databases[0].cursors.renew(lease, LONG_S)


async def test_sources_with_the_same_mails_do_not_block_each_other(
    postgres: PostgresServer, databases
) -> None:
    """Two mailboxes that one mailing list is in, read at the same time in opposite orders."""
    before = deadlocks(postgres)
    turns = [[f"e{turn}-{number}" for number in range(4000)] for turn in range(5)]

    async def read(database: PostgresDatabase, source: str, step: int) -> None:
        lease = await database.cursors.acquire(source, "somebody", LONG_S)
        for ids in turns:
            given = ids[::step]
            intake = Intake("1", given, given, dict.fromkeys(given, source))
            await database.cursors.commit(lease, "me", intake)

    await asyncio.gather(*(read(d, f"s{n}", 1 if n % 2 else -1) for n, d in enumerate(databases)))
    assert deadlocks(postgres) == before
    ids = [event_id for turn in turns for event_id in turn]
    assert await databases[0].cursors.seen("me", ids) == set(ids)


async def test_a_place_is_never_spoken_for_by_two(databases) -> None:
    """What an older holder says while the place is taken is heard before, or not at all."""
    old, new, *_ = databases
    await old.custody.take([PLACE], "t0")
    for number in range(1, 60):
        before, token = f"t{number - 1}", f"t{number}"
        _, _, found = await asyncio.gather(
            old.custody.deliver(before, {PLACE: 10 * number}),
            old.custody.attempt(before, PLACE, number),
            new.custody.take([PLACE], token),
        )
        told = found[PLACE]
        assert (await new.custody.take([PLACE], f"{token}-next"))[PLACE] == told
        await new.custody.take([PLACE], token)


class Ahead(SystemClock):
    """The clock of a host that is 61 s ahead, four times as long as a lease lasts."""

    def now(self) -> datetime:
        """Too late."""
        return datetime.now(UTC) + timedelta(seconds=61)


@pytest.mark.parametrize("first_is_ahead", [False, True])
async def test_hosts_whose_clocks_differ_keep_one_reader(
    postgres_url: str, first_is_ahead: bool
) -> None:
    """Leases run by the server's clock; what each host calls now decides nothing."""
    clocks = [Ahead(), SystemClock()] if first_is_ahead else [SystemClock(), Ahead()]
    first, second = [await PostgresDatabase.open(postgres_url, clock=each) for each in clocks]
    lease = await first.cursors.acquire("imap:me", "host-a", first.cursors.lease_s)
    with pytest.raises(AlreadyRunning):
        await second.cursors.acquire("imap:me", "host-b", second.cursors.lease_s)
    await first.cursors.renew(lease, first.cursors.lease_s)
    with pytest.raises(AlreadyRunning):
        await second.cursors.acquire("imap:me", "host-b", second.cursors.lease_s)
    await first.cursors.commit(lease, "me", Intake("1"))
    with pytest.raises(AlreadyRunning):
        await second.cursors.reset("imap:me")
    await first.reports.leave("members", "host-a", b"here", 15)
    assert [each.owner for each in await second.reports.read("members")] == ["host-a"]
    await first.cursors.release(lease)
    await second.cursors.acquire("imap:me", "host-b", 15)
    await first.close()
    await second.close()
