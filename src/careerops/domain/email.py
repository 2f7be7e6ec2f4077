"""`RawEmail`: a mail as ingest understood it, the value of `raw_inbox_stream`."""

from enum import StrEnum

from pydantic import Field

from careerops.domain.model import Model, UtcTime

RAW_EMAIL_TYPE = "careerops.mail.received.v1"


class Sender(Model):
    """Who a mail says it is from. `domain` is the lower-case domain of `address` ('' if none)."""

    name: str = ""
    address: str = ""
    domain: str = ""


class MarkKind(StrEnum):
    """Why a part of the text does not count as what the sender says now."""

    QUOTED = "quoted"
    HIDDEN = "hidden"
    SIGNATURE = "signature"


class Mark(Model):
    """A half-open range of characters [start, end) of `RawEmail.body_text`."""

    kind: MarkKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class CalendarEvent(Model):
    """One VEVENT of an .ics part (RFC 5545). Times are UTC; `zone` is the sender's IANA zone."""

    uid: str = ""
    sequence: int = 0
    method: str = ""
    cancelled: bool = False
    summary: str = ""
    start: UtcTime | None = None
    end: UtcTime | None = None
    all_day: bool = False
    zone: str = ""
    location: str = ""
    organizer_domain: str = ""
    url: str = ""


class Attachment(Model):
    """An attachment, by name, media type and decoded size in bytes; contents are not carried."""

    name: str = ""
    type: str = ""
    size: int = 0


class AuthResults(Model):
    """Authentication-Results (RFC 8601) as the receiving server stamped them.

    Each result is the RFC's lower-case word (`pass`, `fail`, `softfail`, `none` ...), '' if absent.
    `domain` is the authenticated domain: DMARC's header.from, else DKIM's, else SPF's.
    """

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    domain: str = ""
    server: str = ""

    @property
    def failed(self) -> bool:
        """Whether the receiving server found that the sender's domain did not send this."""
        return self.dmarc == "fail" or (
            self.dmarc in {"", "none"} and self.spf in {"fail", "softfail"} and self.dkim != "pass"
        )


class Link(Model):
    """A link of the mail. `domain` is the registered domain, lower case, punycode kept."""

    domain: str
    url: str


class RawEmail(Model):
    """A mail, decoded and made readable.

    `body_text` is canonical text (NFC, white space collapsed within lines, invisible characters
    removed) of at most 128 KiB, in which `marks` name the quoted, hidden and signature ranges
    (sorted, not overlapping). `received_at` is UTC. `truncated` says that something was cut.
    `own_marks` are what says that the mail is a notification of ours, genuine or not.
    """

    event_id: str
    account: str = "me"
    rfc822_message_id: str = ""
    provider_id: str = ""
    thread_key: str = ""
    sender: Sender = Sender()
    to: tuple[str, ...] = ()
    subject: str = ""
    received_at: UtcTime
    labels: tuple[str, ...] = ()
    body_text: str = ""
    marks: tuple[Mark, ...] = ()
    calendar: tuple[CalendarEvent, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    auth: AuthResults = AuthResults()
    links: tuple[Link, ...] = ()
    source: str = ""
    truncated: bool = False
    backfill: bool = False
    own_marks: tuple[str, ...] = ()

    def text_without(self, *kinds: MarkKind) -> str:
        """`body_text` with the ranges marked as any of `kinds` left out."""
        parts: list[str] = []
        position = 0
        for mark in self.marks:
            if mark.kind in kinds:
                parts.append(self.body_text[position : mark.start])
                position = mark.end
        parts.append(self.body_text[position:])
        return "".join(parts)

    @property
    def said_now(self) -> str:
        """What the sender wrote in this mail, visibly: no quotes, hidden text or signature."""
        return self.text_without(MarkKind.QUOTED, MarkKind.HIDDEN, MarkKind.SIGNATURE)
