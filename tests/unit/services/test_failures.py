"""A channel that fails: a dead letter for what it refuses, a word on the others when it is down."""

from datetime import timedelta

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.errors import Permanent
from careerops.domain.notification import Notification, NotificationKind
from careerops.domain.taxonomy import Urgency
from careerops.domain.topics import DEAD_LETTERS
from careerops.ports.eventlog import LogRecord
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState
from careerops.services.failures import ChannelFailures
from careerops.services.notify import EVERYONE
from careerops.stream.deadletter import dead_letter, notes_of
from support.sources import WHEN


class World:
    """Channels by account, and what is planned for them."""

    def __init__(self, channels: dict[str, list[str]]) -> None:
        self.database = MemoryDatabase()
        self.woken = 0
        self.failures = ChannelFailures(
            self.database.log, self.database.ledger, channels, self.database.clock, self._wake
        )

    def _wake(self) -> None:
        self.woken += 1

    async def planned(self) -> list[tuple[str, str]]:
        """(account, channel) of all that is planned, oldest first."""
        states = reversed(await self.database.ledger.entries())
        return [(state.entry.account, state.entry.channel) for state in states]


async def test_what_a_channel_refuses_is_a_dead_letter_with_the_notification_in_it() -> None:
    """Stage, reason, attempts and channel; the payload byte for byte."""
    world = World({"me": ["phone"]})
    payload = Notification(notification_id="n1").model_dump_json().encode()
    state = EntryState(
        Entry("n1", "phone", "me", "e1", payload, WHEN), DeliveryStatus.SENDING, attempts=2
    )
    record = LogRecord("notifications", 0, 7, "k", WHEN, (("ce_id", b"n1/phone"),), payload)
    made = dead_letter(
        record,
        stage="send",
        reason="refused",
        attempts=0,
        at=WHEN,
        error=Permanent("no such number"),
        explanation="no such number",
    )
    await world.failures.failed(state, made)
    (letter,) = await world.database.log.read(DEAD_LETTERS, 0, 10)
    notes = notes_of(letter.headers)
    assert letter.value == payload
    assert notes["channel"] == "phone"
    assert (notes["stage"], notes["reason"], notes["attempts"]) == ("notify", "refused", "2")
    assert dict(letter.headers)["ce_id"] == b"n1"
    assert notes["explanation"] == "no such number"
    assert "Permanent" in notes["frames"]


async def test_a_channel_that_is_down_is_told_by_the_others_of_its_accounts_once_a_day() -> None:
    """Not by itself, and not again until tomorrow."""
    world = World({"me": ["phone", "mail", "slack"], "you": ["other"]})
    await world.failures.down("phone", "token expired")
    assert await world.planned() == [("me", "mail"), ("me", "slack")]
    assert world.woken == 1
    await world.database.clock.advance(timedelta(hours=10).total_seconds())
    await world.failures.down("phone", "token expired")
    assert world.woken == 1
    await world.database.clock.advance(timedelta(hours=20).total_seconds())
    await world.failures.down("phone", "token expired")
    assert len(await world.planned()) == 4
    (state, *_) = await world.database.ledger.entries()
    alert = Notification.model_validate_json(state.entry.payload)
    assert (alert.kind, alert.urgency) == (NotificationKind.ALERT, Urgency.HIGH)
    assert "token expired" in alert.text
    assert "careerops doctor" in alert.text


@pytest.mark.parametrize(
    ("channels", "down", "planned"),
    [
        ({"me": ["phone"], EVERYONE: ["file"]}, "phone", [("me", "file")]),
        ({"me": ["phone"], EVERYONE: ["file"]}, "file", []),
        ({EVERYONE: ["file", "console"]}, "file", [(EVERYONE, "console")]),
        ({"me": ["shared", "a"], "you": ["shared", "b"]}, "shared", [("me", "a"), ("you", "b")]),
        ({"me": ["phone"], "you": ["mail"]}, "phone", []),
    ],
)
async def test_an_alert_never_goes_to_the_channels_of_another_account(
    channels: dict[str, list[str]], down: str, planned: list[tuple[str, str]]
) -> None:
    """The operator's own files carry everything; a person's phone carries the person's alone."""
    world = World(channels)
    await world.failures.down(down, "gone")
    assert await world.planned() == planned
    assert bool(world.woken) == bool(planned)


async def test_what_did_not_arrive_is_told_by_the_other_channels() -> None:
    """Once a day; of an alert that did not arrive nothing is told."""
    world = World({"me": ["phone", "mail"]})
    payload = Notification(notification_id="n1").model_dump_json().encode()
    lost = EntryState(Entry("n1", "phone", "me", "e1", payload, None), DeliveryStatus.SENDING)
    alert = EntryState(Entry("n2", "phone", "me", "", payload, None), DeliveryStatus.SENDING)
    await world.failures.undelivered(alert, DeliveryStatus.UNKNOWN)
    assert await world.planned() == []
    for status in (DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED):
        await world.failures.undelivered(lost, status)
    assert await world.planned() == [("me", "mail")]
    (state,) = await world.database.ledger.entries()
    assert "does not know" in Notification.model_validate_json(state.entry.payload).text
