"""Retention: old and done goes, unread stays."""

from datetime import timedelta
from pathlib import Path

from careerops.adapters.memory.database import MemoryDatabase
from careerops.bootstrap.housekeeping import trim
from careerops.bootstrap.pipeline import Surroundings
from careerops.config import build_config
from careerops.domain.topics import DEAD_LETTERS, GROUP_CLASSIFY, RAW_INBOX
from careerops.ports.eventlog import Settlement
from support.engine import mail


async def remaining(database: MemoryDatabase, topic: str) -> int:
    """How many records `topic` holds."""
    return len(await database.log.read(topic, 0, 100))


async def test_only_what_is_old_and_settled_is_forgotten() -> None:
    """Unread mails stay, however old; so do settled ones within the retention time."""
    database = MemoryDatabase()
    config = build_config({"retention": {"days": 10}}, Path(), {})
    around = Surroundings(config, database, "me", clock=database.clock)
    await database.log.publish([mail("a"), mail("b"), mail("dead", topic=DEAD_LETTERS)])
    await database.clock.advance(timedelta(days=11).total_seconds())
    assert await trim(around) == 1  # the dead letter; nobody reads the inbox yet
    subscription = await database.log.subscribe(RAW_INBOX, GROUP_CLASSIFY)
    first, _ = await subscription.receive(10)
    await database.log.settle([Settlement(first)])
    await database.log.publish([mail("new")])
    assert await trim(around) == 1
    assert await remaining(database, RAW_INBOX) == 2
    assert await remaining(database, DEAD_LETTERS) == 0
