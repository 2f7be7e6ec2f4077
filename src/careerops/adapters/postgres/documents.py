"""Small documents that processes change together, each under a lock of its own.

The lock is a name's and not a row's: there may be no row yet. Whoever waits for it gets it in turn,
so that a busy process keeps no other from its changes. It is held while a change is computed; who
is frozen meanwhile loses it after seconds.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from careerops.adapters.postgres.schema import LOCK_CLASS
from careerops.adapters.postgres.sessions import Row, Sessions, Step
from careerops.ports.documents import AnswerT, Change

_IMPATIENT: Final = "SELECT set_config('idle_in_transaction_session_timeout', '5s', true)"
_IN_TURN: Final = "SELECT pg_advisory_xact_lock(%s, hashtext('document ' || %s))"
_READ: Final = "SELECT value FROM careerops.documents WHERE key = %s"
_ALL: Final = "SELECT key, value FROM careerops.documents WHERE starts_with(key, %s)"
_WRITE: Final = """
INSERT INTO careerops.documents (key, value, version) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = documents.version + 1
"""
_DELETE: Final = "DELETE FROM careerops.documents WHERE key = %s"


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

        def decide(rows: list[Row]) -> tuple[Sequence[Step], AnswerT]:
            before = rows[0][0] if rows else None
            value, answer = change(before)
            if value == before:
                return (), answer
            write = (_DELETE, (key,)) if value is None else (_WRITE, (key, value))
            return [write], answer

        steps = [(_IMPATIENT, ()), (_IN_TURN, (LOCK_CLASS, key)), (_READ, (key,))]
        # One connection waits for all of this process, not all of its connections.
        async with self._turns.setdefault(key, asyncio.Lock()):
            return await self._sessions.decided(steps, decide)

    async def read(self, prefix: str) -> Mapping[str, bytes]:
        """The documents whose keys begin with `prefix`, by key. Raises `Outage`."""
        return dict(await self._sessions.rows(_ALL, (prefix,)))
