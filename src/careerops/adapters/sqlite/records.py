"""Records of a topic: append, read, trim. Functions of a connection."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from careerops.adapters.sqlite.codec import decode_headers, encode_headers, from_us
from careerops.adapters.sqlite.schema import table_of
from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES, MAX_RECORD_BYTES
from careerops.domain.limits import check_record
from careerops.domain.verdicts import Record
from careerops.ports.eventlog import LogRecord

Row = tuple[str, int, bytes, bytes]
"""key, time in microseconds, headers, value."""

MAX_READ_BYTES: Final = 8 * 1024 * 1024
TRIM_CHUNK: Final = 1000


def row_of(record: Record, time_us: int) -> Row:
    """The columns of `record`. Raises `Permanent` (reason `too_large`)."""
    headers, value = encode_headers(record.headers), record.value
    # The blob is never shorter than what it encodes, so this spares the sum on nearly all records.
    if len(value) > MAX_RECORD_BYTES or len(headers) > MAX_DEAD_LETTER_HEADER_BYTES:
        check_record(record)
    return (record.key, time_us, headers, value)


def rows_by_topic(records: Iterable[Record], time_us: int) -> dict[str, list[Row]]:
    """The columns of `records`, by topic and in order. Raises `Permanent`."""
    rows: dict[str, list[Row]] = {}
    for record in records:
        added = rows.get(record.topic)
        if added is None:
            rows[record.topic] = added = []
        added.append(row_of(record, time_us))
    return rows


def append(connection: sqlite3.Connection, topic: str, rows: Sequence[Row]) -> None:
    """Append `rows` in order."""
    statement = _INSERT[topic] if topic in _INSERT else _insert(topic)
    if len(rows) == 1:
        connection.execute(statement, rows[0])
    else:
        connection.executemany(statement, rows)


def _insert(topic: str) -> str:
    statement = f"INSERT INTO {table_of(topic)} (key, time_us, headers, value) VALUES (?, ?, ?, ?)"  # noqa: S608  # a checked name
    _INSERT[topic] = statement
    return statement


_INSERT: Final[dict[str, str]] = {}


def read(connection: sqlite3.Connection, topic: str, offset: int, limit: int) -> list[LogRecord]:
    """At most `limit` records from `offset` on, fewer if they are large."""
    rows = connection.execute(
        f"SELECT offset, key, time_us, headers, value FROM {table_of(topic)}"  # noqa: S608  # a checked name
        " WHERE offset >= ? ORDER BY offset LIMIT ?",
        (offset, limit),
    )
    return list(_bounded(_record(topic, row) for row in rows))


def _record(topic: str, row: tuple[int, str, int, bytes, bytes]) -> LogRecord:
    offset, key, time_us, headers, value = row
    return LogRecord(topic, 0, offset, key, from_us(time_us), decode_headers(headers), value)


def _bounded(records: Iterable[LogRecord]) -> Iterable[LogRecord]:
    total_bytes = 0
    for record in records:
        yield record
        total_bytes += len(record.value)
        if total_bytes >= MAX_READ_BYTES:
            return


def holds(connection: sqlite3.Connection, topic: str, offset: int) -> bool:
    """Whether a record stands at or beyond `offset`."""
    return _one(connection, topic, "offset >= ?", offset) is not None


def bounds(connection: sqlite3.Connection, topic: str) -> tuple[int, int]:
    """(first offset kept, next offset to be written)."""
    table = table_of(topic)
    written = connection.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
    ).fetchone()
    end = (written[0] if written else 0) + 1
    first = connection.execute(f"SELECT min(offset) FROM {table}").fetchone()[0]  # noqa: S608  # a checked name
    return (end if first is None else first, end)


def time_at(connection: sqlite3.Connection, topic: str, offset: int) -> int | None:
    """When the first record at or beyond `offset` was appended (microseconds)."""
    row = connection.execute(
        f"SELECT time_us FROM {table_of(topic)} WHERE offset >= ? ORDER BY offset LIMIT 1",  # noqa: S608  # a checked name
        (offset,),
    ).fetchone()
    return None if row is None else row[0]


def first_since(connection: sqlite3.Connection, topic: str, time_us: int) -> int:
    """The first offset not older than `time_us`; the end if all are."""
    found = _one(connection, topic, "time_us >= ?", time_us)
    return bounds(connection, topic)[1] if found is None else found


def trim_chunk(connection: sqlite3.Connection, topic: str, limit: int, keep: str = "[]") -> int:
    """Delete the oldest records below `limit`, at most `TRIM_CHUNK` of them; how many it were.

    Those at the offsets `keep`, as JSON, stay.
    """
    table = table_of(topic)
    cursor = connection.execute(
        f"DELETE FROM {table} WHERE offset IN (SELECT offset FROM {table} WHERE offset < ?"  # noqa: S608  # a checked name
        " AND offset NOT IN (SELECT value FROM json_each(?)) ORDER BY offset LIMIT ?)",
        (limit, keep, TRIM_CHUNK),
    )
    return cursor.rowcount


def _one(connection: sqlite3.Connection, topic: str, condition: str, value: int) -> int | None:
    row = connection.execute(
        f"SELECT offset FROM {table_of(topic)} WHERE {condition} ORDER BY offset LIMIT 1",  # noqa: S608  # a checked name and our own condition
        (value,),
    ).fetchone()
    return None if row is None else int(row[0])
