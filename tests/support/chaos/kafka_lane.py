"""The lane on Apache Kafka with PostgreSQL: many members, a way to the broker that can be cut."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from careerops.adapters.kafka.clients import MAX_MESSAGE_BYTES
from careerops.adapters.kafka.options import GroupProtocol
from careerops.domain.topics import GROUP_CLASSIFY, GROUP_NOTIFY, GROUP_RESEARCH, RAW_INBOX
from support.chaos.lane import CONCURRENCY, Lane, MemberSpec, Outage
from support.chaos.plan import FATAL
from support.kafka.detours import ProxiedKafka, proxied
from support.kafka.fixtures import own_kafka
from support.kafka.server import KafkaCluster
from support.postgres import PostgresServer, running_postgres
from support.waiting import wait_until

SESSION_S: Final = 6.0
"""How long a silent member keeps its partitions: of the client's protocol by configuration, of
KIP-848 by the test brokers' settings."""

ANEW: Final = "topic_anew"
_PARTITIONS: Final = 4
_ADMIN_S: Final = 30.0
_SETTLES: Final = ("before_handle", "after_verdict", "before_commit", "after_commit")
_SAYS: Final = (*_SETTLES, "after_produce", FATAL)
_RUN: Final = MemberSpec(
    "run",
    "run",
    CONCURRENCY,
    1,
    (GROUP_CLASSIFY, GROUP_RESEARCH, GROUP_NOTIFY),
    (*_SAYS, "after_effect", "before_cursor"),
)
_CLASSIFY: Final = MemberSpec("classify", "classify", CONCURRENCY, 0, (GROUP_CLASSIFY,), _SAYS)
ALONE: Final = (_RUN,)
WHOLE: Final = tuple(replace(_RUN, name=f"run-{number}") for number in (1, 2))
SERVICES: Final = (
    MemberSpec("ingest", "ingest", 0, 0, (), ("before_cursor", FATAL)),
    *(replace(_CLASSIFY, name=f"classify-{number}") for number in (1, 2)),
    MemberSpec("research", "research", 0, 0, (GROUP_RESEARCH,), _SAYS),
    MemberSpec("notify", "notify", 0, 1, (GROUP_NOTIFY,), (*_SETTLES, "after_effect")),
)

_LOG: Final = """\
log = "kafka://{bootstrap}"
store = "{store}"
[kafka]
prefix = "{prefix}"
partitions = {partitions}
session_timeout_s = {session_s:g}
group_protocol = "{protocol}"
"""


@dataclass(frozen=True, slots=True)
class BrokerRestart:
    """The broker is killed, and started on its data."""

    cluster: KafkaCluster

    def begin(self) -> None:
        """Kill it."""
        self.cluster.kill()

    def end(self) -> None:
        """Start it."""
        self.cluster.restart()


@dataclass(frozen=True, slots=True)
class Cut:
    """The way to the broker is cut, or with `stalled` nothing comes through it."""

    way: ProxiedKafka
    stalled: bool = False

    def begin(self) -> None:
        """Close the way."""
        self.way.stall() if self.stalled else self.way.cut()

    def end(self) -> None:
        """Open it."""
        self.way.heal()


@dataclass(frozen=True, slots=True)
class PostgresRestart:
    """The store's server is killed, and started on its data."""

    server: PostgresServer

    def begin(self) -> None:
        """Kill it."""
        self.server.kill()

    def end(self) -> None:
        """Start it."""
        self.server.start()


@dataclass(frozen=True, slots=True)
class Anew:
    """The inbox's topic is deleted, and created again as it was."""

    bootstrap: str
    topic: str

    def begin(self) -> None:
        """Delete it; returns once brokers know of it no more."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        for deleted in admin.delete_topics([self.topic]).values():
            deleted.result(_ADMIN_S)
        wait_until(lambda: self.topic not in admin.list_topics().topics, "the topic to be gone")

    def end(self) -> None:
        """Create it."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        config = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
        wanted = NewTopic(self.topic, _PARTITIONS, config=config)
        for created in admin.create_topics([wanted]).values():
            created.result(_ADMIN_S)


@dataclass(frozen=True, slots=True)
class Stand:
    """What the program stands on: where the brokers are, the store, and what can be taken away."""

    bootstrap: str
    store: str
    outages: Mapping[str, Outage] = field(default_factory=dict)


@contextmanager
def own_stand(folder: Path) -> Iterator[Stand]:
    """A broker behind a proxy that can be cut, and a PostgreSQL, for one run alone."""
    with (
        own_kafka(folder / "kafka", detours=1) as cluster,
        proxied(cluster) as way,
        running_postgres() as postgres,
    ):
        outages = {
            "broker_restart": BrokerRestart(cluster),
            "tcp_cut": Cut(way),
            "tcp_stall": Cut(way, stalled=True),
            "postgres_restart": PostgresRestart(postgres),
        }
        yield Stand(way.bootstrap, postgres.url(postgres.create_database()), outages)


def kafka_lane(
    stand: Stand,
    members: Sequence[MemberSpec],
    *,
    protocol: GroupProtocol = "classic",
    session_s: float = SESSION_S,
) -> Lane:
    """The lane on `stand`, with topics of its own: `WHOLE`, `SERVICES` or `ALONE`."""
    prefix = f"chaos-{uuid4().hex[:10]}."
    log = _LOG.format(
        bootstrap=stand.bootstrap,
        store=stand.store,
        prefix=prefix,
        session_s=session_s,
        protocol=protocol,
        partitions=_PARTITIONS,
    )
    return Lane(
        name="kafka",
        log=log,
        members=members,
        outages={**stand.outages, ANEW: Anew(stand.bootstrap, prefix + RAW_INBOX)},
        anew=(ANEW,),
        exact=False,
        lease_s=session_s,
        replaced=False,
        environment={"CHAOS_LANE": "kafka"},
        note=f"group protocol {protocol}, session of {session_s:g} s",
    )
