"""Which company and which role a mail is about, from its sender, subject, text and invitation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from careerops.domain.career import MAX_COMPANY_CHARS
from careerops.domain.email import MarkKind, RawEmail
from careerops.mail.ats import ats_of
from careerops.mail.company_names import (
    agrees,
    company_domain,
    name_from_domain,
    squash,
    tidy_name,
)
from careerops.mail.company_patterns import BODY, CLIENT, LEGAL, ROLE_WORDS, SIGNED, STATED, SUBJECT
from careerops.mail.company_role import role_of
from careerops.mail.company_sender import Sign, from_sender, sent_for
from careerops.mail.company_spelling import written_like
from careerops.mail.spoken import is_forward, spoken_segments, unwrap

__all__ = ["CompanyGuess", "company_of", "role_of"]

_MADE = frozenset({"domain", "tenant", "organizer"})
_BODY_CHARS = 2500
_SUBJECT_CHARS = 300
_REPLY = re.compile(
    r"(?i)^\s*(?:(?:re|fwd?|aw|wg|tr|rv|enc|accepted|declined|updated"
    r"|cancel+ed|invitation|updated invitation|einladung)\s*:\s*)+"
)
_MEETING_TIME = re.compile(r"\s@ (?=[A-Z]\w{1,9}\.? \d|\d).*$")
"""What calendar programs put behind the title of an invitation."""
_NOT_IN_NAME = re.compile(
    r"(?i)\b(?:application|applying|interview|invitation|position|role|update|status|offer|re|fwd?"
    r"|wg|aw|tr|rv|assessment|challenge|reminder|confirmation|bewerbung|candidatura|candidature"
    r"|entrevista|entretien|einladung|convocatoria|your|next|steps?|job|thank|thanks|important"
    r"|action|required|newsletter|weekly|oferta|offre|angebot|vorstellungsgespräch|prueba|convite"
    r"|senior|junior|hiring|recruiting|recruitment|careers?|team|invitaci[oó]n|unsere?"
    r"|deine?|ihre?|votre|tu|su|please|rescheduled|canceled|cancelled|confirmed|accepted|updated"
    r"|coding|online|phone|technical|video|final|first|second|round)\b"
)

_LEADING = re.compile(r"^(?:The|Das|Your|Ihr|Dein|Votre|El|Equipo)\s")


@dataclass(frozen=True, slots=True)
class CompanyGuess:
    """The company behind a mail.

    Attributes:
        name: as a person would write it, without legal form; '' if unknown.
        domain: its registered domain; '' if unknown. Never a vendor's or a free-mail one.
        confidence: 0..1, how sure the name is.
        how: where the name was found (`display`, `domain`, `tenant`, `subject`, `body`,
            `organizer`, `link`), joined by `+` where several agree; '' if nowhere.
    """

    name: str = ""
    domain: str = ""
    confidence: float = 0.0
    how: str = ""


def company_of(mail: RawEmail) -> CompanyGuess:
    """The company `mail` is from or about, by the best supported of all signs.

    A sign that agrees with another (or with the sender's own domain) counts for more. Names of
    vendors, free-mail providers, weekdays and meeting tools are never taken.
    """
    forwarded = is_forward(mail)
    own = "" if forwarded else company_domain(mail.sender.domain)
    client = "" if forwarded else sent_for(mail.sender, own)
    own = "" if client else own
    domain = own or _organizer_domain(mail)
    found = [*_from_text(mail), *([] if forwarded else from_sender(mail.sender, own))]
    found.append(Sign(client, "display", 0.85))
    if domain:
        spelled = written_like(domain, _whole_text(mail))
        found.append(Sign(spelled, "subject" if spelled in mail.subject else "body", 0.8))
    if domain and not own:
        found.append(Sign(name_from_domain(domain), "organizer", 0.5))
    if not domain:
        found += _from_links(mail)
    found = [sign for sign in found if sign.name]
    if not found:
        return CompanyGuess(domain=domain)
    best = _written(max(found, key=lambda sign: _support(sign, found, domain)), found)
    allies = sorted({sign.how for sign in found if _same(sign.name, best.name)})
    return CompanyGuess(
        name=best.name[:MAX_COMPANY_CHARS],
        domain=domain or _linked_domain(mail, best.name),
        confidence=min(round(_support(best, found, domain), 2), 0.97),
        how="+".join(allies),
    )


def _written(best: Sign, found: list[Sign]) -> Sign:
    """`best` as a person wrote it, where it was only made of a domain or a tenant's name."""
    if best.how not in _MADE:
        return best
    same = (s for s in found if s.how not in _MADE and squash(s.name) == squash(best.name))
    return next(same, best)


def _from_links(mail: RawEmail) -> Iterator[Sign]:
    """The one company that the links of a vendor's mail lead to, if the mail names it."""
    domains = {company_domain(link.domain) for link in mail.links[:50]} - {""}
    if len(domains) == 1 and ats_of(mail.sender.domain):
        yield Sign(written_like(domains.pop(), _whole_text(mail)), "link", 0.6)


def _whole_text(mail: RawEmail) -> str:
    said = mail.text_without(MarkKind.QUOTED, MarkKind.HIDDEN)
    return f"{mail.subject[:_SUBJECT_CHARS]}\n{said[:_BODY_CHARS]}\n{said[_BODY_CHARS:][-500:]}"


def _support(sign: Sign, found: list[Sign], domain: str) -> float:
    allies = {other.how for other in found if _same(other.name, sign.name)} - {sign.how}
    agreement = 0.12 if domain and agrees(sign.name, domain) else 0.0
    return sign.weight + 0.08 * len(allies) + agreement


def _same(one: str, other: str) -> bool:
    first, second = squash(one), squash(other)
    return bool(first) and (first in second or second in first)


def _organizer_domain(mail: RawEmail) -> str:
    domains = (company_domain(event.organizer_domain) for event in mail.calendar)
    return next((domain for domain in domains if domain), "")


def _linked_domain(mail: RawEmail, name: str) -> str:
    for link in mail.links[:50]:
        domain = company_domain(link.domain)
        if domain and squash(domain.split(".")[0]) == squash(name):
            return domain
    return ""


def _from_text(mail: RawEmail) -> Iterator[Sign]:
    subject = _REPLY.sub("", mail.subject[:_SUBJECT_CHARS])
    subject = _MEETING_TIME.sub("", subject)
    text = unwrap("\n\n".join(spoken_segments(mail, _BODY_CHARS)))
    for pattern in STATED:
        for sign in _names(pattern, subject, "subject", 0.86):
            # Said twice, it outweighs even the name and domain of who sends it for the company.
            yield Sign(sign.name, sign.how, sign.weight + (0.3 if sign.name in text else 0.0))
    for pattern in SUBJECT:
        yield from _names(pattern, subject, "subject", 0.8)
    for pattern in CLIENT if ats_of(mail.sender.domain) else ():
        yield from _names(pattern, subject, "subject", 0.4)
    for pattern in BODY:
        yield from _names(pattern, text, "body", 0.62)
    yield from _names(SIGNED, text, "body", 0.66)
    yield from _names(LEGAL, text, "body", 0.6)


def _names(pattern: re.Pattern[str], text: str, how: str, weight: float) -> Iterator[Sign]:
    for count, match in enumerate(pattern.finditer(text)):
        if count == 3:  # noqa: PLR2004  # the first mentions decide; a list of names decides nothing
            return
        name = tidy_name(_LEADING.sub("", match["name"]))
        if name and not ROLE_WORDS.search(name) and not _NOT_IN_NAME.search(name):
            yield Sign(name, how, weight - 0.03 * count)
