"""Whether a model's label may stand unmarked, and what of its answer is taken over.

The rule: a label stays unmarked only if its evidence lies outside hidden and quoted parts, and
either the local classifier does not contradict it or an independent signal supports it (an
invitation by .ics, or a sender that is an applicant tracking system with aligned DMARC). Otherwise
it is marked for review. Links are never the model's: only our own parser's.
"""

from datetime import datetime
from typing import Final

from careerops.domain.career import Classification, Interview
from careerops.domain.email import CalendarEvent, RawEmail
from careerops.domain.taxonomy import EventType
from careerops.llm.answer import CheckedAnswer, SaidTime
from careerops.mail.ats import VendorKind, ats_of
from careerops.mail.company_names import registered_domain

CONTRADICTS_FROM: Final = 0.5
"""A local label of at least this probability that differs is a contradiction; below it, a guess."""
MAX_WARNINGS: Final = 8

_VENDORS: Final = {
    EventType.APPLIED: {VendorKind.ATS},
    EventType.ASSESSMENT: {VendorKind.ATS, VendorKind.ASSESSMENT},
    EventType.INTERVIEW: {VendorKind.ATS, VendorKind.SCHEDULER},
    EventType.OFFER: {VendorKind.ATS},
    EventType.REJECTION: {VendorKind.ATS},
}
"""Whose mail supports which label. Job boards support none: most of their mail is advertising."""


def needs_review(mail: RawEmail, answer: CheckedAnswer, second: Classification | None) -> bool:
    """Whether a person should look at `answer` before believing it.

    `second` is the local classifier's opinion; without one, only an independent signal counts.
    """
    if answer.quote is not None and not answer.quote.spoken:
        return True
    if second is not None and second.review and second.warnings:
        return True  # our parser found something suspicious: no label of it stands unmarked
    contradicted = second is None or (
        second.event_type is not answer.event_type and second.confidence >= CONTRADICTS_FROM
    )
    return contradicted and not is_supported(mail, answer.event_type)


def is_supported(mail: RawEmail, event_type: EventType) -> bool:
    """Whether something that no text of the mail can forge speaks for `event_type`."""
    if event_type is EventType.INTERVIEW and any(event.start for event in mail.calendar):
        return True
    vendor = ats_of(mail.sender.domain)
    known = vendor is not None and vendor.kind in _VENDORS.get(event_type, set())
    return known and is_authentic(mail)


def is_authentic(mail: RawEmail) -> bool:
    """Whether DMARC passed for the sender's own domain (relaxed alignment, RFC 7489 3.1)."""
    sender = registered_domain(mail.sender.domain)
    return (
        mail.auth.dmarc == "pass" and bool(sender) and sender == registered_domain(mail.auth.domain)
    )


def interview_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> Interview | None:
    """When and where: by invitation, else by our own parser, else as the model read it."""
    if answer.event_type is not EventType.INTERVIEW:
        return None
    ours = second.interview if second is not None else None
    found = ours or _invited(mail) or Interview()
    start, end = _utc(answer.start), _utc(answer.end)
    if found.start is None and start is not None:
        found = found.model_copy(
            update={"start": start, "end": end if end is not None and end > start else None}
        )
    if not found.place and answer.place:
        found = found.model_copy(update={"place": answer.place})
    return found if found != Interview() else None


def warnings_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> tuple[str, ...]:
    """Our own parser's warnings, and ours about what the model read."""
    warnings = list(second.warnings) if second is not None else []
    if answer.quote is not None and not answer.quote.spoken:
        warnings.append("The proof stands in a quoted or hidden part of the mail.")
    has_time = _utc(answer.start) or (second and second.interview and second.interview.start)
    if answer.start is not None and not has_time and _invited(mail) is None:
        said = f"{answer.start.local:%Y-%m-%d %H:%M}"
        warnings.append(f"The mail names {said} without a time zone: look it up in the mail.")
    return tuple(dict.fromkeys(warnings))[:MAX_WARNINGS]


def deadline_of(answer: CheckedAnswer, second: Classification | None) -> datetime | None:
    """Until when to act (UTC), where the mail said it with a zone or our parser knows."""
    return (second.deadline if second is not None else None) or _utc(answer.deadline)


def _utc(time: SaidTime | None) -> datetime | None:
    return time.utc if time is not None else None


def _invited(mail: RawEmail) -> Interview | None:
    event = next((event for event in mail.calendar if event.start is not None), None)
    return _as_interview(event) if event is not None else None


def _as_interview(event: CalendarEvent) -> Interview:
    return Interview(
        start=event.start,
        end=event.end,
        zone=event.zone,
        place=event.location,
        link=event.url,
        uid=event.uid,
        sequence=event.sequence,
        cancelled=event.cancelled,
    )
