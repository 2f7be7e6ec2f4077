"""What was used of a scope, what is left, when it is whole again and how long it lasts. Pure."""

from dataclasses import dataclass
from datetime import datetime

from careerops.llm.quota.book import Book, time_of
from careerops.llm.quota.limits import DAY_S, Limits
from careerops.llm.quota.state import QUOTAS, Quota, State
from careerops.llm.quota.tally import HOUR_S, ROLLING_S
from careerops.ports.chatmodel import Period, Unit


@dataclass(frozen=True, slots=True)
class QuotaStanding:
    """One quota of a scope.

    Attributes:
        unit, period: which.
        used: how much counts now.
        limit: how much there is, None if nobody knows.
        source: of the limit: `configured`, `told` by the provider, `guessed` from a refusal, or ''.
        whole_at: when nothing of it counts any more if nothing is used until then (UTC); None if
            nothing counts now.
        spent_at: when a day's quota is used up at the rate of the last hour (UTC); None if that is
            not within its day.
    """

    unit: Unit
    period: Period
    used: int
    limit: int | None
    source: str
    whole_at: datetime | None
    spent_at: datetime | None

    @property
    def left(self) -> int | None:
        """How much is left, None if nobody knows."""
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class ScopeStanding:
    """One scope.

    Attributes:
        scope: its name.
        quotas: requests and tokens of a minute, then of a day.
        blocked_until: nothing is sent before (UTC), None if nothing is in the way.
        reason: of that, in one word.
    """

    scope: str
    quotas: tuple[QuotaStanding, ...]
    blocked_until: datetime | None
    reason: str


def standing_of(scope: str, state: State, limits: Limits, now: datetime) -> ScopeStanding:
    """How `scope` stands at `now`; forgets in `state` what does not count any more."""
    book = Book(state, limits, now)
    blocked = state.blocked_until > now.timestamp()
    return ScopeStanding(
        scope,
        tuple(_quota(book, quota, limits, now) for quota in QUOTAS),
        time_of(state.blocked_until) if blocked else None,
        state.reason if blocked else "",
    )


def _quota(book: Book, quota: Quota, limits: Limits, now: datetime) -> QuotaStanding:
    unit, period = quota
    used, limit = book.used(quota), book.limit(quota)
    learnt = book.state.learnt.get(quota)
    if limits.of(unit, period) is not None:
        source = "configured"
    elif learnt is not None:
        source = "told" if learnt.told else "guessed"
    else:
        source = ""
    return QuotaStanding(
        unit,
        period,
        used,
        limit,
        source,
        _whole_at(book, quota, limits, now) if used else None,
        _spent_at(book, quota, limit, limits, now),
    )


def _whole_at(book: Book, quota: Quota, limits: Limits, now: datetime) -> datetime:
    unit, period = quota
    if period is Period.DAY and not limits.rolling:
        return limits.day_end(now)
    span_s = DAY_S if period is Period.DAY else limits.minute_s
    last = max(use.at for use in book.state.uses(period) if use.of(unit))
    return time_of(last + span_s)


def _spent_at(
    book: Book, quota: Quota, limit: int | None, limits: Limits, now: datetime
) -> datetime | None:
    unit, period = quota
    if period is not Period.DAY or limit is None:
        return None
    left = limit - book.used(quota)
    if left <= 0:
        return now
    rate = _rate(book.state, unit, limits, now)
    if not rate:
        return None
    now_s = now.timestamp()
    end_s = limits.day_end(now).timestamp()
    if limits.rolling:
        # What was used a day ago comes back meanwhile.
        for use in book.state.day:
            if now_s + left / rate <= use.at + DAY_S:
                break
            left += use.of(unit)
    spent_s = now_s + left / rate
    return time_of(spent_s) if spent_s < end_s else None


def _rate(state: State, unit: Unit, limits: Limits, now: datetime) -> float:
    """How much was used a second, in the last hour and what was merged with its first uses."""
    now_s = now.timestamp()
    begin_s = now_s - HOUR_S
    if limits.rolling:
        begin_s -= begin_s % ROLLING_S
    else:
        day_s = limits.day_begin(now).timestamp()
        begin_s = max(day_s, begin_s - (begin_s - day_s) % HOUR_S)
    used = sum(use.of(unit) for use in state.day if use.at >= begin_s)
    return used / max(now_s - begin_s, 1.0)
