"""Forgetting what is past the retention time, and nothing that anybody has still to read."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.memory import FakeClock
from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.sqlite import SqliteDatabase
from careerops.bootstrap import housekeeping
from careerops.bootstrap.housekeeping import keep_house, trim, trim_once
from careerops.bootstrap.pipeline import Surroundings
from careerops.config import Config, build_config
from careerops.domain.errors import Outage
from careerops.domain.topics import DEAD_LETTERS, RAW_INBOX
from careerops.ports.eventlog import Settlement
from careerops.ports.ledger import DeliveryStatus, Entry
from careerops.ports.verdicts import VerdictQuery
from careerops.services.deadletters import DeadLetters
from support.engine import mail
from support.logs import verdict

DAY_S = 86_400.0
NO_REPARSER: Any = None
"""Nothing here was refused by the parser."""


def surroundings(days: int = 30) -> tuple[Surroundings, MemoryDatabase]:
    """A database that keeps things so long."""
    database = MemoryDatabase()
    config: Config = build_config({"retention": {"days": days}}, Path(), {})
    return Surroundings(config, database, "us", clock=database.clock), database


async def kept(database: MemoryDatabase, topic: str) -> int:
    """How many records a topic holds."""
    return len(await database.log.read(topic, 0, 100))


async def test_what_nobody_has_joined_for_is_kept() -> None:
    """Mails wait for a `classify` that never ran, dead letters for a person."""
    around, database = surroundings()
    await database.log.publish([mail("a"), mail("b", topic=DEAD_LETTERS)])
    await database.clock.advance(31 * DAY_S)
    assert await trim(around) == 0
    assert (await kept(database, RAW_INBOX), await kept(database, DEAD_LETTERS)) == (1, 1)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_dead_letters_that_somebody_decided_about_go_with_their_time(
    kind: str, tmp_path: Path
) -> None:
    """Replayed or discarded; the others stay for as long as it takes, and can be replayed then."""
    clock = FakeClock()
    database: Any = MemoryDatabase(clock)
    if kind == "sqlite":
        database = await SqliteDatabase.open(tmp_path / "careerops.db", clock=clock)
    config = build_config({"retention": {"days": 30}}, Path(), {})
    around = Surroundings(config, database, "us", clock=clock)
    await database.log.publish([mail(f"e{n}", topic=DEAD_LETTERS) for n in range(8)])
    letters = DeadLetters(database.log, database.verdicts, database.ledger, NO_REPARSER, clock)
    waiting = [letter async for letter in letters.waiting()]
    for number in (0, 1, 3, 6):
        await letters.discard(waiting[number])
    await clock.advance(31 * DAY_S)
    await database.log.publish([mail("young", topic=DEAD_LETTERS)])
    for _ in range(2):
        await trim(around)
        left = [letter.letter_id async for letter in letters.waiting()]
        assert left[:-1] == [waiting[number].letter_id for number in (2, 4, 5, 7)]
    held = {record.offset for record in await database.log.read(DEAD_LETTERS, 0, 100)}
    gone = {waiting[number].record.offset for number in (0, 1, 3, 6)} & held
    assert len(gone) == {"memory": 2, "sqlite": 0}[kind], "memory deletes from the beginning only"
    await letters.discard(waiting[2])
    await clock.advance(400 * DAY_S)
    await trim(around)
    assert len([letter async for letter in letters.waiting()]) == 4
    await database.close()


async def test_a_process_that_ends_soon_forgets_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an outage is left to the next one."""
    around, database = surroundings(days=30)
    old = verdict("e", decided_at=database.clock.now())
    await database.verdicts.put([old])
    await database.clock.advance(31 * DAY_S)
    await trim_once(around)
    assert await database.verdicts.find(VerdictQuery()) == []

    async def out(_: object) -> int:
        raise Outage("the disk is full", scope="log")

    monkeypatch.setattr(housekeeping, "trim", out)
    await trim_once(around)


async def test_what_is_read_and_old_goes_and_what_is_young_or_unread_stays() -> None:
    """By the configured days."""
    around, database = surroundings(days=30)
    await database.log.publish([mail("a"), mail("b")])
    subscription = await database.log.subscribe(RAW_INBOX, "careerops.test")
    await database.clock.advance(31 * DAY_S)
    assert await trim(around) == 0, "nothing is settled"
    first, second = await subscription.receive(10)
    await database.log.settle([Settlement(first)])
    assert await trim(around) == 1
    await database.log.settle([Settlement(second)])
    await database.log.publish([mail("c")])
    assert await trim(around) == 1
    assert [r.value for r in await database.log.read(RAW_INBOX, 0, 10)] == [b"c"]


async def test_it_is_done_once_an_hour_and_an_outage_is_outlived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first time soon after the start."""
    around, database = surroundings()
    calls: list[float] = []

    async def trimmed(given: Surroundings) -> int:
        assert given is around
        calls.append(database.clock.monotonic())
        if len(calls) == 2:
            raise Outage("the disk is full", scope="log")
        return len(calls)

    monkeypatch.setattr(housekeeping, "trim", trimmed)
    keeping = asyncio.create_task(keep_house(around))
    await database.clock.advance(3 * 3600)
    assert calls == [60, 3660, 7260]
    assert not keeping.done()
    keeping.cancel()


async def test_what_was_told_is_forgotten_with_its_time() -> None:
    """What is open stays whole, however old."""
    around, database = surroundings(days=30)
    ledger, clock = database.ledger, database.clock
    await ledger.plan([Entry(n, "phone", n, n, b"{}", None) for n in ("told", "open")], clock.now())
    (state, _) = await ledger.due(["phone"], clock.now(), 9)
    await ledger.finish(state, DeliveryStatus.SENT, clock.now())
    await clock.advance(31 * DAY_S)
    await trim_once(around)
    left = [each.entry.notification_id for each in await ledger.entries()]
    assert left == ["open"]
