"""Watching how this process's mailboxes fare: people are told, and tools beside it can see it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from careerops.bootstrap.pipeline import Pipeline
from careerops.bootstrap.standing import (
    A_PIECE,
    CHANNELS,
    MAILBOXES,
    MODELS,
    MailboxRow,
    channel_rows,
    leave,
    left,
    mailbox_rows,
    model_rows,
)
from careerops.bootstrap.stores import is_shared
from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.ports.clock import Clock

LOOK_EVERY_S: Final = 2.0
_NEWS_EVERY: Final = timedelta(seconds=30)
"""How often a time alone is worth a write: a state's change is written at once."""
_RENEW: Final = timedelta(seconds=300)
_RENEW_SHARED: Final = timedelta(seconds=60)
"""Where other hosts look, which cannot see whether a process still lives."""
_LIVES: Final = 2.5


async def watch_for_ever(pipeline: Pipeline) -> None:
    """Tell of mailboxes that are not read, and leave how all fare, as soon as it changes."""
    changed = asyncio.Event()
    for reader in pipeline.readers:
        reader.watch.on_change = changed.set
    report = _Report(pipeline)
    await report.recall()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_tick(pipeline.around.clock, changed), name="tick")
            while True:
                changed.clear()
                if pipeline.alerts is not None:
                    await pipeline.alerts.look()
                await report.leave()
                await changed.wait()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _tick(clock: Clock, changed: asyncio.Event) -> None:
    """Time passes too: look every two seconds."""
    while True:
        await clock.sleep(LOOK_EVERY_S)
        changed.set()


class _Report:
    """What was left of each kind, and when: idle, it is written once in five minutes."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._cache = pipeline.around.stores.cache
        self._clock = pipeline.around.clock
        self._renew = _RENEW_SHARED if is_shared(pipeline.around.config) else _RENEW
        self._left: dict[str, tuple[object, object, datetime]] = {}

    async def recall(self) -> None:
        """Take over when an earlier process had its last contact and mail."""
        now = self._clock.now()
        for piece in range(_pieces(self._pipeline)):
            try:
                found = await left(
                    self._cache, f"{MAILBOXES}/{piece}", MailboxRow, now, lambda _: True
                )
            except Outage:
                return
            known = {(row.account, row.name): row for row in found[1]}
            for watch in (reader.watch for reader in self._pipeline.readers):
                row = known.get((watch.account, watch.name))
                if row is not None:
                    watch.remember(row.last_contact, row.last_mail)

    async def leave(self) -> None:
        """Write what is news."""
        rows = mailbox_rows(self._pipeline)
        try:
            for piece, start in enumerate(range(0, len(rows), A_PIECE)):
                some = rows[start : start + A_PIECE]
                states = [(row.account, row.name, row.state, row.reason) for row in some]
                mails = [row.last_mail for row in some]
                await self._put(f"{MAILBOXES}/{piece}", some, states, mails)
            channels = channel_rows(self._pipeline)
            await self._put(CHANNELS, channels, channels, None)
            models = model_rows(self._pipeline)
            await self._put(MODELS, models, [(row.name, row.state) for row in models], None)
        except Outage:
            return  # nobody can look either

    async def _put(self, key: str, rows: Sequence[Model], states: object, times: object) -> None:
        if not rows:
            return
        now = self._clock.now()
        before = self._left.get(key)
        if before is not None:
            age = now - before[2]
            fresh_enough = age < self._renew and (before[1] == times or age < _NEWS_EVERY)
            if before[0] == states and fresh_enough:
                return
        owner, life = self._pipeline.around.owner, self._renew * _LIVES
        await leave(self._cache, key, rows, owner=owner, now=now, life=life)
        self._left[key] = (states, times, now)


def _pieces(pipeline: Pipeline) -> int:
    return -(-len(pipeline.readers) // A_PIECE)
