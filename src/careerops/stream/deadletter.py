"""Dead letters: the original bytes and headers, plus what happened, never values."""

import hashlib
from datetime import datetime
from typing import Final

from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES
from careerops.domain.errors import Permanent
from careerops.domain.topics import DEAD_LETTERS
from careerops.domain.verdicts import Headers, Record
from careerops.ops.errorframes import describe_error
from careerops.ports.eventlog import LogRecord

CUT_BYTES: Final = 64 * 1024
SMALLEST: Final = 2
"""Refusals after which a letter is as small as it gets."""
PREFIX = "careerops-dead-"
REPLAY = "careerops-replay"
_MAX_TEXT_CHARS = 500


def dead_letter(
    record: LogRecord,
    *,
    stage: str,
    reason: str,
    attempts: int,
    at: datetime,
    error: BaseException | None,
    explanation: str = "",
    refusals: int = 0,
) -> Record:
    """The record to publish to `dead_letter_queue`.

    Args:
        record: the input, kept byte for byte.
        stage: who gave up.
        reason: a machine-readable word.
        attempts: tries that counted.
        at: when (UTC).
        error: what was raised; its types and frames are kept. Its text is kept only if it is one
            of our own errors, whose messages carry no values.
        explanation: one line for a person, from our own error's message.
        refusals: how often the log has refused this letter: after the first it holds the first
            64 KiB of the input, after the second nothing of it, and notes its size and digest.
    """
    value = record.value
    if refusals:
        value = b"" if refusals >= SMALLEST else value[:CUT_BYTES]
    notes = {
        "stage": stage,
        "reason": reason,
        "attempts": str(attempts),
        "time": at.isoformat(),
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "explanation": explanation[:_MAX_TEXT_CHARS],
        "frames": "\n".join(describe_error(error)) if error is not None else "",
    }
    if len(value) < len(record.value):
        notes["size"] = str(len(record.value))
        notes["sha256"] = hashlib.sha256(record.value).hexdigest()
    added = tuple((f"{PREFIX}{name}", text.encode()) for name, text in notes.items() if text)
    kept = original_headers(record.headers)
    if refusals >= SMALLEST:
        kept = tuple((name, value) for name, value in kept if name.startswith("ce_"))
    headers = (*_bounded(kept, _size(added)), *added)
    return Record(topic=DEAD_LETTERS, key=record.key, value=value, headers=headers)


def original_headers(headers: Headers) -> Headers:
    """The headers without what a dead letter added."""
    return tuple((name, value) for name, value in headers if not name.startswith(PREFIX))


def notes_of(headers: Headers) -> dict[str, str]:
    """What a dead letter's headers say happened, by name without the prefix."""
    return {
        name.removeprefix(PREFIX): value.decode("utf-8", "replace")
        for name, value in headers
        if name.startswith(PREFIX)
    }


def replayed(headers: Headers, value: bytes, key: str) -> tuple[Record, int]:
    """The record to append to the topic it came from, and which replay this is (1, 2 ...).

    Raises:
        KeyError: the headers are not a dead letter's.
        Permanent: the letter was cut: it does not hold the whole input any more.
    """
    notes = notes_of(headers)
    if "size" in notes:
        raise Permanent(
            f"only {len(value)} of its {notes['size']} bytes are kept, as the log would not take"
            " more: it cannot be replayed; have it read from its source again, or discard it",
            reason="cut",
        )
    kept = original_headers(headers)
    before = max((int(v) for n, v in kept if n == REPLAY and v.isdigit()), default=0)
    pairs = tuple((n, v) for n, v in kept if n != REPLAY)
    record = Record(notes["topic"], key, value, (*pairs, (REPLAY, str(before + 1).encode())))
    return record, before + 1


def _size(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)


def _bounded(headers: Headers, used_bytes: int) -> Headers:
    """As many of `headers`, in order, as the limit leaves room for."""
    room = MAX_DEAD_LETTER_HEADER_BYTES - used_bytes
    kept: list[tuple[str, bytes]] = []
    for name, value in headers:
        room -= len(name) + len(value)
        if room >= 0:
            kept.append((name, value))
    return tuple(kept)
