"""What the sender of a mail says, visibly: the only text a decision may rest on."""

import re

from careerops.domain.email import MarkKind, RawEmail

MAX_SPOKEN_CHARS = 12_000
"""Some 2,000 words, more than a hiring mail says; bounds the time spent on a hostile one."""

_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst)\s*:", re.IGNORECASE)
_FORWARD_BODY = re.compile(
    r"forwarded message|weitergeleitete nachricht|mensaje reenviado|message transf[eé]r[eé]"
    r"|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|अग्रेषित संदेश"
    r"|^[>\s]*(?:from|von|de|da|van|प्रेषक)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_TO = re.compile(r"(?im)^[>\s]{0,6}(?:to|an|para|à|a|aan|प्रति)\s?:([^\n]{0,300})")
_HEAD_CHARS = 4000
_SOFT_WRAP_COLUMNS = 50


def is_forward(mail: RawEmail) -> bool:
    """Whether the mail passes on another one: by its subject, and by a forwarded header in it."""
    if not _FORWARD_SUBJECT.match(mail.subject[:20]):
        return False
    return _FORWARD_BODY.search(mail.body_text[:_HEAD_CHARS]) is not None


def is_forward_of_own(mail: RawEmail) -> bool:
    """Whether a forwarded mail was written to its forwarder: it is that person's matter."""
    if not is_forward(mail) or not mail.sender.address:
        return False
    lines = _FORWARD_TO.findall(mail.body_text[:_HEAD_CHARS])
    return any(mail.sender.address.casefold() in line.casefold() for line in lines)


def spoken_segments(mail: RawEmail, limit: int = MAX_SPOKEN_CHARS) -> tuple[str, ...]:
    """The visible parts of `body_text`, each a verbatim slice, at most `limit` characters.

    Quoted text counts only in a forward, where it is what is being said. Hidden text and
    signatures never count.
    """
    silent = {MarkKind.HIDDEN, MarkKind.SIGNATURE}
    if not is_forward(mail):
        silent.add(MarkKind.QUOTED)
    segments: list[str] = []
    position, left = 0, limit
    for mark in mail.marks:
        if mark.kind in silent:
            left -= _add(segments, mail.body_text[position : mark.start], left)
            position = max(position, mark.end)
    _add(segments, mail.body_text[position : position + max(left, 0)], left)
    return tuple(segments)


def _add(segments: list[str], text: str, left: int) -> int:
    kept = text[: max(left, 0)]
    if kept.strip():
        segments.append(kept)
    return len(kept)


def unwrap(text: str) -> str:
    """`text` with the line ends of wrapped paragraphs as blanks: same length, other newlines kept.

    A line of at least 50 characters followed by a line with text is taken as wrapped.
    """
    lines = text.split("\n")
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        wrapped = len(line) >= _SOFT_WRAP_COLUMNS and following[:1].isalnum()
        parts += [line, " " if wrapped else "\n"]
    return "".join(parts[:-1])
