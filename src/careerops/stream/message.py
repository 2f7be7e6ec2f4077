"""What a handler is given and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import ValidationError

from careerops.domain.envelope import Envelope
from careerops.domain.errors import Permanent
from careerops.domain.model import Model
from careerops.domain.verdicts import Record, VerdictKey, VerdictStatus
from careerops.ports.eventlog import Delivery


@dataclass(frozen=True, slots=True)
class Burial:
    """Why a message was given up: what was raised, a word for programs, a line for a person."""

    error: BaseException
    reason: str
    explanation: str


@dataclass(slots=True)
class Message:
    """One delivery on its way through a stage.

    Attributes:
        delivery: as the log handed it over.
        envelope: its CloudEvents attributes.
        intake: which of the worker's subscriptions it came from; 0 is live, others history.
        attempts: tries that count and failed.
        outages: tries that found a scope out.
        unknown: tries of which nobody knows whether they had their effect.
        burial: why it was given up, None while it was not.
        refusals: dead letters about it that the log would not take.
        key: the verdict that the stage decides about it, once it was asked for.
        revoked: its partition was taken away; what is decided about it is kept, and no more.
        repeated: the same id was in flight when this one came; its verdict is looked up again.
        parked_since: monotonic time in seconds of its first parking, None if never parked.
        answers_seen: provider -> answers it had given by the end of this message's last try.
    """

    delivery: Delivery
    envelope: Envelope
    intake: int = 0
    attempts: int = 0
    outages: int = 0
    unknown: int = 0
    burial: Burial | None = None
    refusals: int = 0
    key: VerdictKey | None = None
    revoked: bool = False
    repeated: bool = False
    parked_since: float | None = None
    answers_seen: Mapping[str, int] | None = None

    @property
    def alone(self) -> bool:
        """Whether it has to run alone: a process has died while it was tried as a suspect.

        After one unclean stop there may be thousands of suspects, nearly all of them innocent, so
        those run together, each behind its attempt record; only who was at work at the next
        death is looked at closely.
        """
        return self.delivery.suspect and self.delivery.deaths > 0

    @property
    def value(self) -> bytes:
        """The event as JSON."""
        return self.delivery.record.value

    @property
    def appended_at(self) -> datetime:
        """When it was appended to the log (UTC): it survives restarts."""
        return self.delivery.record.time

    @property
    def size_bytes(self) -> int:
        """What holding it costs, roughly."""
        return len(self.delivery.record.value) + 512


@dataclass(frozen=True, slots=True)
class Decision:
    """How a handler ended with a message.

    Attributes:
        status: what the verdict will say.
        outputs: records to publish.
        detail: the decision as JSON, kept with the verdict.
        account, label, received_at: what verdicts are found by.
        provider: who answered, '' for nobody outside: tells a provider's failures from a mail's.
    """

    status: VerdictStatus = VerdictStatus.DONE
    outputs: tuple[Record, ...] = ()
    detail: bytes = b""
    account: str = ""
    label: str = ""
    received_at: datetime | None = None
    provider: str = ""


EventT = TypeVar("EventT", bound=Model)


def decode(message: Message, model: type[EventT]) -> EventT:
    """The message's value as `model`.

    Raises:
        Permanent: it is no such event (reason `undecodable`); values are not repeated.
    """
    try:
        return model.model_validate_json(message.value)
    except ValidationError as error:
        fields = sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})[:5]
        raise Permanent(
            f"the value is not a {model.__name__} (fields: {', '.join(fields) or 'not JSON'})",
            reason="undecodable",
        ) from None


class Handler(Protocol):
    """One stage's work. Runs at least once a message, concurrently for different keys."""

    @property
    def stage(self) -> str:
        """The stage's name in verdicts, logs and metrics."""
        ...

    @property
    def accepts(self) -> str:
        """The newest event type it reads, such as `careerops.mail.received.v1`."""
        ...

    def scopes(self, message: Message) -> frozenset[str]:
        """The scopes without which `message` cannot be handled; it waits while one is out."""
        ...

    async def handle(self, message: Message) -> Decision:
        """Decide. Effects outside the returned outputs must be idempotent.

        Raises:
            Transient, Outage, Permanent, OutcomeUnknown: see `careerops.domain.errors`. Anything
                else counts as a failed attempt, a cancellation that nobody asked for included.
        """
        ...

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """What to decide after the last attempt failed with `error`; None makes a dead letter.

        Needs nothing that may be down. An exception of it makes a dead letter as well.
        """
        ...
