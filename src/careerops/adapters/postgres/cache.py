"""Answers worth keeping, bounded in number and size."""

from datetime import datetime
from typing import Final

from careerops.adapters.postgres.sessions import Sessions

MAX_VALUE_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 2048

_PUT: Final = """
INSERT INTO careerops.cache (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_BOUND: Final = """
DELETE FROM careerops.cache
WHERE key IN (SELECT key FROM careerops.cache ORDER BY expires_at DESC OFFSET %s)
"""


class PostgresCache:
    """`Cache` on PostgreSQL: at most 2048 values of at most 256 KiB, whatever expires first goes.

    It may forget, so nobody waits for the disk.
    """

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions

    async def get(self, key: str, now: datetime) -> bytes | None:
        """The value, unless absent or expired."""
        rows = await self._sessions.rows(
            "SELECT value FROM careerops.cache WHERE key = %s AND expires_at > %s", (key, now)
        )
        return rows[0][0] if rows else None

    async def put(self, key: str, value: bytes, expires_at: datetime) -> None:
        """Keep `value` until `expires_at` (UTC); the last writer wins. Forgets one too large."""
        if len(value) > MAX_VALUE_BYTES:
            await self._sessions.changed("DELETE FROM careerops.cache WHERE key = %s", (key,))
            return
        await self._sessions.together(
            [
                ("SELECT set_config('synchronous_commit', 'off', true)", ()),
                (_PUT, (key, value, expires_at)),
                (_BOUND, (MAX_ENTRIES,)),
            ]
        )
