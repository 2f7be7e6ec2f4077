"""From a mail to sentences: verbatim for evidence, folded to plain words for matching."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from careerops.domain.career import MAX_EVIDENCE_CHARS
from careerops.mail.folding import fold

_WORD = re.compile(r"[^\W_\u0900-\u097f]+|[\u0900-\u0963\u0966-\u097f]+")
_STOP = re.compile(r"[.!?।]+[\"'”’)»]*\s+|[;•·|]\s+")  # noqa: RUF001  # quotation marks as mails set them
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_BULLET = re.compile(r"\s*(?:[-*•–·>]|\d{1,2}[.)])\s")  # noqa: RUF001  # bullets as mails set them
_ABBREVIATIONS_TEXT = """
inc ltd llc corp co pvt dr mr mrs ms prof st nr no sr sra mme z b d h bzw ggf ca e g i vs
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_SOFT_WRAP_COLUMNS = 50
MAX_SENTENCES = 500


def words(text: str) -> list[str]:
    """The folded words of `text`, in order; punctuation and apostrophes separate."""
    return _WORD.findall(fold(text))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a mail.

    Attributes:
        text: verbatim, at most 400 characters.
        words: its folded words, joined and surrounded by single blanks.
        in_subject: whether it is the subject.
    """

    text: str
    words: str
    in_subject: bool = False


def sentences(subject: str, segments: tuple[str, ...]) -> list[Sentence]:
    """The subject (if it has words), then the sentences of each segment; at most 500."""
    found = [_sentence(part, in_subject=True) for part in _pieces(subject)]
    parts = (part for segment in segments for block in _blocks(segment) for part in _split(block))
    found += [_sentence(part) for part in islice(parts, MAX_SENTENCES)]
    return [sentence for sentence in found if sentence.words.strip()]


def _sentence(text: str, *, in_subject: bool = False) -> Sentence:
    return Sentence(text, f" {' '.join(words(text))} ", in_subject)


def _blocks(segment: str) -> Iterator[str]:
    """Paragraphs: a long line followed by text goes on, as mailers wrap at about 72 columns."""
    start = line_start = 0
    while line_start < len(segment):
        end = segment.find("\n", line_start)
        end = len(segment) if end < 0 else end
        following = segment[end + 1 : end + 8]
        wrapped = end - line_start >= _SOFT_WRAP_COLUMNS and following.strip()
        if not wrapped or following[0] == "\n" or _BULLET.match(following):
            yield segment[start:end]
            start = end + 1
        line_start = end + 1
    yield segment[start:]


def _split(block: str) -> Iterator[str]:
    start = 0
    for stop in _STOP.finditer(block):
        if _is_abbreviation(block, start, stop):
            continue
        yield from _pieces(block[start : stop.end()])
        start = stop.end()
    yield from _pieces(block[start:])


def _is_abbreviation(block: str, start: int, stop: re.Match[str]) -> bool:
    if stop.group()[0] != "." or not block[stop.start() - 1 : stop.start()].isalpha():
        return False
    before = words(block[max(start, stop.start() - 12) : stop.start()])
    return bool(before) and before[-1] in _ABBREVIATIONS


def _pieces(text: str) -> Iterator[str]:
    """Parts of at most 400 characters without control characters, cut at blanks."""
    for part in _CONTROL.split(text):
        rest = part.strip()
        while len(rest) > MAX_EVIDENCE_CHARS:
            cut = rest.rfind(" ", MAX_EVIDENCE_CHARS // 2, MAX_EVIDENCE_CHARS)
            cut = cut if cut > 0 else MAX_EVIDENCE_CHARS
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest
