"""Turns of the event loop: whether anybody else could run since a moment ago."""

import asyncio


class LoopTurns:
    """Counts the turns of the running loop, only while somebody asks."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._turns = 0
        self._counting = False

    def now(self) -> int:
        """Which turn this is: the same number means that nobody else ran in between."""
        if not self._counting:
            self._counting = True
            asyncio.get_running_loop().call_soon(self._count)
        return self._turns

    def _count(self) -> None:
        self._turns += 1
        self._counting = False
