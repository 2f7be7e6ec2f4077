"""The contract of `Ledger`, on every adapter."""

from datetime import UTC, datetime, timedelta

import pytest

from careerops.domain.errors import Fenced
from careerops.ports.ledger import DeliveryStatus, Entry

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEASE = timedelta(seconds=60)
MAIL, PHONE = "email", "whatsapp"


def entry(name: str, account: str = "ann", channel: str = MAIL, **fields) -> Entry:
    """An entry, due now unless said otherwise."""
    due = fields.pop("due", NOW)
    return Entry(name, channel, account, f"event-{name}", b"{}", due, **fields)


def names(states) -> list[str]:
    """Which entries these are."""
    return [state.entry.notification_id for state in states]


async def claim(world, database, limit: int = 10, now: datetime = NOW, channel: str = MAIL):
    """Claim as the process of this life."""
    return await database.ledger.claim(channel, world.owner, now, now + LEASE, limit)


async def state_of(database, name: str):
    """How the entry `name` fares."""
    (state,) = await database.ledger.entries(f"event-{name}")
    return state


async def test_an_entry_is_kept_as_it_was_planned(database) -> None:
    """Every field; planning it again changes nothing."""
    planned = Entry("a", MAIL, "ann", "event-a", b"\x00\xff", NOW, NOW + LEASE)
    assert await database.ledger.plan([planned], NOW) == 1
    changed = entry("a", due=NOW + LEASE)
    assert await database.ledger.plan([changed, entry("b"), entry("b")], NOW) == 1
    assert await database.ledger.plan([], NOW) == 0
    state = await state_of(database, "a")
    assert state.entry == planned
    assert (state.status, state.attempts, state.unknown) == (DeliveryStatus.PLANNED, 0, 0)
    assert (state.changed_at, state.reason) == (NOW, "")


async def test_the_first_due_of_each_account_is_claimed(world, database) -> None:
    """In the order planned; one at a time for an account."""
    await database.ledger.plan(
        [entry("a1"), entry("a2"), entry("b1", "ben"), entry("c1", "cleo"), entry("b2", "ben")],
        NOW,
    )
    states = await claim(world, database, limit=2)
    assert names(states) == ["a1", "b1"]
    assert {(s.status, s.attempts) for s in states} == {(DeliveryStatus.SENDING, 1)}
    assert names(await claim(world, database)) == ["c1"]
    assert names(await claim(world, database)) == []
    await database.ledger.finish(states[0], DeliveryStatus.SENT, NOW)
    assert names(await claim(world, database)) == ["a2"]


async def test_channels_and_dues_are_kept_apart(world, database) -> None:
    """Another channel's entries are another sender's; what is not due stays."""
    later = NOW + timedelta(hours=1)
    await database.ledger.plan([entry("a", due=later), entry("b"), entry("b", channel=PHONE)], NOW)
    assert names(await claim(world, database)) == ["b"]
    assert names(await claim(world, database, channel=PHONE)) == ["b"]
    assert await database.ledger.next_due(MAIL) == later
    assert await database.ledger.next_due(PHONE) is None


async def test_a_retry_keeps_its_place(world, database) -> None:
    """What comes after waits for it; what was never begun and is not due holds up nothing."""
    await database.ledger.plan([entry("a"), entry("b")], NOW)
    (state,) = await claim(world, database)
    later = NOW + timedelta(seconds=30)
    await database.ledger.finish(state, DeliveryStatus.PLANNED, NOW, reason="transient", due=later)
    waiting = await state_of(database, "a")
    assert (waiting.reason, waiting.entry.due, waiting.attempts) == ("transient", later, 1)
    assert names(await claim(world, database)) == []
    (again,) = await claim(world, database, now=later)
    assert (names([again]), again.attempts, again.reason) == (["a"], 2, "")


@pytest.mark.parametrize(
    ("status", "unknown"),
    [
        (DeliveryStatus.SENT, False),
        (DeliveryStatus.FAILED, False),
        (DeliveryStatus.UNKNOWN, True),
        (DeliveryStatus.PLANNED, True),
    ],
)
async def test_how_a_send_ended_is_kept(world, database, status, unknown) -> None:
    """Saying it twice is as saying it once; an unknown outcome is counted."""
    await database.ledger.plan([entry("a")], NOW)
    (state,) = await claim(world, database)
    for _ in range(2):
        await database.ledger.finish(state, status, NOW + LEASE, reason="why", unknown=unknown)
    ended = await state_of(database, "a")
    assert (ended.status, ended.unknown, ended.reason) == (status, int(unknown), "why")
    assert (ended.attempts, ended.changed_at) == (1, NOW + LEASE)


async def test_a_dead_processs_sends_are_recovered_at_once(world, database) -> None:
    """Counted as unknown, and in the hands of the one that recovers them."""
    await database.ledger.plan([entry("a"), entry("b"), entry("c", channel=PHONE)], NOW)
    (claimed,) = await claim(world, database)
    await claim(world, database, channel=PHONE)
    assert names(await database.ledger.recover(MAIL, world.owner, NOW)) == []
    await world.crash(database)
    database = await world.open()
    assert names(await claim(world, database)) == []
    (found,) = await database.ledger.recover(MAIL, world.owner, NOW + LEASE / 2)
    assert (names([found]), found.status) == (["a"], DeliveryStatus.SENDING)
    assert (found.attempts, found.unknown) == (1, 1)
    assert names(await database.ledger.recover(MAIL, world.owner, NOW + LEASE)) == []
    with pytest.raises(Fenced):
        await database.ledger.finish(claimed, DeliveryStatus.SENT, NOW)
    await database.ledger.finish(found, DeliveryStatus.UNKNOWN, NOW)
    assert names(await claim(world, database)) == ["b"]


async def test_a_send_past_its_lease_is_recovered(world, database) -> None:
    """Whoever holds it hangs; it is leased for as long again."""
    await database.ledger.plan([entry("a")], NOW)
    await claim(world, database)
    late = NOW + LEASE + timedelta(seconds=1)
    other = await world.open()
    assert names(await other.ledger.recover(MAIL, world.owner, late)) == ["a"]
    assert names(await other.ledger.recover(MAIL, world.owner, late + LEASE / 2)) == []
    (again,) = await other.ledger.recover(MAIL, world.owner, late + LEASE)
    assert again.unknown == 2


async def test_entries_not_worth_sending_any_more_expire(world, database) -> None:
    """Planned ones past their end, of this channel."""
    end = NOW + timedelta(hours=1)
    await database.ledger.plan(
        [
            entry("sending", worth_until=end),
            entry("late", worth_until=end),
            entry("fresh", worth_until=end + LEASE),
            entry("always"),
            entry("late", channel=PHONE, worth_until=end),
        ],
        NOW,
    )
    await claim(world, database)
    assert await database.ledger.expire(MAIL, end) == 0
    after = end + timedelta(seconds=1)
    assert await database.ledger.expire(MAIL, after) == 1
    assert await database.ledger.counts() == {
        (MAIL, "sending"): 1,
        (MAIL, "expired"): 1,
        (MAIL, "planned"): 2,
        (PHONE, "planned"): 1,
    }


async def test_what_ended_badly_is_revived(world, database) -> None:
    """Due now, without an end; nothing else is."""
    await database.ledger.plan([entry("a", worth_until=NOW), entry("b", "ben")], NOW)
    later = NOW + timedelta(hours=1)
    assert await database.ledger.expire(MAIL, later) == 1
    assert await database.ledger.revive("a", MAIL, later)
    assert not await database.ledger.revive("a", MAIL, later)
    assert not await database.ledger.revive("b", MAIL, later)
    assert not await database.ledger.revive("nobody", MAIL, later)
    state = await state_of(database, "a")
    assert (state.entry.due, state.entry.worth_until, state.reason) == (later, None, "")
    assert names(await claim(world, database, now=later)) == ["a", "b"]


async def test_entries_are_listed_newest_first(database) -> None:
    """Of one event over all channels, or of all."""
    await database.ledger.plan([entry("a"), entry("b"), entry("a", channel=PHONE)], NOW)
    assert names(await database.ledger.entries()) == ["a", "b", "a"]
    assert [s.entry.channel for s in await database.ledger.entries("event-a")] == [PHONE, MAIL]
    assert names(await database.ledger.entries(limit=2)) == ["a", "b"]
    assert names(await database.ledger.entries("event-x")) == []
    assert await database.ledger.next_due("nowhere") is None
