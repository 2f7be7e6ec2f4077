"""Time zones of .ics files: IANA names, Windows names, and zones that the file itself describes."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careerops.mail.icsblocks import zone_name

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}")
_PATH_PARTS = 3
_BY_DAY = re.compile(r"BYDAY=([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_BY_MONTH = re.compile(r"BYMONTH=(\d{1,2})(?!\d)")
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")
_RENAMED = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Europe/Kiev": "Europe/Kyiv",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
}
"""Names that Windows' table still has, by the time zone database's file `backward`."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Zone(NamedTuple):
    """A resolved zone: its IANA name ('' if it has none) and the rule of its offsets."""

    name: str
    rule: "tzinfo | Sequence[Observance]"

    def to_utc(self, local: datetime) -> datetime:
        """A local time (naive) in UTC.

        Raises:
            OverflowError: it is out of the calendar's range.
            ValueError: the same, where an offset leads out of it.
        """
        rule = self.rule if isinstance(self.rule, tzinfo) else _observed(self.rule, local)
        return local.replace(tzinfo=rule).astimezone(UTC)


class Observance(NamedTuple):
    """One STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545, 3.6.5)."""

    start: datetime
    offset: timezone
    rule: str

    def onset(self, year: int) -> datetime:
        """When it begins in `year`, local time."""
        month, day = _BY_MONTH.search(self.rule), _BY_DAY.search(self.rule)
        if not self.rule or month is None or day is None:
            return self.start if not self.rule else self.start.replace(year=year)
        first = self.start.replace(year=year, month=int(month[1]), day=1)
        return _nth_weekday(first, int(day[1] or 1), _DAYS.index(day[2]))


def find_zone(tzid: str, described: Mapping[str, list[str]]) -> Zone | None:
    """The zone that `tzid` means, or None.

    Args:
        tzid: an IANA or Windows name, a path that ends in an IANA name, or a key of `described`.
        described: the lines of the file's VTIMEZONEs by their TZID.
    """
    tzid = tzid.strip().strip('"')
    name = _known(tzid)
    if name:
        return Zone(name, ZoneInfo(name))
    lines = described.get(tzid)
    if lines is None:
        return None
    name = _known(zone_name(lines, "X-LIC-LOCATION"))
    if name:
        return Zone(name, ZoneInfo(name))
    observances = _observances(lines)
    return Zone("", observances) if observances else None


@lru_cache(maxsize=256)
def _known(tzid: str) -> str:
    """The IANA name of `tzid`, '' if it is not one that we know."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415  # 75 ms, only for mails with a calendar

    parts = tzid.split("/")
    paths = ("/".join(parts[-count:]) for count in range(min(_PATH_PARTS, len(parts)), 0, -1))
    candidates = (WINDOWS_TO_OLSON.get(tzid, ""), *paths)
    name = next((name for name in candidates if _exists(name)), "")
    return _RENAMED.get(name, name)


def _exists(name: str) -> bool:
    if not _KEY.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _observances(lines: list[str]) -> list[Observance]:
    found: list[Observance] = []
    current: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN":
            current = {}
        elif name == "END" and value.strip().upper() in {"STANDARD", "DAYLIGHT"}:
            found.extend(_observance(current))
        else:
            current[name] = value.strip()
    return found


def _observance(fields: dict[str, str]) -> list[Observance]:
    offset = _OFFSET.match(fields.get("TZOFFSETTO", ""))
    try:
        start = datetime.strptime(fields.get("DTSTART", "")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # local time by definition
        if offset is None:
            return []
        delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        zone = timezone(-delta if offset[1] == "-" else delta)
        made = Observance(start, zone, fields.get("RRULE", "").upper()[:500])
        made.onset(start.year)
    except (ValueError, OverflowError):
        return []
    return [made]


def _observed(observances: Sequence[Observance], local: datetime) -> timezone:
    """The offset in force at `local`: that of the latest onset before it."""
    onsets: list[tuple[datetime, timezone]] = []
    for observance in observances:
        for year in (local.year - 1, local.year):
            try:
                onset = observance.onset(year)
            except (ValueError, OverflowError):
                continue
            if onset >= observance.start:
                onsets.append((onset, observance.offset))
    past = [item for item in onsets if item[0] <= local]
    if past:
        return max(past, key=lambda item: item[0])[1]
    return observances[0].offset


def _nth_weekday(first: datetime, nth: int, weekday: int) -> datetime:
    """The nth `weekday` of the month that begins with `first`; from its end if negative."""
    if nth > 0:
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    following = (first + timedelta(days=31)).replace(day=1)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))
