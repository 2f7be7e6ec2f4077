"""Forgetting what is older than the retention time."""

import asyncio
from contextlib import aclosing, suppress
from datetime import datetime, timedelta

from careerops.bootstrap.pipeline import Surroundings
from careerops.domain.errors import Outage
from careerops.domain.topics import DEAD_LETTERS
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.eventlog import EventLog
from careerops.ports.verdicts import VerdictStore
from careerops.services.deadletters import waiting

_FIRST_AFTER_S = 60.0
_EVERY_S = 3600.0
_ONCE_AT_MOST_S = 10.0


async def keep_house(around: Surroundings) -> None:
    """Trim once an hour, for ever; the first time soon after the start."""
    logger = get_logger("housekeeping")
    wait_s = _FIRST_AFTER_S
    while True:
        await around.clock.sleep(wait_s)
        wait_s = _EVERY_S
        try:
            trimmed = await trim(around) + await _trim_ledger(around)
        except Outage as outage:
            logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
            continue
        if trimmed:
            logger.info(LogEvent.RECORDS_TRIMMED, count=trimmed)


async def trim(around: Surroundings) -> int:
    """Forget records and details past the retention time; returns how many.

    A topic that stages read is left alone until each of them has joined it: mails that nobody has
    classified yet must not vanish because `classify` never ran. A dead letter that nobody has
    replayed or discarded is kept for as long as that takes.

    Raises:
        Outage: log or store cannot be used now.
    """
    before = around.clock.now() - timedelta(days=around.config.retention.days)
    log, verdicts = around.stores.log, around.stores.verdicts
    trimmed = 0
    for info in await log.topics():
        if info.topic == DEAD_LETTERS:
            undecided = await _undecided(log, verdicts, before)
            trimmed += await log.trim(info.topic, before, undecided)
        elif info.groups:
            trimmed += await log.trim(info.topic, before)
    return trimmed + await verdicts.trim_outputs(before)


async def trim_once(around: Surroundings) -> None:
    """`trim` for a process that ends soon: one that is never left running forgets as well."""
    with suppress(Outage, TimeoutError):  # the next one does it, or goes on with it
        async with asyncio.timeout(_ONCE_AT_MOST_S):
            await trim(around)
            await _trim_ledger(around)


async def _trim_ledger(around: Surroundings) -> int:
    """Forget what was told; that it was decided stays with the verdicts, so nothing comes again."""
    before = around.clock.now() - timedelta(days=around.config.retention.days)
    return await around.stores.ledger.trim(before)


async def _undecided(log: EventLog, verdicts: VerdictStore, before: datetime) -> frozenset[int]:
    """The offsets of the old dead letters that wait for somebody."""
    found: set[int] = set()
    async with aclosing(waiting(log, verdicts)) as letters:
        async for letter in letters:
            if letter.record.time >= before:
                break
            found.add(letter.record.offset)
    return frozenset(found)
