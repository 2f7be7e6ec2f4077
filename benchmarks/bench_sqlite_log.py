"""How fast the SQLite log publishes and settles, against raw sqlite3 doing the same rows.

    python benchmarks/bench_sqlite_log.py [--rounds 7] [--seconds 0.4] [--folder DIR]

Raw is one thread calling `executemany` with rows made beforehand: same columns, batch, WAL and
synchronous=FULL, all else as SQLite has it. Rounds of raw and ours alternate, so that a noisy
machine hits both; figures are medians of the rounds' rates.
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from careerops.adapters.sqlite import SqliteDatabase, records, verdicts
from careerops.adapters.sqlite.schema import migrate
from careerops.domain.topics import CLASSIFIED, RAW_INBOX
from careerops.domain.verdicts import Record, Verdict, VerdictKey, VerdictStatus
from careerops.ports.eventlog import Delivery, LogRecord, Settlement

HEADERS = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"0123456789abcdef" * 4),
    ("ce_source", b"ingest"),
    ("ce_type", b"careerops.mail.received.v1"),
    ("ce_time", b"2026-01-05T09:00:00.000000Z"),
    ("ce_revision", b"0"),
    ("content-type", b"application/json"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)
VALUE = b"{" + b"x" * 2046 + b"}"
KEY = "0123456789abcdef" * 2
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW_US = 1_767_603_600_000_000
PUBLISHERS = 64

Rate = Callable[[float], Awaitable[float]]
"""Works for so many seconds, returns rows a second."""

_events = count()


class Raw:
    """sqlite3 and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        migrate(self._connection, [RAW_INBOX, CLASSIFIED])
        self._connection.execute(
            "INSERT INTO groups (id, topic, name, position, epoch, owner, expires_us)"
            " VALUES (1, ?, 'bench', 1, 1, 'bench', 0)",
            (RAW_INBOX,),
        )
        self._numbers = count(1)
        self._insert = "INSERT INTO topic_{} (key, time_us, headers, value) VALUES (?, ?, ?, ?)"

    def publisher(self, batch: int) -> Rate:
        """Insert `batch` rows a commit."""
        rows = [records.row_of(Record(RAW_INBOX, KEY, VALUE, HEADERS), NOW_US)] * batch
        statement = self._insert.format(RAW_INBOX)

        def once() -> int:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
            return batch

        return _timed(once)

    def settler(self, batch: int) -> Rate:
        """A verdict, an output and the position for `batch` inputs a commit."""
        output = Record(CLASSIFIED, KEY, VALUE, HEADERS)
        rows = [records.row_of(output, NOW_US)] * batch
        judge, keep = verdicts.INSERT, verdicts.INSERT_OUTPUTS  # only what is around them differs
        append = self._insert.format(CLASSIFIED)
        decided, outputs = verdicts.row_of(_verdict("", output))

        def once() -> int:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(judge, [(_event(), *decided[1:]) for _ in range(batch)])
            kept = [(next(self._numbers), NOW_US, outputs) for _ in range(batch)]
            self._connection.executemany(keep, kept)
            self._connection.executemany(append, rows)
            self._connection.execute(
                "UPDATE groups SET position = position + ? WHERE id = 1", (batch,)
            )
            self._connection.execute("COMMIT")
            return batch

        return _timed(once)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


class Ours:
    """The log as the engine uses it."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._log = database.log
        self._offset = 1
        self._epoch = 0

    async def join(self) -> None:
        """Become the member whose inputs are settled."""
        subscription = await self._log.subscribe(RAW_INBOX, "bench")
        self._epoch = subscription.member.epoch

    def publisher(self, batch: int) -> Rate:
        """Publish `batch` records a call, one call after another."""
        batch_of = [Record(RAW_INBOX, KEY, VALUE, HEADERS)] * batch

        async def rate(seconds: float) -> float:
            done, began = 0, time.perf_counter()
            while (elapsed := time.perf_counter() - began) < seconds:
                await self._log.publish(batch_of)
                done += batch
            return done / elapsed

        return rate

    def publishers(self) -> Rate:
        """64 tasks, each publishing one record after another."""
        one = self.publisher(1)

        async def rate(seconds: float) -> float:
            return sum(await asyncio.gather(*(one(seconds) for _ in range(PUBLISHERS))))

        return rate

    def settler(self, batch: int) -> Rate:
        """Settle `batch` inputs a call, each with a verdict and an output."""
        output = Record(CLASSIFIED, KEY, VALUE, HEADERS)

        async def rate(seconds: float) -> float:
            done, spent = 0, 0.0
            while spent < seconds:
                settlements = self._settlements(batch, output)
                began = time.perf_counter()
                await self._log.settle(settlements)
                spent += time.perf_counter() - began
                done += batch
            return done / spent

        return rate

    def _settlements(self, batch: int, output: Record) -> list[Settlement]:
        first, self._offset = self._offset, self._offset + batch
        return [
            Settlement(
                Delivery(
                    LogRecord(RAW_INBOX, 0, offset, KEY, NOW, HEADERS, VALUE), "bench", self._epoch
                ),
                (output,),
                _verdict(_event(), output),
            )
            for offset in range(first, first + batch)
        ]


def _event() -> str:
    # Ids are hashes, so they come in no order: multiplying by an odd number scatters the count.
    return f"{next(_events) * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4


def _verdict(event: str, output: Record) -> Verdict:
    return Verdict(
        VerdictKey(event, "classify"),
        VerdictStatus.DONE,
        NOW,
        account="me",
        label="INTERVIEW",
        received_at=NOW,
        detail=VALUE,
        outputs=(output,),
    )


def _timed(once: Callable[[], int]) -> Rate:
    async def rate(seconds: float) -> float:
        done, began = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - began) < seconds:
            done += once()
        return done / elapsed

    return rate


async def compare(raw: Rate, ours: Rate, rounds: int, seconds: float) -> tuple[float, float]:
    """The medians of `rounds` alternating rounds."""
    await raw(seconds / 4)
    await ours(seconds / 4)
    rates = [(await raw(seconds), await ours(seconds)) for _ in range(rounds)]
    return statistics.median(r for r, _ in rates), statistics.median(o for _, o in rates)


async def bench(folder: Path, rounds: int, seconds: float) -> None:
    """Print one line a measurement."""
    raw = Raw(folder / "raw.db")
    database = await SqliteDatabase.open(folder / "ours.db")
    ours = Ours(database)
    await ours.join()
    print(f"{'':24}{'raw rows/s':>12}{'ours rows/s':>12}{'ratio':>8}{'target':>8}")
    measured: Sequence[tuple[str, Rate, Rate, float]] = [
        *((f"publish, batch {n}", raw.publisher(n), ours.publisher(n), t) for n, t in TARGETS),
        (f"{PUBLISHERS} publishers, batch 1", raw.publisher(1), ours.publishers(), 4.0),
        *((f"settle, batch {n}", raw.settler(n), ours.settler(n), t) for n, t in TARGETS),
    ]
    for name, theirs, mine, target in measured:
        base, rate = await compare(theirs, mine, rounds, seconds)
        print(f"{name:24}{base:12,.0f}{rate:12,.0f}{rate / base:8.2f}{target:8.1f}")
    await database.close()
    raw.close()


TARGETS = ((1, 0.6), (20, 0.8), (200, 0.8))


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--folder", type=Path, help="where the files are made; must be a real disk")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        asyncio.run(bench(Path(folder), arguments.rounds, arguments.seconds))


if __name__ == "__main__":
    main()
