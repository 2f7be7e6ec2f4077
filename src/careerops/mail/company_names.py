"""Names and domains of companies: what is one, what never is, and how they agree."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from careerops.mail.ats import VENDOR_NAMES, ats_of
from careerops.mail.dates_words import MONTHS, WEEKDAYS
from careerops.mail.folding import fold

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
docusign|adobe sign|acrobat sign|dropbox sign|hellosign|pandadoc|
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

SIGNING = frozenset(
    {"docusign.net", "docusign.com", "adobesign.com", "hellosign.com", "pandadoc.com"}
)
_GENERIC_TEXT = """
application applications applicant interview interviews invitation position role job jobs career
careers hiring recruiting recruitment talent people team hr human resources department status update
offer assessment test challenge confirmation reminder next step steps round stage notification
candidate portal account support service customer newsletter info news alert message reply vacancy
panel schedule scheduling calendar event meeting call chat screen phone video onsite technical
coding auto automatic automatische antwort automatique automática
online final first second third new your our my the intro introduction welcome congratulations good
bewerbung bewerbungen vorstellung termin stelle stellenangebot absage zusage rückmeldung anfrage
nachricht karriere personal abteilung personalabteilung ihre ihr deine dein unsere gespräch runde
candidatura solicitud proceso selección entrevista convocatoria oferta puesto vacante empleo prueba
respuesta resultado recursos humanos equipo tu su siguiente paso candidature entretien offre poste
convocation réponse votre recrutement rappel confirmation équipe ressources humaines suite test
software office desk unit centre center discussion conversation
interaction visit invite round runde document agreement reset sign submitted received sent re
studio request unread summary order termin terminverschiebung anfrage
आवेदन साक्षात्कार भर्ती परिणाम इंटरव्यू टीम एचआर aapka aapki
"""
_GENERIC = frozenset(_GENERIC_TEXT.split())
_GENERIC_ENDING = re.compile(r"(?:bestätigung|einladung|bewerbung|gespräch|termin|erinnerung)$")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_REFERENCE = re.compile(r"[a-z]{0,5}[-/#. ]?\d[\d/.-]*")
_FILLERS_TEXT = "and of for the a an to in on at und der die das für de la el los et le & y"
_FILLERS = frozenset(_FILLERS_TEXT.split())
_WORDS = re.compile(r"[^\W_]+(?:[\u0900-\u097f]+)?")

_LEGAL = re.compile(
    r"[,\s]+(?:gmbh(?:\s*&\s*co\.?\s*kg)?|oy|aps|ag|se|kg|ug|e\.?\s?v\.?|inc|llc|llp|ltd|limited|plc"
    r"|corp(?:oration)?|pvt\.?(?:\s*ltd)?|private limited|s\.?\s?l\.?(?:u\.?)?|s\.?\s?a\.?(?:s\.?)?"
    r"|s\.?a\.?r\.?l\.?|s\.?\s?r\.?\s?l\.?|s\.?p\.?a\.?|b\.?v\.?|n\.?v\.?)\.?$",
    re.IGNORECASE,
)
_TRIM = " \t\r\n.,;:!?'\"()[]{}<>|-–—*_/\\„“”‘’«»"  # noqa: RUF001  # quotation marks and dashes as mails set them
_CONTROL_OR_URL = re.compile(
    r"[\[\]{}<>|=]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]|https?:|www\.|@"
)
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
    """`domain` as a company's registered domain; '' for vendors', tools' and free-mail domains."""
    registered = registered_domain(domain)
    if not registered or registered in FREE_MAIL | SIGNING or ats_of(domain):
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


def is_vendor(name: str) -> bool:
    """Whether `name` is a vendor's: its name, its domain or one of its host names."""
    low = name.casefold()
    return low in VENDOR_NAMES or ats_of(low) is not None or ats_of(f"{low}.com") is not None


def is_never_company(name: str) -> bool:
    """Whether `name` is a vendor's, a date, a tool's or made of words that name no company."""
    low = name.casefold()
    if low in _NEVER_COMPANIES or is_vendor(low) or _is_date(low) or _REFERENCE.fullmatch(low):
        return True
    plain = [word for word in _WORDS.findall(low) if word not in _FILLERS]
    return all(word in _GENERIC or _GENERIC_ENDING.search(word) for word in plain)


def _is_date(low: str) -> bool:
    words = _WORDS.findall(fold(low))
    named = any(word in MONTHS or word in WEEKDAYS for word in words)
    return named and (len(words) == 1 or any(word.isdigit() for word in words))


def agrees(name: str, domain: str) -> bool:
    """Whether a name and a registered domain speak of one company (`Acme Labs`, acme.example)."""
    label = squash(domain.split(".", maxsplit=1)[0])
    if not label or not squash(name):
        return False
    initials = squash("".join(word[0] for word in name.split()))
    if len(initials) > _MIN_NAME and label == initials:
        return True
    return any(label in flat or flat in label for flat in _flat_spellings(name))


def _flat_spellings(name: str) -> set[str]:
    """`name` squashed as it is, with German umlauts as two letters, and without small words."""
    plain = " ".join(word for word in name.split() if word.casefold() not in _FILLERS)
    german = name.casefold().translate(_UMLAUTS)
    return {squash(form) for form in (name, german, plain)} - {""}


def name_from_domain(domain: str) -> str:
    """A readable name made of a registered domain (`big-corp.example` -> `Big Corp`)."""
    words = domain.split(".", maxsplit=1)[0].replace("_", "-").split("-")
    if words[0] == "xn":
        return ""
    return _if_name(" ".join(word.capitalize() for word in words if word))
