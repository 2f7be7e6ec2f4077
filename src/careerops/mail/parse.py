"""A mail's bytes (RFC 5322) to the event that the pipeline carries."""

from datetime import UTC, datetime

from careerops.domain.email import Attachment, RawEmail
from careerops.domain.errors import Permanent
from careerops.domain.identity import mail_id
from careerops.domain.times import is_receipt
from careerops.mail.addresses import (
    message_id_of,
    parse_date,
    received_time,
    recipients_of,
    references_of,
    sender_of,
)
from careerops.mail.authentication import authentication_of
from careerops.mail.body import Contents, read_contents
from careerops.mail.calendar import Invitations, read_calendars
from careerops.mail.headers import Headers
from careerops.mail.links import links_of
from careerops.mail.marks import Piece, cut, from_plain
from careerops.mail.mime import Walker
from careerops.mail.ownmarks import marks_of
from careerops.mail.text import canonical_line
from careerops.ports.mailparser import ParsedMail, ParseRequest

MAX_BODY_BYTES = 128 * 1024
MAX_BODY_JSON_BYTES = 160 * 1024
"""Of the body as a JSON string: quotation marks and line ends count twice there."""
MAX_SUBJECT_CHARS = 1000
MAX_ATTACHMENTS = 30
MAX_LABELS = 50
MAX_LABEL_CHARS = 100
MAX_LOCATOR_CHARS = 500
_MAX_TYPE_CHARS = 100


def parse_mail(request: ParseRequest) -> ParsedMail:
    """Understand a mail. Pure and deterministic; bounded in time and memory for any bytes.

    Nearly any bytes give an event, even none at all: what is malformed is read as far as it goes,
    what is too large is cut (`truncated`). The event as JSON is smaller than 400 KiB.

    Raises:
        Permanent: it cannot be understood (reason `unparsable`).
    """
    try:
        return _parse(request)
    except Exception as error:  # noqa: BLE001  # whatever a hostile mail provokes is that mail's end, not ours
        raise Permanent(
            f"the mail cannot be parsed ({type(error).__name__})", reason="unparsable"
        ) from None


def _parse(request: ParseRequest) -> ParsedMail:
    walker = Walker(request.raw)
    tree = walker.walk()
    headers = tree.headers
    subject = headers.line(b"subject", MAX_SUBJECT_CHARS)
    contents = read_contents(walker, tree, subject)
    date = headers.text(b"date")
    sent = parse_date(date)
    received_at = _received_at(request, headers)
    invitations = read_calendars(contents.calendars, sent, received_at)
    body = cut(_body(contents, invitations), MAX_BODY_BYTES, MAX_BODY_JSON_BYTES)
    links, links_cut = links_of(contents.texts, contents.documents)
    sender = sender_of(headers)
    message_id = message_id_of(headers)
    email = RawEmail(
        event_id=mail_id(
            account=request.account,
            message_id=message_id,
            sender=sender.address,
            date=date,
            subject=subject,
            body_text=body.text,
        ),
        account=request.account,
        rfc822_message_id=message_id,
        provider_id=canonical_line(request.locator, MAX_LOCATOR_CHARS),
        sender=sender,
        to=recipients_of(headers),
        subject=subject,
        received_at=received_at,
        labels=tuple(label[:MAX_LABEL_CHARS] for label in request.labels[:MAX_LABELS]),
        body_text=body.text,
        marks=body.marks,
        calendar=invitations.events,
        attachments=_attachments(walker, contents),
        auth=authentication_of(headers),
        links=links,
        source=request.source,
        truncated=(
            tree.truncated
            or body.truncated
            or links_cut
            or invitations.truncated
            or len(contents.attachments) > MAX_ATTACHMENTS
            or request.size > len(request.raw)
        ),
        backfill=request.backfill,
        own_marks=marks_of(walker, tree, body, subject),
    )
    return ParsedMail(email=email, message_id=message_id, references=references_of(headers))


def _received_at(request: ParseRequest, headers: Headers) -> datetime:
    """When the mail came (UTC): by its mailbox, else by its own fields, where that can be true."""
    said = request.received_at
    if said is None or not is_receipt(said):
        said = received_time(headers, request.fallback_time) or request.fallback_time
    return said.astimezone(UTC)


def _body(contents: Contents, invitations: Invitations) -> Piece:
    """The text; for an invitation without one, what its calendar entry describes."""
    if contents.body.text or not invitations.descriptions:
        return contents.body
    return from_plain("\n\n".join(invitations.descriptions), "")


def _attachments(walker: Walker, contents: Contents) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(name=part.filename, type=part.type[:_MAX_TYPE_CHARS], size=walker.size(part))
        for part in contents.attachments[:MAX_ATTACHMENTS]
    )
