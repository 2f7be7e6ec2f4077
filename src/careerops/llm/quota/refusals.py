"""What a 429 is about, and until when it holds. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from careerops.llm.quota.limits import DAY_S, Limits
from careerops.llm.quota.state import State
from careerops.ports.chatmodel import Period, QuotaHint, Unit

DAY_SPENT: Final = "day_spent"
RATE_LIMITED: Final = "rate_limited"
EARLY: Final = timedelta(minutes=10)
"""A provider's midnight may come a little later than ours: a day that is said to be spent as early
as that is asked about again, and not lost."""


def causes(hints: Sequence[QuotaHint], tokens: int) -> list[QuotaHint]:
    """Those of `hints` that say why a call of `tokens` was refused.

    Headers tell of every quota, also of those that have room.
    """
    return [
        hint
        for hint in hints
        if hint.remaining is None
        or hint.remaining <= 0
        or (hint.unit is Unit.TOKENS and hint.remaining < tokens)
    ]


def held_until(
    blamed: Sequence[QuotaHint],
    retry_after_s: float | None,
    state: State,
    limits: Limits,
    now: datetime,
) -> tuple[float, str]:
    """Until when a refusal holds (seconds since 1970), and why in one word.

    - A minute's: as long as it was told.
    - A day's that ends at midnight: as its own reset says, else until midnight. A general delay
      does not shorten that: Gemini sends one of seconds with a spent day, too.
    - A day's that rolls: as long as it was told.
    - Untold: until the oldest use that we know of is over.
    """
    asked_s = retry_after_s if retry_after_s is not None and retry_after_s > 0 else None
    now_s = now.timestamp()
    until = 0.0
    spent = [hint for hint in blamed if hint.period is Period.DAY]
    for hint in blamed:
        if hint.period is Period.DAY:
            until = max(until, _day(hint, asked_s, state, limits, now))
        else:
            told_s = asked_s if asked_s is not None else hint.reset_s
            until = max(until, now_s + (told_s or 0.0))
    if until <= now_s:
        until = _untold(retry_after_s, asked_s, state, limits, now_s)
    return until, DAY_SPENT if spent else RATE_LIMITED


def _day(
    hint: QuotaHint, asked_s: float | None, state: State, limits: Limits, now: datetime
) -> float:
    now_s = now.timestamp()
    if limits.rolling:
        told_s = asked_s if asked_s is not None else hint.reset_s
        if told_s is not None:
            return now_s + told_s
        return (state.day[0].at if state.day else now_s) + DAY_S
    if hint.reset_s is not None:
        return now_s + hint.reset_s
    early = limits.day_begin(now) + EARLY
    end = limits.day_end(now) if now >= early else early
    return max(end.timestamp() + limits.margin_s, now_s + (asked_s or 0.0))


def _untold(
    retry_after_s: float | None,
    asked_s: float | None,
    state: State,
    limits: Limits,
    now_s: float,
) -> float:
    if asked_s is not None:
        return now_s + asked_s
    shortest = now_s + limits.minute_s / 60.0
    if retry_after_s is not None:
        return shortest  # zero: less than a second, rounded down
    begin = now_s - limits.minute_s
    oldest = next((use.at for use in state.minute if use.at > begin and use.requests), now_s)
    return max(oldest + limits.minute_s, shortest)
