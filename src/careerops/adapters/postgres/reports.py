"""What processes say of themselves: a table that is not logged, written without the disk."""

from collections.abc import Sequence
from typing import Final

from careerops.adapters.postgres.sessions import Sessions
from careerops.ops.owner import is_gone_from_here
from careerops.ports.reports import MAX_REPORT_BYTES, MAX_REPORTS, Report

_CARELESS: Final = "SELECT set_config('synchronous_commit', 'off', true)"
_FORGET: Final = (
    "DELETE FROM careerops.reports WHERE until <= now() OR (kind = %s AND owner = %s AND %s)"
)
_LEAVE: Final = """
INSERT INTO careerops.reports (kind, owner, value, until)
VALUES (%s, %s, %s, now() + make_interval(secs => %s))
ON CONFLICT (kind, owner) DO UPDATE SET value = excluded.value, until = excluded.until
"""
_READ: Final = (
    "SELECT owner, value FROM careerops.reports WHERE kind = %s AND until > now()"
    " ORDER BY until DESC LIMIT %s"
)


class PostgresReports:
    """`Reports` on PostgreSQL; they expire by the server's clock."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    @property
    def lives_s(self) -> float:
        """How long a report is to be left for."""
        return 30.0

    async def leave(self, kind: str, owner: str, value: bytes, lives_s: float) -> None:
        """Replace what `owner` said of `kind`; 0 seconds or too many bytes take it back."""
        gone = lives_s <= 0 or len(value) > MAX_REPORT_BYTES
        steps: list[tuple[str, Sequence[object]]] = [
            (_CARELESS, ()),
            (_FORGET, (kind, owner, gone)),
        ]
        if not gone:
            steps.append((_LEAVE, (kind, owner, value, lives_s)))
        await self._sessions.together(steps)

    async def read(self, kind: str) -> Sequence[Report]:
        """Those that have not expired and whose process, where it is one of this host, lives."""
        rows = await self._sessions.rows(_READ, (kind, MAX_REPORTS))
        return [Report(owner, value) for owner, value in rows if not is_gone_from_here(owner)]
