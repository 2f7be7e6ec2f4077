"""Asking for quota at times of one's own choice."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from careerops.llm.quota.book import Book, Grant, Wait
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import Quota, State, decode
from careerops.ports.chatmodel import Period, Unit

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
RPD: Final[Quota] = (Unit.REQUESTS, Period.DAY)
TPM: Final[Quota] = (Unit.TOKENS, Period.MINUTE)
TPD: Final[Quota] = (Unit.TOKENS, Period.DAY)


def after(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def ask(
    state: State, limits: Limits, now: datetime, tokens: int = 10, *, history: bool = False
) -> Grant | Wait:
    """One reservation, with the state written down and read again in between."""
    reread = decode(state.encode())
    assert (reread, reread.lost) == (state, "")
    return Book(state, limits, now).reserve("s", tokens, history=history)


def granted(
    state: State, limits: Limits, now: datetime, tokens: int = 10, *, history: bool = False
) -> Grant:
    """One that is not refused."""
    answer = ask(state, limits, now, tokens, history=history)
    assert isinstance(answer, Grant)
    return answer


def grants(state: State, limits: Limits, now: datetime, **fields: Any) -> int:
    """How many calls may be sent at `now`."""
    count = 0
    while isinstance(ask(state, limits, now, **fields), Grant):
        count += 1
    return count


def drain(
    state: State,
    limits: Limits,
    begin: datetime,
    end: datetime,
    *,
    apart_s: float = 0.0,
    history: bool = False,
) -> list[datetime]:
    """When calls are sent by somebody who always has one, and waits as long as it is told."""
    sent, now = [], begin
    while now < end:
        answer = Book(state, limits, now).reserve("s", 1, history=history)
        if isinstance(answer, Grant):
            sent.append(now)
            now += timedelta(seconds=apart_s)
        else:
            assert answer.until > now
            now = answer.until
    return sent
