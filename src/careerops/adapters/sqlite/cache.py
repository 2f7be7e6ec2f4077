"""Answers worth keeping, bounded in number and size."""

import sqlite3
from datetime import datetime
from typing import Final

from careerops.adapters.sqlite.codec import to_us
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread

MAX_VALUE_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 2048


class SqliteCache:
    """`Cache` on SQLite: at most 2048 values of at most 256 KiB; what expires first goes first."""

    def __init__(self, writer: WriterThread, reader: DatabaseThread) -> None:
        """Share the database's threads."""
        self._writer = writer
        self._reader = reader

    async def get(self, key: str, now: datetime) -> bytes | None:
        """The value, unless absent or expired."""
        now_us = to_us(now)

        def op(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(
                "SELECT value FROM cache WHERE key = ? AND expires_us > ?", (key, now_us)
            ).fetchone()
            return None if row is None else row[0]

        return await self._reader.run(op)

    async def put(self, key: str, value: bytes, expires_at: datetime) -> None:
        """Keep `value` until `expires_at` (UTC); the last writer wins. Forgets one too large."""
        expires_us = to_us(expires_at)

        def op(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM cache WHERE key = ?", (key,))
            if len(value) > MAX_VALUE_BYTES:
                return
            connection.execute("INSERT INTO cache VALUES (?, ?, ?)", (key, value, expires_us))
            (number,) = connection.execute("SELECT count(*) FROM cache").fetchone()
            connection.execute(
                "DELETE FROM cache WHERE key IN"
                " (SELECT key FROM cache ORDER BY expires_us LIMIT ?)",
                (max(0, number - MAX_ENTRIES),),
            )

        await self._writer.run(op)
