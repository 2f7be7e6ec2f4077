"""What a scope may do next, and what an answer or a refusal teaches. Pure: it changes its state.

A sliding window: no minute, wherever it begins, holds more than the limit. That is also within the
limit of a provider that counts fixed minutes, or fills a bucket.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from careerops.llm.quota import learning
from careerops.llm.quota.limits import DAY_S, Limits
from careerops.llm.quota.refusals import RATE_LIMITED, causes, held_until
from careerops.llm.quota.state import QUOTAS, RPM, Quota, State, Use
from careerops.llm.quota.tally import LONGEST_S, Tally
from careerops.ports.chatmodel import Period, QuotaHint, Unit

__all__ = ["RPM", "Book", "Grant", "Wait", "time_of"]

RESERVE: Final = 0.2
"""Of a day's limit, what history leaves to live mail in the morning; nothing by the day's end."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One call may be sent now.

    Attributes:
        scope: whose quota it uses.
        at: seconds since 1970 that it counts from; also its name in the state.
        tokens: that were counted for it.
        trial: it is one more than the limit that is guessed.
        late_s: seconds that the call was sent later, because the store or a connection took so
            long: it counts from so much later on.
    """

    scope: str
    at: float
    tokens: int
    trial: bool = False
    late_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent before `until` (UTC); `why` in one word."""

    until: datetime
    why: str


def time_of(seconds: float) -> datetime:
    """Seconds since 1970 as a time (UTC), to the next millisecond: never a little too early."""
    time = datetime.fromtimestamp(math.ceil(seconds * 1000) / 1000, UTC)
    # Floats of today's size lie a fifth of a microsecond apart.
    return time if time.timestamp() >= seconds else time + timedelta(milliseconds=1)


class Book:
    """The state of one scope at one moment."""

    def __init__(self, state: State, limits: Limits, now: datetime) -> None:
        """Work on `state`; what does not count any more is forgotten."""
        self.state = state
        self._limits = limits
        self._now = now
        self._now_s = now.timestamp()
        self._tally = Tally(state, limits, now)
        if state.blocked_until > self._now_s + LONGEST_S:
            state.blocked_until = 0.0  # by a clock that was wrong
        learning.end_trial(state, self._now_s, limits.minute_s)

    def limit(self, quota: Quota) -> int | None:
        """The limit that holds: the configured one, else the one learnt."""
        configured = self._limits.of(*quota)
        learnt = self.state.learnt.get(quota)
        return learnt.limit if configured is None and learnt is not None else configured

    def used(self, quota: Quota) -> int:
        """How much of a quota counts now."""
        return self._tally.used(quota)

    def reserve(self, scope: str, tokens: int, *, history: bool) -> Grant | Wait:
        """Take a call of `tokens` out of what is left, if it may be sent."""
        if self.state.blocked_until > self._now_s:
            return Wait(time_of(self.state.blocked_until), self.state.reason)
        more = self._limits.requests_per_minute is None and learning.may_try_more(self.state)
        waits: list[tuple[float, str]] = []
        for quota in QUOTAS:
            limit = self.limit(quota)
            if limit is None:
                continue
            limit += more and quota == RPM
            wanted = 1 if quota[0] is Unit.REQUESTS else min(tokens, limit)
            until = self._free_at(quota, limit, wanted, history=history)
            if until is not None:
                waits.append((until, f"{quota[0]}_{quota[1]}"))
        if waits:
            until, why = max(waits)
            return Wait(time_of(until), why)
        at = self._tally.count(self._now_s + self._limits.margin_s, 1, tokens)
        used = self.used(RPM)
        trial = more and used > (self.limit(RPM) or 0)
        if trial:
            learning.begin_trial(self.state, at)
        else:
            learning.note_used(self.state, used, self._now_s, self._limits.minute_s)
        return Grant(scope, at, tokens, trial=trial)

    def adopt(self, uses: Iterable[Use]) -> None:
        """Count calls that were sent while nobody thought that it mattered."""
        for use in uses:
            self._tally.count(use.at, use.requests, use.tokens)

    def correct(self, grant: Grant, tokens: int) -> None:
        """The call was served and used `tokens`, not what was counted before."""
        self._tally.alter(grant.at, 0, tokens - grant.tokens)
        self.delayed(grant, tokens)
        if grant.trial:
            learning.served_trial(self.state, grant.at)
            learning.end_trial(self.state, self._now_s, self._limits.minute_s)

    def delayed(self, grant: Grant, tokens: int) -> None:
        """The call, counted with `tokens`, counts from when it was really sent."""
        if grant.late_s > 0:
            self._tally.move(grant.at, grant.late_s, tokens)

    def release(self, grant: Grant) -> None:
        """The call was refused before it could use anything: it does not count."""
        self._tally.alter(grant.at, -1, -grant.tokens)

    def told(
        self, hints: Sequence[QuotaHint], grant: Grant | None = None, *, refused: bool = False
    ) -> None:
        """What a provider says: its limits, and what is left if somebody else uses them too.

        What is left is so at a time between when the call of `grant` was sent and now; None: now.
        With a refusal only its limits count: when there is room again, it says otherwise.
        """
        for hint in hints:
            if hint.unit is None or hint.period is None:
                continue
            quota = (hint.unit, hint.period)
            if hint.limit is not None and hint.limit > 0:
                learning.tell(self.state, quota, hint.limit, self._now_s)
            limit = hint.limit or self.limit(quota)
            if limit is not None and hint.remaining is not None and not refused:
                since_s = self._now_s if grant is None else grant.at
                self._count_others(quota, limit - max(hint.remaining, 0), since_s, hint.reset_s)

    def refused(
        self, grant: Grant, hints: Sequence[QuotaHint], retry_after_s: float | None
    ) -> datetime:
        """A 429: until when nothing is sent. It teaches the limit where nobody knows it."""
        self.release(grant)
        self.told(hints, refused=True)
        blamed = causes(hints, grant.tokens)
        until, reason = held_until(blamed, retry_after_s, self.state, self._limits, self._now)
        if (
            reason == RATE_LIMITED
            and self._limits.requests_per_minute is None
            and not any(hint.unit is Unit.TOKENS for hint in blamed)
            and not learning.refused_trial(self.state)
        ):
            # What was served in the minute that it was sent in: some of it may be over by now.
            served = self._tally.used_within(Unit.REQUESTS, grant.at, self._limits.margin_s)
            learning.guess(self.state, served, self._now_s)
        self._hold(until, reason)
        return time_of(self.state.blocked_until)

    def block(self, until: datetime, reason: str) -> None:
        """Nothing is sent before `until`."""
        self._hold(until.timestamp(), reason)

    # ---- inside ----

    def _hold(self, until: float, reason: str) -> None:
        # What is held for longer is asked about once a day.
        until = min(until, self._now_s + LONGEST_S)
        if until > self.state.blocked_until:
            self.state.blocked_until, self.state.reason = until, reason

    def _free_at(self, quota: Quota, limit: int, wanted: int, *, history: bool) -> float | None:
        """When `wanted` more are within `limit`, None for now."""
        unit, period = quota
        daily = period is Period.DAY
        kept = self._kept_for_live(limit) if daily and history and unit is Unit.REQUESTS else 0
        left = limit - self.used(quota) - wanted
        if left >= kept:
            return None
        if not daily or self._limits.rolling:
            return self._tally.gone_at(quota, kept - left)
        end = self._tally.day_end_s
        if left < 0:
            # The provider's midnight may come a moment later than ours.
            return end + self._limits.margin_s
        # Only the reserve is in the way: it shrinks evenly until the day's end.
        fits = end - DAY_S * (left + 1) / (RESERVE * limit)
        return max(self._now_s, fits) + 0.001

    def _kept_for_live(self, limit: int) -> int:
        if self._limits.rolling:
            return math.floor(RESERVE / 2 * limit)
        to_come_s = self._tally.day_end_s - self._now_s
        return math.floor(RESERVE * limit * min(1.0, to_come_s / DAY_S))

    def _count_others(
        self, quota: Quota, theirs: int, since_s: float, reset_s: float | None
    ) -> None:
        """The provider counted `theirs` since: what we did not use of it, somebody else did."""
        unit, period = quota
        span_s = DAY_S if period is Period.DAY else self._limits.minute_s
        begin_s = self._tally.day_begin_s if period is Period.DAY else self._now_s - span_s
        if since_s <= begin_s:
            return  # it told of another day, or of a minute that is over
        ours = self.used(quota)
        if period is Period.MINUTE:
            # Also what counted when it was sent: it may have been the provider's count still.
            since_s -= self._limits.margin_s
            ours = max(ours, self._tally.used_within(unit, since_s, math.inf))
        others = theirs - ours
        if others <= 0:
            return
        at = self._now_s + self._limits.margin_s
        if reset_s is not None and (period is Period.MINUTE or self._limits.rolling):
            at = min(at, self._now_s + reset_s - span_s)
        amounts = (others, 0) if unit is Unit.REQUESTS else (0, others)
        if period is Period.DAY:
            self._tally.count_day(at, *amounts)
        else:
            self._tally.count_minute(at, *amounts)
