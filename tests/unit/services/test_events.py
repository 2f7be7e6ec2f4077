"""Events: listed, shown, corrected as truth, told again on purpose."""

from datetime import timedelta
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.career import CareerEvent
from careerops.domain.email import Sender
from careerops.domain.envelope import Envelope
from careerops.domain.errors import CareerOpsError
from careerops.domain.identity import notification_id
from careerops.domain.notification import (
    NOTIFICATION_TYPE,
    Briefing,
    Notification,
    NotificationKind,
)
from careerops.domain.taxonomy import EventType, Urgency
from careerops.domain.topics import CLASSIFIED, NOTIFICATIONS
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.eventlog import Delivery, LogRecord
from careerops.ports.ledger import DeliveryStatus, Entry
from careerops.services.events import Events, KnownEvent
from careerops.services.notify import NotifyHandler
from careerops.stream.message import Message
from support.sources import WHEN


class World:
    """A database with verdicts about mails."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        database = self.database
        self.events = Events(
            database.log, database.verdicts, database.ledger, database.corrections, database.clock
        )

    async def classified(
        self,
        event_id: str,
        event_type: EventType = EventType.INTERVIEW,
        *,
        day: int = 0,
        account: str = "me",
        status: VerdictStatus = VerdictStatus.DONE,
    ) -> CareerEvent:
        """A verdict of classify."""
        event = CareerEvent(
            event_id=event_id,
            original_email_id=f"{event_id}@acme.example",
            account=account,
            thread_key="thread",
            received_at=WHEN + timedelta(days=day),
            sender=Sender(name="Acme", address="jobs@acme.example", domain="acme.example"),
            event_type=event_type,
            confidence=0.7,
            provider="openai",
            model="m",
            review=True,
            degraded="outage of llm",
        )
        await self.database.verdicts.put(
            [
                Verdict(
                    VerdictKey(event_id, "classify"),
                    status,
                    WHEN,
                    account=account,
                    label=event_type.value,
                    received_at=event.received_at,
                    detail=event.model_dump_json().encode(),
                )
            ]
        )
        return event

    async def told(self, event: CareerEvent, *channels: str, sent: bool = True) -> Notification:
        """An entry in the ledger for each channel; `sent`, or still to be."""
        notification = Notification(
            notification_id=notification_id(event.event_id, 0, NotificationKind.TELL),
            event=event,
            briefing=Briefing(summary="a company"),
            urgency=Urgency.LOW,
            not_before=WHEN,
        )
        payload = notification.model_dump_json().encode()
        await self.database.ledger.plan(
            [
                Entry(notification.notification_id, channel, "me", event.event_id, payload, WHEN)
                for channel in channels
            ],
            WHEN,
        )
        if sent:
            for state in await self.database.ledger.entries(event.event_id):
                await self.database.ledger.finish(state, DeliveryStatus.SENT, WHEN)
        return notification

    async def recent(self, **query: Any) -> list[str]:
        """The ids of what is listed."""
        return [known.event.event_id for known in await self.events.recent(**query)]

    async def records(self, topic: str) -> list[LogRecord]:
        """All of a topic."""
        return list(await self.database.log.read(topic, 0, 1000))


async def test_events_are_listed_newest_first_by_type_and_account() -> None:
    """OTHER included: a missed interview can be found."""
    world = World()
    await world.classified("a", day=1)
    await world.classified("b", EventType.OTHER, day=3, status=VerdictStatus.OTHER)
    await world.classified("c", day=2, account="you")
    assert await world.recent() == ["b", "c", "a"]
    assert await world.recent(limit=2) == ["b", "c"]
    assert await world.recent(label=EventType.OTHER) == ["b"]
    assert await world.recent(account="me") == ["b", "a"]
    assert await world.recent(label=EventType.OFFER) == []


async def test_a_dead_letters_verdict_is_no_event() -> None:
    """Nothing was understood there."""
    world = World()
    await world.database.verdicts.put(
        [Verdict(VerdictKey("dead", "classify"), VerdictStatus.DEAD, WHEN, label="x")]
    )
    assert await world.recent() == []
    with pytest.raises(CareerOpsError, match="no event"):
        await world.events.show("dead")


async def test_only_the_latest_revision_is_listed_and_shown() -> None:
    """Under its new type alone."""
    world = World()
    await world.classified("a", EventType.OTHER)
    await world.classified("b")
    await world.events.relabel("a", EventType.OFFER)
    assert sorted(await world.recent()) == ["a", "b"]
    assert await world.recent(label=EventType.OTHER) == []
    assert await world.recent(label=EventType.OFFER) == ["a"]
    shown = await world.events.show("a")
    assert (shown.event.event_type, shown.event.revision) == (EventType.OFFER, 1)


async def test_an_event_is_shown_by_the_beginning_of_its_id() -> None:
    """With its sends; what is unknown, empty or ambiguous is refused in words."""
    world = World()
    event = await world.classified("abc1")
    await world.classified("abd2")
    await world.told(event, "phone", "mail")
    shown = await world.events.show("abc")
    assert shown.event == event
    assert sorted(state.entry.channel for state in shown.sends) == ["mail", "phone"]
    with pytest.raises(CareerOpsError, match="names 2 events"):
        await world.events.show("ab")
    for unknown in ("zz", ""):
        with pytest.raises(CareerOpsError, match="careerops events list"):
            await world.events.show(unknown)


async def test_a_list_shows_the_sends_of_each_event() -> None:
    """And none of another's."""
    world = World()
    await world.told(await world.classified("a", day=2), "phone")
    await world.classified("b", day=1)
    first, second = await world.events.recent()
    assert [state.entry.channel for state in first.sends] == ["phone"]
    assert second.sends == ()


@pytest.mark.parametrize(
    ("label", "status"),
    [(EventType.OFFER, VerdictStatus.KEPT), (EventType.OTHER, VerdictStatus.OTHER)],
)
async def test_a_correction_is_kept_as_truth_and_tells_nobody(
    label: EventType, status: VerdictStatus
) -> None:
    """A new revision by a person, sure of it; the mail's facts stay."""
    world = World()
    event = await world.classified("a")
    known = await world.events.relabel("a", label)
    assert known.verdict.status is status
    assert known.event.sender == event.sender
    corrected = known.event
    assert (corrected.provider, corrected.model, corrected.confidence) == ("person", "", 1.0)
    assert (corrected.review, corrected.degraded) == (False, None)
    (correction,) = await world.database.corrections.all()
    assert (correction.was, correction.label) == (EventType.INTERVIEW, label)
    assert await world.records(CLASSIFIED) == await world.records(NOTIFICATIONS) == []
    again: KnownEvent = await world.events.relabel("a", EventType.REJECTION)
    assert again.event.revision == 2
    latest = await world.database.corrections.all()
    assert [each.revision for each in latest] == [1, 2]


async def test_what_was_told_is_told_again_as_it_was() -> None:
    """The same briefing under another id, due at once, and worth telling from now on."""
    world = World()
    before = await world.told(await world.classified("a"), "phone", "mail")
    await world.database.clock.advance(3600)
    new_id = await world.events.resend("a")
    (record,) = await world.records(NOTIFICATIONS)
    again = Notification.model_validate_json(record.value)
    assert again.notification_id == new_id == dict(record.headers)["ce_id"].decode()
    assert new_id != before.notification_id
    assert again.briefing == before.briefing
    assert again.not_before is None
    assert again.worth_until == WHEN + timedelta(hours=1, days=7)
    assert await world.events.resend("a") == new_id, "asked twice before it was sent"


async def test_what_was_corrected_is_told_again_as_corrected() -> None:
    """Type and urgency are those of the correction."""
    world = World()
    await world.told(await world.classified("a", EventType.APPLIED), "phone")
    await world.events.relabel("a", EventType.OFFER)
    await world.events.resend("a")
    (record,) = await world.records(NOTIFICATIONS)
    again = Notification.model_validate_json(record.value)
    assert again.event is not None
    assert (again.event.event_type, again.urgency) == (EventType.OFFER, Urgency.HIGH)


async def test_what_was_never_told_goes_through_research_first() -> None:
    """History, or an OTHER that was corrected."""
    world = World()
    await world.classified("a", EventType.OTHER, status=VerdictStatus.OTHER)
    with pytest.raises(CareerOpsError, match="relabel it first"):
        await world.events.resend("a")
    await world.events.relabel("a", EventType.INTERVIEW)
    assert not await world.events.resend("a")
    (record,) = await world.records(CLASSIFIED)
    event = CareerEvent.model_validate_json(record.value)
    assert (event.event_type, event.revision) == (EventType.INTERVIEW, 1)
    headers = dict(record.headers)
    assert (headers["ce_id"], headers["ce_revision"], record.key) == (b"a", b"1", "thread")
    assert await world.records(NOTIFICATIONS) == []


@pytest.mark.parametrize("label", [EventType.OTHER, EventType.OFFER])
async def test_a_correction_reaches_what_is_not_told_yet(label: EventType) -> None:
    """The wrong one is never told; a career event is told as corrected, once."""
    world = World()
    await world.told(await world.classified("a"), "phone", "mail", sent=False)
    await world.events.relabel("a", label)
    states = await world.database.ledger.entries("a")
    assert {state.status for state in states} == {DeliveryStatus.DROPPED}
    told = [Notification.model_validate_json(r.value) for r in await world.records(NOTIFICATIONS)]
    assert [note.event.event_type for note in told if note.event] == (
        [label] if label.is_career else []
    )


@pytest.mark.parametrize("label", [EventType.OTHER, EventType.OFFER])
async def test_a_correction_reaches_what_is_not_planned_yet(label: EventType) -> None:
    """Made while research was under way: the notification that comes later is the right one."""
    world = World()
    event = await world.classified("a")
    await world.events.relabel("a", EventType.REJECTION)
    await world.events.relabel("a", label)
    database = world.database
    notify = NotifyHandler(
        {"me": ["phone"]}, database.ledger, database.clock, lambda: None, database.verdicts
    )
    note = Notification(notification_id="n", event=event)
    envelope = Envelope("n", NOTIFICATION_TYPE, "careerops/test", WHEN)
    value = note.model_dump_json().encode()
    record = LogRecord(NOTIFICATIONS, 0, 0, "me", WHEN, envelope.headers(), value)
    decision = await notify.handle(Message(Delivery(record, "g", 1), envelope))
    states = await database.ledger.entries("a")
    if label.is_career:
        (state,) = states
        corrected = Notification.model_validate_json(state.entry.payload)
        assert corrected.event is not None
        assert (corrected.event.event_type, corrected.urgency) == (label, Urgency.HIGH)
    else:
        assert (decision.status, list(states)) == (VerdictStatus.DROPPED, [])
