"""Signatures and disclaimers: what stands under a mail and is not said in it."""

import re

Range = tuple[int, int]

_MAX_LINES = 15
_MAX_CHARS = 1500
_FOOT_CHARS = 6000
_MAX_FOUND = 20

_DELIMITER = re.compile(r"^--$", re.MULTILINE)
_DEVICE = re.compile(
    r"^(?:Sent from (?:my |Mail for |Outlook|Yahoo|Proton)[^\n]{1,60}|Sent with [^\n]{1,60}"
    r"|Get Outlook for [^\n]{1,40}|Von meinem [^\n]{1,40} gesendet"
    r"|Gesendet (?:von|mit) [^\n]{1,60}"
    r"|Enviado (?:desde|do|de) (?:mi |meu )?[^\n]{1,50}|Envoyé (?:de|depuis) mon [^\n]{1,40}"
    r"|Inviato da(?:l mio)? [^\n]{1,40}|Verzonden (?:vanaf|met) [^\n]{1,40}"
    r"|मेरे [^\n]{1,40} से भेजा गया)$",
    re.MULTILINE,
)
_DEVICE_WORDS = (
    "Sent ", "Get Outlook", "esendet", "nviado", "nvoyé", "nviato", "erzonden", "भेजा",
)  # fmt: skip
_DISCLAIMER = re.compile(
    r"^[^\n]{0,60}?"
    r"(?:(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication)"
    r"[^\n]{0,120}?(?:confidential|privileged|intended (?:only|solely))"
    r"|confidentiality (?:notice|note)|disclaimer ?:"
    r"|diese (?:e-?mail|nachricht)[^\n]{0,120}?vertraulich"
    r"|ce (?:message|courriel|mail)[^\n]{0,120}?confidentiel"
    r"|este (?:mensaje|correo|mensagem|e-?mail)[^\n]{0,120}?confidencia"
    r"|esta mensagem[^\n]{0,120}?confidencia|questo messaggio[^\n]{0,120}?(?:riservat|confidenzial)"
    r"|dit (?:bericht|e-?mail)[^\n]{0,120}?vertrouwelijk|यह (?:ई-?मेल|संदेश)[^\n]{0,120}?गोपनीय)",
    re.MULTILINE | re.IGNORECASE,
)
_DISCLAIMER_WORDS = (
    "onfiden", "ONFIDEN", "rivileged", "isclaimer", "ISCLAIMER", "ertraulich", "iservat",
    "ertrouwelijk", "intended only", "intended solely", "गोपनीय",
)  # fmt: skip


def find_signatures(text: str, start: int, end: int) -> list[Range]:
    """Signatures and disclaimers at the foot of text[start:end], in order, not overlapping.

    A line `--` begins one only if little follows it: else it is a rule between two parts.
    A disclaimer goes on to the end of its paragraph.
    """
    found: list[Range] = []
    start = max(start, end - _FOOT_CHARS)
    delimiter = _delimiter(text, start, end)
    if delimiter is not None:
        found.append((delimiter, end))
        end = delimiter
    foot = text[start:end]
    if any(word in foot for word in _DEVICE_WORDS):
        found.extend(match.span() for match in _limited(_DEVICE, text, start, end))
    if any(word in foot for word in _DISCLAIMER_WORDS):
        for match in _limited(_DISCLAIMER, text, start, end):
            paragraph = text.find("\n\n", match.end(), end)
            found.append((match.start(), end if paragraph < 0 else paragraph))
    return _disjoint(found)


def _limited(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    for match in pattern.finditer(text, start, end):
        found.append(match)
        if len(found) >= _MAX_FOUND:
            break
    return found


def _delimiter(text: str, start: int, end: int) -> int | None:
    """The last line `--`, if what follows is as short as signatures are (RFC 3676, 4.3)."""
    at = text.rfind("--", start, end)
    while at >= 0:
        match = _DELIMITER.match(text, at)
        if match and (at == 0 or text[at - 1] == "\n"):
            rest = text[at:end]
            return at if len(rest) <= _MAX_CHARS and rest.count("\n") <= _MAX_LINES else None
        if end - at > _MAX_CHARS:
            return None
        at = text.rfind("--", start, at)
    return None


def _disjoint(ranges: list[Range]) -> list[Range]:
    result: list[Range] = []
    for begin, end in sorted(ranges):
        if result and begin < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result
