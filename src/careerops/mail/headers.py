"""Header fields of RFC 5322: found, unfolded, decoded (RFC 2047). Bounded and tolerant."""

import binascii
import re
from collections.abc import Iterator

from careerops.mail.charset import decode
from careerops.mail.text import canonical_line

MAX_HEADER_BYTES = 256 * 1024
"""Header bytes read of one mail or part; what is beyond them is not looked at."""
MAX_FIELDS = 2000
MAX_VALUE_BYTES = 64 * 1024

_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_BLANK_LINE = re.compile(rb"\n\r*\n")
_FOLD = re.compile(rb"\r*\n")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s{1,20}(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_QP_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")


class Headers:
    """The header fields of a mail or a part, values as they stand (unfolded bytes)."""

    __slots__ = ("_fields", "cut")

    def __init__(self, block: bytes) -> None:
        """Read the fields of `block`; lines that are no field are passed over."""
        self._fields: dict[bytes, list[bytes]] = {}
        self.cut = False
        for count, match in enumerate(_FIELD.finditer(block)):
            if count >= MAX_FIELDS:
                self.cut = True
                break
            name, value = match.groups()
            self._fields.setdefault(name.lower(), []).append(value)

    def __bool__(self) -> bool:
        return bool(self._fields)

    def raw(self, name: bytes) -> bytes:
        """The first value of `name` (lower case), unfolded; b'' if there is none."""
        values = self._fields.get(name)
        return _unfold(values[0]) if values else b""

    def all_raw(self, name: bytes, limit: int) -> Iterator[bytes]:
        """The first `limit` values of `name`, topmost first."""
        for value in self._fields.get(name, [])[:limit]:
            yield _unfold(value)

    def text(self, name: bytes) -> str:
        """The first value of `name` as text in which encoded words still stand."""
        return header_text(self.raw(name))

    def line(self, name: bytes, limit: int) -> str:
        """The first value of `name`, decoded, in canonical form, at most `limit` characters."""
        return canonical_line(decode_words(self.text(name)), limit)


def split_head(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The header fields of raw[start:end] and where the body starts.

    Something that does not start with a field has none: all of it is body.
    """
    first = raw[start : min(start + 2, end)]
    if first[:1] == b"\n" or first == b"\r\n":
        return Headers(b""), start + (1 if first[:1] == b"\n" else 2)
    limit = min(end, start + MAX_HEADER_BYTES)
    blank = _BLANK_LINE.search(raw, start, limit)
    if blank is None:
        headers = Headers(raw[start:limit])
        headers.cut = headers.cut or limit < end
        return (headers, _body_after(raw, limit, end)) if headers else (headers, start)
    headers = Headers(raw[start : blank.start() + 1])
    return headers, blank.end() if headers else start


def _body_after(raw: bytes, limit: int, end: int) -> int:
    """Where the body starts if the header block is longer than is read of it."""
    unix, dos = raw.find(b"\n\n", limit, end), raw.find(b"\r\n\r\n", limit, end)
    found = [place for place in ((unix + 2) * (unix >= 0), (dos + 4) * (dos >= 0)) if place]
    return min(found, default=end)


def _unfold(value: bytes) -> bytes:
    value = value[:MAX_VALUE_BYTES]
    return (_FOLD.sub(b"", value) if b"\n" in value else value).strip()


def header_text(value: bytes) -> str:
    """Header bytes as text: ASCII by the standard, UTF-8 by RFC 6532, else whatever it is."""
    return decode(value)


def decode_words(text: str) -> str:
    """`text` with its encoded words (RFC 2047) decoded, tolerant of all the usual defects."""
    if "=?" not in text:
        return text
    text = _BETWEEN_WORDS.sub(r"\1", text)
    parts: list[str] = []
    position = 0
    pending, pending_charset = b"", ""
    for match in _ENCODED_WORD.finditer(text):
        charset, encoding, data = match.groups()
        between = text[position : match.start()]
        # A character may be cut between two words of one charset: join their bytes first.
        if pending and (between or charset.lower() != pending_charset):
            parts.append(decode(pending, pending_charset))
            pending = b""
        parts.append(between)
        pending += _word_bytes(data, encoding)
        pending_charset = charset.lower().split("*", 1)[0]
        position = match.end()
    parts.append(decode(pending, pending_charset))
    parts.append(text[position:])
    return "".join(parts)


def _word_bytes(data: str, encoding: str) -> bytes:
    raw = data.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(raw)
    return _QP_BYTE.sub(lambda match: bytes.fromhex(match[1].decode()), raw.replace(b"_", b" "))


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def decode_base64(data: bytes) -> bytes:
    """Base64, padded wrongly or not at all, with any junk between."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = data.translate(None, _NOT_BASE64)
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
