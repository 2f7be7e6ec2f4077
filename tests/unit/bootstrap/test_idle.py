"""Idleness: never said while something is under way anywhere, and never waited for for ever."""

import asyncio
import random
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.bootstrap.idle import IdleWatch, OutageTooLong
from careerops.bootstrap.pipeline import SERVICES, Pipeline, Surroundings
from careerops.config import Config
from careerops.domain.career import CareerEvent, Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import Outage, Permanent, Transient
from careerops.domain.notification import Briefing, Notification
from careerops.domain.taxonomy import EventType
from careerops.domain.topics import CLASSIFIED, NOTIFICATIONS, RAW_BACKFILL, RAW_INBOX
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import Settlement
from careerops.ports.mailbox import CaughtUp
from careerops.services.classify import ClassifyHandler, ClassifySettings
from careerops.services.failures import ChannelFailures
from careerops.services.notify import NotifyHandler
from careerops.services.research import ResearchHandler, ResearchSettings
from careerops.services.sender import Sender, SenderSurroundings
from careerops.services.source_progress import SourceProgress
from careerops.stream.retry import RetryPolicy
from careerops.stream.worker import Worker, WorkerSettings
from support.engine import mail
from support.sources import WHEN, Intakes, fetched
from support.waiting import HANG_S

MAILS = 8


class Slow:
    """All vendors at once: each call takes a random time and may fail for now."""

    name = channel = "slow"

    def __init__(self, seed: int, database: MemoryDatabase) -> None:
        self.random = random.Random(seed)
        self.clock = database.clock
        self.told: list[str] = []

    async def work(self) -> None:
        """Take some time; fail for now, sometimes."""
        await self.clock.sleep(self.random.choice([0.0, 0.01, 0.2, 3.0]))
        if self.random.random() < 0.1:
            raise self.random.choice([Transient("busy"), Outage("down", scope="slow")])

    async def classify(self, mail: RawEmail) -> Classification:
        """An offer, in the end."""
        await self.work()
        return Classification(event_type=EventType.OFFER, confidence=1.0)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """Not needed."""
        raise AssertionError(reason)

    async def research(self, event: CareerEvent) -> Briefing:
        """Nothing is found out, slowly."""
        await self.clock.sleep(self.random.choice([0.0, 0.5]))
        return Briefing()

    async def send(self, notification: Notification) -> None:
        """Tell, in the end."""
        await self.work()
        assert notification.event is not None
        self.told.append(notification.event.event_id)

    async def close(self) -> None:
        """Nothing is held."""

    async def fetch(self, cursor: str | None, known: frozenset[str], *, follow: bool) -> Any:
        """Mails that come one by one."""
        for number in range(MAILS):
            await self.clock.sleep(self.random.choice([0.0, 0.1, 1.0]))
            yield fetched(f"e{number} m{number}", str(number))
        yield CaughtUp(str(MAILS))


def whole_pipeline(slow: Slow, database: MemoryDatabase) -> Pipeline:
    """All four services over `slow`."""
    clock, metrics = database.clock, Metrics()
    pipeline = Pipeline(Surroundings(Config(), database, "us", clock=clock, metrics=metrics))

    def wake() -> None:
        if pipeline.sender is not None:
            pipeline.sender.wake()

    failures = ChannelFailures(database.log, database.ledger, {"me": ["slow"]}, clock, wake)
    around = SenderSurroundings(
        ledger=database.ledger,
        clock=clock,
        metrics=metrics,
        owner="us",
        on_failed=failures.failed,
        on_undelivered=failures.undelivered,
        on_down=failures.down,
    )
    handlers = {
        (RAW_INBOX, RAW_BACKFILL): ClassifyHandler(slow, ClassifySettings(), clock, metrics),
        (CLASSIFIED,): ResearchHandler([], slow, ResearchSettings(), clock),
        (NOTIFICATIONS,): NotifyHandler({"me": ["slow"]}, database.ledger, clock, wake),
    }
    intakes = Intakes(database)
    pipeline.readers.append(intakes.reader(SimpleNamespace(name="s", fetch=slow.fetch)))
    pipeline.sender = Sender([slow], around)
    for topics, handler in handlers.items():
        pipeline.workers.append(
            Worker(
                handler=handler,
                log=database.log,
                verdicts=database.verdicts,
                group=f"careerops.{handler.stage}",
                topics=topics,
                clock=clock,
                metrics=metrics,
                settings=WorkerSettings(concurrency=4, retry=RetryPolicy(100, 0.1, 0.5)),
            )
        )
    return pipeline


@pytest.mark.parametrize("seed", range(6))
async def test_idle_is_said_when_the_last_mail_was_told_and_not_before(seed: int) -> None:
    """Whatever takes how long and fails how often on the way."""
    database = MemoryDatabase()
    slow = Slow(seed, database)
    pipeline = whole_pipeline(slow, database)
    stopping = asyncio.Event()
    running = asyncio.create_task(pipeline.run(stopping, follow=False))
    watching = asyncio.create_task(IdleWatch(pipeline, max_wait_s=3600).wait())
    late = 0
    while not watching.done():
        assert not running.done(), running.exception()
        late += pipeline.readers[0].progress.finished and len(slow.told) < MAILS
        await database.clock.advance(1)
        assert database.clock.monotonic() < 10_000, "it is never idle"
    assert sorted(slow.told) == sorted(f"e{number}" for number in range(MAILS))
    assert late, "there was nothing to wait for once the source was read"
    stopping.set()
    await database.clock.advance(10)
    await asyncio.wait_for(running, HANG_S)


class Scene:
    """A pipeline of which every part says what the test wants."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.reader = SimpleNamespace(progress=SourceProgress(caught_up=1))
        self.worker = SimpleNamespace(
            assigned=True,
            held=0,
            group="careerops.x",
            topics=(RAW_INBOX,),
            partitions={RAW_INBOX: frozenset({0})},
            scopes={},
            stage="x",
        )
        self.due = False

        async def has_due() -> bool:
            return self.due

        self.outages: list[tuple[str, datetime, str]] = []
        self.sender = SimpleNamespace(has_due=has_due, outages=lambda: self.outages)
        surroundings = Surroundings(Config(), self.database, "us", clock=self.database.clock)
        parts: Any = ([self.reader], [self.worker], self.sender)
        self.pipeline = Pipeline(surroundings, SERVICES, *parts)

    async def idle_within(self, seconds: float, max_wait_s: float = 3600) -> bool:
        """Whether the watch ends within simulated `seconds`; its error is raised."""
        watching = asyncio.create_task(IdleWatch(self.pipeline, max_wait_s).wait())
        await self.database.clock.advance(seconds)
        if not watching.done():
            watching.cancel()
            await asyncio.wait({watching})
            return False
        watching.result()
        return True


async def test_a_quiet_pipeline_is_idle_at_the_second_look() -> None:
    """Looks are 50 ms apart; one alone does not count."""
    assert not await Scene().idle_within(0.06)
    assert await Scene().idle_within(0.11)


@pytest.mark.parametrize("what", ["reader", "unassigned", "share", "held", "due", "lag"])
async def test_whatever_is_not_done_is_waited_for(what: str) -> None:
    """Each of the places where work can be."""
    scene = Scene()
    if what == "reader":
        scene.reader.progress.caught_up = 0
    elif what == "unassigned":
        scene.worker.assigned = False
    elif what == "share":
        scene.worker.partitions = {RAW_INBOX: frozenset()}
    elif what == "held":
        scene.worker.held = 1
    elif what == "due":
        scene.due = True
    else:
        await scene.database.log.publish([mail("e1")])
        await scene.database.log.subscribe(RAW_INBOX, "careerops.x")
    assert not await scene.idle_within(60)


async def test_the_lag_of_groups_that_run_elsewhere_is_not_waited_for() -> None:
    """`careerops ingest --until-idle` ends though nobody classifies."""
    scene = Scene()
    await scene.database.log.publish([mail("e1")])
    await scene.database.log.subscribe(RAW_INBOX, "careerops.other")
    assert await scene.idle_within(1)


@pytest.mark.parametrize(("service", "waits"), [("notify", True), ("ingest", False)])
async def test_a_service_alone_waits_for_what_others_before_it_still_work_on(
    *, service: str, waits: bool
) -> None:
    """Four processes beside each other end in order; nobody waits for those after it."""
    scene = Scene()
    scene.pipeline.services = (service,)
    scene.worker.group = f"careerops.{service}"
    await scene.database.log.publish([mail("e1")])
    subscription = await scene.database.log.subscribe(RAW_INBOX, "careerops.classify")
    assert await scene.idle_within(30) is not waits
    (delivery,) = await subscription.receive(1)
    await scene.database.log.settle([Settlement(delivery)])
    assert not await scene.idle_within(3)
    assert await scene.idle_within(5)


async def test_a_finished_source_needs_no_end_of_its_own() -> None:
    """It ended without saying that it caught up."""
    scene = Scene()
    scene.reader.progress = SourceProgress(finished=True)
    assert await scene.idle_within(1)


def outage_of(scene: Scene, what: str) -> str:
    """Let something be out since now; returns what has to be said of it."""
    now = scene.database.clock.now()
    if what == "scope":
        scene.worker.held = 3
        scope = SimpleNamespace(name="llm", since=now, waiting=[1, 2], released={3})
        scene.worker.scopes = {"llm": scope}
        return "llm has been out for 31 s and 3 messages of x wait for it"
    if what == "source":
        scene.reader.progress = SourceProgress(scope="mailbox:imap:me", down_since=now)
        return "mailbox:imap:me has been out for 31 s and the mails of this source wait for it"
    scene.due = True
    scene.outages.append(("channel:phone", now, "its notifications wait for it (2)"))
    return "channel:phone has been out for 31 s and its notifications wait for it (2)"


@pytest.mark.parametrize("what", ["scope", "source", "channel"])
async def test_an_outage_is_waited_for_so_long_and_no_longer(what: str) -> None:
    """The error names scope and count, and that nothing is lost."""
    scene = Scene()
    says = outage_of(scene, what)
    assert scene.database.clock.now() == WHEN
    assert not await scene.idle_within(30.0, max_wait_s=30)
    await scene.database.clock.advance(0.99)
    with pytest.raises(OutageTooLong) as caught:
        await scene.idle_within(1, max_wait_s=30)
    assert says in str(caught.value)
    assert "--max-wait" in str(caught.value)


async def test_a_mailbox_that_a_person_must_mend_is_not_waited_for() -> None:
    """The others are read to their ends, however long that takes; then it is said in one line."""
    scene = Scene()
    refused = SourceProgress(scope="mailbox:imap:bob", down_since=scene.database.clock.now())
    refused.refused = "mailbox[1]: imap mail.example refuses the password"
    scene.pipeline.readers.append(SimpleNamespace(progress=refused))
    scene.reader.progress.caught_up = 0
    assert not await scene.idle_within(120, max_wait_s=30)
    scene.reader.progress.caught_up = 1
    with pytest.raises(OutageTooLong) as caught:
        await scene.idle_within(1, max_wait_s=30)
    assert str(caught.value) == (
        "mailbox[1]: imap mail.example refuses the password; everything else was read"
    )
    scene.pipeline.readers.append(SimpleNamespace(progress=refused))
    with pytest.raises(OutageTooLong, match=r"\(and 1 more\)"):
        await scene.idle_within(1, max_wait_s=30)


async def test_what_is_to_be_told_of_a_mailbox_is_waited_for() -> None:
    """An alert that nobody planned yet would be lost with the process."""
    scene = Scene()
    alerts = SimpleNamespace(pending=True)
    scene.pipeline.alerts = alerts
    assert not await scene.idle_within(60)
    alerts.pending = False
    assert await scene.idle_within(1)


async def test_a_refused_send_is_no_outage_and_ends_as_a_dead_letter() -> None:
    """Idle is reached, the letter waits for a person."""
    database = MemoryDatabase()
    slow = Slow(1, database)

    async def refuse(notification: Notification) -> None:
        raise Permanent("no such number")

    slow.work = lambda: database.clock.sleep(0)  # type: ignore[method-assign]  # nothing fails but the send
    slow.send = refuse  # type: ignore[method-assign]  # the script of this test
    pipeline = whole_pipeline(slow, database)
    stopping = asyncio.Event()
    running = asyncio.create_task(pipeline.run(stopping, follow=False))
    watching = asyncio.create_task(IdleWatch(pipeline, max_wait_s=1).wait())
    await database.clock.advance(100)
    assert watching.done()
    watching.result()
    stopping.set()
    await database.clock.advance(10)
    await asyncio.wait_for(running, HANG_S)
    assert len(await database.log.read("dead_letter_queue", 0, 100)) == MAILS
