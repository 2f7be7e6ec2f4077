"""What of a text was written before: quoted history, and forwarded mails, which are news.

All functions take canonical text (see `text`) and return half-open ranges of characters. Every
repetition of the patterns is bounded and searches start only where a cheap test found a word, so
that time is linear in the text.
"""

import re
from collections.abc import Iterator

from careerops.mail.signatures import find_signatures

Range = tuple[int, int]

MAX_OWN_CHARS = 200
"""A forwarder's own words up to this length are a note on what is forwarded."""

MAX_HISTORIES = 30
"""More alternations of quotes and answers than these are one quote."""

_RULE = r"[-_*=]{2,40}"
_QUOTED_LINES = re.compile(r"^>[^\n]*(?:\n{1,2}>[^\n]*)*", re.MULTILINE)
_ORIGINAL = re.compile(
    rf"^{_RULE} ?(?:original (?:message|appointment)|ursprüngliche (?:nachricht|mitteilung)"
    r"|originalnachricht|mensaje original|message d['’]origine|message original"  # noqa: RUF001  # the apostrophe that French mails set
    r"|mensagem original|messaggio originale|oorspronkelijk bericht|original-nachricht"
    rf"|मूल संदेश) ?{_RULE}$",
    re.MULTILINE | re.IGNORECASE,
)
_FORWARDED = re.compile(
    rf"^(?:{_RULE} ?(?:forwarded message|weitergeleitete nachricht|mensaje reenviado"
    r"|message transf[eé]r[eé]|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht"
    rf"|forwarded by [^\n]{{1,100}}|अग्रेषित (?:संदेश|मैसेज)) ?{_RULE}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|início da mensagem encaminhada|inicio del mensaje reenviado|inizio messaggio inoltrato"
    r"|début du message (?:transféré|réexpédié)|begin doorgestuurd bericht) ?:)$",
    re.MULTILINE | re.IGNORECASE,
)
_FORWARD_WORDS = ("forward", "weitergeleitet", "reenviado", "transf", "réexp", "encaminhada",
                  "inoltrato", "doorgestuurd", "अग्रेषित")  # fmt: skip
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|fs)\s*:", re.IGNORECASE)

_WRAP = r"[^\n]{0,250}(?:\n(?!\n)[^\n]{0,250}){0,2}?"
_ATTRIBUTIONS = (
    ("wrote", rf"On [^\n]{{4}}{_WRAP}\bwrote:"),
    ("schrieb", rf"(?:Am|Den) [^\n]{{4}}{_WRAP}\bschrieb\b[^\n]{{0,120}}(?:\n[^\n]{{0,120}})?:"),
    ("escribi", rf"El [^\n]{{4}}{_WRAP}\bescribi(?:ó|o):"),
    ("écrit", rf"Le [^\n]{{4}}{_WRAP}\ba écrit ?:"),
    ("escreveu", rf"(?:Em|No dia|A) [^\n]{{4}}{_WRAP}\bescreveu(?: no dia [^\n]{{1,80}})?:"),
    ("ha scritto", rf"(?:Il|In data) [^\n]{{4}}{_WRAP}\bha scritto:"),
    ("schreef", rf"Op [^\n]{{4}}{_WRAP}\bschreef\b[^\n]{{0,120}}:"),
    ("लिखा", rf"[^\n]{{4}}{_WRAP}\bने(?: यह)? लिखा:"),
    (" wrote:", r"[^\n]{0,80}<[^<>\s]{3,100}@[^<>\s]{3,100}> wrote:"),
)
_ATTRIBUTION_PATTERNS = tuple(
    (word, re.compile(rf"^{pattern}$", re.MULTILINE)) for word, pattern in _ATTRIBUTIONS
)
_GMAIL_DATED = re.compile(
    r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}[^\n]{0,120}<[^<>\s@]{1,64}@[^<>\s]{3,100}>:$", re.MULTILINE
)

_FROM = r"(?:From|Von|De|Da|Van|Från|प्रेषक|से)"
_MIN_FIELDS = 3
_FROM_WORDS = ("From", "Von", "De:", "De :", "Da:", "Da :", "Van", "Från", "प्रेषक", "से")
_SENT = (
    r"(?:Sent|Date|Gesendet|Datum|Enviado(?: el| em)?|Fecha|Envoyé|Date d['’]envoi|Inviato"  # noqa: RUF001  # the apostrophe that French mails set
    r"|Data|Verzonden|दिनांक|भेजा गया|भेजा)"
)
_OTHER = (
    r"(?:To|Cc|Subject|Reply-To|An|Betreff|Para|Asunto|À|A|Objet|Oggetto|Assunto|Aan|Onderwerp"
    r"|प्रति|विषय|Importance)"
)
_BULLET = r"\*{0,2}"
_HEADER_BLOCK = re.compile(
    rf"^{_BULLET}{_FROM} ?:{_BULLET} ?[^\n]{{1,300}}\n{{1,2}}"
    rf"(?:{_BULLET}(?:{_OTHER}|{_SENT}) ?:[^\n]{{0,500}}\n{{1,2}}){{0,3}}?"
    rf"{_BULLET}{_SENT} ?:[^\n]{{1,200}}\n{{1,2}}"
    rf"(?:{_BULLET}(?:{_OTHER}) ?:[^\n]{{0,500}}(?:\n{{1,2}}|\Z)){{1,5}}",
    re.MULTILINE,
)
_FORWARD_FIELDS = re.compile(
    rf"(?:\s{{0,4}}{_BULLET}(?:{_FROM}|{_SENT}|{_OTHER}) ?:[^\n]{{0,500}}\n){{1,8}}"
)
_RULE_ABOVE = re.compile(r"(?:^|\n)([-_]{5,80})\s{0,3}\Z")


def find_quotes(text: str, start: int = 0) -> list[Range]:
    """Ranges of text[start:] that quote what was written before, in order."""
    found: list[Range] = []
    position = start
    while (begin := _next_history(text, position)) is not None:
        at, after = begin
        block = _quoted_block(text, after)
        if block is None or len(found) >= MAX_HISTORIES:
            return [*_quoted_lines(text, start, at, found), (at, len(text))]
        found.append((at, block))
        position = block
    return _quoted_lines(text, start, len(text), found)


def forwarded_at(text: str, subject: str) -> Range | None:
    """The header of a forwarded mail in `text`: [where it begins, where the mail it is of begins).

    A block of From:, Sent:, To: is one only under a subject that says so; else it heads a reply.
    """
    if _has_heading(text) and any(word in text.lower() for word in _FORWARD_WORDS):
        match = _FORWARDED.search(text)
        if match:
            fields = _FORWARD_FIELDS.match(text, min(match.end() + 1, len(text)))
            return match.start(), fields.end() if fields else match.end()
    if _FORWARD_SUBJECT.match(subject):
        block = _header_block(text, 0)
        original = _ORIGINAL.search(text)
        if block and (original is None or block.start() < original.start()):
            return block.start(), block.end()
        if original:
            fields = _FORWARD_FIELDS.match(text, min(original.end() + 1, len(text)))
            return original.start(), fields.end() if fields else original.end()
    return None


def says_little(text: str) -> bool:
    """Whether a text is at most a note, signatures not counted."""
    signed = sum(end - start for start, end in find_signatures(text, 0, len(text)))
    return len(text.strip()) - signed <= MAX_OWN_CHARS


def _has_heading(text: str) -> bool:
    """Whether a line ends in a colon or has a rule in it: one of the two heads all history."""
    return _has(text, ":", ":\n") or _has_rule(text) or _has(text, "=", "==") or text.endswith(":")


def _has_rule(text: str) -> bool:
    return _has(text, "-", "--") or _has(text, "_", "__")


def _has(text: str, char: str, word: str) -> bool:
    """Whether `word`, which holds `char`, is in `text`: one character is found 50 times as fast."""
    return char in text and word in text


def _next_history(text: str, position: int) -> Range | None:
    """Where the next history begins and where its heading ends."""
    matches = [
        match
        for match in (
            *_attributions(text, position),
            _ORIGINAL.search(text, position) if _has_rule(text) else None,
            _header_block(text, position),
            _FORWARDED.search(text, position)
            if "orward" in text or _has(text, "-", "---")
            else None,
        )
        if match is not None
    ]
    if not matches:
        return None
    first = min(matches, key=lambda match: match.start())
    above = _RULE_ABOVE.search(text, max(position, first.start() - 90), first.start())
    return (above.start(1) if above else first.start()), first.end()


def _attributions(text: str, position: int) -> Iterator[re.Match[str] | None]:
    if ":" not in text or (text.find(":\n", position) < 0 and not text.endswith(":")):
        return
    for word, pattern in _ATTRIBUTION_PATTERNS:
        if text.find(word, position) >= 0:
            yield pattern.search(text, position)
    if ">:" in text:
        yield _GMAIL_DATED.search(text, position)


def _header_block(text: str, position: int) -> re.Match[str] | None:
    if text.count(":", position) < _MIN_FIELDS or not any(word in text for word in _FROM_WORDS):
        return None
    return _HEADER_BLOCK.search(text, position)


def _quoted_block(text: str, position: int) -> int | None:
    """The end of the `>` lines that follow a heading; None if the history is not so marked."""
    gap = position
    while gap < len(text) and text[gap] == "\n":
        gap += 1
    match = _QUOTED_LINES.match(text, gap)
    return match.end() if match else None


def _quoted_lines(text: str, start: int, end: int, found: list[Range]) -> list[Range]:
    """`found` and the `>` lines between them, in order."""
    if text.find(">", start, end) < 0:
        return found
    result: list[Range] = []
    position = start
    for stop, after in [*found, (end, end)]:
        result.extend(
            match.span() for match in _QUOTED_LINES.finditer(text, position, max(position, stop))
        )
        if after > stop:
            result.append((stop, after))
        position = after
    return result
