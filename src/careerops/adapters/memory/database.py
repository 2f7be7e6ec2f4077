"""All ports of the log and the stores, in memory."""

from collections.abc import Sequence

from careerops.adapters.memory.cache import MemoryCache
from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.corrections import MemoryCorrections
from careerops.adapters.memory.cursors import MemoryCursors
from careerops.adapters.memory.custody import MemoryCustody
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.adapters.memory.eventlog import MemoryLog
from careerops.adapters.memory.ledger import MemoryLedger
from careerops.adapters.memory.reports import MemoryReports
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.topics import ALL_TOPICS
from careerops.ports.clock import Clock


class MemoryDatabase:
    """Log and stores that last as long as this object. Construct it on the event loop.

    Attributes:
        clock: the time of records and leases.
        log, verdicts, ledger, cursors, cache, corrections, custody, documents, reports: the ports
            it implements.
    """

    def __init__(self, clock: Clock | None = None, *, topics: Sequence[str] = ALL_TOPICS) -> None:
        """Start empty; without a `clock` time stands still until a `FakeClock` is advanced."""
        self.clock = clock or FakeClock()
        self.verdicts = MemoryVerdicts()
        self.log = MemoryLog(self.verdicts, self.clock, topics)
        self.ledger = MemoryLedger(self.clock)
        self.cursors = MemoryCursors(self.clock)
        self.cache = MemoryCache()
        self.corrections = MemoryCorrections()
        self.custody = MemoryCustody()
        self.documents = MemoryDocuments()
        self.reports = MemoryReports(self.clock)

    def crash(self) -> None:
        """As if the process had died at this moment and another one opened the same database.

        What it had in custody stays as it was: nobody gave it back.
        """
        self.log.crash()
        self.ledger.crash()
        self.cursors.crash()

    async def close(self) -> None:
        """Leave all groups cleanly. Idempotent."""
        await self.log.close()

    def reopen(self) -> None:
        """Open what was closed again, with all it holds."""
        self.log.reopen()
