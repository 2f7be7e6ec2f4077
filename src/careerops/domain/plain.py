"""Foreign text made harmless to show: one line, no control characters, no markup, no links."""

import re
import unicodedata
from typing import Final

ELLIPSIS: Final = "…"

_TAG = re.compile(r"<[^<>]{1,500}>")
_URL = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}:(?://|\\\\)|\bwww\.|\b(?:mailto|tel|javascript|data):)[^\s<>\"]*",
    re.IGNORECASE,
)
_WHITE = re.compile(r"\s+")
# Joiners are letters' business in Indic scripts, Persian and emoji; nothing else invisible stays.
_JOINERS = frozenset("\u200c\u200d")
_NO_MARKUP = str.maketrans({"<": "‹", ">": "›"})  # noqa: RUF001  # they look like what they replace


def plain_line(text: str, max_chars: int) -> str:
    """`text` as one line of at most `max_chars` characters, an ellipsis where it was cut.

    NFC; control, format and private characters become blanks or vanish; tags are removed and the
    angle brackets that are left replaced, so that no program can take it for markup.
    """
    # Cut before the work, generously, so that a hostile length costs nothing.
    head = text[: 4 * max_chars + 1000]
    shown = "".join(_visible(char) for char in head)
    line = _WHITE.sub(" ", unicodedata.normalize("NFC", _TAG.sub(" ", shown))).strip()
    line = line.translate(_NO_MARKUP)
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + ELLIPSIS


def without_urls(text: str) -> str:
    """`text` with everything that could be followed as a link left out."""
    return _URL.sub("", text)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category[0] == "C" and char not in _JOINERS:
        return ""
    return char
