"""Forgetting what is older than the retention time."""

from datetime import timedelta

from careerops.bootstrap.pipeline import Surroundings
from careerops.domain.errors import Outage
from careerops.domain.topics import DEAD_LETTERS
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger

_FIRST_AFTER_S = 60.0
_EVERY_S = 3600.0


async def keep_house(around: Surroundings) -> None:
    """Trim once an hour, for ever; the first time soon after the start."""
    logger = get_logger("housekeeping")
    wait_s = _FIRST_AFTER_S
    while True:
        await around.clock.sleep(wait_s)
        wait_s = _EVERY_S
        try:
            trimmed = await trim(around)
        except Outage as outage:
            logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
            continue
        if trimmed:
            logger.info(LogEvent.RECORDS_TRIMMED, count=trimmed)


async def trim(around: Surroundings) -> int:
    """Forget records and outputs past the retention time; returns how many.

    A topic that stages read is left alone until each of them has joined it: mails that nobody has
    classified yet must not vanish because `classify` never ran.
    """
    before = around.clock.now() - timedelta(days=around.config.retention.days)
    log = around.stores.log
    trimmed = 0
    for info in await log.topics():
        if info.groups or info.topic == DEAD_LETTERS:
            trimmed += await log.trim(info.topic, before)
    return trimmed + await around.stores.verdicts.trim_outputs(before)
