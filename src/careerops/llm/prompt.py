"""From a mail to a question: what the model is shown, and how it is kept apart from what we say.

Static instructions come first (providers cache the prefix), the mail last in a message of its
own. The lines around the mail and its parts carry a code that is a hash of the mail: whoever
writes the mail cannot know it, because writing it into the mail would change it.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from careerops.domain.email import CalendarEvent, Mark, RawEmail
from careerops.domain.identity import digest
from careerops.domain.plain import plain_line
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.ports.chatmodel import ChatRequest

PROMPT_VERSION: Final = "classify.v1"
MAX_MAIL_CHARS: Final = 12_000
"""Characters of a mail that a model is shown: about 3,000 tokens, more than any hiring mail has."""
_ASIDE_CHARS: Final = 1500
_ASIDE_COST: Final = 40  # of naming a part: a mail of thousands of parts is not shown whole
_HEADER_CHARS: Final = 300
_CODE_CHARS: Final = 16
_HEAD_SHARE: Final = 0.75
_CUT: Final = "\n[... cut ...]\n"
_PLACEHOLDER: Final = "\x00"


@cache
def instructions(version: str = PROMPT_VERSION) -> str:
    """The static part of prompt `version`, from the package's data."""
    return (files("careerops.llm") / "prompts" / f"{version}.md").read_text(encoding="utf-8")


def build_request(mail: RawEmail, *, max_chars: int = MAX_MAIL_CHARS) -> ChatRequest:
    """The question about `mail`, showing at most `max_chars` characters of its text."""
    shown = "\n".join([*_headers(mail), "", *_parts(mail, max_chars)])
    return ChatRequest(
        messages=(("system", instructions()), ("user", _enclosed(shown))),
        schema=ANSWER_SCHEMA,
        schema_name="career_event",
    )


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
        f"at {plain_line(event.location, 120)}" if event.location else "",
        "cancelled" if event.cancelled else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _parts(mail: RawEmail, max_chars: int) -> Iterator[str]:
    """The text in its order, marked parts named; what the sender says now gets the most room."""
    aside_left = min(_ASIDE_CHARS, max_chars // 4)
    spoken_left = max_chars - aside_left
    for mark, text in _segments(mail):
        if mark is None:
            if spoken_left > 0 and text.strip():
                yield _trimmed(text, spoken_left)
                spoken_left -= len(text)
        elif aside_left > 0 and text.strip():
            kind = mark.kind.value.upper()
            shown = _trimmed(text, aside_left)
            yield f"{kind} {_PLACEHOLDER}\n{shown}\nEND {kind} {_PLACEHOLDER}"
            aside_left -= len(text) + _ASIDE_COST


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


def _trimmed(text: str, limit: int) -> str:
    """The beginning and the end of `text`: dates and reasons stand in either."""
    text = text.strip("\n")
    if len(text) <= limit:
        return text
    room = max(0, limit - len(_CUT))
    head = int(room * _HEAD_SHARE)
    return text[:head] + _CUT + (text[len(text) - (room - head) :] if room > head else "")
