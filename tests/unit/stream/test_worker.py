"""The worker: what becomes of messages that succeed, fail, repeat or kill."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from careerops.domain.envelope import MAX_RECORD_BYTES
from careerops.domain.errors import Fenced, Outage, Permanent, Transient
from careerops.domain.topics import CLASSIFIED, RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import Record, VerdictKey, VerdictStatus
from careerops.stream.deadletter import notes_of
from careerops.stream.message import Decision, Message
from support.engine import Bench, Scripted, mail, output


@pytest.fixture
async def bench() -> Bench:
    """A fresh database."""
    return Bench()


async def test_each_message_is_handled_once_and_its_output_published(bench: Bench) -> None:
    """The plain course: one output and one verdict a message, nothing left unsettled."""
    await bench.database.log.publish([mail(f"m{n}", f"k{n % 3}") for n in range(50)])
    handler = Scripted()
    async with bench.running(bench.worker(handler)):
        pass
    assert sorted(await bench.values()) == sorted(f"m{n}" for n in range(50))
    assert await bench.lag() == 0
    verdicts = await bench.database.verdicts.get([VerdictKey("m7", "test")])
    assert verdicts[VerdictKey("m7", "test")].status is VerdictStatus.DONE


async def test_order_holds_within_a_key_and_keys_run_beside_each_other(bench: Bench) -> None:
    """A slow message delays its own key and no other."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "a0":
            await gate.wait()

    ids = [f"{key}{n}" for n in range(4) for key in "abc"]
    await bench.database.log.publish([mail(each, each[0]) for each in ids])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler, concurrency=8)):
        done = await bench.values()
        assert [d for d in done if d[0] == "b"] == ["b0", "b1", "b2", "b3"]
        assert not [d for d in done if d[0] == "a"]
        gate.set()
        await bench.settle()
    assert [d for d in await bench.values() if d[0] == "a"] == ["a0", "a1", "a2", "a3"]


async def test_concurrency_is_bounded_by_the_setting(bench: Bench) -> None:
    """Never more handlers at once than allowed, and as many as allowed."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        del message
        await gate.wait()

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(20)])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler, concurrency=5)):
        assert handler.running == 5
        gate.set()
    assert handler.most == 5


async def test_a_transient_failure_is_retried_and_its_key_waits(bench: Bench) -> None:
    """The lane is parked on a timer: order holds, other keys go on, the slot is free."""
    failures = 2

    async def script(message: Message) -> None:
        nonlocal failures
        if message.envelope.id == "a0" and failures:
            failures -= 1
            raise Transient("not now")

    await bench.database.log.publish([mail("a0", "a"), mail("a1", "a"), mail("b0", "b")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler, concurrency=1)):
        assert await bench.values() == ["b0"]
        await bench.advance(1)
        assert await bench.values() == ["b0"]
        await bench.advance(2)
        assert await bench.values() == ["b0", "a0", "a1"]


async def test_a_servers_own_delay_is_honoured(bench: Bench) -> None:
    """`retry_after_s` is waited for, not undercut."""

    async def script(message: Message) -> None:
        if handler.seen.count(message.envelope.id) == 1:
            raise Transient("busy", retry_after_s=40)

    await bench.database.log.publish([mail("a")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.advance(39)
        assert handler.seen == ["a"]
        await bench.advance(2)
        assert handler.seen == ["a", "a"]


async def test_after_the_last_attempt_it_is_a_dead_letter_with_its_bytes(bench: Bench) -> None:
    """Three tries, then the dead letter queue holds original bytes, headers and the reason."""

    async def script(message: Message) -> None:
        raise Transient("never")

    await bench.database.log.publish([mail("a"), mail("b", "other")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.advance(10)
    letters = await bench.dead()
    assert sorted(letter.value for letter in letters) == [b"a", b"b"]
    notes = notes_of(letters[0].headers)
    assert (notes["stage"], notes["reason"], notes["attempts"]) == (
        "test",
        "attempts_exhausted",
        "3",
    )
    assert handler.seen.count("a") == 3
    assert await bench.lag() == 0
    key = VerdictKey("a", "test")
    assert (await bench.database.verdicts.get([key]))[key].status is VerdictStatus.DEAD


async def test_a_permanent_failure_is_a_dead_letter_at_once(bench: Bench) -> None:
    """No second try; the lane goes on."""

    async def script(message: Message) -> None:
        if message.envelope.id == "a":
            raise Permanent("never", reason="refused")

    await bench.database.log.publish([mail("a"), mail("b")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        pass
    assert handler.seen == ["a", "b"]
    assert [notes_of(each.headers)["reason"] for each in await bench.dead()] == ["refused"]
    assert await bench.values() == ["b"]


async def test_a_bug_in_a_handler_leaves_no_values_in_the_dead_letter(bench: Bench) -> None:
    """An unexpected error counts as attempts; only its type and frames are kept."""

    async def script(message: Message) -> None:
        raise ValueError("the secret body of a mail")

    await bench.database.log.publish([mail("a")])
    async with bench.running(bench.worker(Scripted(script))):
        await bench.advance(10)
    (letter,) = await bench.dead()
    notes = notes_of(letter.headers)
    assert notes["reason"] == "handler_error"
    assert "ValueError" in notes["frames"]
    assert b"secret" not in b"".join(value for _, value in letter.headers)


async def test_a_record_without_identity_is_a_dead_letter(bench: Bench) -> None:
    """Unreadable headers are nobody's fault but cannot be processed either."""
    await bench.database.log.publish([Record(RAW_INBOX, "k", b"what?"), mail("b")])
    async with bench.running(bench.worker(Scripted())):
        pass
    (letter,) = await bench.dead()
    assert notes_of(letter.headers)["reason"] == "undecodable"
    assert letter.value == b"what?"
    assert await bench.values() == ["b"]
    assert await bench.lag() == 0


async def test_a_repeated_id_is_answered_from_its_verdict(bench: Bench) -> None:
    """A redelivery republishes what was decided and does not run the handler again."""
    await bench.database.log.publish([mail("a")])
    handler = Scripted()
    async with bench.running(bench.worker(handler)):
        await bench.database.log.publish([mail("a")])
        await bench.settle()
    assert handler.seen == ["a"]
    assert await bench.values() == ["a", "a"]


async def test_an_id_repeated_while_it_runs_is_decided_once(bench: Bench) -> None:
    """The second copy waits in its lane and then finds the first one's verdict."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        await gate.wait()

    await bench.database.log.publish([mail("a"), mail("a")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        gate.set()
        await bench.settle()
    assert handler.seen == ["a"]
    assert await bench.lag() == 0


async def test_a_newer_event_version_is_an_outage_and_not_poison(bench: Bench) -> None:
    """An older release beside a newer writer waits for its upgrade and loses nothing."""
    await bench.database.log.publish([mail("a", event_type="careerops.mail.received.v2")])
    worker = bench.worker(Scripted())
    async with bench.running(worker):
        await bench.advance(300)
        assert list(worker.scopes) == ["version:careerops.mail.received"]
    assert not await bench.dead()
    assert await bench.lag() == 1


async def test_an_outage_is_no_attempt_and_ends_with_one_probe(bench: Bench) -> None:
    """Whatever waits for a scope waits as long as it takes; one message tries it."""
    down = True

    async def script(message: Message) -> None:
        if down:
            raise Outage("down", scope="llm")

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(30)])
    handler = Scripted(script, needs=frozenset({"llm"}))
    worker = bench.worker(handler, concurrency=4)
    async with bench.running(worker):
        first = len(handler.seen)
        assert first <= 4
        await bench.advance(3600)
        probes = len(handler.seen) - first
        assert 50 <= probes <= 80  # 1, 2, 4 ... then one a minute
        down = False
        await bench.advance(61)
        assert await bench.lag() == 0
        assert not worker.scopes
    assert not await bench.dead()
    assert sorted(await bench.values()) == sorted(f"m{n}" for n in range(30))


async def test_an_outage_holds_back_only_what_needs_its_scope(bench: Bench) -> None:
    """Two scopes: one down, the other's messages go on."""

    async def script(message: Message) -> None:
        if message.envelope.id.startswith("x"):
            raise Outage("down", scope="channel:x")

    await bench.database.log.publish([mail("x1", "x1"), mail("y1", "y1"), mail("y2", "y2")])
    async with bench.running(bench.worker(Scripted(script), concurrency=1)):
        assert sorted(await bench.values()) == ["y1", "y2"]


async def test_a_retry_time_given_with_an_outage_is_waited_for(bench: Bench) -> None:
    """A spent day's quota is not probed before its reset."""
    reset = bench.database.clock.now() + timedelta(hours=5)

    async def script(message: Message) -> None:
        if bench.database.clock.now() < reset:
            raise Outage("spent", scope="quota", retry_at=reset)

    await bench.database.log.publish([mail("a")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.advance(5 * 3600 - 1)
        assert handler.seen == ["a"]
        await bench.advance(5)
        assert await bench.values() == ["a"]


async def test_what_is_full_until_a_known_time_is_used_at_once_when_it_has_room(
    bench: Bench,
) -> None:
    """A quota of five a minute: five calls begin together in every minute, and few are refused."""
    clock = bench.database.clock
    begun: list[datetime] = []
    refused = 0

    async def script(message: Message) -> None:
        nonlocal refused
        now = clock.now()
        recent = [at for at in begun if now - at < timedelta(minutes=1)]
        if len(recent) >= 5:
            refused += 1
            full_until = recent[0] + timedelta(minutes=1)
            raise Outage("full", scope="quota", retry_at=full_until, exact=True)
        begun.append(now)
        await clock.sleep(2)

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(23)])
    worker = bench.worker(Scripted(script, needs=frozenset({"quota"})), concurrency=8)
    async with bench.running(worker):
        await bench.advance(4 * 60 + 3)
        assert await bench.lag() == 0
        assert not worker.scopes
    minutes = [int((at - begun[0]).total_seconds() // 60) for at in begun]
    assert Counter(minutes) == {0: 5, 1: 5, 2: 5, 3: 5, 4: 3}
    assert refused <= 5 * 8


async def test_a_providers_failure_counts_only_while_it_answers_others(bench: Bench) -> None:
    """One mail's 500s are its attempts when others get answers, an outage when nobody does."""
    alone = True

    async def script(message: Message) -> Decision | None:
        if message.envelope.id == "poison" or alone:
            raise Transient("500", provider="p")
        return Decision(provider="p", outputs=(output(message),))

    await bench.database.log.publish([mail("poison", "p")])
    handler = Scripted(script)
    worker = bench.worker(handler)
    async with bench.running(worker):
        await bench.advance(600)
        assert "provider:p" in worker.scopes
        assert not await bench.dead()
        alone = False
        for n in range(4):
            await bench.database.log.publish([mail(f"good{n}", f"g{n}")])
            await bench.advance(120)
    assert [notes_of(each.headers)["reason"] for each in await bench.dead()] == [
        "attempts_exhausted"
    ]


async def test_a_provider_that_answers_nobody_is_left_alone_as_long_as_it_asked(
    bench: Bench,
) -> None:
    """Its delay holds for the scope too."""

    async def script(message: Message) -> Decision | None:
        if len(handler.seen) == 1:
            raise Transient("429", provider="p", retry_after_s=50)
        return None

    await bench.database.log.publish([mail("a")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        await bench.advance(49)
        assert handler.seen == ["a"]
        await bench.advance(5)
        assert handler.seen == ["a", "a"]


async def test_stopping_finishes_what_runs_and_leaves_the_rest_unsettled(bench: Bench) -> None:
    """A clean stop settles what was done; the next member gets the others, without suspicion."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "slow":
            await gate.wait()
        if message.envelope.id == "parked":
            raise Transient("later")

    await bench.database.log.publish([mail("slow", "s"), mail("parked", "p"), mail("ok", "o")])
    handler = Scripted(script)
    async with bench.running(bench.worker(handler)):
        asyncio.get_running_loop().call_later(0.05, gate.set)
    assert sorted(await bench.values()) == ["ok", "slow"]
    assert await bench.lag() == 1
    subscription = await bench.database.log.subscribe(RAW_INBOX, "careerops.test")
    (delivery,) = await subscription.receive(10)
    assert (delivery.record.value, delivery.suspect) == (b"parked", False)


async def test_a_handler_that_does_not_end_is_cancelled_at_the_deadline(bench: Bench) -> None:
    """Its message stays unsettled; shutdown does not wait for ever."""

    async def script(message: Message) -> None:
        await asyncio.Event().wait()

    await bench.database.log.publish([mail("endless")])
    async with bench.running(bench.worker(Scripted(script), drain_s=0.05)) as task:
        pass
    assert task.exception() is None
    assert await bench.lag() == 1


async def test_a_killer_is_a_dead_letter_after_two_deaths_alone(bench: Bench) -> None:
    """Suspects run together at first; who was at work at the next death runs alone from then on."""
    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(4)])
    hang = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id == "m2":
            await hang.wait()  # the process is killed while this one is at work

    most = []
    for _ in range(4):
        handler = Scripted(script)
        task = asyncio.create_task(bench.worker(handler, concurrency=4).run(asyncio.Event()))
        await bench.settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        bench.database.crash()
        most.append(handler.most)
    assert most[2:] == [1, 1]
    async with bench.running(bench.worker(Scripted(script))):
        pass
    (letter,) = await bench.dead()
    assert (letter.value, notes_of(letter.headers)["reason"]) == (b"m2", "crashed_process")
    assert sorted(await bench.values()) == ["m0", "m1", "m3"]
    assert await bench.lag() == 0


async def test_suspects_that_nobody_died_at_run_together(bench: Bench) -> None:
    """A crash with a thousand messages in hand must not make a thousand turns of them."""
    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(6)])

    async def hang(message: Message) -> None:
        await asyncio.Event().wait()

    most = []
    for _ in range(3):
        handler = Scripted(hang)
        task = asyncio.create_task(bench.worker(handler, concurrency=6).run(asyncio.Event()))
        await bench.settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        bench.database.crash()
        most.append(handler.most)
    assert most == [6, 6, 1]


async def test_history_leaves_capacity_for_live_mail(bench: Bench) -> None:
    """History never takes all slots, and live mail goes first."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        if message.envelope.id.startswith("old"):
            await gate.wait()

    await bench.database.log.publish(
        [mail(f"old{n}", f"o{n}", topic=RAW_BACKFILL) for n in range(20)]
    )
    handler = Scripted(script)
    async with bench.running(bench.worker(handler, concurrency=4)):
        assert handler.running == 3
        await bench.database.log.publish([mail("new", "n")])
        await bench.settle()
        assert await bench.values() == ["new"]
        gate.set()
    assert await bench.lag() == 0


async def test_what_is_held_is_bounded(bench: Bench) -> None:
    """Beyond the high water nothing more is received: memory stays flat in an outage."""

    async def script(message: Message) -> None:
        raise Outage("down", scope="llm")

    await bench.database.log.publish([mail(f"m{n}", f"k{n}") for n in range(500)])
    worker = bench.worker(Scripted(script), high_water=40, high_water_waiting=100)
    async with bench.running(worker):
        await bench.advance(60)
        assert worker.held == 100


async def test_a_fenced_worker_stops_with_the_error(bench: Bench) -> None:
    """Who lost its group must not go on writing."""
    gate = asyncio.Event()

    async def script(message: Message) -> None:
        await gate.wait()

    await bench.database.log.publish([mail("a")])
    worker = bench.worker(Scripted(script))
    async with bench.running(worker) as task:
        bench.database.crash()
        await bench.database.log.subscribe(RAW_INBOX, "careerops.test")
        gate.set()
        await asyncio.wait({task}, timeout=5)
        assert isinstance(task.exception(), Fenced)
    assert not await bench.values(CLASSIFIED)


async def test_an_output_the_log_refuses_is_a_dead_letter_of_its_message_alone(
    bench: Bench,
) -> None:
    """Too large to carry: that message is dead-lettered, the others of the batch are not."""

    async def script(message: Message) -> Decision | None:
        if message.envelope.id != "huge":
            return None
        return Decision(outputs=(Record(CLASSIFIED, "k", bytes(MAX_RECORD_BYTES + 1)),))

    await bench.database.log.publish([mail("a", "a"), mail("huge", "h"), mail("b", "b")])
    async with bench.running(bench.worker(Scripted(script))):
        pass
    assert [notes_of(each.headers)["reason"] for each in await bench.dead()] == ["too_large"]
    assert sorted(await bench.values()) == ["a", "b"]
    assert await bench.lag() == 0


async def test_a_log_that_cannot_be_written_is_waited_for(bench: Bench) -> None:
    """A full disk is an outage of the log: what was decided is written when it ends."""
    real = bench.database.log.settle
    broken = True

    async def settle(settlements: object) -> None:
        if broken:
            raise Outage("disk full", scope="log")
        await real(settlements)  # type: ignore[arg-type]  # passed through

    bench.database.log.settle = settle  # type: ignore[method-assign,assignment]  # a log that fails for a while
    await bench.database.log.publish([mail("a")])
    handler = Scripted()
    async with bench.running(bench.worker(handler)):
        await bench.advance(30)
        assert await bench.lag() == 1
        broken = False
        await bench.advance(15)
        assert await bench.lag() == 0
    assert handler.seen == ["a"]
