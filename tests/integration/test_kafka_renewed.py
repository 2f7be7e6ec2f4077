"""Topics that somebody deletes, creates again or enlarges, and producers that brokers end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions, NewTopic

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.options import GroupProtocol
from careerops.domain.errors import Outage
from careerops.domain.topics import RAW_INBOX
from careerops.ports.eventlog import Settlement
from support.chaos.faulty_program.chaos_fatal import end_for_good
from support.engine import Scripted, mail
from support.kafka.fixtures import kafka
from support.kafka.nodes import Brokers
from support.kafka.records import Raw, write
from support.kafka_stage import GROUP, KafkaStage, caught_up, in_order, kafka_stage, lag
from support.waiting import until

__all__ = ["kafka"]

pytestmark = pytest.mark.integration

PROTOCOLS: list[GroupProtocol] = ["classic", "consumer"]
OLD = [f"old{number}" for number in range(40)]
NEW = [f"new{number}" for number in range(100)]


class Reading:
    """A member that settles what it gets as it comes, and keeps the names."""

    def __init__(self, log: KafkaLog) -> None:
        self.log = log
        self.names: list[str] = []

    async def run(self) -> None:
        """Until it is cancelled."""
        subscription = await self.log.subscribe(RAW_INBOX, GROUP)
        while True:
            deliveries = await subscription.receive(100)
            await self.log.settle([Settlement(delivery) for delivery in deliveries])
            self.names += [delivery.record.value.decode() for delivery in deliveries]

    def has(self, names: list[str]) -> bool:
        """Whether all of them came."""
        return set(names) <= set(self.names)


@asynccontextmanager
async def reading(stage: KafkaStage) -> AsyncIterator[Reading]:
    """A member of the stage's group, in a log of its own."""
    member = Reading(await stage.open())
    task = asyncio.create_task(member.run())
    try:
        yield member
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await member.log.close()


async def delete(stage: KafkaStage) -> None:
    """The inbox is no more."""
    admin = AdminClient({"bootstrap.servers": stage.servers})
    for gone in admin.delete_topics([stage.topic()]).values():
        await asyncio.wrap_future(gone)


async def create(stage: KafkaStage, partitions: int = 1) -> None:
    """The inbox is there again, as soon as the brokers are rid of the old one."""
    admin = AdminClient({"bootstrap.servers": stage.servers})
    async with asyncio.timeout(30):
        while True:
            wanted = NewTopic(stage.topic(), partitions, 1)
            (made,) = admin.create_topics([wanted]).values()
            try:
                await asyncio.wrap_future(made)
            except KafkaException as exception:
                assert exception.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS  # noqa: PT017  # any other is a fault
            else:
                return


async def publish(log: KafkaLog, names: list[str]) -> None:
    """Acknowledged, however often that takes: producers learn of a new topic in time."""
    async with asyncio.timeout(30):
        while True:
            try:
                await log.publish([mail(name) for name in names])
            except Outage:
                await asyncio.sleep(0.1)
            else:
                return


async def position(log: KafkaLog) -> list[tuple[int, int, int]]:
    """(end, position, lag) of each partition of the inbox."""
    infos = [info for info in await log.topics() if info.topic == RAW_INBOX]
    return [(i.end, g.position, g.lag) for i in infos for g in i.groups if g.group == GROUP]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_topic_made_anew_is_read_whole_by_members_that_live(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Less than the old one held, then more: everything acknowledged comes through."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        async with reading(stage) as member:
            writer = await stage.open()
            await publish(writer, OLD)
            await until(lambda: member.has(OLD), "the old ones")
            await caught_up(member.log)
            await delete(stage)
            await create(stage)
            for number in range(20):
                await publish(writer, [NEW[number]])
            await until(lambda: member.has(NEW[:20]), "the first new ones", timeout_s=40)
            assert await position(member.log) == [(20, 20, 0)]
            await publish(writer, NEW[20:])
            await until(lambda: member.has(NEW), "all new ones", timeout_s=40)
            assert in_order([f"k-{name[3:]}" for name in member.names if name in NEW])
            await caught_up(member.log)
        assert await stage.committed() == 100


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_topic_that_grew_past_the_old_end_at_once_is_read_from_its_start(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """The old position exists in the new log; only its id tells."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage, reading(stage) as member:
        await publish(member.log, OLD)
        await until(lambda: member.has(OLD), "the old ones")
        await caught_up(member.log)
        await delete(stage)
        await create(stage)
        records = [Raw(name.encode()) for name in NEW]
        await until_written(stage, records)
        await until(lambda: member.has(NEW), "all new ones", timeout_s=40)
        await caught_up(member.log)
        assert await position(member.log) == [(100, 100, 0)]


async def until_written(stage: KafkaStage, records: list[Raw]) -> None:
    """Written, once the new topic has a leader."""
    async with asyncio.timeout(30):
        while True:
            try:
                await asyncio.to_thread(write, stage.servers, stage.topic(), records)
            except RuntimeError:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("number", [20, 100])
async def test_a_commit_of_a_log_that_is_no_more_is_not_gone_by(
    kafka: Brokers, protocol: GroupProtocol, number: int
) -> None:
    """A member stopped at 40; the topic was made anew, and the brokers still have the commit."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        async with reading(stage) as before:
            await publish(before.log, OLD)
            await until(lambda: before.has(OLD), "the old ones")
            await caught_up(before.log)
        (said,) = await asyncio.to_thread(commits, stage)
        assert said.offset == 40
        await delete(stage)
        await create(stage)
        await until_written(stage, [Raw(name.encode()) for name in NEW[:number]])
        await asyncio.to_thread(commits, stage, said)
        async with reading(stage) as after:
            await until(lambda: after.has(NEW[:number]), "all new ones", timeout_s=40)
            await caught_up(after.log)
            assert await position(after.log) == [(number, number, 0)]
            assert sorted(after.names) == sorted(NEW[:number])


def commits(stage: KafkaStage, place: TopicPartition | None = None) -> list[TopicPartition]:
    """What the group has committed of the inbox, after `place` was."""
    group = stage.options.prefix + GROUP
    consumer = Consumer({"bootstrap.servers": stage.servers, "group.id": group})
    try:
        if place is not None:
            consumer.commit(offsets=[place], asynchronous=False)
        return consumer.committed([TopicPartition(stage.topic(), 0)], timeout=30)
    finally:
        consumer.close()


async def test_partitions_that_are_added_count_at_once(kafka: Brokers) -> None:
    """Lag and idle know what lies in them before any member reads it, and all of it is read."""
    async with kafka_stage(kafka.bootstrap, partitions=2) as stage:
        idle = await stage.open()
        subscription = await idle.subscribe(RAW_INBOX, GROUP)
        async with asyncio.timeout(30):
            await subscription.joined()
        assert await lag(idle) == 0
        admin = AdminClient({"bootstrap.servers": stage.servers})
        for added in admin.create_partitions([NewPartitions(stage.topic(), 6)]).values():
            await asyncio.wrap_future(added)
        for partition in range(6):
            raw = [Raw(f"more{partition}".encode())]
            await asyncio.to_thread(
                lambda raw=raw, p=partition: write(stage.servers, stage.topic(), raw, partition=p)
            )
        async with asyncio.timeout(30):
            while await lag(idle) != 6:  # noqa: ASYNC110  # brokers tell nobody
                await asyncio.sleep(0.05)
        assert len(await position(idle)) == 6
        await subscription.close()
        stage.options = stage.options.model_copy(update={"partitions": None})
        async with reading(stage) as member:
            more = [f"more{partition}" for partition in range(6)]
            await until(lambda: member.has(more), "those of all partitions", timeout_s=40)


async def test_a_producer_that_brokers_have_ended_is_replaced(kafka: Brokers) -> None:
    """Idle or in the middle of writing: what was acknowledged stands, the rest is an outage."""
    async with kafka_stage(kafka.bootstrap) as stage:
        handler = Scripted()
        async with stage.running(handler) as member:
            producer = member.log._producer
            for turn in range(3):
                ended = producer._client
                names = [f"k-{turn * 100 + number}" for number in range(50)]
                writing = asyncio.ensure_future(publish(member.log, names))
                await asyncio.sleep(0)
                end_for_good(ended)
                await writing
                await until(lambda ended=ended: producer._client is not ended, "a new client")
                await member.log.publish([mail(f"k-{turn * 100 + 99}", "k")])
            await caught_up(member.log)
        assert {f"k-{t * 100 + n}" for t in range(3) for n in (*range(50), 99)} <= set(handler.seen)
