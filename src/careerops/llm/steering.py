"""Whether a mail speaks to programs: signs in its form, wherever in it they stand.

What an attacker says is not known, and in what language neither. What it has to look like to pass
for something else than a mail is: our own interface (fields of the answer, lines around a mail),
the marks that chat models tell speakers by, text that only a program reads (encoded, or spelled
with letters of another script that look alike). And whoever wants to be obeyed mostly says by whom
(see `addressing`). Such a mail may mean what it says, but no label of it stands unmarked.
"""

import base64
import re
from collections.abc import Iterator
from typing import Final

from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.llm.addressing import addresses_programs
from careerops.llm.answer import ANSWER_SCHEMA

PROMPT_INJECTION: Final = "prompt_injection"
"""The warning, in the word that the rules use too."""
_MAX_CHARS: Final = 40_000

_FIELDS: Final = "|".join(ANSWER_SCHEMA["properties"])
_KEY: Final = re.compile(
    rf"[\"'\u201c\u201d`](?:{_FIELDS})[\"'\u201c\u201d`]\s{{0,3}}[:=]", re.IGNORECASE
)
_OURS: Final = re.compile(
    r"\bevent_type\b|\bclassify\.v\d|\b(?:BEGIN|END) (?:MAIL|QUOTED|HIDDEN|SIGNATURE)\b"
    r"|\b(?:MAIL|QUOTED|HIDDEN|SIGNATURE) [0-9a-f]{16}\b|\[link:[^\]\s]{1,260}\]",
    re.IGNORECASE,
)
"""What only our own prompt has: no mail needs to have it."""
_CHAT: Final = re.compile(
    r"<\|[\w ]{2,30}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>"
    r"|</?(?:system|assistant|developer|tool(?:_\w{1,20})?|function(?:_\w{1,20})?|instructions?"
    r"|untrusted|e-?mail|mail|document|user_input|user|human)(?:\s[^<>\n@]{0,80})?/?>"
    r"|\[/?(?:system|assistant|developer|tool_?\w{0,20})\b[^\]\n]{0,60}\]"
    r"|[\"']role[\"']\s{0,3}:\s{0,3}[\"'](?:system|assistant|user|tool|developer)[\"']"
    r"|^#{2,4} ?(?:instructions?|system|response|assistant)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Marks of chat templates (ChatML, Llama, Gemma, Alpaca), and tags in their manner."""
_SPEAKER: Final = re.compile(
    r"^[^\w\n]{0,6}(system|assistant|developer|user|human)[^\w\n:]{0,4}:",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL: Final = re.compile(rf"\b(?:{'|'.join(kind.value for kind in EventType)})\b")
_CONFIDENCE: Final = re.compile(r"\b(?:0[.,]9\d*|1[.,]0+)\b")
_BASE64: Final = re.compile(
    r"(?<![\w/+=.-])(?:[A-Za-z0-9+/]{4}\s?){9,}[A-Za-z0-9+/]{0,3}={0,2}(?![\w/+])"
)
_READABLE: Final = 0.9
_FEW_WORDS: Final = 3
_MIXED: Final = re.compile(
    r"\b(?=\w{0,40}[A-Za-z])(?=\w{0,40}[\u0370-\u03ff\u0400-\u052f])[^\W\d_]{3,40}\b"
)


def steers(mail: RawEmail) -> bool:
    """Whether any text of `mail` has a sign of being meant for programs."""
    return any(_has_sign(text) for text in _texts(mail) if text)


def _texts(mail: RawEmail) -> Iterator[str]:
    yield mail.subject
    yield mail.sender.name
    yield mail.body_text[:_MAX_CHARS]
    for event in mail.calendar:
        yield from (event.summary, event.location, event.url, event.uid)
    yield from (attachment.name for attachment in mail.attachments)


def _has_sign(text: str) -> bool:
    return (
        _OURS.search(text) is not None
        or len({match.casefold() for match in _KEY.findall(text)}) > 1
        or _CHAT.search(text) is not None
        or len({match.casefold() for match in _SPEAKER.findall(text)}) > 1
        or _names_labels(text)
        or any(map(_is_encoded_text, _BASE64.findall(text)))
        or _MIXED.search(text) is not None
        or addresses_programs(text)
    )


def _names_labels(text: str) -> bool:
    """Whether a line that is not all capitals has a label of ours in capitals, and a certainty."""
    return any(
        _LABEL.search(line) and _CONFIDENCE.search(line) and not line.isupper()
        for line in text.split("\n")
    )


def _is_encoded_text(blob: str) -> bool:
    """Whether base64 decodes to text with words in it."""
    joined = "".join(blob.split())
    try:
        decoded = base64.b64decode(joined[: len(joined) // 4 * 4], validate=False)
        text = decoded.decode("utf-8")
    except ValueError:
        return False
    readable = sum(char.isprintable() or char.isspace() for char in text)
    return readable >= _READABLE * len(text) and len(text.split()) >= _FEW_WORDS
