"""A stage on real brokers: topics of its own, stores that outlive it, and any number of members."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.options import GroupProtocol, Options
from careerops.adapters.kafka.subscription import KafkaSubscription
from careerops.adapters.memory.custody import MemoryCustody
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS, RAW_INBOX
from careerops.domain.verdicts import Record, Verdict, VerdictKey, VerdictStatus
from careerops.ops.clock import SystemClock
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import Delivery, Settlement
from careerops.stream.worker import Worker, WorkerSettings
from support.engine import NO_JITTER, Scripted
from support.kafka.records import Raw, read
from support.kafka_logs import crash
from support.waiting import until

GROUP = "careerops.test"
TOPICS = (RAW_INBOX, CLASSIFIED, DEAD_LETTERS)
_ANSWER_S = 30.0
_STOP_S = 15.0
_STEP_S = 0.05


@dataclass
class Member:
    """One member of the stage's group, as if it were a process of its own."""

    log: KafkaLog
    worker: Worker
    task: asyncio.Task[None]
    stopping: asyncio.Event

    @property
    def partitions(self) -> frozenset[int]:
        """What of the inbox is assigned to it."""
        return self.worker.partitions.get(RAW_INBOX, frozenset())

    @property
    def subscription(self) -> KafkaSubscription:
        """Its place in the group."""
        (found,) = self.log._subscriptions[RAW_INBOX, GROUP]
        return found

    async def stop(self) -> None:
        """Work off what runs and leave the group."""
        self.stopping.set()
        await asyncio.wait({self.task}, timeout=_STOP_S)
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await self.log.close()

    async def crash(self) -> None:
        """Die: nothing is committed or given back."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await crash(self.log)


class KafkaStage:
    """Lives over topics of a real cluster that nobody else has."""

    def __init__(
        self,
        servers: str,
        protocol: GroupProtocol = "classic",
        *,
        partitions: int = 1,
        **options: Any,
    ) -> None:
        """Use the brokers at `servers`; `options` are keys of the `[kafka]` table."""
        self.servers = servers
        self.verdicts = MemoryVerdicts()
        self.custody = MemoryCustody()
        self.clock = SystemClock()
        self.options = Options.model_validate(
            {
                "prefix": f"t{uuid4().hex[:10]}.",
                "partitions": partitions,
                "group_protocol": protocol,
                "session_timeout_s": 6,
                **options,
            }
        )
        self._open: list[KafkaLog] = []
        self._tasks: list[asyncio.Task[None]] = []

    def topic(self, name: str = RAW_INBOX) -> str:
        """What the brokers call it."""
        return self.options.prefix + name

    async def create(self, name: str, partitions: int = 1, **config: Any) -> str:
        """Make a topic before the log does; settings have underscores for dots."""
        settings = {each.replace("_", "."): str(value) for each, value in config.items()}
        admin = AdminClient({"bootstrap.servers": self.servers})
        wanted = [NewTopic(self.topic(name), partitions, config=settings)]
        for created in admin.create_topics(wanted).values():
            await asyncio.wrap_future(created)
        await until(lambda: self.topic(name) in admin.list_topics().topics, "the topic")
        return self.topic(name)

    async def open(self, servers: str = "", **options: Any) -> KafkaLog:
        """One more log, as of one more process; `options` are its own."""
        log = await KafkaLog.open(
            servers or self.servers,
            self.options.model_copy(update=options),
            verdicts=self.verdicts,
            custody=self.custody,
            clock=self.clock,
            topics=TOPICS,
            retention=timedelta(days=1),
        )
        self._open.append(log)
        return log

    async def member(self, handler: Scripted, servers: str = "", **settings: Any) -> Member:
        """A worker of `handler` over the inbox, in a process of its own so to speak."""
        log = await self.open(servers)
        worker = Worker(
            handler=handler,
            log=log,
            verdicts=self.verdicts,
            group=GROUP,
            topics=(RAW_INBOX,),
            clock=self.clock,
            metrics=Metrics(),
            settings=WorkerSettings(**{"retry": NO_JITTER, **settings}),
        )
        stopping = asyncio.Event()
        task = asyncio.create_task(worker.run(stopping))
        self._tasks.append(task)
        return Member(log, worker, task, stopping)

    @asynccontextmanager
    async def running(self, handler: Scripted, **settings: Any) -> AsyncIterator[Member]:
        """A member while the block runs."""
        member = await self.member(handler, **settings)
        try:
            yield member
        finally:
            await member.stop()

    async def records(self, name: str, partition: int = 0) -> dict[int, Raw]:
        """Every record of a partition by its offset."""
        return await asyncio.to_thread(read, self.servers, self.topic(name), partition=partition)

    async def values(self, name: str = CLASSIFIED) -> list[str]:
        """The values of a topic, partition after partition, as text."""
        number = 1 if name == DEAD_LETTERS else self.options.partitions or 1
        parts = [await self.records(name, partition) for partition in range(number)]
        return [(each[offset].value or b"").decode() for each in parts for offset in sorted(each)]

    async def published(self, names: Iterable[str]) -> list[str]:
        """What was published, once all `names` are among it."""
        async with asyncio.timeout(_ANSWER_S):
            while not set(names) <= set(found := await self.values()):  # noqa: ASYNC110  # brokers tell nobody
                await asyncio.sleep(_STEP_S)
        return found

    async def committed(self, partition: int = 0) -> int:
        """What the brokers were told of the inbox; negative if nothing."""
        return (await asyncio.to_thread(self._places, partition))[0]

    async def end(self, partition: int = 0) -> int:
        """The offset after everything in the inbox, markers of transactions included."""
        return (await asyncio.to_thread(self._places, partition))[1]

    def _places(self, partition: int) -> tuple[int, int]:
        group = self.options.prefix + GROUP
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": group})
        try:
            place = TopicPartition(self.topic(), partition)
            (committed,) = consumer.committed([place], timeout=_ANSWER_S)
            _, end = consumer.get_watermark_offsets(place, timeout=_ANSWER_S)
        finally:
            consumer.close()
        return committed.offset, end

    async def close(self) -> None:
        """End what is still open, and the topics."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(log.close() for log in self._open))
        admin = AdminClient({"bootstrap.servers": self.servers})
        for deleted in admin.delete_topics([self.topic(name) for name in TOPICS]).values():
            # What a test never created cannot be deleted.
            await asyncio.gather(asyncio.wrap_future(deleted), return_exceptions=True)


@asynccontextmanager
async def kafka_stage(
    servers: str, protocol: GroupProtocol = "classic", **options: Any
) -> AsyncIterator[KafkaStage]:
    """A stage that is ended whatever happens."""
    stage = KafkaStage(servers, protocol, **options)
    try:
        yield stage
    finally:
        await stage.close()


def in_order(names: Iterable[str]) -> bool:
    """Whether of `KEY-NUMBER` in each key the first sights come in order."""
    by_key: dict[str, list[int]] = defaultdict(list)
    for name in dict.fromkeys(names):
        key, _, number = name.partition("-")
        by_key[key].append(int(number))
    return all(numbers == sorted(numbers) for numbers in by_key.values())


def name_of(delivery: Delivery) -> str:
    """What `support.engine.mail` named it."""
    return delivery.record.value.decode()


def done(delivery: Delivery) -> Settlement:
    """It is decided, with one output."""
    key = VerdictKey(name_of(delivery), "test")
    now = SystemClock().now()
    outputs = (Record(CLASSIFIED, delivery.record.key, delivery.record.value),)
    verdict = Verdict(key, VerdictStatus.DONE, now, outputs=outputs)
    return Settlement(delivery, outputs, verdict)


async def receive(subscription: KafkaSubscription, number: int) -> list[Delivery]:
    """Exactly so many deliveries; waits for them."""
    found: list[Delivery] = []
    async with asyncio.timeout(_ANSWER_S):
        while len(found) < number:
            found += await subscription.receive(number - len(found))
    return found


async def settled(log: KafkaLog, deliveries: Sequence[Delivery]) -> None:
    """All of them are done."""
    await log.settle([done(each) for each in deliveries])


async def lag(log: KafkaLog, group: str = GROUP) -> int:
    """What of the inbox is not settled."""
    infos = [info for info in await log.topics() if info.topic == RAW_INBOX]
    return sum(each.lag for info in infos for each in info.groups if each.group == group)


async def caught_up(log: KafkaLog) -> None:
    """Return once nothing is unsettled; where a partition ends is told after its last record."""
    async with asyncio.timeout(_ANSWER_S):
        while await lag(log):  # noqa: ASYNC110  # brokers tell nobody
            await asyncio.sleep(_STEP_S)
