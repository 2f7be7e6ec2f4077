"""The floor of research: what the mail itself tells. Offline, immediate, never fails."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from careerops.adapters.researcher.hints import hints
from careerops.domain.career import CareerEvent
from careerops.domain.notification import Briefing
from careerops.domain.plain import plain_line
from careerops.domain.taxonomy import EventType
from careerops.mail.ats import MEETING_DOMAINS, ats_of
from careerops.mail.company_names import company_domain, registered_domain, squash
from careerops.ops.context import PartContext

_MACHINE = re.compile(
    r"no.?reply|do.?not.?reply|notif|career|recruit|talent|jobs?\b|hiring|team|bewerb|karriere"
    r"|recrut|empleo|\bhr\b|info|support|mailer|system|\bvia\b|@",
    re.IGNORECASE,
)
_LINKS_READ: Final = 50
_SOURCES: Final = 3
_SUMMARY_CHARS: Final = 400
_LONGEST: Final = timedelta(hours=12)
"""What is longer is a day, or a slip: no number of minutes helps to prepare."""
_NAME_WORDS: Final = range(2, 5)
_NO_TIME_HINT: Final = {EventType.INTERVIEW: "No time was found in the mail: look it up there"}


class MailOptions(BaseModel):
    """`[[researcher]] kind = "mail"`: nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MailResearcher:
    """A `Researcher` that reads nothing but the event."""

    Options = MailOptions

    def __init__(self, options: MailOptions, context: PartContext) -> None:
        """Need nothing."""
        del options
        self._name = context.name or "mail"

    @property
    def name(self) -> str:
        """The part's name, by default its kind."""
        return self._name

    def egress(self) -> str:
        """Nothing leaves the machine."""
        return ""

    async def check(self) -> str:
        """It always works."""
        return f"{self._name}: works offline"

    async def research(self, event: CareerEvent) -> Briefing:
        """Company, how the mail was sent, who wrote it, and what to prepare."""
        logistics = tuple(_logistics(event))
        return Briefing(
            summary=plain_line(" ".join(_about(event)), _SUMMARY_CHARS),
            people=tuple(_people(event)),
            preparation=(*logistics, *hints(event.event_type, event.language)),
            sources=tuple(dict.fromkeys(_sources(event)))[:_SOURCES],
        )

    async def close(self) -> None:
        """Hold nothing."""


def _about(event: CareerEvent) -> Iterator[str]:
    domain = company_domain(event.sender.domain) or _linked(event)
    if event.company and domain:
        yield f"{event.company} ({domain})."
    elif event.company or domain:
        yield f"{event.company or domain}."
    vendor = ats_of(event.sender.domain)
    if vendor is not None:
        yield f"Sent through {vendor.name}."
    if event.auth.dmarc == "fail":
        yield "The sender's domain could not be verified."


def _linked(event: CareerEvent) -> str:
    """A linked domain that is the company's by its name."""
    wanted = squash(event.company)
    for link in event.links[:_LINKS_READ]:
        domain = company_domain(link.domain)
        if domain and wanted and squash(domain.split(".")[0]) == wanted:
            return domain
    return ""


def _people(event: CareerEvent) -> Iterator[str]:
    """The sender, where the name is a person's: two to four words and none of a department."""
    name = plain_line(re.split(r"\s+(?:via|from|at|von|bei|de)\s+|[|(,]", event.sender.name)[0], 80)
    company = squash(event.company)
    looks_human = len(name.split()) in _NAME_WORDS and not _MACHINE.search(name)
    if looks_human and not (company and company in squash(name)):
        yield name


def _logistics(event: CareerEvent) -> Iterator[str]:
    interview = event.interview
    if interview is None or interview.start is None:
        if event.event_type in _NO_TIME_HINT:
            yield _NO_TIME_HINT[event.event_type]
        return
    length = (interview.end or interview.start) - interview.start
    if timedelta(0) < length <= _LONGEST:
        yield f"{int(length.total_seconds() // 60)} minutes are planned"
    meeting = registered_domain(interview.link.partition("://")[2].partition("/")[0])
    if meeting in MEETING_DOMAINS:
        yield f"By video: try {meeting} beforehand"


def _sources(event: CareerEvent) -> Iterator[str]:
    yield "the mail"
    for link in event.links[:_LINKS_READ]:
        domain = company_domain(link.domain)
        if domain and domain not in MEETING_DOMAINS:
            yield domain
