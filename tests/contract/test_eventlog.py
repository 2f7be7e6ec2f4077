"""The contract of `EventLog` and `Subscription`, on every adapter."""

import asyncio
import contextlib

import pytest

from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES, MAX_RECORD_BYTES
from careerops.domain.errors import AlreadyRunning, ConfigurationError, Fenced, Outage, Permanent
from careerops.domain.topics import ALL_TOPICS, CLASSIFIED, DEAD_LETTERS, NOTIFICATIONS, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ports.eventlog import Settlement
from support.logs import HEADERS, numbers, record, take, verdict
from support.waiting import HANG_S

GROUP = "careerops.classify"


async def values(log, topic):
    """Everything `topic` holds."""
    return [found.value for found in await log.read(topic, 0, 1000)]


async def info_of(log, topic=RAW_INBOX):
    """What the log says about `topic`."""
    return next(info for info in await log.topics() if info.topic == topic)


# ---- publish and read ----


async def test_a_record_is_read_as_it_was_published(world, database) -> None:
    """Key, headers in order with repeats, any bytes, and the time of the append."""
    headers = (("a", b"\x00\xff"), ("a", b"again"), ("ünï", b""), *HEADERS)
    await database.log.publish([Record(RAW_INBOX, "schlüssel", b"\x00\x01\xfe", headers)])
    (found,) = await database.log.read(RAW_INBOX, 0, 10)
    assert (found.topic, found.partition, found.key) == (RAW_INBOX, 0, "schlüssel")
    assert (found.headers, found.value, found.time) == (headers, b"\x00\x01\xfe", world.clock.now())


async def test_a_record_may_be_bare(database) -> None:
    """No headers, no key, no value."""
    await database.log.publish([Record(RAW_INBOX, "", b"")])
    (found,) = await database.log.read(RAW_INBOX, 0, 10)
    assert (found.key, found.headers, found.value) == ("", (), b"")


async def test_records_are_read_in_the_order_published(database) -> None:
    """Across calls and within them; from any offset; at most so many; nothing at the end."""
    for start in range(0, 30, 3):
        await database.log.publish([record(number) for number in range(start, start + 3)])
    found = await database.log.read(RAW_INBOX, 0, 100)
    assert numbers(found) == list(range(30))
    offsets = [item.offset for item in found]
    assert offsets == sorted(set(offsets))
    assert numbers(await database.log.read(RAW_INBOX, offsets[10], 5)) == [10, 11, 12, 13, 14]
    assert list(await database.log.read(RAW_INBOX, offsets[-1] + 1, 5)) == []


async def test_one_call_may_publish_to_several_topics(database) -> None:
    """Each topic gets its records in the call's order."""
    await database.log.publish([record(1), record(2, CLASSIFIED), record(3), record(4, CLASSIFIED)])
    assert numbers(await database.log.read(RAW_INBOX, 0, 9)) == [1, 3]
    assert numbers(await database.log.read(CLASSIFIED, 0, 9)) == [2, 4]


async def test_a_topic_may_hold_an_id_twice(database) -> None:
    """The log never deduplicates."""
    await database.log.publish([record(1), record(1)])
    await database.log.publish([record(1)])
    assert numbers(await database.log.read(RAW_INBOX, 0, 9)) == [1, 1, 1]


async def test_concurrent_publishers_all_come_through(database) -> None:
    """Each publisher's own records stay in its order."""

    async def publisher(name: int) -> None:
        for number in range(5):
            await database.log.publish([record(number, key=str(name))])

    await asyncio.gather(*(publisher(name) for name in range(20)))
    found = await database.log.read(RAW_INBOX, 0, 1000)
    for name in range(20):
        assert numbers(item for item in found if item.key == str(name)) == list(range(5))


async def test_publishing_nothing_is_nothing(database) -> None:
    """No record, no topic, no error."""
    await database.log.publish([])
    await database.log.settle([])
    assert all(info.start == info.end for info in await database.log.topics())


@pytest.mark.parametrize(
    "bad",
    [
        Record(RAW_INBOX, "k", b"x" * (MAX_RECORD_BYTES + 1)),
        Record(RAW_INBOX, "k", b"", (("name", b"x" * MAX_DEAD_LETTER_HEADER_BYTES),)),
        Record(DEAD_LETTERS, "k", b"", (("name", b"x" * MAX_DEAD_LETTER_HEADER_BYTES),)),
        Record(DEAD_LETTERS, "k", b"x" * 2 * 1024 * 1024),
    ],
    ids=["value", "headers", "dead letter's headers", "dead letter"],
)
async def test_a_record_too_large_is_refused_with_its_whole_call(database, bad) -> None:
    """Nothing of the call is published."""
    with pytest.raises(Permanent) as refused:
        await database.log.publish([record(1), bad])
    assert refused.value.reason == "too_large"
    assert all(info.start == info.end for info in await database.log.topics())


async def test_the_largest_record_fits_and_its_dead_letter_too(database) -> None:
    """A dead letter is the original and its headers, and what happened."""
    value = b"x" * MAX_RECORD_BYTES
    headers = (("n", b"x" * (MAX_DEAD_LETTER_HEADER_BYTES - 1)),)
    await database.log.publish([Record(RAW_INBOX, "k", value, headers)])
    await database.log.publish([Record(DEAD_LETTERS, "k", value + b"more", headers)])
    assert (await database.log.read(DEAD_LETTERS, 0, 1))[0].headers == headers


async def test_a_topic_that_does_not_exist_is_refused(database) -> None:
    """Nobody would ever read it."""
    with pytest.raises(Permanent) as refused:
        await database.log.publish([record(1), record(1, "elsewhere")])
    assert refused.value.reason == "unknown_topic"
    assert await values(database.log, RAW_INBOX) == []
    with pytest.raises(ConfigurationError, match="elsewhere"):
        await database.log.subscribe("elsewhere", GROUP)
    with pytest.raises(ConfigurationError, match="elsewhere"):
        await database.log.read("elsewhere", 0, 1)
    with pytest.raises(ConfigurationError, match="elsewhere"):
        await database.log.wait("elsewhere", 0)


async def test_a_partition_that_does_not_exist_is_refused(database) -> None:
    """Nothing will ever stand there."""
    with pytest.raises(ConfigurationError, match="99"):
        await database.log.read(RAW_INBOX, 0, 1, 99)
    with pytest.raises(ConfigurationError, match="99"):
        await database.log.wait(RAW_INBOX, 0, 99)


# ---- receive ----


async def test_a_new_group_starts_from_the_start(database) -> None:
    """And gets at most what it asks for at once."""
    await database.log.publish([record(number) for number in range(5)])
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    assert numbers(await subscription.receive(2)) == [0, 1]
    assert numbers(await take(subscription, 3)) == [2, 3, 4]


async def test_each_record_is_delivered_once_an_epoch(database) -> None:
    """Unsettled or not, it does not come twice."""
    await database.log.publish([record(1)])
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    assert numbers(await subscription.receive(9)) == [1]
    await database.log.publish([record(2)])
    assert numbers(await subscription.receive(9)) == [2]


async def test_receiving_waits_for_a_record(database) -> None:
    """It returns when one is published, not before."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    receiving = asyncio.create_task(subscription.receive(9))
    done, _ = await asyncio.wait({receiving}, timeout=0.15)
    assert not done
    await database.log.publish([record(7)])
    assert numbers(await asyncio.wait_for(receiving, HANG_S)) == [7]


async def test_settled_outputs_wake_the_next_stage(database) -> None:
    """What a settlement appends is received as if published."""
    await database.log.publish([record(1)])
    first = await database.log.subscribe(RAW_INBOX, GROUP)
    second = await database.log.subscribe(CLASSIFIED, "careerops.research")
    receiving = asyncio.create_task(second.receive(9))
    (delivery,) = await first.receive(9)
    await database.log.settle([Settlement(delivery, (record(2, CLASSIFIED),))])
    assert numbers(await asyncio.wait_for(receiving, HANG_S)) == [2]


async def test_a_cancelled_receive_loses_nothing(database) -> None:
    """Whatever moment it is cancelled at, what was not returned comes again."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    got: list[int] = []
    for number in range(40):
        receiving = asyncio.create_task(subscription.receive(1))
        publishing = asyncio.create_task(database.log.publish([record(number)]))
        for _ in range(number % 8):
            await asyncio.sleep(0)
        if number % 3 == 0:
            await publishing
        receiving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            got += numbers(await receiving)
        await publishing
    got += numbers(await take(subscription, 40 - len(got)))
    assert got == list(range(40))


async def test_many_records_are_received_in_pieces(database) -> None:
    """In order and complete, also when they are large."""
    big = b"x" * MAX_RECORD_BYTES
    for _ in range(5):
        await database.log.publish([Record(RAW_INBOX, "k", big)] * 8)
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    assert len({d.record.offset for d in await take(subscription, 40)}) == 40


# ---- groups ----


async def test_groups_read_for_themselves(database) -> None:
    """What one settles another still gets."""
    await database.log.publish([record(1)])
    one = await database.log.subscribe(RAW_INBOX, "one")
    await database.log.settle([Settlement(d) for d in await one.receive(9)])
    two = await database.log.subscribe(RAW_INBOX, "two")
    assert numbers(await two.receive(9)) == [1]


async def test_a_second_member_is_refused_in_one_line(database) -> None:
    """While the first lives; another topic and another group are no conflict."""
    first = await database.log.subscribe(RAW_INBOX, GROUP)
    with pytest.raises(AlreadyRunning, match="stop") as refused:
        await database.log.subscribe(RAW_INBOX, GROUP)
    assert "\n" not in str(refused.value)
    await database.log.subscribe(CLASSIFIED, GROUP)
    await database.log.subscribe(RAW_INBOX, "another")
    await first.close()
    await database.log.subscribe(RAW_INBOX, GROUP)


async def test_a_second_process_is_refused_too(world, database) -> None:
    """A lease is the file's, not the process's."""
    await database.log.subscribe(RAW_INBOX, GROUP)
    other = await world.open()
    with pytest.raises(AlreadyRunning):
        await other.log.subscribe(RAW_INBOX, GROUP)


async def test_what_was_settled_is_not_delivered_again(world, database) -> None:
    """After a clean stop the rest comes, in order, and nothing of it is suspect."""
    await database.log.publish([record(number) for number in range(6)])
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    deliveries = await take(subscription, 6)
    await database.log.settle([Settlement(deliveries[i]) for i in (0, 1, 3, 5)])
    await database.close()
    database = await world.open()
    again = await take(await database.log.subscribe(RAW_INBOX, GROUP), 2)
    assert numbers(again) == [2, 4]
    assert not any(delivery.suspect or delivery.deaths for delivery in again)


async def test_settling_out_of_order_moves_the_position_when_it_is_contiguous(database) -> None:
    """Position, lag and what is settled above it."""
    await database.log.publish([record(number) for number in range(6)])
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    deliveries = await take(subscription, 6)
    start = deliveries[0].record.offset
    expected = [(5, 0, 5, 1), (2, 0, 4, 2), (0, 1, 3, 2), (1, 3, 2, 1), (4, 3, 1, 2), (3, 6, 0, 0)]
    for index, position, lag, ahead in expected:
        await database.log.settle([Settlement(deliveries[index])])
        (group,) = (await info_of(database.log)).groups
        assert (group.position - start, group.lag, group.settled_ahead) == (position, lag, ahead)


async def test_the_overview_shows_sizes_groups_and_the_oldest_unsettled(world, database) -> None:
    """What `status` and the lag metric are made of."""
    assert {info.topic for info in await database.log.topics()} == set(ALL_TOPICS)
    await database.log.publish([record(0)])
    appended = world.clock.now()
    await world.clock.advance(60)
    await database.log.publish([record(1)])
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    info = await info_of(database.log)
    (group,) = info.groups
    assert info.end - info.start == 2
    assert (group.group, group.topic, group.lag) == (GROUP, RAW_INBOX, 2)
    assert group.oldest_unsettled == appended
    async with asyncio.timeout(HANG_S):
        # A group may give its first member nothing in its first round: it knows no topic yet.
        while not (await info_of(database.log)).groups[0].member:  # noqa: ASYNC110  # brokers tell nobody
            await asyncio.sleep(0.01)
    await database.log.settle([Settlement(d) for d in await take(subscription, 2)])
    await subscription.close()
    (group,) = (await info_of(database.log)).groups
    assert (group.lag, group.oldest_unsettled, group.member) == (0, None, "")


# ---- unclean stops ----


async def test_after_a_crash_what_was_unsettled_is_suspect(world, database) -> None:
    """What was not delivered, or published since, is not; what was settled does not come."""
    await database.log.publish([record(number) for number in range(3)])
    deliveries = await take(await database.log.subscribe(RAW_INBOX, GROUP), 3)
    await database.log.settle([Settlement(deliveries[1])])
    await world.crash(database)
    database = await world.open()
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    await database.log.publish([record(3)])
    found = await take(subscription, 3)
    assert [(numbers([d])[0], d.suspect, d.deaths) for d in found] == [
        (0, True, 0),
        (2, True, 0),
        (3, False, 0),
    ]


async def test_what_was_never_delivered_is_no_suspect(world, database) -> None:
    """A backlog nobody has looked at cannot have killed anybody."""
    await database.log.publish([record(number) for number in range(5)])
    await take(await database.log.subscribe(RAW_INBOX, GROUP), 2)
    await world.crash(database)
    database = await world.open()
    found = await take(await database.log.subscribe(RAW_INBOX, GROUP), 5)
    assert [delivery.suspect for delivery in found] == [True, True, False, False, False]


async def test_deaths_are_counted_for_what_was_attempted_alone(world, database) -> None:
    """One a crash; a clean stop is none; settling ends the count."""
    await database.log.publish([record(number) for number in range(2)])
    deaths = []
    for clean in (False, True, False, True):
        subscription = await database.log.subscribe(RAW_INBOX, GROUP)
        first, second = await take(subscription, 2)
        deaths.append((first.deaths, second.deaths, first.suspect))
        await subscription.attempt(first)
        await (database.close() if clean else world.crash(database))
        database = await world.open()
    assert deaths == [(0, 0, False), (1, 0, True), (1, 0, False), (2, 0, True)]
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    first, second = await take(subscription, 2)
    await subscription.attempt(first)
    await database.log.settle([Settlement(first)])
    await world.crash(database)
    database = await world.open()
    (found,) = await take(await database.log.subscribe(RAW_INBOX, GROUP), 1)
    assert (numbers([found]), found.deaths, found.suspect) == ([1], 0, True)


async def test_what_waits_at_a_crash_is_not_counted(world, database) -> None:
    """Attempted and put off again, however often; what runs then is."""
    await database.log.publish([record(number) for number in range(3)])
    for number in range(4):
        subscription = await database.log.subscribe(RAW_INBOX, GROUP)
        waits, runs, never = await take(subscription, 3)
        assert (waits.deaths, runs.deaths, never.deaths) == (0, number, 0)
        await subscription.attempt(waits)
        await subscription.attempt(runs)
        await subscription.rest(waits)
        await subscription.rest(never)
        await world.crash(database)
        database = await world.open()


async def test_a_crash_is_remembered_until_the_group_stops_cleanly(world, database) -> None:
    """Two crashes in a row without a settlement: still suspect."""
    await database.log.publish([record(1)])
    for received in (True, False):
        subscription = await database.log.subscribe(RAW_INBOX, GROUP)
        if received:
            await subscription.receive(1)
        await world.crash(database)
        database = await world.open()
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    assert (await subscription.receive(1))[0].suspect
    await subscription.close()
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    assert not (await subscription.receive(1))[0].suspect


# ---- fencing ----


async def test_a_member_whose_epoch_is_over_can_do_nothing(database) -> None:
    """Neither receive nor attempt nor settle; nothing of the refused call is done."""
    await database.log.publish([record(1), record(2)])
    old = await database.log.subscribe(RAW_INBOX, GROUP)
    stale, _ = await take(old, 2)
    await old.close()
    new = await database.log.subscribe(RAW_INBOX, GROUP)
    fresh, _ = await take(new, 2)
    assert stale.epoch < fresh.epoch
    decision = verdict("e1", record(3, CLASSIFIED))
    with pytest.raises(Fenced):
        await old.receive(1)
    with pytest.raises(Fenced):
        await old.attempt(stale)
    with pytest.raises(Fenced):
        await old.rest(stale)
    with pytest.raises(Fenced):
        await database.log.settle(
            [
                Settlement(fresh, (record(3, CLASSIFIED),)),
                Settlement(stale, (record(4, CLASSIFIED),), decision),
            ]
        )
    assert await values(database.log, CLASSIFIED) == []
    assert await database.verdicts.get([decision.key]) == {}
    assert (await info_of(database.log)).groups[0].lag == 2
    await database.log.settle([Settlement(fresh)])
    assert (await info_of(database.log)).groups[0].lag == 1


async def test_leaving_ends_a_receive_that_waits(database) -> None:
    """It does not wait for ever."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    receiving = asyncio.create_task(subscription.receive(1))
    await asyncio.sleep(0)
    await subscription.close()
    await subscription.close()
    with pytest.raises(Fenced):
        await asyncio.wait_for(receiving, HANG_S)


# ---- settle ----


async def test_a_settlement_publishes_records_and_decides(database) -> None:
    """Outputs of one call are appended in its order, to all their topics."""
    await database.log.publish([record(number) for number in range(3)])
    deliveries = await take(await database.log.subscribe(RAW_INBOX, GROUP), 3)
    outputs = [(record(10 + i, CLASSIFIED), record(20 + i, NOTIFICATIONS)) for i in range(3)]
    settlements = [
        Settlement(delivery, output, verdict(f"e{i}", *output))
        for i, (delivery, output) in enumerate(zip(deliveries, outputs, strict=True))
    ]
    await database.log.settle([settlements[2], settlements[0], settlements[1]])
    assert numbers(await database.log.read(CLASSIFIED, 0, 9)) == [12, 10, 11]
    assert numbers(await database.log.read(NOTIFICATIONS, 0, 9)) == [22, 20, 21]
    decisions = [settlement.verdict for settlement in settlements]
    found = await database.verdicts.get([decision.key for decision in decisions])
    assert found == {decision.key: decision for decision in decisions}


async def test_the_first_verdict_stands_and_only_its_outputs_are_published(database) -> None:
    """Whether the other came earlier, later in the same call, or from the store."""
    await database.log.publish([record(number) for number in range(4)])
    a, b, c, d = await take(await database.log.subscribe(RAW_INBOX, GROUP), 4)

    def said(delivery, event: str, number: int) -> Settlement:
        output = record(number, CLASSIFIED)
        return Settlement(delivery, (output,), verdict(event, output))

    await database.verdicts.put([verdict("stored")])
    await database.log.settle([said(a, "e", 1), said(b, "e", 2), said(c, "stored", 3)])
    await database.log.settle([said(d, "e", 4)])
    assert numbers(await database.log.read(CLASSIFIED, 0, 9)) == [1]
    (stands,) = (await database.verdicts.get([verdict("e").key])).values()
    assert stands.outputs == (record(1, CLASSIFIED),)
    assert (await info_of(database.log)).groups[0].lag == 0


async def test_outputs_without_a_verdict_are_published(database) -> None:
    """A redelivery says again what the verdict says; a nameless record has no verdict."""
    await database.log.publish([record(1), record(1)])
    deliveries = await take(await database.log.subscribe(RAW_INBOX, GROUP), 2)
    output = record(9, CLASSIFIED)
    await database.log.settle([Settlement(deliveries[0], (output,), verdict("e", output))])
    await database.log.settle([Settlement(deliveries[1], (output,))])
    assert numbers(await database.log.read(CLASSIFIED, 0, 9)) == [9, 9]


async def test_settling_again_changes_nothing(database) -> None:
    """After a cancelled call it may be repeated."""
    await database.log.publish([record(1), record(2)])
    deliveries = await take(await database.log.subscribe(RAW_INBOX, GROUP), 2)
    output = record(9, CLASSIFIED)
    # The second first: settled ahead is as settled as below the position.
    settlement = Settlement(deliveries[1], (output,), verdict("e", output))
    await database.log.settle([settlement])
    await database.log.settle([settlement, settlement])
    await database.log.settle([Settlement(deliveries[0])])
    await database.log.settle([settlement])
    assert numbers(await database.log.read(CLASSIFIED, 0, 9)) == [9]
    (group,) = (await info_of(database.log)).groups
    assert (group.lag, group.settled_ahead) == (0, 0)


async def test_an_output_too_large_settles_nothing(database) -> None:
    """Neither the inputs nor the other outputs."""
    await database.log.publish([record(1)])
    (delivery,) = await take(await database.log.subscribe(RAW_INBOX, GROUP), 1)
    big = Record(CLASSIFIED, "k", b"x" * (MAX_RECORD_BYTES + 1))
    with pytest.raises(Permanent):
        await database.log.settle([Settlement(delivery, (record(2, CLASSIFIED), big))])
    assert await values(database.log, CLASSIFIED) == []
    assert (await info_of(database.log)).groups[0].lag == 1


async def test_inputs_of_several_topics_are_settled_in_one_call(database) -> None:
    """A stage may read live mail and history."""
    await database.log.publish([record(1), record(2, CLASSIFIED)])
    one = await take(await database.log.subscribe(RAW_INBOX, GROUP), 1)
    two = await take(await database.log.subscribe(CLASSIFIED, GROUP), 1)
    await database.log.settle([Settlement(delivery) for delivery in (*one, *two)])
    assert [group.lag for info in await database.log.topics() for group in info.groups] == [0, 0]


# ---- wait, trim, close ----


async def test_waiting_ends_when_the_offset_is_there(database) -> None:
    """At once when it is; else with the record that reaches it."""
    await database.log.publish([record(0)])
    end = (await info_of(database.log)).end
    await asyncio.wait_for(database.log.wait(RAW_INBOX, end - 1), HANG_S)
    waiting = asyncio.create_task(database.log.wait(RAW_INBOX, end + 1))
    await database.log.publish([record(1)])
    done, _ = await asyncio.wait({waiting}, timeout=0.15)
    assert not done
    await database.log.publish([record(2)])
    await asyncio.wait_for(waiting, HANG_S)


async def test_trimming_leaves_a_gap_that_readers_step_over(world, database) -> None:
    """Only what is older and settled by all goes; offsets are never used again."""
    await database.log.publish([record(number) for number in range(4)])
    await world.clock.advance(60)
    middle = world.clock.now()
    await database.log.publish([record(number) for number in range(4, 6)])
    before = await info_of(database.log)
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    deliveries = await take(subscription, 6)
    await database.log.settle([Settlement(d) for d in deliveries[:3]])
    assert await database.log.trim(RAW_INBOX, middle) == 3
    assert numbers(await database.log.read(RAW_INBOX, 0, 9)) == [3, 4, 5]
    await database.log.settle([Settlement(d) for d in deliveries[3:]])
    assert await database.log.trim(RAW_INBOX, middle) == 1
    await world.clock.advance(1)
    assert await database.log.trim(RAW_INBOX, world.clock.now()) == 2
    after = await info_of(database.log)
    assert after.start == after.end == before.end
    newcomer = await database.log.subscribe(RAW_INBOX, "newcomer")
    await database.log.publish([record(6)])
    for reader in (subscription, newcomer):
        (found,) = await take(reader, 1)
        assert (numbers([found]), found.record.offset) == ([6], before.end)
        await database.log.settle([Settlement(found)])
    assert all(group.lag == 0 for group in (await info_of(database.log)).groups)


async def test_the_slowest_group_holds_up_trimming(world, database) -> None:
    """Whatever the others have settled."""
    await database.log.publish([record(number) for number in range(4)])
    for group, settled in (("fast", 4), ("slow", 1), ("middle", 3)):
        deliveries = await take(await database.log.subscribe(RAW_INBOX, group), settled)
        await database.log.settle([Settlement(delivery) for delivery in deliveries])
    await world.clock.advance(1)
    assert await database.log.trim(RAW_INBOX, world.clock.now()) == 1
    assert numbers(await database.log.read(RAW_INBOX, 0, 9)) == [1, 2, 3]


async def test_a_topic_nobody_reads_is_trimmed_by_age_alone(world, database) -> None:
    """Dead letters have no group; many go as well as few."""
    await database.log.publish([record(number, DEAD_LETTERS) for number in range(2500)])
    assert await database.log.trim(DEAD_LETTERS, world.clock.now()) == 0
    await world.clock.advance(1)
    assert await database.log.trim(DEAD_LETTERS, world.clock.now()) == 2500


async def test_what_is_to_be_kept_is_not_trimmed(world, database) -> None:
    """Whatever goes around it; a log may leave more."""
    await database.log.publish([record(number, DEAD_LETTERS) for number in range(6)])
    held = await database.log.read(DEAD_LETTERS, 0, 9)
    await world.clock.advance(1)
    keep = {held[2].offset, held[4].offset}
    trimmed = await database.log.trim(DEAD_LETTERS, world.clock.now(), keep)
    left = numbers(await database.log.read(DEAD_LETTERS, 0, 9))
    assert {2, 4} <= set(left)
    assert not {0, 1} & set(left)
    assert len(left) + trimmed == 6
    (last,) = await database.log.read(DEAD_LETTERS, held[4].offset, 1)
    assert last == held[4]


async def test_closing_ends_everything_and_may_be_repeated(database) -> None:
    """Later calls say so instead of waiting."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    waiting = asyncio.create_task(database.log.wait(RAW_INBOX, 100))
    receiving = asyncio.create_task(subscription.receive(1))
    await asyncio.sleep(0.01)
    await database.close()
    await database.close()
    with pytest.raises(Outage):
        await asyncio.wait_for(waiting, HANG_S)
    with pytest.raises(Fenced):
        await asyncio.wait_for(receiving, HANG_S)
    with pytest.raises(Outage) as closed:
        await database.log.publish([record(1)])
    assert closed.value.scope == "log"
