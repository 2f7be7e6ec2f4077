"""The six kinds of career event, and how urgent each is."""

from enum import StrEnum


class EventType(StrEnum):
    """What a mail means for a job application."""

    APPLIED = "APPLIED"
    ASSESSMENT = "ASSESSMENT"
    INTERVIEW = "INTERVIEW"
    OFFER = "OFFER"
    REJECTION = "REJECTION"
    OTHER = "OTHER"

    @property
    def is_career(self) -> bool:
        """Whether mails of this type are published and told (all but OTHER)."""
        return self is not EventType.OTHER


class Urgency(StrEnum):
    """How soon a person wants to know."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


URGENCY: dict[EventType, Urgency] = {
    EventType.INTERVIEW: Urgency.HIGH,
    EventType.OFFER: Urgency.HIGH,
    EventType.ASSESSMENT: Urgency.HIGH,
    EventType.REJECTION: Urgency.NORMAL,
    EventType.APPLIED: Urgency.LOW,
    EventType.OTHER: Urgency.LOW,
}
