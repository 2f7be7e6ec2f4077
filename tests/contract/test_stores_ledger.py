"""The contract of `Ledger`, on every adapter."""

from datetime import UTC, datetime, timedelta

import pytest

from careerops.domain.errors import Fenced
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEASE_S = 60.0
MAIL, PHONE = "email", "whatsapp"


def entry(name: str, account: str = "ann", channel: str = MAIL, **fields) -> Entry:
    """An entry, due at once unless said otherwise."""
    due = fields.pop("due", None)
    return Entry(name, channel, account, f"event-{name}", b"{}", due, **fields)


def names(states) -> list[str]:
    """Which entries these are."""
    return [state.entry.notification_id for state in states]


async def due(database, *channels: str, now: datetime = NOW, limit: int = 10, but=()):
    """What may be sent now."""
    return await database.ledger.due(channels or (MAIL,), now, limit, but=but)


async def claim(world, database, state: EntryState, lease_s: float = LEASE_S):
    """Claim as the process of this life."""
    return await database.ledger.claim(state, world.owner, NOW, lease_s)


async def claim_next(world, database, *channels: str, lease_s: float = LEASE_S) -> EntryState:
    """Claim the first that is due."""
    first, *_ = await due(database, *channels)
    claimed = await claim(world, database, first, lease_s)
    assert claimed is not None
    return claimed


async def state_of(database, name: str):
    """How the entry `name` fares."""
    (state,) = await database.ledger.entries(f"event-{name}")
    return state


async def test_an_entry_is_kept_as_it_was_planned(database) -> None:
    """Every field; planning it again changes nothing."""
    planned = Entry(
        "a", MAIL, "ann", "event-a", b"\x00\xff", NOW, NOW + HOUR, "careerops.notification.v7"
    )
    assert await database.ledger.plan([planned], NOW) == 1
    changed = entry("a", due=NOW + HOUR)
    assert await database.ledger.plan([changed, entry("b"), entry("b")], NOW) == 1
    assert await database.ledger.plan([], NOW) == 0
    state = await state_of(database, "a")
    assert state.entry == planned
    assert (await state_of(database, "b")).entry == entry("b")
    assert (state.status, state.attempts, state.unknown) == (DeliveryStatus.PLANNED, 0, 0)
    assert (state.changed_at, state.reason) == (NOW, "")


async def test_the_first_due_of_each_account_and_channel_may_be_sent(world, database) -> None:
    """In the order planned; looking changes nothing."""
    await database.ledger.plan(
        [entry("a1"), entry("a2"), entry("b1", "ben"), entry("c1", "cleo"), entry("b2", "ben")],
        NOW,
    )
    assert names(await due(database, limit=2)) == ["a1", "b1"]
    assert names(await due(database)) == ["a1", "b1", "c1"]
    claimed = await claim_next(world, database)
    assert (claimed.status, claimed.attempts) == (DeliveryStatus.SENDING, 1)
    assert names(await due(database)) == ["b1", "c1"]
    assert names(await due(database, but=[("a1", MAIL)])) == ["a2", "b1", "c1"]
    await database.ledger.finish(claimed, DeliveryStatus.SENT, NOW)
    assert names(await due(database)) == ["a2", "b1", "c1"]


async def test_what_is_in_hand_is_passed_over(database) -> None:
    """By id and channel together."""
    await database.ledger.plan([entry("a"), entry("b"), entry("a", channel=PHONE)], NOW)
    found = await due(database, MAIL, PHONE, but=[("a", MAIL)])
    assert [state.entry.identity for state in found] == [("b", MAIL), ("a", PHONE)]


async def test_channels_and_dues_are_kept_apart(database) -> None:
    """Another channel's entries are another's; what is not due stays and holds nothing up."""
    later = NOW + HOUR
    await database.ledger.plan([entry("a", due=later), entry("b"), entry("b", channel=PHONE)], NOW)
    assert names(await due(database)) == ["b"]
    assert names(await due(database, PHONE)) == ["b"]
    assert names(await due(database, "nowhere")) == []
    assert names(await due(database, now=later)) == ["a"]


async def test_what_is_due_at_once_is_due_by_any_clock(database) -> None:
    """Whoever planned it may be ahead of whoever sends it."""
    ahead = NOW + timedelta(seconds=61)
    await database.ledger.plan([entry("a")], ahead)
    assert names(await due(database, now=NOW - HOUR)) == ["a"]


async def test_many_accounts_and_a_long_backlog_are_all_found(database) -> None:
    """Accounts of any spelling; the first of each."""
    accounts = [f"account {n}/{chr(0x100 + n)}" for n in range(60)]
    await database.ledger.plan(
        [entry(f"{n}-{turn}", a) for turn in range(5) for n, a in enumerate(accounts)], NOW
    )
    found = await due(database, limit=100)
    assert names(found) == [f"{n}-0" for n in range(60)]


async def test_an_entry_that_has_changed_is_not_claimed(world, database) -> None:
    """Claimed by another, sent, dropped: what was read of it holds no more."""
    await database.ledger.plan([entry("a"), entry("b", "ben"), entry("c", "cleo")], NOW)
    a, b, c = await due(database)
    first = await claim(world, database, a)
    assert first is not None
    assert await claim(world, database, a) is None
    await database.ledger.drop("b", MAIL, NOW)
    assert await claim(world, database, b) is None
    again = await claim(world, database, c)
    await database.ledger.finish(again, DeliveryStatus.PLANNED, NOW, unknown=True)
    assert await claim(world, database, c) is None
    (fresh,) = [state for state in await due(database) if state.entry.account == "cleo"]
    assert await claim(world, database, fresh) is not None


async def test_a_retry_waits_for_its_time_and_holds_nothing_up(world, database) -> None:
    """What comes after it goes first."""
    await database.ledger.plan([entry("a"), entry("b")], NOW)
    state = await claim_next(world, database)
    later = NOW + timedelta(seconds=30)
    await database.ledger.finish(state, DeliveryStatus.PLANNED, NOW, reason="transient", due=later)
    waiting = await state_of(database, "a")
    assert (waiting.reason, waiting.entry.due, waiting.attempts) == ("transient", later, 1)
    assert names(await due(database)) == ["b"]
    (again,) = await due(database, now=later)
    claimed = await claim(world, database, again)
    assert claimed is not None
    assert (names([claimed]), claimed.attempts, claimed.reason) == (["a"], 2, "")


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
    state = await claim_next(world, database)
    for _ in range(2):
        await database.ledger.finish(state, status, NOW + HOUR, reason="why", unknown=unknown)
    ended = await state_of(database, "a")
    assert (ended.status, ended.unknown, ended.reason) == (status, int(unknown), "why")
    assert (ended.attempts, ended.changed_at) == (1, NOW + HOUR)


async def test_what_was_never_claimed_may_be_ended(database) -> None:
    """A payload that cannot be read; a channel that is gone."""
    await database.ledger.plan([entry("a")], NOW)
    (state,) = await due(database)
    await database.ledger.finish(state, DeliveryStatus.FAILED, NOW, reason="undecodable")
    assert (await state_of(database, "a")).status is DeliveryStatus.FAILED
    with pytest.raises(Fenced):
        await database.ledger.finish(state, DeliveryStatus.SENT, NOW)


async def test_a_dead_processs_sends_are_recovered_at_once(world, database) -> None:
    """Counted as unknown, and in the hands of the one that recovers them."""
    await database.ledger.plan([entry("a"), entry("b"), entry("c", channel=PHONE)], NOW)
    claimed = await claim_next(world, database)
    await claim_next(world, database, PHONE)
    assert names(await database.ledger.recover([MAIL], world.owner, LEASE_S)) == []
    await world.crash(database)
    database = await world.open()
    assert names(await due(database)) == []
    (found,) = await database.ledger.recover([MAIL], world.owner, LEASE_S)
    assert (names([found]), found.status) == (["a"], DeliveryStatus.SENDING)
    assert (found.attempts, found.unknown) == (1, 1)
    assert names(await database.ledger.recover([MAIL], world.owner, LEASE_S)) == []
    with pytest.raises(Fenced):
        await database.ledger.finish(claimed, DeliveryStatus.SENT, NOW)
    await database.ledger.finish(found, DeliveryStatus.UNKNOWN, NOW)
    assert names(await due(database)) == ["b"]


async def test_a_send_past_its_lease_is_recovered_by_the_stores_own_clock(world, database) -> None:
    """Whoever holds it hangs. What a process has in hand itself it does not take from itself."""
    await database.ledger.plan([entry("a"), entry("b", "ben")], NOW)
    held = await claim_next(world, database, lease_s=0.0)
    await claim_next(world, database, lease_s=LEASE_S)
    other = await world.open()
    mine = [held.entry.identity]
    assert names(await other.ledger.recover([MAIL], world.owner, LEASE_S, but=mine)) == []
    assert names(await other.ledger.recover([PHONE], world.owner, LEASE_S)) == []
    assert names(await other.ledger.recover([MAIL, PHONE], world.owner, 0.0)) == ["a"]
    (again,) = await other.ledger.recover([MAIL], world.owner, LEASE_S)
    assert again.unknown == 2
    assert names(await other.ledger.recover([MAIL], world.owner, LEASE_S)) == []


async def test_entries_not_worth_sending_any_more_expire(world, database) -> None:
    """Planned ones past their end, of this channel."""
    end = NOW + HOUR
    await database.ledger.plan(
        [
            entry("sending", worth_until=end),
            entry("late", worth_until=end),
            entry("fresh", worth_until=end + HOUR),
            entry("always"),
            entry("late", channel=PHONE, worth_until=end),
        ],
        NOW,
    )
    await claim_next(world, database)
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
    """Due at once, without an end, as if never sent; nothing else is."""
    await database.ledger.plan([entry("a", worth_until=NOW), entry("b", "ben")], NOW)
    later = NOW + HOUR
    assert await database.ledger.expire(MAIL, later) == 1
    assert await database.ledger.revive("a", MAIL, later)
    assert not await database.ledger.revive("a", MAIL, later)
    assert not await database.ledger.revive("b", MAIL, later)
    assert not await database.ledger.revive("nobody", MAIL, later)
    state = await state_of(database, "a")
    assert (state.entry.due, state.entry.worth_until, state.reason) == (None, None, "")
    claimed = await claim_next(world, database)
    await database.ledger.finish(claimed, DeliveryStatus.UNKNOWN, NOW, unknown=True)
    assert await database.ledger.revive("a", MAIL, later)
    assert (await state_of(database, "a")).unknown == 0


async def test_what_a_person_drops_is_not_sent(world, database) -> None:
    """Whatever was to become of it; what is sent or under way stays."""
    await database.ledger.plan([entry("a"), entry("b", "ben"), entry("c", "cleo")], NOW)
    sending = await claim_next(world, database)
    assert not await database.ledger.drop("a", MAIL, NOW)
    await database.ledger.finish(sending, DeliveryStatus.SENT, NOW)
    assert not await database.ledger.drop("a", MAIL, NOW)
    assert await database.ledger.drop("b", MAIL, NOW + HOUR)
    assert (await state_of(database, "b")).status is DeliveryStatus.DROPPED
    assert not await database.ledger.drop("nobody", MAIL, NOW)
    assert names(await due(database)) == ["c"]
    assert await database.ledger.revive("b", MAIL, NOW)


async def test_how_much_was_begun_within_a_time_is_known(world, database) -> None:
    """Of one account and channel."""
    await database.ledger.plan([entry("a"), entry("b", "ben"), entry("c", channel=PHONE)], NOW)
    for channel in (MAIL, PHONE):
        for state in await due(database, channel):
            await claim(world, database, state)
    since = NOW - timedelta(minutes=1)
    assert list(await database.ledger.begun_since(MAIL, "ann", since)) == [NOW]
    assert list(await database.ledger.begun_since(MAIL, "ann", NOW)) == []
    assert list(await database.ledger.begun_since(MAIL, "cleo", since)) == []


async def test_a_backlog_is_folded_into_one(world, database) -> None:
    """What is being sent, or not due, stays as it is."""
    await database.ledger.plan(
        [entry("a"), entry("b"), entry("later", due=NOW + HOUR), entry("x", "ben")], NOW
    )
    backlog = await database.ledger.backlog(MAIL, "ann", NOW, 10)
    assert names(backlog) == ["a", "b"]
    await claim(world, database, backlog[0])
    for _ in range(2):
        await database.ledger.fold(entry("summary"), backlog, NOW)
    assert (await state_of(database, "a")).status is DeliveryStatus.SENDING
    folded = await state_of(database, "b")
    assert (folded.status, folded.reason) == (DeliveryStatus.DROPPED, "summary")
    assert names(await database.ledger.backlog(MAIL, "ann", NOW, 10)) == ["summary"]


async def test_what_a_channel_that_is_gone_had_to_tell_is_found(world, database) -> None:
    """Planned entries of channels that nobody serves, oldest first."""
    await database.ledger.plan(
        [entry("a", channel=PHONE), entry("b"), entry("c", channel="x")], NOW
    )
    await claim_next(world, database, "x")
    await database.ledger.plan([entry("d", "ben", channel="x")], NOW)
    assert names(await database.ledger.strays([MAIL], 10)) == ["a", "d"]
    assert names(await database.ledger.strays([MAIL], 1)) == ["a"]
    assert names(await database.ledger.strays([MAIL, PHONE, "x"], 10)) == []
    assert names(await database.ledger.strays([], 10)) == ["a", "b", "d"]


async def test_entries_are_listed_newest_first(world, database) -> None:
    """Of one event over all channels, by state, by the beginning of their id, or of all."""
    await database.ledger.plan([entry("a"), entry("b"), entry("a", channel=PHONE)], NOW)
    await claim_next(world, database)
    assert names(await database.ledger.entries()) == ["a", "b", "a"]
    assert [s.entry.channel for s in await database.ledger.entries("event-a")] == [PHONE, MAIL]
    assert names(await database.ledger.entries(limit=2)) == ["a", "b"]
    assert names(await database.ledger.entries("event-x")) == []
    sending = [DeliveryStatus.SENDING]
    assert names(await database.ledger.entries(statuses=sending)) == ["a"]
    assert names(await database.ledger.entries("event-b", statuses=sending)) == []
    await database.ledger.plan([entry("abc"), entry("a%")], NOW)
    assert names(await database.ledger.find("ab", 10)) == ["abc"]
    assert names(await database.ledger.find("a", 10)) == ["a%", "abc", "a", "a"]
    assert names(await database.ledger.find("a", 1)) == ["a%"]
    assert names(await database.ledger.find("%", 10)) == []


async def test_what_is_over_is_forgotten_and_what_is_open_is_not(world, database) -> None:
    """A person's matters stay until they have decided."""
    kept = [DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN, DeliveryStatus.PLANNED]
    over = [DeliveryStatus.SENT, DeliveryStatus.EXPIRED, DeliveryStatus.DROPPED]
    for status in kept + over:
        await database.ledger.plan([entry(status.value, status.value)], NOW)
        (state,) = [s for s in await due(database) if s.entry.account == status.value]
        claimed = await claim(world, database, state)
        await database.ledger.finish(claimed, status, NOW)
    assert await database.ledger.trim(NOW) == 0
    assert await database.ledger.trim(NOW + timedelta(seconds=1)) == 3
    assert sorted(names(await database.ledger.entries())) == ["failed", "planned", "unknown"]
