"""The log on Apache Kafka: topics with partitions, groups with any number of members.

Records at least once: the verdict comes first, then the outputs, acknowledged by all in-sync
replicas, then the offset. Killed in between, the input is delivered again and its verdict says
what to publish; readers deduplicate by verdict.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient

from careerops.adapters.kafka import clients, overview
from careerops.adapters.kafka.offsets import GroupOffsets
from careerops.adapters.kafka.options import Options
from careerops.adapters.kafka.producer import KafkaProducer
from careerops.adapters.kafka.reader import Reader
from careerops.adapters.kafka.subscription import KafkaSubscription
from careerops.adapters.kafka.thread import Callbacks
from careerops.adapters.kafka.topics import ensure, partitions_of, patiently, shapes_of
from careerops.adapters.kafka.tracker import Standing
from careerops.adapters.kafka.watch import TopicWatch
from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage, Permanent
from careerops.domain.limits import check_record
from careerops.domain.topics import ALL_TOPICS, GROUP_CLASSIFY, GROUP_NOTIFY, GROUP_RESEARCH
from careerops.domain.verdicts import Record, Verdict, VerdictStatus
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.custody import CustodyStore
from careerops.ports.eventlog import (
    Delivery,
    GroupInfo,
    LogRecord,
    OnRevoked,
    Settlement,
    TopicInfo,
)
from careerops.ports.verdicts import VerdictStore

RETENTION: Final = timedelta(days=90)
_GROUPS: Final = (GROUP_CLASSIFY, GROUP_RESEARCH, GROUP_NOTIFY)
_REFUSED: Final = frozenset({"too_large", "unknown_topic"})
"""Reasons of `Permanent` from `settle`."""
_LOOK_AGAIN_S: Final = 0.1
_JOIN_S: Final = 5.0
_LOOK_S: Final = 2.0


class KafkaLog:
    """`EventLog` on Kafka, with verdicts and custody in a store beside it."""

    def __init__(
        self,
        servers: str,
        options: Options,
        *,
        partitions: Mapping[str, int],
        verdicts: VerdictStore,
        custody: CustodyStore,
        clock: Clock,
        metrics: Metrics,
        admin: AdminClient,
        watched: bool,
    ) -> None:
        """Use `open`; must be constructed on the event loop."""
        self._servers = servers
        self._options = options
        self._metrics = metrics
        self._watch = TopicWatch(
            lambda: shapes_of(admin, tuple(partitions), options), partitions, self._renewed
        )
        self._watching = self._watch_for_ever() if watched else None
        self._verdicts = verdicts
        self._custody = custody
        self._clock = clock
        self._subscriptions: dict[tuple[str, str], list[KafkaSubscription]] = {}
        properties = clients.producer(servers, options)
        self._producer = KafkaProducer(
            lambda: clients.checked(Producer, {**properties, "error_cb": self._producer_failed}),
            options.prefix,
            clock.now,
            lambda reason: metrics.producers_replaced.labels(reason).inc(),
        )
        self._reader = Reader(
            lambda: clients.checked(Consumer, clients.reader(servers, options)),
            options.prefix,
            options.request_timeout_s,
        )
        self._offsets = GroupOffsets(
            lambda group: clients.checked(
                Consumer, clients.reader(servers, options, options.prefix + group)
            ),
            options.prefix,
            options.request_timeout_s,
        )
        self._closed = False

    @classmethod
    async def open(
        cls,
        servers: str,
        options: Options,
        *,
        verdicts: VerdictStore,
        custody: CustodyStore,
        clock: Clock,
        topics: Sequence[str] = ALL_TOPICS,
        retention: timedelta = RETENTION,
        create: bool = True,
        metrics: Metrics | None = None,
    ) -> "KafkaLog":
        """Connect, create or check the topics.

        Args:
            servers: `host:port`, several separated by commas.
            options: the `[kafka]` table.
            verdicts: the store of verdicts beside the log.
            custody: the store of what members had in hand.
            clock: the time of records.
            topics: the topics that exist.
            retention: how long a topic that is created keeps its records.
            create: whether missing topics are created, and what becomes of them is watched; else
                they are taken as they come.
            metrics: where it is counted that a log went back or a producer was replaced.

        Raises:
            ConfigurationError: it cannot be used; one line with the remedy.
        """
        denied: list[KafkaError] = []
        properties = clients.common(servers, options) | {"error_cb": denied.append}
        admin = clients.checked(AdminClient, properties)
        try:
            if create:
                partitions = await ensure(admin, topics, options, retention)
            else:
                known = await partitions_of(admin, options)
                partitions = {name: known.get(options.prefix + name, 1) for name in topics}
        except Outage as outage:
            admin.poll(0)
            # A call that fails says that nobody could be reached, not that we were turned away.
            reason = next((clients.meaning(e) for e in denied if clients.is_denial(e)), outage)
            raise ConfigurationError(f"log: {reason}") from None
        log = cls(
            servers,
            options,
            partitions=partitions,
            verdicts=verdicts,
            custody=custody,
            clock=clock,
            metrics=metrics or Metrics(),
            admin=admin,
            watched=create,
        )
        await log._look()
        return log

    @property
    def beats(self) -> dict[str, float]:
        """When each thread turned last, monotonic seconds, by its name."""
        beats = {f"kafka-{s.group}-{s.topic}": s.beat for s in self._members()}
        return beats | {"kafka-producer": self._producer.beat}

    async def publish(self, records: Sequence[Record]) -> None:
        """Append `records` in order; returns once they are acknowledged.

        Raises:
            Permanent: too large (reason `too_large`), or of no topic (reason `unknown_topic`);
                nothing is written.
            Outage: the brokers cannot be reached (scope `log`); some may be written.
        """
        self._check_open()
        self._check(records)
        await self._producer.publish(records)

    async def subscribe(
        self, topic: str, group: str, on_revoked: OnRevoked | None = None
    ) -> KafkaSubscription:
        """Join `group` on `topic`; its partitions are shared among all members.

        Raises:
            ConfigurationError: there is no such topic, or librdkafka does not take what it is told.
        """
        self._check_open()
        self._check_place(topic)
        properties = clients.consumer(self._servers, self._options, self._options.prefix + group)

        def build(callbacks: Callbacks) -> Consumer:
            return clients.checked(Consumer, {**properties, **callbacks})

        members = self._subscriptions.setdefault((topic, group), [])
        subscription = KafkaSubscription(
            topic,
            group,
            prefix=self._options.prefix,
            build=build,
            custody=self._custody,
            on_revoked=on_revoked,
            on_close=members.remove,
            on_back=lambda: self._went_back(topic),
            on_assigned=self._watch.nudge,
            log_id=self._watch.log_id(topic),
        )
        members.append(subscription)
        try:
            with suppress(TimeoutError):
                # Brokers that are away now are joined when they come back.
                async with asyncio.timeout(_JOIN_S):
                    await subscription.joined()
        except CareerOpsError:
            await subscription.close()
            raise
        return subscription

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Verdicts, then outputs, then offsets. What was settled before is passed over.

        An input whose assignment is over keeps its verdict, for the member that has it now.

        Raises:
            Permanent: an output can never be written; nothing is settled.
            Outage: brokers or store cannot be reached; verdicts and outputs may be written.
        """
        self._check_open()
        for settlement in settlements:
            self._check(settlement.outputs)
        fresh: list[tuple[Settlement, KafkaSubscription | None]] = []
        for settlement in settlements:
            member = self._of(settlement.delivery)
            if member is None or member.is_open(settlement.delivery):
                fresh.append((settlement, member))
        await self._producer.publish(await self._judged(fresh))
        done: dict[KafkaSubscription, list[Delivery]] = {}
        for settlement, member in fresh:
            if member is not None:
                done.setdefault(member, []).append(settlement.delivery)
        for member, deliveries in done.items():
            await member.settle(deliveries)

    async def read(
        self, topic: str, offset: int, limit: int, partition: int = 0
    ) -> Sequence[LogRecord]:
        """At most `limit` records from `offset` on, without joining any group; [] at the end.

        Raises:
            ConfigurationError: there is no such place.
            Outage: the brokers do not answer (scope `log`).
        """
        self._check_place(topic, partition)
        self._check_open()
        return await self._reader.read(topic, partition, offset, limit)

    async def wait(self, topic: str, offset: int, partition: int = 0) -> None:
        """Return once a record stands at or beyond `offset`, whoever wrote it."""
        while not await self.read(topic, offset, 1, partition):  # noqa: ASYNC110  # brokers tell nobody
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def trim(self, topic: str, before: datetime, keep: Collection[int] = frozenset()) -> int:
        """Nothing to do: the brokers keep the retention that the topic was created with."""
        del topic, before, keep
        return 0

    async def topics(self) -> Sequence[TopicInfo]:
        """Every partition of every topic, with the groups that read it."""
        self._check_open()
        timeout_s = self._options.request_timeout_s
        await self._look()
        spots = [(topic, p) for topic, number in self._partitions.items() for p in range(number)]
        names = dict.fromkeys((*_GROUPS, *(group for _, group in self._subscriptions)))
        # In this order: a commit beyond the end is of a log that is no more, not just a newer one.
        states = await patiently(
            lambda: overview.groups(self._offsets, tuple(names), spots), timeout_s
        )
        within = await patiently(lambda: self._offsets.bounds(spots), timeout_s)
        infos = [
            overview.topic_info(spot, within[spot], states, self._known(spot)) for spot in spots
        ]
        return [await self._with_ages(info) for info in infos]

    async def close(self) -> None:
        """Leave all groups, write what is on its way, end the threads. Idempotent."""
        if self._closed:
            return
        await asyncio.gather(*(member.close() for member in self._members()))
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(self._producer.close(), self._reader.close(), self._offsets.close())

    # ---- inside ----

    @property
    def _partitions(self) -> dict[str, int]:
        return self._watch.partitions

    def _watch_for_ever(self) -> "asyncio.Task[None]":
        return asyncio.get_running_loop().create_task(self._watch.look_for_ever())

    async def _look(self) -> None:
        """At the topics as they are now; as they were before, if nobody answers in time."""
        if self._watching is not None:
            with suppress(TimeoutError, Outage):
                async with asyncio.timeout(_LOOK_S):
                    await self._watch.look()

    def _renewed(self, topic: str, log_id: str, *, known: bool) -> None:
        for member in self._members():
            if member.topic == topic:
                member.renewed(log_id, known=known)

    def _went_back(self, topic: str) -> None:
        self._metrics.log_went_back.labels(topic).inc()
        self._watch.nudge()

    def _producer_failed(self, error: KafkaError) -> None:
        self._producer.failed(error)

    async def _judged(
        self, settlements: Sequence[tuple[Settlement, KafkaSubscription | None]]
    ) -> list[Record]:
        """Record the verdicts; the outputs to publish, those of the verdicts that stand."""
        given = [
            # What is published after a crash is what the verdict says: it has to say all of it.
            each.verdict
            if each.verdict.outputs is each.outputs
            else replace(each.verdict, outputs=each.outputs)
            for each, _ in settlements
            if each.verdict is not None
        ]
        stands = iter(await self._verdicts.put(given) if given else ())
        outputs: list[Record] = []
        for settlement, member in settlements:
            ours = settlement.verdict
            verdict = None if ours is None else next(stands)
            if member is None or not member.is_current(settlement.delivery):
                continue
            if ours is None or verdict is None or _is_of_refused(ours):
                outputs += settlement.outputs
            else:
                outputs += verdict.outputs
        return outputs

    def _members(self) -> list[KafkaSubscription]:
        return [member for members in self._subscriptions.values() for member in members]

    def _of(self, delivery: Delivery) -> KafkaSubscription | None:
        members = self._subscriptions.get((delivery.record.topic, delivery.group), ())
        return next((member for member in members if member.is_current(delivery)), None)

    def _known(self, spot: tuple[str, int]) -> dict[str, Standing | None]:
        """What this process knows better than the brokers, by group."""
        topic, partition = spot
        return {
            member.group: member.standings().get(partition)
            for member in self._members()
            if member.topic == topic
        }

    async def _with_ages(self, info: TopicInfo) -> TopicInfo:
        if not any(group.lag for group in info.groups):
            return info
        return replace(info, groups=tuple([await self._with_age(group) for group in info.groups]))

    async def _with_age(self, group: GroupInfo) -> GroupInfo:
        if not group.lag or group.oldest_unsettled is not None:
            return group
        found = await self._reader.read(group.topic, group.partition, group.position, 1)
        return replace(group, oldest_unsettled=found[0].time if found else None)

    def _check_open(self) -> None:
        if self._closed:
            raise Outage("the log is closed", scope="log")

    def _check_place(self, topic: str, partition: int = 0) -> None:
        number = self._partitions.get(topic)
        if number is None:
            raise ConfigurationError(
                f"there is no topic {topic!r}: name one of {', '.join(self._partitions)}"
            )
        if partition >= number:
            raise ConfigurationError(f"{topic} has no partition {partition}: it has {number}")

    def _check(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.topic not in self._partitions:
                raise Permanent(
                    "a record is for a topic that does not exist", reason="unknown_topic"
                )
            check_record(record)


def _is_of_refused(verdict: Verdict) -> bool:
    """Whether it buries an input whose verdict stands with outputs that brokers do not take."""
    return verdict.status is VerdictStatus.DEAD and verdict.label in _REFUSED
