"""From the bytes of a mail to what it says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from careerops.domain.email import RawEmail


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A parsed mail and what names its conversation.

    Attributes:
        email: everything but `thread_key` filled in.
        message_id: its normalised Message-ID ('' if missing).
        references: normalised Message-IDs of References then In-Reply-To, oldest first.
    """

    email: RawEmail
    message_id: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """What to parse. `fallback_time` (UTC) is used when the mail has no usable date."""

    raw: bytes
    account: str
    source: str
    locator: str
    fallback_time: datetime
    received_at: datetime | None = None
    labels: tuple[str, ...] = ()
    size: int = 0
    backfill: bool = False


class MailParser(Protocol):
    """Turns mails into events. Mail is hostile: no input may stop or stall the caller."""

    async def parse(self, requests: list[ParseRequest]) -> list[ParsedMail | Exception]:
        """Parse each request; the result at its index, an error in place of a mail it cannot.

        An error is `Permanent` with reason `unparsable`, `parser_crashed` (after two deaths of
        the parser on this mail) or `parser_timeout`. Cancelling abandons the batch.

        Raises:
            Outage: no parser can be started now (scope `parser`); nothing was parsed.
        """
        ...

    async def close(self) -> None:
        """Stop. Idempotent."""
        ...
