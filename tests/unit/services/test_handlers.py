"""The handlers of classify, research and notify."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.career import CAREER_EVENT_TYPE, CareerEvent, Classification, Interview
from careerops.domain.email import RAW_EMAIL_TYPE, Link, RawEmail, Sender
from careerops.domain.envelope import Envelope
from careerops.domain.errors import Outage, Permanent, Transient
from careerops.domain.model import Model
from careerops.domain.notification import NOTIFICATION_TYPE, Briefing, Notification
from careerops.domain.taxonomy import EventType
from careerops.domain.topics import CLASSIFIED, NOTIFICATIONS
from careerops.domain.verdicts import VerdictStatus
from careerops.ops.metrics import Metrics
from careerops.ports.eventlog import Delivery, LogRecord
from careerops.services.classify import ClassifyHandler, ClassifySettings
from careerops.services.notify import EVERYONE, NotifyHandler
from careerops.services.research import (
    ResearchHandler,
    ResearchSettings,
    merge,
    without_strangers,
    worth_until,
)
from careerops.stream.message import Message

WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def message(model: Model, event_type: str, event_id: str = "e1") -> Message:
    """`model` as a delivery."""
    envelope = Envelope(event_id, event_type, "careerops/test", WHEN, traceparent="")
    value = model.model_dump_json().encode()
    record = LogRecord("t", 0, 0, "thread", WHEN, envelope.headers(), value)
    return Message(Delivery(record, "g", 1), envelope)


def mail(*, backfill: bool = False) -> RawEmail:
    """A mail from a fictitious company."""
    return RawEmail(
        event_id="e1",
        rfc822_message_id="m1@acme.example",
        thread_key="thread",
        sender=Sender(name="Acme", address="jobs@acme.example", domain="acme.example"),
        subject="Interview",
        received_at=WHEN,
        body_text="Please join us for an interview.",
        backfill=backfill,
    )


class Answers:
    """A chain that answers as told."""

    name = "answers"

    def __init__(self, answer: Classification | Exception, *, fallback: bool = True) -> None:
        self.answer = answer
        self.fallback = fallback

    async def classify(self, mail: RawEmail) -> Classification:
        """The answer or the error."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """A marked answer, if there is a fallback."""
        if not self.fallback:
            return None
        return Classification(
            event_type=EventType.OTHER, confidence=0.5, degraded=reason, review=True
        )

    async def close(self) -> None:
        """Nothing to close."""


def classification(event_type: EventType) -> Classification:
    """An answer of that type."""
    return Classification(
        event_type=event_type, confidence=0.9, provider="rules", evidence="an interview"
    )


def handler(answers: Answers, **settings: object) -> tuple[ClassifyHandler, MemoryDatabase]:
    """A classify handler on simulated time."""
    database = MemoryDatabase()
    made = ClassifyHandler(
        answers, ClassifySettings.model_validate(settings), database.clock, Metrics()
    )
    return made, database


async def test_a_career_mail_is_published_with_the_facts_of_its_mail() -> None:
    """The event carries what the classifier cannot know: ids, thread, sender."""
    classify, _ = handler(Answers(classification(EventType.INTERVIEW)))
    decision = await classify.handle(message(mail(), RAW_EMAIL_TYPE))
    (record,) = decision.outputs
    event = CareerEvent.model_validate_json(record.value)
    assert (record.topic, record.key) == (CLASSIFIED, "thread")
    assert event.original_email_id == "m1@acme.example"
    assert event.sender.address == "jobs@acme.example"
    assert decision.status is VerdictStatus.DONE
    assert decision.detail == record.value


@pytest.mark.parametrize(
    ("event_type", "backfill", "status"),
    [
        (EventType.OTHER, False, VerdictStatus.OTHER),
        (EventType.OFFER, True, VerdictStatus.KEPT),
        (EventType.OTHER, True, VerdictStatus.OTHER),
    ],
)
async def test_other_and_history_are_kept_and_not_published(
    event_type: EventType, backfill: bool, status: VerdictStatus
) -> None:
    """A missed interview must leave a trace that a person can find."""
    classify, _ = handler(Answers(classification(event_type)))
    decision = await classify.handle(message(mail(backfill=backfill), RAW_EMAIL_TYPE))
    assert decision.status is status
    assert not decision.outputs
    assert CareerEvent.model_validate_json(decision.detail).evidence == "an interview"


@pytest.mark.parametrize(
    ("waited_s", "named_s", "asked_again_s"),
    [(0, None, 1), (8, None, 8), (55, None, 5), (0, 20, 20), (0, 900, 60)],
)
async def test_an_outage_holds_live_mail_and_then_degrades_it(
    waited_s: float, named_s: float | None, asked_again_s: float
) -> None:
    """Within `hold_s` it is passed on: tried again when it says, else soon, and at the hold's end.

    An outage that names no time may be over in a second; it must not cost the whole hold.
    """
    named = None if named_s is None else WHEN + timedelta(seconds=named_s)
    classify, database = handler(Answers(Outage("down", scope="llm", retry_at=named)), hold_s=60)
    held = message(mail(), RAW_EMAIL_TYPE)
    await database.clock.advance(waited_s)
    with pytest.raises(Outage) as caught:
        await classify.handle(held)
    assert caught.value.retry_at == WHEN + timedelta(seconds=waited_s + asked_again_s)
    await database.clock.advance(61)
    decision = await classify.handle(held)
    event = CareerEvent.model_validate_json(decision.detail)
    assert event.degraded == "outage of llm"
    assert event.review


@pytest.mark.parametrize(
    ("settings", "fallback"), [({"on_outage": "hold"}, True), ({"hold_s": 0}, False)]
)
async def test_an_outage_is_held_for_ever_when_told_so_or_without_a_fallback(
    settings: dict[str, object], fallback: bool
) -> None:
    """It never becomes a dead letter."""
    answers = Answers(Outage("down", scope="llm"), fallback=fallback)
    classify, database = handler(answers, **settings)
    await database.clock.advance(100_000)
    with pytest.raises(Outage):
        await classify.handle(message(mail(), RAW_EMAIL_TYPE))


async def test_quota_that_is_full_is_waited_for_exactly_and_history_waits_as_long_as_it_takes() -> (
    None
):
    """Live mail is degraded when its patience is over; the past has time."""
    reset = WHEN + timedelta(seconds=40)
    full = Outage("full", scope="llm", retry_at=reset, exact=True)
    classify, database = handler(Answers(full), hold_s=60)
    with pytest.raises(Outage) as caught:
        await classify.handle(message(mail(), RAW_EMAIL_TYPE))
    assert (caught.value.retry_at, caught.value.exact) == (reset, True)
    await database.clock.advance(100_000)
    decision = await classify.handle(message(mail(), RAW_EMAIL_TYPE))
    assert CareerEvent.model_validate_json(decision.detail).degraded == "outage of llm"
    with pytest.raises(Outage):
        await classify.handle(message(mail(backfill=True), RAW_EMAIL_TYPE))


async def test_the_last_resort_is_the_fallback_marked_and_without_values() -> None:
    """As good as any answer to the stages behind; without a fallback there is nothing to say."""
    error = Transient("it said: the secret body", provider="p")
    classify, _ = handler(Answers(error))
    decision = await classify.last_resort(message(mail(), RAW_EMAIL_TYPE), error)
    assert decision is not None
    event = CareerEvent.model_validate_json(decision.detail)
    assert (event.degraded, event.review) == ("every attempt failed (transient)", True)
    classify, _ = handler(Answers(error, fallback=False))
    assert await classify.last_resort(message(mail(), RAW_EMAIL_TYPE), error) is None


@pytest.mark.parametrize("on_spent", ["degrade", "hold"])
async def test_a_spent_budget_degrades_at_once_or_holds(on_spent: str) -> None:
    """Never silently."""
    midnight = WHEN + timedelta(hours=15)
    spent = Outage("spent", scope="budget", retry_at=midnight, exact=True)
    classify, _ = handler(Answers(spent), budget={"usd_per_day": 1, "on_spent": on_spent})
    held = message(mail(), RAW_EMAIL_TYPE)
    if on_spent == "hold":
        with pytest.raises(Outage) as caught:
            await classify.handle(held)
        assert (caught.value.scope, caught.value.retry_at) == ("budget", midnight)
    else:
        event = CareerEvent.model_validate_json((await classify.handle(held)).detail)
        assert (event.degraded, event.review) == ("the budget of the day is spent", True)


def test_history_needs_quota_that_live_mail_leaves() -> None:
    """Live mail does not wait for what only the past has to wait for."""
    classify, _ = handler(Answers(classification(EventType.OTHER)))
    live, past = message(mail(), RAW_EMAIL_TYPE), message(mail(backfill=True), RAW_EMAIL_TYPE)
    past.intake = 1
    assert classify.scopes(past) - classify.scopes(live) == {"llm.history"}


async def test_a_value_that_is_no_mail_is_permanent_and_not_repeated() -> None:
    """The error names fields, never values."""
    classify, _ = handler(Answers(classification(EventType.OTHER)))
    bad = message(mail(), RAW_EMAIL_TYPE)
    record = bad.delivery.record
    broken = LogRecord("t", 0, 0, "k", WHEN, record.headers, b'{"subject": {"secret": 1}}')
    with pytest.raises(Permanent) as caught:
        await classify.handle(Message(Delivery(broken, "g", 1), bad.envelope))
    assert caught.value.reason == "undecodable"
    assert "secret" not in str(caught.value)
    assert "event_id" in str(caught.value)


class Finds:
    """A researcher that answers as told."""

    def __init__(self, answer: Briefing | Exception | None, name: str = "finds") -> None:
        self.answer = answer
        self.name = name

    async def research(self, event: CareerEvent) -> Briefing:
        """The answer, the error, or (None) no end."""
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer

    async def close(self) -> None:
        """Nothing to close."""


def career(**changes: object) -> CareerEvent:
    """An interview."""
    facts: dict[str, object] = {
        "event_id": "e1",
        "original_email_id": "m1",
        "received_at": WHEN,
        "event_type": EventType.INTERVIEW,
        "confidence": 0.9,
    }
    return CareerEvent.model_validate(facts | changes)


async def notification_of(*answers: Briefing | Exception | None) -> Notification:
    """What research makes of an event with these researchers."""
    floor = Finds(Briefing(summary="floor", sources=("mail",)))
    settings = ResearchSettings(budget_s=0.05)
    handler = ResearchHandler([Finds(a) for a in answers], floor, settings, MemoryDatabase().clock)
    decision = await handler.handle(message(career(), CAREER_EVENT_TYPE))
    (record,) = decision.outputs
    assert record.topic == NOTIFICATIONS
    return Notification.model_validate_json(record.value)


async def test_research_adds_to_what_the_mail_itself_says() -> None:
    """Better findings win, sources of both are kept."""
    told = await notification_of(Briefing(summary="better", funding="B", sources=("web",)))
    assert (told.briefing.summary, told.briefing.funding) == ("better", "B")
    assert told.briefing.sources == ("web", "mail")
    assert told.briefing.degraded is None


@pytest.mark.parametrize("failure", [Transient("x"), Outage("x", scope="s"), Permanent("x"), None])
async def test_research_never_holds_a_notification_back(failure: Exception | None) -> None:
    """Errors and slowness leave the floor, marked."""
    told = await notification_of(failure)
    assert told.briefing.summary == "floor"
    assert told.briefing.degraded


def test_merging_keeps_what_is_only_in_the_floor() -> None:
    """Empty findings do not overwrite."""
    merged = merge(Briefing(funding="f"), Briefing(summary="s", people=("P",)))
    assert (merged.summary, merged.funding, merged.people) == ("s", "f", ("P",))


def test_a_domain_to_which_a_mail_only_leads_is_no_source_of_ours() -> None:
    """Naming it would vouch for it; what was found elsewhere stays."""
    links = (
        Link(domain="join.evil.example", url=""),
        Link(domain="acme.example", url="https://acme.example/a"),
    )
    found = Briefing(sources=("the mail", "evil.example", "acme.example", "https://evil.example/x"))
    told = without_strangers(found, career(links=links))
    assert told.sources == ("the mail", "acme.example", "https://evil.example/x")


def test_telling_makes_sense_until_the_interview_is_over() -> None:
    """A coming interview limits it; a past one, or none, does not."""
    later = WHEN + timedelta(days=2)
    assert worth_until(career(interview=Interview(start=later)), WHEN) == later
    past = career(interview=Interview(start=WHEN - timedelta(days=1)))
    assert worth_until(past, WHEN) == WHEN + timedelta(days=7)
    assert worth_until(career(), WHEN) == WHEN + timedelta(days=7)


async def test_a_notification_is_planned_once_for_each_channel_of_its_account() -> None:
    """Never for another account's channel; repeating plans nothing new."""
    database = MemoryDatabase()
    planned: list[int] = []
    channels = {"me": ["phone", "file"], "you": ["other"], EVERYONE: ["log"]}
    notify = NotifyHandler(channels, database.ledger, database.clock, lambda: planned.append(1))
    note = message(Notification(notification_id="n1", event=career()), NOTIFICATION_TYPE, "n1")
    await notify.handle(note)
    await notify.handle(note)
    entries = [state.entry for state in await database.ledger.entries("e1")]
    assert sorted(entry.channel for entry in entries) == ["file", "phone"]
    assert all(entry.payload == note.value for entry in entries)
    assert planned == [1]


async def test_an_account_without_a_channel_of_its_own_is_told_by_the_operators_files() -> None:
    """Whoever has one is not: two accounts are two people."""
    database = MemoryDatabase()
    channels = {"you": ["other"], EVERYONE: ["log"]}
    notify = NotifyHandler(channels, database.ledger, database.clock, lambda: None)
    for account in ("you", "guest"):
        note = Notification(notification_id=account, account=account)
        await notify.handle(message(note, NOTIFICATION_TYPE, account))
    entries = [state.entry for state in await database.ledger.entries()]
    assert {(e.account, e.channel) for e in entries} == {("you", "other"), ("guest", "log")}


async def test_an_account_without_channels_is_dropped_visibly() -> None:
    """The verdict says so."""
    database = MemoryDatabase()
    notify = NotifyHandler({"you": ["x"]}, database.ledger, database.clock, lambda: None)
    decision = await notify.handle(message(Notification(notification_id="n"), NOTIFICATION_TYPE))
    assert decision.status is VerdictStatus.DROPPED
