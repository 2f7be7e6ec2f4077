"""The client's messages as the log's records."""

from datetime import UTC, datetime

from confluent_kafka import Message

from careerops.ports.eventlog import LogRecord


def record_of(message: Message, topic: str) -> LogRecord:
    """A message without an error as a record of `topic`, as we call it."""
    _, time_ms = message.timestamp()
    return LogRecord(
        topic,
        message.partition() or 0,
        message.offset() or 0,
        (message.key() or b"").decode("utf-8", "surrogateescape"),
        datetime.fromtimestamp(max(time_ms, 0) / 1000, UTC),
        _headers(message),
        message.value() or b"",
    )


def _headers(message: Message) -> tuple[tuple[str, bytes], ...]:
    try:
        headers = message.headers()
    except UnicodeDecodeError:
        # A foreign producer's: without headers it has no identity and is dead-lettered.
        return ()
    if not headers:
        return ()
    pairs = headers.items() if isinstance(headers, dict) else headers
    return tuple((name, _bytes(value)) for name, value in pairs)


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""
