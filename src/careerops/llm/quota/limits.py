"""What a scope may do in a minute and in a day, and when a day ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from careerops.ports.chatmodel import Period, Unit

ROLLING: Final = "rolling"
DAY_S: Final = 86_400.0

Pace = Literal["bold", "cautious"]
"""How to find out limits that nobody told: as fast as asked for until the first refusal, or one
call at a time, twice as many after each minute without one."""


def checked_rule(rule: str) -> str:
    """`rule` if it is `rolling` or a time zone.

    Raises:
        ValueError: it is neither; says what to write.
    """
    if rule != ROLLING:
        try:
            ZoneInfo(rule)
        # The name of a folder of zones is an error of the operating system.
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("write a time zone such as America/Los_Angeles, or rolling") from None
    return rule


DayRule = Annotated[str, AfterValidator(checked_rule)]
"""When a day's quota is whole again: at midnight of a zone, or `rolling`: each use after 24 h."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a scope; None where there is none or nobody knows.

    Attributes:
        requests_per_minute, requests_per_day: calls.
        tokens_per_minute, tokens_per_day: tokens sent and answered.
        day: when a day ends.
        minute_s: length of a minute in seconds; 60 but where time is compressed.
    """

    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    tokens_per_minute: int | None = None
    tokens_per_day: int | None = None
    day: DayRule = "UTC"
    minute_s: float = 60.0

    def of(self, unit: Unit, period: Period) -> int | None:
        """The configured limit."""
        if unit is Unit.REQUESTS:
            minute, day = self.requests_per_minute, self.requests_per_day
        else:
            minute, day = self.tokens_per_minute, self.tokens_per_day
        return minute if period is Period.MINUTE else day

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return any(self.of(unit, period) is not None for unit in Unit for period in Period)

    @property
    def rolling(self) -> bool:
        """Whether a day is any 24 hours."""
        return self.day == ROLLING

    @property
    def margin_s(self) -> float:
        """How much later than sent a call is counted.

        A provider counts it when it arrives, and two calls need not take equally long to arrive:
        counted at sending, the first after a full window could reach it before the window is over
        there. A quarter of a second of a minute is far more than such times differ by.
        """
        return self.minute_s / 240.0

    def day_begin(self, now: datetime) -> datetime:
        """When the day that `now` is in began (UTC); 24 hours before where it is rolling."""
        if self.rolling:
            return now - timedelta(seconds=DAY_S)
        zone = ZoneInfo(self.day)
        return datetime.combine(
            now.astimezone(zone).date(), datetime.min.time(), tzinfo=zone
        ).astimezone(UTC)

    def day_end(self, now: datetime) -> datetime:
        """When it ends (UTC); in 24 hours where it is rolling."""
        if self.rolling:
            return now + timedelta(seconds=DAY_S)
        zone = ZoneInfo(self.day)
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone).astimezone(UTC)
