"""Whatever the model accepts can be told: no text and no time of a mail ends a notifier."""

import json
from collections.abc import Iterable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from careerops.adapters.notifier import console, whatsapp
from careerops.adapters.notifier.email import EmailNotifier
from careerops.adapters.notifier.jsonl import JsonlNotifier
from careerops.domain.notification import Notification
from careerops.domain.render import MAX_TITLE_CHARS, render_text, render_title
from careerops.domain.taxonomy import Urgency
from careerops.mail.ownmark import HEADER
from support.adapters import context, event, notification
from support.anything import EDGES, NASTY, notifications, zones

HEADERS = {
    "MIME-Version", "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", HEADER,
    "Content-Type", "Content-Transfer-Encoding",
}  # fmt: skip
FOREVER = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def mailed(told: Notification, *, zone: str = "", max_chars: int = 4000) -> bytes:
    """The message on the wire."""
    options = EmailNotifier.Options(
        host="mx.example",
        sender="careerops@sender.example",
        to=["robin@example.org", "robin@work.example"],
        zone=zone,
        max_chars=max_chars,
    )
    notifier = EmailNotifier(options, context())
    return notifier.message(told, options.to, b"k").as_bytes()


def with_names(names: Iterable[str]) -> list[Notification]:
    """Notifications in whose subject stands each of `names`."""
    return [
        notification(number, event=event(company=name[:120], role=name[:160]))
        for number, name in enumerate(names)
    ]


@FOREVER
@given(notifications, zones, st.integers(100, 4096))
def test_any_notification_is_a_text_within_its_bound(
    told: Notification, zone: str, max_chars: int
) -> None:
    """Years 1 and 9999, any zone, any text."""
    assert 0 < len(render_title(told)) <= MAX_TITLE_CHARS
    assert 0 < len(render_text(told, zone=zone, max_chars=max_chars)) <= max_chars


@FOREVER
@given(notifications, zones)
def test_any_notification_is_one_plain_message(told: Notification, zone: str) -> None:
    """Its subject is the title to the letter; no text of it is a header, a body or a tag."""
    raw = mailed(told, zone=zone)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    message = message_from_bytes(raw, policy=default)
    assert set(message.keys()) - {"In-Reply-To"} == HEADERS
    assert len(message.keys()) == len(set(message.keys()))
    assert message["Subject"] == render_title(told)
    assert message.get_content_type() == "text/plain"
    assert not message.is_multipart()
    shown = message.get_content().replace("\r\n", "\n")
    assert shown.startswith(render_text(told, zone=zone, max_chars=4000) + "\n\n-- \n")


@pytest.mark.parametrize("told", with_names(NASTY), ids=range(len(NASTY)))
def test_a_subject_is_text_and_is_decoded_once(told: Notification) -> None:
    """Names that look encoded, line ends in them, names of any length; by both kinds of reader."""
    raw = mailed(told)
    assert message_from_bytes(raw, policy=default)["Subject"] == render_title(told)
    assert b"X-Injected" not in raw.split(b"\r\n\r\n", 1)[0]
    assert b"text/html" not in raw


@FOREVER
@given(notifications)
@example(notification(event=None, kind="alert", text="\x00\n\n \n"))
def test_any_notification_is_written_to_any_terminal(told: Notification) -> None:
    """In a pipe of an old encoding, and framed."""
    text = render_text(told)
    for encoding, tty in (("ascii", False), ("utf-8", True), ("cp1252", False)):
        stream = Stream(encoding, tty=tty)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(console, "sys", SimpleNamespace(stdout=stream))
            console._write(text, Urgency.HIGH)
        assert stream.written.strip()


class Stream:
    """A standard output."""

    def __init__(self, encoding: str, *, tty: bool) -> None:
        self.encoding = encoding
        self.errors = "strict"
        self.written = ""
        self._tty = tty

    def isatty(self) -> bool:
        """Whether it says that it is a terminal."""
        return self._tty

    def write(self, text: str) -> int:
        """Keep it; what the encoding cannot hold is an error."""
        self.written += text.encode(self.encoding).decode(self.encoding)
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


@FOREVER
@given(notifications, zones)
def test_any_notification_is_a_request_to_whatsapp(told: Notification, zone: str) -> None:
    """Valid JSON in UTF-8; a template's parameter is one line."""
    text = render_text(told, zone=zone)
    options = whatsapp.WhatsAppOptions.model_construct(template="t", template_language="en")
    notifier = SimpleNamespace(_options=options)
    template: Any = whatsapp.WhatsAppNotifier._template_message(notifier, "+49", text)  # type: ignore[arg-type]  # all it uses
    for message in (whatsapp._text_message("+49", text), template):
        assert json.loads(json.dumps(message, ensure_ascii=False).encode()) == message
    (parameter,) = template["template"]["components"][0]["parameters"]
    assert not set(parameter["text"]) & set("\n\r\t")


@given(told=notifications)
@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
async def test_any_notification_is_a_line_of_a_file(told: Notification, tmp_path: Path) -> None:
    """And is read back as it was."""
    path = tmp_path / "told.jsonl"
    path.unlink(missing_ok=True)
    notifier = JsonlNotifier(JsonlNotifier.Options(path=str(path)), context())
    await notifier.send(told)
    (line, nothing) = path.read_text().split("\n")
    assert Notification.model_validate_json(line) == told
    assert not nothing


@pytest.mark.parametrize("at", EDGES, ids=str)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", ""])
def test_times_at_the_calendars_edges_are_shown(at: datetime, zone: str) -> None:
    """In the zone asked for, in UTC where its clocks end."""
    interview = {"start": at, "end": EDGES[-1], "zone": "Asia/Kolkata"}
    told = notification(event=event(interview=interview, deadline=at))
    text = render_text(told, zone=zone)
    assert text.count("When: ") == text.count("Deadline: ") == 1
    assert mailed(told, zone=zone)
