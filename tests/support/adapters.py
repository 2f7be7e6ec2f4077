"""What adapters are constructed with in tests, and fictitious things to give them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from careerops.adapters.memory import FakeClock
from careerops.adapters.memory.cache import MemoryCache
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.career import CareerEvent, Classification, Interview
from careerops.domain.email import Link, Mark, MarkKind, RawEmail, Sender
from careerops.domain.notification import Briefing, Notification, NotificationKind
from careerops.domain.taxonomy import EventType
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ops.secrets import Secret
from careerops.ports.chatmodel import ChatAnswer, ChatRequest

RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INVITATION = (
    "Hello Robin,\n\nwe would like to invite you to an interview on 5 March 2026 at 14:00 CET.\n"
    "Please confirm.\n\nMaja Lund\nBluefin Energy"
)
EVIDENCE = "we would like to invite you to an interview on 5 March 2026 at 14:00 CET."


def context(*, real_time: bool = False, account: str = "me", name: str = "") -> PartContext:
    """Surroundings with a clock that stands still unless `real_time`."""
    clock = SystemClock() if real_time else FakeClock(RECEIVED)
    return PartContext(
        clock, MemoryCache(), Metrics(), MemoryDocuments(), account=account, name=name
    )


def mail(body: str = INVITATION, subject: str = "Next steps", **fields: Any) -> RawEmail:
    """A mail of Bluefin Energy."""
    given = {
        "event_id": "a1" * 32,
        "subject": subject,
        "body_text": body,
        "received_at": RECEIVED,
        "sender": Sender(
            name="Maja Lund", address="maja@bluefin-energy.example", domain="bluefin-energy.example"
        ),
    }
    return RawEmail(**(given | fields))


def marked(body: str, part: str, kind: MarkKind, **fields: Any) -> RawEmail:
    """A mail in which `part` of `body` is marked."""
    start = body.index(part)
    return mail(body, marks=(Mark(kind=kind, start=start, end=start + len(part)),), **fields)


def event(**fields: Any) -> CareerEvent:
    """An interview at Bluefin Energy."""
    given: dict[str, Any] = {
        "event_id": "a1" * 32,
        "original_email_id": "1@bluefin-energy.example",
        "received_at": RECEIVED,
        "event_type": EventType.INTERVIEW,
        "confidence": 0.93,
        "company": "Bluefin Energy",
        "role": "Data Engineer",
        "summary": "Bluefin Energy invites you to a call.",
        "evidence": EVIDENCE,
        "sender": Sender(
            name="Maja Lund", address="maja@bluefin-energy.example", domain="bluefin-energy.example"
        ),
        "subject": "Next steps",
        "links": (Link(domain="bluefin-energy.example", url="https://bluefin-energy.example/me"),),
        "interview": Interview(
            start=RECEIVED + timedelta(days=3, hours=4),
            end=RECEIVED + timedelta(days=3, hours=4, minutes=45),
            zone="Europe/Berlin",
            place="Video call",
            link="https://meet.example.org/abc",
        ),
    }
    return CareerEvent(**(given | fields))


def notification(number: int = 1, **fields: Any) -> Notification:
    """The `number`-th notification; each kind of it has what it needs."""
    given: dict[str, Any] = {
        "notification_id": f"{number:064x}",
        "event": event(),
        "briefing": Briefing(
            summary="Bluefin Energy builds tidal power stations.",
            preparation=("Prepare three questions",),
            sources=("https://bluefin-energy.example/about",),
        ),
    }
    return Notification(**(given | fields))


def every_kind() -> list[Notification]:
    """One notification of each kind."""
    found = []
    for number, kind in enumerate(NotificationKind, start=1):
        spoken = kind in {NotificationKind.ALERT, NotificationKind.DIGEST}
        extra = {"event": None, "text": "Your attention is needed."} if spoken else {}
        found.append(notification(number, kind=kind, **extra))
    return found


def hostile() -> Notification:
    """A notification whose every text tries to break out of what it is written into."""
    nasty = "Evil\r\nBcc: victim@example.net\r\n\r\n<script>alert(1)</script>\x1b[31m\u202eabc\x00"
    bad_event = event(
        company=nasty[:100],
        role=nasty[:100],
        summary=nasty,
        evidence=nasty,
        warnings=(nasty,),
        sender=Sender(name=nasty, address="x@example.net", domain="evil.example\r\nX: y"),
        links=(Link(domain="evil.example", url="https://evil.example/\r\nX-Injected: yes"),),
        interview=Interview(place=nasty, link="https://evil.example/\x1b]0;title\x07"),
    )
    briefing = Briefing(summary=nasty, people=(nasty,), preparation=(nasty,), sources=(nasty,))
    return notification(66, event=bad_event, briefing=briefing)


def secret(folder: Path, value: str, name: str = "secret") -> Secret:
    """A secret in a file, which a test may write anew."""
    path = folder / name
    path.write_text(value)
    return Secret(f"file:{path}")


@dataclass
class ScriptedModel:
    """A `ChatModel` that gives or raises what it is told to, and keeps what it was asked."""

    script: list[Any]
    name: str = "scripted"
    asked: list[ChatRequest] = field(default_factory=list)
    closed: int = 0

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """The next of the script."""
        self.asked.append(request)
        answer = self.script.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, str):
            return ChatAnswer(answer, truncated=False, model="scripted-1", input_tokens=7)
        return answer

    async def close(self) -> None:
        """Count."""
        self.closed += 1


@dataclass
class ScriptedClassifier:
    """A `Classifier` that answers or raises what it is told to."""

    answer: Any
    name: str = "second"
    calls: int = 0
    closed: int = 0

    async def classify(self, mail: RawEmail) -> Classification:
        """The answer, or the next of a list of them."""
        self.calls += 1
        answer = self.answer
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Callable):
            answer = answer(mail)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def close(self) -> None:
        """Count."""
        self.closed += 1
