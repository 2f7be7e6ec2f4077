"""Partitions that move between members at work, and members that are no longer members."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from careerops.adapters.kafka import assignments
from careerops.adapters.kafka.options import GroupProtocol
from careerops.domain.errors import ConfigurationError
from careerops.domain.topics import RAW_INBOX
from careerops.domain.verdicts import VerdictKey
from careerops.stream.message import Message
from support.engine import Scripted, mail
from support.kafka.detours import ProxiedKafka
from support.kafka.fixtures import kafka, kafka_proxied
from support.kafka.nodes import Brokers
from support.kafka.records import quick_sessions
from support.kafka_stage import (
    GROUP,
    KafkaStage,
    Member,
    in_order,
    kafka_stage,
    name_of,
    receive,
    settled,
)
from support.waiting import until

__all__ = ["kafka", "kafka_proxied"]

pytestmark = pytest.mark.integration

both = pytest.mark.parametrize("protocol", ["classic", "consumer"])

PARTITIONS = 4
KEYS = [f"k{number}" for number in range(40)]


def quick(protocol: GroupProtocol) -> dict[str, Any]:
    """Keys of a member that learns of a rebalance soon; in the newer protocol brokers say when."""
    return {"properties": {"heartbeat.interval.ms": 200}} if protocol == "classic" else {}


def shared(*members: Member) -> bool:
    """Whether every partition has one owner, and everyone has some."""
    owned = [each.partitions for each in members]
    return all(owned) and Counter(p for each in owned for p in each) == dict.fromkeys(
        range(PARTITIONS), 1
    )


def alone(member: Member) -> Callable[[], bool]:
    """Whether it has all of them."""
    return lambda: len(member.partitions) == PARTITIONS


async def keys_by_partition(stage: KafkaStage) -> dict[int, list[str]]:
    """Partition of the inbox -> the names in it."""
    found = [await stage.records(RAW_INBOX, partition) for partition in range(PARTITIONS)]
    return {p: [(each.value or b"").decode() for each in r.values()] for p, r in enumerate(found)}


@both
async def test_a_stale_settlement_keeps_its_verdict_and_nothing_else(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Who has the partition now publishes what was decided; the one before may not any more."""
    async with kafka_stage(kafka.bootstrap, protocol, **quick(protocol)) as stage:
        first, second = await stage.open(), await stage.open()
        await first.publish([mail("m0"), mail("m1")])
        before = await first.subscribe(RAW_INBOX, GROUP)
        stale = await receive(before, 2)
        await before.close()
        after = await second.subscribe(RAW_INBOX, GROUP)
        again = await receive(after, 2)
        await settled(first, stale)
        assert await stage.values() == []
        verdicts = await stage.verdicts.get([VerdictKey("m0", "test"), VerdictKey("m1", "test")])
        assert len(verdicts) == 2
        assert await stage.committed() <= 0
        await settled(second, again)
        assert await stage.values() == ["m0", "m1"]
        await after.close()
        assert await stage.committed() == 2


@both
async def test_the_loser_drops_what_waits_and_nothing_runs_twice(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Only what was at work when a partition moved may run again, and order in a key holds."""
    gate = asyncio.Event()

    async def script(_: Message) -> None:
        await gate.wait()

    async with kafka_stage(
        kafka.bootstrap, protocol, partitions=PARTITIONS, **quick(protocol)
    ) as stage:
        first = await stage.member(before := Scripted(script), concurrency=4, high_water=200)
        names = [f"{key}-{number}" for number in range(5) for key in KEYS]
        await until(alone(first), "the first member to have all", timeout_s=20)
        await first.log.publish([mail(name, name.partition("-")[0]) for name in names])
        await until(lambda: first.worker.held == len(names), "all to be held")
        await until(lambda: len(before.seen) == 4, "four to be at work")
        at_work = set(before.seen)
        second = await stage.member(after := Scripted(), concurrency=4)
        await until(lambda: shared(first, second), "both to have some", timeout_s=20)
        # What of the lost partitions is not at work was dropped, and so can be told nowhere.
        assert first.worker.held < len(names)
        gate.set()
        published = await stage.published(names)
        await first.stop()
        await second.stop()
        seen = Counter([*before.seen, *after.seen])
        assert set(seen) == set(names)
        assert {name for name, times in seen.items() if times > 1} <= at_work
        for runs in (before.seen, after.seen, published):
            assert in_order(runs), runs


@both
async def test_a_handler_that_ends_within_the_drain_is_committed_by_the_revocation(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """It is settled before the partition moves, so the next owner is not even handed it."""
    revoked = asyncio.Event()

    async def script(_: Message) -> None:
        await revoked.wait()

    async with kafka_stage(
        kafka.bootstrap, protocol, partitions=PARTITIONS, **quick(protocol)
    ) as stage:
        first = await stage.member(before := Scripted(script))
        await until(alone(first), "the first member to have all", timeout_s=20)
        await first.log.publish([mail(key, key) for key in KEYS])
        await until(lambda: len(before.seen) > 20, "handlers at work")
        watch(first, revoked)
        second = await stage.member(after := Scripted())
        await until(lambda: shared(first, second), "both to have some", timeout_s=20)
        assert revoked.is_set()
        published = await stage.published(KEYS)
        assert sorted([*before.seen, *after.seen]) == sorted(KEYS)
        assert sorted(published) == sorted(KEYS)
        moved = second.partitions
        names = await keys_by_partition(stage)
        await first.stop()
        await second.stop()
        for partition in moved:
            assert await stage.committed(partition) == len(names[partition])


def watch(member: Member, revoked: asyncio.Event) -> None:
    """Set `revoked` as soon as `member` is told that a partition of it moves."""
    inside = member.subscription._assignments
    told = inside._on_revoked
    assert told is not None

    async def telling(partition: int, epoch: int) -> None:
        revoked.set()
        await told(partition, epoch)

    inside._on_revoked = telling


@both
async def test_a_handler_that_takes_longer_is_not_committed_and_not_lost(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Its verdict is kept, and the new owner, which was handed it again, publishes it."""
    gate = asyncio.Event()

    async def script(_: Message) -> None:
        await gate.wait()

    async with kafka_stage(
        kafka.bootstrap, protocol, partitions=PARTITIONS, **quick(protocol)
    ) as stage:
        first = await stage.member(before := Scripted(script), concurrency=len(KEYS))
        await until(alone(first), "the first member to have all", timeout_s=20)
        await first.log.publish([mail(key, key) for key in KEYS])
        await until(lambda: len(before.seen) == len(KEYS), "all to be at work")
        second = await stage.member(after := Scripted(script), concurrency=len(KEYS))
        await until(lambda: shared(first, second), "both to have some", timeout_s=20)
        names = await keys_by_partition(stage)
        moved = sorted(name for p in second.partitions for name in names[p])
        await until(lambda: sorted(after.seen) == moved, "the moved ones to run again")
        assert all([await stage.committed(p) <= 0 for p in second.partitions])
        gate.set()
        published = await stage.published(KEYS)
        await until(lambda: first.worker.held == second.worker.held == 0, "all to be settled")
        assert sorted(published) == sorted(KEYS)
        await first.stop()
        await second.stop()


@both
async def test_a_member_that_was_cut_off_forgets_without_committing(
    kafka_proxied: ProxiedKafka, protocol: GroupProtocol
) -> None:
    """The partitions are another's already: what it settled last must not undo that one's work."""
    gate = asyncio.Event()

    async def script(_: Message) -> None:
        await gate.wait()

    async with kafka_stage(
        kafka_proxied.direct,
        protocol,
        partitions=PARTITIONS,
        session_timeout_s=1,
        delivery_timeout_s=20,
        **quick(protocol),
    ) as stage:
        if protocol == "consumer":
            quick_sessions(kafka_proxied.direct, stage.options.prefix + GROUP)
        first = await stage.member(before := Scripted(script), kafka_proxied.bootstrap)
        await until(alone(first), "the first member to have all", timeout_s=20)
        names = KEYS[:10]
        await first.log.publish([mail(key, key) for key in names])
        await until(lambda: len(before.seen) == len(names), "all to be at work")
        kafka_proxied.stall()
        second = await stage.member(after := Scripted())
        await until(lambda: sorted(after.seen) == sorted(names), "the other member", timeout_s=20)
        await until(alone(second), "the other member to have all")
        await second.log.publish([mail(f"{key}-more", key) for key in names])
        await until(lambda: second.worker.settled == 2 * len(names), "the other member's work")
        kafka_proxied.heal()
        await until(
            lambda: not set(range(PARTITIONS)) <= first.partitions,
            "the loss to be known",
            timeout_s=20,
        )
        gate.set()
        await until(lambda: first.worker.held == 0, "the first member to be done", timeout_s=20)
        await second.stop()
        await first.stop()
        everything = [*names, *(f"{key}-more" for key in names)]
        assert sorted(set(await stage.values())) == sorted(everything)
        committed = [max(0, await stage.committed(p)) for p in range(PARTITIONS)]
        ends = [await stage.end(p) for p in range(PARTITIONS)]
        assert committed == ends
        assert sorted(before.seen) == sorted(names)
        assert sorted(after.seen) == sorted(everything)


@both
async def test_pauses_hold_again_after_a_rebalance(
    kafka: Brokers, protocol: GroupProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client forgets them with each assignment: a full member would be flooded after one."""
    number = 20_000
    monkeypatch.setattr(assignments, "_HIGH_RECORDS", 200)
    monkeypatch.setattr(assignments, "_LOW_RECORDS", 100)
    async with kafka_stage(
        kafka.bootstrap, protocol, partitions=PARTITIONS, **quick(protocol)
    ) as stage:
        first, second = await stage.open(), await stage.open()
        names = [f"m{each}" for each in range(number)]
        await first.publish([mail(name, f"k{index % 40}") for index, name in enumerate(names)])
        subscription = await first.subscribe(RAW_INBOX, GROUP)
        thread, inside = subscription._thread, subscription._assignments
        everything = set(range(PARTITIONS))
        await until(lambda: thread._paused == everything, "all to be paused")
        other = await second.subscribe(RAW_INBOX, GROUP)
        await until(lambda: len(other.partitions) == PARTITIONS // 2, "the other's share")
        assert thread._paused <= set(subscription.partitions)
        await other.close()
        await until(lambda: subscription.partitions == everything, "all to be back")
        await until(lambda: thread._paused == everything, "all to be paused again")
        assert len(inside._buffer) < number
        seen: set[str] = set()
        while len(seen) < number:
            deliveries = await receive(subscription, min(500, number - len(seen)))
            await settled(first, deliveries)
            seen |= {name_of(each) for each in deliveries}
        assert seen == set(names)


async def test_a_consumer_that_cannot_be_made_is_told_of_when_joining(kafka: Brokers) -> None:
    """A property that only one protocol of groups takes: no member that silently never joins."""
    properties = {"heartbeat.interval.ms": 200}
    async with kafka_stage(kafka.bootstrap, "consumer", properties=properties) as stage:
        log = await stage.open()
        with pytest.raises(ConfigurationError, match="librdkafka does not accept"):
            await log.subscribe(RAW_INBOX, GROUP)
