"""What only Kafka does to a reader: offsets with gaps, repeats after a crash, a full buffer."""

import asyncio
from collections import Counter

import pytest

from careerops.adapters.kafka.options import GroupProtocol
from careerops.domain.topics import DEAD_LETTERS, RAW_INBOX
from careerops.stream.deadletter import notes_of
from careerops.stream.message import Message
from support.engine import TYPE, Scripted, mail
from support.kafka.fixtures import kafka
from support.kafka.nodes import Brokers
from support.kafka.records import COMPACTED, Raw, compact, transactional_records, write
from support.kafka_logs import crash
from support.kafka_stage import GROUP, caught_up, kafka_stage, name_of, receive, settled
from support.waiting import until

__all__ = ["kafka"]

pytestmark = pytest.mark.integration

both = pytest.mark.parametrize("protocol", ["classic", "consumer"])


def raw(event_id: str, key: str = "k") -> Raw:
    """The same record as `mail`, for a producer of the test's own."""
    record = mail(event_id, key)
    return Raw(record.value, key.encode(), record.headers)


@both
async def test_gaps_of_transactions_are_stepped_over_and_committed_past(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Markers and aborted records have offsets that nobody is ever handed; the last ones too."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        log = await stage.open()
        names = [f"m{number}" for number in range(9)]
        offsets = await asyncio.to_thread(
            transactional_records,
            kafka.bootstrap,
            stage.topic(),
            [raw(each) for each in names],
            per_transaction=3,
        )
        subscription = await log.subscribe(RAW_INBOX, GROUP)
        deliveries = await receive(subscription, len(names))
        assert [name_of(each) for each in deliveries] == names
        assert [each.record.offset for each in deliveries] == offsets
        await settled(log, list(reversed(deliveries)))
        await caught_up(log)
        await subscription.close()
        assert await stage.committed() == await stage.end() > offsets[-1] + 1


@both
async def test_a_compacted_topic_is_read_to_its_end(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """Of each key only the last record is left, and the offsets between are nobody's."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        config = {name.replace(".", "_"): value for name, value in COMPACTED.items()}
        await stage.create(RAW_INBOX, max_message_bytes=2_500_000, **config)
        records = [raw(f"m{number}", f"k{number % 3}") for number in range(30)]
        left = await asyncio.to_thread(
            compact, kafka.bootstrap, stage.topic(), [*records, raw("last", "k0")]
        )
        log = await stage.open()
        subscription = await log.subscribe(RAW_INBOX, GROUP)
        deliveries = await receive(subscription, len(left))
        assert [each.record.offset for each in deliveries] == sorted(left)
        await settled(log, deliveries)
        await caught_up(log)
        await subscription.close()
        assert await stage.committed() == await stage.end()


async def test_what_was_decided_ahead_is_answered_by_its_verdict_after_a_crash(
    kafka: Brokers,
) -> None:
    """Above the watermark all comes again: no handler runs twice, outputs are published again."""
    never = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "slow":
            await never.wait()

    async with kafka_stage(kafka.bootstrap) as stage:
        first = await stage.member(before := Scripted(script))
        names = ["slow", "b0", "b1", "c0"]
        await first.log.publish([mail(name, name[0]) for name in names])
        await until(lambda: first.worker.settled == 3, "all but the slow one")
        await first.crash()
        async with stage.running(after := Scripted()) as second:
            await until(lambda: second.worker.settled == 4, "all of them")
        assert sorted(before.seen) == sorted(names)
        assert after.seen == ["slow"]
        published = Counter(await stage.values())
        assert published == {"slow": 1, "b0": 2, "b1": 2, "c0": 2}
        assert await stage.committed() == 4


@both
async def test_suspects_and_deaths_are_known_to_the_next_life(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """What had been handed over may have killed the process; what was still waiting cannot."""
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        log = await stage.open()
        await log.publish([mail(f"m{number}") for number in range(4)])
        await receive(await log.subscribe(RAW_INBOX, GROUP), 2)
        await crash(log)
        for deaths in (0, 1):
            log = await stage.open()
            subscription = await log.subscribe(RAW_INBOX, GROUP)
            first, second = await receive(subscription, 2)
            assert [(each.suspect, each.deaths) for each in (first, second)] == [
                (True, deaths),
                (True, 0),
            ]
            await subscription.attempt(first)
            await crash(log)
        log = await stage.open()
        subscription = await log.subscribe(RAW_INBOX, GROUP)
        deliveries = await receive(subscription, 4)
        assert [each.suspect for each in deliveries] == [True, True, False, False]
        assert deliveries[0].deaths == 2
        await settled(log, deliveries[:1])
        await crash(log)
        log = await stage.open()
        again = await receive(await log.subscribe(RAW_INBOX, GROUP), 4)
        assert [each.deaths for each in again] == [0, 0, 0, 0]


async def test_poison_is_dead_lettered_and_its_partition_goes_on(kafka: Brokers) -> None:
    """A foreign producer's records: without headers, with wrong ones, of bytes that are no text."""
    poison = [
        Raw(b"bare"),
        Raw(b"half", b"k", (("ce_id", b"x"),)),
        Raw(None, b"\xff\xfe", (("ce_id", b"\xff"), ("ce_type", TYPE.encode()), ("ce_time", b"?"))),
        Raw(b"odd", b"k", (("ce_id", b"y"), ("ce_type", b"other.v1"), ("ce_time", b"2026-01-05"))),
    ]
    async with kafka_stage(kafka.bootstrap) as stage:
        async with stage.running(handler := Scripted()) as member:
            records = [raw("before"), *poison, raw("after")]
            await asyncio.to_thread(write, kafka.bootstrap, stage.topic(), records)
            await until(lambda: member.worker.settled == len(records), "all of them")
        assert handler.seen == ["before", "after"]
        letters = await stage.records(DEAD_LETTERS)
        assert Counter(each.value or b"" for each in letters.values()) == Counter(
            each.value or b"" for each in poison
        )
        assert {notes_of(each.headers)["reason"] for each in letters.values()} == {"undecodable"}
        assert await stage.committed() == len(records)


async def test_an_event_of_a_newer_version_waits_and_is_no_dead_letter(kafka: Brokers) -> None:
    """During an upgrade the old release meets events of the new one: the fault is not theirs."""
    async with kafka_stage(kafka.bootstrap) as stage:
        newer = mail("newer", "n", event_type=TYPE.replace(".v1", ".v2"))
        async with stage.running(old := Scripted()) as member:
            await member.log.publish([newer, mail("old", "o")])
            await until(lambda: bool(member.worker.parked), "the newer one to wait")
            assert await stage.values(DEAD_LETTERS) == []
            assert "newer" not in old.seen
        upgraded = Scripted(accepts=TYPE.replace(".v1", ".v2"))
        async with stage.running(upgraded):
            await until(lambda: "newer" in upgraded.seen, "the upgraded release")
        assert await stage.values(DEAD_LETTERS) == []
        assert sorted(set(await stage.values())) == ["newer", "old"]


async def test_a_slow_key_delays_no_other_of_its_partition(kafka: Brokers) -> None:
    """Nothing of the fast keys waits for the slow one, and the watermark waits for it alone."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "s0":
            await gate.wait()

    names = ["s0", "s1", *(f"{key}{number}" for number in range(20) for key in "abc")]
    async with kafka_stage(kafka.bootstrap) as stage:
        async with stage.running(handler := Scripted(script)) as member:
            await member.log.publish([mail(name, name[0]) for name in names])
            await until(lambda: member.worker.settled == 60, "the fast ones")
            assert "s1" not in handler.seen
            assert member.worker.holes == {f"{RAW_INBOX}/0": 60}
            gate.set()
            await until(lambda: member.worker.settled == len(names), "the slow ones")
        for key in "sabc":
            ordered = [name for name in names if name[0] == key]
            assert [name for name in await stage.values() if name[0] == key] == ordered
        assert await stage.committed() == len(names)


@both
async def test_what_waits_in_memory_is_bounded_and_comes_when_there_is_room(
    kafka: Brokers, protocol: GroupProtocol
) -> None:
    """A handler that stands still must not make the process take in the whole topic."""
    number, most = 30_000, 2 * 8000 + 2 * 500
    async with kafka_stage(kafka.bootstrap, protocol) as stage:
        log = await stage.open()
        records = [raw(f"m{each}", f"k{each % 50}") for each in range(number)]
        await asyncio.to_thread(write, kafka.bootstrap, stage.topic(), records)
        subscription = await log.subscribe(RAW_INBOX, GROUP)
        inside, thread = subscription._assignments, subscription._thread
        await until(lambda: bool(thread._paused), "the partition to be paused")
        # What is on its way to the loop comes on top, and is bounded as well.
        assert 8000 <= len(inside._buffer) <= most
        seen: list[str] = []
        while len(seen) < number:
            deliveries = await receive(subscription, min(500, number - len(seen)))
            assert len(inside._buffer) <= most
            await settled(log, deliveries)
            seen += [name_of(each) for each in deliveries]
        assert seen == [f"m{each}" for each in range(number)]
        await caught_up(log)
        await subscription.close()
        assert await stage.committed() == number
