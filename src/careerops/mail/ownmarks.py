"""Where in a mail the marks of our own messages count (see `ownmark`).

They count where they say what this mail is: in its own header and Message-ID, in the message that
it forwards or that could not be delivered, in the text that its sender does not quote, and, of an
automatic reply, in what it replies to. They do not count where they only say what somebody writes
about: whoever answers a notification that was passed on says something of his own.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from careerops.domain.email import MarkKind
from careerops.mail.body import FORWARD_HEADING
from careerops.mail.headers import Headers
from careerops.mail.marks import Piece
from careerops.mail.mime import Tree, Walker
from careerops.mail.ownmark import BEGINNING, HEADER, MARK
from careerops.mail.quotes import says_little

MAX_MARKS: Final = 5
_HEADER: Final = HEADER.lower().encode()
_MAX_MESSAGES: Final = 20
_MAX_VALUE_CHARS: Final = 4000
_MAX_RETURNED_BYTES: Final = 64 * 1024
_AUTOMATIC: Final = frozenset({b"auto_reply", b"bulk", b"junk"})
_REPLY = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|ref|rif|res|odp|回复|答复)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)


def marks_of(walker: Walker, tree: Tree, body: Piece, subject: str) -> tuple[str, ...]:
    """The marks, genuine or not, that say the mail is a message of ours; at most 5."""
    found: dict[str, None] = {}
    for text in _places(walker, tree, body, subject):
        lower = text.lower()
        if BEGINNING in lower:  # a search for a word is many times as fast as a pattern's
            for match in islice(MARK.finditer(lower), MAX_MARKS):
                found.setdefault(match[0])
    return tuple(found)[:MAX_MARKS]


def _places(walker: Walker, tree: Tree, body: Piece, subject: str) -> Iterator[str]:
    yield from _fields(tree.headers, _HEADER, b"message-id")
    own = _unquoted(body)
    if not _REPLY.match(subject):
        yield own
    returned = _is_report(tree.headers)
    passed_on = len(tree.messages) > 1 and says_little(own.partition(FORWARD_HEADING)[0])
    if returned or passed_on:
        for headers in tree.messages[1:_MAX_MESSAGES]:
            yield from _fields(headers, _HEADER, b"message-id")
    if returned:
        yield from _returned(walker, tree)
    if _is_automatic(tree.headers):
        yield from _fields(tree.headers, b"in-reply-to", b"references")


def _fields(headers: Headers, *names: bytes) -> Iterator[str]:
    for name in names:
        for value in headers.all_raw(name, MAX_MARKS):
            yield value[:_MAX_VALUE_CHARS].decode("ascii", "replace")


def _unquoted(body: Piece) -> str:
    """The text without what is quoted or hidden; the signature, where our mark is, stays."""
    silent = [m for m in body.marks if m.kind in {MarkKind.QUOTED, MarkKind.HIDDEN}]
    return "".join(_between(body.text, ((mark.start, mark.end) for mark in silent)))


def _between(text: str, ranges: Iterable[tuple[int, int]]) -> Iterator[str]:
    position = 0
    for start, end in ranges:
        yield text[position:start]
        position = end
    yield text[position:]


def _is_report(headers: Headers) -> bool:
    """A message about another that could not be delivered (RFC 3464)."""
    return headers.raw(b"content-type")[:40].lower().startswith(b"multipart/report")


def _returned(walker: Walker, tree: Tree) -> Iterator[str]:
    """What a report gives back of the message: all of it, or its header fields (RFC 6522)."""
    for part in tree.parts:
        if part.type == "text/rfc822-headers":
            yield walker.content(part, tree)[:_MAX_RETURNED_BYTES].decode("ascii", "replace")


def _is_automatic(headers: Headers) -> bool:
    """Written by a program: by RFC 3834, or as programs said it before."""
    return (
        headers.raw(b"auto-submitted")[:20].lower().startswith(b"auto-")
        or headers.raw(b"precedence")[:20].strip().lower() in _AUTOMATIC
        or bool(headers.raw(b"x-autoreply") or headers.raw(b"x-autorespond"))
    )
