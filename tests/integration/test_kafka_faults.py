"""Brokers that die, that cannot be reached, or that refuse us or our records."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from careerops.adapters.kafka.options import GroupProtocol
from careerops.domain.errors import ConfigurationError, Outage, Permanent
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.stream.deadletter import notes_of
from careerops.stream.message import Decision, Message
from support.engine import Scripted, mail
from support.kafka.detours import ProxiedKafka
from support.kafka.fixtures import kafka, kafka_proxied, kafka_trio, own_kafka
from support.kafka.nodes import Brokers
from support.kafka.records import Raw, write
from support.kafka.server import KafkaCluster
from support.kafka.shared import SharedKafka
from support.kafka_stage import KafkaStage, Member, caught_up, in_order, kafka_stage
from support.waiting import until

__all__ = ["kafka", "kafka_proxied", "kafka_trio"]

pytestmark = pytest.mark.integration

TOO_LARGE = Raw(b"x" * 5000)
KEYS = [f"k{number}" for number in range(6)]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of this file's own, which it may kill."""
    with own_kafka(tmp_path_factory.mktemp("mortal")) as cluster:
        yield cluster


async def limit(stage: KafkaStage, name: str, most_bytes: int) -> None:
    """Let the brokers take smaller records only, as somebody may do while we run."""
    entry = ConfigEntry(
        "max.message.bytes", str(most_bytes), incremental_operation=AlterConfigOpType.SET
    )
    topic = ConfigResource(ResourceType.TOPIC, stage.topic(name), incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": stage.servers})
    for changed in admin.incremental_alter_configs([topic]).values():
        await asyncio.wrap_future(changed)
    # The brokers say so before they do so: what they still take in between stays in the topic.
    async with asyncio.timeout(20):
        while await asyncio.to_thread(is_taken, stage.servers, stage.topic(name)):
            continue


def is_taken(servers: str, topic: str) -> bool:
    """Whether the brokers still take a record above the limit."""
    try:
        write(servers, topic, [TOO_LARGE])
    except RuntimeError as refused:
        assert "MSG_SIZE_TOO_LARGE" in str(refused)  # noqa: PT017  # any other refusal is a fault
        return False
    return True


async def small(stage: KafkaStage, name: str) -> list[str]:
    """The values of a topic but for what `limit` wrote."""
    return [value for value in await stage.values(name) if len(value) < len(TOO_LARGE.value or b"")]


async def through(member: Member, stage: KafkaStage, fault: Callable[[], Any]) -> None:
    """Publish while the stage works, let `fault` happen in the middle; nothing may be missing."""
    names = [f"{key}-{number}" for number in range(60) for key in KEYS]
    happened: asyncio.Future[Any] | None = None
    for start in range(0, len(names), 12):
        if start == len(names) // 3:
            await until(lambda: member.worker.settled > 0, "the stage to be at work")
            happened = asyncio.ensure_future(asyncio.to_thread(fault))
        await member.log.publish(
            [mail(each, each.partition("-")[0]) for each in names[start : start + 12]]
        )
    assert happened is not None
    await happened
    await stage.published(names)
    await caught_up(member.log)
    await member.stop()
    assert sorted(set(await stage.values())) == sorted(names)
    assert in_order(await stage.values())
    parts = range(stage.options.partitions or 1)
    assert in_order(
        [
            (r.value or b"").decode()
            for p in parts
            for r in (await stage.records(RAW_INBOX, p)).values()
        ]
    )
    assert [max(0, await stage.committed(p)) for p in parts] == [await stage.end(p) for p in parts]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
async def test_one_of_three_brokers_may_die(
    kafka_trio: SharedKafka, protocol: GroupProtocol
) -> None:
    """It leads partitions and coordinates groups: others take over, and nothing is missing."""
    async with kafka_stage(kafka_trio.bootstrap, protocol, partitions=3) as stage:
        member = await stage.member(Scripted())
        await through(member, stage, lambda: kafka_trio.kill(2))
    kafka_trio.revive()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
async def test_the_only_broker_may_restart_in_the_middle(
    mortal: KafkaCluster, protocol: GroupProtocol
) -> None:
    """Killed, not stopped: what was acknowledged is there again, what was not is sent again."""

    def fault() -> None:
        mortal.kill()
        mortal.restart()

    async with kafka_stage(mortal.bootstrap, protocol, partitions=2) as stage:
        await through(await stage.member(Scripted()), stage, fault)


async def test_a_cut_connection_heals(kafka_proxied: ProxiedKafka) -> None:
    """During the cut publishing is an outage after its time, and afterwards all goes on."""
    async with kafka_stage(kafka_proxied.direct, delivery_timeout_s=2) as stage:
        handler = Scripted()
        member = await stage.member(handler, kafka_proxied.bootstrap)
        await member.log.publish([mail("before")])
        await until(lambda: member.worker.settled == 1, "the first one")
        kafka_proxied.cut()
        with pytest.raises(Outage) as out:
            await asyncio.wait_for(member.log.publish([mail("lost")]), 8)
        assert out.value.scope == "log"
        other = await stage.open()
        await other.publish([mail("meanwhile")])
        kafka_proxied.heal()
        await until(lambda: member.worker.settled == 2, "what came meanwhile", timeout_s=20)
        await member.log.publish([mail("after")])
        await until(lambda: member.worker.settled == 3, "what came after")
        await member.stop()
        assert handler.seen == ["before", "meanwhile", "after"]
        assert await stage.values() == handler.seen
        assert await stage.committed() == 3


async def test_a_record_that_the_brokers_refuse_is_permanently_too_large(kafka: Brokers) -> None:
    """Whoever lowered the limit, trying again is of no use; the next record is taken."""
    async with kafka_stage(kafka.bootstrap) as stage:
        log = await stage.open()
        await limit(stage, RAW_INBOX, 2000)
        with pytest.raises(Permanent) as refused:
            await log.publish([Record(RAW_INBOX, "k", b"x" * 5000)])
        assert refused.value.reason == "too_large"
        await log.publish([mail("small")])
        assert await small(stage, RAW_INBOX) == ["small"]


async def test_an_output_that_the_brokers_refuse_makes_its_input_a_dead_letter(
    kafka: Brokers,
) -> None:
    """Its verdict stands already, and must not be what is published for ever in vain."""

    async def script(message: Message) -> Decision | None:
        if message.envelope.id != "big":
            return None
        return Decision(outputs=(Record(CLASSIFIED, "k", b"x" * 5000),))

    async with kafka_stage(kafka.bootstrap) as stage:
        member = await stage.member(Scripted(script))
        await until(lambda: member.worker.assigned, "the member to join")
        await limit(stage, CLASSIFIED, 2000)
        await member.log.publish([mail("big", "a"), mail("small", "b"), mail("next", "a")])
        await until(lambda: member.worker.settled == 3, "all of them")
        await member.stop()
        (letter,) = (await stage.records(DEAD_LETTERS)).values()
        assert letter.value == b"big"
        assert notes_of(letter.headers)["reason"] == "too_large"
        assert sorted(await small(stage, CLASSIFIED)) == ["next", "small"]
        assert await stage.committed() == 3


async def test_another_number_of_partitions_is_refused_by_its_key(kafka: Brokers) -> None:
    """With it a key's records would lie in two partitions, out of order."""
    async with kafka_stage(kafka.bootstrap, partitions=2) as stage:
        await stage.create(RAW_INBOX, 3, max_message_bytes=2_500_000)
        with pytest.raises(ConfigurationError, match=r"^kafka\.partitions: .*has 3.*set 3") as no:
            await stage.open()
        assert "\n" not in str(no.value)


async def test_a_topic_for_small_records_only_is_refused_at_the_start(kafka: Brokers) -> None:
    """Better than the first large mail, weeks later."""
    async with kafka_stage(kafka.bootstrap) as stage:
        await stage.create(CLASSIFIED, max_message_bytes=100_000)
        with pytest.raises(ConfigurationError, match=r"max\.message\.bytes") as no:
            await stage.open()
        assert stage.topic(CLASSIFIED) in str(no.value)
        assert "\n" not in str(no.value)
