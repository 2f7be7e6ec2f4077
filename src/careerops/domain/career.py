"""`CareerEvent`: what a mail means, the value of `classified_events`."""

from pydantic import Field

from careerops.domain.email import AuthResults, Link, Sender
from careerops.domain.model import Model, UtcTime
from careerops.domain.taxonomy import EventType

CAREER_EVENT_TYPE = "careerops.career.event.v1"

MAX_COMPANY_CHARS = 120
MAX_ROLE_CHARS = 160
MAX_SUMMARY_CHARS = 400
MAX_EVIDENCE_CHARS = 400


class Interview(Model):
    """When and where. Times are UTC; `zone` is the IANA zone the sender used ('' if unknown)."""

    start: UtcTime | None = None
    end: UtcTime | None = None
    zone: str = ""
    place: str = ""
    link: str = ""
    uid: str = ""
    sequence: int = 0
    cancelled: bool = False


class Classification(Model):
    """A classifier's answer about one mail.

    `evidence` is a verbatim quote of the mail's subject or `body_text` ('' only for OTHER).
    `confidence` is the probability, 0..1, that `event_type` is right.
    """

    event_type: EventType
    company: str = Field(default="", max_length=MAX_COMPANY_CHARS)
    role: str = Field(default="", max_length=MAX_ROLE_CHARS)
    confidence: float = Field(ge=0.0, le=1.0)
    summary: str = Field(default="", max_length=MAX_SUMMARY_CHARS)
    evidence: str = Field(default="", max_length=MAX_EVIDENCE_CHARS)
    interview: Interview | None = None
    deadline: UtcTime | None = None
    warnings: tuple[str, ...] = ()
    language: str = ""
    provider: str = ""
    model: str = ""
    prompt_version: str = ""
    variant: str = ""
    review: bool = False
    degraded: str | None = None


class CareerEvent(Classification):
    """A classification together with the facts of its mail.

    `ingested_at` is when the mail was appended to the log (UTC).
    """

    event_id: str
    revision: int = 0
    original_email_id: str
    account: str = "me"
    thread_key: str = ""
    received_at: UtcTime
    sender: Sender = Sender()
    subject: str = ""
    auth: AuthResults = AuthResults()
    links: tuple[Link, ...] = ()
    ingested_at: UtcTime | None = None
