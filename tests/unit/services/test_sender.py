"""The sender: what is told, in which order, and what is known about it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.errors import Outage, OutcomeUnknown, Permanent, Transient
from careerops.domain.notification import Notification
from careerops.ops.metrics import Metrics
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState
from careerops.services.sender import Sender, SenderSurroundings
from support.waiting import HANG_S


@dataclass
class Channel:
    """A notifier that records, and does what its script says."""

    script: Callable[[Notification], Awaitable[None]] | None = None
    told: list[str] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    channel: str = "phone"

    async def send(self, notification: Notification) -> None:
        """Record, then run the script."""
        self.tries.append(notification.notification_id)
        if self.script:
            await self.script(notification)
        self.told.append(notification.notification_id)

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class World:
    """A ledger and a sender over it."""

    channel: Channel
    resend: bool = True
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    failed: list[str] = field(default_factory=list)
    downs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def on_failed(state: EntryState, error: Permanent) -> None:
            del error
            self.failed.append(state.entry.notification_id)

        async def on_down(channel: str, why: str) -> None:
            del why
            self.downs.append(channel)

        around = SenderSurroundings(
            ledger=self.database.ledger,
            clock=self.database.clock,
            metrics=Metrics(),
            owner="me",
            resend_unknown=self.resend,
            on_failed=on_failed,
            on_down=on_down,
        )
        self.sender = Sender(self.channel, around)

    async def plan(self, *ids: str, account: str = "me", worth_s: float | None = None) -> None:
        """Plan notifications, due now."""
        now = self.database.clock.now()
        worth = None if worth_s is None else now + timedelta(seconds=worth_s)
        entries = [
            Entry(
                each,
                "phone",
                account,
                each,
                Notification(notification_id=each, account=account).model_dump_json().encode(),
                now,
                worth,
            )
            for each in ids
        ]
        await self.database.ledger.plan(entries, now)
        self.sender.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the sender while the block runs."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self.sender.run(stopping))
        try:
            await self.advance(0)
            yield
        finally:
            stopping.set()
            await self.advance(0)
            await asyncio.wait_for(task, HANG_S)

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(3):
            await self.database.clock.advance(seconds / 3)

    async def status(self, event_id: str) -> EntryState:
        """How the ledger stands."""
        (state,) = await self.database.ledger.entries(event_id)
        return state


async def test_what_is_planned_is_sent_once_in_order() -> None:
    """Planned, claimed, sent; nothing is sent again by a second run."""
    world = World(Channel())
    await world.plan("a", "b", "c")
    async with world.running():
        await world.advance(10)
    async with world.running():
        await world.advance(10)
    assert world.channel.told == ["a", "b", "c"]
    assert (await world.status("a")).status is DeliveryStatus.SENT


async def test_a_transient_failure_keeps_the_order_and_waits() -> None:
    """The first is tried again before the second is sent; no busy loop in between."""
    tries = 0

    async def script(notification: Notification) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise Transient("busy")

    world = World(Channel(script))
    await world.plan("a", "b")
    async with world.running():
        await world.advance(30)
    assert world.channel.told == ["a", "b"]
    assert world.channel.tries == ["a", "a", "a", "a", "b"]


async def test_a_refused_notification_is_reported_and_the_next_goes_on() -> None:
    """A permanent refusal concerns one notification."""

    async def script(notification: Notification) -> None:
        if notification.notification_id == "a":
            raise Permanent("no", reason="refused")

    world = World(Channel(script))
    await world.plan("a", "b")
    async with world.running():
        await world.advance(5)
    assert world.failed == ["a"]
    assert world.channel.told == ["b"]
    assert (await world.status("a")).status is DeliveryStatus.FAILED


async def test_a_channel_that_is_down_is_reported_once_and_loses_nothing() -> None:
    """An expired token: everything waits, one alert, all is sent when it is mended."""
    down = True

    async def script(notification: Notification) -> None:
        if down:
            raise Outage("token expired", scope="channel:phone")

    world = World(Channel(script))
    await world.plan("a", "b")
    async with world.running():
        await world.advance(300)
        assert world.downs == ["phone"]
        assert world.sender.down
        assert world.sender.down_since is not None
        down = False
        await world.advance(130)
        assert not world.sender.down
    assert world.channel.told == ["a", "b"]


@pytest.mark.parametrize(("resend", "told"), [(True, 2), (False, 1)])
async def test_a_send_of_unknown_outcome_follows_the_policy(*, resend: bool, told: int) -> None:
    """Counted as unknown; sent again or held, as configured."""

    async def script(notification: Notification) -> None:
        if world.channel.tries.count("a") == 1:
            world.channel.told.append(notification.notification_id)
            raise OutcomeUnknown("timeout")

    world = World(Channel(script), resend=resend)
    await world.plan("a")
    async with world.running():
        await world.advance(10)
    state = await world.status("a")
    assert len(world.channel.told) == told
    assert state.unknown == 1
    assert state.status is (DeliveryStatus.SENT if resend else DeliveryStatus.UNKNOWN)


async def test_a_send_cut_off_by_a_death_is_found_and_counted() -> None:
    """Killed between claim and outcome: the next process knows that it does not know."""
    world = World(Channel())
    await world.plan("a")
    now = world.database.clock.now()
    await world.database.ledger.claim("phone", "dead", now, now + timedelta(seconds=60), 1)
    world.database.crash()
    async with world.running():
        await world.advance(5)
    state = await world.status("a")
    assert world.channel.told == ["a"]
    assert (state.status, state.unknown) == (DeliveryStatus.SENT, 1)


async def test_what_is_not_worth_telling_any_more_expires() -> None:
    """After `worth_until` nothing is sent."""

    async def script(notification: Notification) -> None:
        if notification.notification_id == "a":
            raise Transient("busy", retry_after_s=100)

    world = World(Channel(script))
    await world.plan("a", worth_s=50)
    async with world.running():
        await world.advance(200)
    assert (await world.status("a")).status is DeliveryStatus.EXPIRED
    assert not world.channel.told
