"""How a mail and its event cross to the parser's process and back: frames of JSON and bytes."""

import json
import struct
from datetime import datetime
from typing import BinaryIO, Final

from careerops.domain.email import RawEmail
from careerops.ports.mailparser import ParsedMail, ParseRequest

REQUEST_HEAD: Final = struct.Struct(">IQ")
"""Bytes of the JSON about the mail, bytes of the mail; both follow."""
ANSWER_HEAD: Final = struct.Struct(">BII")
"""Kind, bytes of a first and of a second part; both follow."""

READY: Final = 0
"""The process is up. No parts. Sent once, before any answer."""
PARSED: Final = 1
"""`RawEmail` as JSON; [message_id, references] as JSON."""
FAILED: Final = 2
"""Name of the error's type; nothing."""

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024


def request_head(request: ParseRequest) -> bytes:
    """All of a request's frame but the mail itself, which follows."""
    received_at = request.received_at.isoformat() if request.received_at else None
    about = json.dumps(
        [
            request.account,
            request.source,
            request.locator,
            request.fallback_time.isoformat(),
            received_at,
            request.labels,
            request.size,
            request.backfill,
        ]
    ).encode()
    return REQUEST_HEAD.pack(len(about), len(request.raw)) + about


def read_request(stream: BinaryIO) -> ParseRequest | None:
    """The next request of a stream; None at its end, be it in the middle of a frame."""
    head = stream.read(REQUEST_HEAD.size)
    if len(head) < REQUEST_HEAD.size:
        return None
    about_bytes, raw_bytes = REQUEST_HEAD.unpack(head)
    about = stream.read(about_bytes)
    raw = stream.read(raw_bytes)
    if len(about) < about_bytes or len(raw) < raw_bytes:
        return None
    account, source, locator, fallback, received, labels, size, backfill = json.loads(about)
    return ParseRequest(
        raw=raw,
        account=account,
        source=source,
        locator=locator,
        fallback_time=datetime.fromisoformat(fallback),
        received_at=datetime.fromisoformat(received) if received else None,
        labels=tuple(labels),
        size=size,
        backfill=backfill,
    )


def answer(kind: int, first: bytes = b"", second: bytes = b"") -> bytes:
    """The frame of an answer."""
    return ANSWER_HEAD.pack(kind, len(first), len(second)) + first + second


def parsed_answer(parsed: ParsedMail) -> bytes:
    """The frame of a parsed mail."""
    about = json.dumps([parsed.message_id, parsed.references]).encode()
    return answer(PARSED, parsed.email.model_dump_json().encode(), about)


def read_parsed(first: bytes, second: bytes) -> ParsedMail:
    """A parsed mail of the parts of its answer.

    Raises:
        ValueError: they are none.
    """
    message_id, references = json.loads(second)
    email = RawEmail.model_validate_json(first)
    return ParsedMail(email=email, message_id=message_id, references=tuple(references))
