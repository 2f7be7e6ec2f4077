"""Whether a model's label may stand unmarked, and what of its answer is taken over.

The rule: a label stands unmarked only if

- its evidence is what the sender says now, visibly (see `quote`),
- nothing in the mail has the form of text for programs (see `steering`), and our own parser found
  nothing suspicious,
- the local classifier, which obeys nobody, gives the same label; or it only guesses, and an
  independent signal supports the label,
- and the label is borne by the mail and not by one foreign passage of it (see `bearing`).

Otherwise it is marked for review. An independent signal is an applicant tracking system, a
scheduler or an invitation by .ics, from a sender whose DMARC is aligned, in a mail that shows its
reader all of its text. It decides between a label and a guess. It cannot outweigh a clear
contradiction: whoever has an account at such a vendor, or a calendar, has the signal too.

`OTHER` is told to nobody. Where the local classifier sees an event in a mail that has text for
programs in it, its label is taken instead, for review; elsewhere the contradicted `OTHER` is marked
and kept, for of the two the model is right more often.

Names, places and times are taken from the model only where they stand in what is said, and links
never: only our own parser's.
"""

from datetime import datetime
from typing import Final

from careerops.domain.career import Classification, Interview
from careerops.domain.email import CalendarEvent, MarkKind, RawEmail
from careerops.domain.plain import without_contacts
from careerops.domain.taxonomy import EventType
from careerops.llm.answer import CheckedAnswer, SaidTime
from careerops.llm.grounds import Said
from careerops.llm.steering import PROMPT_INJECTION, steers
from careerops.mail.ats import VendorKind, ats_of
from careerops.mail.company_names import registered_domain

CONTRADICTS_FROM: Final = 0.5
"""A local label of at least this probability that differs is a contradiction; below it, a guess."""
MAX_WARNINGS: Final = 8
OVERRULED: Final = "the language model saw no event in it, the rules did"

_VENDORS: Final = {
    EventType.APPLIED: {VendorKind.ATS},
    EventType.ASSESSMENT: {VendorKind.ATS, VendorKind.ASSESSMENT},
    EventType.INTERVIEW: {VendorKind.ATS, VendorKind.SCHEDULER},
    EventType.OFFER: {VendorKind.ATS},
    EventType.REJECTION: {VendorKind.ATS},
}
"""Whose mail supports which label. Job boards support none: most of their mail is advertising."""


def needs_review(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None, *, stray: bool = False
) -> bool:
    """Whether a person should look at `answer` before believing it.

    Args:
        mail: what it is about.
        answer: the model's.
        second: the local classifier's opinion; without one, only an independent signal counts.
        stray: whether what convinced the local classifier is foreign to the rest of the mail.
    """
    if (
        stray
        or (answer.quote is not None and not answer.quote.spoken)
        # Our parser found something suspicious: no label of it stands unmarked.
        or (second is not None and second.review and second.warnings)
        or (answer.event_type.is_career and steers(mail))
    ):
        return True
    if second is not None and second.event_type is answer.event_type:
        return False
    if second is not None and second.confidence >= CONTRADICTS_FROM:
        return True
    return not is_supported(mail, answer.event_type)


def is_overruled(mail: RawEmail, answer: CheckedAnswer, second: Classification | None) -> bool:
    """Whether the local classifier's event is taken, for review, where the model saw none."""
    return (
        answer.event_type is EventType.OTHER
        and second is not None
        and second.event_type.is_career
        and second.confidence >= CONTRADICTS_FROM
        and steers(mail)
    )


def is_supported(mail: RawEmail, event_type: EventType) -> bool:
    """Whether something that no text of the mail can forge speaks for `event_type`."""
    if not is_authentic(mail) or _holds_more(mail):
        return False
    if event_type is EventType.INTERVIEW and _is_invited_by_sender(mail):
        return True
    vendor = ats_of(mail.sender.domain)
    return vendor is not None and vendor.kind in _VENDORS.get(event_type, set())


def is_authentic(mail: RawEmail) -> bool:
    """Whether DMARC passed for the sender's own domain (relaxed alignment, RFC 7489 3.1)."""
    sender = registered_domain(mail.sender.domain)
    return (
        mail.auth.dmarc == "pass" and bool(sender) and sender == registered_domain(mail.auth.domain)
    )


def names_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> tuple[str, str]:
    """Company and role: the model's where they stand in what is said, else the local ones."""
    said = Said.of(mail)
    company = answer.company if said.has_words(answer.company) else ""
    role = answer.role if said.has_words(answer.role) else ""
    agreed = second is not None and second.event_type is answer.event_type
    if second is not None and agreed:
        company, role = company or second.company, role or second.role
    return without_contacts(company).strip(), without_contacts(role).strip()


def interview_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> Interview | None:
    """When and where: by invitation, else by our own parser, else as the model read it.

    The model's time and place are taken only where they stand in what is said.
    """
    if answer.event_type is not EventType.INTERVIEW:
        return None
    said = Said.of(mail)
    ours = second.interview if second is not None else None
    found = ours or _invited(mail) or Interview()
    start, end = _utc(answer.start, said), _utc(answer.end, said)
    if found.start is None and start is not None:
        found = found.model_copy(
            update={"start": start, "end": end if end is not None and end > start else None}
        )
    place = found.place or (answer.place if said.has_words(answer.place) else "")
    found = found.model_copy(update={"place": without_contacts(place).strip()})
    return found if found != Interview() else None


def warnings_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> tuple[str, ...]:
    """Our own parser's warnings, and ours about what the model read."""
    warnings = list(second.warnings) if second is not None else []
    if is_overruled(mail, answer, second):
        warnings.append(OVERRULED)
    if steers(mail):
        warnings.append(PROMPT_INJECTION)
    if answer.quote is not None and not answer.quote.spoken:
        warnings.append("The proof stands in a quoted or hidden part of the mail.")
    if (unplaced := _unplaced(mail, answer, second)) is not None:
        warnings.append(
            f"The mail names {unplaced:%Y-%m-%d %H:%M} without a time zone: look it up in the mail."
        )
    return tuple(dict.fromkeys(warnings))[:MAX_WARNINGS]


def deadline_of(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> datetime | None:
    """Until when to act (UTC), where the mail said it with a zone or our parser knows."""
    ours = second.deadline if second is not None else None
    return ours or _utc(answer.deadline, Said.of(mail))


def _utc(time: SaidTime | None, said: Said) -> datetime | None:
    return time.utc if time is not None and said.has_time(time) else None


def _unplaced(
    mail: RawEmail, answer: CheckedAnswer, second: Classification | None
) -> datetime | None:
    """The time that the mail says without a zone, if nobody knows the interview's."""
    start = answer.start
    known = (second and second.interview and second.interview.start) or _invited(mail)
    if known or start is None or start.utc or not Said.of(mail).has_time(start):
        return None
    return start.local


def _holds_more(mail: RawEmail) -> bool:
    """Whether there is text that the sender does not say visibly now."""
    silent = {MarkKind.HIDDEN, MarkKind.QUOTED}
    return any(mark.kind in silent and mark.end > mark.start for mark in mail.marks)


def _is_invited_by_sender(mail: RawEmail) -> bool:
    sender = registered_domain(mail.sender.domain)
    return any(
        event.start is not None and registered_domain(event.organizer_domain) == sender
        for event in mail.calendar
    )


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
