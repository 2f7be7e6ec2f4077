"""Headers, records and times as SQLite columns.

Headers are one blob: `<count><size of names block><names block><value lengths><values>`, the names
block being `<name lengths><names>`; all integers are 32 bit little-endian. Producers use few sets
of names, so each block is built and read once.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from careerops.domain.verdicts import Headers, Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = struct.Struct("<II")
_RECORD = struct.Struct("<IIII")


def to_us(time: datetime) -> int:
    """Microseconds since 1970 (UTC)."""
    return (time - _EPOCH) // _MICROSECOND


def from_us(time_us: int) -> datetime:
    """The time in UTC, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=time_us)


def maybe_us(time: datetime | None) -> int | None:
    """`to_us`, None stays None."""
    return None if time is None else to_us(time)


def maybe_time(time_us: int | None) -> datetime | None:
    """`from_us`, None stays None."""
    return None if time_us is None else from_us(time_us)


def encode_headers(headers: Headers) -> bytes:
    """The blob of `headers`, b"" for none; longer than the names and values together."""
    if not headers:
        return b""
    names, values = zip(*headers)  # noqa: B905  # pairs all: the check costs a tenth of this function
    prefix, pack = _layout(names)
    return b"".join((prefix, pack(*map(len, values)), *values))


def decode_headers(blob: bytes) -> Headers:
    """What `encode_headers` was given; nothing if the blob is damaged.

    A record without headers has no identity: its reader dead-letters it, instead of meeting it
    again at every start.
    """
    if not blob:
        return ()
    try:
        return _decoded(blob)
    except (struct.error, UnicodeDecodeError, ValueError, MemoryError):
        return ()


def _decoded(blob: bytes) -> Headers:
    count, size = _HEAD.unpack_from(blob)
    start = _HEAD.size + size
    names = _names(blob[_HEAD.size : start], count)
    position = start + 4 * count
    pairs: list[tuple[str, bytes]] = []
    for name, length in zip(names, struct.unpack_from(f"<{count}I", blob, start), strict=True):
        pairs.append((name, blob[position : position + length]))
        position += length
    return tuple(pairs)


@lru_cache(maxsize=512)
def _layout(names: tuple[str, ...]) -> tuple[bytes, Callable[..., bytes]]:
    encoded = [name.encode("utf-8", "surrogatepass") for name in names]
    lengths = struct.Struct(f"<{len(names)}I")
    block = b"".join((lengths.pack(*map(len, encoded)), *encoded))
    return _HEAD.pack(len(names), len(block)) + block, lengths.pack


@lru_cache(maxsize=512)
def _names(block: bytes, count: int) -> tuple[str, ...]:
    names: list[str] = []
    position = 4 * count
    for length in struct.unpack_from(f"<{count}I", block):
        names.append(block[position : position + length].decode("utf-8", "surrogatepass"))
        position += length
    return tuple(names)


def encode_records(records: Sequence[Record]) -> bytes:
    """The records of a verdict as one blob, b"" for none."""
    parts: list[bytes] = []
    for record in records:
        topic, key = record.topic.encode(), record.key.encode("utf-8", "surrogatepass")
        headers = encode_headers(record.headers)
        sizes = _RECORD.pack(len(topic), len(key), len(headers), len(record.value))
        parts += (sizes, topic, key, headers, record.value)
    return b"".join(parts)


def decode_records(blob: bytes) -> tuple[Record, ...]:
    """What `encode_records` was given."""
    records: list[Record] = []
    position = 0
    while position < len(blob):
        fields: list[bytes] = []
        sizes = _RECORD.unpack_from(blob, position)
        position += _RECORD.size
        for size in sizes:
            fields.append(blob[position : position + size])
            position += size
        topic, key, headers, value = fields
        name = key.decode("utf-8", "surrogatepass")
        records.append(Record(topic.decode(), name, value, decode_headers(headers)))
    return tuple(records)
