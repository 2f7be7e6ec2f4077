"""When something is, by what a mail says: careful, for a missing time is better than a wrong one.

A date counts only with a plausible year and, where a weekday stands beside it, the right one;
day/month order is refused where it could be either; a time counts only when it is clear of a.m.
and p.m.; an instant is given only where the zone is named or configured.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from careerops.domain.times import in_zone, instant
from careerops.mail.dates_words import MONTHS, WEEKDAYS, ZONE_WORDS, zone_named
from careerops.mail.folding import fold

_MAX_CHARS = 4000
_END = r"(?![^\W_])"
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_WEEKDAY = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + ")"
_DATES = re.compile(
    r"(?<![\w./-])(?:"
    r"(?P<y1>20\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?\s+(?:of\s+|de\s+)?(?P<m2>{_MONTH}){_END}"
    r"\.?,?(?:\s+(?:de\s+|del\s+)?(?P<y2>20\d\d)(?!\d))?"
    rf"|(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(?P<y3>20\d\d)(?!\d))?"
    r"|(?P<d4>\d{1,2})(?P<sep>[./-])(?P<m4>\d{1,2})(?P=sep)(?P<y4>20\d\d|\d\d)?(?![\d])"
    r")"
)
_TIMES = re.compile(
    r"(?<![\w:.,/+-])(?P<part>(?:सुबह|दोपहर|शाम|रात)\s+)?(?P<h>[01]?\d|2[0-4])"
    r"(?:\s?[:h]\s?(?P<m>[0-5]\d)|\.(?P<m2>[0-5]\d)(?=\s?(?:uhr|am|pm|[ap]\.m)))?"
    r"\s?(?P<unit>a\.?m\.?|p\.?m\.?|uhr|hrs|hours|h|बजे|baje)?(?![^\W_]|[:.]\d)"
)
_RANGE = re.compile(r"\s?(?:-|–|—|to|until|till|bis|a|a las|se|से|ate|tot)\s?$")  # noqa: RUF001  # dashes as mails set them
_ZONE = re.compile(
    r"(?<![^\W_])(?:(?:utc|gmt)\s?(?P<sign>[+-])\s?(?P<oh>\d{1,2})(?::?(?P<om>[0-5]\d))?"
    r"|(?P<iana>(?:europe|america|asia|africa|australia|pacific|atlantic)/[a-z_]{2,30})"
    rf"|(?P<word>{'|'.join(ZONE_WORDS)})){_END}"
)
_NAMED_DAY = re.compile(
    r"(?<![^\W_])(?:(?P<rel>tomorrow|today|demain|aujourd'hui|heute|hoy|domani|oggi|amanha|hoje"
    r"|morgen(?=,? um\b)|manana(?= a las\b))"
    rf"|(?:on|this|am|el|le|diesen|este|ce)\s+(?P<day>{_WEEKDAY})){_END}"
)
_SHORT_ZONES = frozenset({"est", "et", "ct", "mt", "pt", "ist"})
_TODAY = frozenset({"today", "aujourd'hui", "heute", "hoy", "oggi", "hoje"})
_BEFORE = re.compile(rf"(?<![^\W_])(?P<day>{_WEEKDAY}){_END}\.?,?\s*(?:the|den|dem|el|le|,)?\s*$")
_AHEAD_CHARS, _BACK_CHARS, _ZONE_CHARS = 60, 30, 40
_PAST_DAYS, _FUTURE_DAYS = 2, 330
_CLEAR_HOUR = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and as far as the text tells it, its time and zone.

    Attributes:
        day: the date where the sender is.
        at, until: clock times; None if not told.
        zone: None if not told.
    """

    day: date
    at: time | None = None
    until: time | None = None
    zone: tzinfo | None = None

    def start(self) -> datetime | None:
        """The instant in UTC, None without time or zone."""
        return self._instant(self.at)

    def end(self) -> datetime | None:
        """The end in UTC, None if not told or not after the start."""
        start, end = self.start(), self._instant(self.until)
        return end if start and end and end > start else None

    def _instant(self, clock: time | None) -> datetime | None:
        if clock is None or self.zone is None:
            return None
        return instant(self.day, clock, self.zone)

    @property
    def zone_name(self) -> str:
        """The IANA name, '' for none or a bare offset."""
        return self.zone.key if isinstance(self.zone, ZoneInfo) else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a text.

    Attributes:
        received_at: UTC; years, weekdays and "tomorrow" are relative to it.
        language: of the text; decides the order of day and month in 03/04/2026.
        zone: taken where the text names none; None = such times stay without instant.
        india: whether IST is Indian time.
    """

    received_at: datetime
    language: str = ""
    zone: ZoneInfo | None = None
    india: bool = False


def moments(text: str, reading: Reading) -> list[Moment]:
    """Every day named in `text` from two days before its receipt to eleven months after."""
    plain = fold(text[:_MAX_CHARS])
    found: list[Moment] = []
    for match in _DATES.finditer(plain):
        day = _day(match, plain, reading)
        if day is not None:
            found.append(_with_time(day, plain, match.start(), match.end(), reading))
    for match in _NAMED_DAY.finditer(plain):
        found += _named(match, plain, reading)
    return found


def one_moment(text: str, reading: Reading) -> Moment | None:
    """The one moment with a clock time that `text` names; None if there is none or a choice."""
    timed = {moment for moment in moments(text, reading) if moment.at is not None}
    if len({(moment.day, moment.at) for moment in timed}) != 1:
        return None
    return max(timed, key=lambda moment: (moment.zone is not None, moment.until is not None))


def _day(match: re.Match[str], plain: str, reading: Reading) -> date | None:
    parts = _numbers(match, reading.language)
    if parts is None:
        return None
    year, month, number = parts
    before = _BEFORE.search(plain[max(0, match.start() - 25) : match.start()])
    weekday = WEEKDAYS[before["day"]] if before else None
    day = _with_year(year, month, number, reading.received_at.date())
    if day is None or (weekday is not None and day.weekday() != weekday):
        return None
    return day


def _numbers(match: re.Match[str], language: str) -> tuple[int | None, int, int] | None:
    """(year, month, day) as written; None where day and month could be either."""
    found = match.groupdict()
    if found["m1"]:
        return int(found["y1"]), int(found["m1"]), int(found["d1"])
    if found["m2"]:
        return _year(found["y2"]), MONTHS[found["m2"]], int(found["d2"])
    if found["m3"]:
        # "November 24" is English; elsewhere "mar 24 nov" begins with a weekday.
        english = language in {"en", ""}
        return (_year(found["y3"]), MONTHS[found["m3"]], int(found["d3"])) if english else None
    return _numeric(found, language)


def _numeric(found: dict[str, str | None], language: str) -> tuple[int | None, int, int] | None:
    first, second = int(found["d4"] or 0), int(found["m4"] or 0)
    year = _year(found["y4"])
    if found["sep"] != "." and year is None:
        return None
    if found["sep"] == "." or language not in {"en", ""} or first > 12 or first == second:  # noqa: PLR2004  # there are twelve months
        return year, second, first
    return (year, first, second) if second > 12 else None  # noqa: PLR2004  # there are twelve months


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) + (2000 if len(text) == 2 else 0)  # noqa: PLR2004  # a year of two digits


def _with_year(year: int | None, month: int, number: int, received: date) -> date | None:
    """The date, in the given year or the one that brings it nearest after `received`."""
    for candidate in [year] if year else [received.year, received.year + 1]:
        try:
            day = date(candidate, month, number)
        except ValueError:
            continue
        if -_PAST_DAYS <= (day - received).days <= _FUTURE_DAYS:
            return day
    return None


def _named(match: re.Match[str], plain: str, reading: Reading) -> Iterator[Moment]:
    """A weekday or "tomorrow": only with a time and a zone, and never on the weekday of receipt."""
    if _DATES.search(plain, match.end(), match.end() + 25):
        return
    moment = _with_time(reading.received_at.date(), plain, match.start(), match.end(), reading)
    if moment.at is None or moment.zone is None:
        return
    today = in_zone(reading.received_at, moment.zone).date()
    if match["rel"]:
        ahead = 0 if match["rel"] in _TODAY else 1
    else:
        ahead = (WEEKDAYS[match["day"]] - today.weekday()) % 7
        if ahead == 0:
            return
    if ahead <= (date.max - today).days:
        yield Moment(today + timedelta(days=ahead), moment.at, moment.until, moment.zone)


def _with_time(day: date, plain: str, start: int, end: int, reading: Reading) -> Moment:
    ahead = plain[end : end + _AHEAD_CHARS]
    stop = min(
        (m.start() for m in (_DATES.search(ahead), re.search(r"\n\s*\n", ahead)) if m), default=None
    )
    at, until, zone = _clock(ahead[:stop], reading)
    if at is None:
        back = plain[max(0, start - _BACK_CHARS) : start]
        at, until, zone = _clock(back.rsplit("\n", 1)[-1], reading)
        zone = zone or _zone(ahead[:_ZONE_CHARS], reading)
    return Moment(day, at, until, zone or reading.zone)


def _clock(window: str, reading: Reading) -> tuple[time | None, time | None, tzinfo | None]:
    times = [
        match
        for match in _TIMES.finditer(window)
        if match["m"] or match["m2"] or match["unit"] or match["part"]
    ]
    openers = _range_opener(window, times)
    times = [*openers, *times]
    if not times:
        return None, None, None
    until = None
    ranged = len(times) == 2 and _RANGE.search(window[times[0].start() : times[1].start()])  # noqa: PLR2004  # a beginning and an end
    if len(times) > 1 and not ranged:
        return None, None, None
    half = _half(times[-1])
    at = _time(times[0], half, reading.language)
    if ranged:
        until = _time(times[1], "", reading.language)
        if at and until and at >= until and half == "p":
            at = _time(times[0], "a", reading.language)
    zone = _zone(window[times[-1].end() : times[-1].end() + _ZONE_CHARS], reading)
    return at, until, zone


def _range_opener(window: str, times: list[re.Match[str]]) -> list[re.Match[str]]:
    """The bare first number of "2 - 3 pm"."""
    if len(times) != 1:
        return []
    return [
        match
        for match in _TIMES.finditer(window, 0, times[0].start())
        if _RANGE.fullmatch(window[match.end() : times[0].start()])
    ]


def _half(match: re.Match[str]) -> str:
    unit = match["unit"] or ""
    return unit[0] if unit[:1] in {"a", "p"} else ""


def _time(match: re.Match[str], half: str, language: str) -> time | None:
    hour, minute = int(match["h"]), int(match["m"] or match["m2"] or 0)
    half = _half(match) or half or _part_half(match, hour)
    if half and 1 <= hour <= 12:  # noqa: PLR2004  # hours of a half day
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    spoken_twelve = language in {"en", ""} and not (match["unit"] or "").startswith(("u", "h"))
    if half or hour > 23 or hour < (_CLEAR_HOUR if spoken_twelve else _CLEAR_HOUR - 1):  # noqa: PLR2004  # hours of a day
        return None
    return time(hour, minute)


def _part_half(match: re.Match[str], hour: int) -> str:
    part = (match["part"] or "").strip()
    if part == "सुबह":
        return "a"
    return "p" if part in {"दोपहर", "शाम"} or (part == "रात" and hour >= 7) else ""  # noqa: PLR2004  # later "night" hours are after midnight


def _zone(window: str, reading: Reading) -> tzinfo | None:
    match = _ZONE.search(window)
    if match is None or (match["word"] in _SHORT_ZONES and not _is_zone(match, reading)):
        return None
    if match["sign"]:
        offset = timedelta(hours=int(match["oh"]), minutes=int(match["om"] or 0))
        return (
            timezone(offset if match["sign"] == "+" else -offset)
            if offset < timedelta(hours=15)
            else None
        )
    return zone_named(match["iana"] or match["word"], india=reading.india)


def _is_zone(match: re.Match[str], reading: Reading) -> bool:
    """Whether a word such as "est" or "et" is a zone: in English, right behind the time."""
    return reading.language in {"en", "hi"} and match.start() <= 2  # noqa: PLR2004  # a blank, a bracket
