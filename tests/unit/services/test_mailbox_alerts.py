"""A person is told that a mailbox is not read, and that it is again: once, restarts included."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.errors import ConfigurationError, Outage, Throttled
from careerops.domain.notification import Notification, NotificationKind
from careerops.domain.topics import NOTIFICATIONS
from careerops.ops.metrics import Metrics
from careerops.ports.ledger import EntryState
from careerops.services.mailbox_alerts import AlertByLedger, AlertByTopic, MailboxAlerts
from careerops.services.mailbox_state import MailboxWatch
from careerops.services.notify import EVERYONE
from support.sources import Wrapped

REFUSED = ConfigurationError("imap mail.example refuses the username or the password")
GONE = Outage("imap mail.example: no connection; check host, port and network", scope="x")
THROTTLED = Throttled("imap mail.example: it is busy", scope="x")
CHANNELS = {"me": ["phone", "mail"], EVERYONE: ["file"]}


@dataclass
class World:
    """A mailbox, a store, and alerts that look every two seconds; `restart` begins anew."""

    channels: dict[str, list[str]] = field(default_factory=lambda: CHANNELS)
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    woken: int = 0

    def __post_init__(self) -> None:
        self.ledger = Wrapped(self.database.ledger, [])
        self.restart()

    def restart(self) -> None:
        """Another process over the same store."""
        clock = self.database.clock
        self.watch = MailboxWatch(
            clock=clock,
            metrics=Metrics(),
            account="me",
            name="work",
            source="imap:me:robin@mail.example",
            kind="imap",
        )
        self.watch.begin()
        tell = AlertByLedger(self.ledger, self.channels, clock, self._wake)
        self.alerts = MailboxAlerts([self.watch], self.database.documents, clock, tell)

    def _wake(self) -> None:
        self.woken += 1

    async def passes(self, seconds: float, step_s: float = 5.0) -> None:
        """Time passes, and is looked at."""
        left = seconds
        await self.alerts.look()
        while left > 0:
            step = min(step_s, left)
            await self.database.clock.advance(step)
            left -= step
            await self.alerts.look()

    async def states(self) -> list[EntryState]:
        """What is planned, oldest first."""
        return list(reversed(await self.database.ledger.entries()))

    async def told(self, channel: str = "phone") -> list[str]:
        """The texts on one channel, oldest first."""
        return [
            Notification.model_validate_json(state.entry.payload).text
            for state in await self.states()
            if state.entry.channel == channel
        ]


async def test_refused_credentials_are_told_once_at_once_by_every_channel() -> None:
    """Of the account, and the operator's; with what to do, and nothing of the mailbox's address."""
    world = World()
    world.watch.contact(following=True)
    await world.passes(10)
    assert await world.told() == []
    world.watch.trouble(REFUSED)
    await world.passes(3)
    states = await world.states()
    assert [state.entry.channel for state in states] == ["phone", "mail", "file"]
    assert {state.entry.account for state in states} == {"me"}
    alert = Notification.model_validate_json(states[0].entry.payload)
    assert alert.kind is NotificationKind.ALERT
    assert "cannot read your mailbox work" in alert.text
    assert "refuses the username or the password" in alert.text
    assert "robin" not in alert.text
    assert world.woken == 1
    await world.passes(7200, 30)
    assert len(await world.told()) == 1


@pytest.mark.parametrize("error", [GONE, THROTTLED, RuntimeError("planted")], ids=repr)
async def test_a_mailbox_without_contact_is_told_of_after_fifteen_minutes(
    error: BaseException,
) -> None:
    """Whatever the reason; not before, because most outages are short."""
    world = World()
    world.watch.contact(following=True)
    await world.passes(100)
    world.watch.trouble(error)
    await world.passes(798)
    assert await world.told() == []
    await world.passes(4)
    (text,) = await world.told()
    assert "has not reached your mailbox work (account me) for 15 minutes" in text
    assert "planted" not in text
    await world.passes(4 * 3600, 60)
    assert len(await world.told()) == 1


async def test_one_that_never_answers_is_told_of_too() -> None:
    """Still connecting after fifteen minutes: it hangs."""
    world = World()
    await world.passes(898)
    assert await world.told() == []
    await world.passes(4)
    assert len(await world.told()) == 1


async def test_a_quiet_mailbox_is_no_silent_one() -> None:
    """Nothing comes for a week, and all is well: it is followed."""
    world = World()
    world.watch.contact(following=True)
    await world.passes(7 * 3600, 60)
    assert await world.told() == []
    assert not world.alerts.pending


@pytest.mark.parametrize("error", [REFUSED, GONE], ids=["refused", "gone"])
async def test_the_way_back_is_told_once_and_a_restart_tells_nothing_again(
    error: BaseException,
) -> None:
    """Within an outage, before the return is noticed, and after it."""
    world = World()
    world.watch.contact(following=True)
    await world.passes(2)
    world.watch.trouble(error)
    await world.passes(1000)
    for _ in range(3):
        world.restart()
        world.watch.trouble(error)
        await world.passes(1000)
    assert len(await world.told()) == 1
    world.restart()
    world.watch.contact(following=False)
    await world.passes(2)
    world.watch.contact(following=True)
    await world.passes(100)
    assert len(await world.told()) == 2
    assert "again" in (await world.told())[1]
    world.restart()
    world.watch.contact(following=True)
    await world.passes(100)
    assert len(await world.told()) == 2


async def test_a_second_outage_of_the_same_day_is_told_as_well() -> None:
    """Another beginning is another episode."""
    world = World()
    for number in (1, 2):
        world.watch.contact(following=True)
        await world.passes(600)
        world.watch.trouble(REFUSED)
        await world.passes(600)
        assert len(await world.told()) == 2 * number - 1
    world.watch.contact(following=True)
    await world.passes(10)
    assert len(await world.told()) == 4
    assert len(set(await world.told())) == 2


async def test_short_outages_are_never_told_of() -> None:
    """Neither that it was gone nor that it is back."""
    world = World()
    for _ in range(10):
        world.watch.contact(following=True)
        await world.passes(60)
        world.watch.trouble(GONE)
        await world.passes(800)
    assert await world.told() == []


async def test_a_server_that_comes_back_refusing_is_told_of_once_more() -> None:
    """Somebody has to do something now; later the one return is told."""
    world = World()
    world.watch.trouble(GONE)
    await world.passes(1000)
    world.watch.trouble(REFUSED)
    await world.passes(10)
    for error in (GONE, REFUSED, THROTTLED, REFUSED):
        world.watch.trouble(error)
        await world.passes(1000)
    assert [text.split(" your")[0] for text in await world.told()] == [
        "CareerOps has not reached",
        "CareerOps cannot read",
    ]
    world.watch.contact(following=True)
    await world.passes(10)
    assert len(await world.told()) == 3


async def test_a_mailbox_that_comes_and_goes_all_day_floods_nobody() -> None:
    """A few times it is told at once; then only what lasts for an hour."""
    world = World()
    for _ in range(24 * 6):
        world.watch.contact(following=True)
        await world.passes(300, 60)
        world.watch.trouble(REFUSED)
        await world.passes(300, 60)
    assert len(await world.told()) == 6
    world.watch.trouble(REFUSED)
    await world.passes(3700, 60)
    assert len(await world.told()) == 7


async def test_what_the_store_could_not_take_is_told_when_it_can() -> None:
    """Once; meanwhile the process is not idle."""
    world = World()
    world.watch.trouble(REFUSED)
    assert world.alerts.pending
    world.ledger.fail["plan"] = Outage("the disk is full", scope="log")
    await world.alerts.look()
    assert world.alerts.pending
    assert await world.told() == []
    await world.passes(10)
    assert len(await world.told()) == 1
    assert not world.alerts.pending


async def test_killed_between_telling_and_remembering_it_is_told_once() -> None:
    """The id is the same, and the ledger knows it."""
    world = World()
    change: Any = world.database.documents.change
    calls: list[str] = []

    async def dies(key: str, what: Any) -> Any:
        calls.append(key)
        if len(calls) == 3:  # recalled, opened; told is what it dies before
            raise MemoryError
        return await change(key, what)

    world.database.documents.change = dies  # type: ignore[method-assign]  # the script of this test
    world.watch.trouble(REFUSED)
    with pytest.raises(MemoryError):
        await world.alerts.look()
    assert len(await world.told()) == 1
    world.restart()
    world.watch.trouble(REFUSED)
    await world.passes(100)
    assert len(await world.told()) == 1
    assert "robin" not in calls[0]


async def test_a_document_of_another_release_is_none() -> None:
    """At worst something is told again; nothing ends."""
    world = World()
    for document in (b"\xff", b"[]", b'{"began": "yesterday"}', b'{"earlier": [1]}'):
        await world.alerts.look()
        keys = await world.database.documents.read("mailbox-alert/")
        for key in keys or {"mailbox-alert/x": b""}:
            await world.database.documents.change(key, lambda _, d=document: (d, None))
        world.restart()
        world.watch.trouble(REFUSED)
        await world.passes(10)
        await world.database.clock.advance(timedelta(hours=1).total_seconds())
    assert 1 <= len(await world.told()) <= 4


async def test_a_mailbox_that_another_process_reads_is_not_ours_to_tell_of() -> None:
    """Who stands by has no contact, and nothing to say."""
    world = World()
    world.watch.active = False
    await world.passes(7200, 30)
    assert await world.told() == []


async def test_an_account_without_channels_is_told_by_the_operators() -> None:
    """And where there are none at all, nothing fails."""
    world = World(channels={EVERYONE: ["file"]})
    world.watch.trouble(REFUSED)
    await world.passes(2)
    assert len(await world.told("file")) == 1
    world = World(channels={"you": ["phone"]})
    world.watch.trouble(REFUSED)
    await world.passes(2)
    assert await world.states() == []


async def test_a_process_without_channels_leaves_it_to_who_has_them() -> None:
    """As a record that the notify service plans, with the same id."""
    world = World()
    clock = world.database.clock
    by_topic = AlertByTopic(world.database.log, clock)
    alerts = MailboxAlerts([world.watch], world.database.documents, clock, by_topic)
    world.watch.trouble(REFUSED)
    await alerts.look()
    (record,) = await world.database.log.read(NOTIFICATIONS, 0, 10)
    alert = Notification.model_validate_json(record.value)
    assert alert.kind is NotificationKind.ALERT
    assert dict(record.headers)["ce_id"].decode() == alert.notification_id
    assert "robin" not in record.value.decode()
