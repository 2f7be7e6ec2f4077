"""What people said the right label was."""

import sqlite3
from collections.abc import Sequence

from careerops.adapters.sqlite.codec import from_us, to_us
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.taxonomy import EventType
from careerops.ports.corrections import Correction


class SqliteCorrections:
    """`CorrectionStore` on SQLite."""

    def __init__(self, writer: WriterThread, reader: DatabaseThread) -> None:
        """Share the database's threads."""
        self._writer = writer
        self._reader = reader

    async def add(self, correction: Correction) -> None:
        """Record durably. Adding the same (event, revision) again changes nothing."""
        row = (
            correction.event_id,
            correction.revision,
            correction.account,
            correction.was.value,
            correction.label.value,
            to_us(correction.at),
        )

        def op(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR IGNORE INTO corrections"
                " (event_id, revision, account, was, label, at_us) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

        await self._writer.run(op)

    async def all(self, account: str = "") -> Sequence[Correction]:
        """Every correction (of `account`, if given), oldest first."""

        def op(connection: sqlite3.Connection) -> list[Correction]:
            rows = connection.execute(
                "SELECT event_id, account, was, label, revision, at_us FROM corrections"
                " WHERE ?1 IN ('', account) ORDER BY at_us, id",
                (account,),
            )
            return [
                Correction(event_id, owner, EventType(was), EventType(label), revision, from_us(at))
                for event_id, owner, was, label, revision, at in rows
            ]

        return await self._reader.run(op)
