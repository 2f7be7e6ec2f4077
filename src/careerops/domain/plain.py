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
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DOT = "[.\u3002\uff0e\uff61]"  # the full stops that browsers take for one (UTS 46)
_HOST = re.compile(
    rf"(?<![\w@.-])((?:[^\W_][\w-]{{0,62}}{_DOT}){{0,6}}[^\W_][\w-]{{0,62}}){_DOT}"
    r"(?:com|org|net|info|biz|io|co|app|dev|ai|xyz|online|site|website|top|shop|store|club|live|link"
    r"|click|work|jobs|career|tech|page|cloud|pro|icu|vip|eu|uk|de|ch|fr|es|nl|pl|pt|se|dk|fi|ru|ua"
    r"|cz|cn|jp|kr|br|mx|ca|au|nz|za|tk|ml|ga|cf|gq|cc|tv|ly|gl|gd|ws|sh|example"
    r"|(?-i:in|to|me|be|no|at|it|us))"  # words too, where a sentence begins without a blank
    r"(?![\w.-]*[^\W\d_])(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?",
    re.IGNORECASE,
)
"""A name that messengers make a link of though nothing of a URL stands before it."""
_NO_HOSTS = frozenset({"asp", "ado", "vb"})  # ASP.NET is no host
_NUMBER = re.compile(r"(?<![\w.,])\+?\(?\d[\d\s().\-/\u2010-\u2015]{5,24}\d(?!\w)")
_VANITY = re.compile(
    r"(?<![\w.,])(?:\+?1[\s.-]?|0)?\(?[89]\d\d\)?[.-][A-Z]{4,8}(?:[\s.-][A-Z\d]{2,8}){0,2}(?!\w)"
)
"""A toll number whose digits are letters."""
_DATE = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|(?:19|20)\d{2}\s?[-/\u2010-\u2015]\s?(?:19|20)\d{2})\b"
)
_PHONE_DIGITS = 7
"""What a phone number has at least (ITU-T E.164 allows 15; subscriber numbers have 7 and more)."""
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


def without_contacts(text: str, instead: str = "") -> str:
    """`text` with `instead` for everything that could be followed, written to or called.

    URLs, mail addresses and phone numbers; of a host name its longest word stays.
    Dates and times, and numbers of fewer than seven digits, are none.
    """
    text = _HOST.sub(_host_name, _EMAIL.sub(instead, _URL.sub(instead, text)))
    return _VANITY.sub(instead, _NUMBER.sub(lambda match: _number(match[0], instead), text))


def _host_name(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name.casefold() in _NO_HOSTS else max(re.split(_DOT, name), key=len)


def _number(text: str, instead: str) -> str:
    rest = text if text.startswith("+") else _DATE.sub(" ", text)
    return instead if sum(char.isdecimal() for char in rest) >= _PHONE_DIGITS else text


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category[0] == "C" and char not in _JOINERS:
        return ""
    return char
