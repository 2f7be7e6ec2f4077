"""Names and domains of companies: what is one, what never is, and how they agree."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from careerops.mail.ats import VENDOR_NAMES, ats_of

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_FREE_MAIL_TEXT = """
gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.uk
yahoo.co.in ymail.com rocketmail.com outlook.com outlook.de outlook.fr outlook.es
hotmail.com hotmail.de hotmail.fr hotmail.es hotmail.it hotmail.co.uk live.com live.fr
live.de msn.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch gmx.com
web.de t-online.de freenet.de mail.com proton.me protonmail.com pm.me tutanota.com tuta.io
fastmail.com hey.com zoho.com zohomail.in rediffmail.com yandex.com yandex.ru mail.ru qq.com
163.com orange.fr free.fr laposte.net wanadoo.fr sfr.fr libero.it virgilio.it ziggo.nl
terra.com.br uol.com.br bol.com.br posteo.de mailbox.org
"""
FREE_MAIL = frozenset(_FREE_MAIL_TEXT.split())
"""Mail providers for everyone: such a domain says nothing about a company."""

_NEVER_COMPANIES_TEXT = """\
google meet|zoom|microsoft teams|teams|google calendar|calendly|outlook|monday|tuesday|
wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|
september|october|november|december|montag|dienstag|mittwoch|donnerstag|freitag|team|us|you|
this|the|our|your|we|i|hr|human resources|recruiting|talent|careers|jobs|hiring|interview|
application|position|role|dear|hello|hi|thank|thanks|hallo|hola|bonjour|estimado|chers|phone|
video|whatsapp|skype|remote|online|berlin|london|paris|madrid|munich|new delhi|mumbai|
no reply|noreply|notifications|notification|info|support|mail|admin|contact|hello team|
google|microsoft|gmail|india|germany|spain|france|europe|present|home|work|once|all|any|
donotreply|do not reply|system|workflow|people|bewerbung|bewerbungen|karriere|jobalert|
job alert|job alerts|unsere|unserem|unserer|uns|ihnen|dir|das|der|die|nous|vous|nosotros"""
_NEVER_COMPANIES = frozenset(_NEVER_COMPANIES_TEXT.replace("\n", "").split("|"))

_LEGAL = re.compile(
    r"[,\s]+(?:gmbh(?:\s*&\s*co\.?\s*kg)?|ag|se|kg|ug|e\.?\s?v\.?|inc|llc|llp|ltd|limited|plc"
    r"|corp(?:oration)?|pvt\.?(?:\s*ltd)?|private limited|s\.?\s?l\.?(?:u\.?)?|s\.?\s?a\.?(?:s\.?)?"
    r"|s\.?a\.?r\.?l\.?|s\.?\s?r\.?\s?l\.?|s\.?p\.?a\.?|b\.?v\.?|n\.?v\.?)\.?$",
    re.IGNORECASE,
)
_TRIM = " \t\r\n.,;:!?'\"()[]{}<>|-–—*_/\\„“”‘’«»"  # noqa: RUF001  # quotation marks and dashes as mails set them
_CONTROL_OR_URL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]|https?:|www\.|@")
_MIN_NAME, _MAX_NAME = 2, 60
_MAX_WORDS = 6


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415  # 0.1 s to load: only when used

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registered_domain(domain: str) -> str:
    """The registered domain of a host name, lower case; '' if it has none.

    By the Public Suffix List (publicsuffix.org), whose bundled snapshot is read once.
    """
    host = domain.lower().strip().rstrip(".")[:253]
    return _suffixes().privatesuffix(host) or ""


def company_domain(domain: str) -> str:
    """`domain` as a company's registered domain; '' for vendors' and free-mail domains."""
    registered = registered_domain(domain)
    if not registered or registered in FREE_MAIL or ats_of(domain):
        return ""
    return registered


def squash(text: str) -> str:
    """Letters and digits only, without accents and case: how names and domains compare."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def tidy_name(raw: str) -> str:
    """`raw` as a company name without legal form and ornament; '' if it cannot be one."""
    return _if_name(_LEGAL.sub("", " ".join(raw.split()).strip(_TRIM)).strip(_TRIM))


def _if_name(name: str) -> str:
    if _CONTROL_OR_URL.search(name) or len(name.split()) > _MAX_WORDS:
        return ""
    if not _MIN_NAME <= len(name) <= _MAX_NAME or not any(char.isalpha() for char in name):
        return ""
    return "" if is_never_company(name) else name


def is_never_company(name: str) -> bool:
    """Whether `name` is a vendor's, a weekday's, a tool's or another word that is no company."""
    low = name.casefold()
    return low in _NEVER_COMPANIES or low in VENDOR_NAMES


def agrees(name: str, domain: str) -> bool:
    """Whether a name and a registered domain speak of one company (`Acme Labs`, acme.example)."""
    label, flat = squash(domain.split(".", maxsplit=1)[0]), squash(name)
    if not label or not flat:
        return False
    initials = squash("".join(word[0] for word in name.split()))
    return label in flat or flat in label or (len(initials) > _MIN_NAME and label == initials)


def name_from_domain(domain: str) -> str:
    """A readable name made of a registered domain (`big-corp.example` -> `Big Corp`)."""
    words = domain.split(".", maxsplit=1)[0].replace("_", "-").split("-")
    if words[0] == "xn":
        return ""
    return _if_name(" ".join(word.capitalize() for word in words if word))
