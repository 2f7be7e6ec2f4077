"""Small documents that processes change together, by comparing versions.

No transaction is open while a change is computed: what was read is written only if nobody wrote in
between, else it is computed anew. Within a process changes of one document take turns.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Final

from careerops.adapters.postgres.sessions import Sessions
from careerops.domain.errors import Outage
from careerops.ports.documents import AnswerT, Change

_READ: Final = "SELECT value, version FROM careerops.documents WHERE key = %s"
_ALL: Final = "SELECT key, value FROM careerops.documents WHERE starts_with(key, %s)"
_INSERT: Final = """
INSERT INTO careerops.documents (key, value, version) VALUES (%s, %s, 1)
ON CONFLICT (key) DO NOTHING
"""
_UPDATE: Final = """
UPDATE careerops.documents SET value = %s, version = version + 1 WHERE key = %s AND version = %s
"""
_DELETE: Final = "DELETE FROM careerops.documents WHERE key = %s AND version = %s"
_TRIES: Final = 100
_APART_S: Final = 0.02


class PostgresDocuments:
    """`Documents` on PostgreSQL."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions
        self._turns: dict[str, asyncio.Lock] = {}

    async def change(self, key: str, change: "Change[AnswerT]") -> AnswerT:
        """Apply `change` to the document of `key`, alone; returns what it gives.

        Raises:
            Outage: the server cannot be used now (scope `store`); whether the change was made is
                unknown then.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            for attempt in range(_TRIES):
                rows = await self._sessions.rows(_READ, (key,))
                before, version = rows[0] if rows else (None, 0)
                value, answer = change(before)
                if value == before or await self._write(key, value, version):
                    return answer
                await asyncio.sleep(random.uniform(0, _APART_S * min(attempt + 1, 10)))  # noqa: S311  # guards nothing
        raise Outage("a document is changed by too many at once", scope="store")

    async def read(self, prefix: str) -> Mapping[str, bytes]:
        """The documents whose keys begin with `prefix`, by key. Raises `Outage`."""
        return dict(await self._sessions.rows(_ALL, (prefix,)))

    async def _write(self, key: str, value: bytes | None, version: int) -> bool:
        """Whether nobody wrote since `version`."""
        if value is None:
            return await self._sessions.changed(_DELETE, (key, version)) == 1
        if not version:
            return await self._sessions.changed(_INSERT, (key, value)) == 1
        return await self._sessions.changed(_UPDATE, (value, key, version)) == 1
