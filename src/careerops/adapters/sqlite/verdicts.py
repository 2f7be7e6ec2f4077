"""Verdicts: what was decided. After the retention time only `kept` knows of it."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from careerops.adapters.sqlite import kept
from careerops.adapters.sqlite.codec import (
    decode_records,
    encode_records,
    from_us,
    maybe_time,
    maybe_us,
    to_us,
)
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.verdicts import VerdictQuery

Decided = tuple[str, str, int, str, int, str, str, int | None, bytes]
VerdictRow = tuple[Decided, bytes]
"""What was decided, and the outputs, which are forgotten after a while."""

_COLUMNS: Final = (
    "event_id, stage, revision, status, decided_us, account, label, received_us, detail"
)
INSERT: Final = (
    f"INSERT OR IGNORE INTO verdicts ({_COLUMNS})"  # noqa: S608  # constants only
    " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM verdicts_kept WHERE id = ?)"
)
INSERT_OUTPUTS: Final = "INSERT INTO verdict_outputs VALUES (?, ?, ?)"
_SELECT: Final = (
    f"SELECT {_COLUMNS}, outputs FROM verdicts"  # noqa: S608  # constants only
    " LEFT JOIN verdict_outputs ON verdict_id = id"
)
_BY_KEY: Final = "event_id = ? AND stage = ? AND revision = ?"
_DEAD: Final = f"{_BY_KEY} AND status = '{VerdictStatus.DEAD}'"


class SqliteVerdicts:
    """`VerdictStore` on SQLite."""

    def __init__(self, writer: WriterThread, reader: DatabaseThread) -> None:
        """Share the database's threads."""
        self._writer = writer
        self._reader = reader

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """The verdicts that stand for `keys`; keys without one are absent."""
        if not keys:
            return {}
        wanted = tuple(keys)
        return await self._reader.run(lambda connection: _standing(connection, wanted))

    async def put(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Record each verdict whose key has none yet; returns, durable, for each what stands."""
        given = tuple(verdicts)
        rows = [row_of(verdict) for verdict in given]

        def op(connection: sqlite3.Connection) -> list[Verdict]:
            stands = insert(connection, rows)
            if all(stands):
                return list(given)
            late = tuple(v.key for v, first in zip(given, stands, strict=True) if not first)
            found = _standing(connection, late)
            pairs = zip(given, stands, strict=True)
            return [verdict if first else found[verdict.key] for verdict, first in pairs]

        return await self._writer.run(op) if given else []

    async def clear_dead(self, keys: Sequence[VerdictKey]) -> int:
        """Forget the `dead` verdicts among `keys`, for a replay; returns how many there were."""
        wanted = tuple(keys)

        def op(connection: sqlite3.Connection) -> int:
            # First, because an id may be given again once its verdict is gone.
            connection.executemany(
                "DELETE FROM verdict_outputs WHERE verdict_id IN"  # noqa: S608  # constants only
                f" (SELECT id FROM verdicts WHERE {_DEAD})",
                wanted,
            )
            cleared = connection.executemany(
                f"DELETE FROM verdicts WHERE {_DEAD}",  # noqa: S608  # constants only
                wanted,
            ).rowcount
            return cleared + kept.clear_dead(connection, wanted)

        return await self._writer.run(op) if wanted else 0

    async def find(self, query: VerdictQuery) -> Sequence[Verdict]:
        """Verdicts by query, newest `received_at` first."""
        conditions, values = _conditions(query)
        statement = f"{_SELECT} WHERE {conditions} ORDER BY received_us DESC, id DESC LIMIT ?"

        def op(connection: sqlite3.Connection) -> list[Verdict]:
            return [_verdict(row) for row in connection.execute(statement, (*values, query.limit))]

        return await self._reader.run(op)

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many verdicts by (stage, status)."""

        def op(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
            rows = connection.execute(
                "SELECT stage, status, sum(number) FROM ("
                "SELECT stage, status, count(*) AS number FROM verdicts GROUP BY stage, status"
                " UNION ALL SELECT stage, status, number FROM verdicts_kept_counts"
                ") GROUP BY stage, status"
            )
            return {(stage, status): number for stage, status, number in rows if number}

        return await self._reader.run(op)

    async def trim_outputs(self, before: datetime) -> int:
        """Forget outputs and details of verdicts decided before `before`; that they stand stays.

        Returns:
            how many verdicts were reduced so.
        """
        before_us, trimmed, place = to_us(before), 0, 0
        while True:
            # In pieces, so that publishing never waits for long behind it.
            number, last = await self._writer.run(
                partial(kept.trim_chunk, before_us=before_us, after_id=place)
            )
            trimmed += number
            if last is None:
                return trimmed
            place = last


def row_of(verdict: Verdict) -> VerdictRow:
    """The columns of `verdict`."""
    decided = (
        *verdict.key,
        verdict.status.value,
        to_us(verdict.decided_at),
        verdict.account,
        verdict.label,
        maybe_us(verdict.received_at),
        verdict.detail,
    )
    return decided, encode_records(verdict.outputs)


def insert(connection: sqlite3.Connection, rows: Sequence[VerdictRow]) -> list[bool]:
    """Insert `rows` where no verdict stands; for each whether it is the one that stands now."""
    if not rows:
        return []
    last = connection.execute("SELECT max(id) FROM verdicts").fetchone()[0] or 0
    inserted = connection.executemany(
        INSERT, [(*decided, kept.short_id(*decided[:3])) for decided, _ in rows]
    ).rowcount
    stands = [True] * len(rows)
    if inserted < len(rows):
        stands = list(_first_of_theirs(connection, rows, last))
    # SQLite numbers rows on from the highest id there is.
    fresh = enumerate((row for row, first in zip(rows, stands, strict=True) if first), last + 1)
    outputs = [(number, decided[4], outputs) for number, (decided, outputs) in fresh if outputs]
    connection.executemany(INSERT_OUTPUTS, outputs)
    return stands


def _first_of_theirs(
    connection: sqlite3.Connection, rows: Sequence[VerdictRow], last: int
) -> Iterator[bool]:
    """For each row whether it was inserted just now: beyond id `last`, first of its key.

    Of what is only kept for good there is no row.
    """
    counted: set[tuple[Any, ...]] = set()
    for decided, _ in rows:
        key = decided[:3]
        row = connection.execute(
            f"SELECT id FROM verdicts WHERE {_BY_KEY}",  # noqa: S608  # constants only
            key,
        ).fetchone()
        yield row is not None and row[0] > last and key not in counted
        counted.add(key)


def _standing(
    connection: sqlite3.Connection, keys: tuple[VerdictKey, ...]
) -> dict[VerdictKey, Verdict]:
    found = {verdict.key: verdict for verdict in _select(connection, keys)}
    return found | kept.find(connection, [key for key in keys if key not in found])


def _select(connection: sqlite3.Connection, keys: tuple[VerdictKey, ...]) -> Iterator[Verdict]:
    statement = (
        f"{_SELECT} WHERE (event_id, stage, revision) IN"  # noqa: S608  # constants only
        " (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))"
    )
    return (_verdict(row) for row in connection.execute(statement, (json.dumps(keys),)))


def _verdict(row: tuple[Any, ...]) -> Verdict:
    event_id, stage, revision, status, decided_us, account, label, received_us, detail, outputs = (
        row
    )
    return Verdict(
        VerdictKey(event_id, stage, revision),
        VerdictStatus(status),
        from_us(decided_us),
        account,
        label,
        maybe_time(received_us),
        detail,
        decode_records(outputs or b""),
    )


def _conditions(query: VerdictQuery) -> tuple[str, list[str]]:
    named = {"stage": query.stage, "label": query.label, "account": query.account}
    conditions = [f"{name} = ?" for name, value in named.items() if value]
    values = [value for value in named.values() if value]
    if query.event_id_prefix:
        # A range and not LIKE: it uses the index, and % means nothing in it.
        conditions += ["event_id >= ?", "event_id < ?"]
        values += [query.event_id_prefix, query.event_id_prefix + "\U0010ffff"]
    return " AND ".join(conditions) or "1", values
