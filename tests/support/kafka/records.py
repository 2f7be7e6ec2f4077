"""Topics and records as tests need them: names of their own, and offsets with gaps.

A partition's offsets have gaps wherever a transaction ended (its marker takes one), was aborted
(its records are skipped by readers), or compaction and retention took records away.
"""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, cast

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewTopic

from support.waiting import wait_until

_ANSWER_S = 30.0
_SEGMENT_MS = 60_000

COMPACTED: Final[dict[str, Any]] = {
    "cleanup.policy": "compact",
    "segment.ms": str(_SEGMENT_MS),
    "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0",
}
"""Settings of a topic for `compact`; the cleaner of `settings.QUICK` looks ten times a second."""


class Raw(NamedTuple):
    """A record as a broker has it."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


ABORTED: Final = Raw(b"of an aborted transaction")


def fresh_topics(
    bootstrap: str, names: Iterable[str], partitions: int = 1, **config: Any
) -> dict[str, str]:
    """Create topics that no other test has: the names asked for -> the names they got.

    Settings have underscores for dots: `fresh_topics(..., cleanup_policy="compact")`. Each
    partition has as many replicas as there are brokers, and a leader that all of them know.
    """
    suffix = uuid.uuid4().hex[:10]
    topics = {name: f"{name}-{suffix}" for name in names}
    settings = {name.replace("_", "."): str(value) for name, value in config.items()}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = [NewTopic(topic, partitions, config=settings) for topic in topics.values()]
    for created in admin.create_topics(wanted).values():
        created.result(_ANSWER_S)
    for topic in topics.values():
        wait_until(partial(_is_led, admin, topic, partitions), f"a leader of {topic}")
    return topics


def _is_led(admin: AdminClient, topic: str, partitions: int) -> bool:
    """Whether every broker that lives knows a leader of every partition."""
    brokers = admin.list_topics(topic, timeout=_ANSWER_S).brokers.values()
    return all(_knows(f"{each.host}:{each.port}", topic, partitions) for each in brokers)


def _knows(broker: str, topic: str, partitions: int) -> bool:
    # A new client asks the one it was told of: it knows no other yet.
    client = AdminClient({"bootstrap.servers": broker, "log_level": 0})
    try:
        found = client.list_topics(topic, timeout=1).topics[topic].partitions
    except KafkaException:
        return False  # it died a moment ago, and will soon be no longer among those that live
    return len(found) == partitions and all(each.leader >= 0 for each in found.values())


def quick_sessions(bootstrap: str, group: str, session_ms: int = 1000) -> None:
    """Let a group of the protocol `consumer` notice a dead member so soon.

    There the broker sets the time, where a member of the protocol `classic` says it by itself
    (`session.timeout.ms`).
    """
    timings = {"session.timeout": session_ms, "heartbeat.interval": session_ms // 5}
    entries = [
        ConfigEntry(f"consumer.{name}.ms", str(ms), incremental_operation=AlterConfigOpType.SET)
        for name, ms in timings.items()
    ]
    resource = ConfigResource(ResourceType.GROUP, group, incremental_configs=entries)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for changed in admin.incremental_alter_configs([resource]).values():
        changed.result(_ANSWER_S)


def write(
    bootstrap: str, topic: str, records: Sequence[Raw], *, partition: int = 0, at_ms: int = 0
) -> list[int]:
    """Write `records` in order; their offsets. They bear the time `at_ms`, now without one."""
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    return _produced(producer, topic, records, partition, at_ms)


def transactional_records(
    bootstrap: str,
    topic: str,
    records: Sequence[Raw],
    *,
    partition: int = 0,
    per_transaction: int = 1,
    aborted: Raw = ABORTED,
) -> list[int]:
    """Write `records` in committed transactions, with an aborted one before each; their offsets.

    Between the records of two transactions lie three offsets that no reader of committed records
    gets to see: a marker of the commit, the `aborted` record, and the marker of its abortion.
    """
    producer = Producer(
        {"bootstrap.servers": bootstrap, "transactional.id": f"test-{uuid.uuid4().hex}"}
    )
    producer.init_transactions(_ANSWER_S)
    offsets = []
    for start in range(0, len(records), per_transaction):
        producer.begin_transaction()
        _produced(producer, topic, [aborted], partition)
        producer.abort_transaction(_ANSWER_S)
        producer.begin_transaction()
        batch = records[start : start + per_transaction]
        offsets += _produced(producer, topic, batch, partition)
        producer.commit_transaction(_ANSWER_S)
    return offsets


def compact(
    bootstrap: str, topic: str, records: Sequence[Raw], *, partition: int = 0
) -> dict[int, Raw]:
    """Write `records` to an empty topic made with `COMPACTED`, and wait until it is compacted.

    The last one goes to a segment of its own, which a broker never compacts; of those before it
    only the last of each key stays. What is left, by offset. Seconds, for some hundred records.
    """
    earlier, last = records[:-1], records[-1:]
    offsets = write(bootstrap, topic, earlier, partition=partition)
    # A segment is rolled by the time of a record, so that nobody has to wait for it.
    later_ms = int(time.time() * 1000) + 2 * _SEGMENT_MS
    (end,) = write(bootstrap, topic, last, partition=partition, at_ms=later_ms)
    newest = {record.key: offset for offset, record in zip(offsets, earlier, strict=True)}
    expected = {*newest.values(), end}

    def compacted() -> bool:
        return set(read(bootstrap, topic, partition=partition)) == expected

    wait_until(compacted, f"compaction of {topic}", timeout_s=_ANSWER_S)
    return read(bootstrap, topic, partition=partition)


def read(
    bootstrap: str,
    topic: str,
    *,
    partition: int = 0,
    config: Mapping[str, str | int | float | bool] | None = None,
) -> dict[int, Raw]:
    """Every committed record of a partition by its offset, to the end it has now."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",  # where retention took the first ones
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,  # the end is told by an answer without records
            "isolation.level": "read_committed",
            **(config or {}),
        }
    )
    found: dict[int, Raw] = {}
    try:
        consumer.assign([TopicPartition(topic, partition, 0)])
        while (message := consumer.poll(_ANSWER_S)) is not None:
            error = message.error()
            if error is None:
                found[_offset(message)] = _raw(message)
            elif error.name() == "_PARTITION_EOF":
                return found
            else:
                raise KafkaException(error)
    finally:
        consumer.close()
    raise TimeoutError(f"{topic} was not read to its end in {_ANSWER_S:.0f} s")


def _produced(
    producer: Producer, topic: str, records: Sequence[Raw], partition: int, at_ms: int = 0
) -> list[int]:
    offsets: list[int] = []
    errors: list[object] = []

    def delivered(error: object, message: Message) -> None:
        if error is not None:
            errors.append(error)
        else:
            offsets.append(_offset(message))

    for record in records:
        producer.produce(
            topic,
            record.value,
            record.key,
            partition=partition,
            on_delivery=delivered,
            timestamp=at_ms,
            headers=list(record.headers),
        )
    left = producer.flush(_ANSWER_S)
    if errors or left:
        raise RuntimeError(f"{left} records not written, errors {errors[:3]}")
    return offsets


def _offset(message: Message) -> int:
    offset = message.offset()
    assert offset is not None, "what was read or written has an offset"
    return offset


def _raw(message: Message) -> Raw:
    headers = cast("list[tuple[str, bytes]]", message.headers() or [])
    return Raw(message.value(), message.key(), tuple(headers))
