"""Worlds in which the log on Kafka lives through several lives of a process.

Topics and groups carry a prefix of their own in each world, so that one cluster serves a session.
"""

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Protocol
from uuid import uuid4

from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.listener import Fetched, Share, Turn
from careerops.adapters.kafka.options import GroupProtocol, Options
from careerops.adapters.memory import FakeClock
from careerops.adapters.memory.custody import MemoryCustody
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.errors import CareerOpsError
from careerops.domain.topics import ALL_TOPICS
from support.kafka.mock import MockCluster


class Brokers(Protocol):
    """A cluster to connect to."""

    @property
    def bootstrap(self) -> str:
        """`host:port`, several separated by commas."""


@dataclass
class KafkaDatabase:
    """One life: a log on Kafka over stores that outlive it."""

    log: KafkaLog
    verdicts: MemoryVerdicts
    custody: MemoryCustody

    async def close(self) -> None:
        """Leave cleanly."""
        await self.log.close()


class Deaf:
    """A listener that hears nothing and answers a revocation with nothing to commit."""

    def assigned(self, shares: list[Share]) -> None:
        """Nothing."""

    def revoked(self, shares: list[Share], watermarks: "Future[dict[int, int]]") -> None:
        """Nothing to commit."""
        watermarks.set_result({})

    def lost(self, shares: list[Share]) -> None:
        """Nothing."""

    def turned_back(self, turns: list[Turn]) -> None:
        """Nothing."""

    def fetched(self, fetched: Fetched) -> None:
        """Nothing."""

    def failed(self, error: KafkaError) -> None:
        """Nothing."""

    def died(self, error: CareerOpsError) -> None:
        """Nothing."""

    def commit_failed(self) -> None:
        """Nothing."""


async def crash(log: KafkaLog) -> None:
    """End `log` without a commit and without giving anything back.

    A killed process would leave its partitions to the session's timeout; here the group is left
    at once, which spares each test that time and changes nothing else that the next life sees.
    """
    for member in log._members():
        member._thread._listener = Deaf()
        member._thread._commits.clear()
        member._over = True
        member._committing.cancel()
        await member._assignments.end()
        await member._thread.stop()
        member._assignments.arrived.set()
    log._subscriptions.clear()
    await log.close()


class KafkaWorld:
    """Lives over topics of a real cluster, in the classic protocol of groups."""

    needs: ClassVar[tuple[str, ...]] = ("kafka",)
    protocol: ClassVar[GroupProtocol] = "classic"
    creates: ClassVar[bool] = True

    def __init__(self, folder: Path, kafka: Brokers) -> None:
        """Use the brokers of the session; topics are made unless they come by themselves."""
        del folder
        self.clock = FakeClock()
        self.owner = "life"
        self.servers = kafka.bootstrap
        self.options = Options(
            prefix=f"t{uuid4().hex[:10]}.",
            partitions=1,
            group_protocol=self.protocol,
            session_timeout_s=6,
            properties={"topic.metadata.refresh.interval.ms": 1000},
        )
        self._verdicts = MemoryVerdicts()
        self._custody = MemoryCustody()
        self._open: list[KafkaDatabase] = []

    async def open(self) -> KafkaDatabase:
        """The next life."""
        log = await KafkaLog.open(
            self.servers,
            self.options,
            verdicts=self._verdicts,
            custody=self._custody,
            clock=self.clock,
            create=self.creates,
            retention=timedelta(days=36_500),  # the simulated time lies in the past
        )
        database = KafkaDatabase(log, self._verdicts, self._custody)
        self._open.append(database)
        return database

    async def crash(self, database: KafkaDatabase) -> None:
        """The end of a life."""
        await crash(database.log)

    async def close(self) -> None:
        """End all lives, and the topics."""
        for database in self._open:
            await database.close()
        if self.creates:
            admin = AdminClient({"bootstrap.servers": self.servers})
            names = [self.options.prefix + name for name in ALL_TOPICS]
            futures = admin.delete_topics(names).values()
            await asyncio.gather(*(asyncio.wrap_future(each) for each in futures))


class ConsumerProtocolWorld(KafkaWorld):
    """The same in the newer protocol (KIP-848), where the brokers assign."""

    protocol: ClassVar[GroupProtocol] = "consumer"


class MockWorld(KafkaWorld):
    """Lives over the mock cluster inside the client library: no process, no Java."""

    needs: ClassVar[tuple[str, ...]] = ()
    creates: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        """Start a cluster of one broker, which lives as long as this world."""
        self._cluster = MockCluster()
        super().__init__(folder, self._cluster)
        for name in ALL_TOPICS:
            self._cluster.create(self.options.prefix + name)

    async def close(self) -> None:
        """End all lives, and the cluster."""
        await super().close()
        await asyncio.to_thread(self._cluster.close)


ONE_MEMBER = "Kafka shares the partitions among all members of a group"
BROKERS_TRIM = "the brokers keep a topic's retention; nothing is trimmed on demand"
AHEAD = "what is settled above the watermark comes again; its verdict answers, not the log"
AGAIN = "verdict and outputs are two systems: what stands is published again, never lost"

MOCK_ENDLESS: dict[str, str] = {
    "test_many_records_are_received_in_pieces": "the mock cluster keeps 5 MB of a partition, so"
    " records of 20 MB are waited for in vain",
}
"""Test of the log's contract that would never end on the mock cluster, and why: it is not run."""

KAFKA_XFAILS: dict[str, str] = {
    "test_a_second_member_is_refused_in_one_line": ONE_MEMBER,
    "test_a_second_process_is_refused_too": ONE_MEMBER,
    "test_a_member_whose_epoch_is_over_can_do_nothing": "a stale settlement keeps its verdict and"
    " is dropped otherwise; other settlements of the call stand",
    "test_the_first_verdict_stands_and_only_its_outputs_are_published": AGAIN,
    "test_what_was_settled_is_not_delivered_again": AHEAD,
    "test_after_a_crash_what_was_unsettled_is_suspect": AHEAD,
    "test_deaths_are_counted_for_what_was_attempted_alone": AHEAD,
    "test_trimming_leaves_a_gap_that_readers_step_over": BROKERS_TRIM,
    "test_the_slowest_group_holds_up_trimming": BROKERS_TRIM,
    "test_a_topic_nobody_reads_is_trimmed_by_age_alone": BROKERS_TRIM,
    "test_what_is_to_be_kept_is_not_trimmed": BROKERS_TRIM,
}
"""Test of the log's contract -> why no log on Kafka can keep that part of it."""
