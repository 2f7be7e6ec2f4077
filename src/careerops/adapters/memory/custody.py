"""What the members of groups had in hand, until the process ends."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from careerops.ports.custody import Custody, Place

T = TypeVar("T")


@dataclass(slots=True)
class _Holding:
    """One place: who holds it (`token`, "" nobody) and what was said about it."""

    token: str = ""
    delivered: int = 0
    suspects_below: int = 0
    running: set[int] = field(default_factory=set)
    deaths: Counter[int] = field(default_factory=Counter)

    def take(self, token: str) -> None:
        if self.token == token:
            return
        self.suspects_below = self.delivered if self.token else 0
        self.token = token
        self.deaths.update(self.running)
        self.running.clear()

    def give_back(self) -> None:
        self.token, self.delivered = "", 0
        self.running.clear()


class MemoryCustody:
    """`CustodyStore` in memory. A crash changes nothing: nobody gave anything back."""

    def __init__(self) -> None:
        """Nobody holds anything yet."""
        self._holdings: dict[Place, _Holding] = {}

    async def take(self, places: Sequence[Place], token: str) -> dict[Place, Custody]:
        """Hold `places` under `token` from now on, and learn how the holder before ended."""
        found: dict[Place, Custody] = {}
        for place in places:
            holding = self._holdings.setdefault(place, _Holding())
            holding.take(token)
            found[place] = Custody(holding.suspects_below, dict(holding.deaths))
        return found

    async def deliver(self, token: str, below: Mapping[Place, int]) -> None:
        """Everything below these offsets may be handed over from now on; marks never go back."""
        for holding, mark in self._held(token, below):
            holding.delivered = max(holding.delivered, mark)

    async def attempt(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` is about to run alone."""
        for holding, number in self._held(token, {place: offset}):
            holding.running.add(number)

    async def rest(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` does not run now, and is not settled."""
        for holding, number in self._held(token, {place: offset}):
            holding.running.discard(number)

    async def forget(self, token: str, offsets: Mapping[Place, Sequence[int]]) -> None:
        """These records are settled: their attempts and deaths mean nothing any more."""
        for holding, settled in self._held(token, offsets):
            holding.running.difference_update(settled)
            for offset in settled:
                holding.deaths.pop(offset, None)

    async def give_back(self, token: str, places: Sequence[Place]) -> None:
        """A clean end: the next holder has no suspects, and what was being tried is no death."""
        for holding, _ in self._held(token, dict.fromkeys(places)):
            holding.give_back()

    def _held(self, token: str, said: Mapping[Place, T]) -> list[tuple[_Holding, T]]:
        """What was said about the places that are held under `token`; the rest is ignored."""
        found = [(self._holdings.get(place), words) for place, words in said.items()]
        return [(h, words) for h, words in found if h is not None and h.token == token]
