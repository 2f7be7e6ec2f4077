"""Where mail comes from."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class MailboxState(StrEnum):
    """How a mailbox fares, for a person."""

    CONNECTING = "connecting"
    """Nothing has come of it yet since the start."""
    READING = "reading"
    """Mails are being read that were there before."""
    FOLLOWING = "following"
    """Read to its end; what comes is read as it comes."""
    THROTTLED = "throttled"
    """Its server is up and serves us nothing for now."""
    REFUSED = "refused"
    """It refuses us: only a person can mend that."""
    DOWN = "down"
    """It cannot be reached or read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a mailbox that mends itself says of itself.

    Attributes:
        state: READING or FOLLOWING are a contact: the source served us just now.
        reason: why it is in one of the other states, in one line, for a person: without secrets,
            addresses or anything of a mail.
    """

    state: MailboxState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """One mail as its source holds it.

    Attributes:
        raw: RFC 5322 bytes; at most the source's size limit, the head of a larger mail.
        size: bytes of the whole mail at the source.
        locator: its place in the source; stable, and meaningful to a person (path, UID).
        cursor: the position after this mail, None if the source has no position to give.
        received_at: the source's own time of arrival (UTC), where it knows one.
        labels: folders or labels.
        backfill: history that is kept and not told.
    """

    raw: bytes
    size: int
    locator: str
    cursor: str | None = None
    received_at: datetime | None = None
    labels: tuple[str, ...] = ()
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The source was read to its end at this moment; `cursor` is the position."""

    cursor: str | None = None


class Mailbox(Protocol):
    """A source of mail that is never modified: not moved, not flagged, not marked read."""

    @property
    def name(self) -> str:
        """Stable identity of the source: `<kind>:<account>:<place>`; keys its cursor."""
        ...

    def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """Yield the mails after `cursor` in the source's order, then `CaughtUp`.

        Mails whose locator is in `known` are left out. With `follow` it goes on for ever: waits
        for new mail and yields `CaughtUp` each time it has read to the end; a lost connection
        is mended inside (with a growing delay) and costs no mail. Without it, it ends.
        The consumer may commit any yielded cursor: reading on from there loses nothing and may
        repeat mails (at least once). Closing the generator closes connections and files.

        Whatever it raises is this mailbox's trouble alone: it is called again later, after longer
        and longer pauses, while others are read.

        Raises:
            ConfigurationError: the place does not exist or refuses our credentials.
            Throttled: the source is up and serves us nothing for now (scope as below).
            Outage: the source cannot be reached (scope `mailbox:<kind>:<account>`; `retry_at` if
                it said when); only before the first yield with `follow`, at any time without.
        """
        ...


@runtime_checkable
class MendingMailbox(Mailbox, Protocol):
    """A mailbox that mends lost connections inside `fetch`, and says so: nobody else would know.

    Of a mailbox without these methods it is believed that it is read as long as `fetch` goes on.
    """

    @property
    def retry_max_s(self) -> float:
        """The longest pause between two tries to reach the source, in seconds."""
        ...

    def watch(self, tell: Callable[[Standing], None]) -> None:
        """Call `tell`, which is quick, at each contact and when the source is lost or refuses us.

        A contact is that the source served us what we are there for: a mail, its end, or a proof
        that a connection which waits for news is alive. That it let us in is none.
        """
        ...

    async def secret_changed(self) -> bool:
        """Whether the secret is another now than when it was last read: worth a try at once."""
        ...
