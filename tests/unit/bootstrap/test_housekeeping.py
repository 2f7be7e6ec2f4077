"""Forgetting what is past the retention time, and nothing that anybody has still to read."""

import asyncio
from pathlib import Path

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.bootstrap import housekeeping
from careerops.bootstrap.housekeeping import keep_house, trim
from careerops.bootstrap.pipeline import Surroundings
from careerops.config import Config, build_config
from careerops.domain.errors import Outage
from careerops.domain.topics import DEAD_LETTERS, RAW_INBOX
from careerops.ports.eventlog import Settlement
from support.engine import mail

DAY_S = 86_400.0


def surroundings(days: int = 30) -> tuple[Surroundings, MemoryDatabase]:
    """A database that keeps things so long."""
    database = MemoryDatabase()
    config: Config = build_config({"retention": {"days": days}}, Path(), {})
    return Surroundings(config, database, "us", clock=database.clock), database


async def kept(database: MemoryDatabase, topic: str) -> int:
    """How many records a topic holds."""
    return len(await database.log.read(topic, 0, 100))


async def test_what_nobody_has_joined_for_is_kept() -> None:
    """Mails wait for a `classify` that never ran; dead letters for nobody."""
    around, database = surroundings()
    await database.log.publish([mail("a"), mail("b", topic=DEAD_LETTERS)])
    await database.clock.advance(31 * DAY_S)
    assert await trim(around) == 1
    assert (await kept(database, RAW_INBOX), await kept(database, DEAD_LETTERS)) == (1, 0)


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
