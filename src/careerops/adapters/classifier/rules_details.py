"""What a classification says besides its type: interview, deadline, warnings, summary."""

import re
from dataclasses import dataclass, field
from datetime import UTC
from zoneinfo import ZoneInfo

from careerops.adapters.classifier.rules_decide import Decision
from careerops.adapters.classifier.rules_text import Sentence
from careerops.domain.career import MAX_COMPANY_CHARS, MAX_ROLE_CHARS, MAX_SUMMARY_CHARS, Interview
from careerops.domain.email import CalendarEvent, RawEmail
from careerops.domain.taxonomy import EventType
from careerops.domain.times import in_zone
from careerops.mail.ats import MEETING_DOMAINS, ats_of
from careerops.mail.company_names import FREE_MAIL, agrees, registered_domain
from careerops.mail.dates_text import Moment, Reading, one_moment
from careerops.mail.spoken import is_forward

SCAM_SUSPECTED = "scam_suspected"
SENDER_UNAUTHENTICATED = "sender_unauthenticated"
LINK_DOMAIN_MISMATCH = "link_domain_mismatch"
FREE_MAIL_SENDER = "free_mail_sender"
MIXED_MESSAGE = "rejection_with_invitation"
PROMPT_INJECTION = "prompt_injection"

_SCAM_POINTS = 5.0
_FREE_MAIL_POINTS = 2.5
_MAX_PLACE_CHARS = 200
_MAX_LINK_CHARS = 2000
_MAX_TIMED_SENTENCES = 40
_SENT = re.compile(r"(?i)[>\s]{0,6}(?:date|sent|datum|gesendet|fecha|enviado|envoyé|दिनांक)\s?:")
"""Begins the line of a forwarded header that tells when the mail was sent: no interview's time."""
_ACTIONS = frozenset({EventType.OFFER, EventType.INTERVIEW, EventType.ASSESSMENT})
_HARMLESS_LINKS_TEXT = """
facebook.com twitter.com x.com instagram.com youtube.com github.com goo.gl dropbox.com
docusign.net docusign.com adobesign.com hellosign.com typeform.com notion.site apple.com
sendgrid.net mailgun.org amazonses.com mandrillapp.com list-manage.com hubspotlinks.com
kununu.com
"""
_HARMLESS_LINKS = frozenset(_HARMLESS_LINKS_TEXT.split())


def the_invitation(mail: RawEmail) -> CalendarEvent | None:
    """The calendar event that counts: of the highest sequence, the last one sent of equals."""
    return max(mail.calendar, key=lambda event: event.sequence, default=None)


def interview_of(
    mail: RawEmail, sentences: list[Sentence], decision: Decision, reading: Reading
) -> tuple[Interview | None, Moment | None]:
    """The interview's data, and the moment its text names even where no zone makes it an instant.

    The invitation attached wins over the text; the text counts only when it names one time.
    """
    cancelled = decision.scores.get("CANCEL", 0.0) > 0
    event = the_invitation(mail)
    if event is not None:
        return _invited(event, mail, cancelled=cancelled), None
    said = [sentence.text for sentence in sentences[:_MAX_TIMED_SENTENCES]]
    if is_forward(mail):
        said = [sentence for sentence in said if not _SENT.match(sentence)]
    text = "\n".join(said)
    moment = one_moment(text, reading)
    interview = Interview(
        start=moment.start() if moment else None,
        end=moment.end() if moment else None,
        zone=moment.zone_name if moment else "",
        link=_meeting_link(mail),
        cancelled=cancelled,
    )
    return (interview if interview != Interview() else None), moment


def _invited(event: CalendarEvent, mail: RawEmail, *, cancelled: bool) -> Interview:
    return Interview(
        start=event.start,
        end=event.end,
        zone=event.zone,
        place=_printable(event.location)[:_MAX_PLACE_CHARS],
        link=(event.url or _meeting_link(mail))[:_MAX_LINK_CHARS],
        uid=event.uid,
        sequence=event.sequence,
        cancelled=event.cancelled or cancelled,
    )


def _meeting_link(mail: RawEmail) -> str:
    """The one meeting or scheduling link of the mail, '' if there is none or a choice."""
    found = {link.url for link in mail.links if _is_meeting(link.domain, link.url)}
    only = found.pop() if len(found) == 1 else ""
    return only if len(only) <= _MAX_LINK_CHARS else ""


def _is_meeting(domain: str, url: str) -> bool:
    if domain == "google.com":
        return "meet.google.com/" in url
    vendor = ats_of(domain)
    return domain in MEETING_DOMAINS or (vendor is not None and vendor.kind.value == "scheduler")


@dataclass(slots=True)
class Suspicion:
    """Warnings, and whether a person should look."""

    warnings: list[str] = field(default_factory=list)
    review: bool = False

    def warn(self, warning: str, *, review: bool = True) -> None:
        """Add a warning."""
        self.warnings.append(warning)
        self.review = self.review or review


def suspicion_of(mail: RawEmail, decision: Decision, company: str) -> Suspicion:
    """What is wrong with the mail, if it were acted upon."""
    found = Suspicion()
    career = decision.event_type.is_career
    if mail.auth.failed:
        found.warn(SENDER_UNAUTHENTICATED, review=career)
    if decision.scores.get("INJECT"):
        found.warn(PROMPT_INJECTION)
    if decision.mixed:
        found.warn(MIXED_MESSAGE)
    action = decision.event_type in _ACTIONS
    free = registered_domain(mail.sender.domain) in FREE_MAIL and not is_forward(mail)
    points = decision.scores.get("SCAM", 0.0) + (_FREE_MAIL_POINTS if free and action else 0.0)
    if points >= _SCAM_POINTS and (career or decision.scores.get("JOB", 0.0) > 1):
        found.warn(SCAM_SUSPECTED)
    if free and action:
        found.warn(FREE_MAIL_SENDER, review=decision.event_type is EventType.OFFER)
    if action and _strange_links(mail, company):
        found.warn(LINK_DOMAIN_MISMATCH)
    return found


def _strange_links(mail: RawEmail, company: str) -> bool:
    """Whether the mail has links, and none leads to the sender, a vendor or a common tool.

    A vendor's mail may lead to the company it is sent for.
    """
    client = company if ats_of(mail.sender.domain) else ""
    if not mail.links or is_forward(mail):
        return False
    home = {registered_domain(mail.sender.domain), registered_domain(mail.auth.domain)}
    known = home | MEETING_DOMAINS | _HARMLESS_LINKS
    return not any(
        link.domain in known or ats_of(link.domain) or agrees(client, link.domain)
        for link in mail.links[:100]
    )


_SAY = {
    EventType.APPLIED: "Application received",
    EventType.ASSESSMENT: "Assessment to complete",
    EventType.INTERVIEW: "Interview",
    EventType.OFFER: "Job offer",
    EventType.REJECTION: "Application declined",
    EventType.OTHER: "Not about an application of yours",
}


def summary_of(
    decision: Decision, company: str, role: str, interview: Interview | None, moment: Moment | None
) -> str:
    """One sentence of fact in our own words."""
    said = _SAY[decision.event_type]
    if decision.event_type is EventType.OTHER:
        return f"{said}."
    if interview and interview.cancelled:
        said = "Interview cancelled"
    elif decision.mixed:
        said = "Application declined, but an interview for another role offered"
    parts = [said, f"at {company}" if company else "", f"for {role}" if role else ""]
    parts.append(_when(interview, moment) if decision.event_type is EventType.INTERVIEW else "")
    return _printable(" ".join(part for part in parts if part))[: MAX_SUMMARY_CHARS - 1] + "."


def _when(interview: Interview | None, moment: Moment | None) -> str:
    if interview and interview.start:
        zone = ZoneInfo(interview.zone) if _is_zone(interview.zone) else UTC
        local = in_zone(interview.start, zone)
        shown = "UTC" if local.tzinfo is UTC else interview.zone
        return f"on {local:%a %d %b %Y at %H:%M} ({shown})"
    if moment and moment.at:
        return f"on {moment.day:%a %d %b %Y} at {moment.at:%H:%M} (no time zone given)"
    return ""


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (KeyError, OSError, ValueError):  # a zone name out of a hostile .ics
        return False


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short(company: str, role: str) -> tuple[str, str]:
    """Company and role, printable and within the bounds of a classification."""
    return _printable(company)[:MAX_COMPANY_CHARS], _printable(role)[:MAX_ROLE_CHARS]
