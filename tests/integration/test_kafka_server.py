"""The real broker that other tests build on does what they take for granted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException
from confluent_kafka.admin import AdminClient

from support.kafka.detours import ProxiedKafka
from support.kafka.fixtures import kafka, kafka_proxied, kafka_trio, need_kafka, own_kafka
from support.kafka.nodes import Brokers
from support.kafka.records import (
    ABORTED,
    COMPACTED,
    Raw,
    compact,
    fresh_topics,
    quick_sessions,
    read,
    transactional_records,
    write,
)
from support.kafka.shared import SharedKafka
from support.tree import ROOT
from support.waiting import wait_until

__all__ = ["kafka", "kafka_proxied", "kafka_trio"]

pytestmark = pytest.mark.integration

NUMBERS = [Raw(b"%d" % number, b"key", (("kind", b"number"),)) for number in range(6)]

HOLDER = """
import json, sys
from confluent_kafka import Consumer
consumer = Consumer(json.loads(sys.argv[1]))
consumer.subscribe([sys.argv[2]])
print(consumer.poll(60).value().decode(), flush=True)
sys.stdin.read()
"""
USER_OF_SHARED = """
import sys
from pathlib import Path
from support.kafka.shared import shared_kafka
print(shared_kafka(Path(sys.argv[1])).bootstrap, flush=True)
sys.stdin.read()
"""


def values(records: dict[int, Raw]) -> list[bytes | None]:
    """In order of their offsets."""
    return [records[offset].value for offset in sorted(records)]


ALL = values(dict(enumerate(NUMBERS)))


def answers(bootstrap: str) -> bool:
    """Whether a new client gets an answer soon."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


def python(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A process that runs `code` until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT / "tests",
    )


def said(process: "subprocess.Popen[bytes]") -> bytes:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_is_written_is_read_with_key_and_headers(kafka: Brokers) -> None:
    """Nothing is to be learned from a broker that changes what it is given."""
    topic = fresh_topics(kafka.bootstrap, ["plain"], 2)["plain"]
    offsets = write(kafka.bootstrap, topic, NUMBERS, partition=1)
    assert read(kafka.bootstrap, topic, partition=1) == dict(zip(offsets, NUMBERS, strict=True))
    assert read(kafka.bootstrap, topic, partition=0) == {}


def test_transactions_leave_gaps_that_no_reader_is_shown(kafka: Brokers) -> None:
    """A client that commits the offset after the last one it saw is to meet real gaps."""
    topic = fresh_topics(kafka.bootstrap, ["gaps"])["gaps"]
    offsets = transactional_records(kafka.bootstrap, topic, NUMBERS, per_transaction=2)
    assert offsets == [2, 3, 7, 8, 12, 13]
    assert sorted(read(kafka.bootstrap, topic)) == offsets
    seen = read(kafka.bootstrap, topic, config={"isolation.level": "read_uncommitted"})
    assert seen[0] == ABORTED


def test_compaction_takes_records_away_within_seconds(kafka: Brokers) -> None:
    """What a broker does in the course of a day has to happen while a test looks on."""
    topic = fresh_topics(kafka.bootstrap, ["compacted"], **COMPACTED)["compacted"]
    records = [Raw(b"%d" % number, b"%d" % (number % 3)) for number in range(30)]
    left = compact(kafka.bootstrap, topic, [*records, Raw(b"last", b"0")])
    assert values(left) == [b"27", b"28", b"29", b"last"]
    assert min(left) == 27


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_group_of_either_protocol_notices_a_death_soon(kafka: Brokers, protocol: str) -> None:
    """A test of rebalancing waits for a session of a second, not for the usual 45."""
    topic = fresh_topics(kafka.bootstrap, ["group"])["group"]
    write(kafka.bootstrap, topic, NUMBERS[:1])
    config: dict[str, str | int | float | bool] = {
        "bootstrap.servers": kafka.bootstrap,
        "group.id": f"readers-of-{topic}",
        "group.protocol": protocol,
        "auto.offset.reset": "earliest",
    }
    if protocol == "classic":
        config |= {"session.timeout.ms": 1000, "heartbeat.interval.ms": 200}
    else:
        quick_sessions(kafka.bootstrap, f"readers-of-{topic}")
    with python(HOLDER, json.dumps(config), topic) as holder:
        assert said(holder) == b"0"
        holder.kill()
    successor = Consumer(config)
    successor.subscribe([topic])
    message = successor.poll(15)
    successor.close()
    assert message is not None


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    """A broker that comes back has its data: chaos tests tell a loss of ours from one of its."""
    with own_kafka(tmp_path) as cluster:
        topic = fresh_topics(cluster.bootstrap, ["kept"])["kept"]
        write(cluster.bootstrap, topic, NUMBERS)
        cluster.kill()
        assert not answers(cluster.bootstrap)
        cluster.restart()
        assert values(read(cluster.bootstrap, topic)) == ALL
        cluster.stop()
        cluster.start()
        assert values(read(cluster.bootstrap, topic)) == ALL


def test_three_brokers_bear_the_loss_of_one_and_come_back_from_that_of_all(
    kafka_trio: SharedKafka,
) -> None:
    """What all in-sync replicas confirmed outlives brokers, and writing goes on without one."""
    topic = fresh_topics(kafka_trio.bootstrap, ["durable"])["durable"]
    write(kafka_trio.bootstrap, topic, NUMBERS[:3])
    admin = AdminClient({"bootstrap.servers": kafka_trio.bootstrap, "log_level": 0})
    (partition,) = admin.list_topics(topic).topics[topic].partitions.values()
    assert len(partition.replicas) == 3
    kafka_trio.kill(partition.leader)
    write(kafka_trio.bootstrap, topic, NUMBERS[3:])
    assert values(read(kafka_trio.bootstrap, topic)) == ALL
    for broker in kafka_trio.running():
        kafka_trio.kill(broker)
    assert kafka_trio.running() == []
    kafka_trio.revive()
    # A leader shows its records again once its followers have told it how far they are.
    wait_until(lambda: values(read(kafka_trio.bootstrap, topic)) == ALL, "the records")


def test_a_cut_client_is_cut_and_the_others_are_not(
    kafka: Brokers, kafka_proxied: ProxiedKafka
) -> None:
    """A test of an outage looks at the broker while the client under test cannot."""
    (proxy,) = kafka_proxied.proxies
    topic = fresh_topics(kafka_proxied.bootstrap, ["cut"])["cut"]
    assert proxy.accepted > 0
    for harm in (kafka_proxied.cut, kafka_proxied.stall):
        harm()
        assert not answers(kafka_proxied.bootstrap)
        assert answers(kafka.bootstrap)
        kafka_proxied.heal()
        wait_until(lambda: answers(kafka_proxied.bootstrap), "the way to be open again")
    write(kafka_proxied.bootstrap, topic, NUMBERS)
    assert values(read(kafka.bootstrap, topic)) == ALL


def test_what_is_held_comes_through_whole_and_once(kafka_proxied: ProxiedKafka) -> None:
    """A stall delays; were it to lose or repeat bytes, it would be another fault."""
    topic = fresh_topics(kafka_proxied.bootstrap, ["held"])["held"]
    with python(
        "import sys\n"
        "from support.kafka.records import Raw, write\n"
        "for line in sys.stdin:\n"
        "    print(write(sys.argv[1], sys.argv[2], [Raw(line.encode())]), flush=True)\n",
        kafka_proxied.bootstrap,
        topic,
    ) as writer:
        assert writer.stdin is not None
        writer.stdin.write(b"before\n")
        writer.stdin.flush()
        assert said(writer) == b"[0]"
        (proxy,) = kafka_proxied.proxies
        kafka_proxied.stall()
        writer.stdin.write(b"during\n")
        writer.stdin.flush()
        wait_until(lambda: proxy.held_bytes > 0, "something to be held")
        assert values(read(kafka_proxied.direct, topic)) == [b"before\n"]
        kafka_proxied.heal()
        assert said(writer) == b"[1]"
    assert values(read(kafka_proxied.direct, topic)) == [b"before\n", b"during\n"]


def test_processes_share_one_broker_which_goes_with_the_last(tmp_path: Path) -> None:
    """Two workers of one run do not start two brokers, and a killed worker leaves none behind."""
    need_kafka()
    with (
        python(USER_OF_SHARED, str(tmp_path)) as one,
        python(USER_OF_SHARED, str(tmp_path)) as other,
    ):
        bootstrap = said(one).decode()
        assert said(other).decode() == bootstrap
        one.communicate()
        assert answers(bootstrap)
        other.kill()
        other.communicate()
        wait_until(lambda: not answers(bootstrap), "the broker to go")
