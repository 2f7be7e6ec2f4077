"""A ledger, a channel that does what a script says, and the sender over both, in simulated time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.identity import digest
from careerops.domain.notification import Notification
from careerops.domain.topics import DEAD_LETTERS
from careerops.ops.metrics import Metrics
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState
from careerops.ports.notifier import Notifier
from careerops.services.failures import ChannelFailures
from careerops.services.send import Limits
from careerops.services.sender import Sender, SenderSurroundings
from careerops.stream.deadletter import notes_of

Script = Callable[[Notification], Awaitable[object]]


@dataclass
class Channel:
    """A notifier that records, and does what its script says."""

    script: Script | None = None
    told: list[str] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    channel: str = "phone"

    async def send(self, notification: Notification) -> object:
        """Record, then run the script."""
        self.tries.append(notification.notification_id)
        answer = await self.script(notification) if self.script else None
        self.told.append(notification.notification_id)
        self.notifications.append(notification)
        return answer

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class World:
    """A person with a channel `phone`, and others if given, and the sender that tells them."""

    channel: Channel
    resend: bool = True
    others: Sequence[Notifier] = ()
    per_hour: int = 60
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    accounts: tuple[str, ...] = ("me",)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.downs: list[str] = []
        self.sender = self.another()

    def another(self, channel: Notifier | None = None) -> Sender:
        """A sender as another process would run it."""
        notifiers = [channel or self.channel, *self.others]
        names = [each.channel for each in notifiers]
        channels = dict.fromkeys(self.accounts, names)
        failures = ChannelFailures(
            self.database.log, self.database.ledger, channels, self.database.clock, self._wake
        )

        async def on_down(channel: str, why: str) -> None:
            self.downs.append(channel)
            await failures.down(channel, why)

        return Sender(
            notifiers,
            SenderSurroundings(
                ledger=self.database.ledger,
                clock=self.database.clock,
                metrics=self.metrics,
                owner="me",
                on_failed=failures.failed,
                on_undelivered=failures.undelivered,
                on_down=on_down,
                limits=Limits(self.resend, self.per_hour),
                channels=channels,
            ),
        )

    def _wake(self) -> None:
        self.sender.wake()

    async def plan(
        self, *ids: str, account: str = "me", worth_s: float | None = None, channel: str = "phone"
    ) -> None:
        """Plan notifications, due at once."""
        bare = [Notification(notification_id=each, account=account) for each in ids]
        await self.plan_these(*bare, worth_s=worth_s, channel=channel)

    async def plan_these(
        self, *notifications: Notification, worth_s: float | None = None, channel: str = "phone"
    ) -> None:
        """Plan them as they are, due at once; each is about an event of its own id."""
        now = self.database.clock.now()
        worth = None if worth_s is None else now + timedelta(seconds=worth_s)
        entries = []
        for each in notifications:
            name, payload = each.notification_id, each.model_dump_json().encode()
            entries.append(Entry(name, channel, each.account, name, payload, None, worth))
        await self.database.ledger.plan(entries, now)
        self.sender.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        """Run the sender while the block runs; it has to end when it is told to."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self.sender.run(stopping))
        try:
            await self.advance(0)
            yield task
        finally:
            stopping.set()
            await self.advance(0)
            await asyncio.wait({task}, timeout=30)
            assert task.done()
            task.result()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(3):
            await self.database.clock.advance(seconds / 3)

    async def status(self, event_id: str) -> EntryState:
        """How the ledger stands."""
        (state,) = await self.database.ledger.entries(event_id)
        return state

    async def ended(self, status: DeliveryStatus) -> list[str]:
        """The ids that ended so, oldest first."""
        states = await self.database.ledger.entries(statuses=[status])
        return [state.entry.notification_id for state in reversed(states)]

    async def failed(self) -> list[tuple[str, str]]:
        """(id, reason) of each dead letter."""
        letters = await self.database.log.read(DEAD_LETTERS, 0, 1000)
        return [
            (dict(letter.headers)["ce_id"].decode(), notes_of(letter.headers)["reason"])
            for letter in letters
        ]

    async def alerts(self) -> list[EntryState]:
        """What was planned about the channels themselves."""
        states = await self.database.ledger.entries("")
        return [state for state in states if not state.entry.event_id]


def numbered(name: str, number: int) -> list[str]:
    """So many ids."""
    return [digest(name, str(n))[:12] for n in range(number)]
