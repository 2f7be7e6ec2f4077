"""Hostile mails: each gives an event, in time, of bounded size, with valid marks."""

import time
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from careerops.domain.email import MarkKind, RawEmail
from careerops.domain.errors import Permanent
from careerops.mail.parse import MAX_BODY_BYTES, parse_mail
from careerops.mail.text import canonical
from careerops.ports.mailparser import ParseRequest
from support.hostile import hostile_mails, hostile_makers

MAX_JSON_BYTES = 400 * 1024
HANG_S = 5.0
"""Detects a hang; what takes longer than a second is a finding already."""
MAKERS = hostile_makers()
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def request_of(raw: bytes) -> ParseRequest:
    """A request to parse `raw`."""
    return ParseRequest(raw=raw, account="me", source="mbox", locator="1", fallback_time=NOW)


def assert_sound(email: RawEmail) -> None:
    """Everything that an event promises whatever the mail was."""
    assert len(email.model_dump_json().encode()) <= MAX_JSON_BYTES
    assert len(email.body_text.encode()) <= MAX_BODY_BYTES
    assert canonical(email.body_text) == email.body_text
    assert len(email.event_id) == 64
    assert email.received_at.tzinfo is UTC
    assert all(0 <= mark.start < mark.end <= len(email.body_text) for mark in email.marks)
    assert all(one.end <= other.start for one, other in pairwise(email.marks))
    for text in (email.subject, email.sender.name, email.sender.address, *email.to):
        assert text.isprintable()
        assert "\n" not in text
    assert len(email.said_now) <= len(email.body_text)


@pytest.mark.parametrize("name", MAKERS)
def test_a_hostile_mail_gives_a_sound_event_in_time(name: str) -> None:
    """No mail stalls, kills or floods: all of them are events, none is even refused."""
    request = request_of(MAKERS[name]())
    start = time.monotonic()
    email = parse_mail(request).email
    assert time.monotonic() - start < HANG_S
    assert_sound(email)


def test_the_hostile_mails_are_many_and_the_same_each_time() -> None:
    """A seed gives the same mails, another one others."""
    assert len(MAKERS) >= 200
    small = [name for name in MAKERS if name.startswith("damaged")]
    again, other = hostile_makers(), hostile_makers(seed=1)
    assert all(MAKERS[name]() == again[name]() for name in small)
    assert any(MAKERS[name]() != other[name]() for name in small)
    assert next(iter(hostile_mails())) == ("empty file", b"")


@pytest.mark.parametrize(
    "name",
    [
        "text of 50 MB",
        "100,000 parts",
        "HTML: 100,000 nested divs",
        "calendar: 100,000 events",
        "HTML: 1,000,000 links",
        "headers of 50 MB",
        "multipart/mixed nested 1000 deep",
    ],
)
def test_what_is_cut_is_said_to_be_cut(name: str) -> None:
    """A person can tell an event that holds all of its mail from one that does not."""
    assert parse_mail(request_of(MAKERS[name]())).email.truncated


def test_an_ordinary_mail_is_not_said_to_be_cut() -> None:
    """The mark means something only if whole mails do not have it."""
    email = parse_mail(request_of(MAKERS["Unix line ends"]())).email
    assert not email.truncated
    assert email.body_text == "We invite you to an interview, Jörg."


def standard_mails() -> list[Path]:
    """The mails that the running Python tests its own parser with."""
    try:
        folder = files("test.test_email") / "data"
    except ModuleNotFoundError:
        return []
    path = Path(str(folder))
    return sorted(path.glob("*.txt")) if path.is_dir() else []


def test_the_mails_of_pythons_own_tests_give_sound_events() -> None:
    """Mails that broke parsers before do not break ours."""
    paths = standard_mails()
    if not paths:
        pytest.skip("this Python was installed without its tests")
    assert len(paths) > 30
    for path in paths:
        assert_sound(parse_mail(request_of(path.read_bytes())).email)


def test_an_error_inside_is_a_refusal_of_the_mail_and_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever fails, the caller sees one error type, and no word of the mail."""

    def fail(*_: object) -> None:
        raise ValueError("Dear Ann")

    monkeypatch.setattr("careerops.mail.parse.read_contents", fail)
    with pytest.raises(Permanent) as caught:
        parse_mail(request_of(b"Subject: secret\n\nDear Ann"))
    assert caught.value.reason == "unparsable"
    assert str(caught.value) == "the mail cannot be parsed (ValueError)"
    assert caught.value.__suppress_context__


def test_hidden_text_is_never_what_is_said_now() -> None:
    """Marks take the hidden words out however they alternate with seen ones."""
    email = parse_mail(request_of(MAKERS["HTML: hidden and seen by turns"]())).email
    assert set(email.said_now.replace("\n", "")) <= {"b", " "}
    assert {mark.kind for mark in email.marks} == {MarkKind.HIDDEN}
