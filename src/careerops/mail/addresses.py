"""Addresses, dates and Message-IDs of header fields."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from itertools import chain, islice

from careerops.domain.email import Sender
from careerops.domain.identity import normalise_message_id
from careerops.mail.headers import Headers, decode_words
from careerops.mail.text import canonical_line

MAX_ADDRESS_CHARS = 320
"""RFC 5321: 64 of the local part, the at sign, 255 of the domain."""
MAX_NAME_CHARS = 200
MAX_RECIPIENTS = 50
MAX_REFERENCES = 100
MAX_MESSAGE_ID_CHARS = 500
_MAX_LIST_CHARS = 32 * 1024
_MAX_PLAIN_CHARS = 300
_MAX_RECEIVED = 20
_MAX_DATE_CHARS = 200
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_CLOCK_SKEW = timedelta(days=1)

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|\([^()]*\)|[,;]|[^,;"<(]+|.', re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,255}@[^\s<>(),;:\"@]{1,255}")
_PLAIN = re.compile(
    r"""\s*(?:(?P<quote>"?)(?P<name>[\w .-]{0,200})(?P=quote)\s*<)?"""
    r"""(?P<address>[\w.+-]{1,64}@[\w.-]{1,255})(?(quote)>)\s*""",
    re.ASCII,
)
"""The address lists that most mails have: one address, with a name or without. It is read as
`_TOKEN` and what follows would read it, in a third of the time."""
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_MESSAGE_ID = re.compile(r"<[^<>]{1,998}>")
_DATE = re.compile(
    r"(?:[A-Za-z]{3,9},?\s*)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-])(\d{2})(\d{2})(?!\d)"
)
_MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTHS = {_MONTH_NAMES[3 * i : 3 * i + 3]: i + 1 for i in range(12)}


def sender_of(headers: Headers) -> Sender:
    """From, or Sender where From is missing."""
    for field in (b"from", b"sender"):
        found = next(addresses(headers.text(field)), None)
        if found is not None:
            return found
    return Sender()


def recipients_of(headers: Headers) -> tuple[str, ...]:
    """The addresses of To, then Cc; at most 50."""
    found: dict[str, None] = {}
    for field in (b"to", b"cc"):
        for recipient in islice(addresses(headers.text(field)), MAX_RECIPIENTS):
            if recipient.address:
                found.setdefault(recipient.address)
    return tuple(islice(found, MAX_RECIPIENTS))


def addresses(value: str) -> Iterator[Sender]:
    """The mailboxes of an address list, in order; groups are flattened, comments dropped.

    Time is linear in the first 32 KiB of `value`, the rest is not read.
    """
    plain = _PLAIN.fullmatch(value) if len(value) <= _MAX_PLAIN_CHARS else None
    if plain is not None:
        yield _sender(" ".join((plain["name"] or "").split()), plain["address"].rstrip("."))
        return
    name: list[str] = []
    angle = comment = ""
    for match in _TOKEN.finditer(value[:_MAX_LIST_CHARS]):
        token = match[0]
        if token in {",", ";"}:
            yield from _mailbox(name, angle, comment)
            name, angle, comment = [], "", ""
        elif token[0] == "<" and token[-1] == ">":
            angle = angle or token[1:-1]
        elif token[0] == "(" and token[-1] == ")":
            comment = comment or token[1:-1]
        else:
            name.append(token)
    yield from _mailbox(name, angle, comment)


def _mailbox(name: list[str], angle: str, comment: str) -> Iterator[Sender]:
    words = "".join(_unquote(part) for part in name).strip()
    if not angle:
        bare = _ADDRESS.search(words)
        angle, words = (bare[0], "") if bare else ("", words)
    elif ":" in words:
        words = words.rsplit(":", 1)[1]  # the name of a group
    address = _address(angle)
    shown = canonical_line(decode_words(words or comment), MAX_NAME_CHARS)
    if address or shown:
        yield _sender(shown, address)


def _sender(name: str, address: str) -> Sender:
    return Sender(name=name, address=address, domain=address.rpartition("@")[2].lower())


def _unquote(part: str) -> str:
    if part[0] == '"' and part[-1] == '"' and len(part) > 1:
        return _QUOTED_PAIR.sub(r"\1", part[1:-1])
    return part


def _address(text: str) -> str:
    """The addr-spec in `text` without source route, comments and invisible characters."""
    found = _ADDRESS.search(canonical_line(decode_words(text), 2 * MAX_ADDRESS_CHARS))
    return found[0][:MAX_ADDRESS_CHARS].rstrip(".") if found else ""


def parse_date(value: str) -> datetime | None:
    """A date-time of RFC 5322 with the sender's offset, None if it is none or out of range."""
    try:
        return _strict_date(value) or _lenient_date(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _strict_date(value: str) -> datetime | None:
    match = _DATE.match(value.lstrip()[:_MAX_DATE_CHARS])
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    day, year, hour, minute, second = (int(match[i] or 0) for i in (1, 3, 4, 5, 6))
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    zone = timezone(-offset if match[7] == "-" else offset)
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def _lenient_date(value: str) -> datetime | None:
    fields = parsedate_tz(value[:_MAX_DATE_CHARS])
    if fields is None:
        return None
    year, month, day, hour, minute, second = fields[:6]
    zone = timezone(timedelta(seconds=fields[9] or 0))
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def received_time(headers: Headers, now: datetime) -> datetime | None:
    """When the mail arrived, UTC: the topmost sane Received, else a sane Date, else None.

    Servers put their Received on top, so the topmost is the newest and the one that the sender
    cannot write. Sane is after 1990 and at most a day after `now`.
    """
    dates = (value.rpartition(b";")[2] for value in headers.all_raw(b"received", _MAX_RECEIVED))
    for date in chain(dates, headers.all_raw(b"date", 1)):
        when = parse_date(date.decode("ascii", "replace"))
        if when is not None and _EARLIEST <= when <= now + _CLOCK_SKEW:
            return when.astimezone(UTC)
    return None


def message_id_of(headers: Headers) -> str:
    """The normalised Message-ID; '' if there is none."""
    return normalise_message_id(headers.text(b"message-id")[: 2 * MAX_MESSAGE_ID_CHARS])[
        :MAX_MESSAGE_ID_CHARS
    ]


def references_of(headers: Headers) -> tuple[str, ...]:
    """References then In-Reply-To, oldest first, without repetition.

    Of more than 100 the first, which names the root, and the newest are kept.
    """
    found: dict[str, None] = {}
    for field in (b"references", b"in-reply-to"):
        for reference in _message_ids(headers.text(field)):
            found.setdefault(reference)
    ids = tuple(found)
    return ids if len(ids) <= MAX_REFERENCES else (ids[0], *ids[-(MAX_REFERENCES - 1) :])


def _message_ids(value: str) -> Iterator[str]:
    bracketed = _MESSAGE_ID.findall(value)
    for text in bracketed or [word for word in value.split() if "@" in word]:
        reference = normalise_message_id(text)[:MAX_MESSAGE_ID_CHARS]
        if reference:
            yield reference
