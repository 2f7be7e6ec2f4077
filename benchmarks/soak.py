"""Many small records through the engine at a steady pace: memory, files and speed have to stay.

    SOAK_RECORDS=1000000 SOAK_RATE=1500 python benchmarks/soak.py [--log sqlite|kafka|both]

Publisher and worker share a process, as in `careerops run`. Everything is on: a verdict and an
output for each record, and retention, which forgets what is older than 10 s every 5 s (records and
the outputs of verdicts on SQLite; on Kafka the brokers forget records, and we the outputs). Memory
is the proportional set size of the process; files are what the log and the store occupy on disk.

It exits 1 where one of these is missed:

- memory after the first fifth grows by at most 1 MB per 100,000 records (least squares), or by
  8 MB in all, because a short run cannot tell growth from noise;
- the files never exceed what retention leaves, 20 s of records at most, and the ids, which stay;
- the last fifth of the records is settled at 0.9 of the speed of the fastest fifth before it (at
  most the pace: who catches up is faster), or more; a broker's first seconds are slow. Below
  100,000 records half of that is enough, for a busy neighbour may have had a whole fifth;
- every record has its verdict.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.options import Options
from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.email import RAW_EMAIL_TYPE
from careerops.domain.envelope import Envelope
from careerops.domain.topics import CLASSIFIED, GROUP_CLASSIFY, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.clock import SystemClock
from careerops.ops.collector import calm_collector
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import EventLog
from careerops.ports.verdicts import VerdictStore
from careerops.stream.message import Decision, Message
from careerops.stream.worker import Worker, WorkerSettings

ROOT: Final = Path(__file__).resolve().parent.parent
MB: Final = 1_000_000
KEYS: Final = 1_000
BATCH: Final = 50
MOST_AHEAD: Final = 3_000
"""Records published and not settled, at most: then the pace is the worker's."""
VALUE: Final = b'{"small":"' + b"x" * 180 + b'"}'
RETENTION: Final = timedelta(seconds=10)
TRIM_EVERY_S: Final = 5.0
SAMPLE_EVERY_S: Final = 1.0

SLOPE_MB: Final = 1.0
NOISE_MB: Final = 8.0
STEADY: Final = 0.9
STEADY_SHORT: Final = 0.5
SHORT: Final = 100_000
RETAINED_S: Final = 20.0
RECORD_BYTES: Final = 2_500
"""Of a record, its output and the output in its verdict, with all headers and indexes."""
ID_BYTES: Final = 300
"""What stays of a verdict: the event's id twice, of 64 characters, in its row and in an index, and
its place in another; 210 when packed."""
FIXED_BYTES: Final = 48 * MB
"""The journal of SQLite, and the open segments and indexes of Kafka."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stood: seconds since the start, records settled, and bytes."""

    at_s: float
    settled: int
    memory_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to.

    Attributes:
        name: of the log.
        records: that were published.
        rate: records a second that were to be published.
        verdicts: that stand in the end.
    """

    name: str
    records: int
    rate: float
    samples: Sequence[Sample]
    verdicts: int

    @property
    def warm(self) -> Sequence[Sample]:
        """The samples after the first fifth."""
        return [each for each in self.samples if each.settled >= self.records / 5]

    @property
    def slope_mb(self) -> float:
        """Megabytes of memory per 100,000 records, after the first fifth."""
        line = statistics.linear_regression(
            [each.settled for each in self.warm], [each.memory_bytes for each in self.warm]
        )
        return line.slope * 100_000 / MB

    @property
    def slope_limit_mb(self) -> float:
        """The most that it may be."""
        return max(SLOPE_MB, NOISE_MB / (self.records * 0.8 / 100_000))

    @property
    def bound_bytes(self) -> float:
        """What the files may occupy at most."""
        kept = min(self.records, self.rate * RETAINED_S)
        return FIXED_BYTES + kept * RECORD_BYTES + self.records * ID_BYTES

    @property
    def largest_bytes(self) -> int:
        """The most that the files occupied."""
        return max(each.file_bytes for each in self.samples)

    def speed(self, fifth: int) -> float:
        """Records settled a second in the first (0) to the last (4) fifth."""
        start = self._time_of(self.records * fifth / 5)
        return self.records / 5 / (self._time_of(self.records * (fifth + 1) / 5) - start)

    @property
    def speed_limit(self) -> float:
        """What the last fifth has to reach, in records a second."""
        before = min(self.rate, max(self.speed(fifth) for fifth in range(4)))
        return before * (STEADY_SHORT if self.records < SHORT else STEADY)

    def missed(self) -> list[str]:
        """Which limits, for a person; nothing if all is well."""
        checks = {
            f"memory grows by {self.slope_mb:.2f} MB per 100,000 records, and may by "
            f"{self.slope_limit_mb:.2f}": self.slope_mb > self.slope_limit_mb,
            f"files of {self.largest_bytes / MB:.0f} MB, where {self.bound_bytes / MB:.0f} are "
            "allowed": self.largest_bytes > self.bound_bytes,
            f"{self.speed(4):.0f} records a second in the end, {self.speed_limit:.0f} are wanted": (
                self.speed(4) < self.speed_limit
            ),
            f"{self.verdicts} verdicts on {self.records} records": self.verdicts != self.records,
        }
        return [f"{self.name}: {words}" for words, failed in checks.items() if failed]

    def lines(self) -> list[str]:
        """The figures, for a person."""
        last = self.samples[-1]
        per_id = last.file_bytes / self.records
        return [
            f"{self.name}: {self.records:,} records in {last.at_s:.0f} s",
            (
                f"  memory   {self.warm[0].memory_bytes / MB:.1f} MB after warm-up, "
                f"{last.memory_bytes / MB:.1f} at the end; slope {self.slope_mb:+.2f} MB per "
                f"100,000 records (limit {self.slope_limit_mb:.2f})"
            ),
            (
                f"  files    at most {self.largest_bytes / MB:.1f} MB (bound "
                f"{self.bound_bytes / MB:.0f}), {last.file_bytes / MB:.1f} at the end, "
                f"{per_id:.0f} bytes a record"
            ),
            (
                f"  speed    {', '.join(f'{self.speed(n):.0f}' for n in range(5))} a second in the "
                f"five fifths, paced at {self.rate:.0f}; limit of the last {self.speed_limit:.0f}"
            ),
        ]

    def _time_of(self, count: float) -> float:
        """When so many were settled, between two samples in proportion."""
        before = self.samples[0]
        for each in self.samples:
            if each.settled >= count:
                span = each.settled - before.settled
                part = (count - before.settled) / span if span else 1.0
                return before.at_s + part * (each.at_s - before.at_s)
            before = each
        return before.at_s


class Echo:
    """Says the same in another topic."""

    stage = "soak"
    accepts = RAW_EMAIL_TYPE

    def scopes(self, message: Message) -> frozenset[str]:
        """None."""
        del message
        return frozenset()

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """Nothing: what fails for good is a dead letter."""
        del message, error
        return None

    async def handle(self, message: Message) -> Decision:
        """Decide, with an output."""
        record = message.delivery.record
        return Decision(outputs=(Record(CLASSIFIED, record.key, record.value, record.headers),))


@dataclass(slots=True)
class Place:
    """A log and the store of its verdicts, and the folders in which they keep their files."""

    log: EventLog
    verdicts: VerdictStore
    folders: Sequence[Path]


@dataclass(slots=True)
class Soak:
    """One run."""

    place: Place
    worker: Worker
    records: int
    rate: float
    samples: list[Sample] = field(default_factory=list)
    started: float = 0.0

    async def run(self) -> None:
        """Publish everything, and return when it is settled."""
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self.worker.run(stopping))
            await self._begin()
            others = [tasks.create_task(each) for each in (self._look(), self._keep_house())]
            await self._publish()
            await self._settled(self.records)
            for task in others:
                task.cancel()
            stopping.set()
            await working
        self._sample()

    async def _begin(self) -> None:
        """See the first record through: a broker that has just been started takes its time."""
        await self.place.log.publish([record(0)])
        await self._settled(1)
        self.started = time.monotonic()

    async def _settled(self, count: int) -> None:
        while self.worker.settled < count:  # noqa: ASYNC110  # the worker tells nobody
            await asyncio.sleep(0.01)

    async def _publish(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for first in range(1, self.records, BATCH):
            await self._settled(first - MOST_AHEAD)
            numbers = range(first, min(first + BATCH, self.records))
            await self.place.log.publish([record(number) for number in numbers])
            due = max(due + BATCH / self.rate, loop.time() - 1.0)
            await asyncio.sleep(due - loop.time())

    async def _look(self) -> None:
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_EVERY_S)

    def _sample(self) -> None:
        at_s = time.monotonic() - self.started
        size = sum(occupied_bytes(folder) for folder in self.place.folders)
        self.samples.append(Sample(at_s, self.worker.settled, memory_bytes(), size))

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(TRIM_EVERY_S)
            before = datetime.now(UTC) - RETENTION
            for topic in (RAW_INBOX, CLASSIFIED):
                await self.place.log.trim(topic, before)
            await self.place.verdicts.trim_outputs(before)


def record(number: int) -> Record:
    """A small record with an identity of its own."""
    envelope = Envelope(f"{number:064x}", RAW_EMAIL_TYPE, "soak", datetime.now(UTC))
    return Record(RAW_INBOX, f"key-{number % KEYS}", VALUE, envelope.headers())


def memory_bytes() -> int:
    """The proportional set size of this process (`/proc/self/smaps_rollup`, proc(5))."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel does not tell the proportional set size")


def occupied_bytes(folder: Path) -> int:
    """What the files below `folder` occupy, holes left out."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:  # the broker deletes segments meanwhile
            continue
    return total


@asynccontextmanager
async def sqlite_place(folder: Path) -> AsyncIterator[Place]:
    """Log and store in one SQLite file."""
    database = await SqliteDatabase.open(folder / "soak.db")
    try:
        yield Place(database.log, database.verdicts, [folder])
    finally:
        await database.close()


@asynccontextmanager
async def kafka_place(folder: Path, *, short: bool) -> AsyncIterator[Place]:
    """A broker of our own, with small segments so that retention has something to delete.

    For a `short` run it is compiled as for tests: in less time, and to a third of the speed.
    """
    sys.path.append(str(ROOT / "tests"))
    from support.kafka.server import SHORT_LIVED, KafkaCluster  # noqa: PLC0415  # needs Java, which SQLite does not
    from support.kafka.settings import QUICK  # noqa: PLC0415  # the same

    store_folder = folder / "store"
    store_folder.mkdir()
    settings = QUICK | {"log.segment.bytes": str(1024 * 1024)}
    jvm = SHORT_LIVED if short else ()
    with KafkaCluster(folder / "kafka", config=settings, jvm=jvm) as cluster:
        store = await SqliteDatabase.open(store_folder / "soak.db")
        log = await KafkaLog.open(
            cluster.bootstrap,
            Options(),
            verdicts=store.verdicts,
            custody=store.custody,
            clock=SystemClock(),
            retention=RETENTION,
        )
        try:
            yield Place(log, store.verdicts, [cluster.home(1) / "data", store_folder])
        finally:
            await log.close()
            await store.close()


async def soak(name: str, folder: Path, records: int, rate: float) -> Report:
    """One run on the log of that name."""
    short = records < SHORT
    opened = sqlite_place(folder) if name == "sqlite" else kafka_place(folder, short=short)
    async with opened as place:
        worker = Worker(
            handler=Echo(),
            log=place.log,
            verdicts=place.verdicts,
            group=GROUP_CLASSIFY,
            topics=(RAW_INBOX,),
            clock=SystemClock(),
            metrics=Metrics(),
            settings=WorkerSettings(),
        )
        run = Soak(place, worker, records, rate)
        calm_collector()
        await run.run()
        verdicts = sum((await place.verdicts.counts()).values())
    return Report(name, records, rate, run.samples, verdicts)


def main() -> None:
    """Run on the logs asked for; exit 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", choices=("sqlite", "kafka", "both"), default="both")
    chosen = parser.parse_args().log
    records = int(os.environ.get("SOAK_RECORDS", "1000000"))
    rate = float(os.environ.get("SOAK_RATE", "1500"))
    missed: list[str] = []
    for name in ("sqlite", "kafka") if chosen == "both" else (chosen,):
        with tempfile.TemporaryDirectory() as folder:
            report = asyncio.run(soak(name, Path(folder), records, rate))
        print("\n".join(report.lines()), flush=True)
        missed += report.missed()
    if missed:
        raise SystemExit("limits missed:\n" + "\n".join(missed))


if __name__ == "__main__":
    main()
