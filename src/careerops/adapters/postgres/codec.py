"""The records of a verdict as one value, and times as we have them.

Records are a flat row of fields: `<number of fields><their lengths><the fields>`, the integers of
32 bit, little-endian. A record is topic, key, value, the number of its headers, and these.
"""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from careerops.domain.verdicts import Record

_NUMBER = struct.Struct("<I")


def encode_records(records: Sequence[Record]) -> bytes:
    """The records as bytes, b"" for none."""
    if not records:
        return b""
    fields: list[bytes] = []
    for record in records:
        number = _NUMBER.pack(len(record.headers))
        fields += (_bytes(record.topic), _bytes(record.key), record.value, number)
        for name, value in record.headers:
            fields += (_bytes(name), value)
    head = struct.pack(f"<I{len(fields)}I", len(fields), *map(len, fields))
    return b"".join((head, *fields))


def decode_records(blob: bytes) -> tuple[Record, ...]:
    """What `encode_records` was given."""
    return tuple(_records(_fields(blob))) if blob else ()


def utc(time: datetime) -> datetime:
    """The time in UTC, whatever zone the session speaks."""
    return time.astimezone(UTC)


def maybe_utc(time: datetime | None) -> datetime | None:
    """`utc`, None stays None."""
    return None if time is None else utc(time)


def _fields(blob: bytes) -> Iterator[bytes]:
    (count,) = _NUMBER.unpack_from(blob)
    position = _NUMBER.size * (count + 1)
    for length in struct.unpack_from(f"<{count}I", blob, _NUMBER.size):
        yield blob[position : position + length]
        position += length


def _records(fields: Iterator[bytes]) -> Iterator[Record]:
    for topic in fields:
        key, value, number = next(fields), next(fields), next(fields)
        headers = tuple((_text(next(fields)), next(fields)) for _ in range(*_NUMBER.unpack(number)))
        yield Record(_text(topic), _text(key), value, headers)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogatepass")
