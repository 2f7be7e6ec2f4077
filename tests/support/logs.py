"""Worlds in which a log and its stores live through several lives of a process."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from careerops.adapters.memory import FakeClock, MemoryDatabase
from careerops.adapters.sqlite import SqliteDatabase
from careerops.domain.topics import RAW_INBOX
from careerops.domain.verdicts import Headers, Record, Verdict, VerdictKey, VerdictStatus
from careerops.ops import owner as owners
from careerops.ports.cache import Cache
from careerops.ports.corrections import CorrectionStore
from careerops.ports.cursors import CursorStore
from careerops.ports.eventlog import Delivery, EventLog, Subscription
from careerops.ports.ledger import Ledger
from careerops.ports.verdicts import VerdictStore

HEADERS: Headers = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"0123456789abcdef" * 4),
    ("ce_source", b"ingest"),
    ("ce_type", b"careerops.mail.received.v1"),
    ("ce_time", b"2026-01-05T09:00:00Z"),
    ("content-type", b"application/json"),
)


class Database(Protocol):
    """What both adapters offer: the ports, and an end."""

    log: EventLog
    verdicts: VerdictStore
    ledger: Ledger
    cursors: CursorStore
    cache: Cache
    corrections: CorrectionStore

    async def close(self) -> None:
        """Leave cleanly."""


class World(Protocol):
    """One adapter's durable place, and processes that open it one after another.

    A new adapter of the log joins the contract tests by one class like those below, and a line in
    `WORLDS`. What it cannot keep is a strict xfail with its reason, by `XFAILS`.
    """

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

    def __init__(self, folder: Path) -> None:
        """Use a file in `folder`."""
        self.clock = FakeClock()
        self.path = folder / "careerops.db"
        self.owner = ""
        self._lives: dict[int, subprocess.Popen[bytes]] = {}
        self._open: list[SqliteDatabase] = []

    async def open(self) -> SqliteDatabase:
        """The next life."""
        process = bystander()
        self.owner = identity_of(process.pid)
        database = await SqliteDatabase.open(self.path, owner=self.owner, clock=self.clock)
        self._lives[id(database)] = process
        self._open.append(database)
        return database

    async def crash(self, database: SqliteDatabase) -> None:
        """The end of a life: nothing is written any more and its process is gone."""
        await abandon(database)
        self._end(self._lives.pop(id(database)))

    async def close(self) -> None:
        """End all lives."""
        for database in self._open:
            await database.close()
        for process in self._lives.values():
            self._end(process)

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]") -> None:
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


WORLDS: dict[str, type[Any]] = {"memory": MemoryWorld, "sqlite": SqliteWorld}
"""Every adapter that the contract suites run on."""

XFAILS: dict[tuple[str, str], str] = {}
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
