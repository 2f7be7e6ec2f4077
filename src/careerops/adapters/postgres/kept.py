"""What stands of a verdict for good: that it was decided, how, and on which day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.identity import short_digest
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus

# Numbers that stand in tables: never given to another status.
CODES: Final = {
    VerdictStatus.DONE: 1,
    VerdictStatus.OTHER: 2,
    VerdictStatus.KEPT: 3,
    VerdictStatus.DROPPED: 4,
    VerdictStatus.DEAD: 5,
    VerdictStatus.UNKNOWN: 6,
}
_STATUSES: Final = {code: status for status, code in CODES.items()}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CODES_A_DAY: Final = 8
_CHUNK: Final = 2000
_FIND: Final = "SELECT id, what FROM careerops.verdicts_kept WHERE id = ANY (%b::uuid[])"
_PIECE: Final = """
SELECT id, event_id, stage, revision, status, decided_at FROM careerops.verdicts
WHERE id > %s ORDER BY id LIMIT %s
"""
# One statement: a verdict stands in one of the tables at every moment.
_REDUCE: Final = """
WITH gone AS (
  DELETE FROM careerops.verdicts USING unnest(%b::bigint[], %b::uuid[], %b::integer[])
    AS given (number, short, what)
  WHERE verdicts.id = number RETURNING short, given.what, stage, status
), kept AS (
  INSERT INTO careerops.verdicts_kept SELECT short, what FROM gone ORDER BY short
  ON CONFLICT DO NOTHING
), counted AS (
  INSERT INTO careerops.verdicts_kept_counts AS counts
  SELECT stage, status, count(*) FROM gone GROUP BY stage, status ORDER BY stage, status
  ON CONFLICT (stage, status) DO UPDATE SET number = counts.number + excluded.number
)
SELECT count(*) FROM gone
"""
_CLEAR: Final = """
WITH gone AS (
  DELETE FROM careerops.verdicts_kept USING unnest(%b::uuid[], %b::text[]) AS given (short, stage)
  WHERE id = short AND what %% 8 = 5 RETURNING given.stage
), counted AS (
  INSERT INTO careerops.verdicts_kept_counts AS counts
  SELECT stage, 'dead', -count(*) FROM gone GROUP BY stage ORDER BY stage
  ON CONFLICT (stage, status) DO UPDATE SET number = counts.number + excluded.number
)
SELECT count(*) FROM gone
"""


def short_id(event_id: str, stage: str, revision: int) -> UUID:
    """What the verdict of such a key is known again by."""
    return UUID(bytes=short_digest(event_id, stage, str(revision)))


async def find(sessions: Sessions, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
    """The verdicts that stand for `keys` and are past their retention time."""
    wanted = {short_id(*key): key for key in keys}
    rows = await sessions.rows(_FIND, (list(wanted),)) if wanted else []
    return {wanted[short]: _verdict(wanted[short], what) for short, what in rows}


async def trim(sessions: Sessions, before: datetime) -> int:
    """Reduce what was decided before `before`; returns how many.

    Verdicts lie in the order decided, but for clocks that differ: where a whole piece is young
    there is nothing older behind it.
    """
    trimmed: int = 0
    last: int = 0
    while True:
        # In pieces, so that no statement takes long and no decision waits behind it.
        rows = await sessions.rows(_PIECE, (last, _CHUNK))
        old = [row for row in rows if row[5] < before]
        if not old:
            return trimmed
        ids = [row[0] for row in old]
        shorts = [short_id(*row[1:4]) for row in old]
        whats = [_what(*row[4:]) for row in old]
        ((number,),) = await sessions.rows(_REDUCE, (ids, shorts, whats))
        trimmed, last = trimmed + number, rows[-1][0]


async def clear_dead(sessions: Sessions, keys: Sequence[VerdictKey]) -> int:
    """Forget the `dead` ones among `keys`; returns how many there were."""
    shorts, stages = [short_id(*key) for key in keys], [key.stage for key in keys]
    ((number,),) = await sessions.rows(_CLEAR, (shorts, stages))
    cleared: int = number
    return cleared


def _what(status: str, decided_at: datetime) -> int:
    return (decided_at - _EPOCH).days * _CODES_A_DAY + CODES[VerdictStatus(status)]


def _verdict(key: VerdictKey, what: int) -> Verdict:
    day, code = divmod(what, _CODES_A_DAY)
    return Verdict(key, _STATUSES[code], _EPOCH + timedelta(days=day))
