"""Invitations: what an .ics part (RFC 5545, iTIP RFC 5546) says about when and where."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from careerops.domain.email import CalendarEvent
from careerops.domain.times import EARLIEST
from careerops.mail.icsblocks import MAX_EVENTS, IcsBlocks, cut_out
from careerops.mail.icszones import Zone, find_zone
from careerops.mail.text import canonical, canonical_line

if TYPE_CHECKING:
    from icalendar import Component

MAX_FIELD_CHARS = 300
MAX_URL_CHARS = 1000
MAX_DESCRIPTION_CHARS = 8000
_MAX_SEQUENCE = 2**31 - 1
_MAX_LENGTH = timedelta(days=366)
_MAX_AWAY = timedelta(days=5 * 366)

_URL = re.compile(r"https?://[^\s<>\"'\\]{1,1000}", re.IGNORECASE)
_MEETING = re.compile(
    r"https?://(?:[\w.-]{1,100}\.)?(?:zoom\.us|zoom\.com|meet\.google\.com|teams\.microsoft\.com"
    r"|teams\.live\.com|webex\.com|whereby\.com|chime\.aws|gotomeeting\.com|gotomeet\.me|goto\.com"
    r"|meet\.jit\.si|bluejeans\.com|ringcentral\.com|skype\.com)/[^\s<>\"'\\]{1,1000}",
    re.IGNORECASE,
)
_TZID = re.compile(r";TZID=(\"[^\"]{0,200}\"|.{0,200}?)(?=;[A-Z-]{1,20}=|:\d{8})", re.IGNORECASE)
_CONFERENCE = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
)


class Invitations(NamedTuple):
    """The events of a mail and what their descriptions say."""

    events: tuple[CalendarEvent, ...]
    descriptions: tuple[str, ...]
    truncated: bool


class _Mail(NamedTuple):
    zone: tzinfo
    since: datetime
    until: datetime


class _Moment(NamedTuple):
    time: datetime | None = None
    zone: str = ""
    all_day: bool = False


def read_calendars(
    texts: Iterable[str], sent: datetime | None, received_at: datetime
) -> Invitations:
    """The events of the .ics texts of one mail, each (UID, SEQUENCE, start) once; at most 5.

    Recurrence is not expanded: the first occurrence stands for the series. A floating time is
    taken to be in the calendar's own zone, else at the offset of `sent`, else in UTC; `zone` is
    then that zone's name or ''. A time years away from the mail's is left out: it is a slip or a
    trap, and a missing time is better than a wrong one.

    Args:
        texts: what the .ics parts hold.
        sent: the mail's Date, with the sender's offset.
        received_at: when it came (UTC); of a mail that was copied, when that was.
    """
    mail = _Mail(
        zone=(sent.tzinfo if sent else None) or UTC,
        since=sent if sent and EARLIEST <= sent < received_at else received_at,
        until=received_at,
    )
    found: dict[tuple[str, int, str], tuple[CalendarEvent, str]] = {}
    truncated = False
    for text in texts:
        blocks = cut_out(text)
        truncated = truncated or blocks.truncated
        for lines in blocks.events:
            read = _read(lines, blocks, mail)
            if read is None:
                continue
            event = read[0]
            found.setdefault((event.uid, event.sequence, str(event.start)), read)
    kept = tuple(found.values())[:MAX_EVENTS]
    return Invitations(
        tuple(event for event, _ in kept),
        tuple(description for _, description in kept if description),
        truncated or len(found) > MAX_EVENTS,
    )


def _read(lines: list[str], blocks: IcsBlocks, mail: _Mail) -> tuple[CalendarEvent, str] | None:
    from icalendar import Event  # noqa: PLC0415  # 75 ms, only for mails with a calendar

    lines, tzids = _without_tzids(lines)
    source = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
    try:
        event = Event.from_ical(source)
    except Exception:  # noqa: BLE001  # a third party's parser, given anything at all
        return None
    default = _default_zone(blocks, mail.zone)

    def zone_of(name: str) -> Zone:
        tzid = tzids.get(name, "")
        return (find_zone(tzid, blocks.zones) if tzid else None) or default

    start = _near(_moment(_value(event, "DTSTART"), zone_of("DTSTART")), mail)
    end = _end(event, start, _moment(_value(event, "DTEND"), zone_of("DTEND")).time)
    description = canonical(_text(event, "DESCRIPTION")[:MAX_DESCRIPTION_CHARS])
    location = canonical_line(_text(event, "LOCATION"), MAX_FIELD_CHARS)
    status = _text(event, "STATUS").strip().upper()
    made = CalendarEvent(
        uid=canonical_line(_text(event, "UID"), MAX_FIELD_CHARS),
        sequence=_sequence(event),
        method=blocks.method,
        cancelled=blocks.method == "CANCEL" or status == "CANCELLED",
        summary=canonical_line(_text(event, "SUMMARY"), MAX_FIELD_CHARS),
        start=start.time,
        end=end,
        all_day=start.all_day,
        zone=start.zone,
        location=location,
        organizer_domain=_organizer_domain(event),
        url=_url(event, location, description),
    )
    return made, description


def _default_zone(blocks: IcsBlocks, sender_zone: tzinfo) -> Zone:
    """What a time without a zone is in."""
    names = [blocks.default_zone] if blocks.default_zone else list(blocks.zones)
    zone = find_zone(names[0], blocks.zones) if len(names) == 1 else None
    return zone or Zone("", sender_zone)


def _property(event: "Component", name: str) -> Any:
    value = event.get(name)
    return value[0] if isinstance(value, list) else value


def _text(event: "Component", name: str) -> str:
    value = _property(event, name)
    return "" if value is None else str(value)


def _sequence(event: "Component") -> int:
    text = _text(event, "SEQUENCE").strip()[:12]
    return min(int(text), _MAX_SEQUENCE) if text.isdecimal() and text.isascii() else 0


def _without_tzids(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    """The lines without TZID, and those by property: zones are ours to find, by `icszones`.

    The library would remember what one mail says of a zone for the mails after it.
    """
    plain: list[str] = []
    tzids: dict[str, str] = {}
    for line in lines:
        match = _TZID.search(line) if line[:2].upper() == "DT" else None
        if match:
            tzids.setdefault(line.partition(";")[0].upper(), match[1].strip('"'))
        plain.append(line[: match.start()] + line[match.end() :] if match else line)
    return plain, tzids


def _moment(value: object, zone: Zone) -> _Moment:
    try:
        if isinstance(value, datetime):
            if value.tzinfo is not None:
                return _Moment(value.astimezone(UTC), "UTC")
            return _Moment(zone.to_utc(value), zone.name)
        if isinstance(value, date):
            midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # local time by definition
            return _Moment(zone.to_utc(midnight), zone.name, all_day=True)
    except (ValueError, OverflowError):
        return _Moment()
    return _Moment()


def _near(moment: _Moment, mail: _Mail) -> _Moment:
    """`moment`, or none if it is years before the mail was sent, or after it came."""
    time = moment.time
    near = time is not None and time - mail.until <= _MAX_AWAY and mail.since - time <= _MAX_AWAY
    return moment if near else _Moment()


def _value(event: "Component", name: str) -> object:
    """The date, time or duration of a property, None if it is missing or malformed."""
    try:
        return getattr(_property(event, name), "dt", None)
    except Exception:  # noqa: BLE001  # the library's own error classes differ between versions
        return None


def _end(event: "Component", start: _Moment, end: datetime | None) -> datetime | None:
    duration = _value(event, "DURATION")
    if start.time is None:
        return None
    if end is None and isinstance(duration, timedelta) and duration <= _MAX_LENGTH:
        try:
            end = start.time + duration
        except OverflowError:
            return None
    if end is None or not timedelta(0) <= end - start.time <= _MAX_LENGTH:
        return None
    return end


def _organizer_domain(event: "Component") -> str:
    value = _text(event, "ORGANIZER")[:500]
    return (
        canonical_line(value.rpartition("@")[2].strip("<> \t").lower(), 253) if "@" in value else ""
    )


def _url(event: "Component", location: str, description: str) -> str:
    """Where to join: a conference property, else a known meeting link, else URL."""
    conference = next(filter(None, (_text(event, name) for name in _CONFERENCE)), "")
    for pattern, text in (
        (_URL, conference),
        (_MEETING, location),
        (_MEETING, description),
        (_URL, _text(event, "URL")),
        (_URL, location),
    ):
        match = pattern.search(text)
        if match:
            return canonical_line(match[0].rstrip(".,;)>]"), MAX_URL_CHARS)
    return ""
