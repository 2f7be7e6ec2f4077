"""Leases of one process, prolonged together."""

import asyncio
from collections.abc import Sequence

import pytest

from careerops.adapters.memory import FakeClock
from careerops.domain.errors import Fenced, Outage
from careerops.ops.renewals import Renewals
from careerops.ports.cursors import Lease

TTL_S = 15.0


class Store:
    """Prolongs what it is asked to, but for what was lost."""

    def __init__(self) -> None:
        self.writes: list[list[str]] = []
        self.lost: set[Lease] = set()
        self.out: asyncio.Event | None = None

    async def write(self, leases: Sequence[Lease], ttl_s: float) -> Sequence[bool]:
        """One statement."""
        assert ttl_s == TTL_S
        self.writes.append(sorted(lease.source for lease in leases))
        if self.out is not None:
            await self.out.wait()
            raise Outage("out", scope="store")
        return [lease not in self.lost for lease in leases]


def leases_of(number: int, epoch: int = 1) -> list[Lease]:
    """So many sources."""
    return [Lease(f"s{n}", "us", epoch) for n in range(number)]


@pytest.fixture
def store() -> Store:
    """Where leases are."""
    return Store()


async def test_a_round_of_renewals_is_one_write(store: Store) -> None:
    """Whoever comes first, and however many come at once; the next round is another."""
    clock = FakeClock()
    renewals: Renewals[Lease] = Renewals(clock.monotonic, store.write)
    leases = leases_of(200)
    for lease in leases:
        renewals.hold(lease)
    for number in range(1, 4):
        await clock.advance(TTL_S / 3 * 2)
        await asyncio.gather(*(renewals.renew(lease, TTL_S) for lease in leases))
        assert len(store.writes) == number
        assert len(store.writes[-1]) == 200


async def test_a_lease_never_comes_near_its_end(store: Store) -> None:
    """Renewed every third of its time, it always has a third left, whoever wrote."""
    clock = FakeClock()
    renewals: Renewals[Lease] = Renewals(clock.monotonic, store.write)
    leases, until = leases_of(3), {"s0": TTL_S, "s1": TTL_S, "s2": TTL_S}
    for lease in leases:
        renewals.hold(lease)
    for step in range(1, 200):
        await clock.advance(0.5)
        for lease, phase in zip(leases, (0, 3, 7), strict=True):
            if step % 10 == phase:
                before = len(store.writes)
                await renewals.renew(lease, TTL_S)
                if len(store.writes) > before:
                    until |= dict.fromkeys(store.writes[-1], clock.monotonic() + TTL_S)
        assert min(until.values()) - clock.monotonic() >= TTL_S / 3


async def test_a_lost_lease_is_told_to_whoever_held_it(store: Store) -> None:
    """And to nobody else; what was given back is not asked for."""
    clock = FakeClock()
    renewals: Renewals[Lease] = Renewals(clock.monotonic, store.write)
    first, second, third = leases_of(3)
    for lease in (first, second, third):
        renewals.hold(lease)
    store.lost = {first}
    renewals.drop(third)
    await renewals.renew(second, TTL_S)
    with pytest.raises(Fenced):
        await renewals.renew(first, TTL_S)
    again = Lease(first.source, "us", 2)
    renewals.hold(again)
    await renewals.renew(again, TTL_S)
    with pytest.raises(Fenced):
        await renewals.renew(first, TTL_S)
    assert all("s2" not in asked for asked in store.writes)


async def test_an_outage_is_waited_for_once(store: Store) -> None:
    """By all together, and the next round asks again."""
    renewals: Renewals[Lease] = Renewals(FakeClock().monotonic, store.write)
    leases = leases_of(50)
    store.out = asyncio.Event()
    asking = [asyncio.create_task(renewals.renew(lease, TTL_S)) for lease in leases]
    await asyncio.sleep(0)
    store.out.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Outage] * 50
    assert {answer.scope for answer in answers if isinstance(answer, Outage)} == {"store"}
    assert len(store.writes) == 1
    store.out = None
    await renewals.renew(leases[0], TTL_S)
    assert len(store.writes) == 2
