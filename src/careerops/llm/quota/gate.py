"""How many calls of a scope may be under way while nobody knows what it takes."""

import asyncio
from typing import Final

from careerops.ports.clock import Clock

_FIRST_WIDTH: Final = 1


class Gate:
    """One call at a time, then twice as many after each minute with answers and no refusal.

    For one process: what others have under way, nobody counts. Only the event loop touches it.
    """

    def __init__(self, clock: Clock, minute_s: float) -> None:
        """Let one through."""
        self._clock = clock
        self._minute_s = minute_s
        self._width = _FIRST_WIDTH
        self._since_s = clock.monotonic()
        self._served = 0
        self._under_way = 0
        self._open = False
        self._waiting: list[asyncio.Future[None]] = []

    async def enter(self) -> bool:
        """Wait until one more may be under way; then `leave` ends it. False: none is counted."""
        while not self._open and self._under_way >= self._width:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        if self._open:
            return False
        self._under_way += 1
        return True

    def leave(self, *, served: bool = False) -> None:
        """A call that entered has ended."""
        self._under_way -= 1
        self._served += served
        now_s = self._clock.monotonic()
        if self._served and now_s - self._since_s >= self._minute_s:
            self._begin(2 * self._width, now_s)
        self._wake()

    def refused(self) -> None:
        """The provider said that it was too much."""
        self._begin(max(_FIRST_WIDTH, self._width // 2), self._clock.monotonic())

    def set_open(self, *, known: bool) -> None:
        """Whether the limit is known: then that is kept, and nobody waits here."""
        self._open = known
        if known:
            self._wake()

    def _begin(self, width: int, now_s: float) -> None:
        self._width, self._since_s, self._served = width, now_s, 0

    def _wake(self) -> None:
        # All, and each looks for itself: one that was cancelled meanwhile keeps nobody waiting.
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
