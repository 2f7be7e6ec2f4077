"""What people said the right label was: kept as truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from careerops.domain.taxonomy import EventType


@dataclass(frozen=True, slots=True)
class Correction:
    """A person relabelled an event. `revision` is the event's new revision; times are UTC."""

    event_id: str
    account: str
    was: EventType
    label: EventType
    revision: int
    at: datetime


class CorrectionStore(Protocol):
    """Corrections by event; the latest of an event is what holds."""

    async def add(self, correction: Correction) -> None:
        """Record durably. Adding the same (event, revision) again changes nothing."""
        ...

    async def all(self, account: str = "") -> Sequence[Correction]:
        """Every correction, oldest first."""
        ...
