"""Which company and which role a mail is about, from its sender, subject, text and invitation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from careerops.domain.career import MAX_COMPANY_CHARS
from careerops.domain.email import RawEmail
from careerops.mail.ats import Tenant, VendorKind, ats_of
from careerops.mail.company_names import (
    agrees,
    company_domain,
    name_from_domain,
    registered_domain,
    squash,
    tidy_name,
)
from careerops.mail.company_patterns import BODY, LEGAL, ROLE_WORDS, SIGNED, SUBJECT
from careerops.mail.company_role import role_of
from careerops.mail.spoken import is_forward, spoken_segments, unwrap

__all__ = ["CompanyGuess", "company_of", "role_of"]

_BODY_CHARS = 2500
_SUBJECT_CHARS = 300

_VIA = re.compile(r"(?i)\s+(?:via|über|por|par|through|durch)\s+\S.*$")
_PERSON_OF = re.compile(
    r"(?i)^.{1,60}?(?:\s(?:from|at|von|bei|de|chez|@)\s|\s?[@|/]\s?|\s\()(?P<n>.+)$"
)
_HIRING = re.compile(
    r"(?i)[\s\-|,·]*\b(?:careers?|recruit(?:ing|ment|er|ers)?|talent(?: acquisition)?|acquisition"
    r"|hiring|jobs?|hr|human resources|people(?: ops| operations| team)?|team|candidate (?:care"
    r"|experience)|no-?reply|do-?not-?reply|notifications?|karriere|bewerbung(?:en)?|personal"
    r"(?:abteilung)?|recrutement|équipe|ressources humaines|rrhh|rh|selección|empleo|equipo"
    r"|workflow|onboarding|university|campus|staffing|भर्ती|टीम)\b[\s\-|,·]*"
)
_NOT_IN_NAME = re.compile(
    r"(?i)\b(?:application|applying|interview|invitation|position|role|update|status|offer|re|fwd?"
    r"|wg|aw|tr|rv|assessment|challenge|reminder|confirmation|bewerbung|candidatura|candidature"
    r"|entrevista|entretien|einladung|convocatoria|your|next|steps?|job|thank|thanks|important"
    r"|action|required|newsletter|weekly|oferta|offre|angebot|vorstellungsgespräch|prueba|convite"
    r"|software|senior|junior|hiring|recruiting|recruitment|careers?|team|invitaci[oó]n|unsere?"
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
            `organizer`), joined by `+` where several agree; '' if nowhere.
    """

    name: str = ""
    domain: str = ""
    confidence: float = 0.0
    how: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    how: str
    weight: float


def company_of(mail: RawEmail) -> CompanyGuess:
    """The company `mail` is from or about, by the best supported of all signs.

    A sign that agrees with another (or with the sender's own domain) counts for more. Names of
    vendors, free-mail providers, weekdays and meeting tools are never taken.
    """
    forwarded = is_forward(mail)
    own = "" if forwarded else company_domain(mail.sender.domain)
    domain = own or _organizer_domain(mail)
    found = [*_from_text(mail), *([] if forwarded else _from_sender(mail, own))]
    if domain and not own:
        found.append(_Found(name_from_domain(domain), "organizer", 0.5))
    found = [sign for sign in found if sign.name]
    if not found:
        return CompanyGuess(domain=domain)
    best = max(found, key=lambda sign: _support(sign, found, domain))
    allies = sorted({sign.how for sign in found if _same(sign.name, best.name)})
    return CompanyGuess(
        name=best.name[:MAX_COMPANY_CHARS],
        domain=domain or _linked_domain(mail, best.name),
        confidence=min(round(_support(best, found, domain), 2), 0.97),
        how="+".join(allies),
    )


def _support(sign: _Found, found: list[_Found], domain: str) -> float:
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


def _from_sender(mail: RawEmail, own: str) -> Iterator[_Found]:
    yield from _from_display(mail.sender.name[:120], mail.sender.domain, own)
    if own:
        yield _Found(name_from_domain(own), "domain", 0.55)
        return
    tenant = _tenant(mail.sender.address, mail.sender.domain)
    if tenant:
        yield _Found(tidy_name(tenant.replace("-", " ").title()), "tenant", 0.6)


def _from_display(display: str, sender_domain: str, own: str) -> Iterator[_Found]:
    shown = _VIA.sub("", display).strip()
    person = _PERSON_OF.match(shown)
    if person:
        yield _Found(_company_words(person["n"]), "display", 0.78)
        return
    bare = _company_words(shown)
    vendor = ats_of(sender_domain)
    if (bare and bare != shown) or (bare and own and agrees(bare, own)):
        yield _Found(bare, "display", 0.8)
    elif bare and vendor and vendor.kind is VendorKind.ATS:
        yield _Found(bare, "display", 0.5)  # the company, or the person who recruits for it


def _company_words(text: str) -> str:
    return tidy_name(_HIRING.sub(" ", text))


def _tenant(address: str, domain: str) -> str:
    vendor = ats_of(domain)
    if vendor is None or vendor.tenant is Tenant.NOWHERE:
        return ""
    if vendor.tenant is Tenant.LOCAL_PART:
        return address.partition("@")[0].partition("+")[0]
    labels = domain.lower().removesuffix(registered_domain(domain)).strip(".").split(".")
    return labels[-1]


def _from_text(mail: RawEmail) -> Iterator[_Found]:
    subject = re.sub(r"(?i)^\s*(?:(?:re|fwd?|aw|wg|tr|rv|enc)\s*:\s*)+", "", mail.subject)
    for pattern in SUBJECT:
        yield from _names(pattern, subject[:_SUBJECT_CHARS], "subject", 0.8)
    text = unwrap("\n\n".join(spoken_segments(mail, _BODY_CHARS)))
    for pattern in BODY:
        yield from _names(pattern, text, "body", 0.62)
    yield from _names(SIGNED, text, "body", 0.66)
    yield from _names(LEGAL, text, "body", 0.6)


def _names(pattern: re.Pattern[str], text: str, how: str, weight: float) -> Iterator[_Found]:
    for count, match in enumerate(pattern.finditer(text)):
        if count == 3:  # noqa: PLR2004  # the first mentions decide; a list of names decides nothing
            return
        name = tidy_name(_LEADING.sub("", match["name"]))
        if name and not ROLE_WORDS.search(name) and not _NOT_IN_NAME.search(name):
            yield _Found(name, how, weight - 0.03 * count)
