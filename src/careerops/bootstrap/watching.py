"""Watching how this process's mailboxes fare: people are told, and tools beside it can see it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
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
    kind_of,
    mailbox_rows,
    model_rows,
    remember,
    remembered,
    say,
)
from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.ops.clock import next_beat
from careerops.ports.clock import Clock

LOOK_EVERY_S: Final = 2.0
_NEWS_EVERY_S: Final = 30.0
"""How often a time alone is worth a report: a state's change is reported at once."""
_CONTACT_EVERY_S: Final = 300.0
"""How old the last contact of a mailbox may be as it is reported."""
_REMEMBER_EVERY: Final = timedelta(hours=6)


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
    finally:
        await report.end()


async def _tick(clock: Clock, changed: asyncio.Event) -> None:
    """Time passes too: look every two seconds."""
    while True:
        await next_beat(clock, LOOK_EVERY_S)
        changed.set()


@dataclass(slots=True)
class _Said:
    """What was reported of one kind, and when (monotonic seconds)."""

    states: object
    times: object
    at_s: float


class _Report:
    """What was said of each kind, and when: idle, it is said again before it would be forgotten."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._stores = pipeline.around.stores
        self._clock = pipeline.around.clock
        self._said: dict[str, _Said] = {}
        self._kept: dict[int, tuple[object, datetime]] = {}

    async def recall(self) -> None:
        """Take over when an earlier process had its last contact and mail."""
        now, cache = self._clock.now(), self._stores.cache
        for piece in range(_pieces(self._pipeline)):
            try:
                rows = await remembered(cache, kind_of(MAILBOXES, piece), now)
            except Outage:
                return
            known = {(row.account, row.name): row for row in rows}
            for watch in (reader.watch for reader in self._pipeline.readers):
                row = known.get((watch.account, watch.name))
                if row is not None:
                    watch.remember(row.last_contact, row.last_mail)

    async def leave(self) -> None:
        """Say what is news."""
        rows = mailbox_rows(self._pipeline)
        with suppress(Outage):  # nobody can look either
            for piece, start in enumerate(range(0, len(rows), A_PIECE)):
                some = rows[start : start + A_PIECE]
                states = [(row.account, row.name, row.state, row.reason) for row in some]
                mails = [row.last_mail for row in some]
                await self._say(kind_of(MAILBOXES, piece), some, states, mails)
                await self._keep(piece, some, states)
            channels = channel_rows(self._pipeline)
            await self._say(kind_of(CHANNELS), channels, channels, None)
            models = model_rows(self._pipeline)
            await self._say(
                kind_of(MODELS), models, [(row.name, row.state) for row in models], None
            )

    async def end(self) -> None:
        """Nothing is so any more; when there was contact last is kept."""
        rows = mailbox_rows(self._pipeline)
        with suppress(Outage):
            for piece, start in enumerate(range(0, len(rows), A_PIECE)):
                await self._keep(piece, rows[start : start + A_PIECE], None)
            for kind in self._said:
                await self._stores.reports.leave(kind, self._pipeline.around.owner, b"", 0)

    async def _say(self, kind: str, rows: Sequence[Model], states: object, times: object) -> None:
        if not rows:
            return
        reports, now_s = self._stores.reports, self._clock.monotonic()
        before = self._said.get(kind)
        if before is not None:
            age_s = now_s - before.at_s
            oldest_s = reports.lives_s * 2 / 5
            fresh = age_s < (oldest_s if times is None else min(oldest_s, _CONTACT_EVERY_S))
            quiet = before.times == times or age_s < _NEWS_EVERY_S
            if before.states == states and fresh and quiet:
                return
        await say(reports, kind, rows, self._pipeline.around.owner)
        self._said[kind] = _Said(states, times, now_s)

    async def _keep(self, piece: int, rows: Sequence[MailboxRow], states: object) -> None:
        now = self._clock.now()
        before = self._kept.get(piece)
        if before is not None and before[0] == states and now - before[1] < _REMEMBER_EVERY:
            return
        await remember(self._stores.cache, kind_of(MAILBOXES, piece), rows, now)
        self._kept[piece] = (states, now)


def _pieces(pipeline: Pipeline) -> int:
    return -(-len(pipeline.readers) // A_PIECE)
