"""From a mail to a question: what the model is shown, and how it is kept apart from what we say.

Static instructions come first (providers cache the prefix), the mail last in a message of its
own. The lines around the mail and its parts carry a code that is a hash of the mail: whoever
writes the mail cannot know it, because writing it into the mail would change it.

What the sender says now gets the room. Of quoted history and of a signature the beginning is
shown, marked as such. What a reader does not see is only counted: a model cannot obey what it is
not shown. It is shown, marked, only in a mail that says next to nothing visibly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from careerops.domain.email import CalendarEvent, Mark, MarkKind, RawEmail
from careerops.domain.identity import digest
from careerops.domain.plain import plain_line
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.llm.tokens import estimate_tokens, fitting_head, fitting_tail
from careerops.llm.trimming import tidied, without_footer
from careerops.mail.spoken import is_forward
from careerops.ports.chatmodel import ChatRequest

PROMPT_VERSION: Final = "classify.v2"
MAX_MAIL_TOKENS: Final = 1200
"""Estimated tokens of a mail that a model is shown: some 900 words, more than hiring mail has."""
_ASIDE_SHARE: Final = 0.2
_ASIDE_TOKENS: Final = {MarkKind.QUOTED: 150, MarkKind.HIDDEN: 150, MarkKind.SIGNATURE: 60}
_NAMING_TOKENS: Final = 40  # of naming a part: a mail of hundreds of parts is not shown whole
_SAYS_LITTLE: Final = 40
"""Characters of spoken text below which a mail says next to nothing visibly."""
_HEADER_CHARS: Final = 300
_CODE_CHARS: Final = 16
_HEAD_SHARE: Final = 0.75
_CUT: Final = "\n[... cut ...]\n"
_PLACEHOLDER: Final = "\x00"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The static part of a question.

    Attributes:
        version: its name, as events carry it.
        text: instructions and examples.
    """

    version: str
    text: str


@cache
def bundled_prompt(version: str = PROMPT_VERSION) -> Prompt:
    """The prompt of that version, from the package's data."""
    file = files("careerops.llm") / "prompts" / f"{version}.md"
    return Prompt(version, file.read_text(encoding="utf-8"))


def bundled_versions() -> list[str]:
    """The prompts that the package has."""
    folder = files("careerops.llm") / "prompts"
    return sorted(each.name.removesuffix(".md") for each in folder.iterdir())


def build_request(
    mail: RawEmail, *, max_tokens: int = MAX_MAIL_TOKENS, prompt: Prompt | None = None
) -> ChatRequest:
    """The question about `mail`, showing about `max_tokens` of its text at most."""
    asked = prompt or bundled_prompt()
    return ChatRequest(
        messages=(("system", asked.text), ("user", shown_mail(mail, max_tokens=max_tokens))),
        schema=ANSWER_SCHEMA,
        schema_name="career_event",
        history=mail.backfill,
    )


def shown_mail(mail: RawEmail, *, max_tokens: int = MAX_MAIL_TOKENS) -> str:
    """The message about `mail`: its headers and its text, trimmed, between lines with a code."""
    return _enclosed("\n".join([*_headers(mail), "", *_parts(mail, max_tokens)]))


def _enclosed(shown: str) -> str:
    """`shown` between its two lines, with its code in place of the placeholder.

    No mail contains the placeholder: canonical text has no control characters, and what else is
    shown is cleaned of them.
    """
    code = digest("delimiter", shown)[:_CODE_CHARS]
    while code in shown:  # one in 2**64; but then the mail could close its own brackets
        code = digest("delimiter", code, shown)[:_CODE_CHARS]
    marked = shown.replace(_PLACEHOLDER, code)
    return f"BEGIN MAIL {code}\n{marked}\nEND MAIL {code}"


def _headers(mail: RawEmail) -> Iterator[str]:
    name = plain_line(mail.sender.name, 100)
    yield f"From: {name} ({plain_line(mail.sender.domain, 100) or 'unknown domain'})"
    yield f"Received: {mail.received_at:%A, %Y-%m-%d %H:%M} UTC"
    yield f"Subject: {plain_line(mail.subject, _HEADER_CHARS)}"
    for event in mail.calendar[:3]:
        yield "Invitation: " + _invitation(event)


def _invitation(event: CalendarEvent) -> str:
    facts = [
        plain_line(event.summary, 160),
        f"starts {event.start.isoformat()}" if event.start else "",
        f"ends {event.end.isoformat()}" if event.end else "",
        f"zone {plain_line(event.zone, 40)}" if event.zone else "",
        f"at {plain_line(tidied(event.location), 120)}" if event.location else "",
        "cancelled" if event.cancelled else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _parts(mail: RawEmail, max_tokens: int) -> Iterator[str]:
    """The text in its order, other parts named; what the sender says now gets the most room."""
    segments = list(_segments(mail))
    spoken = _spoken(segments)
    aside = min(int(max_tokens * _ASIDE_SHARE), sum(_ASIDE_TOKENS.values()))
    little = sum(map(len, spoken.values())) < _SAYS_LITTLE
    kept = _within(spoken, max_tokens - aside)
    left = _aside_rooms(mail, max_tokens, little=little)
    hidden = [text for mark, text in segments if mark and mark.kind is MarkKind.HIDDEN]
    for number, (mark, text) in enumerate(segments):
        if mark is None:
            if kept.get(number):
                yield kept[number]
        elif (room := left.get(mark.kind, 0)) > 0 and (short := tidied(text)):
            shown = _trimmed(short, room)
            yield _named(mark.kind, shown)
            left[mark.kind] -= estimate_tokens(shown) + _NAMING_TOKENS
    if hidden and not little:
        count = sum(map(len, hidden))
        yield f"HIDDEN {_PLACEHOLDER} {count} characters that a reader does not see, not shown"


def _aside_rooms(mail: RawEmail, max_tokens: int, *, little: bool) -> dict[MarkKind, int]:
    """Tokens for each kind of part that is not said now."""
    rooms = {kind: min(tokens, max_tokens // 8) for kind, tokens in _ASIDE_TOKENS.items()}
    if is_forward(mail):
        rooms[MarkKind.QUOTED] = max_tokens // 2  # what is passed on is what the mail is about
    if not little:
        rooms[MarkKind.HIDDEN] = 0
    return rooms


def _named(kind: MarkKind, text: str) -> str:
    name = kind.value.upper()
    return f"{name} {_PLACEHOLDER}\n{text}\nEND {name} {_PLACEHOLDER}"


def _spoken(segments: list[tuple[Mark | None, str]]) -> dict[int, str]:
    """What is said now, by the number of its segment: tidied, the last one without its footer."""
    said = {number: tidied(text) for number, (mark, text) in enumerate(segments) if mark is None}
    said = {number: text for number, text in said.items() if text.strip()}
    if said:
        last = max(said)
        said[last] = without_footer(said[last])
    return said


def _within(spoken: dict[int, str], tokens: int) -> dict[int, str]:
    """`spoken` within so many tokens: the beginning and the end of the whole."""
    sizes = {number: estimate_tokens(text) for number, text in spoken.items()}
    if sum(sizes.values()) <= tokens:
        return spoken
    head_left = int(tokens * _HEAD_SHARE)
    tail_left = tokens - head_left
    heads: dict[int, str] = {}
    tails: dict[int, str] = {}
    for number, text in spoken.items():
        if head_left <= 0:
            break
        heads[number] = fitting_head(text, head_left)
        head_left -= sizes[number]
    for number, text in reversed(spoken.items()):
        if tail_left <= 0:
            break
        rest = text[len(heads.get(number, "")) :]
        tails[number] = fitting_tail(rest, tail_left)
        tail_left -= sizes[number]
    return {
        number: _joined(spoken[number], heads.get(number, ""), tails.get(number, ""))
        for number in spoken
        if number in heads or number in tails
    }


def _joined(text: str, head: str, tail: str) -> str:
    if len(head) + len(tail) >= len(text.strip()):
        return text
    return f"{head}{_CUT}{tail}".strip("\n")


def _trimmed(text: str, tokens: int) -> str:
    """The beginning of an aside."""
    head = fitting_head(text, tokens)
    return text if len(head) == len(text.rstrip()) else f"{head}{_CUT}".rstrip("\n")


def _segments(mail: RawEmail) -> Iterator[tuple[Mark | None, str]]:
    text = mail.body_text.replace(_PLACEHOLDER, " ")
    position = 0
    for mark in mail.marks:
        if mark.start > position:
            yield None, text[position : mark.start]
        yield mark, text[max(mark.start, position) : mark.end]
        position = max(position, mark.end)
    if position < len(text):
        yield None, text[position:]
