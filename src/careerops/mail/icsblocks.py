"""The few lines of an .ics that we read, cut out before anything parses it.

An .ics can hold a hundred thousand events, recurrences without end and components nested without
end. What is cut out is small and flat, whatever came in.
"""

import re
from dataclasses import dataclass, field

MAX_ICS_CHARS = 256 * 1024
MAX_EVENTS = 5
MAX_TIMEZONES = 5
_MAX_LINES = 20_000
_MAX_LINE_CHARS = 8000
_MAX_BLOCK_LINES = 60

_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"([A-Za-z0-9-]{1,60})(?=[:;])")
_WANTED = frozenset({
    "UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION",
    "URL", "ORGANIZER", "STATUS", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK", "RECURRENCE-ID",
})  # fmt: skip
_ZONE_WANTED = frozenset({
    "TZID", "X-LIC-LOCATION", "BEGIN", "END", "DTSTART", "TZOFFSETTO", "RRULE",
})  # fmt: skip


@dataclass(slots=True)
class IcsBlocks:
    """Lines, unfolded: `events` those of each VEVENT without BEGIN and END, `zones` by TZID."""

    method: str = ""
    default_zone: str = ""
    events: list[list[str]] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    truncated: bool = False


def cut_out(text: str) -> IcsBlocks:
    """The blocks of an .ics; RRULEs of events, alarms and attendees are left behind."""
    blocks = IcsBlocks(truncated=len(text) > MAX_ICS_CHARS)
    lines = _FOLD.sub("", text[:MAX_ICS_CHARS]).splitlines()
    blocks.truncated = blocks.truncated or len(lines) > _MAX_LINES
    stack: list[str] = []
    block: list[str] = []
    for line in lines[:_MAX_LINES]:
        match = _NAME.match(line)
        name = match[1].upper() if match else ""
        value = line.partition(":")[2].strip()
        if name == "BEGIN":
            stack.append(value.upper())
            block = [] if stack[-1] in {"VEVENT", "VTIMEZONE"} and len(stack) == 2 else block  # noqa: PLR2004  # directly in the VCALENDAR
        if len(stack) == 1:
            _calendar_property(blocks, name, value)
        elif stack[1:2] == ["VEVENT"]:
            _keep(block, line, wanted=len(stack) == 2 and name in _WANTED)  # noqa: PLR2004  # not in a VALARM
        elif stack[1:2] == ["VTIMEZONE"]:
            _keep(block, line, wanted=name in _ZONE_WANTED)
        if name == "END" and stack:
            if len(stack) == 2:  # noqa: PLR2004  # the end of a component of the VCALENDAR
                _close(blocks, stack[-1], block)
            stack.pop()
    return blocks


def zone_name(lines: list[str], name: str = "TZID") -> str:
    """The value of a plain property among `lines`; '' if there is none."""
    return next(
        (line.partition(":")[2].strip() for line in lines if line.upper().startswith(name)), ""
    )


def _calendar_property(blocks: IcsBlocks, name: str, value: str) -> None:
    if name == "METHOD":
        blocks.method = blocks.method or value.upper()[:20]
    elif name == "X-WR-TIMEZONE":
        blocks.default_zone = blocks.default_zone or value[:100]


def _keep(block: list[str], line: str, *, wanted: bool) -> None:
    if wanted and len(block) < _MAX_BLOCK_LINES:
        block.append(line[:_MAX_LINE_CHARS])


def _close(blocks: IcsBlocks, component: str, block: list[str]) -> None:
    if component == "VEVENT":
        if len(blocks.events) < MAX_EVENTS:
            blocks.events.append(block)
        else:
            blocks.truncated = True
    elif component == "VTIMEZONE" and len(blocks.zones) < MAX_TIMEZONES:
        blocks.zones.setdefault(zone_name(block), block)
