"""Notifications as a person sees and decides about them."""

from collections.abc import Awaitable, Callable

import pytest

from careerops.domain.errors import CareerOpsError
from careerops.domain.notification import Notification
from careerops.ports.ledger import DeliveryStatus, Entry
from careerops.services.notifications import Notifications, title_of
from support.telling import Channel, World

ENDED = (DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED, DeliveryStatus.EXPIRED)


@pytest.fixture
async def world() -> World:
    """`abc` on two channels, `abd` on one, nothing sent."""
    world = World(Channel())
    await world.plan("abc", "abd")
    await world.plan("abc", channel="mail")
    return world


@pytest.fixture
def seen(world: World) -> Notifications:
    """What is asked."""
    return Notifications(world.database.ledger, world.database.clock)


async def end(world: World, channel: str, status: DeliveryStatus) -> None:
    """`abc` ended so by `channel`."""
    ledger, now = world.database.ledger, world.database.clock.now()
    states = [s for s in await ledger.find("abc", 9) if s.entry.channel == channel]
    await ledger.finish(states[0], status, now)


async def test_what_is_open_is_listed_newest_first(world: World, seen: Notifications) -> None:
    """All statuses only when everything is asked for; never more than the limit."""
    await end(world, "phone", DeliveryStatus.SENT)
    identities = [s.entry.identity for s in await seen.listed(everything=False, limit=9)]
    assert identities == [("abc", "mail"), ("abd", "phone")]
    assert len(await seen.listed(everything=True, limit=9)) == 3
    assert len(await seen.listed(everything=True, limit=2)) == 2


async def test_nothing_planned_is_an_empty_list() -> None:
    """No error."""
    world = World(Channel())
    assert not await Notifications(world.database.ledger, world.database.clock).listed(
        everything=True, limit=9
    )


@pytest.mark.parametrize(
    ("name", "channel", "said"),
    [
        ("zzz", "", "no notification 'zzz'"),
        ("", "", "no notification ''"),
        ("%", "", "no notification '%'"),
        ("ab", "", "begins 2 notifications: give more"),
        ("abd", "mail", "no notification 'abd' by 'mail'"),
    ],
)
@pytest.mark.parametrize("what", ["find", "drop", "retry"])
async def test_an_id_that_is_none_or_many_is_refused_in_one_line(
    seen: Notifications, what: str, name: str, channel: str, said: str
) -> None:
    """And nothing is changed."""
    call: Callable[[str, str], Awaitable[object]] = getattr(seen, what)
    with pytest.raises(CareerOpsError, match=said) as caught:
        await call(name, channel)
    assert "\n" not in str(caught.value)
    assert len(await seen.listed(everything=False, limit=9)) == 3


async def test_it_is_dropped_on_one_channel_or_all(world: World, seen: Notifications) -> None:
    """By a prefix; what was sent stays sent."""
    assert await seen.drop("abc", "mail") == ["mail"]
    await end(world, "phone", DeliveryStatus.SENT)
    with pytest.raises(CareerOpsError, match="still to be told"):
        await seen.drop("abc", "phone")
    assert await seen.drop("abd") == ["phone"]
    assert not await seen.listed(everything=False, limit=9)


@pytest.mark.parametrize("status", ENDED)
async def test_what_ended_badly_is_told_again(
    world: World, seen: Notifications, status: DeliveryStatus
) -> None:
    """Planned, due at once; the other channel stays as it is."""
    await end(world, "phone", status)
    assert await seen.retry("abc") == ["phone"]
    (state,) = await seen.find("abc", "phone")
    assert (state.status, state.unknown) == (DeliveryStatus.PLANNED, 0)


async def test_what_a_person_dropped_may_be_told_after_all(seen: Notifications) -> None:
    """They have changed their mind."""
    await seen.drop("abd")
    assert await seen.retry("abd") == ["phone"]


@pytest.mark.parametrize("reason", ["summary", "channel_gone"])
async def test_what_others_tell_is_not_told_again(
    world: World, seen: Notifications, reason: str
) -> None:
    """It was folded into a summary, or moved to another channel."""
    (state,) = await seen.find("abd")
    now = world.database.clock.now()
    await world.database.ledger.finish(state, DeliveryStatus.DROPPED, now, reason=reason)
    with pytest.raises(CareerOpsError, match="told or planned already"):
        await seen.retry("abd")


@pytest.mark.parametrize("status", [DeliveryStatus.SENT, DeliveryStatus.PLANNED])
async def test_what_is_told_or_planned_is_not_told_again(
    world: World, seen: Notifications, status: DeliveryStatus
) -> None:
    """One line says so."""
    if status is DeliveryStatus.SENT:
        await end(world, "phone", status)
    with pytest.raises(CareerOpsError, match="told or planned already"):
        await seen.retry("abc")


async def test_the_title_is_one_line_and_empty_for_what_cannot_be_read(world: World) -> None:
    """An alert's text, an event's title."""
    now = world.database.clock.now()
    text = Notification(notification_id="t", account="me", text="one\ntwo").model_dump_json()
    await world.database.ledger.plan(
        [Entry("t", "phone", "me", "", text.encode(), None),
         Entry("u", "phone", "me", "", b"\xff", None)],
        now,
    )  # fmt: skip
    (readable,) = await world.database.ledger.find("t", 1)
    (broken,) = await world.database.ledger.find("u", 1)
    assert (title_of(readable), title_of(broken)) == ("one", "")
