"""Worlds in which a log and its stores live through several lives of a process."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from careerops.adapters.memory import FakeClock, MemoryDatabase
from careerops.adapters.postgres import PostgresDatabase
from careerops.adapters.sqlite import SqliteDatabase
from careerops.domain.topics import RAW_INBOX
from careerops.domain.verdicts import Headers, Record, Verdict, VerdictKey, VerdictStatus
from careerops.ops import owner as owners
from careerops.ports.cache import Cache
from careerops.ports.corrections import CorrectionStore
from careerops.ports.cursors import CursorStore
from careerops.ports.custody import CustodyStore
from careerops.ports.eventlog import Delivery, EventLog, Subscription
from careerops.ports.ledger import Ledger
from careerops.ports.reports import Reports
from careerops.ports.verdicts import VerdictStore
from support.kafka_logs import (
    KAFKA_XFAILS,
    MOCK_ENDLESS,
    ConsumerProtocolWorld,
    KafkaWorld,
    MockWorld,
)
from support.postgres import PostgresServer

T = TypeVar("T")

HEADERS: Headers = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"0123456789abcdef" * 4),
    ("ce_source", b"ingest"),
    ("ce_type", b"careerops.mail.received.v1"),
    ("ce_time", b"2026-01-05T09:00:00Z"),
    ("content-type", b"application/json"),
)


class Stores(Protocol):
    """What every adapter offers: the ports of the stores, and an end."""

    verdicts: VerdictStore
    ledger: Ledger
    cursors: CursorStore
    cache: Cache
    corrections: CorrectionStore
    custody: CustodyStore
    reports: Reports

    async def close(self) -> None:
        """Leave cleanly."""


class Database(Stores, Protocol):
    """What an adapter of the log offers besides."""

    log: EventLog


class World(Protocol):
    """One adapter's durable place, and processes that open it one after another.

    A new adapter joins the contract tests by one class like those below, and a line in
    `LOG_WORLDS` or `STORE_WORLDS`. What it cannot keep is a strict xfail with its reason, by
    `XFAILS`.

    Attributes:
        needs: the session's fixtures that the class is constructed with, after a folder.
    """

    needs: ClassVar[tuple[str, ...]]
    clock: FakeClock

    async def open(self) -> Any:
        """Begin a process."""

    async def crash(self, database: Any) -> None:
        """Kill the process that opened `database`."""

    @property
    def owner(self) -> str:
        """The identity of the process that opened last."""

    async def close(self) -> None:
        """Tidy up."""


class MemoryWorld:
    """Lives of one `MemoryDatabase`."""

    needs = ()

    def __init__(self, folder: Path) -> None:
        """`folder` is not needed."""
        del folder
        self.clock = FakeClock()
        self.owner = "life 0"
        self._database: MemoryDatabase | None = None
        self._lives = 0

    async def open(self) -> MemoryDatabase:
        """The next life."""
        self._lives += 1
        self.owner = f"life {self._lives}"
        if self._database is None:
            self._database = MemoryDatabase(self.clock)
        self._database.reopen()
        return self._database

    async def crash(self, database: MemoryDatabase) -> None:
        """The end of a life."""
        database.crash()

    async def close(self) -> None:
        """Nothing is left."""


class SqliteWorld:
    """Lives over one file; each is a real process's identity, so that it can really be gone."""

    needs = ()

    def __init__(self, folder: Path) -> None:
        """Use a file in `folder`."""
        self.clock = FakeClock()
        self.path = folder / "careerops.db"
        self.owner = ""
        self._lives = Lives()

    async def open(self) -> SqliteDatabase:
        """The next life."""
        self.owner = self._lives.begin()
        database = await SqliteDatabase.open(self.path, owner=self.owner, clock=self.clock)
        return self._lives.of(database)

    async def crash(self, database: SqliteDatabase) -> None:
        """The end of a life: nothing is written any more and its process is gone."""
        await abandon(database)
        self._lives.end(database)

    async def close(self) -> None:
        """End all lives."""
        await self._lives.close()


class _ServersClock(FakeClock):
    """Time that goes by here and at the server alike."""

    def __init__(self, passing: Callable[[float], None]) -> None:
        super().__init__()
        self._passing = passing

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, the server first."""
        self._passing(seconds)
        await super().advance(seconds)


class PostgresWorld:
    """Lives over one database of a real server, each with a real process's identity."""

    needs = ("postgres",)

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        """Use a new database of `server`."""
        del folder
        self._server = server
        self._name = server.create_database()
        self.clock = _ServersClock(self._pass)
        self.owner = ""
        self._lives = Lives()

    async def open(self) -> PostgresDatabase:
        """The next life."""
        self.owner = self._lives.begin()
        url = self._server.url(self._name)
        database = await PostgresDatabase.open(url, owner=self.owner, clock=self.clock)
        return self._lives.of(database)

    async def crash(self, database: PostgresDatabase) -> None:
        """The end of a life: closing says nothing to the server, as a killed process does."""
        await database.close()
        self._lives.end(database)

    def _pass(self, seconds: float) -> None:
        """So much of the server's time goes by: what it keeps expires so much sooner."""
        for table, column in (("sources", "expires_at"), ("reports", "until")):
            self._server.execute(
                f"UPDATE careerops.{table}"  # noqa: S608  # our own tables
                f" SET {column} = {column} - make_interval(secs => {seconds})",
                self._name,
            )

    async def close(self) -> None:
        """End all lives and the database."""
        await self._lives.close()
        self._server.drop_database(self._name)


class Lives:
    """Databases that were opened, each with a bystander that lends it an identity."""

    def __init__(self) -> None:
        """None yet."""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._all: list[tuple[Any, subprocess.Popen[bytes]]] = []

    def begin(self) -> str:
        """The identity of the next life."""
        self._processes.append(bystander())
        return identity_of(self._processes[-1].pid)

    def of(self, database: T) -> T:
        """`database` lives as the process that began last."""
        self._all.append((database, self._processes[-1]))
        return database

    def end(self, database: object) -> None:
        """Its process is gone."""
        (process,) = (process for one, process in self._all if one is database)
        process.kill()
        process.wait()

    async def close(self) -> None:
        """End whatever lives."""
        for database, _ in self._all:
            await database.close()
        for process in self._processes:
            process.kill()
            process.wait()


def bystander() -> "subprocess.Popen[bytes]":
    """A process that lends its identity and does nothing."""
    return subprocess.Popen(["sleep", "600"])


def identity_of(pid: int) -> str:
    """The owner that process `pid` would be."""
    return owners._identity_of(pid)


async def abandon(database: SqliteDatabase) -> None:
    """Stop working without a word to the file, as a killed process does."""
    await database.log._background.stop()
    database.log._leases.end_all()
    await database._reader.close()
    await database._writer.close()


LOG_WORLDS: dict[str, type[Any]] = {
    "kafka": KafkaWorld,
    "kafka-consumer-protocol": ConsumerProtocolWorld,
    "kafka-mock": MockWorld,
    "memory": MemoryWorld,
    "sqlite": SqliteWorld,
}
"""Every adapter that the log's contract suite runs on."""

STORE_WORLDS: dict[str, type[Any]] = {
    "memory": MemoryWorld,
    "postgres": PostgresWorld,
    "sqlite": SqliteWorld,
}
"""Every adapter that the stores' contract suites run on."""

XFAILS: dict[tuple[str, str], str] = {
    (world, test): reason
    for world, reasons in {
        "kafka": KAFKA_XFAILS,
        "kafka-consumer-protocol": KAFKA_XFAILS,
        "kafka-mock": KAFKA_XFAILS | MOCK_ENDLESS,
    }.items()
    for test, reason in reasons.items()
}
"""(adapter, test) -> why that adapter cannot keep that part of the contract."""


def record(number: int, topic: str = RAW_INBOX, key: str = "k") -> Record:
    """A record that says its number."""
    return Record(topic, key, b'{"number": %d}' % number, HEADERS)


def numbers(found: Any) -> list[int]:
    """The numbers that deliveries or records say."""
    records = [item.record if isinstance(item, Delivery) else item for item in found]
    return [int(item.value.split(b": ")[1].rstrip(b"}")) for item in records]


def verdict(
    event: str,
    *outputs: Record,
    stage: str = "classify",
    status: VerdictStatus = VerdictStatus.DONE,
    **fields: Any,
) -> Verdict:
    """A verdict about `event`."""
    decided_at = fields.pop("decided_at", datetime(2026, 1, 5, 9, tzinfo=UTC))
    return Verdict(VerdictKey(event, stage), status, decided_at, outputs=outputs, **fields)


async def take(subscription: Subscription, number: int) -> list[Delivery]:
    """The next `number` deliveries."""
    found: list[Delivery] = []
    while len(found) < number:
        found += await subscription.receive(number - len(found))
    return found
