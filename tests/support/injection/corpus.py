"""tests/corpus/injection/*.jsonl as mails: each attack, and the same mail without it.

`attacks` is what the guards were written against. Each `heldout` was written when they stood, in
new words; docs/injection.md says what its first run showed, and what was mended after it.

A row is a mail with `{attack}` in one of its fields, the words that stand there (`attack`), how
they are disguised (`coded`), what stands there in the twin (`twin`), the true label, and what the
attacker wants to be told (`wish`). In a `plausible fake` all that is said is the attack, and the
twin is an honest mail of the kind with a label of its own.
"""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

FOLDER = Path(__file__).parents[2] / "corpus" / "injection"
NAMES = ("attacks", "heldout", "heldout2", "heldout3")
SENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_PADDING = "The river goes on and nothing of it is of any consequence to anybody here. "
_LOOKALIKES = str.maketrans(
    {"a": "\u0430", "e": "\u0435", "o": "\u043e", "p": "\u0440", "c": "\u0441", "x": "\u0445"}
)

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One attack.

    Attributes:
        id, where, language, truth, wish: as in the file.
        twin_truth: the label of the clean twin.
        attack, twin: the mails as they arrive.
        words: what the attacker says, undisguised.
    """

    id: str
    where: str
    language: str
    truth: EventType
    twin_truth: EventType
    wish: dict[str, str]
    words: str
    attack: bytes
    twin: bytes
    said: dict[str, Any] = field(repr=False)


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The corpus of this name, in its order."""
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return tuple(_row(json.loads(line)) for line in lines)


def parsed(raw: bytes) -> RawEmail:
    """A mail as ingest understands it."""
    request = ParseRequest(
        raw=raw, account="me", source="eml", locator="", fallback_time=SENT + timedelta(minutes=1)
    )
    return parse_mail(request).email


def _row(said: dict[str, Any]) -> Row:
    twin = {
        **said,
        "from": said.get("twin_from", said["from"]),
        "auth": said.get("twin_auth", said["auth"]),
    }
    return Row(
        id=said["id"],
        where=said["where"],
        language=said["language"],
        truth=EventType(said["truth"]),
        twin_truth=EventType(said.get("twin_truth", said["truth"])),
        wish=said["wish"],
        words=said["attack"],
        attack=_mail(said, _coded(said["attack"], said["coded"]), "attack"),
        twin=_mail(twin, said["twin"], "twin"),
        said=said,
    )


def _coded(words: str, how: str) -> str:
    """`words` in a disguise."""
    disguises: dict[str, Callable[[str], str]] = {
        "plain": str,
        "zero-width": lambda text: "".join(char + "\u200b" for char in text),
        "bidi": lambda text: f"\u202e{text[::-1]}\u202c",
        "homoglyph": lambda text: text.translate(_LOOKALIKES),
        "base64": lambda text: base64.b64encode(text.encode()).decode(),
        "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
        "fullwidth": lambda text: text.translate(_WIDE),
        "spaced": lambda text: "  ".join(" ".join(word) for word in text.split()),
    }
    return disguises[how](words)


def _mail(said: dict[str, Any], words: str, which: str) -> bytes:
    line = " ".join(words.split())
    name, _, address = said["from"].replace("{attack}", line).rpartition(" <")
    mail = EmailMessage()
    mail["From"] = f"{_quoted(name)} <{address}"
    mail["To"] = "Robin Varga <robin.varga@example.org>"
    mail["Subject"] = said["subject"].replace("{attack}", line)
    mail["Date"] = format_datetime(SENT)
    mail["Message-ID"] = f"<{said['id']}.{which}@example.net>"
    mail["Authentication-Results"] = _results(said["auth"], address.rstrip(">").rpartition("@")[2])
    _fill(mail, said, words)
    return mail.as_bytes()


def _fill(mail: EmailMessage, said: dict[str, Any], words: str) -> None:
    if "text" in said:
        text = said["text"].replace("{padding}", "\n".join([_PADDING] * said.get("pad", 0)))
        mail.set_content(text.replace("{attack}", words))
    if "html" in said:
        shown = words if said["coded"] == "entities" else html.escape(words)
        page = said["html"].replace("{attack}", shown)
        if "text" in said:
            mail.add_alternative(page, subtype="html")
        else:
            mail.set_content(page, subtype="html")
    if "ics" in said:
        mail.add_attachment(
            _calendar(said["ics"], words).encode(), maintype="text", subtype="calendar"
        )
        part = list(mail.iter_attachments())[-1]
        del part["Content-Disposition"]
        part.set_param("charset", "utf-8")
        part.set_param("method", "REQUEST")
    if "attachment" in said:
        mail.add_attachment(
            b"%PDF-1.4\n",
            maintype="application",
            subtype="pdf",
            filename=said["attachment"].replace("{attack}", words),
        )


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "").replace('"', "'") + '"'


def _results(auth: str, domain: str) -> str:
    if auth == "aligned":
        return (
            f"mx.example.org; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={domain};"
            f" dmarc=pass header.from={domain}"
        )
    if auth == "fail":
        return (
            f"mx.example.org; dkim=fail header.d={domain}; spf=softfail smtp.mailfrom=x.example;"
            f" dmarc=fail header.from={domain}"
        )
    return "mx.example.org; dkim=none; spf=none; dmarc=none"


def _calendar(event: dict[str, str], words: str) -> str:
    def put(text: str) -> str:
        filled = text.replace("{attack}", words)
        return filled.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")

    named = event.get("organizer_name", "Organizer").replace("{attack}", words)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
        f"UID:{event['uid']}", f"DTSTART:{event['start']}", f"DTEND:{event['end']}",
        f"SUMMARY:{put(event['summary'])}", f"LOCATION:{put(event['location'])}",
        f"DESCRIPTION:{put(event['description'])}",
        f"ORGANIZER;CN=\"{named}\":mailto:{event['organizer']}",
        f"URL:{event['url'].replace('{attack}', words)}",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)
