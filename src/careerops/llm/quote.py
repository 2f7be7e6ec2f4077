"""Whether a passage stands in a mail, and where: models are asked for evidence, not believed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from careerops.domain.career import MAX_EVIDENCE_CHARS
from careerops.domain.email import MarkKind, RawEmail

MIN_QUOTE_CHARS: Final = 6
"""Shorter passages prove nothing: they stand in every mail."""
_OCCURRENCES: Final = 100

# Models set typographic marks as they like; a reader sees no difference.
_LIKE: Final = {
    **dict.fromkeys("'\u2018\u2019\u201b\u02bc`\u00b4", "['\u2018\u2019\u201b\u02bc`\u00b4]"),
    **dict.fromkeys('"\u201c\u201d\u201e\u00ab\u00bb', '["\u201c\u201d\u201e\u00ab\u00bb]'),
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014", "[-\u2010\u2011\u2012\u2013\u2014]"),
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of a mail, word for word.

    Attributes:
        text: as the mail has it, at most 400 characters.
        spoken: whether the sender says it now, visibly: it stands in the subject, or in the text
            outside quoted and hidden parts.
    """

    text: str
    spoken: bool


def find_quote(mail: RawEmail, passage: str) -> Quote | None:
    """Where `passage` stands in the mail's subject or text, None if nowhere.

    White space, Unicode composition, case and the shape of quotation marks and dashes do not
    count. Of several places the one that is said now is taken.
    """
    words = unicodedata.normalize("NFC", passage[: 4 * MAX_EVIDENCE_CHARS]).split()
    if sum(map(len, words)) < MIN_QUOTE_CHARS:
        return None
    pattern = re.compile(r"\s+".join(map(_word, words)), re.IGNORECASE)
    subject = unicodedata.normalize("NFC", mail.subject)
    match = pattern.search(subject)
    if match is not None:
        return Quote(_bounded(match[0]), spoken=True)
    found = list(_in_text(pattern, mail))
    return next((quote for quote in found if quote.spoken), found[0] if found else None)


def _in_text(pattern: re.Pattern[str], mail: RawEmail) -> Iterator[Quote]:
    silent = [m for m in mail.marks if m.kind in {MarkKind.QUOTED, MarkKind.HIDDEN}]
    for count, match in enumerate(pattern.finditer(mail.body_text)):
        if count >= _OCCURRENCES:
            return
        overlaps = any(m.start < match.end() and match.start() < m.end for m in silent)
        yield Quote(_bounded(match[0]), spoken=not overlaps)


def _word(word: str) -> str:
    return "".join(_LIKE.get(char, re.escape(char)) for char in word)


def _bounded(text: str) -> str:
    return text[:MAX_EVIDENCE_CHARS].strip()
