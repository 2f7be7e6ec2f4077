"""Arithmetic on times that somebody else wrote: total, also at the edges of the calendar.

Years 1 and 9999 are legal in a mail, an invitation and a model's answer, and a zone or a day more
leads out of what `datetime` can hold. Nothing here raises for it.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Between these lies every time at which a mail can have been received."""


def is_receipt(at: datetime) -> bool:
    """Whether a mail can have been received at `at` (with a zone)."""
    return EARLIEST <= at < LATEST


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """`at` (with a zone) as the clocks of `zone` show it, in UTC where they cannot.

    Its `tzinfo` says which it is; where not even UTC can show it, it is given back as it is.
    """
    for each in (zone, UTC):
        try:
            return at.astimezone(each)
        except (OverflowError, ValueError):
            continue
    return at


def later(at: datetime, by: timedelta) -> datetime | None:
    """`at` moved by `by`, None beyond the calendar's edges."""
    try:
        return at + by
    except OverflowError:
        return None


def instant(day: date, clock: time, zone: tzinfo) -> datetime | None:
    """The instant (UTC) at which the clocks of `zone` show `day` and `clock`, or None.

    A time of the summer's missing hour counts as `datetime` takes it, by the offset before.
    """
    try:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
