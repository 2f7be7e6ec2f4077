"""Ten minutes without any provider, and a channel with a dead token, on simulated time.

The handler, the chain with its breakers, worker, senders and both logs are the product's. Only
what is outside is played: providers that are out, and channels that take 0.2 s a message.
"""

import asyncio
import gc
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from careerops.adapters.memory import FakeClock
from careerops.adapters.memory.cache import MemoryCache
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain import topics
from careerops.domain.career import CareerEvent, Classification
from careerops.domain.email import RAW_EMAIL_TYPE, RawEmail
from careerops.domain.errors import Outage
from careerops.domain.notification import NOTIFICATION_TYPE, Notification
from careerops.domain.taxonomy import EventType
from careerops.domain.verdicts import Record
from careerops.llm.chain import ClassifierChain
from careerops.llm.errors import ProviderDown
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import LogRecord
from careerops.ports.ledger import DeliveryStatus, EntryState
from careerops.services.classify import ClassifyHandler, ClassifySettings
from careerops.services.envelopes import event_record
from careerops.services.notify import NotifyHandler
from careerops.services.sender import Sender, SenderSurroundings
from careerops.stream.message import Handler
from careerops.stream.worker import Worker, WorkerSettings
from support.adapters import mail
from support.logs import Database, MemoryWorld, SqliteWorld, World

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
Kind = Callable[[Path], World]
on_both = pytest.mark.parametrize("kind", [MemoryWorld, SqliteWorld], ids=["memory", "sqlite"])

CONCURRENCY = 32
BEFORE = 200
WAITING = 10_000
CONVERSATIONS = 2_500
OUTAGE_S = 600.0
FINDS_OUT_S = 5.0
"""After this everybody knows of the outage; until then every slot may have found it out."""
LONGEST_PROBE_S = 76.0
"""The longest that a breaker stays open, 60 s, and the jitter on top (a quarter)."""
GROWTH_BYTES = 512 * 1024


# ---- every provider out ----


@dataclass
class Outside:
    """The providers: out or not, all of them; and who called when.

    Attributes:
        calls: simulated seconds of each call, and how many were under way with it.
        answers: answers given, by mail.
    """

    clock: FakeClock
    out: bool = False
    calls: list[tuple[float, int]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    busy: int = 0


@dataclass
class Provider:
    """One of the providers: connects in vain for half a second, or answers in a twentieth."""

    name: str
    outside: Outside

    async def classify(self, given: RawEmail) -> Classification:
        """An interview, if anything."""
        outside = self.outside
        outside.busy += 1
        outside.calls.append((outside.clock.monotonic(), outside.busy))
        try:
            await outside.clock.sleep(0.5 if outside.out else 0.05)
            if outside.out:
                raise ProviderDown("no connection", provider=self.name)
        finally:
            outside.busy -= 1
        outside.answers[given.event_id] += 1
        return Classification(
            event_type=EventType.INTERVIEW, confidence=0.9, evidence="x", provider=self.name
        )

    async def close(self) -> None:
        """Nothing to close."""


def raw(clock: FakeClock, number: int) -> Record:
    """Mail `number`; every conversation has several."""
    key = f"thread {number % CONVERSATIONS}"
    value = mail(event_id=f"mail-{number:05d}", thread_key=key)
    return event_record(
        value,
        topic=topics.RAW_INBOX,
        key=key,
        event_id=value.event_id,
        event_type=RAW_EMAIL_TYPE,
        source="ingest",
        time=clock.now(),
    )


def classifying(outside: Outside) -> ClassifyHandler:
    """The product's handler over two providers, told to hold."""
    clock = outside.clock
    around = PartContext(clock, MemoryCache(), Metrics(), MemoryDocuments())
    chain = ClassifierChain(
        [Provider("first", outside), Provider("second", outside)], fallback=None, context=around
    )
    settings = ClassifySettings(on_outage="hold", concurrency=CONCURRENCY)
    return ClassifyHandler(chain, settings, clock, around.metrics)


def worker_of(handler: Handler, database: Database, clock: FakeClock, topic: str) -> Worker:
    """A worker with the settings that the program gives it."""
    return Worker(
        handler=handler,
        log=database.log,
        verdicts=database.verdicts,
        group=f"careerops.{handler.stage}",
        topics=(topic,),
        clock=clock,
        metrics=Metrics(),
        settings=WorkerSettings(concurrency=CONCURRENCY, high_water=4 * CONCURRENCY),
    )


@asynccontextmanager
async def running(worker: Worker, clock: FakeClock) -> AsyncIterator[None]:
    """The worker works while the block runs."""
    stopping = asyncio.Event()
    task = asyncio.create_task(worker.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await clock.advance(1)
        await asyncio.wait_for(task, 10)


async def pass_until(done: Callable[[], bool], clock: FakeClock, what: str, step_s: float) -> None:
    """Let time pass in steps; a database's threads work in real time meanwhile."""
    for _ in range(20_000):
        if done():
            return
        await clock.advance(step_s)
        await asyncio.sleep(0.0005)  # what threads have found is told to the event loop
    raise AssertionError(f"waited in vain for {what}")


async def all_of(database: Database, topic: str) -> list[LogRecord]:
    """Every record of `topic`."""
    found: list[LogRecord] = []
    while more := await database.log.read(topic, found[-1].offset + 1 if found else 0, 1000):
        found += more
    return found


async def ten_minutes(worker: Worker, outside: Outside) -> tuple[int, int]:
    """The outage from when it is known; returns the most that was held, and bytes that it added."""
    gc.collect()
    tracemalloc.start()
    try:
        most = 0
        for _ in range(int(OUTAGE_S)):
            await outside.clock.advance(1)
            most = max(most, worker.held)
            # In between there is one probe for each thing that is out, and no more.
            assert worker.running <= len(worker.scopes)
            assert all(len(scope.released) <= 1 for scope in worker.scopes.values())
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return most, grown


@on_both
async def test_ten_minutes_without_any_provider_cost_nothing_but_time(
    kind: Kind, tmp_path: Path
) -> None:
    """10,000 mails wait and are held: memory stays flat, then the work resumes by itself.

    No dead letter, one probe for each thing that is out, every mail answered once and told once,
    in the order of its conversation. Bounded: messages held, and what is allocated meanwhile.
    """
    world = kind(tmp_path)
    database: Database = await world.open()
    clock = world.clock
    outside = Outside(clock)
    worker = worker_of(classifying(outside), database, clock, topics.RAW_INBOX)
    total = BEFORE + WAITING
    async with running(worker, clock):
        await database.log.publish([raw(clock, n) for n in range(BEFORE)])
        await pass_until(lambda: worker.settled == BEFORE, clock, "the first mails", 0.05)

        outside.out = True
        began_s = clock.monotonic()
        for first in range(BEFORE, total, 500):
            await database.log.publish([raw(clock, n) for n in range(first, first + 500)])
        bound = WorkerSettings().high_water_waiting
        await pass_until(
            lambda: worker.held == bound and clock.monotonic() >= began_s + FINDS_OUT_S,
            clock,
            "as many mails as a worker holds",
            0.1,
        )
        most, grown = await ten_minutes(worker, outside)

        outside.out = False
        back_s = clock.monotonic()
        assert (worker.settled, most <= bound) == (BEFORE, True)
        assert grown < GROWTH_BYTES
        await pass_until(lambda: worker.settled == total, clock, "the rest", 0.05)
    known_s = began_s + FINDS_OUT_S
    probes = [busy for at_s, busy in outside.calls if known_s < at_s < back_s]
    assert 2 <= len(probes) < 200, "some of them, but the providers are left alone"
    assert max(probes) <= 3, "one a scope: llm, and each of the two providers"
    resumed_s = next(at_s for at_s, _ in outside.calls if at_s >= back_s)
    assert resumed_s - back_s <= LONGEST_PROBE_S
    assert outside.answers == Counter({f"mail-{n:05d}": 1 for n in range(total)})
    _told_once_in_order(await all_of(database, topics.CLASSIFIED), total)
    assert await all_of(database, topics.DEAD_LETTERS) == []
    assert await database.verdicts.counts() == {("classify", "done"): total}
    await world.close()


def _told_once_in_order(records: list[LogRecord], total: int) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    for record in records:
        told[record.key].append(CareerEvent.model_validate_json(record.value).event_id)
    assert all(ids == sorted(set(ids)) for ids in told.values())
    assert sum(map(len, told.values())) == total


# ---- one channel out ----

TOLD = 16
EVERY_S = 5


@dataclass
class Channel:
    """A notifier that takes 0.2 s a message, or whose token is dead."""

    channel: str
    clock: FakeClock
    dead: bool = False
    told: dict[str, float] = field(default_factory=dict)
    tries: int = 0

    async def send(self, notification: Notification) -> None:
        """Take the message, or say what is wrong."""
        self.tries += 1
        await self.clock.sleep(0.2)
        if self.dead:
            raise Outage("the access token is not valid", scope=f"channel:{self.channel}")
        assert notification.notification_id not in self.told
        self.told[notification.notification_id] = self.clock.monotonic()

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Telling:
    """The notify worker and a sender a channel, over one database."""

    database: Database
    clock: FakeClock
    owner: str
    channels: tuple[Channel, ...]
    failed: list[str] = field(default_factory=list)
    downs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        around = SenderSurroundings(
            ledger=self.database.ledger,
            clock=self.clock,
            metrics=Metrics(),
            owner=self.owner,
            on_failed=self._on_failed,
            on_undelivered=self._on_undelivered,
            on_down=self._on_down,
        )
        self.sender = Sender(self.channels, around)
        names = {"me": [channel.channel for channel in self.channels]}
        handler = NotifyHandler(names, self.database.ledger, self.clock, self._planned)
        self.worker = worker_of(handler, self.database, self.clock, topics.NOTIFICATIONS)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything works while the block runs."""
        stopping = asyncio.Event()
        sending = asyncio.create_task(self.sender.run(stopping))
        try:
            async with running(self.worker, self.clock):
                yield
        finally:
            stopping.set()
            await self.clock.advance(1)
            await asyncio.wait_for(sending, 30)

    async def step(self, seconds: float) -> None:
        """Let time pass, and everybody finish what there is to do then.

        A database's threads take one task after the other: whoever asks in turn with the others,
        as often as the longest chain of questions is long, has seen its end.
        """
        await self.clock.advance(seconds)
        for _ in range(12):
            await self.database.cache.put("turn", b"", self.clock.now() + timedelta(days=1))
            await self.database.verdicts.counts()
            await self.clock.advance(0)

    async def tell(self, number: int) -> None:
        """A notification comes along."""
        name = f"note-{number:02d}"
        record = event_record(
            Notification(notification_id=name, account="me"),
            topic=topics.NOTIFICATIONS,
            key=name,
            event_id=name,
            event_type=NOTIFICATION_TYPE,
            source="research",
            time=self.clock.now(),
        )
        await self.database.log.publish([record])

    def _planned(self) -> None:
        self.sender.wake()

    async def _on_failed(self, state: EntryState, _: Record) -> None:
        self.failed.append(state.entry.notification_id)

    async def _on_undelivered(self, state: EntryState, _: DeliveryStatus) -> None:
        self.failed.append(state.entry.notification_id)

    async def _on_down(self, channel: str, _: str) -> None:
        self.downs.append(channel)


async def over_a_minute(world: World, *, dead: bool) -> Telling:
    """A notification every five seconds to two channels, of which one may be dead."""
    database: Database = await world.open()
    channels = (Channel("phone", world.clock, dead=dead), Channel("mail", world.clock))
    telling = Telling(database, world.clock, world.owner, channels)
    async with telling.running():
        await telling.step(0)
        for number in range(TOLD):
            await telling.tell(number)
            for _ in range(EVERY_S * 2):
                await telling.step(0.5)
        if dead:
            await _comes_back(telling)
    return telling


async def _comes_back(telling: Telling) -> None:
    """What waited is told when the token works again; nothing was given up."""
    phone = telling.channels[0]
    assert (phone.told, telling.downs, telling.failed) == ({}, ["phone"], [])
    states = [s for s in await telling.database.ledger.entries() if s.entry.channel == "phone"]
    assert {state.status for state in states} <= {DeliveryStatus.PLANNED, DeliveryStatus.SENDING}
    phone.dead = False
    while len(phone.told) < TOLD:
        await telling.step(1)
    # Those that tried the channel while it was out, four at most, come as they tried.
    names = [f"note-{number:02d}" for number in range(TOLD)]
    assert sorted(phone.told) == names
    assert [name for name in phone.told if name not in names[:4]] == names[4:]


@on_both
async def test_a_dead_token_leaves_the_other_channel_as_it_was(kind: Kind, tmp_path: Path) -> None:
    """The same messages at the same simulated times, with the neighbour dead and alive."""
    told: list[dict[str, float]] = []
    for dead in (False, True):
        folder = tmp_path / str(dead)
        folder.mkdir()
        world: World = kind(folder)
        telling = await over_a_minute(world, dead=dead)
        told.append(telling.channels[1].told)
        assert telling.channels[1].tries == TOLD
        await world.close()
    assert len(told[0]) == TOLD
    assert told[0] == told[1]
