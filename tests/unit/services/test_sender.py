"""The sender: what is told, in which order, and what is known about it."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from careerops.domain.errors import Outage, OutcomeUnknown, Permanent, Transient
from careerops.domain.notification import Notification, NotificationKind
from careerops.ports.ledger import DeliveryStatus, Entry
from careerops.services.send import SEND_TIMEOUT_S
from support.telling import Channel, World, numbered

HOUR_S = 3600.0


def failing(only: str, error: BaseException) -> Channel:
    """A channel that fails so for one notification, for ever, and takes the others."""

    async def script(notification: Notification) -> None:
        if notification.notification_id == only:
            raise error

    return Channel(script)


async def test_what_is_planned_is_sent_once_in_order() -> None:
    """Planned, claimed, sent; nothing is sent again by a second run."""
    world = World(Channel())
    await world.plan("a", "b", "c")
    async with world.running():
        await world.advance(10)
    world.sender = world.another()
    async with world.running():
        await world.advance(10)
    assert world.channel.told == ["a", "b", "c"]
    assert (await world.status("a")).status is DeliveryStatus.SENT


async def test_a_long_backlog_is_told_in_order() -> None:
    """Each account's in the order planned, accounts beside each other."""
    world = World(Channel(), accounts=("ann", "ben"), per_hour=1000)
    ids = numbered("n", 200)
    for n, each in enumerate(ids):
        await world.plan(each, account=("ann", "ben")[n % 2])
    async with world.running():
        for _ in range(40):
            await world.advance(1)
    assert sorted(world.channel.told) == sorted(ids)
    assert [each for each in world.channel.told if each in ids[::2]] == ids[::2]
    assert [each for each in world.channel.told if each in ids[1::2]] == ids[1::2]


async def test_what_is_planned_by_another_process_is_noticed_within_a_second() -> None:
    """Nobody wakes this sender: it looks."""
    world = World(Channel())
    async with world.running():
        await world.advance(100)
        world.sender.wake = lambda: None  # type: ignore[method-assign]  # as if another had planned it
        await world.plan("a")
        await world.advance(1.5)
        assert world.channel.told == ["a"]


async def test_nothing_is_sent_before_its_time() -> None:
    """A reminder for tomorrow holds nothing up."""
    world = World(Channel())
    later = world.database.clock.now() + timedelta(hours=3)
    payload = Notification(notification_id="late").model_dump_json().encode()
    await world.database.ledger.plan(
        [Entry("late", "phone", "me", "late", payload, later)], world.database.clock.now()
    )
    await world.plan("a")
    async with world.running():
        await world.advance(3 * HOUR_S - 5)
        assert world.channel.told == ["a"]
        await world.advance(10)
        assert world.channel.told == ["a", "late"]


async def test_a_channel_that_puts_everything_off_keeps_the_rest_waiting() -> None:
    """Nothing passes, so it is the channel: no flood, and all is told when it is back."""
    down = True

    async def script(notification: Notification) -> None:
        if down:
            raise Transient("451")

    world = World(Channel(script), others=[Channel(channel="mail")])
    await world.plan("a", "b")
    async with world.running():
        await world.advance(HOUR_S)
        assert world.downs == ["phone"]
        assert [each.state for each in world.sender.channels] == ["down", "up"]
        assert len(world.channel.tries) <= 90  # 1, 2, 4 ... then one a minute
        down = False
        await world.advance(61)
        assert [each.state for each in world.sender.channels] == ["up", "up"]
    assert sorted(world.channel.told) == ["a", "b"]
    assert not await world.failed()


async def test_a_refused_notification_is_a_dead_letter_and_the_next_goes_on() -> None:
    """A permanent refusal concerns one notification."""
    world = World(failing("a", Permanent("no", reason="refused")))
    await world.plan("a", "b")
    async with world.running():
        await world.advance(5)
    assert await world.failed() == [("a", "refused")]
    assert world.channel.told == ["b"]
    state = await world.status("a")
    assert (state.status, state.reason) == (DeliveryStatus.FAILED, "refused")


async def test_a_channel_that_is_down_is_reported_once_and_loses_nothing() -> None:
    """An expired token: everything waits, one alert, all is sent in order when it is mended."""
    down = True

    async def script(notification: Notification) -> None:
        if down:
            raise Outage("token expired", scope="whatever a notifier calls it")

    world = World(Channel(script))
    await world.plan("a")
    async with world.running():
        await world.advance(1)
        await world.plan("b")
        await world.advance(300)
        assert world.downs == ["phone"]
        (state,) = world.sender.channels
        assert (state.state, state.reason, state.waiting) == ("down", "token expired", 2)
        assert state.since is not None
        down = False
        await world.advance(130)
        assert world.sender.channels[0].state == "up"
        down = True
        await world.plan("c")
        await world.advance(300)
        assert world.downs == ["phone", "phone"]
    assert sorted(world.channel.told) == ["a", "b"]


@pytest.mark.parametrize(("resend", "told"), [(True, 2), (False, 1)])
async def test_a_send_of_unknown_outcome_follows_the_policy(*, resend: bool, told: int) -> None:
    """Counted as unknown; begun once more after a minute or held, as configured."""

    async def script(notification: Notification) -> None:
        if world.channel.tries.count("a") == 1:
            world.channel.told.append(notification.notification_id)
            raise OutcomeUnknown("timeout")

    world = World(Channel(script), resend=resend)
    await world.plan("a")
    async with world.running():
        await world.advance(50)
        assert len(world.channel.tries) == 1
        await world.advance(50)
    state = await world.status("a")
    assert len(world.channel.told) == told
    assert state.unknown == 1
    assert state.status is (DeliveryStatus.SENT if resend else DeliveryStatus.UNKNOWN)


BAD = {
    "OutcomeUnknown": OutcomeUnknown("the gateway answers 502"),
    "RuntimeError": RuntimeError("a bug, after it was told"),
    "OSError": OSError(24, "Too many open files"),
    "KeyError": KeyError("messages"),
    "CancelledError": asyncio.CancelledError(),
    "TimeoutError": TimeoutError(),
    "Transient": Transient("451 for this one"),
    "Transient with a delay": Transient("451 for this one", retry_after_s=10),
    "Transient with a long delay": Transient("429 for this one", retry_after_s=7200),
    "Outage": Outage("says that all is out, for this one", scope="channel:phone"),
    "Permanent": Permanent("refused", reason="refused"),
}


@pytest.mark.parametrize("name", BAD)
async def test_one_notification_that_always_fails_harms_no_other(name: str) -> None:
    """Whatever it does about one, for ever: the others are told, and there is one alert."""
    mail = Channel(channel="mail")
    world = World(failing("a", BAD[name]), others=[mail], per_hour=1000)
    await world.plan("a", "b", "c")
    async with world.running() as task:
        await world.advance(5)
        assert sorted(world.channel.told) == ["b", "c"]
        for n in range(35):  # a server may ask for the half hour that it is given
            await world.plan(f"later{n}")
            await world.advance(5)
            assert f"later{n}" in world.channel.told
            await world.advance(55)
        assert not task.done()
    begun = world.channel.tries.count("a")
    # Known not to be told: its attempts, and probes for as long as the channel counts as down.
    known = isinstance(BAD[name], Transient | Outage)
    assert begun <= (12 if known else 2)
    alerts = [each for each in mail.notifications if each.kind is NotificationKind.ALERT]
    assert len(alerts) == 1
    assert "phone" in alerts[0].text
    state = await world.status("a")
    assert state.status in {DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN}
    dead = [each for each, _ in await world.failed()]
    assert dead == (["a"] if state.status is DeliveryStatus.FAILED else [])


@pytest.mark.parametrize("name", ["OutcomeUnknown", "RuntimeError", "CancelledError", "nonsense"])
async def test_whatever_may_have_been_told_is_told_twice_at_most(name: str) -> None:
    """All of it ends so, for ever, after it was told: two deliveries each, and no flood."""

    async def script(notification: Notification) -> object:
        if name == "nonsense":
            return {"ok": True}
        raise BAD[name]

    ids = numbered("n", 30)
    mail = Channel(channel="mail")
    world = World(Channel(script), others=[mail])
    await world.plan(*ids)
    for _ in range(3):  # and restarts do not begin anew
        async with world.running():
            await world.advance(1.1 * HOUR_S)
        world.database.crash()
        world.sender = world.another()
    deliveries = Counter(world.channel.tries)
    assert set(deliveries) == set(ids)
    assert max(deliveries.values()) <= 2
    alerts = [each for each in mail.notifications if each.kind is NotificationKind.ALERT]
    assert len(alerts) == 1
    first_hour = (await world.database.ledger.entries())[-1].attempts
    assert first_hour <= 2


async def test_a_channel_in_doubt_takes_no_flood_of_new_notifications() -> None:
    """Three unknown outcomes in a row: the channel is out, and one a minute tries it."""

    async def script(notification: Notification) -> None:
        raise OutcomeUnknown("502")

    world = World(Channel(script))
    await world.plan(*numbered("n", 100))
    async with world.running():
        await world.advance(600)
    assert len(world.channel.tries) <= 20


async def test_a_send_that_never_answers_ends_and_counts_as_unknown() -> None:
    """Its timeout is part of the sender: no notifier can hold a slot for ever."""

    async def script(notification: Notification) -> None:
        if notification.notification_id == "a":
            await asyncio.Event().wait()

    world = World(Channel(script))
    await world.plan("a", "b")
    async with world.running():
        await world.advance(1)
        assert world.channel.tries == ["a"]
        # asyncio's own timeout runs on the loop's clock: it is moved on by hand.
        (handle,) = [
            each
            for each in asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # no public view of the loop's timers
            if not each.cancelled() and each.when() - asyncio.get_running_loop().time() > 20
        ]
        assert handle.when() - asyncio.get_running_loop().time() <= SEND_TIMEOUT_S
        handle._run()
        handle.cancel()
        await world.advance(1)
        assert world.channel.told == ["b"]
        assert (await world.status("a")).unknown == 1


async def test_a_send_cut_off_by_a_death_is_found_and_counted() -> None:
    """Killed between claim and outcome: the next process knows that it does not know."""
    world = World(Channel())
    await world.plan("a")
    now = world.database.clock.now()
    (due,) = await world.database.ledger.due(["phone"], now, 9)
    await world.database.ledger.claim(due, "dead", now, 60)
    world.database.crash()
    async with world.running():
        await world.advance(5)
    state = await world.status("a")
    assert world.channel.told == ["a"]
    assert (state.status, state.unknown) == (DeliveryStatus.SENT, 1)


async def test_a_send_cut_off_while_this_process_runs_is_found_later() -> None:
    """Another process dies in mid-send: it is looked for again and again."""
    world = World(Channel())
    async with world.running():
        await world.advance(20)
        await world.plan("a", channel="other")
        now = world.database.clock.now()
        (due,) = await world.database.ledger.due(["other"], now, 9)
        await world.database.ledger.plan(
            [Entry("b", "phone", "me", "b", due.entry.payload, None)], now
        )
        (mine,) = await world.database.ledger.due(["phone"], now, 9)
        await world.database.ledger.claim(mine, "elsewhere", now, 60)
        await world.advance(59)
        assert not world.channel.told
        await world.advance(20)
        assert len(world.channel.told) == 1


async def test_three_deaths_in_mid_send_are_two_sends_and_a_persons_matter() -> None:
    """A kill is no reason to tell a third time."""
    mail = Channel(channel="mail")
    world = World(Channel(), others=[mail])
    await world.plan("a")
    for _ in range(2):
        now = world.database.clock.now()
        (due,) = await world.database.ledger.due(["phone"], now, 9)
        claimed = await world.database.ledger.claim(due, "dead", now, 60)
        assert claimed is not None
        world.database.crash()
        (found,) = await world.database.ledger.recover(["phone"], "next", 60)
        if found.unknown < 2:
            await world.database.ledger.finish(found, DeliveryStatus.PLANNED, now)
        else:
            world.database.crash()  # also the one who looks after it dies
    async with world.running():
        await world.advance(5)
    assert (await world.status("a")).status is DeliveryStatus.UNKNOWN
    assert not world.channel.told
    assert [each.kind for each in mail.notifications] == [NotificationKind.ALERT]


@pytest.mark.parametrize("out", ["finish", "plan"])
async def test_a_store_that_is_out_while_a_death_is_resolved_changes_nothing(out: str) -> None:
    """The send is counted once, and the alert is planned all the same."""
    mail = Channel(channel="mail")
    world = World(Channel(), others=[mail], resend=False)
    await world.plan("a")
    ledger, now = world.database.ledger, world.database.clock.now()
    (due,) = await ledger.due(["phone"], now, 9)
    await ledger.claim(due, "dead", now, 60)
    world.database.crash()
    real, left = getattr(ledger, out), [3]

    async def flaky(*given: object, **named: object) -> object:
        if left[0]:
            left[0] -= 1
            raise Outage("the store cannot be reached", scope="store")
        return await real(*given, **named)

    setattr(ledger, out, flaky)
    async with world.running():
        await world.advance(200)
    state = await world.status("a")
    assert (state.status, state.unknown) == (DeliveryStatus.UNKNOWN, 1)
    assert [each.kind for each in mail.notifications] == [NotificationKind.ALERT]


async def test_a_restart_neither_hurries_the_repeat_nor_grants_a_third() -> None:
    """The ledger keeps both: when it is due, and how many outcomes are unknown."""
    world = World(failing("a", OutcomeUnknown("502")))
    await world.plan("a")
    for seconds, tries in ((5, 1), (40, 1), (60, 2), (300, 2)):
        async with world.running():
            await world.advance(seconds)
        assert len(world.channel.tries) == tries
        world.sender = world.another()
    assert (await world.status("a")).status is DeliveryStatus.UNKNOWN


async def test_what_was_sent_while_the_store_is_out_is_not_taken_for_a_death() -> None:
    """Its lease passes, but it is in our own hands."""
    world = World(Channel())
    ledger, clock = world.database.ledger, world.database.clock
    real, until = ledger.finish, clock.monotonic() + 150

    async def finish(*given: object, **named: object) -> None:
        if clock.monotonic() < until:
            raise Outage("the store cannot be reached", scope="store")
        await real(*given, **named)  # type: ignore[arg-type]  # passed through

    ledger.finish = finish  # type: ignore[method-assign]  # a store that is out for a while
    await world.plan("a")
    async with world.running():
        await world.advance(400)
    state = await world.status("a")
    assert (state.status, state.unknown) == (DeliveryStatus.SENT, 0)
    assert world.channel.told == ["a"]


async def test_what_is_not_worth_telling_any_more_expires() -> None:
    """After `worth_until` nothing is sent, also of what waits for its channel."""
    down = True

    async def script(notification: Notification) -> None:
        if down:
            raise Outage("out", scope="channel:phone")

    world = World(Channel(script))
    await world.plan("a", worth_s=50)
    await world.plan("b", worth_s=5000)
    async with world.running():
        await world.advance(100)
        down = False
        await world.advance(200)
    assert (await world.status("a")).status is DeliveryStatus.EXPIRED
    assert world.channel.told == ["b"]


async def test_a_payload_of_a_newer_release_waits_and_a_broken_one_is_a_dead_letter() -> None:
    """Neither holds up what comes after it, nor ends anything."""
    world = World(Channel())
    now = world.database.clock.now()
    good = Notification(notification_id="x").model_dump_json().encode()
    payloads = {
        "newer": (b'{"notification_id": "newer", "kind": "of-a-newer-release"}', {}),
        "newest": (good, {"type": "careerops.notification.v2"}),
        "broken": (b"\xff\x00", {}),
        "empty": (b"", {}),
        "other": (good, {"type": "something.else.v1"}),
        "half": (b'{"notification_id": 5}', {}),
    }
    await world.database.ledger.plan(
        [Entry(n, "phone", "me", n, value, None, **more) for n, (value, more) in payloads.items()],
        now,
    )
    await world.plan("good")
    async with world.running():
        await world.advance(300)
        assert world.channel.told == ["good"]
    assert await world.ended(DeliveryStatus.PLANNED) == ["newer", "newest"]
    assert sorted(each for each, _ in await world.failed()) == ["broken", "empty", "half", "other"]


async def test_what_a_removed_channel_had_to_tell_is_told_by_the_others() -> None:
    """Renamed or gone: told once by what the account has now."""
    world = World(Channel())
    await world.plan("a", "b", channel="whatsapp")
    async with world.running():
        await world.advance(5)
    assert world.channel.told == ["a", "b"]
    old = [s for s in await world.database.ledger.entries() if s.entry.channel == "whatsapp"]
    assert {(s.status, s.reason) for s in old} == {(DeliveryStatus.DROPPED, "channel_gone")}


async def test_what_nobody_can_tell_any_more_stays_planned() -> None:
    """An account without any channel: it waits, and is named in the log."""
    world = World(Channel())
    await world.plan("a", channel="gone", account="nobody")
    async with world.running():
        await world.advance(5)
    assert await world.ended(DeliveryStatus.PLANNED) == ["a"]


async def test_beyond_the_hours_limit_the_rest_comes_in_one_message() -> None:
    """Ten an hour: nine and a summary of the others, and nothing is told by itself as well."""
    world = World(Channel(), per_hour=10)
    await world.plan(*[f"n{n:02d}" for n in range(40)])
    async with world.running():
        await world.advance(600)
        assert world.channel.told[:9] == [f"n{n:02d}" for n in range(9)]
        assert len(world.channel.told) == 10
        summary = world.channel.notifications[-1]
        assert summary.kind is NotificationKind.DIGEST
        assert "31 notifications in one" in summary.text
        # What comes later this hour waits until there is room again, and then comes together.
        await world.plan("late1", "late2")
        await world.advance(2400)
        assert len(world.channel.told) == 10
        await world.advance(700)
        assert len(world.channel.told) <= 12
    assert not await world.ended(DeliveryStatus.PLANNED)
    folded = await world.database.ledger.entries(statuses=[DeliveryStatus.DROPPED])
    assert {state.reason for state in folded} == {"summary"}


async def test_the_limit_is_kept_over_restarts_and_for_each_account() -> None:
    """What was begun is in the ledger."""
    world = World(Channel(), per_hour=5, accounts=("ann", "ben"))
    for _ in range(4):
        for account in ("ann", "ben"):
            await world.plan(*numbered(f"{account}{len(world.channel.told)}", 3), account=account)
        async with world.running():
            await world.advance(60)
        world.sender = world.another()
    assert len(world.channel.told) <= 10


async def test_a_dead_letter_is_written_once_though_the_log_is_out_for_a_while() -> None:
    """A refusal while the disk is full: the sender waits and goes on."""
    world = World(failing("a", Permanent("no", reason="refused")))
    real = world.database.log.publish
    out = True

    async def publish(records: object) -> None:
        if out:
            raise Outage("the disk is full", scope="log")
        await real(records)  # type: ignore[arg-type]  # passed through

    world.database.log.publish = publish  # type: ignore[method-assign,assignment]  # a log that is out for a while
    await world.plan("a", "b")
    async with world.running() as task:
        await world.advance(60)
        assert not task.done()
        out = False
        await world.advance(10)
    assert await world.failed() == [("a", "refused")]
    assert world.channel.told == ["b"]
    assert (await world.status("a")).status is DeliveryStatus.FAILED


async def test_a_store_that_is_out_is_waited_for_at_every_step() -> None:
    """Looking, claiming, finishing, alerting: nothing ends, nothing is told twice."""
    world = World(Channel(), others=[Channel(channel="mail")])
    ledger = world.database.ledger
    for name in ("due", "claim", "finish", "recover", "plan", "begun_since", "strays"):
        real = getattr(ledger, name)
        left = {"times": 3}

        async def flaky(*given: object, real=real, left=left, **named: object) -> object:
            if left["times"]:
                left["times"] -= 1
                raise Outage("the store cannot be reached", scope="store")
            return await real(*given, **named)

        setattr(ledger, name, flaky)
    now = world.database.clock.now()
    payload = Notification(notification_id="a").model_dump_json().encode()
    for _ in range(4):
        try:
            await ledger.plan([Entry("a", "phone", "me", "a", payload, None)], now)
        except Outage:
            continue
        break
    async with world.running() as task:
        await world.advance(120)
        assert not task.done()
    assert world.channel.told == ["a"]
    assert (await world.status("a")).status is DeliveryStatus.SENT


async def test_a_send_is_finished_before_the_process_ends() -> None:
    """Stopping does not cut it off: that would leave its outcome unknown."""
    gate = asyncio.Event()

    async def script(notification: Notification) -> None:
        await gate.wait()

    world = World(Channel(script))
    await world.plan("a")
    async with world.running():
        await world.advance(1)
        asyncio.get_running_loop().call_later(0.05, gate.set)
    state = await world.status("a")
    assert (state.status, state.unknown) == (DeliveryStatus.SENT, 0)


async def test_two_processes_tell_each_notification_once() -> None:
    """Both look at one ledger; who claims first sends."""
    world = World(Channel())
    other = world.another()
    ids = numbered("n", 40)
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(each.run(stopping)) for each in (world.sender, other)]
    await world.plan(*ids)
    await world.advance(120)
    stopping.set()
    await world.advance(1)
    await asyncio.gather(*tasks)
    assert world.channel.told == ids


async def test_what_a_person_drops_is_not_told_and_what_they_retry_is() -> None:
    """Beside a running sender, whatever it knows of the entry."""
    world = World(failing("a", OutcomeUnknown("502")), resend=False)
    ledger, clock = world.database.ledger, world.database.clock
    await world.plan("a")
    later = clock.now() + timedelta(minutes=5)
    payload = Notification(notification_id="b").model_dump_json().encode()
    await ledger.plan([Entry("b", "phone", "me", "b", payload, later)], clock.now())
    async with world.running():
        await world.advance(10)
        assert (await world.status("a")).status is DeliveryStatus.UNKNOWN
        assert await ledger.drop("b", "phone", clock.now())
        world.channel.script = None
        assert await ledger.revive("a", "phone", clock.now())
        await world.advance(600)
    assert world.channel.told == ["a"]


async def test_a_vendors_limit_blames_no_notification() -> None:
    """One message in six seconds: a burst is told at that pace, nothing is given up, no alert."""
    last = -100.0

    async def script(notification: Notification) -> None:
        nonlocal last
        clock = world.database.clock
        wait_s = last + 6.0 - clock.monotonic()
        if wait_s > 0:
            at = clock.now() + timedelta(seconds=6)
            raise Outage("the limit is reached", scope="channel:phone", retry_at=at, exact=True)
        last = clock.monotonic()

    world = World(Channel(script), others=[Channel(channel="mail")])
    ids = numbered("n", 20)
    await world.plan(*ids)
    async with world.running():
        await world.advance(300)
    assert sorted(world.channel.told) == sorted(ids)
    assert not await world.failed()
    assert world.downs == []
