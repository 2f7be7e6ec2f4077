"""Topics of one partition, written in full before anybody reads them.

A topic with transaction markers is written in transactions of one to six records by several
producers at once, each with keys of its own, so that a key's messages stand in their order while
open, committed and aborted transactions interleave as they do in life. Each tenth transaction is
aborted: its records and every transaction's marker take offsets that no reader is given.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from stream.values import ABORTED, headers_of, key_name, value_of
from stream.workloads import Workload

_WRITERS = 8
_MOST_A_TRANSACTION = 6
_ABORTED_EACH = 10
_PATIENCE_S = 30.0
_SILENT = {"log_level": 2}
"""The client's chatter says nothing here; what fails is raised."""


def create(servers: str, topic: str) -> None:
    """Make `topic` with one partition; one that is there already is an error."""
    admin = AdminClient({"bootstrap.servers": servers, **_SILENT})
    (made,) = admin.create_topics([NewTopic(topic, 1, 1)]).values()
    made.result(_PATIENCE_S)
    deadline = time.monotonic() + _PATIENCE_S
    while topic not in admin.list_topics(timeout=_PATIENCE_S).topics:
        if time.monotonic() > deadline:
            raise RuntimeError(f"topic {topic} does not appear")


def delete(servers: str, topic: str) -> None:
    """Remove `topic` and its records."""
    admin = AdminClient({"bootstrap.servers": servers, **_SILENT})
    (gone,) = admin.delete_topics([topic]).values()
    gone.result(_PATIENCE_S)


def fill(servers: str, topic: str, workload: Workload, count: int) -> None:
    """Write messages 0 to `count` - 1 of `workload`, durably."""
    keys = workload.key_numbers(count)
    if not workload.markers:
        _write(servers, topic, keys)
        return
    failures: list[BaseException] = []
    writers = [
        threading.Thread(target=_transact, args=(servers, topic, keys, writer, failures))
        for writer in range(_WRITERS)
    ]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    if failures:
        raise failures[0]


def _write(servers: str, topic: str, keys: Sequence[int]) -> None:
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "enable.idempotence": True,
            "linger.ms": 50,
            "queue.buffering.max.messages": 200_000,
            **_SILENT,
        }
    )
    for number, key in enumerate(keys):
        _produce(producer, topic, number, key)
    if producer.flush(_PATIENCE_S):
        raise RuntimeError(f"topic {topic} was not written in full")


def _transact(
    servers: str, topic: str, keys: Sequence[int], writer: int, failures: list[BaseException]
) -> None:
    """Write what has this writer's keys; what goes wrong is left in `failures`."""
    try:
        producer = Producer(
            {
                "bootstrap.servers": servers,
                "transactional.id": f"{topic}-{writer}",
                "linger.ms": 0,
                **_SILENT,
            }
        )
        producer.init_transactions(_PATIENCE_S)
        mine = ((n, key) for n, key in enumerate(keys) if key % _WRITERS == writer)
        chance = random.Random(writer)  # noqa: S311  # repeatable, guards nothing
        for turn, batch in enumerate(_batches(mine, chance)):
            if turn % _ABORTED_EACH == _ABORTED_EACH - 1:
                _transaction(producer, topic, [(ABORTED + n, key) for n, key in batch])
                producer.abort_transaction(_PATIENCE_S)
            _transaction(producer, topic, batch)
            producer.commit_transaction(_PATIENCE_S)
    except BaseException as error:  # noqa: BLE001  # raised again by the thread that waits
        failures.append(error)


def _batches(
    messages: Iterator[tuple[int, int]], chance: random.Random
) -> Iterator[list[tuple[int, int]]]:
    while batch := list(islice(messages, chance.randint(1, _MOST_A_TRANSACTION))):
        yield batch


def _transaction(producer: Any, topic: str, batch: Sequence[tuple[int, int]]) -> None:
    producer.begin_transaction()
    for number, key in batch:
        _produce(producer, topic, number, key)
    # An aborted record that had not left this process would take no offset.
    producer.flush(_PATIENCE_S)


def _produce(producer: Any, topic: str, number: int, key: int) -> None:
    value, headers = value_of(number), headers_of(number)
    while True:
        try:
            producer.produce(topic, value, key_name(key), headers=headers)
        except BufferError:
            producer.poll(0.05)
        else:
            producer.poll(0)
            return
