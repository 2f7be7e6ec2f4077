"""The state of one scope: what was used, what is blocked, what was learnt. A small document.

Times are seconds since 1970 (UTC).
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

from careerops.llm.quota.limits import Limits, checked_rule
from careerops.ports.chatmodel import Period, Unit

VERSION: Final = 2
_LATEST: Final = 1e11
_MOST: Final = 10**15

Quota = tuple[Unit, Period]
QUOTAS: Final[tuple[Quota, ...]] = tuple((unit, period) for period in Period for unit in Unit)
RPM: Final[Quota] = (Unit.REQUESTS, Period.MINUTE)


@dataclass(frozen=True)
class Use:
    """What was used at one time: requests and tokens. It is replaced, and never changes."""

    at: float
    requests: int
    tokens: int

    @cached_property
    def text(self) -> str:
        """As documents have it. Kept, because all but one or two stay what they are in a change."""
        return f"[{self.at!r},{self.requests},{self.tokens}]"

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
        trial_at: name of the call that is one more than the limit, 0 if there is none.
        trial_served: whether it was answered.
    """

    limit: int
    at: float
    told: bool = False
    full: int = 0
    full_at: float = 0.0
    trial_at: float = 0.0
    trial_served: bool = False


_LEARNT: Final = tuple(each.name for each in fields(Learnt))


@dataclass(slots=True)
class State:
    """All of a scope.

    Attributes:
        minute: uses of the last two minutes, oldest first: the second one is what counted when
            the calls that are answered now were sent.
        day: uses of the day, oldest first, merged by the hour, or by five minutes where it rolls.
        blocked_until: nothing may be asked before, 0 for never mind.
        reason: in one word, why.
        learnt: limits that nobody configured.
        limits: as configured where the scope was used last, for those who only look.
        lost: in one word, why a document could not be read; '' if it could. Not kept.
    """

    minute: list[Use] = field(default_factory=list)
    day: list[Use] = field(default_factory=list)
    blocked_until: float = 0.0
    reason: str = ""
    learnt: dict[Quota, Learnt] = field(default_factory=dict)
    limits: Limits | None = None
    lost: str = field(default="", compare=False)

    def uses(self, period: Period) -> list[Use]:
        """Those of a period."""
        return self.minute if period is Period.MINUTE else self.day

    def snapshot(self) -> "State":
        """As it is now, whatever becomes of it."""
        return replace(
            self,
            minute=list(self.minute),
            day=list(self.day),
            learnt={quota: replace(each) for quota, each in self.learnt.items()},
        )

    def encode(self) -> bytes:
        """As a document."""
        value: dict[str, Any] = {
            "v": VERSION,
            "blocked": [self.blocked_until, self.reason],
            "learnt": {
                f"{unit}/{period}": [getattr(each, name) for name in _LEARNT]
                for (unit, period), each in self.learnt.items()
            },
        }
        if self.limits is not None:
            numbers = [self.limits.of(*quota) for quota in QUOTAS]
            value["limits"] = [numbers, self.limits.day, self.limits.minute_s]
        rest = json.dumps(value, separators=(",", ":"))
        return f'{{"minute":{_text(self.minute)},"day":{_text(self.day)},{rest[1:]}'.encode()


def decode(document: bytes | None) -> State:
    """The state in `document`; an empty one if there is none, or one that nobody understands."""
    if document is None:
        return State()
    try:
        value: Any = json.loads(document)
        if value["v"] != VERSION:
            return State(lost="version")
        until, reason = value["blocked"]
        return State(
            _uses(value["minute"]),
            _uses(value["day"]),
            _time(until),
            str(reason)[:64],
            dict(_learnt(name, values) for name, values in value["learnt"].items()),
            _limits(value["limits"]) if "limits" in value else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return State(lost="damaged")


def _text(uses: Iterable[Use]) -> str:
    return f"[{','.join([use.text for use in uses])}]"


def _uses(items: list[Any]) -> list[Use]:
    uses = [Use(_time(at), _count(requests), _count(tokens)) for at, requests, tokens in items]
    return sorted(uses, key=lambda use: use.at)


def _learnt(name: str, values: list[Any]) -> tuple[Quota, Learnt]:
    unit, _, period = name.partition("/")
    limit, at, told, full, full_at, trial_at, trial_served = values
    learnt = Learnt(
        max(1, _count(limit)),
        _time(at),
        bool(told),
        _count(full),
        _time(full_at),
        _time(trial_at),
        bool(trial_served),
    )
    return (Unit(unit), Period(period)), learnt


def _limits(values: list[Any]) -> Limits:
    numbers, day, minute_s = values
    configured = [None if number is None else max(1, _count(number)) for number in numbers]
    of = dict(zip(QUOTAS, configured, strict=True))
    return Limits(
        requests_per_minute=of[Unit.REQUESTS, Period.MINUTE],
        requests_per_day=of[Unit.REQUESTS, Period.DAY],
        tokens_per_minute=of[Unit.TOKENS, Period.MINUTE],
        tokens_per_day=of[Unit.TOKENS, Period.DAY],
        day=checked_rule(day),
        minute_s=max(0.001, _time(minute_s)),
    )


def _time(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or not 0 <= number <= _LATEST:
        raise ValueError("no time")
    return number


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= _MOST:
        raise ValueError("no count")
    return value
