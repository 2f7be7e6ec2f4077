"""Mails built in place, and one classifier of rules for all tests."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from careerops.adapters.classifier.rules import RulesClassifier
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.email import Mark, MarkKind, RawEmail, Sender
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics

RECEIVED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday."""


class NoCache:
    """A cache that has forgotten everything."""

    async def get(self, key: str, now: datetime) -> bytes | None:
        """Nothing."""

    async def put(self, key: str, value: bytes, expires_at: datetime) -> None:
        """Forgotten at once."""


def part_context() -> PartContext:
    """Surroundings for a part that needs none."""
    return PartContext(SystemClock(), NoCache(), Metrics(), MemoryDocuments())


@cache
def rules(**options: Any) -> RulesClassifier:
    """A classifier of rules with these options."""
    return RulesClassifier(RulesClassifier.Options(**options), part_context())


def make_mail(
    subject: str = "",
    body: str = "",
    *,
    name: str = "",
    address: str = "",
    marks: tuple[tuple[MarkKind, str], ...] = (),
    **more: Any,
) -> RawEmail:
    """A mail; `marks` name the kind of the parts of `body` that do not count, in their order."""
    found, position = [], 0
    for kind, part in marks:
        start = body.index(part, position)
        position = start + len(part)
        found.append(Mark(kind=kind, start=start, end=position))
    return RawEmail(
        event_id="0" * 64,
        sender=Sender(name=name, address=address, domain=address.rpartition("@")[2]),
        subject=subject,
        body_text=body,
        marks=tuple(found),
        received_at=more.pop("received_at", RECEIVED),
        **more,
    )
