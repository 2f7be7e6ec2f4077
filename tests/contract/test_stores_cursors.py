"""The contract of `CursorStore`, on every adapter."""

import pytest

from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.ports.cursors import Intake

SOURCE = "imap:me:mail.example.org"
TTL_S = 30.0


async def test_a_source_never_read_is_empty(database) -> None:
    """Taking the lease alone does not make it read."""
    await database.cursors.acquire(SOURCE, "somebody", TTL_S)
    assert await database.cursors.cursor(SOURCE) is None
    assert await database.cursors.locators(SOURCE) == frozenset()
    assert await database.cursors.sources() == {}
    assert not await database.cursors.reset(SOURCE)


async def test_a_batch_is_recorded_whole(world, database) -> None:
    """Cursor, seen mails, places and roots, for good."""
    lease = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    intake = Intake("17", ["e1", "e2"], ["cur/1", "cur/2"], {"m1": "r1", "m2": "r1"})
    await database.cursors.commit(lease, "me", intake)
    await database.cursors.commit(lease, "me", Intake(seen=["e2", "e3"], roots={"m2": "r0"}))
    await world.crash(database)
    database = await world.open()
    assert await database.cursors.cursor(SOURCE) == "17"
    assert await database.cursors.locators(SOURCE) == {"cur/1", "cur/2"}
    assert await database.cursors.seen("me", ["e1", "e3", "e9"]) == {"e1", "e3"}
    assert await database.cursors.seen("you", ["e1"]) == frozenset()
    assert await database.cursors.seen("me", []) == frozenset()
    assert await database.cursors.roots("me", ["m1", "m2", "m9"]) == {"m1": "r1", "m2": "r0"}
    assert await database.cursors.roots("you", ["m1"]) == {}
    assert await database.cursors.sources() == {SOURCE: "17"}


async def test_thousands_of_ids_may_be_asked_for_at_once(world, database) -> None:
    """As a first sync of a large mailbox does."""
    lease = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    ids = [f"e{number}" for number in range(40_000)]
    await database.cursors.commit(lease, "me", Intake(seen=ids[::2]))
    assert await database.cursors.seen("me", ids) == set(ids[::2])


async def test_one_living_owner_reads_a_source(world, database) -> None:
    """Another is refused in one line, until the lease has expired or is given back."""
    first = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    other = await world.open()
    with pytest.raises(AlreadyRunning, match="stop") as refused:
        await other.cursors.acquire(SOURCE, world.owner, TTL_S)
    assert "\n" not in str(refused.value)
    await world.clock.advance(TTL_S - 1)
    await database.cursors.renew(first, TTL_S)
    await world.clock.advance(TTL_S - 1)
    with pytest.raises(AlreadyRunning):
        await other.cursors.acquire(SOURCE, world.owner, TTL_S)
    await world.clock.advance(2)
    second = await other.cursors.acquire(SOURCE, world.owner, TTL_S)
    assert second.epoch > first.epoch
    await other.cursors.release(second)
    await database.cursors.acquire(SOURCE, "anybody", TTL_S)


async def test_a_stale_owner_writes_nothing(world, database) -> None:
    """Its commit is refused whole; giving back what it has lost does nothing."""
    first = await database.cursors.acquire(SOURCE, "one", TTL_S)
    await database.cursors.commit(first, "me", Intake("1"))
    await world.clock.advance(TTL_S + 1)
    second = await database.cursors.acquire(SOURCE, "two", TTL_S)
    with pytest.raises(Fenced):
        await database.cursors.commit(first, "me", Intake("2", ["e"], ["l"], {"m": "r"}))
    with pytest.raises(Fenced):
        await database.cursors.renew(first, TTL_S)
    await database.cursors.release(first)
    assert await database.cursors.cursor(SOURCE) == "1"
    assert await database.cursors.seen("me", ["e"]) == frozenset()
    assert await database.cursors.locators(SOURCE) == frozenset()
    assert await database.cursors.roots("me", ["m"]) == {}
    await database.cursors.commit(second, "me", Intake("3"))
    assert await database.cursors.cursor(SOURCE) == "3"


async def test_a_released_lease_is_over(database) -> None:
    """Whoever gave it back writes no more."""
    lease = await database.cursors.acquire(SOURCE, "one", TTL_S)
    await database.cursors.release(lease)
    with pytest.raises(Fenced):
        await database.cursors.commit(lease, "me", Intake("2"))


async def test_a_dead_owners_lease_is_taken_over_at_once(world, database) -> None:
    """Nobody waits for the lease of a process that was killed."""
    dead = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    await world.crash(database)
    database = await world.open()
    lease = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    assert lease.epoch > dead.epoch


async def test_the_same_owner_may_take_its_lease_again(world, database) -> None:
    """A reader that starts over within its process fences what was there before."""
    first = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    with pytest.raises(Fenced):
        await database.cursors.renew(first, TTL_S)


async def test_many_leases_are_prolonged_together(world, database) -> None:
    """Whoever asks first has prolonged those of its process; one that was lost is told so."""
    names = [f"imap:a{number}:mail.example.org" for number in range(5)]
    owner = world.owner
    leases = [await database.cursors.acquire(name, owner, TTL_S) for name in names]
    other = await world.open()
    await world.clock.advance(TTL_S - 1)
    await database.cursors.renew(leases[2], TTL_S)
    await world.clock.advance(TTL_S - 1)
    for name in names:
        with pytest.raises(AlreadyRunning):
            await other.cursors.acquire(name, world.owner, TTL_S)
    await world.clock.advance(2)
    taken = await other.cursors.acquire(names[0], world.owner, TTL_S)
    with pytest.raises(Fenced):
        await database.cursors.renew(leases[0], TTL_S)
    for lease in leases[1:]:
        await database.cursors.renew(lease, TTL_S)
    await database.cursors.release(leases[1])
    await other.cursors.acquire(names[1], world.owner, TTL_S)
    await other.cursors.renew(taken, TTL_S)


async def test_a_store_says_how_long_its_leases_are_to_be(database) -> None:
    """Seconds at least: whoever holds one prolongs it three times as often."""
    assert 10 <= database.cursors.lease_s <= 900


async def test_a_source_that_is_read_is_not_reset(world, database) -> None:
    """Its reader would write its own place over it; whoever died or lost it writes no more."""
    lease = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    await database.cursors.commit(lease, "me", Intake("9", locators=["l"]))
    other = await world.open()
    with pytest.raises(AlreadyRunning, match="stop") as refused:
        await other.cursors.reset(SOURCE)
    assert "\n" not in str(refused.value)
    assert await other.cursors.cursor(SOURCE) == "9"
    assert await other.cursors.locators(SOURCE) == {"l"}
    await world.clock.advance(TTL_S + 1)
    assert await other.cursors.reset(SOURCE)
    with pytest.raises(Fenced):
        await database.cursors.commit(lease, "me", Intake("10"))
    assert await other.cursors.cursor(SOURCE) is None


async def test_a_reset_forgets_the_place_and_not_the_mails(world, database) -> None:
    """The source is read from its beginning and nothing is published again."""
    lease = await database.cursors.acquire(SOURCE, world.owner, TTL_S)
    await database.cursors.commit(lease, "me", Intake("9", ["e"], ["l"], {"m": "r"}))
    await database.cursors.release(lease)
    assert await database.cursors.reset(SOURCE)
    assert await database.cursors.cursor(SOURCE) is None
    assert await database.cursors.locators(SOURCE) == frozenset()
    assert await database.cursors.seen("me", ["e"]) == {"e"}
    assert await database.cursors.roots("me", ["m"]) == {"m": "r"}
    assert await database.cursors.sources() == {SOURCE: None}
    assert not await database.cursors.reset("another")
