"""What a scope may do next, and what an answer or a refusal teaches. Pure: it changes its state.

A sliding window: no minute, wherever it begins, holds more than the limit. That is also within the
limit of a provider that counts fixed minutes, or fills a bucket.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from careerops.llm.quota.limits import DAY_S, ROLLING, Limits
from careerops.llm.quota.state import QUOTAS, Learnt, Quota, State, Use, prune
from careerops.ports.chatmodel import Period, QuotaHint, Unit

RESERVE: Final = 0.2
"""Of a day's limit, what history leaves to live mail in the morning; nothing by the day's end."""
TRY_MORE_AFTER: Final = 10
"""Full windows without a refusal, until one call more than a guessed limit is tried."""
_BUCKET_S: Final = 300.0
"""Resolution of a rolling day."""
RPM: Final = (Unit.REQUESTS, Period.MINUTE)


@dataclass(frozen=True, slots=True)
class Grant:
    """One call may be sent now.

    Attributes:
        scope: whose quota it uses.
        at: seconds since 1970 that it counts from; also its name in the state.
        tokens: that were counted for it.
        trial: it is one more than the limit that is guessed.
    """

    scope: str
    at: float
    tokens: int
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent before `until` (UTC); `why` in one word."""

    until: datetime
    why: str


def time_of(seconds: float) -> datetime:
    """Seconds since 1970 as a time (UTC), to the next millisecond: never a little too early."""
    return datetime.fromtimestamp(math.ceil(seconds * 1000) / 1000, UTC)


class Book:
    """The state of one scope at one moment."""

    def __init__(self, state: State, limits: Limits, now: datetime) -> None:
        """Work on `state`; what does not count any more is forgotten."""
        self.state = state
        self._limits = limits
        self._now = now
        self._now_s = now.timestamp()
        prune(
            state,
            self._now_s,
            minute_s=limits.minute_s,
            day_begin=limits.day_begin(now).timestamp(),
            rolling=self._rolling,
        )

    @property
    def _rolling(self) -> bool:
        return self._limits.day == ROLLING

    def limit(self, quota: Quota) -> int | None:
        """The limit that holds: the configured one, else the one learnt."""
        configured = self._limits.of(*quota)
        learnt = self.state.learnt.get(quota)
        return learnt.limit if configured is None and learnt is not None else configured

    def used(self, quota: Quota) -> int:
        """How much of a quota counts now."""
        unit, period = quota
        return sum(use.of(unit) for use in self.state.uses(period))

    def reserve(self, scope: str, tokens: int, *, history: bool) -> Grant | Wait:
        """Take a call of `tokens` out of what is left, if it may be sent."""
        if self.state.blocked_until > self._now_s:
            return Wait(time_of(self.state.blocked_until), self.state.reason)
        waits: list[tuple[float, str]] = []
        trial = False
        for quota in QUOTAS:
            limit = self.limit(quota)
            if limit is None:
                continue
            more = quota == RPM and self._may_try_more(limit)
            trial = trial or more
            wanted = 1 if quota[0] is Unit.REQUESTS else min(tokens, limit)
            until = self._free_at(quota, limit + more, wanted, history=history)
            if until is not None:
                waits.append((until, f"{quota[0]}_{quota[1]}"))
        if waits:
            until, why = max(waits)
            return Wait(time_of(until), why)
        at = self._count(1, tokens)
        over = trial and self.used(RPM) > (self.limit(RPM) or 0)
        if not over:
            self._note_full()
        return Grant(scope, at, tokens, trial=over)

    def correct(self, grant: Grant, tokens: int) -> None:
        """The call was served and used `tokens`, not what was counted before."""
        self._change(grant, 0, tokens - grant.tokens)
        learnt = self.state.learnt.get(RPM)
        if grant.trial and learnt is not None:
            learnt.limit, learnt.full = learnt.limit + 1, 0

    def release(self, grant: Grant) -> None:
        """The call was refused before it could use anything: it does not count."""
        self._change(grant, -1, -grant.tokens)

    def told(self, hints: Sequence[QuotaHint], *, refused: bool = False) -> None:
        """What a provider says: its limits, and what is left if somebody else uses them too.

        With a refusal only its limits count: when there is room again, it says otherwise.
        """
        for hint in hints:
            if hint.unit is None or hint.period is None:
                continue
            quota = (hint.unit, hint.period)
            if hint.limit is not None and hint.limit > 0:
                self.state.learnt[quota] = Learnt(hint.limit, self._now_s, told=True)
            limit = hint.limit or self.limit(quota)
            if limit is not None and hint.remaining is not None and not refused:
                foreign = limit - max(hint.remaining, 0) - self.used(quota)
                if foreign > 0:
                    self._count_foreign(quota, foreign)

    def refused(
        self, grant: Grant, hints: Sequence[QuotaHint], retry_after_s: float | None
    ) -> datetime:
        """A 429: until when nothing is sent. It teaches the limit where nobody knows it."""
        self.release(grant)
        self.told(hints, refused=True)
        until, reason = self._until(hints, retry_after_s)
        state = self.state
        state.blocked_until, state.reason = max(until, state.blocked_until), reason
        if reason == "rate_limited" and not any(hint.unit is Unit.TOKENS for hint in hints):
            self._guess()
        return time_of(state.blocked_until)

    def block(self, until: datetime, reason: str) -> None:
        """Nothing is sent before `until`."""
        self.state.blocked_until, self.state.reason = until.timestamp(), reason

    # ---- inside ----

    def _until(self, hints: Sequence[QuotaHint], retry_after_s: float | None) -> tuple[float, str]:
        """Until when a refusal holds (seconds since 1970), and why."""
        full = [hint for hint in hints if hint.remaining in {0, None}]
        until, reason = 0.0, "rate_limited"
        for hint in full:
            after_s = hint.reset_s if hint.reset_s is not None else retry_after_s
            if hint.period is Period.DAY:
                end = self._limits.day_end(self._now).timestamp()
                until = max(until, end if after_s is None else self._now_s + after_s)
                reason = "day_spent"
            elif after_s is not None:
                until = max(until, self._now_s + after_s)
        if until <= self._now_s:
            wait_s = self._until_room_s() if retry_after_s is None else retry_after_s
            until = self._now_s + wait_s
        return until, reason

    def _until_room_s(self) -> float:
        """Seconds until the oldest use of the minute is over, a minute if there is none."""
        if not self.state.minute:
            return self._limits.minute_s
        return max(
            self.state.minute[0].at + self._limits.minute_s - self._now_s, self._limits.margin_s
        )

    def _free_at(self, quota: Quota, limit: int, wanted: int, *, history: bool) -> float | None:
        """When `wanted` more are within `limit`, None for now."""
        unit, period = quota
        daily = period is Period.DAY
        kept = self._kept_for_live(limit) if daily and history and unit is Unit.REQUESTS else 0.0
        now_used = self.used(quota)
        over = now_used + wanted - (limit - math.floor(kept))
        if over <= 0:
            return None
        if daily and not self._rolling:
            end = self._limits.day_end(self._now).timestamp()
            if now_used + wanted > limit:
                return end
            # Only the reserve is in the way: it shrinks evenly until the day's end.
            left = limit - now_used - wanted
            return max(self._now_s + 1.0, end - DAY_S * left / (RESERVE * limit))
        span_s = DAY_S if daily else self._limits.minute_s
        for use in self.state.uses(period):
            over -= use.of(unit)
            if over <= 0:
                return use.at + span_s
        return self._now_s + span_s

    def _kept_for_live(self, limit: int) -> float:
        if self._rolling:
            return RESERVE / 2 * limit
        to_come_s = (self._limits.day_end(self._now) - self._now).total_seconds()
        return RESERVE * limit * min(1.0, to_come_s / DAY_S)

    def _count(self, requests: int, tokens: int) -> float:
        """Count a use from now on; returns the time that names it."""
        at = self._now_s + self._limits.margin_s
        taken = {use.at for use in self.state.minute[-256:]}
        while at in taken:
            at = math.nextafter(at, math.inf)
        self.state.minute.append(Use(at, requests, tokens))
        self._count_day(at, requests, tokens)
        return at

    def _count_day(self, at: float, requests: int, tokens: int) -> None:
        last = self.state.day[-1] if self.state.day else None
        same = last is not None and (not self._rolling or at // _BUCKET_S == last.at // _BUCKET_S)
        if last is not None and same:
            last.at = max(last.at, at)
            last.requests += requests
            last.tokens += tokens
        else:
            self.state.day.append(Use(at, requests, tokens))

    def _count_foreign(self, quota: Quota, amount: int) -> None:
        unit, period = quota
        requests, tokens = (amount, 0) if unit is Unit.REQUESTS else (0, amount)
        at = self._now_s + self._limits.margin_s
        if period is Period.MINUTE:
            self.state.minute.append(Use(at, requests, tokens))
            self.state.minute.sort(key=lambda use: use.at)
        else:
            self._count_day(at, requests, tokens)

    def _change(self, grant: Grant, requests: int, tokens: int) -> None:
        starts = (
            (self.state.minute, self._now_s - self._limits.minute_s),
            (self.state.day, self._limits.day_begin(self._now).timestamp()),
        )
        for uses, start in starts:
            if grant.at <= start:
                continue  # it does not count any more
            # The one that it was counted as or merged into: the first that is not earlier.
            found = next((use for use in uses if use.at >= grant.at), None)
            if found is not None:
                found.requests = max(0, found.requests + requests)
                found.tokens = max(0, found.tokens + tokens)

    def _guess(self) -> None:
        """What was served within the minute is the limit, where nobody knows it."""
        known = self.state.learnt.get(RPM)
        if self._limits.requests_per_minute is not None or (known is not None and known.told):
            return
        served = max(1, self.used(RPM))
        limit = served if known is None else min(known.limit, served)
        self.state.learnt[RPM] = Learnt(limit, self._now_s)

    def _may_try_more(self, limit: int) -> bool:
        learnt = self.state.learnt.get(RPM)
        return (
            self._limits.requests_per_minute is None
            and learnt is not None
            and not learnt.told
            and learnt.limit == limit
            and learnt.full >= TRY_MORE_AFTER
        )

    def _note_full(self) -> None:
        learnt = self.state.learnt.get(RPM)
        if learnt is None or learnt.told or self.used(RPM) < learnt.limit:
            return
        since_s = self._now_s - learnt.full_at
        if since_s >= self._limits.minute_s:
            in_a_row = since_s <= 2 * self._limits.minute_s
            learnt.full, learnt.full_at = (learnt.full + 1 if in_a_row else 1), self._now_s
