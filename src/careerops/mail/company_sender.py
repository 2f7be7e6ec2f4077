"""The company by the sender of a mail: display name, domain, a vendor's tenant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from careerops.domain.email import Sender
from careerops.mail.ats import Tenant, VendorKind, ats_of
from careerops.mail.company_names import (
    agrees,
    is_vendor,
    name_from_domain,
    registered_domain,
    squash,
    tidy_name,
)

_MAX_DISPLAY_CHARS = 120
_VIA = re.compile(r"(?i)\s+(?:via|über|por|par|through|durch)\s+(?P<tool>\S.*)$")
_PERSON_OF = re.compile(
    r"(?i)^(?P<left>.{1,60}?)(?:\s(?:from|at|von|bei|de|chez|@)\s|\s?[@|/]\s?|\s\()(?P<n>.+)$"
)
_ADDRESS = re.compile(r"\S+@\S+")
_ROLE_ADDRESS = re.compile(
    r"(?i)(?:no-?reply|do-?not-?reply|jobs?|hr|hiring|careers?|recruit|talent|people|team|info"
    r"|hello|hola|contact|kontakt|mail|office|apply|application|bewerbung|personal|karriere|empleo"
    r"|rrhh|seleccion|rh\b|recrutement|candidat|vacanc|notification|interview|invit|onboarding)"
)
_HIRING = re.compile(
    r"(?i)[\s\-|,·]*\b(?:careers?|recruit(?:ing|ment|er|ers)?|talent(?: acquisition)?|acquisition"
    r"|hiring|jobs?|hr|human resources|people(?: ops| operations| team)?|team|candidate (?:care"
    r"|experience)|no-?reply|do-?not-?reply|notifications?|department|dept|portal|karriere"
    r"|bewerbung(?:en)?|personal(?:abteilung)?|abteilung|recrutement|équipe|ressources humaines"
    r"|rrhh|rh|selección|empleo|equipo|workflow|onboarding|university|campus|staffing"
    r"|office|scheduling|interviews?|applications?|भर्ती|टीम|एचआर)(?=\W|$)[\s\-|,·]*"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A name found, where (see `CompanyGuess.how`), and how much that place is worth, 0..1."""

    name: str
    how: str
    weight: float


def sent_for(sender: Sender, own: str) -> str:
    """Whom a tool's mail was sent for (`Acme via Toolname`, from the tool's domain), else ''.

    Args:
        sender: of the mail.
        own: the sender's registered domain.
    """
    via = _VIA.search(sender.name[:_MAX_DISPLAY_CHARS])
    if via is None or not (own and agrees(via["tool"], own)):
        return ""
    return "" if _is_office(via["tool"]) else tidy_name(sender.name[: via.start()])


def from_sender(sender: Sender, own: str) -> Iterator[Sign]:
    """Every name that the sender's display name and address give.

    Args:
        sender: of the mail.
        own: its registered domain if that can be a company's, else ''.
    """
    yield from _from_display(sender, own)
    if own:
        yield Sign(name_from_domain(own), "domain", 0.55)
        return
    tenant = _tenant(sender.address, sender.domain)
    if tenant:
        yield Sign(tidy_name(tenant.replace("-", " ").title()), "tenant", 0.6)


def _from_display(sender: Sender, own: str) -> Iterator[Sign]:
    shown = _VIA.sub("", sender.name[:_MAX_DISPLAY_CHARS]).strip()
    if _ADDRESS.fullmatch(shown):
        return
    tool = _VIA.search(sender.name[:_MAX_DISPLAY_CHARS])
    if tool and _is_office(tool["tool"]):
        yield Sign(_company_words(tool["tool"]), "display", 0.8)
        return
    person = _PERSON_OF.match(shown)
    if person and not _begins_like(shown, own):
        side = "left" if is_vendor(person["n"].strip(" )")) else "n"
        yield Sign(_company_words(person[side]), "display", 0.78)
        return
    bare = _company_words(shown)
    vendor = ats_of(sender.domain)
    office = _ROLE_ADDRESS.match(sender.address) is not None
    if (bare and bare != shown) or (bare and own and agrees(bare, own)):
        yield Sign(bare, "display", 0.8)
    elif bare and office and (own or vendor):
        yield Sign(bare, "display", 0.7)
    elif bare and vendor and vendor.kind is VendorKind.ATS:
        yield Sign(bare, "display", 0.5)  # the company, or the person who recruits for it


def _is_office(name: str) -> bool:
    """Whether `name` is a company's department, as in "Jane Doe via Acme Recruiting"."""
    return _company_words(name) != tidy_name(name)


def _begins_like(shown: str, own: str) -> bool:
    """Whether the whole of `CH de Vernay` is the name behind chvernay.example."""
    label = own.split(".", maxsplit=1)[0]
    plain = squash("".join(word for word in shown.split() if word.casefold() != "de"))
    return bool(label) and plain.startswith(squash(label))


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
