"""Writing down what was seen, beside the mails: no answer waits for it.

What is seen while a write is under way goes with the next one. A kill loses what was not written,
a few mails of an experiment.
"""

from typing import Final

from careerops.domain.errors import Outage
from careerops.llm.experiments.background import Background
from careerops.llm.experiments.book import ExperimentBook, Place, Seen
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger

MAX_WAITING: Final = 10_000
"""What is seen while the store is out and so many wait already is lost."""
_END_S: Final = 2.0


class Recorder:
    """Hands observations over to the book."""

    def __init__(self, book: ExperimentBook) -> None:
        """Write into `book`."""
        self._book = book
        self._waiting: dict[Place, list[Seen]] = {}
        self._count = 0
        self._writing = Background("experiment-record", 1)
        self._logger = get_logger("llm")

    def note(self, place: Place, seen: Seen) -> None:
        """Keep `seen`, and see to it that it is written."""
        if self._count >= MAX_WAITING:
            return
        self._count += 1
        self._waiting.setdefault(place, []).append(seen)
        if not self._writing.full:
            self._writing.start(self._write())

    async def close(self) -> None:
        """Write what waits, within 2 s. Idempotent."""
        await self._writing.finish(_END_S)
        if self._waiting:
            self._writing.start(self._write())
            await self._writing.finish(_END_S)

    async def _write(self) -> None:
        while self._waiting:
            place = next(iter(self._waiting))
            batch = self._waiting.pop(place)
            try:
                await self._book.write(place, batch)
            except Outage as outage:
                # Tried again with the next that is seen.
                self._waiting[place] = batch + self._waiting.pop(place, [])
                self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
                return
            self._count -= len(batch)
