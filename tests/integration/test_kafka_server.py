"""The real broker that other tests build on does what they take for granted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from support.kafka.jars import KafkaMissing
from support.kafka.server import KafkaCluster
from support.servers import missing

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KafkaCluster]:
    """One broker of the test's own, which it may kill."""
    cluster = KafkaCluster(tmp_path)
    try:
        cluster.start()
        yield cluster
    except KafkaMissing as error:
        missing(str(error))
    finally:
        cluster.kill_all()


def test_what_was_acknowledged_is_there_after_a_kill(cluster: KafkaCluster) -> None:
    """A broker that comes back has its data: chaos tests tell a loss of ours from one of its."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    admin.create_topics([NewTopic("t", 1)])["t"].result(10)
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "acks": "all"})
    producer.produce("t", b"kept")
    assert producer.flush(10) == 0
    cluster.kill()
    cluster.restart()
    consumer = Consumer(
        {"bootstrap.servers": cluster.bootstrap, "group.id": "g", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["t"])
    message = consumer.poll(20)
    consumer.close()
    assert message is not None
    assert message.value() == b"kept"
