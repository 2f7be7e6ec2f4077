"""The topics: created as we need them, or checked to be so."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewTopic

from careerops.adapters.kafka.clients import MAX_MESSAGE_BYTES, Electing, error_of, meaning
from careerops.adapters.kafka.detached import detached
from careerops.adapters.kafka.options import Options
from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES, MAX_RECORD_BYTES
from careerops.domain.errors import ConfigurationError
from careerops.domain.topics import DEAD_LETTERS

DEFAULT_PARTITIONS: Final = 6
_LEAST_BYTES: Final = MAX_RECORD_BYTES + MAX_DEAD_LETTER_HEADER_BYTES
_SIZE: Final = "max.message.bytes"
_RETENTION: Final = "retention.ms"
_ASK_AGAIN_S: Final = 0.1

AnswerT = TypeVar("AnswerT")


async def awaited(future: "Future[Any]") -> Any:
    """What an admin call answers.

    Raises:
        Outage: the brokers do not answer or refuse us (scope `log`).
    """
    try:
        return await asyncio.wrap_future(future)
    except KafkaException as exception:
        raise meaning(error_of(exception)) from None


async def patiently(ask: Callable[[], Awaitable[AnswerT]], timeout_s: float) -> AnswerT:
    """What `ask` answers; asked again while leaders and coordinators are being elected.

    Raises:
        Outage: still not after `timeout_s` seconds (scope `log`).
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return await ask()
        except Electing:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_ASK_AGAIN_S)


async def partitions_of(admin: AdminClient, options: Options) -> dict[str, int]:
    """Topic -> how many partitions it has, for all topics of the cluster.

    Raises:
        Outage: the brokers do not answer (scope `log`).
    """
    try:
        metadata = await detached(admin.list_topics, timeout=options.request_timeout_s)
    except KafkaException as exception:
        raise meaning(error_of(exception)) from None
    return {name: len(topic.partitions) for name, topic in metadata.topics.items()}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a topic is now.

    Attributes:
        partitions: how many.
        log_id: of the topic itself: one that is deleted and created again has another. '' where
            brokers give none (before 2.8).
    """

    partitions: int
    log_id: str = ""


async def shapes_of(
    admin: AdminClient, topics: Sequence[str], options: Options
) -> dict[str, Shape]:
    """Topic -> what it is, of those that are there.

    Raises:
        Outage: the brokers do not answer or refuse us (scope `log`).
    """
    names = [options.prefix + name for name in topics]
    found: dict[str, Shape] = {}
    asked = admin.describe_topics(TopicCollection(names), request_timeout=options.request_timeout_s)
    for name, future in asked.items():
        try:
            topic = await asyncio.wrap_future(future)
        except KafkaException as exception:
            error = error_of(exception)
            if error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise meaning(error) from None
        else:
            shape = Shape(
                len(topic.partitions), "" if _is_zero(topic.topic_id) else str(topic.topic_id)
            )
            found[name.removeprefix(options.prefix)] = shape
    return found


def _is_zero(uuid: Any) -> bool:
    return uuid is None or not (
        uuid.get_most_significant_bits() or uuid.get_least_significant_bits()
    )


async def ensure(
    admin: AdminClient, topics: Sequence[str], options: Options, retention: timedelta
) -> dict[str, int]:
    """Create what is missing of `topics`, check what is there; topic -> partitions.

    Raises:
        ConfigurationError: a topic is not as it has to be, or cannot be created.
        Outage: the brokers do not answer (scope `log`).
    """
    found = await partitions_of(admin, options)
    known = {name: found[full] for name in topics if (full := options.prefix + name) in found}
    missing = [name for name in topics if name not in known]
    if missing and (there := await _create(admin, missing, options, retention)):
        # Another process made them just now, or the broker that was asked had not heard of them.
        found = await partitions_of(admin, options)
        known |= {name: found[full] for name in there if (full := options.prefix + name) in found}
    _check_partitions(known, options)
    await _check_sizes(admin, [options.prefix + name for name in known])
    return {name: known.get(name) or _partitions(name, options) for name in topics}


def _partitions(topic: str, options: Options) -> int:
    # Few letters, and in the order in which they came: one partition.
    return 1 if topic == DEAD_LETTERS else options.partitions or DEFAULT_PARTITIONS


async def _create(
    admin: AdminClient, topics: Sequence[str], options: Options, retention: timedelta
) -> list[str]:
    """Create them; those that are there already."""
    there: list[str] = []
    settings = {
        "cleanup.policy": "delete",
        _RETENTION: str(int(retention.total_seconds() * 1000)),
        _SIZE: str(MAX_MESSAGE_BYTES),
    }
    wanted = [
        NewTopic(
            options.prefix + name,
            _partitions(name, options),
            options.replication or -1,
            # Who has not decided about a dead letter must not lose it to the calendar.
            config=settings | ({_RETENTION: "-1"} if name == DEAD_LETTERS else {}),
        )
        for name in topics
    ]
    futures = admin.create_topics(wanted, request_timeout=options.request_timeout_s)
    for name, future in futures.items():
        try:
            await asyncio.wrap_future(future)
        except KafkaException as exception:
            error = error_of(exception)
            if error.code() == KafkaError.TOPIC_ALREADY_EXISTS:
                there.append(name.removeprefix(options.prefix))
                continue
            raise ConfigurationError(
                f"log: the topic {name} is missing and cannot be created ({error.name()}):"
                " create it, or allow it; see [kafka]"
            ) from None
    return there


def _check_partitions(known: Mapping[str, int], options: Options) -> None:
    for name, number in known.items():
        wanted = options.partitions
        if name != DEAD_LETTERS and wanted is not None and number != wanted:
            raise ConfigurationError(
                f"kafka.partitions: {name} has {number} partitions, not {wanted}: set {number},"
                " because a key's partition must not change"
            )


async def _check_sizes(admin: AdminClient, topics: Sequence[str]) -> None:
    if not topics:
        return
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
    for resource, future in admin.describe_configs(resources).items():
        entries = await awaited(future)
        limit = int(entries[_SIZE].value) if _SIZE in entries else _LEAST_BYTES
        if limit < _LEAST_BYTES:
            raise ConfigurationError(
                f"log: the topic {resource.name} takes records of {limit} bytes only:"
                f" set its {_SIZE} to {MAX_MESSAGE_BYTES}"
            )
