"""What people said the right label was."""

from collections.abc import Sequence

from careerops.adapters.postgres.codec import utc
from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.taxonomy import EventType
from careerops.ports.corrections import Correction


class PostgresCorrections:
    """`CorrectionStore` on PostgreSQL."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    async def add(self, correction: Correction) -> None:
        """Record durably. Adding the same (event, revision) again changes nothing."""
        await self._sessions.changed(
            "INSERT INTO careerops.corrections (event_id, revision, account, was, label, at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                correction.event_id,
                correction.revision,
                correction.account,
                correction.was.value,
                correction.label.value,
                correction.at,
            ),
        )

    async def all(self, account: str = "") -> Sequence[Correction]:
        """Every correction (of `account`, if given), oldest first."""
        rows = await self._sessions.rows(
            "SELECT event_id, account, was, label, revision, at FROM careerops.corrections"
            " WHERE %s::text IN ('', account) ORDER BY at, id",
            (account,),
        )
        return [
            Correction(event_id, owner, EventType(was), EventType(label), revision, utc(at))
            for event_id, owner, was, label, revision, at in rows
        ]
