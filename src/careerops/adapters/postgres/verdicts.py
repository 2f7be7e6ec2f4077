"""Verdicts: what was decided. After the retention time only `kept` knows of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from careerops.adapters.postgres import kept
from careerops.adapters.postgres.codec import decode_records, encode_records, maybe_utc, utc
from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.verdicts import VerdictQuery

_COLUMNS: Final = (
    "event_id, stage, revision, status, decided_at, account, label, received_at, detail, outputs"
)
_KEYS: Final = (
    "(event_id, stage, revision) IN (SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[]))"
)
_GET: Final = f"SELECT {_COLUMNS} FROM careerops.verdicts WHERE {_KEYS}"  # noqa: S608  # constants only
# In one order in every process, so that two that decide the same events never wait for each other
# in a circle.
_PUT: Final = f"""
INSERT INTO careerops.verdicts ({_COLUMNS})
SELECT {_COLUMNS} FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::text[],
  %b::timestamptz[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[], %b::bytea[],
  %b::uuid[]) AS given ({_COLUMNS}, short)
WHERE NOT EXISTS (SELECT 1 FROM careerops.verdicts_kept WHERE verdicts_kept.id = short)
ORDER BY event_id COLLATE "C", stage COLLATE "C", revision
ON CONFLICT DO NOTHING
RETURNING event_id, stage, revision
"""  # noqa: S608  # constants only
_COUNTS: Final = """
SELECT stage, status, sum(number)::bigint FROM (
  SELECT stage, status, number FROM careerops.verdict_counts
  UNION ALL SELECT stage, status, number FROM careerops.verdicts_kept_counts
) AS counts GROUP BY stage, status HAVING sum(number) <> 0
"""


class PostgresVerdicts:
    """`VerdictStore` on PostgreSQL."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """The verdicts that stand for `keys`; keys without one are absent."""
        if not keys:
            return {}
        found = map(_verdict, await self._sessions.rows(_GET, _columns(keys)))
        standing = {verdict.key: verdict for verdict in found}
        missing = [key for key in keys if key not in standing]
        return standing | await kept.find(self._sessions, missing)

    async def put(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Record each verdict whose key has none yet; returns, durable, for each what stands."""
        stands: dict[VerdictKey, Verdict] = {}
        wanted: dict[VerdictKey, Verdict] = {}
        for verdict in verdicts:
            wanted.setdefault(verdict.key, verdict)
        while wanted:
            rows = [_row(verdict) for verdict in wanted.values()]
            inserted = await self._sessions.rows(_PUT, _columns(rows))
            for row in inserted:
                key = VerdictKey(*row)
                stands[key] = wanted.pop(key)
            if wanted:
                found = await self.get(list(wanted))
                stands |= found
                # What stood in the way and is gone was cleared for a replay just now.
                wanted = {key: verdict for key, verdict in wanted.items() if key not in found}
        return [stands[verdict.key] for verdict in verdicts]

    async def clear_dead(self, keys: Sequence[VerdictKey]) -> int:
        """Forget the `dead` verdicts among `keys`, for a replay; returns how many there were."""
        if not keys:
            return 0
        cleared = await self._sessions.changed(
            f"DELETE FROM careerops.verdicts WHERE {_KEYS} AND status = 'dead'",  # noqa: S608  # constants only
            _columns(keys),
        )
        return cleared + await kept.clear_dead(self._sessions, keys)

    async def find(self, query: VerdictQuery) -> Sequence[Verdict]:
        """Verdicts by query, newest `received_at` first."""
        conditions, values = _conditions(query)
        rows = await self._sessions.rows(
            f"SELECT {_COLUMNS} FROM careerops.verdicts WHERE {conditions}"  # noqa: S608  # constants only
            " ORDER BY received_at DESC NULLS LAST, id DESC LIMIT %s",
            (*values, query.limit),
        )
        return [_verdict(row) for row in rows]

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many verdicts by (stage, status)."""
        rows = await self._sessions.rows(_COUNTS)
        return {(stage, status): number for stage, status, number in rows}

    async def trim_outputs(self, before: datetime) -> int:
        """Forget outputs and details of verdicts decided before `before`; that they stand stays.

        Returns:
            how many verdicts were reduced so.
        """
        return await kept.trim(self._sessions, before)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """One array a column: any number of rows is one statement's values."""
    return [list(column) for column in zip(*rows, strict=True)]


def _row(verdict: Verdict) -> tuple[Any, ...]:
    return (
        *verdict.key,
        verdict.status.value,
        verdict.decided_at,
        verdict.account,
        verdict.label,
        verdict.received_at,
        verdict.detail,
        encode_records(verdict.outputs),
        kept.short_id(*verdict.key),
    )


def _verdict(row: tuple[Any, ...]) -> Verdict:
    event_id, stage, revision, status, decided_at, account, label, received_at, detail, outputs = (
        row
    )
    return Verdict(
        VerdictKey(event_id, stage, revision),
        VerdictStatus(status),
        utc(decided_at),
        account,
        label,
        maybe_utc(received_at),
        detail,
        decode_records(outputs),
    )


def _conditions(query: VerdictQuery) -> tuple[str, list[str]]:
    named = {"stage": query.stage, "label": query.label, "account": query.account}
    conditions = [f"{name} = %s" for name, value in named.items() if value]
    values = [value for value in named.values() if value]
    if query.event_id_prefix:
        # A range and not LIKE: it uses the index, and % means nothing in it.
        conditions += ["event_id >= %s", "event_id < %s"]
        values += [query.event_id_prefix, query.event_id_prefix + "\U0010ffff"]
    return " AND ".join(conditions) or "true", values
