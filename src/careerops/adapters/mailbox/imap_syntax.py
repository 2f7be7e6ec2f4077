"""The syntax of IMAP4rev1 (RFC 3501, section 9) as far as reading mail needs it. Pure functions."""

import base64
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from itertools import pairwise
from typing import Final

from careerops.adapters.mailbox.imap_channel import ProtocolError

_MAX_FETCH_TEXT_BYTES: Final = 64 * 1024
_LITERAL: Final = re.compile(rb"~?\{(\d{1,12})\+?\}$")
_TOKEN: Final = re.compile(rb'(?P<paren>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<atom>[^\s()"]+)')
_ESCAPE: Final = re.compile(rb"\\(.)")
_INTERNAL_DATE: Final = re.compile(
    rb"\s?(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"
)
_MONTHS: Final = (
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
)  # fmt: skip
_SHIFTED: Final = re.compile(r"&|[^\x20-\x7e]+")

MAX_NUMBER: Final = 2**32 - 1
"""The largest UID, UIDVALIDITY and message number."""


class _Paren(Enum):
    OPEN = b"("
    CLOSE = b")"


def literal_size(line: bytes) -> int | None:
    """The size of the literal that `line` announces at its end, None if it announces none."""
    match = _LITERAL.search(line[-16:])
    return int(match[1]) if match else None


def fetch_items(parts: Sequence[bytes]) -> dict[bytes, bytes]:
    """The top-level items of a FETCH response, upper-case name -> value.

    Lists (FLAGS) are left out; NIL is the empty value.

    Args:
        parts: the response's text and literals in turn, as `Response.parts`.

    Raises:
        ProtocolError: it is too long or not of this form.
    """
    items: dict[bytes, bytes] = {}
    depth = 0
    name: bytes | None = None
    for token in _tokens(parts):
        if token is _Paren.OPEN:
            depth += 1
        elif token is _Paren.CLOSE:
            depth -= 1
            name = None
        elif depth == 1 and name is None:
            name = token.upper()
        elif depth == 1 and name is not None:
            items[name] = token
            name = None
    if depth:
        raise ProtocolError("malformed_fetch")
    return items


def _tokens(parts: Sequence[bytes]) -> Iterator[bytes | _Paren]:
    for index, part in enumerate(parts):
        if index % 2:
            yield part
            continue
        if len(part) > _MAX_FETCH_TEXT_BYTES:
            raise ProtocolError("long_fetch")
        text = _LITERAL.sub(b"", part) if index + 1 < len(parts) else part
        for match in _TOKEN.finditer(text):
            if match["paren"]:
                yield _Paren(match["paren"])
            elif match["quoted"] is not None:
                yield _ESCAPE.sub(rb"\1", match["quoted"])
            else:
                yield b"" if match["atom"].upper() == b"NIL" else match["atom"]


def number(value: bytes | None) -> int | None:
    """The number in `value` if it is one an IMAP server may send, else None."""
    if value is None or not value.isdigit() or len(value) > len(str(MAX_NUMBER)):
        return None
    return int(value)


def internal_date(value: bytes | None) -> datetime | None:
    """INTERNALDATE (`17-Jul-1996 02:44:25 -0700`) in UTC, None if it is malformed."""
    match = _INTERNAL_DATE.fullmatch(value or b"")
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second, zone_hours, zone_minutes = (
        int(match[group]) for group in (1, 3, 4, 5, 6, 8, 9)
    )
    offset = timedelta(hours=zone_hours, minutes=zone_minutes)
    try:
        zone = timezone(-offset if match[7] == b"-" else offset)
        month = _MONTHS.index(match[2]) + 1
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def search_date(moment: datetime) -> bytes:
    """The day of `moment` in UTC as SEARCH wants it: `17-Jul-1996`."""
    day = moment.astimezone(UTC)
    return b"%d-%s-%04d" % (day.day, _MONTHS[day.month - 1], day.year)


def sequence_set(uids: Sequence[int]) -> bytes:
    """Ascending `uids` as a sequence set: `1:3,7`."""
    starts = [uids[0], *(after for before, after in pairwise(uids) if after != before + 1)]
    ends = [*(before for before, after in pairwise(uids) if after != before + 1), uids[-1]]
    return b",".join(
        b"%d" % start if start == end else b"%d:%d" % (start, end)
        for start, end in zip(starts, ends, strict=True)
    )


def quoted(text: str) -> bytes:
    """`text` as a quoted string.

    Raises:
        ValueError: it holds what a quoted string cannot carry (RFC 3501: 7 bit, one line).
    """
    if not text.isascii() or any(char in text for char in "\r\n\0"):
        raise ValueError("not a quoted string")
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def folder_name(name: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501, section 5.1.3)."""

    def shift(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        coded = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    return _SHIFTED.sub(shift, name)
