"""Which parts of a mail are its text, and that text put together."""

import re
from dataclasses import dataclass, field

from careerops.mail.marks import (
    EMPTY,
    Piece,
    all_quoted,
    from_html,
    from_plain,
    join_pieces,
    visible,
)
from careerops.mail.mime import Part, Tree, Walker
from careerops.mail.quotes import says_little
from careerops.mail.text import canonical

_STUB = re.compile(
    r"(?:html|browser|navegador|navigateur|web ?version|online version|webansicht|email client"
    r"|mail reader|unable to (?:view|display)|view (?:this|it|the) |ansehen|anzeigen|visualizza)",
    re.IGNORECASE,
)
_MAX_STUB_CHARS = 400
_MAX_EMPTY_CHARS = 3
_LOOKS_HTML = re.compile(
    r"\s*(?:<!doctype html|<html[\s>]|<(?:div|table|p|body|head|meta)[\s>])", re.IGNORECASE
)
_MAX_TEXT_PARTS = 40
FORWARD_HEADING = "---------- Forwarded message ---------"
"""Stands above an attached message in the text."""
_CALENDAR_TYPES = frozenset({"text/calendar", "application/ics"})
_FIELD_CHARS = 200


@dataclass(slots=True)
class Contents:
    """The parts of a mail by what they are for.

    Attributes:
        body: the readable text.
        texts: decoded plain texts, and `documents`: decoded HTML, for their links.
        calendars: decoded .ics texts.
        attachments: the parts that are neither.
    """

    body: Piece = EMPTY
    texts: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)


class _Choice:
    """The text parts of one message, or of one multipart/alternative in it."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []

    def pieces(self, subject: str) -> list[Piece]:
        """Plain text, unless it says nothing and there is HTML."""
        plain = [from_plain(text, subject) for text in self.plain]
        if self.html and is_stub("\n".join(piece.text for piece in plain)):
            html = [from_html(document, subject) for document in self.html]
            if any(piece.text for piece in html):
                return html
            return [*plain, *html]
        return plain


def read_contents(walker: Walker, tree: Tree, subject: str) -> Contents:
    """The contents of a walked mail; `subject` tells whether it is a forward."""
    contents = Contents()
    groups: dict[tuple[int, int, int], _Choice] = {}
    for number, part in enumerate(tree.parts):
        kind = _kind(part)
        if kind == "attachment" or (kind == "text" and len(groups) >= _MAX_TEXT_PARTS):
            contents.attachments.append(part)
        elif kind == "calendar":
            contents.calendars.append(walker.text(part, tree))
            if part.is_attachment:
                contents.attachments.append(part)
        else:
            text = walker.text(part, tree)
            key = (part.message, part.alternative, 0 if part.alternative else number)
            _add(groups.setdefault(key, _Choice()), contents, part, text)
    contents.body = _put_together(groups, tree, subject)
    return contents


def is_stub(text: str) -> bool:
    """Whether a plain text stands only for programs that cannot show HTML, or is empty."""
    if len(text) <= _MAX_EMPTY_CHARS:
        return True
    return len(text) <= _MAX_STUB_CHARS and _STUB.search(text) is not None


def _kind(part: Part) -> str:
    if part.type in _CALENDAR_TYPES:
        return "calendar"
    if not part.type.startswith("text/"):
        is_ics = part.type == "application/octet-stream" and part.filename.lower().endswith(".ics")
        return "calendar" if is_ics else "attachment"
    return "attachment" if part.is_attachment else "text"


def _add(choice: _Choice, contents: Contents, part: Part, text: str) -> None:
    if part.type == "text/html" or _LOOKS_HTML.match(text):
        choice.html.append(text)
        contents.documents.append(text)
    else:
        choice.plain.append(text)
        contents.texts.append(text)


def _put_together(groups: dict[tuple[int, int, int], _Choice], tree: Tree, subject: str) -> Piece:
    """The mail's own text, then each attached message under its header.

    An attached message is what the mail says if its sender adds nearly nothing; else it is quoted.
    """
    if len(groups) == 1 and len(tree.messages) == 1:
        return join_pieces(next(iter(groups.values())).pieces(subject))
    own: list[Piece] = []
    attached: dict[int, list[Piece]] = {number: [] for number in range(1, len(tree.messages))}
    for (message, _, _), choice in groups.items():
        inner = tree.messages[message].line(b"subject", _FIELD_CHARS) if message else subject
        (attached[message] if message else own).extend(choice.pieces(inner))
    mine = join_pieces(own)
    little = says_little(visible(mine))
    pieces = [mine]
    for number, texts in attached.items():
        letter = join_pieces([_heading(tree, number), *texts])
        pieces.append(letter if little else all_quoted(letter))
    return join_pieces(pieces)


def _heading(tree: Tree, number: int) -> Piece:
    headers = tree.messages[number]
    lines = [FORWARD_HEADING]
    for name in ("From", "Date", "Subject", "To"):
        value = headers.line(name.lower().encode(), _FIELD_CHARS)
        if value:
            lines.append(f"{name}: {value}")
    return Piece(canonical("\n".join(lines)))
