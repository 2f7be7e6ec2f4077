"""What was spent today, and whether more may be: money and tokens, across all processes.

The ledger of a day is one document. Every call is written down when it has ended, also one whose
answer was of no use. Before a call its estimate is held against what is left, with those of the
calls under way in this process; another process's are known once they have ended, so several
together may pass a budget by what they have under way at that moment.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents

SCOPE: Final = "budget"
PREFIX: Final = "spent:"
_LOOK_AGAIN_S: Final = 2.0
_MICRO: Final = 1_000_000
_DAY: Final = timedelta(days=1)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("not a time zone: write one such as Europe/Berlin") from None
    return name


class BudgetOptions(Model):
    """`[classify.budget]`: a day's limits; what is left out has none.

    Attributes:
        usd_per_day: money, in US dollars, at list prices.
        tokens_per_day: tokens sent and answered.
        on_spent: `degrade` mails to the fallback at once, marked; or `hold` them until the next
            day.
        zone: whose midnight begins a day.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    usd_per_day: float | None = Field(default=None, ge=0, le=1_000_000)
    tokens_per_day: int | None = Field(default=None, ge=0)
    on_spent: Literal["degrade", "hold"] = "degrade"
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"

    @property
    def limited(self) -> bool:
        """Whether there is anything to watch."""
        return self.usd_per_day is not None or self.tokens_per_day is not None


@dataclass(frozen=True, slots=True)
class Spent:
    """What some calls used.

    Attributes:
        calls: how many ended.
        unpriced: of them, those whose price nobody knows.
        input_tokens, output_tokens: as the providers counted them.
        micro_usd: millionths of a dollar, at list prices.
    """

    calls: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    micro_usd: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.calls + other.calls,
            self.unpriced + other.unpriced,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.micro_usd + other.micro_usd,
        )

    @property
    def tokens(self) -> int:
        """In all."""
        return self.input_tokens + self.output_tokens


def total(day: Mapping[str, Spent]) -> Spent:
    """All providers' together."""
    return sum(day.values(), Spent())


@dataclass(slots=True)
class _Known:
    """The ledger of a day as this process saw it last."""

    day: str = ""
    spent: Spent = field(default_factory=Spent)
    looked_s: float = float("-inf")
    under_way: Spent = field(default_factory=Spent)


class Spending:
    """The ledger, and the guard before it. Only the event loop touches it."""

    def __init__(self, documents: Documents, clock: Clock, budget: BudgetOptions) -> None:
        """Keep `budget` with what `documents` hold."""
        self._documents = documents
        self._clock = clock
        self.budget = budget
        self._zone = ZoneInfo(budget.zone)
        self._known = _Known()

    async def check(self, estimate: Spent) -> None:
        """Whether a call of `estimate` may begin.

        Raises:
            Outage: not today (scope `budget`, exact); or the store is out.
        """
        if not self.budget.limited:
            return
        known = await self._current()
        after = known.spent + known.under_way + estimate
        if self._passes(after):
            raise Outage(
                "the budget of the day is spent: it begins anew at midnight, or raise"
                " [classify.budget]",
                scope=SCOPE,
                retry_at=self._midnight(),
                exact=True,
            )

    @contextmanager
    def under_way(self, estimate: Spent) -> Iterator[None]:
        """Within it, a call of `estimate` is held against the budget."""
        self._known.under_way += estimate
        try:
            yield
        finally:
            negative = {name: -value for name, value in asdict(estimate).items()}
            self._known.under_way += Spent(**negative)

    async def record(self, provider: str, spent: Spent) -> None:
        """A call has ended. Raises `Outage` where the store is out."""
        day = self._day()

        def change(value: bytes | None) -> tuple[bytes | None, Spent]:
            providers = decode_day(value)
            providers[provider] = providers.get(provider, Spent()) + spent
            return encode_day(providers), total(providers)

        now_spent = await self._documents.change(PREFIX + day, change)
        self._see(day, now_spent)

    async def today(self) -> "Today":
        """What was spent since midnight, by provider. Raises `Outage` where the store is out."""
        day = self._day()
        found = await self._documents.read(PREFIX + day)
        now = self._clock.now().astimezone(self._zone)
        passed = now - datetime.combine(now.date(), datetime.min.time(), tzinfo=self._zone)
        return Today(
            day, decode_day(found.get(PREFIX + day)), self.budget, self._clock.now(), passed
        )

    async def _current(self) -> _Known:
        day = self._day()
        age_s = self._clock.monotonic() - self._known.looked_s
        if self._known.day != day or age_s > _LOOK_AGAIN_S:
            found = await self._documents.read(PREFIX + day)
            self._see(day, total(decode_day(found.get(PREFIX + day))))
        return self._known

    def _see(self, day: str, spent: Spent) -> None:
        self._known = replace(self._known, day=day, spent=spent, looked_s=self._clock.monotonic())

    def _passes(self, after: Spent) -> bool:
        budget = self.budget
        money = budget.usd_per_day is not None and after.micro_usd > budget.usd_per_day * _MICRO
        return money or (budget.tokens_per_day is not None and after.tokens > budget.tokens_per_day)

    def _day(self) -> str:
        return self._clock.now().astimezone(self._zone).date().isoformat()

    def _midnight(self) -> datetime:
        local = self._clock.now().astimezone(self._zone)
        tomorrow = datetime.combine(
            local.date() + timedelta(days=1), datetime.min.time(), tzinfo=self._zone
        )
        return tomorrow.astimezone(self._clock.now().tzinfo)


@dataclass(frozen=True, slots=True)
class Today:
    """The ledger of a day that is not over.

    Attributes:
        day: its date, where the budget is counted.
        providers: what each used.
        budget: the limits.
        now: until when it was counted (UTC).
        passed: since the day's midnight.
    """

    day: str
    providers: Mapping[str, Spent]
    budget: BudgetOptions
    now: datetime
    passed: timedelta

    @property
    def left_micro_usd(self) -> int | None:
        """Money that is left, None without a limit."""
        limit = self.budget.usd_per_day
        return None if limit is None else max(0, round(limit * _MICRO) - self._all.micro_usd)

    @property
    def left_tokens(self) -> int | None:
        """Tokens that are left, None without a limit."""
        limit = self.budget.tokens_per_day
        return None if limit is None else max(0, limit - self._all.tokens)

    @property
    def exhausted_at(self) -> datetime | None:
        """When the first limit is reached at the day's pace so far (UTC); None if not today."""
        lasts = min(
            self._lasts(self._all.micro_usd, self.left_micro_usd),
            self._lasts(self._all.tokens, self.left_tokens),
        )
        return self.now + lasts if self.passed + lasts < _DAY else None

    def _lasts(self, spent: int, left: int | None) -> timedelta:
        """How long `left` lasts at the pace of `spent`; a day where nothing says that it ends."""
        if left is None or (left and not spent):
            return _DAY
        return self.passed * (left / max(spent, 1))

    @property
    def _all(self) -> Spent:
        return total(self.providers)


def encode_day(providers: Mapping[str, Spent]) -> bytes:
    """The document of a day."""
    return json.dumps({name: asdict(spent) for name, spent in providers.items()}).encode()


def decode_day(value: bytes | None) -> dict[str, Spent]:
    """What `encode_day` was given; nothing of what is no such document."""
    try:
        found: Any = json.loads(value or b"{}")
        return {str(name): _spent(fields) for name, fields in found.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _spent(fields: Mapping[str, Any]) -> Spent:
    return Spent(**{name: int(fields.get(name, 0)) for name in Spent.__dataclass_fields__})
