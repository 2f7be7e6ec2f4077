"""Longer and longer pauses between tries to reach a source of mail."""

import random
from collections.abc import Callable
from typing import Final

LONGEST_S: Final = 300.0
_FIRST_S: Final = 2.0
_DOUBLINGS: Final = 30
_REFUSED_FACTOR: Final = 12
"""What only a person can mend rests at longest for so many times the longest other pause: an hour.
"""
_HELD_S: Final = 60.0


class Backoff:
    """Pauses that double, jittered so that many sources spread out.

    A source that can be reached only for a moment, again and again, is no success: the next pause
    is short again once it has served us for a minute, or has given us something.
    """

    def __init__(self, monotonic: Callable[[], float], longest_s: float = LONGEST_S) -> None:
        """Begin with 2 s and go on to `longest_s`; for what is refused begin there.

        `monotonic` gives the time in seconds.
        """
        self._monotonic = monotonic
        self._longest_s = longest_s
        self._failures = 0
        self._refusals = 0
        self._served_at: float | None = None

    def served(self, *, gave: bool) -> None:
        """The source served us; `gave`: with something new."""
        if gave:
            self._failures = self._refusals = 0
        elif self._served_at is None:
            self._served_at = self._monotonic()

    def next_s(self, *, refused: bool) -> float:
        """Seconds until the next try after a failure; `refused`: a person has to mend it."""
        if self._served_at is not None and self._monotonic() - self._served_at >= _HELD_S:
            self._failures = self._refusals = 0
        self._served_at = None
        if refused:
            full = self._longest_s * min(_REFUSED_FACTOR, 2.0 ** min(self._refusals, _DOUBLINGS))
            self._refusals += 1
        else:
            full = min(self._longest_s, _FIRST_S * 2.0 ** min(self._failures, _DOUBLINGS))
            self._failures += 1
        return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads attempts; nothing is secret
