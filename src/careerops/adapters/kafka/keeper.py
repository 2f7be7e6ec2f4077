"""A partition while it is ours, and its custody: who is to blame when a process dies."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from careerops.adapters.kafka.tracker import Tracker
from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.custody import Custody, CustodyStore, Place
from careerops.ports.eventlog import Delivery, LogRecord

_RETRY_S: Final = 1.0


@dataclass(slots=True, eq=False)
class Assignment:
    """A partition while it is ours.

    `early` holds what came before its custody was known; what may be handed over without another
    word to custody is below `marked_below`. `back_at` is the offset from which it is about to be
    read again, because its log went back; `is_anew` says that its log began again at its start,
    and that the topic's new id was not heard of yet. `leaving`: it is taken away, so nothing more
    of it is handed over; what is in hand may still be settled.
    """

    place: Place
    epoch: int
    token: str
    tracker: Tracker = field(default_factory=Tracker)
    custody: Custody | None = None
    early: list[LogRecord] = field(default_factory=list)
    committed: int | None = None
    marked_below: int = 0
    back_at: int | None = None
    is_anew: bool = False
    leaving: bool = False

    def delivery(self, record: LogRecord) -> Delivery:
        """`record` as it is handed over."""
        custody = self.custody or Custody()
        deaths = custody.deaths.get(record.offset, 0)
        suspect = record.offset < custody.suspects_below
        return Delivery(record, self.place.group, self.epoch, deaths, suspect)


class Keeper:
    """Says to the store what is held, again while that cannot be written."""

    def __init__(self, store: CustodyStore) -> None:
        """Nothing is held yet."""
        self._store = store
        self._logger = get_logger("log")

    async def take(self, places: list[Place], token: str) -> dict[Place, Custody]:
        """Hold `places`, and learn how the holder before ended."""
        while True:
            try:
                return await self._store.take(places, token)
            except Outage as outage:
                await self._rest(outage)

    async def take_anew(self, place: Place, token: str, before: str) -> None:
        """Hold a place whose log is another one now, as nobody has had anything of it.

        `before` is the token under which we hold it until now.
        """
        while True:
            try:
                await self._store.give_back(before, [place])
                known = (await self._store.take([place], token)).get(place, Custody())
                if known.deaths:
                    await self._store.forget(token, {place: list(known.deaths)})
            except Outage as outage:
                await self._rest(outage)
            else:
                return

    async def give_back(self, ours: Iterable[Assignment]) -> None:
        """A clean end, if the store can be told of it now."""
        by_token: dict[str, list[Place]] = {}
        for assignment in ours:
            by_token.setdefault(assignment.token, []).append(assignment.place)
        try:
            for token, places in by_token.items():
                await self._store.give_back(token, places)
        except Outage as outage:
            # The next holder takes this for an unclean end, and is only slower for it.
            self._say(outage)

    async def _rest(self, outage: Outage) -> None:
        self._say(outage)
        await asyncio.sleep(_RETRY_S)

    def _say(self, outage: Outage) -> None:
        self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
