"""An hour of simulated time over a sender whose channels are real: sockets, files and threads."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import pytest

from careerops.domain.notification import NotificationKind
from careerops.ports.ledger import DeliveryStatus
from support.adapters import event, notification
from support.telling import Channel, World

HOUR_S: Final = 3600
USUAL_S: Final = 12
"""A send counts as slow after 5 s, and the ledger is looked at every second."""
_HANG_S: Final = 120.0
_STRIDE_S: Final = 60
MARK: Final = "Zanzibar"
"""The role in the one notification that goes wrong: an outside knows it by that."""
BAD: Final = notification(1, event=event(role=MARK))
OPEN: Final = {DeliveryStatus.PLANNED, DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED}


class Hour:
    """Moves the world's clock, and the event loop's with it, while nothing real is under way.

    So a timeout of asyncio ends when simulated time says so: nobody waits for it, and a slow
    machine does not bring it about. What an outside leaves unanswered on purpose counts as over:
    `silent` says how many answers that are.
    """

    def __init__(
        self, world: World, silent: Callable[[], int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Put the running loop on the world's time."""
        self._world = world
        self._silent = silent
        loop = asyncio.get_running_loop()
        real = loop.time
        clock = world.database.clock
        monkeypatch.setattr(loop, "time", lambda: real() + clock.monotonic())

    async def advance(self, seconds: int) -> None:
        """Let so many seconds pass."""
        while seconds > 0:
            await self._quiet()
            # With nothing to send no send can begin, and be under way while time moves on.
            stride = 1 if await self._to_send() else min(_STRIDE_S, seconds)
            await self._world.database.clock.advance(stride)
            seconds -= stride
        await self._quiet()

    async def _to_send(self) -> bool:
        """Whether anything is in hand, or planned and not taken in yet."""
        if self._world.sender.worker.held:
            return True
        return bool(await self._world.database.ledger.entries(statuses=[DeliveryStatus.PLANNED]))

    async def _quiet(self) -> None:
        limit = time.monotonic() + _HANG_S
        while self._world.sender.worker.running > self._silent():
            if time.monotonic() > limit:
                raise AssertionError("a send is under way that nobody holds up")
            await asyncio.sleep(0)

    async def told_within(self, number: int, has: Callable[[str], bool]) -> None:
        """Plan the `number`-th good notification: it is told within the usual time."""
        good = notification(number, event=event(role=f"Role{number:04d}"))
        await self._world.plan_these(good)
        for _ in range(USUAL_S):
            if has(good.notification_id):
                return
            await self.advance(1)
        assert has(good.notification_id)


async def one_bad(world: World, hour: Hour, has: Callable[[str], bool], mail: Channel) -> None:
    """What holds whatever goes wrong with `BAD` alone, for ever; its deliveries are the caller's.

    Others are told as ever, one alert says so on `mail`, the entry can be found, the sender lives.
    """
    await world.plan_these(BAD)
    async with world.running() as task:
        for number in range(2, 22):
            await hour.told_within(number, has)
            await hour.advance(HOUR_S // 20 - USUAL_S)
        assert not task.done()
    await _one_alert(world, mail)
    state = await world.status(BAD.notification_id)
    assert state.status in {DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED}
    assert state.reason
    dead = [each for each, _ in await world.failed()]
    assert dead == ([BAD.notification_id] if state.status is DeliveryStatus.FAILED else [])


async def all_bad(
    world: World, hour: Hour, has: Callable[[str], bool], mail: Channel, mend: Callable[[], None]
) -> None:
    """What holds while the whole channel goes wrong for an hour, and after it was mended.

    One alert on `mail`, each entry can be found, the sender lives; then a new one is told.
    """
    await world.plan_these(BAD, *(notification(number) for number in range(2, 7)))
    async with world.running() as task:
        await hour.advance(HOUR_S)
        await _one_alert(world, mail)
        states = [s for s in await world.database.ledger.entries() if s.entry.event_id]
        assert {state.status for state in states} <= OPEN
        waits = any(state.status is DeliveryStatus.PLANNED for state in states)
        assert world.sender.channels[0].state == "down" or not waits
        mend()
        await world.plan_these(notification(50))
        await hour.advance(150)
        assert has(notification(50).notification_id)
        for state in await world.database.ledger.entries(statuses=[DeliveryStatus.PLANNED]):
            raise AssertionError(f"still planned: {state}")
        assert [each.state for each in world.sender.channels] == ["up", "up"]
        assert not task.done()


async def _one_alert(world: World, mail: Channel) -> None:
    alerts = [each for each in mail.notifications if each.kind is NotificationKind.ALERT]
    assert len(alerts) == 1
    assert "phone" in alerts[0].text
    assert {state.entry.channel for state in await world.alerts()} == {mail.channel}
