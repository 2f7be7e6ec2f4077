"""Which role a mail is about."""

import re

from careerops.domain.career import MAX_ROLE_CHARS
from careerops.domain.email import RawEmail
from careerops.mail.company_patterns import ROLE_WORDS
from careerops.mail.spoken import spoken_segments, unwrap

_BODY_CHARS = 2500
_SUBJECT_CHARS = 300
_MAX_WORDS = 9

_TEXT = r"(?P<role>[^\W_][^\n.,;:!?\"|<>„“”«»]{1,80}?)"
_END = (
    r"(?=\s(?:position|role|job|opening|opportunity|vacancy|internship program|at|with|has|have"
    r"|was|is|in our|in the|on|and we|and have|and will|and are|team|bei|in|im|zu|zum|zur|an|ab"
    r"|ist|wurde|und|haben"
    r"|erhalten|en|con|ha|hemos|y|chez|au sein|a bien|a été|et|dans|na|no|em|e|presso|bij"
    r"|by|from|for|via|to|received|की|के|पद|में|ke|ki|mein)\b|\s?[.,;:!?\"|<>„“”«»\n–—]"  # noqa: RUF001  # dashes as mails set them
    r"|\s[-(]|\)|$)"
)


def _strict(*openings: str) -> tuple[re.Pattern[str], ...]:
    quote = r"[\"'„“«]?"
    return tuple(re.compile(rf"(?i)\b(?:{opening})\s{quote}{_TEXT}{_END}") for opening in openings)


STRICT = _strict(
    r"(?:position|role|post|job|opening|vacancy|title) (?:of|as)(?: an?| the| our)?",
    r"(?:stelle|position|praktikum|rolle) (?:als|des|der|eines|einer)(?: eine?)?",
    r"bewerbung (?:als|um die (?:stelle|position)(?: als)?|für die (?:stelle|position)(?: als)?)",
    r"für die (?:position|stelle|rolle)(?: als)?",
    r"(?:puesto|posición|vacante|cargo|plaza|vaga|rol) (?:de|para|del)",
    r"(?:poste|offre|emploi) (?:de|d'|d’|du)",  # noqa: RUF001  # the apostrophe mails set
    r"(?:posizione|ruolo) di|(?:functie|vacature) (?:van|als|voor)",
)
"""What stands after these words is a role whatever it is called."""

LOOSE = _strict(
    r"(?:for|as|to)(?: the| our| an?)?(?: position of| role of)?",
    r"(?:application|interview|offer|invitation|applied|applying|bewerbung|gespräch|interview"
    r"|candidatura|candidature|entrevista|entretien|sollicitatie)"
    r" ?(?:for|-|:|als|para|al|pour|per|voor|ao)?(?: the| our| puesto de| poste de)?",
    r"(?:para|como|pour|comme|als|für|per|voor|aprovado para)(?: (?:el|la|le|die|den|il|un|una))?",
    r"(?:-|:|\||–)",  # noqa: RUF001  # dashes as mails set them
    r"^",
)
"""What stands after these words is a role only if it is called like one."""

BEFORE_NOUN = re.compile(
    r"(?i)\b(?:for|to|about|regarding) (?:the|our|an?)\s"
    r"(?P<role>[^\W_][^\s.,;:!?\"|<>]{0,30}(?: [^\s.,;:!?\"|<>]{1,30}){0,5}?)"
    r"(?= (?:position|role|job|opening|vacancy|post)\b)"
)
"""What stands between "for the" and "position" is a role too."""

_HINDI = re.compile(
    r"(?:^|[\s,।](?:में|मे|का|की|के|ने|हमारे|mein|me|ki|ka|ke)\s|[,।]\s?)"
    r"(?P<role>[^\n.,;:!?।\"]{2,50}?)"
    r"\s(?:के पद|पद|की भूमिका|की पोस्ट|ke pad|pad|ki position|position)(?=\s)",
    re.MULTILINE,
)
_INNER = re.compile(r"(?i)^.*\s(?:for (?:the|our|an?)|us as|में|मे|mein)\s")
_LEAD = re.compile(
    r"(?i)^(?:(?:the|our|an?|your|his|this|eine?n?|die|der|den|das|el|la|un|una|le|les|une"
    r"|position|role|take the test|au poste de|poste de|puesto de|posición de"
    r"|aapka|aapki|आपका|आपकी|हमारे|यहाँ|का|role of|position of)\s+|(?:au )?poste d['’])+"  # noqa: RUF001  # the apostrophe mails set
)
_NO_ROLE = re.compile(
    r"(?i)\b(?:call|interview|join|about|first|then|we|you|within|weeks?|days?|hours?|apply|above"
    r"|below|said|advertised|aapne|humne|application)\b"
)
_REFERENCE = re.compile(r"\b[A-Z]{1,4}-?\d{3,}\b[\s:,-]*")
_GENERIC = re.compile(
    r"(?i)^(?:this|that|it|you|us|me|the|your|our|any|other|role|position|job|same|more|which"
    r"|following|advertised|open|current|applying|interview|application|next.*|an?)$"
)


def role_of(mail: RawEmail) -> str:
    """The role `mail` is about as its sender writes it, '' if it names none; one line of text."""
    subject = mail.subject[:_SUBJECT_CHARS]
    text = unwrap("\n\n".join(spoken_segments(mail, _BODY_CHARS)))
    for patterns, called in (((*STRICT, BEFORE_NOUN), False), (LOOSE, True)):
        for source in (subject, text):
            role = _first(patterns, source, called=called)
            if role:
                return role[:MAX_ROLE_CHARS]
    return _first((_HINDI,), f"{subject}\n{text}", called=True)[:MAX_ROLE_CHARS]


def _first(patterns: tuple[re.Pattern[str], ...], text: str, *, called: bool) -> str:
    for pattern in patterns:
        for match in pattern.finditer(text):
            role = _tidy(match["role"])
            if role and (not called or ROLE_WORDS.search(role)):
                return role
    return ""


def _tidy(raw: str) -> str:
    line = _INNER.sub("", " ".join(raw.split())).partition(" (")[0]
    line = _REFERENCE.sub(
        "", line if line.count("(") == line.count(")") else line.partition("(")[0]
    )
    role = _LEAD.sub("", line).strip(" '*_-–()[]")  # noqa: RUF001  # dashes as mails set them
    too_long = len(role.split()) > _MAX_WORDS
    none = _GENERIC.match(role) or _NO_ROLE.search(role) or not role.isprintable()
    if too_long or len(role) < 2 or none:  # noqa: PLR2004  # no role is called by one letter
        return ""
    return role
