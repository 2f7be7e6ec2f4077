"""The messages of the benchmark: a mail of ordinary size, numbered.

The value is the JSON of a `RawEmail`, because "everything on" decodes one; every contender gets
the same bytes and the same headers. The number stands in the first field, scattered as hashes
are (an index that is written in order would flatter whoever keeps one), so that a contender
finds it without reading JSON.

Standard library only: contenders import it inside environments that hold nothing of ours.
"""

import json

ABORTED = 1 << 40
"""Messages of aborted transactions are numbered from here on: nobody may handle them."""

# Odd, so multiplying by it modulo 2**64 is a permutation, and its inverse gives the number back.
_SCATTER = 0x9E3779B97F4A7C15
_GATHER = pow(_SCATTER, -1, 1 << 64)
_MASK = (1 << 64) - 1
_PREFIX = b'{"event_id":"'
_NUMBER = slice(len(_PREFIX), len(_PREFIX) + 16)

_SENTENCE = "Thank you for your application; we would like to talk to you about the next step. "
_REST = (
    json.dumps(
        {
            "account": "me",
            "rfc822_message_id": "<20260105.0900@careers.example.com>",
            "sender": {
                "name": "Talent Team",
                "address": "talent@careers.example.com",
                "domain": "careers.example.com",
            },
            "to": ["applicant@example.org"],
            "subject": "Your application as an engineer",
            "received_at": "2026-01-05T09:00:00Z",
            "body_text": _SENTENCE * 6,
            "auth": {"spf": "pass", "dkim": "pass", "dmarc": "pass", "domain": "example.com"},
            "source": "imap",
        },
        separators=(",", ":"),
    )
    .removeprefix("{")
    .encode()
)

_FIXED_HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_source", b"careerops/ingest"),
    ("ce_type", b"careerops.mail.received.v1"),
    ("ce_time", b"2026-01-05T09:00:00Z"),
    ("ce_revision", b"0"),
    ("content-type", b"application/json"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
]


def event_id(number: int) -> str:
    """64 characters, as long as the SHA-256 of a real mail's identity."""
    return f"{number * _SCATTER & _MASK:016x}" * 4


def value_of(number: int) -> bytes:
    """The mail with this number, about 900 bytes of JSON."""
    return b'%s%s",%s' % (_PREFIX, event_id(number).encode(), _REST)


def headers_of(number: int) -> list[tuple[str, bytes]]:
    """The CloudEvents attributes of that mail."""
    return [("ce_id", event_id(number).encode()), *_FIXED_HEADERS]


def number_of(value: bytes) -> int:
    """The number that `value_of` put in."""
    return int(value[_NUMBER], 16) * _GATHER & _MASK


def key_name(key: int) -> bytes:
    """The key as it stands in the record."""
    return b"key-%d" % key


def key_number(name: bytes) -> int:
    """The number that `key_name` put in."""
    return int(name[4:])
