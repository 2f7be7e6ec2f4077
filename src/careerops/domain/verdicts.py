"""What was decided about an event by a stage."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class VerdictStatus(StrEnum):
    """How a stage ended with an event."""

    DONE = "done"
    """Decided, and its outputs are published."""
    OTHER = "other"
    """Decided to be of no concern: kept with confidence and evidence, not published."""
    KEPT = "kept"
    """A career event of history (backfill): kept, not published."""
    DROPPED = "dropped"
    """Nothing to do (for example a superseded revision)."""
    DEAD = "dead"
    """Dead-lettered."""
    UNKNOWN = "unknown"
    """An effect was attempted and nobody knows whether it happened: a person has to decide."""


class VerdictKey(NamedTuple):
    """The identity of a decision."""

    event_id: str
    stage: str
    revision: int = 0


Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record to publish. `key` orders: records of one topic and key are read in order."""

    topic: str
    key: str
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision: first writer wins, so what stands here is what was published.

    Attributes:
        key: event, stage and revision.
        status: how it ended.
        decided_at: UTC.
        account: whose mail.
        label: the event type of a classification, '' elsewhere.
        received_at: when the mail was received (UTC), for sorting; None where unknown.
        detail: the decision itself as JSON (a `CareerEvent` of the classify stage), kept also
            when nothing was published.
        outputs: the records published because of it, kept for the retention time.
    """

    key: VerdictKey
    status: VerdictStatus
    decided_at: datetime
    account: str = ""
    label: str = ""
    received_at: datetime | None = None
    detail: bytes = b""
    outputs: tuple[Record, ...] = field(default=())
