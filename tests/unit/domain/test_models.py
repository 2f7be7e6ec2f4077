"""Event models: round trips, additions by later releases, times, and what a mail says now."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from careerops.domain.career import CareerEvent, Interview
from careerops.domain.email import Mark, MarkKind, RawEmail
from careerops.domain.errors import Outage, Permanent, Transient
from careerops.domain.notification import Notification
from careerops.domain.render import render_text
from careerops.domain.taxonomy import URGENCY, EventType, Urgency

WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SECRET = "planted-sentence-of-a-mail"


def mail(**fields: Any) -> RawEmail:
    """A mail with nothing in it but `fields`."""
    return RawEmail.model_validate({"event_id": "e1", "received_at": WHEN, **fields})


def career(**fields: Any) -> CareerEvent:
    """An interview."""
    facts = {
        "event_id": "e1",
        "original_email_id": "m1",
        "received_at": WHEN,
        "event_type": EventType.INTERVIEW,
        "confidence": 0.9,
    }
    return CareerEvent.model_validate(facts | fields)


@given(subject=st.text(), body=st.text(), company=st.text(max_size=120))
def test_what_is_written_as_json_is_read_again(subject: str, body: str, company: str) -> None:
    """Any text, also where it needs escaping."""
    try:
        raw = mail(subject=subject, body_text=body)
        event = career(subject=subject, company=company, interview=Interview(start=WHEN))
    except ValidationError:
        return  # lone surrogates are no text that JSON carries
    assert RawEmail.model_validate_json(raw.model_dump_json()) == raw
    told = Notification(notification_id="n", event=event)
    assert Notification.model_validate_json(told.model_dump_json()) == told


@pytest.mark.parametrize("model", [mail(), career(), Notification(notification_id="n")])
def test_fields_of_a_later_release_are_ignored(model: Any) -> None:
    """Readers accept additions."""
    tables = json.loads(model.model_dump_json()) | {"added_later": {"x": 1}}
    assert type(model).model_validate(tables) == model


@pytest.mark.parametrize("model", [mail(), career()])
def test_an_event_cannot_be_changed(model: Any) -> None:
    """What was published stays what it was."""
    with pytest.raises(ValidationError):
        model.event_id = "e2"


def test_an_error_does_not_repeat_what_was_given() -> None:
    """Validation errors reach logs and tracebacks."""
    with pytest.raises(ValidationError) as caught:
        mail(received_at=SECRET)
    assert SECRET not in str(caught.value)


@given(minutes=st.integers(-14 * 60, 14 * 60))
def test_a_time_of_any_zone_becomes_utc(minutes: int) -> None:
    """The same instant."""
    local = WHEN.astimezone(timezone(timedelta(minutes=minutes)))
    assert mail(received_at=local).received_at == WHEN
    assert mail(received_at=local).received_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody knows which instant it is."""
    with pytest.raises(ValidationError, match="needs a zone"):
        mail(received_at="2026-01-05T09:00:00")


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from([None, *MarkKind]))))
def test_what_is_said_now_leaves_out_what_is_marked(parts: list[tuple[str, Any]]) -> None:
    """Whatever is quoted, hidden or signature, and nothing else."""
    marks, position = [], 0
    for text, kind in parts:
        if kind is not None:
            marks.append(Mark(kind=kind, start=position, end=position + len(text)))
        position += len(text)
    email = mail().model_copy(
        update={"body_text": "".join(text for text, _ in parts), "marks": tuple(marks)}
    )
    assert email.said_now == "".join(text for text, kind in parts if kind is None)
    assert email.text_without() == email.body_text
    seen = [text for text, kind in parts if kind is not MarkKind.HIDDEN]
    assert email.text_without(MarkKind.HIDDEN) == "".join(seen)


def test_every_type_but_other_is_told_and_has_its_urgency() -> None:
    """A type without an urgency would fail where it is told."""
    assert {each for each in EventType if not each.is_career} == {EventType.OTHER}
    assert URGENCY.keys() == set(EventType)
    assert URGENCY[EventType.INTERVIEW] is Urgency.HIGH


def test_errors_carry_what_the_engine_decides_by() -> None:
    """Delay, provider, scope and reason."""
    transient = Transient("busy", retry_after_s=3, provider="openai")
    assert (transient.retry_after_s, transient.provider) == (3, "openai")
    outage = Outage("down", scope="channel:phone", retry_at=WHEN)
    assert (str(outage), outage.scope, outage.retry_at) == ("down", "channel:phone", WHEN)
    assert Permanent("no").reason == "permanent"


def test_a_mail_from_nobody_is_shown_without_a_sender() -> None:
    """No empty line of who it is from."""
    text = render_text(Notification(notification_id="n", event=career()))
    assert "From:" not in text
    assert "unknown sender" in text
