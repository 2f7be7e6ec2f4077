"""One PostgreSQL database: all stores."""

from careerops.adapters.postgres.address import parse
from careerops.adapters.postgres.cache import PostgresCache
from careerops.adapters.postgres.corrections import PostgresCorrections
from careerops.adapters.postgres.cursors import PostgresCursors
from careerops.adapters.postgres.custody import PostgresCustody
from careerops.adapters.postgres.documents import PostgresDocuments
from careerops.adapters.postgres.ledger import PostgresLedger
from careerops.adapters.postgres.reports import PostgresReports
from careerops.adapters.postgres.sessions import Sessions, open_sessions
from careerops.adapters.postgres.verdicts import PostgresVerdicts
from careerops.domain.errors import ConfigurationError
from careerops.ops.clock import SystemClock
from careerops.ops.owner import describe, process_owner
from careerops.ports.clock import Clock


class PostgresDatabase:
    """The stores of one database; a log is kept elsewhere.

    Any number of processes, on any number of hosts, may open the same database.

    Attributes:
        verdicts, ledger, cursors, cache, corrections, custody, documents, reports: the
            ports it implements.
    """

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        """Use `open`."""
        self._sessions = sessions
        self.verdicts = PostgresVerdicts(sessions)
        self.ledger = PostgresLedger(sessions)
        self.cursors = PostgresCursors(sessions, clock)
        self.cache = PostgresCache(sessions)
        self.corrections = PostgresCorrections(sessions)
        self.custody = PostgresCustody(sessions)
        self.documents = PostgresDocuments(sessions)
        self.reports = PostgresReports(sessions)

    @classmethod
    async def open(
        cls, url: str, *, owner: str = "", clock: Clock | None = None
    ) -> "PostgresDatabase":
        """Connect to `url` and bring the tables of our schema up to date.

        Args:
            url: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with libpq's parameters.
            owner: whose sessions these are, for the server's administrator; this process unless
                given.
            clock: what time passes by here, the machine's unless given; leases run by the server's.

        Raises:
            ConfigurationError: it cannot be used; one line with key and remedy, never the password.
            Outage: the server cannot be reached now (scope `store`).
        """
        try:
            address = parse(url, describe(owner or process_owner()))
            sessions = await open_sessions(address)
        except ImportError:
            raise ConfigurationError(
                'store: PostgreSQL needs its driver: pip install "careerops[postgres]"'
            ) from None
        return cls(sessions, clock or SystemClock())

    async def close(self) -> None:
        """Disconnect; what is under way ends by itself. Idempotent."""
        await self._sessions.close()
