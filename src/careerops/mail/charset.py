"""From bytes and what they claim to be encoded in to text. Never raises, never guesses slowly."""

import codecs
import re
from functools import lru_cache

_ALLOWED = re.compile(
    r"utf[-_]?(?:8|16|32)(?:[-_]?[lb]e)?|utf[-_]8[-_]sig|ascii|iso[-_]?8859[-_]\d{1,2}|latin[-_]?\d{1,2}"
    r"|windows[-_]?\d{3,4}|cp[-_]?\d{3,4}|koi8[-_][rutf]|gb2312|gbk|gb18030|hz(?:[-_]gb[-_]2312)?"
    r"|big5(?:[-_]?hkscs)?|euc[-_](?:jp|kr|jis[-_]?2004)|iso[-_]2022[-_](?:jp|kr)(?:[-_]\w{1,4})?"
    r"|shift[-_]?jis(?:[-_]?\w{1,6})?|johab|mac[-_]?(?:roman|cyrillic|greek|latin2|turkish|iceland)"
    r"|tis[-_]620|ptcp154|kz1048"
)
"""Character encodings and nothing else: `codecs` also knows bombs (zlib), UTF-7 and punycode."""

_SUPERSETS = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "big5": "big5hkscs",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "utf8mb4": "utf-8",
}
"""What senders say and what they mean (after the WHATWG Encoding Standard's labels)."""

_SINGLE_BYTE = re.compile(r"cp125\d|cp874|iso[-_]?8859|koi8|mac")
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J")


@lru_cache(maxsize=256)
def codec_name(charset: str) -> str:
    """The codec for a MIME charset label; '' if it is unknown or not to be trusted."""
    label = charset.strip(" \t'\"").lower()[:40]
    name = _SUPERSETS.get(label, label)
    if not _ALLOWED.fullmatch(name):
        return ""
    try:
        return codecs.lookup(name.replace("windows-", "cp")).name
    except LookupError:
        return ""


def decode(data: bytes, charset: str = "") -> str:
    """`data` as text; what cannot be decoded becomes U+FFFD.

    Declared as a single-byte encoding, or as nothing, it is still read as UTF-8 when it is valid
    UTF-8: that happens by mislabelling, and practically never by chance.
    """
    if data.isascii() and b"\x1b" not in data:
        name = codec_name(charset)
        return data.decode(name, "replace") if _is_stateful(name) else data.decode("ascii")
    return _decode_foreign(data, codec_name(charset))


def _is_stateful(name: str) -> bool:
    """Whether ASCII bytes may mean something else: UTF-16 and UTF-32, HZ."""
    return name.startswith(("utf-16", "utf-32", "utf_16", "utf_32", "hz"))


def _decode_foreign(data: bytes, name: str) -> str:
    if name and name != "utf-8" and not _SINGLE_BYTE.match(name):
        return data.decode(name, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(data, name)
    if not name and any(mark in data for mark in _ISO_2022_JP):
        return data.decode("iso2022_jp", "replace")
    return text


def _not_utf8(data: bytes, name: str) -> str:
    """Invalid UTF-8: what was declared, else UTF-8 with a few defects, else Windows' Latin."""
    if name and name != "utf-8":
        return data.decode(name, "replace")
    text = data.decode("utf-8", "replace")
    foreign = len(data) - len(data.translate(None, _HIGH_BYTES))
    return text if 2 * text.count("\ufffd") < foreign else data.decode("cp1252", "replace")


_HIGH_BYTES = bytes(range(0x80, 0x100))
