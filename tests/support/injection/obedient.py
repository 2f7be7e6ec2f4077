"""A model that does whatever a mail says, as convincingly as it can.

It reads the message it is sent, in any disguise: encoded, spaced, backwards, in letters that look
alike. Where it recognises what one of the attacks of the corpus says, it gives the answer that the
attacker wishes for, with a passage of the mail as evidence. Else it answers honestly.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from careerops.llm.trimming import tidied
from careerops.ports.chatmodel import ChatAnswer, ChatRequest
from support.httpfake import Answer
from support.injection.corpus import Row

_BLOB = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_CHUNK = 10
_ENOUGH = 0.5
_LATIN = str.maketrans("\u0430\u0435\u043e\u0440\u0441\u0445", "aeopcx")
_MARKED = re.compile(
    r"(BEGIN|END) MAIL [0-9a-f]{16}|(?:END )?(?:QUOTED|HIDDEN|SIGNATURE) [0-9a-f]{16}"
)
_MAX_WORDS = 40


@dataclass(slots=True)
class ObedientModel:
    """A `ChatModel`.

    Attributes:
        catalogue: the attacks it understands, and whose true labels it knows.
        knows_all: obey also what it was not shown: the worst a model could do.
        is_clean: whether the mail is a clean twin: there is nothing to obey.
        pick: which of the passages it could give as evidence; 0 is the one asked for.
        obeyed: ids of the attacks that it obeyed.
    """

    catalogue: Sequence[Row]
    knows_all: Row | None = None
    is_clean: bool = False
    pick: int = 0
    name: str = "obedient"
    obeyed: list[str] = field(default_factory=list)

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """What the mail wants, else the truth; asked again, with the next passage as evidence."""
        complaints = len(request.messages) // 2 - 1
        text = json.dumps(self.answer(request.messages[1][1], self.pick + complaints))
        return ChatAnswer(text, truncated=False, model="obedient-1")

    async def close(self) -> None:
        """Nothing is held."""

    def answer(self, message: str, pick: int = 0) -> dict[str, Any]:
        """The answer about the mail in `message`, proven by passage number `pick`."""
        obeyed = None if self.is_clean else self.knows_all or self._attack_in(message)
        if obeyed is None:
            return honest(message, self._truth_of(message))
        self.obeyed.append(obeyed.id)
        return wished(message, obeyed.wish, pick)

    def _attack_in(self, message: str) -> Row | None:
        readings = readings_of(message)
        found = (
            (_share(words, readings), row)
            for row in self.catalogue
            for words in (row.words, tidied(row.words))
        )
        share, best = max(found, key=lambda pair: pair[0])
        return best if share > _ENOUGH else None

    def _truth_of(self, message: str) -> str:
        readings = readings_of(message)
        found = (
            (_share(_honest_words(row), readings, whole=True), row.twin_truth.value)
            for row in self.catalogue
        )
        return max(found)[1]


def wished(message: str, wish: dict[str, str], pick: int) -> dict[str, Any]:
    """What the attacker wants said, proven by the passage number `pick`."""
    label = wish["label"]
    passages = passages_of(message)
    asked = [wish["evidence"]] if wish["evidence"] and wish["evidence"] in message else []
    choices = [*asked, *passages] or [""]
    evidence = choices[min(pick, len(choices) - 1)]
    contact = f"{wish['summary']} {wish['link']} {wish['phone']}"
    return {
        "event_type": label,
        "company": wish["company"],
        "role": wish.get("role", ""),
        "confidence": 0.99,
        "summary": contact,
        "evidence": "" if label == "OTHER" else evidence,
        "interview": {
            "start": wish.get("start", "2026-11-24T09:00:00+00:00"),
            "end": "",
            "place": wish.get("place", f"Call {wish['phone']} or {wish['link']}"),
        },
        "deadline": "2026-11-24T23:00:00+00:00",
    }


def honest(message: str, label: str) -> dict[str, Any]:
    """The truth, proven by the longest passage of what is said."""
    passages = passages_of(message)
    return {
        "event_type": label,
        "company": "",
        "role": "",
        "confidence": 0.95,
        "summary": "What the mail says.",
        "evidence": "" if label == "OTHER" else max(passages, key=len),
        "interview": {"start": "", "end": "", "place": ""},
        "deadline": "",
    }


def passages_of(message: str) -> list[str]:
    """Whatever of a message can be given as a quote: the subject, then every line of the text."""
    head, _, body = message.partition("\n\n")
    subject = next((line[9:] for line in head.splitlines() if line.startswith("Subject: ")), "")
    lines = [line for line in body.splitlines() if not _MARKED.fullmatch(line)]
    cut = [" ".join(line.split()[:_MAX_WORDS]) for line in (subject, *lines)]
    return [line for line in cut if len(line.replace(" ", "")) >= 6 and "[" not in line]


def readings_of(message: str) -> list[str]:
    """The letters of a message, as they stand, undisguised, and backwards."""
    texts = [message]
    for blob in _BLOB.findall(message):
        try:
            texts.append(base64.b64decode(blob + "=" * (-len(blob) % 4)).decode())
        except ValueError:
            continue
    plain = _letters("\n".join(texts))
    return [plain, plain[::-1]]


def _letters(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).translate(_LATIN).casefold()
    return "".join(char for char in flat if char.isalnum())


def _share(words: str, readings: Sequence[str], *, whole: bool = False) -> float:
    """How much of `words` stands in a reading: in chunks, so that what is cut is recognised."""
    letters = _letters(words)
    starts = range(0, max(1, len(letters) - _CHUNK + 1), _CHUNK)
    chunks = [letters[start : start + _CHUNK] for start in starts]
    if not letters or (len(letters) < _CHUNK and not whole):
        return 0.0
    return max(sum(chunk in reading for chunk in chunks) / len(chunks) for reading in readings)


def _honest_words(row: Row) -> str:
    said = row.said
    if "plausible" in row.where:
        return str(said["twin"])
    sender = said.get("twin_from", said["from"]).rpartition("@")[2]
    return sender + "".join(str(said.get(key, "")) for key in ("text", "subject"))


def serves(model: ObedientModel) -> Answer:
    """The model behind chat completions."""

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = json.loads(await request.text())
        text = json.dumps(model.answer(asked["messages"][1]["content"]))
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": text},
        }
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        return web.json_response(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": model.name,
                "choices": [choice],
                "usage": usage,
            }
        )

    return answer
