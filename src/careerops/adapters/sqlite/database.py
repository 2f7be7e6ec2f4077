"""One SQLite file: the log and all stores."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from careerops.adapters.sqlite.cache import SqliteCache
from careerops.adapters.sqlite.connection import create
from careerops.adapters.sqlite.corrections import SqliteCorrections
from careerops.adapters.sqlite.cursors import SqliteCursors
from careerops.adapters.sqlite.custody import SqliteCustody
from careerops.adapters.sqlite.documents import SqliteDocuments
from careerops.adapters.sqlite.eventlog import SqliteLog
from careerops.adapters.sqlite.ledger import SqliteLedger
from careerops.adapters.sqlite.life import Life
from careerops.adapters.sqlite.reports import SqliteReports
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.adapters.sqlite.verdicts import SqliteVerdicts
from careerops.domain.topics import ALL_TOPICS
from careerops.ops.clock import SystemClock
from careerops.ops.owner import process_owner
from careerops.ports.clock import Clock


class SqliteDatabase:
    """Log and stores of one file, with the two threads that own its connections.

    Any number of processes may open the same file; each group and source has one member.

    Attributes:
        log, verdicts, ledger, cursors, cache, corrections, custody, documents, reports: the ports
            it implements.
    """

    def __init__(
        self,
        writer: WriterThread,
        reader: DatabaseThread,
        *,
        topics: Sequence[str],
        life: Life,
        clock: Clock,
    ) -> None:
        """Use `open`."""
        self._life = life
        self._writer = writer
        self._reader = reader
        self.log = SqliteLog(writer, reader, topics=topics, life=life, now=clock.now)
        self.verdicts = SqliteVerdicts(writer, reader)
        self.ledger = SqliteLedger(writer, reader, clock.now, life)
        self.cursors = SqliteCursors(writer, reader, clock, life)
        self.cache = SqliteCache(writer, reader)
        self.corrections = SqliteCorrections(writer, reader)
        self.custody = SqliteCustody(writer)
        self.documents = SqliteDocuments(writer, reader)
        self.reports = SqliteReports(life.path, reader, clock.now, life.is_gone)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        topics: Sequence[str] = ALL_TOPICS,
        owner: str = "",
        clock: Clock | None = None,
    ) -> "SqliteDatabase":
        """Open `path`, created with mode 0600 if missing, and bring its tables up to date.

        Args:
            path: the file; its folder must exist.
            topics: the topics that exist.
            owner: who holds our leases; this process unless given.
            clock: the time of records and leases; the machine's unless given.

        Raises:
            ConfigurationError: it cannot be used; one line with path and remedy.
        """
        life = Life(path, owner or process_owner())
        life.take()
        writer = WriterThread(path, "sqlite-writer", lambda: create(path, topics))
        reader = DatabaseThread(path, "sqlite-reader")
        try:
            await writer.start()
            await reader.start()
        except BaseException:
            await asyncio.gather(writer.close(), reader.close())
            life.release()
            raise
        life.take()
        return cls(writer, reader, topics=topics, life=life, clock=clock or SystemClock())

    async def close(self) -> None:
        """Leave all groups, finish what was begun, end the threads. Idempotent."""
        try:
            await self.log.close()
        finally:
            await self._reader.close()
            await self._writer.close()
            self.reports.take_back()
            self._life.release()
