"""The mails of a chaos run: each carries its number and its meaning, and belongs to a conversation.

What becomes of them is known beforehand, because the recorder's model does as the mail says:
`C` is a career mail and is told, `O` is nobody's business, `P` is poison: no answer about it is
ever usable, so it ends as a dead letter. `X` makes the provider itself fail, whenever it is asked
about it: the rules tell of it, or without them it is a dead letter.
"""

import os
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from careerops.domain.identity import mail_id

ACCOUNT: Final = "me"
MARK: Final = re.compile(r"CH(?P<number>[0-9]{6})(?P<kind>[COPX])")
"""How a mail's number and kind stand in its subject and text, and in everything said about it."""

_ROOT: Final = re.compile(r"<ch([0-9]{6})@")
_START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_OPEN_CONVERSATIONS: Final = 12
_BEGINS_ANEW: Final = 0.25


@dataclass(frozen=True, slots=True)
class Input:
    """One mail that was put into the mailbox, in the order of its number.

    Attributes:
        number: from 0, also its place in the mailbox.
        kind: `C`, `O`, `P` or `X`.
        conversation: mails of one are handled and told in order.
        event_id: the identity that the program has to give it.
    """

    number: int
    kind: str
    conversation: str
    event_id: str


class Inbox:
    """An mbox file that mails are delivered into while the program reads it."""

    def __init__(
        self,
        path: Path,
        seed: int,
        *,
        other: float = 0.15,
        poison: float = 0.03,
        accounts: Sequence[str] = (ACCOUNT,),
    ) -> None:
        """Deliver to `path`, of further `accounts` to files beside it, which are made here.

        Of the mails, the shares `other` and `poison` are no career mails.
        """
        self.path = path
        self.accounts = accounts
        for account in accounts:
            self.path_of(account).touch()
        self.inputs: list[Input] = []
        self._random = random.Random(f"inbox {seed}")
        self._other, self._poison = other, poison
        self._open: list[list[str]] = []

    def deliver(self, count: int, kind: str = "") -> Sequence[Input]:
        """Append `count` mails, in one durable write an account; all of a `kind` if it is given."""
        first = len(self.inputs)
        lines: dict[Path, bytes] = {}
        for _ in range(count):
            mail = self._next(kind)
            path = self.path_of(self._account(self.inputs[-1].conversation))
            lines[path] = lines.get(path, b"") + mail
        for path, text in lines.items():
            with path.open("ab", buffering=0) as file:
                file.write(text)
                os.fsync(file.fileno())
        return self.inputs[first:]

    def path_of(self, account: str) -> Path:
        """The mailbox of `account`."""
        return self.path if account == ACCOUNT else self.path.with_name(f"inbox-{account}.mbox")

    def _account(self, conversation: str) -> str:
        """Whose it is: a conversation stays with one account."""
        mark = _ROOT.search(conversation)
        assert mark is not None
        return self.accounts[int(mark[1]) % len(self.accounts)]

    def _next(self, kind: str = "") -> bytes:
        number = len(self.inputs)
        mail = _mail(number, kind or self._kind(), self._conversation(alone=kind == "X"))
        mark = MARK.search(str(mail["Subject"]))
        assert mark is not None
        root = str(mail["References"] or mail["Message-ID"]).split()[0]
        event_id = event_id_of(mail, self._account(root))
        self.inputs.append(Input(number, mark["kind"], root, event_id))
        return b"From sender@example.org Mon Mar  2 09:00:00 2026\n" + mail.as_bytes() + b"\n"

    def _kind(self) -> str:
        drawn = self._random.random()
        if drawn < self._poison:
            return "P"
        return "O" if drawn < self._poison + self._other else "C"

    def _conversation(self, *, alone: bool = False) -> list[str]:
        """The Message-IDs of an open conversation, oldest first, this mail's own the last.

        One that is to be `alone` gets one that nobody answers in: what waits behind it in its
        conversation waits for good reason.
        """
        number = len(self.inputs)
        if alone:
            return [_message_id(number)]
        if not self._open or self._random.random() < _BEGINS_ANEW:
            self._open = [*self._open[1 - _OPEN_CONVERSATIONS :], []]
            chosen = self._open[-1]
        else:
            chosen = self._random.choice(self._open)
        chosen.append(_message_id(number))
        return chosen


def _message_id(number: int) -> str:
    return f"<ch{number:06d}@company{number % 40}.example>"


def event_id_of(mail: EmailMessage, account: str = ACCOUNT) -> str:
    """The identity of `mail` in the mailbox of `account`, from its headers."""
    return mail_id(
        account=account,
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
    # The rules know an invitation by its words.
    about = "Invitation to an interview" if kind == "X" else "About your application"
    mail["Subject"] = f"{about}, reference {mark}"
    mail["Date"] = format_datetime(_START + timedelta(minutes=number))
    mail["Message-ID"] = conversation[-1]
    if len(conversation) > 1:
        mail["In-Reply-To"] = conversation[-2]
        # Root and parent, as clients do that shorten the list (RFC 5322, 3.6.4).
        mail["References"] = f"{conversation[0]} {conversation[-2]}"
    # With the mark in the sentence that is quoted: a recorder outside knows a mail by it alone.
    asked = f"\nWe would like to invite you to an interview, reference {mark}.\n"
    invited = asked if kind == "X" else ""
    mail.set_content(
        f"Dear Robin,\n\nthis is about reference {mark} of your application.\n{invited}"
    )
    return mail
