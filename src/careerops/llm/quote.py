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
_LINK: Final = re.compile(r"\[link:[^\]\s]{1,260}\]")
"""What a model was shown for a link (see `trimming`)."""
_ANY_LINK: Final = r"\S{1,3000}"
_GAP: Final = r"\s+(?:[^\w\s]{3,200}\s+)?"
"""Between two words: white space, and maybe a line that only rules, which no model is shown."""
_MARK_PAIRS: Final = {
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
}

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
            outside quoted and hidden parts; and it does not stand between quotation marks, where
            words are mentioned and not said.
    """

    text: str
    spoken: bool


def find_quote(mail: RawEmail, passage: str) -> Quote | None:
    """Where `passage` stands in the mail's subject or text, None if nowhere.

    White space, Unicode composition, case, the shape of quotation marks and dashes, and what a
    link is do not count. Of several places the one that is said now is taken.
    """
    words = unicodedata.normalize("NFC", passage[: 4 * MAX_EVIDENCE_CHARS]).split()
    if sum(len(_LINK.sub("", word)) for word in words) < MIN_QUOTE_CHARS:
        return None
    pattern = re.compile(_GAP.join(map(_word, words)), re.IGNORECASE)
    found = [*_in_subject(pattern, mail), *_in_text(pattern, mail)]
    return next((quote for quote in found if quote.spoken), found[0] if found else None)


def _in_subject(pattern: re.Pattern[str], mail: RawEmail) -> Iterator[Quote]:
    subject = unicodedata.normalize("NFC", mail.subject)
    match = pattern.search(subject)
    if match is not None:
        yield Quote(_bounded(match[0]), spoken=not _is_mentioned(subject, match))


def _in_text(pattern: re.Pattern[str], mail: RawEmail) -> Iterator[Quote]:
    silent = [m for m in mail.marks if m.kind in {MarkKind.QUOTED, MarkKind.HIDDEN}]
    for count, match in enumerate(pattern.finditer(mail.body_text)):
        if count >= _OCCURRENCES:
            return
        overlaps = any(m.start < match.end() and match.start() < m.end for m in silent)
        said = not overlaps and not _is_mentioned(mail.body_text, match)
        yield Quote(_bounded(match[0]), spoken=said)


def _is_mentioned(text: str, match: re.Match[str]) -> bool:
    """Whether a passage stands between quotation marks that open and close in its paragraph."""
    start = text.rfind("\n\n", 0, match.start()) + 1
    end = text.find("\n\n", match.end())
    before = text[start : match.start()]
    after = text[match.end() : end if end >= 0 else len(text)]
    if before.count('"') % 2 and '"' in after:
        return True
    return any(
        before.rfind(opening) > max(map(before.rfind, closing))
        and any(each in after for each in closing)
        for opening, closing in _MARK_PAIRS.items()
    )


def _word(word: str) -> str:
    parts: list[str] = []
    position = 0
    for link in _LINK.finditer(word):
        parts += [_literal(word[position : link.start()]), _ANY_LINK]
        position = link.end()
    return "".join([*parts, _literal(word[position:])])


def _literal(text: str) -> str:
    return "".join(_LIKE.get(char, re.escape(char)) for char in text)


def _bounded(text: str) -> str:
    return text[:MAX_EVIDENCE_CHARS].strip()
