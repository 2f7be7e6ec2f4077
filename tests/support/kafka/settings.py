"""What a broker is told: settings of its place in the cluster, and those that suit short tests."""

from collections.abc import Iterable, Mapping
from typing import Final

from support.kafka.nodes import Node

USER: Final = "alice"
"""Whom the listener with authentication knows: SCRAM-SHA-256, PLAIN, and any unsecured token."""
PASSWORD: Final = "correct-horse"

_BYTES_IN_A_MESSAGE = 4 * 1024 * 1024

QUICK: Final[dict[str, str]] = {
    # A consumer that joins is not kept waiting for others, and one that died is noticed soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "100",
    "group.consumer.min.session.timeout.ms": "100",
    "group.consumer.min.heartbeat.interval.ms": "50",
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.heartbeat.interval.ms": "500",
    # So that a test sees in seconds what compaction and retention do in hours.
    "log.cleaner.backoff.ms": "100",
    "log.retention.check.interval.ms": "500",
    "log.initial.task.delay.ms": "100",
    "log.segment.delete.delay.ms": "100",
    # Internal topics of few partitions are created in a fraction of the time.
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
    "share.coordinator.state.topic.num.partitions": "1",
}
"""For tests: everything that a broker would take its time for."""

MORTAL: Final = QUICK | {
    # A broker that was killed is given up after seconds; until then it may not come back either.
    # One that lives may be given up too, for a moment, on a machine that gives it no time.
    "broker.session.timeout.ms": "2500",
    "broker.heartbeat.interval.ms": "300",
}
"""For tests that kill brokers."""


def properties(
    node: Node, nodes: Iterable[Node], data: str, extra: Mapping[str, str]
) -> dict[str, str]:
    """The whole configuration of `node`, which keeps its data in the folder `data`."""
    voters = {other.number: other.controller for other in nodes}
    listeners = [("PLAINTEXT", node.port, node.port)]
    listeners += [
        (f"DETOUR{number}", detour.port, detour.advertised)
        for number, detour in enumerate(node.detours)
    ]
    if node.sasl:
        listeners.append(("SASL", node.sasl, node.sasl))
    bound = [(name, port) for name, port, _ in listeners] + [("CONTROLLER", node.controller)]
    protocols = {name: "SASL_PLAINTEXT" if name == "SASL" else "PLAINTEXT" for name, _ in bound}
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.number),
        "log.dirs": data,
        "controller.quorum.voters": ",".join(
            f"{number}@127.0.0.1:{port}" for number, port in voters.items()
        ),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": _addresses(bound),
        "advertised.listeners": _addresses((name, told) for name, _, told in listeners),
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocol}" for name, protocol in protocols.items()
        ),
        **_replication(len(voters)),
        **_modest(),
        **(_authentication() if node.sasl else {}),
        **extra,
    }


def _addresses(pairs: Iterable[tuple[str, int]]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in pairs)


def _replication(brokers: int) -> dict[str, str]:
    """A cluster of three bears the loss of one and then still confirms what two have."""
    in_sync = str(min(2, brokers))
    return {
        "default.replication.factor": str(brokers),
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": str(brokers),
        "transaction.state.log.replication.factor": str(brokers),
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": str(brokers),
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _modest() -> dict[str, str]:
    """A broker for one person: few threads, little memory, no topic that nobody asked for."""
    return {
        "auto.create.topics.enable": "false",
        "message.max.bytes": str(_BYTES_IN_A_MESSAGE),
        "replica.fetch.max.bytes": str(_BYTES_IN_A_MESSAGE),
        "num.network.threads": "1",
        "num.io.threads": "4",
        "background.threads": "2",
        "log.cleaner.dedupe.buffer.size": str(2 * 1024 * 1024),
        "log.index.size.max.bytes": str(1024 * 1024),
    }


def _authentication() -> dict[str, str]:
    """Names and passwords, and tokens without a signature, which only tests may trust."""
    plain = f'PlainLoginModule required user_{USER}="{PASSWORD}"'
    modules = {
        "scram-sha-256": "scram.ScramLoginModule required",
        "plain": f"plain.{plain}",
        "oauthbearer": "oauthbearer.OAuthBearerLoginModule required",
    }
    return {
        "sasl.enabled.mechanisms": ",".join(name.upper() for name in modules),
        # Only with a limit of its own does a broker end connections whose token has expired.
        "connections.max.reauth.ms": "60000",
        **{
            f"listener.name.sasl.{name}.sasl.jaas.config": (
                f"org.apache.kafka.common.security.{module};"
            )
            for name, module in modules.items()
        },
    }
