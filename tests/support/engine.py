"""A worker over the in-memory log with a scripted handler and simulated time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.memory.eventlog import MemorySubscription
from careerops.domain.envelope import Envelope
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS, RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import LogRecord, OnRevoked
from careerops.stream.message import Decision, Message
from careerops.stream.retry import RetryPolicy
from careerops.stream.worker import Worker, WorkerSettings

TYPE = "careerops.mail.received.v1"
WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NO_JITTER = RetryPolicy(jitter=0.0)

Script = Callable[[Message], Awaitable[Decision | None]]


def mail(
    event_id: str, key: str = "k", *, topic: str = RAW_INBOX, event_type: str = TYPE
) -> Record:
    """A record that the worker can read."""
    headers = Envelope(event_id, event_type, "careerops/test", WHEN).headers()
    return Record(topic, key, event_id.encode(), headers)


def output(message: Message) -> Record:
    """What the default handler publishes about a message."""
    headers = Envelope(message.envelope.id, "careerops.test.v1", "careerops/test", WHEN).headers()
    return Record(CLASSIFIED, message.delivery.record.key, message.value, headers)


@dataclass
class Scripted:
    """A handler that records what it saw and does what `script` says."""

    script: Script | None = None
    needs: frozenset[str] = frozenset()
    seen: list[str] = field(default_factory=list)
    running: int = 0
    most: int = 0
    stage: str = "test"
    accepts: str = TYPE

    def scopes(self, message: Message) -> frozenset[str]:
        """The scopes given."""
        del message
        return self.needs

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """Nothing: what fails for good is a dead letter."""
        del message, error
        return None

    async def handle(self, message: Message) -> Decision:
        """Record, then run the script; without an answer of its own, publish one output."""
        self.seen.append(message.envelope.id)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            decision = await self.script(message) if self.script else None
        finally:
            self.running -= 1
        return decision or Decision(outputs=(output(message),))


@dataclass
class Bench:
    """A database and what runs on it."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    metrics: Metrics = field(default_factory=Metrics)

    def worker(self, handler: Scripted, **settings: object) -> Worker:
        """A worker of `handler` over live and history topics."""
        return Worker(
            handler=handler,
            log=self.database.log,
            verdicts=self.database.verdicts,
            group="careerops.test",
            topics=(RAW_INBOX, RAW_BACKFILL),
            clock=self.database.clock,
            metrics=self.metrics,
            settings=WorkerSettings(**{"retry": NO_JITTER, **settings}),  # type: ignore[arg-type]  # settings by name
        )

    @asynccontextmanager
    async def running(self, worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
        """Run `worker` while the block runs, then stop it cleanly."""
        stopping = asyncio.Event()
        task = asyncio.create_task(worker.run(stopping))
        try:
            await self.settle()
            yield task
        finally:
            stopping.set()
            await asyncio.wait({task}, timeout=10)
            if not task.done():
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def revocations(self) -> list[OnRevoked]:
        """Where what each subscription wants to be told about is kept: the log never tells it."""
        asked: list[OnRevoked] = []
        subscribe = self.database.log.subscribe

        async def subscribing(
            topic: str, group: str, on_revoked: OnRevoked | None = None
        ) -> MemorySubscription:
            assert on_revoked is not None
            asked.append(on_revoked)
            return await subscribe(topic, group)

        self.database.log.subscribe = subscribing  # type: ignore[method-assign]  # listens in
        return asked

    async def settle(self) -> None:
        """Let everything that can run, run; no time passes."""
        for _ in range(5):
            await self.database.clock.advance(0)

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.database.clock.advance(seconds)
        await self.settle()

    async def records(self, topic: str) -> list[LogRecord]:
        """All records of `topic`."""
        return list(await self.database.log.read(topic, 0, 100_000))

    async def values(self, topic: str = CLASSIFIED) -> list[str]:
        """The values of `topic`, as text."""
        return [record.value.decode() for record in await self.records(topic)]

    async def dead(self) -> list[LogRecord]:
        """The dead letters."""
        return await self.records(DEAD_LETTERS)

    async def lag(self) -> int:
        """Records of the live topic not settled by the worker's group."""
        for info in await self.database.log.topics():
            for group in info.groups:
                if info.topic == RAW_INBOX:
                    return group.lag
        return -1
