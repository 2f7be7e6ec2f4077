"""A readable text with marks: made from plain text or HTML, cut and joined with offsets kept."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from careerops.domain.email import Mark, MarkKind
from careerops.mail.html import HIDDEN, QUOTE_BASE, render
from careerops.mail.quotes import find_quotes, forwarded_at, says_little
from careerops.mail.signatures import find_signatures
from careerops.mail.text import Span, canonical, join_runs

MAX_MARKS = 400
MAX_TEXT_CHARS = 256 * 1024
"""Characters of a part that are looked at; twice what an event carries."""

_PRIORITY = {MarkKind.HIDDEN: 0, MarkKind.QUOTED: 1, MarkKind.SIGNATURE: 2}


class Piece(NamedTuple):
    """Canonical text with marks that are sorted and do not overlap."""

    text: str
    marks: tuple[Mark, ...] = ()
    truncated: bool = False


EMPTY = Piece("")


def from_plain(text: str, subject: str) -> Piece:
    """A piece of a text/plain part."""
    cut = len(text) > MAX_TEXT_CHARS
    text = canonical(text[:MAX_TEXT_CHARS])
    return Piece(text, _marked(text, [], subject), cut)


def from_html(html: str, subject: str) -> Piece:
    """A piece of a text/html part."""
    rendered = render(html)
    text, spans = join_runs(rendered.runs)
    return Piece(text, _marked(text, spans, subject), rendered.truncated)


def join_pieces(pieces: Iterable[Piece]) -> Piece:
    """Pieces below one another, a blank line between."""
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    truncated = False
    for piece in pieces:
        truncated = truncated or piece.truncated
        if not piece.text:
            continue
        if parts:
            parts.append("\n\n")
            length += 2
        marks.extend(
            Mark(kind=mark.kind, start=mark.start + length, end=mark.end + length)
            for mark in piece.marks
        )
        parts.append(piece.text)
        length += len(piece.text)
    return Piece("".join(parts), tuple(marks), truncated)


def all_quoted(piece: Piece) -> Piece:
    """`piece` marked as quoted wherever it is not marked yet."""
    ranges = [(mark.start, mark.end, mark.kind) for mark in piece.marks]
    ranges.append((0, len(piece.text), MarkKind.QUOTED))
    return piece._replace(marks=paint(ranges))


def cut(piece: Piece, max_bytes: int, max_json_bytes: int) -> Piece:
    """The head of `piece` that fits into `max_bytes` of UTF-8 and so many of a JSON string.

    A text with more than 400 marks is cut before the next one.
    """
    end = len(piece.text)
    if len(piece.marks) > MAX_MARKS:
        end = piece.marks[MAX_MARKS].start
    while end and _too_long(piece.text[:end], max_bytes, max_json_bytes):
        data = piece.text[:end].encode()
        # Escapes at most double a canonical text, so a few rounds suffice.
        fits = min(max_bytes, len(data) * max_json_bytes // _json_bytes(piece.text[:end]))
        end = min(end - 1, len(data[:fits].decode("utf-8", "ignore")))
    if end == len(piece.text):
        return piece
    text = piece.text[:end].rstrip()
    marks = (
        mark if mark.end <= len(text) else mark.model_copy(update={"end": len(text)})
        for mark in piece.marks
        if mark.start < len(text)
    )
    return Piece(text, tuple(marks), truncated=True)


def visible(piece: Piece) -> str:
    """What is not marked at all."""
    parts: list[str] = []
    position = 0
    for mark in piece.marks:
        parts.append(piece.text[position : mark.start])
        position = mark.end
    parts.append(piece.text[position:])
    return "".join(parts)


def paint(ranges: Iterable[tuple[int, int, MarkKind]]) -> tuple[Mark, ...]:
    """Marks that do not overlap: hidden goes before quoted, quoted before signature."""
    ordered = sorted(ranges, key=lambda item: (_PRIORITY[item[2]], item[0]))
    taken: list[tuple[int, int, MarkKind]] = []
    for kind in _PRIORITY:
        fresh = [(start, end) for start, end, one in ordered if one is kind and start < end]
        taken = sorted([*taken, *((*gap, kind) for gap in _gaps(fresh, taken))])
    return tuple(Mark(kind=kind, start=start, end=end) for start, end, kind in taken)


def _gaps(
    ranges: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int, MarkKind]]
) -> list[tuple[int, int]]:
    """What of `ranges` (sorted) is not taken yet (sorted), in one pass."""
    found: list[tuple[int, int]] = []
    index = position = 0
    for start, end in ranges:
        position = max(position, start)
        while index < len(taken) and taken[index][1] <= position:
            index += 1
        ahead = index
        while ahead < len(taken) and taken[ahead][0] < end:
            if taken[ahead][0] > position:
                found.append((position, taken[ahead][0]))
            position = max(position, taken[ahead][1])
            ahead += 1
        if position < end:
            found.append((position, end))
        position = max(position, end)
    return found


def _marked(text: str, spans: list[Span], subject: str) -> tuple[Mark, ...]:
    """Marks of a canonical text, given what its HTML says of hidden and quoted parts."""
    hidden = [(span.start, span.end, MarkKind.HIDDEN) for span in spans if span.kind == HIDDEN]
    quoted = [span for span in spans if span.kind > QUOTE_BASE]
    forward = forwarded_at(text, subject)
    if forward and says_little(_own_words(text[: forward[0]], spans)):
        # The forwarded mail is what this mail says: only what that one quotes is history.
        outermost = min((s.kind for s in quoted if s.end > forward[1]), default=0)
        quoted = [s for s in quoted if s.start >= forward[1] and s.kind > outermost]
        begin, edges = forward[1], [forward]
    else:
        begin, edges = 0, []
    history = [(span.start, span.end) for span in quoted] + find_quotes(text, begin)
    quotes = [(start, end, MarkKind.QUOTED) for start, end in history]
    signed = [
        (start, end, MarkKind.SIGNATURE)
        for gap_start, gap_end in _unquoted(len(text), history + edges)
        for start, end in find_signatures(text, gap_start, gap_end)
    ]
    ranges = hidden + quotes + signed
    return paint(ranges) if ranges else ()


def _own_words(text: str, spans: list[Span]) -> str:
    """`text` without what is hidden in it or quoted above."""
    parts: list[str] = []
    position = 0
    for span in spans:
        if span.start >= len(text):
            break
        parts.append(text[position : span.start])
        position = min(span.end, len(text))
    parts.append(text[position:])
    return "".join(parts)


def _unquoted(length: int, history: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The gaps between quotes, at most 50: who writes between more lines signs none of them."""
    edges = [(0, 0), *sorted(history), (length, length)]
    gaps = [(before[1], after[0]) for before, after in pairwise(edges) if after[0] > before[1]]
    return gaps[:1] + gaps[-1:] if len(gaps) > _MAX_GAPS else gaps


_MAX_GAPS = 50


def _json_bytes(text: str) -> int:
    return len(text.encode()) + text.count('"') + text.count("\\") + text.count("\n")


def _too_long(text: str, max_bytes: int, max_json_bytes: int) -> bool:
    if 4 * len(text) <= min(max_bytes, max_json_bytes // 2):
        return False
    return len(text.encode()) > max_bytes or _json_bytes(text) > max_json_bytes
