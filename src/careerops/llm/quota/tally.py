"""What counts of a state at one moment: the uses of the last minute and of the day.

Many uses are merged into one, which has the latest time of them, so that a limit is rather kept too
strictly than passed: by at most the margin of a minute, and by five minutes of a day that rolls.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from careerops.llm.quota.limits import DAY_S, Limits
from careerops.llm.quota.state import Quota, State, Use
from careerops.ports.chatmodel import Period, Unit

EXACT_USES: Final = 400
"""So many keep their exact times; a scope that has more of them merges them."""
LONGEST_S: Final = 26 * 3600.0
"""A day of 25 hours and some minutes: no time of ours is farther in the future than that, unless a
clock was wrong."""
ROLLING_S: Final = 300.0
"""Of a day that rolls, what is merged: the state stays below 300 entries."""
HOUR_S: Final = 3600.0
_OLD_PARTS: Final = 16
_AT: Final[Callable[[Use], float]] = attrgetter("at")


class Tally:
    """The uses of a scope, at `now`. It changes the state's lists."""

    def __init__(self, state: State, limits: Limits, now: datetime) -> None:
        """Forget what does not count any more, and times that no right clock can have written."""
        self._state = state
        self._limits = limits
        self.now_s = now.timestamp()
        self.day_begin_s = limits.day_begin(now).timestamp()
        self.day_end_s = limits.day_end(now).timestamp()
        two_s = 2 * limits.minute_s
        state.minute = _between(state.minute, self.now_s - two_s, self.now_s + two_s)
        begin_s, end_s = self.day_begin_s, self.now_s + LONGEST_S
        state.day = [
            use
            for use in state.day
            if use.at <= end_s and (use.at > begin_s if limits.rolling else use.at >= begin_s)
        ]
        if len(state.minute) > EXACT_USES:
            state.minute = _merged(state.minute, self._cell)
        if len(state.day) > EXACT_USES:
            state.day = _merged(state.day, self._bucket)

    def used(self, quota: Quota) -> int:
        """How much of a quota counts now."""
        unit, period = quota
        if period is Period.DAY:
            return sum(use.of(unit) for use in self._state.day)
        return self.used_within(unit, self.now_s)

    def used_within(self, unit: Unit, until: float, and_s: float = math.inf) -> int:
        """How much of a minute that ended at `until` was used, and in the `and_s` seconds after."""
        uses = _between(self._state.minute, until - self._limits.minute_s, until + and_s)
        if unit is Unit.REQUESTS:
            return sum([use.requests for use in uses])
        return sum([use.tokens for use in uses])

    def gone_at(self, quota: Quota, amount: int) -> float:
        """When so much of what is used does not count any more, where time alone sees to that."""
        unit, period = quota
        span_s = DAY_S if period is Period.DAY else self._limits.minute_s
        for use in self._state.uses(period):
            if use.at > self.now_s - span_s:
                amount -= use.of(unit)
                if amount <= 0:
                    return use.at + span_s
        return self.now_s + span_s

    def count(self, at: float, requests: int, tokens: int) -> float:
        """Count a use at `at`; returns the time that names it, a moment later if one is there."""
        minute = self._state.minute
        place = bisect_left(minute, at, key=_AT)
        while place < len(minute) and self._has_name(minute[place], at):
            at = math.nextafter(minute[place].at, math.inf)
            place += 1
        minute.insert(place, Use(at, requests, tokens))
        self.count_day(at, requests, tokens)
        return at

    def count_minute(self, at: float, requests: int, tokens: int) -> None:
        """Count a use that has no name, of the minute alone."""
        insort(self._state.minute, Use(at, requests, tokens), key=_AT)

    def count_day(self, at: float, requests: int, tokens: int) -> None:
        """Count a use of the day alone.

        One that may arrive after midnight counts for both days: all from the day's begin on does.
        """
        day, bucket = self._state.day, self._bucket(Use(at, 0, 0))
        for place in range(len(day) - 1, -1, -1):
            use = day[place]
            if self._bucket(use) < bucket:
                break
            if self._bucket(use) == bucket:
                latest = max(use.at, at)
                day[place] = Use(latest, use.requests + requests, use.tokens + tokens)
                return
        insort(day, Use(at, requests, tokens), key=_AT)

    def alter(self, at: float, requests: int, tokens: int) -> None:
        """Change what was counted at `at` by so much, if it counts still."""
        if at > self.now_s - 2 * self._limits.minute_s:
            _alter(self._state.minute, at, requests, tokens)
        begin_s = self.day_begin_s
        if at > begin_s or (at == begin_s and not self._limits.rolling):
            _alter(self._state.day, at, requests, tokens)

    def move(self, at: float, later_s: float, tokens: int) -> None:
        """A call that was counted at `at`, with `tokens`, was sent so much later."""
        if at > self.now_s - 2 * self._limits.minute_s:
            _alter(self._state.minute, at, -1, -tokens)
            self.count_minute(at + later_s, 1, tokens)

    def _has_name(self, use: Use, at: float) -> bool:
        """Whether `at` names `use`, or may name one that was merged into it."""
        merged = use.requests > 1 and self._cell(use) == self._cell(Use(at, 0, 0))
        return merged or use.at == at

    def _bucket(self, use: Use) -> float:
        if self._limits.rolling:
            return use.at // ROLLING_S
        return (use.at - self.day_begin_s) // HOUR_S

    def _cell(self, use: Use) -> tuple[bool, float]:
        old = use.at <= self.now_s - self._limits.minute_s
        return old, use.at // (self._limits.minute_s / _OLD_PARTS if old else self._limits.margin_s)


def _alter(uses: list[Use], at: float, requests: int, tokens: int) -> None:
    # The one that it was counted as or merged into: the first that is not earlier.
    place = bisect_left(uses, at, key=_AT)
    if place < len(uses):
        use = uses[place]
        left = max(0, use.requests + requests), max(0, use.tokens + tokens)
        uses[place : place + 1] = [Use(use.at, *left)] if any(left) else []


def _between(uses: list[Use], after: float, until: float) -> list[Use]:
    return uses[bisect_right(uses, after, key=_AT) : bisect_right(uses, until, key=_AT)]


def _merged(uses: Iterable[Use], key: Callable[[Use], Any]) -> list[Use]:
    groups = (list(group) for _, group in groupby(uses, key))
    return [
        Use(
            group[-1].at,
            sum(use.requests for use in group),
            sum(use.tokens for use in group),
        )
        for group in groups
    ]
