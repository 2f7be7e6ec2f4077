"""Small documents that processes change together: each change is in the writer's transaction."""

import sqlite3
from collections.abc import Mapping

from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.ports.documents import AnswerT, Change

_LAST = "\U0010ffff"


class SqliteDocuments:
    """`Documents` on SQLite."""

    def __init__(self, writer: WriterThread, reader: DatabaseThread) -> None:
        """Share the database's threads."""
        self._writer = writer
        self._reader = reader

    async def change(self, key: str, change: "Change[AnswerT]") -> AnswerT:
        """Apply `change` to the document of `key` in one transaction; returns what it gives.

        Raises:
            Outage: the file cannot be written (scope `log`); nothing is changed.
        """

        def op(connection: sqlite3.Connection) -> AnswerT:
            row = connection.execute("SELECT value FROM documents WHERE key = ?", (key,)).fetchone()
            before = None if row is None else row[0]
            value, answer = change(before)
            if value is None:
                connection.execute("DELETE FROM documents WHERE key = ?", (key,))
            elif value != before:
                connection.execute(
                    "INSERT INTO documents VALUES (?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, value),
                )
            return answer

        return await self._writer.run(op)

    async def read(self, prefix: str) -> Mapping[str, bytes]:
        """The documents whose keys begin with `prefix`, by key. Raises `Outage`."""

        def op(connection: sqlite3.Connection) -> dict[str, bytes]:
            return dict(
                connection.execute(
                    "SELECT key, value FROM documents WHERE key >= ? AND key < ?",
                    (prefix, prefix + _LAST),
                ).fetchall()
            )

        return await self._reader.run(op)
