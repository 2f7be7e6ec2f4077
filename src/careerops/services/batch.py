"""The mails that are parsed, published and committed together."""

from dataclasses import dataclass, field
from typing import Final

from careerops.ports.mailbox import CaughtUp, FetchedMail
from careerops.ports.mailparser import ParsedMail

_MAX_MAILS: Final = 200
_MAX_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Batch:
    """What a source gave in one go.

    Attributes:
        mails: in the source's order.
        cursor: the position after the last of them, None where the source has none.
        caught_up: whether the source was read to its end with the last of them.
        size_bytes: bytes of the mails.
        results: of parsing, one for each mail.
    """

    mails: list[FetchedMail] = field(default_factory=list)
    cursor: str | None = None
    caught_up: bool = False
    size_bytes: int = 0
    results: list[ParsedMail | Exception] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no more is to be added: it is to stay small in memory and quick to write."""
        return len(self.mails) >= _MAX_MAILS or self.size_bytes >= _MAX_BYTES

    def add(self, item: FetchedMail | CaughtUp) -> None:
        """Take the next item of the source."""
        if item.cursor is not None:
            self.cursor = item.cursor
        if isinstance(item, CaughtUp):
            self.caught_up = True
        else:
            self.mails.append(item)
            self.size_bytes += len(item.raw)
