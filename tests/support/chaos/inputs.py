"""The mails of a chaos run: each carries its number and its meaning, and belongs to a conversation.

What becomes of them is known beforehand, because the recorder's model does as the mail says:
`C` is a career mail and is told, `O` is nobody's business, `P` is poison: no answer about it is
ever usable, so it ends as a dead letter.
"""

import os
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from careerops.domain.identity import mail_id

ACCOUNT: Final = "me"
MARK: Final = re.compile(r"CH(?P<number>[0-9]{6})(?P<kind>[COP])")
"""How a mail's number and kind stand in its subject and text, and in everything said about it."""

_START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_OPEN_CONVERSATIONS: Final = 12
_BEGINS_ANEW: Final = 0.25


@dataclass(frozen=True, slots=True)
class Input:
    """One mail that was put into the mailbox, in the order of its number.

    Attributes:
        number: from 0, also its place in the mailbox.
        kind: `C`, `O` or `P`.
        conversation: mails of one are handled and told in order.
        event_id: the identity that the program has to give it.
    """

    number: int
    kind: str
    conversation: str
    event_id: str


class Inbox:
    """An mbox file that mails are delivered into while the program reads it."""

    def __init__(self, path: Path, seed: int, *, other: float = 0.15, poison: float = 0.03) -> None:
        """Deliver to `path`; of the mails, the shares `other` and `poison` are no career mails."""
        self.path = path
        self.inputs: list[Input] = []
        self._random = random.Random(f"inbox {seed}")
        self._other, self._poison = other, poison
        self._open: list[list[str]] = []

    def deliver(self, count: int) -> None:
        """Append `count` mails in one durable write."""
        lines = b"".join(self._next() for _ in range(count))
        with self.path.open("ab", buffering=0) as file:
            file.write(lines)
            os.fsync(file.fileno())

    def _next(self) -> bytes:
        number = len(self.inputs)
        mail = _mail(number, self._kind(), self._conversation())
        mark = MARK.search(str(mail["Subject"]))
        assert mark is not None
        root = str(mail["References"] or mail["Message-ID"]).split()[0]
        self.inputs.append(Input(number, mark["kind"], root, event_id_of(mail)))
        return b"From sender@example.org Mon Mar  2 09:00:00 2026\n" + mail.as_bytes() + b"\n"

    def _kind(self) -> str:
        drawn = self._random.random()
        if drawn < self._poison:
            return "P"
        return "O" if drawn < self._poison + self._other else "C"

    def _conversation(self) -> list[str]:
        """The Message-IDs of an open conversation, oldest first, this mail's own the last."""
        number = len(self.inputs)
        if not self._open or self._random.random() < _BEGINS_ANEW:
            self._open = [*self._open[1 - _OPEN_CONVERSATIONS :], []]
            chosen = self._open[-1]
        else:
            chosen = self._random.choice(self._open)
        chosen.append(f"<ch{number:06d}@company{number % 40}.example>")
        return chosen


def event_id_of(mail: EmailMessage) -> str:
    """The identity of `mail`, from its headers."""
    return mail_id(
        account=ACCOUNT,
        message_id=str(mail["Message-ID"]),
        sender=str(mail["From"]).partition("<")[2].rstrip(">"),
        date=str(mail["Date"]),
        subject=str(mail["Subject"]),
        body_text="",
    )


def _mail(number: int, kind: str, conversation: list[str]) -> EmailMessage:
    mark = f"CH{number:06d}{kind}"
    mail = EmailMessage()
    mail["From"] = f"Team {number % 40} <jobs@company{number % 40}.example>"
    mail["To"] = "robin@example.org"
    mail["Subject"] = f"About your application, reference {mark}"
    mail["Date"] = format_datetime(_START + timedelta(minutes=number))
    mail["Message-ID"] = conversation[-1]
    if len(conversation) > 1:
        mail["In-Reply-To"] = conversation[-2]
        # Root and parent, as clients do that shorten the list (RFC 5322, 3.6.4).
        mail["References"] = f"{conversation[0]} {conversation[-2]}"
    mail.set_content(f"Dear Robin,\n\nthis is about reference {mark} of your application.\n")
    return mail
