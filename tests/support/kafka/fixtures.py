"""What tests of Kafka take: `from support.kafka.fixtures import kafka` and name it in `__all__`.

All processes of a run share the brokers, so topics and groups need names of their own
(`support.kafka.records.fresh_topics`), and only `kafka_trio` may be killed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.kafka.detours import ProxiedKafka, proxied
from support.kafka.jars import KafkaMissing, class_path, java, locked
from support.kafka.nodes import Brokers
from support.kafka.server import KafkaCluster
from support.kafka.shared import SharedKafka, shared_kafka
from support.servers import missing

_WAYS = 2


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Brokers:
    """One broker, shared by all and killed by none."""
    return _cluster(_run_folder(tmp_path_factory) / "kafka", brokers=1, detours=_WAYS)


@pytest.fixture
def kafka_proxied(
    kafka: Brokers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProxiedKafka]:
    """The same broker through a proxy of this test's own, to be cut and stalled."""
    way = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WAYS
    # With more workers than ways, those of the same way wait for one another.
    with (
        locked(_run_folder(tmp_path_factory) / f"way-{way}.lock"),
        proxied(kafka, way) as cluster,
    ):
        yield cluster


@pytest.fixture
def kafka_trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedKafka]:
    """Three brokers that this test has alone and may kill; they are alive again for the next."""
    folder = _run_folder(tmp_path_factory)
    with locked(folder / "trio.lock"):
        cluster = _cluster(folder / "trio", brokers=3, detours=1)
        cluster.revive()
        yield cluster


def need_kafka() -> None:
    """End the test unless a broker could be started here."""
    try:
        java()
        class_path()
    except KafkaMissing as error:
        missing(str(error))


@contextmanager
def own_kafka(folder: Path, **options: Any) -> Iterator[KafkaCluster]:
    """A cluster of the test's own, with any options of `KafkaCluster`."""
    need_kafka()
    with KafkaCluster(folder, **options) as cluster:
        yield cluster


def _cluster(folder: Path, *, brokers: int, detours: int) -> SharedKafka:
    need_kafka()
    return shared_kafka(folder, brokers=brokers, detours=detours)


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for every process of this run, be it one or a worker of several."""
    base = factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-gw") else base) / "brokers"
