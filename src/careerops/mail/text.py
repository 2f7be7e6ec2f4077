"""Canonical text: what a person sees, in one form, with nothing invisible in it."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000110bd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Controls, zero-width and bidirectional format characters, fillers, variation selectors, tags,
surrogates: Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt) and general
categories Cc and Cs, and the blank Braille pattern that pads preview texts."""
_BLANK_LINES = re.compile("\n{3,}")
_MARKS_RUN = re.compile(r"[^\w\s\x00-\u02ff]{33,}")
_MAX_COMBINING = 32
_SEAM_CHARS = 40


def clean(text: str) -> str:
    """`text` in NFC, without invisible characters, its white space all newlines and blanks."""
    try:
        # Most mails are Latin; all of ISO 8859-1 is NFC, and bytes are cleaned ten times as fast.
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        return _clean_foreign(text)
    if b"\r" in latin:
        latin = latin.replace(b"\r\n", b"\n")
    return latin.translate(_LATIN_WHITE, _LATIN_INVISIBLE).decode("latin-1")


_LATIN_WHITE = bytes.maketrans(b"\r\x0b\x0c\x85\t\xa0", b"\n\n\n\n  ")
_LATIN_INVISIBLE = bytes({*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD} - {0x85})


def _clean_foreign(text: str) -> str:
    text = _INVISIBLE.sub("", _NEWLINES.sub("\n", _BLANKS.sub(" ", text)))
    # Ordering a run of combining characters takes time quadratic in its length: cut it before.
    short = _MARKS_RUN.sub(_short_run, text)
    normal = unicodedata.normalize("NFC", short)
    # And after: a few characters decompose into several.
    return normal if normal is short else _MARKS_RUN.sub(_short_run, normal)


def is_latin(text: str) -> bool:
    """Whether all of `text` is in ISO 8859-1."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def squeeze(text: str) -> str:
    """Cleaned text with blanks collapsed, at most one empty line, no white space at the ends."""
    if "  " in text or " \n" in text or "\n " in text:
        text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()


def canonical(text: str) -> str:
    """The canonical form of a text of several lines. Idempotent; linear in time."""
    return squeeze(clean(text))


def canonical_line(text: str, limit: int) -> str:
    """The canonical form of a text of one line, cut to `limit` characters."""
    line = " ".join(clean(text[: 4 * limit]).split())
    return line if len(line) <= limit else line[:limit].rstrip()


class Run(NamedTuple):
    """A stretch of text of one kind and what separates it from the one before.

    Attributes:
        canonical: whether the text is known to be canonical already.
    """

    separator: str
    text: str
    kind: int
    canonical: bool = False


class Span(NamedTuple):
    """A half-open range of characters and its kind."""

    start: int
    end: int
    kind: int


def join_runs(runs: Iterable[Run]) -> tuple[str, list[Span]]:
    """Canonical text of `runs`, each made canonical alone so that offsets are of the result.

    Returns:
        The text, and a span for each run that is not empty and whose kind is not 0.
    """
    parts: list[str] = []
    spans: list[Span] = []
    length, separator, tail = 0, "", ""
    for run in runs:
        cleaned = run.text if run.canonical else clean(run.text)
        text = cleaned if run.canonical else squeeze(cleaned)
        separator = _wider(separator, run.separator, _edge(cleaned[:1]))
        if not text:
            continue
        if parts:
            separator = separator or _seam(tail, text)
            parts.append(separator)
            length += len(separator)
        parts.append(text)
        if run.kind:
            spans.append(Span(length, length + len(text), run.kind))
        length += len(text)
        tail, separator = text[-_SEAM_CHARS:], _edge(cleaned[-1:])
    return "".join(parts), spans


def _edge(char: str) -> str:
    return " " if char.isspace() else ""


def _wider(*separators: str) -> str:
    return max(separators, key=lambda item: (item.count("\n"), len(item)))


def _seam(tail: str, text: str) -> str:
    """A blank where joining directly would make one character of two (a letter and an accent)."""
    if text[0].isascii() or unicodedata.is_normalized("NFC", tail + text[:_SEAM_CHARS]):
        return ""
    return " "


def _short_run(match: re.Match[str]) -> str:
    kept: list[str] = []
    combining = 0
    for char in match[0]:
        combining = combining + 1 if unicodedata.combining(char) else 0
        if combining <= _MAX_COMBINING:
            kept.append(char)
    return "".join(kept)
