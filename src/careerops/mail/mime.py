"""The parts of a mail (RFC 2045 to 2049): walked without recursion, within limits, by offsets."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from careerops.mail.charset import decode
from careerops.mail.headers import Headers, decode_base64, decode_words, split_head
from careerops.mail.text import canonical_line

MAX_DEPTH = 24
MAX_PARTS = 200
MAX_FALSE_DELIMITERS = 2000
MAX_PART_BYTES = 1024 * 1024
"""Decoded bytes taken of one text part."""
MAX_DECODED_BYTES = 4 * 1024 * 1024
"""Decoded bytes taken of all text parts together."""
_MAX_BOUNDARY_BYTES = 200
_MAX_PARAMETER_BYTES = 4096
_MAX_FILENAME_CHARS = 150
_GUESS_BYTES = 4096

_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80})", re.IGNORECASE)
_PARAMETER = re.compile(
    r";\s{0,100}([^\s=;*]{1,60})(\*[0-9]{0,3}\*?)?\s{0,20}=\s{0,20}"
    r'("(?:[^"\\]|\\.){0,1000}"?|[^;\s]{0,1000})'
)
_GUESSED_DELIMITER = re.compile(rb"(?<![^\n])--([^\s-][^\r\n]{0,69}?)[ \t]*\r?\n")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Part:
    """A leaf of the tree: raw[start:end] is its body, still encoded.

    Attributes:
        alternative: number of the outermost multipart/alternative it is in, 0 if in none.
        message: number of the innermost attached message it is in, 0 for the mail itself.
    """

    headers: Headers
    type: str
    parameters: dict[str, str]
    start: int
    end: int
    depth: int
    alternative: int = 0
    message: int = 0

    @property
    def encoding(self) -> bytes:
        """The Content-Transfer-Encoding, lower case."""
        return self.headers.raw(b"content-transfer-encoding").strip(b" \t\"'").lower()

    @property
    def is_attachment(self) -> bool:
        """Whether the sender meant it to be saved rather than read."""
        disposition = self.headers.raw(b"content-disposition")[:10].lower()
        return disposition.startswith(b"attachment") or bool(self.filename)

    @property
    def filename(self) -> str:
        """Its file name, decoded; '' if it has none."""
        value = self.headers.raw(b"content-disposition")
        name = parameters_of(value).get("filename") if b"=" in value else None
        name = name or self.parameters.get("name", "")
        return canonical_line(decode_words(name), _MAX_FILENAME_CHARS) if name else ""


@dataclass(slots=True)
class Tree:
    """What was found in a mail. `messages[n]` are the headers of attached message n."""

    headers: Headers
    parts: list[Part] = field(default_factory=list)
    messages: list[Headers] = field(default_factory=list)
    truncated: bool = False


class Walker:
    """Walks one mail. Every step is bounded: depth, parts, decoded bytes, delimiters tried."""

    def __init__(self, raw: bytes) -> None:
        if b"\n" not in raw and b"\r" in raw:
            raw = raw.replace(b"\r", b"\n")
        self._raw = raw
        self._alternatives = 0
        self._decoded_bytes = 0
        self._false_delimiters = 0

    def walk(self) -> Tree:
        """Find the parts, in the order in which they stand."""
        start = self._after_envelope_line()
        headers, body = split_head(self._raw, start, len(self._raw))
        tree = Tree(headers, messages=[headers], truncated=headers.cut)
        pending = [_part(headers, body, len(self._raw))]
        while pending:
            part = pending.pop()
            if part.depth > MAX_DEPTH or len(tree.parts) >= MAX_PARTS:
                tree.truncated = True
                continue
            if part.type.startswith("multipart/"):
                children = self._children(part, tree, MAX_PARTS - len(tree.parts) - len(pending))
                pending.extend(reversed(children))
            elif part.type in {"message/rfc822", "message/global"}:
                pending.append(self._message(part, tree))
            else:
                tree.parts.append(part)
        return tree

    def content(self, part: Part, tree: Tree) -> bytes:
        """The decoded body of a text part, as much as the limits allow."""
        budget = min(MAX_PART_BYTES, MAX_DECODED_BYTES - self._decoded_bytes)
        encoded = self._raw[part.start : min(part.end, part.start + 4 * budget)]
        data = _decoded(encoded, part.encoding)
        if len(data) > budget or part.end - part.start > len(encoded):
            tree.truncated = True
            data = data[:budget]
        self._decoded_bytes += len(data)
        return data

    def text(self, part: Part, tree: Tree) -> str:
        """The decoded text of a text part."""
        return decode(self.content(part, tree), part.parameters.get("charset", ""))

    def size(self, part: Part) -> int:
        """Bytes of the decoded body of `part`, without decoding it."""
        encoded = part.end - part.start
        if part.encoding != b"base64":
            return encoded
        lines = self._raw.count(b"\n", part.start, part.end)
        returns = self._raw.count(b"\r", part.start, part.end)
        tail = self._raw[max(part.start, part.end - 4) : part.end].count(b"=")
        return max(0, (encoded - lines - returns - tail) * 3 // 4)

    def _after_envelope_line(self) -> int:
        """Where the mail begins: behind the `From ` line of an mbox that some tools leave in."""
        if not self._raw.startswith((b"From ", b">From ")):
            return 0
        return self._raw.find(b"\n", 0, 1000) + 1

    def _message(self, part: Part, tree: Tree) -> Part:
        start = part.start
        if part.encoding == b"base64":  # forbidden by RFC 2046, so it is not looked into
            return _child(part, part.headers, part.start, part.end, "application/octet-stream")
        headers, body = split_head(self._raw, start, part.end)
        tree.messages.append(headers)
        tree.truncated = tree.truncated or headers.cut
        inner = _child(part, headers, body, part.end)
        inner.message, inner.alternative = len(tree.messages) - 1, 0
        return inner

    def _children(self, part: Part, tree: Tree, limit: int) -> list[Part]:
        boundary = self._boundary(part)
        spans = list(self._between(boundary, part.start, part.end, limit)) if boundary else []
        tree.truncated = tree.truncated or len(spans) >= limit
        if not spans:
            return [_child(part, part.headers, part.start, part.end, "text/plain")]
        alternative = part.alternative
        if part.type == "multipart/alternative" and not alternative:
            self._alternatives += 1
            alternative = self._alternatives
        children = [self._split(part, start, end) for start, end in spans]
        for child in children:
            child.alternative = alternative
        return children

    def _split(self, parent: Part, start: int, end: int) -> Part:
        headers, body = split_head(self._raw, start, end)
        child = _child(parent, headers, body, end)
        if parent.type == "multipart/digest" and not headers.raw(b"content-type"):
            child.type = "message/rfc822"
        return child

    def _boundary(self, part: Part) -> bytes:
        """The boundary named by the part, or the one that its first delimiter line shows."""
        boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
        delimiter = b"--" + boundary[:_MAX_BOUNDARY_BYTES]
        if boundary and self._raw.find(delimiter, part.start, part.end) >= 0:
            return delimiter
        found = _GUESSED_DELIMITER.search(
            self._raw, part.start, min(part.end, part.start + _GUESS_BYTES)
        )
        return b"--" + found[1] if found and part.type.startswith("multipart/") else b""

    def _between(
        self, delimiter: bytes, start: int, end: int, limit: int
    ) -> Iterator[tuple[int, int]]:
        """The ranges between delimiter lines; the last goes to the end if it is not closed."""
        opened = -1
        count = 0
        for line_start, line_end, closing in self._delimiters(delimiter, start, end):
            if opened >= 0:
                yield opened, max(opened, line_start)
                count += 1
            opened = -1 if closing else line_end
            if closing or count >= limit:
                return
        if opened >= 0:
            yield opened, end

    def _delimiters(
        self, delimiter: bytes, start: int, end: int
    ) -> Iterator[tuple[int, int, bool]]:
        """Delimiter lines: where the content before ends, where the next starts, if it closes."""
        raw, position = self._raw, start
        while (found := raw.find(delimiter, position, end)) >= 0:
            position = found + len(delimiter)
            line_end = raw.find(b"\n", position, min(end, position + 200))
            line_end = min(end, position + 200) if line_end < 0 else line_end
            rest = raw[position:line_end].strip()
            at_line_start = found == start or raw[found - 1 : found] == b"\n"
            if not at_line_start or rest not in {b"", b"--"}:
                self._false_delimiters += 1
                if self._false_delimiters > MAX_FALSE_DELIMITERS:
                    return
                continue
            content_end = found - 1 - (raw[found - 2 : found - 1] == b"\r")
            yield max(start, content_end), min(end, line_end + 1), rest == b"--"


def _part(headers: Headers, start: int, end: int) -> Part:
    media_type, parameters = content_type(headers.raw(b"content-type"))
    return Part(headers, media_type, parameters, start, end, depth=0)


def _child(parent: Part, headers: Headers, start: int, end: int, media_type: str = "") -> Part:
    part = _part(headers, start, end)
    part.type = media_type or part.type
    part.depth = parent.depth + 1
    part.alternative, part.message = parent.alternative, parent.message
    return part


def content_type(value: bytes) -> tuple[str, dict[str, str]]:
    """Media type (lower case; text/plain if missing or malformed) and parameters."""
    if not value:
        return "text/plain", {}
    match = _TYPE.match(value[:200].decode("latin-1"))
    media_type = match[1].lower() if match else "text/plain"
    return media_type, parameters_of(value) if b"=" in value else {}


def parameters_of(value: bytes) -> dict[str, str]:
    """Parameters of a structured field, names in lower case, RFC 2231 forms put together."""
    text = value[:_MAX_PARAMETER_BYTES].decode("utf-8", "replace")
    plain: dict[str, str] = {}
    extended: dict[str, list[str]] = {}
    for name, star, quoted in _PARAMETER.findall(text):
        content = quoted.strip('"').replace('\\"', '"').replace("\\\\", "\\")
        if star:
            extended.setdefault(name.lower(), []).append(content)
        else:
            plain.setdefault(name.lower(), content)
    for name, pieces in extended.items():
        plain[name] = _extended_value("".join(pieces))
    return plain


def _extended_value(value: str) -> str:
    """RFC 2231: charset'language'percent-encoded."""
    charset, quote, rest = value.partition("'")
    _language, second, content = rest.partition("'")
    if not (quote and second):
        charset, content = "", value
    raw = content.encode("utf-8", "replace")
    return decode(_PERCENT.sub(lambda match: bytes.fromhex(match[1].decode()), raw), charset)


def _decoded(data: bytes, encoding: bytes) -> bytes:
    if encoding == b"base64":
        return decode_base64(data)
    return binascii.a2b_qp(data) if encoding == b"quoted-printable" else data
