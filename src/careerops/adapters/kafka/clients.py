"""What the clients are configured with, and what their errors mean to us.

Names and defaults of properties: librdkafka, CONFIGURATION.md.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from careerops.adapters.kafka.options import Options
from careerops.domain.errors import CareerOpsError, ConfigurationError, Fenced, Outage, Permanent
from careerops.domain.limits import MAX_DEAD_LETTER_BYTES

ClientT = TypeVar("ClientT")

CLIENT_LOG: Final = logging.getLogger("librdkafka")
MAX_MESSAGE_BYTES: Final = MAX_DEAD_LETTER_BYTES + 256 * 1024
_TOKEN_LIFE_S: Final = 300.0

_TOO_LARGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
_NO_TOPIC: Final = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001  # the client's own codes have such names
        KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001  # the same
    }
)
_ELECTING: Final = frozenset(
    {
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError._NOENT,  # noqa: SLF001  # the client's own codes have such names; no leader known
    }
)
_DENIED: Final = frozenset(
    {
        KafkaError._AUTHENTICATION,  # noqa: SLF001  # the same
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)

_ENDED: Final = frozenset(
    {
        KafkaError._FATAL,  # noqa: SLF001  # the client's own codes have such names
        KafkaError._FENCED,  # noqa: SLF001  # the same
        KafkaError._INCONSISTENT,  # noqa: SLF001  # the same
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
        KafkaError.PRODUCER_FENCED,
        KafkaError.UNKNOWN_PRODUCER_ID,
    }
)
"""Of a record, too: clients were seen that fail each one so, for ever, without a fatal error."""


def common(servers: str, options: Options) -> dict[str, Any]:
    """The properties of every client."""
    properties: dict[str, Any] = {
        "bootstrap.servers": servers,
        "client.id": f"careerops-{socket.gethostname()}-{os.getpid()}",
        "security.protocol": options.security,
        "socket.keepalive.enable": True,
        # Partitions that are added are to be written and read within seconds, not minutes.
        "topic.metadata.refresh.interval.ms": 10_000,
        "socket.timeout.ms": ms(options.request_timeout_s),
        "socket.connection.setup.timeout.ms": ms(min(options.request_timeout_s, 10.0)),
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 2000,
        "message.max.bytes": MAX_MESSAGE_BYTES,
        "logger": CLIENT_LOG,
    }
    files = {
        "ssl.ca.location": options.ca_file,
        "ssl.certificate.location": options.certificate_file,
        "ssl.key.location": options.key_file,
    }
    properties.update({name: str(path) for name, path in files.items() if path is not None})
    properties.update(_sasl(options))
    properties.update(options.properties)
    return properties


def _sasl(options: Options) -> dict[str, Any]:
    if not options.sasl_mechanism:
        return {}
    properties: dict[str, Any] = {"sasl.mechanism": options.sasl_mechanism}
    if options.password is not None:
        properties["sasl.username"] = options.username
        properties["sasl.password"] = options.password.get()
    if options.token is not None:
        properties["oauth_cb"] = _token_source(options)
    return properties


def _token_source(options: Options) -> Callable[[str], tuple[str, float]]:
    """The client asks again at four fifths of a token's life; a file may hold a newer one then."""
    secret = options.token

    def token(_: str) -> tuple[str, float]:
        return (secret.get() if secret is not None else "", time.time() + _TOKEN_LIFE_S)

    return token


def consumer(servers: str, options: Options, group: str) -> dict[str, Any]:
    """The properties of a member of `group`."""
    properties: dict[str, Any] = {
        "group.id": group,
        "group.protocol": options.group_protocol,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        # Where a partition ends tells how far it was read, also behind transaction markers.
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 100,
        "fetch.error.backoff.ms": 100,
        # A partition that was full or paused for a moment is not to starve for a second.
        "fetch.queue.backoff.ms": 10,
        # What is fetched ahead lies in memory: enough for a few hundred mails, not for gigabytes.
        "queued.max.messages.kbytes": 16 * 1024,
        "fetch.message.max.bytes": 4 * 1024 * 1024,
    }
    if options.group_protocol == "classic":
        properties["partition.assignment.strategy"] = "cooperative-sticky"
        properties["session.timeout.ms"] = ms(options.session_timeout_s)
        properties["heartbeat.interval.ms"] = ms(min(3.0, options.session_timeout_s / 3))
    return properties | common(servers, options)


def reader(servers: str, options: Options, group: str = "careerops.reader") -> dict[str, Any]:
    """The properties of a reader that joins no group, asking in the name of `group`."""
    properties = consumer(servers, options, group)
    for name in ("group.protocol", "partition.assignment.strategy", "session.timeout.ms"):
        properties.pop(name, None)
    properties.pop("heartbeat.interval.ms", None)
    # Beyond its end a partition is to say so, not to begin again: see `Reader`.
    return properties | {
        "auto.offset.reset": "error",
        "fetch.wait.max.ms": 10,
        "queued.max.messages.kbytes": 4 * 1024,
    }


def producer(servers: str, options: Options) -> dict[str, Any]:
    """The properties of an idempotent producer: acknowledged by all, in order, no duplicates."""
    properties: dict[str, Any] = {
        "enable.idempotence": True,
        "acks": "all",
        # The partitioner of the Java client: a key has one partition whoever writes it.
        "partitioner": "murmur2_random",
        "linger.ms": 1,
        "message.timeout.ms": ms(options.delivery_timeout_s),
        "queue.buffering.max.kbytes": 64 * 1024,
    }
    return properties | common(servers, options)


class Electing(Outage):
    """Leaders or coordinators are being elected: the same question is answered soon."""

    def __init__(self, error: KafkaError) -> None:
        super().__init__(
            f"Kafka is electing leaders ({error.name()}): try again in a moment", scope="log"
        )


def meaning(error: KafkaError) -> CareerOpsError:
    """What an error of the client means for the call that met it; never with any value in it."""
    code = error.code()
    if code in _ELECTING:
        return Electing(error)
    if code in _TOO_LARGE:
        return Permanent(
            f"the brokers refuse this size: set their max.message.bytes to {MAX_MESSAGE_BYTES}",
            reason="too_large",
        )
    if code in _NO_TOPIC:
        return Permanent("a record is for a topic that does not exist", reason="unknown_topic")
    if is_denial(error):
        return Outage(
            f"Kafka refuses our credentials ({error.name()}): check the [kafka] table", scope="log"
        )
    return Outage(f"Kafka cannot be used ({error.name()}): check its brokers", scope="log")


def known_topic(error: KafkaError) -> CareerOpsError:
    """As `meaning`, where the topic is known to exist: a broker that says otherwise starts up."""
    return Electing(error) if error.code() in _NO_TOPIC else meaning(error)


def is_denial(error: KafkaError) -> bool:
    """Whether it means that the brokers refuse our credentials."""
    return error.code() in _DENIED


def has_ended(error: KafkaError) -> bool:
    """Whether the client that says so is of no use any more.

    An exception of `produce` has the code of a fatal error, and yet `fatal()` is false of it.
    """
    return error.fatal() or error.code() in _ENDED


def ended(error: KafkaError) -> Fenced:
    """What it means that a consumer has ended by an error and can bring nothing more."""
    return Fenced(f"Kafka has ended this consumer for good ({error.name()}): start again")


def error_of(exception: KafkaException) -> KafkaError:
    """The client's error in its exception."""
    error: KafkaError = exception.args[0]
    return error


def checked(build: Callable[[dict[str, Any]], ClientT], properties: dict[str, Any]) -> ClientT:
    """A client of `properties`.

    Raises:
        ConfigurationError: librdkafka does not know or does not accept one of them.
    """
    try:
        return build(properties)
    except KafkaException as exception:
        # Its text names the property; a value that it may quote is not repeated.
        text = str(error_of(exception).str())
        named = next((name for name in properties if f'"{name}"' in text), "")
        where = f"kafka.properties: {named}" if named else "kafka"
        raise ConfigurationError(
            f"{where}: librdkafka does not accept this; see its CONFIGURATION.md"
        ) from None


def ms(seconds: float) -> int:
    """Whole milliseconds."""
    return int(seconds * 1000)
