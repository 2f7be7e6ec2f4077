"""The state of one scope: what was used, what is blocked, what was learnt. A small document.

Times are seconds since 1970 (UTC). A use that many were merged into has the latest time of them,
so that a limit is rather kept too strictly than passed.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from careerops.ports.chatmodel import Period, Unit

VERSION: Final = 1
MOST_USES: Final = 400
_LONGEST_S: Final = 2 * 86_400.0

Quota = tuple[Unit, Period]
QUOTAS: Final[tuple[Quota, ...]] = tuple((unit, period) for period in Period for unit in Unit)


@dataclass(slots=True)
class Use:
    """What was used at one time: `amounts` of requests and tokens."""

    at: float
    requests: int
    tokens: int

    def of(self, unit: Unit) -> int:
        """The amount in `unit`."""
        return self.requests if unit is Unit.REQUESTS else self.tokens


@dataclass(slots=True)
class Learnt:
    """A limit that was found out.

    Attributes:
        limit: how many a period.
        at: when.
        told: whether the provider said it; else it follows from a refusal, and is tried again.
        full: windows in a row that used all of it without a refusal.
        full_at: when the last of them was full.
    """

    limit: int
    at: float
    told: bool = False
    full: int = 0
    full_at: float = 0.0


@dataclass(slots=True)
class State:
    """All of a scope.

    Attributes:
        minute: uses within the last minute, oldest first.
        day: uses within the day: one for all of it, or several where it is rolling.
        blocked_until: nothing may be asked before, 0 for never mind.
        reason: in one word, why.
        learnt: limits that nobody configured.
    """

    minute: list[Use] = field(default_factory=list)
    day: list[Use] = field(default_factory=list)
    blocked_until: float = 0.0
    reason: str = ""
    learnt: dict[Quota, Learnt] = field(default_factory=dict)

    def uses(self, period: Period) -> list[Use]:
        """Those of a period."""
        return self.minute if period is Period.MINUTE else self.day

    def encode(self) -> bytes:
        """As a document."""
        value = {
            "v": VERSION,
            "minute": [[use.at, use.requests, use.tokens] for use in self.minute],
            "day": [[use.at, use.requests, use.tokens] for use in self.day],
            "blocked": [self.blocked_until, self.reason],
            "learnt": {
                f"{unit}/{period}": [each.limit, each.at, each.told, each.full, each.full_at]
                for (unit, period), each in self.learnt.items()
            },
        }
        return json.dumps(value, separators=(",", ":")).encode()


def decode(document: bytes | None) -> State:
    """The state in `document`; an empty one if there is none, or one that nobody understands."""
    if document is None:
        return State()
    try:
        value: Any = json.loads(document)
        if value["v"] != VERSION:
            return State()
        until, reason = value["blocked"]
        learnt = {
            (Unit(name.partition("/")[0]), Period(name.partition("/")[2])): Learnt(*fields)
            for name, fields in value["learnt"].items()
        }
        return State(
            [Use(*use) for use in value["minute"]],
            [Use(*use) for use in value["day"]],
            float(until),
            str(reason),
            learnt,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return State()


def prune(state: State, now: float, *, minute_s: float, day_begin: float, rolling: bool) -> None:
    """Forget what does not count any more, and times that no clock of ours can have written."""
    latest = now + _LONGEST_S
    state.minute = [use for use in state.minute if now - minute_s < use.at <= now + 2 * minute_s]
    state.day = [
        use
        for use in state.day
        if (day_begin < use.at if rolling else day_begin <= use.at) and use.at <= latest
    ]
    if not rolling and len(state.day) > 1:
        state.day = [_merged(state.day)]
    if state.blocked_until > latest + _LONGEST_S * 16:
        state.blocked_until = 0.0
    state.minute = _bounded(state.minute)
    state.day = _bounded(state.day)


def _bounded(uses: list[Use]) -> list[Use]:
    if len(uses) <= MOST_USES:
        return uses
    half = len(uses) // 2
    # The older ones in pairs: the newer are those whose exact time matters longest.
    pairs = (uses[i : min(i + 2, half)] for i in range(0, half, 2))
    return [*(_merged(pair) for pair in pairs), *uses[half:]]


def _merged(uses: Iterable[Use]) -> Use:
    several = list(uses)
    return Use(
        max(use.at for use in several),
        sum(use.requests for use in several),
        sum(use.tokens for use in several),
    )
