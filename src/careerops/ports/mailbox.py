"""Where mail comes from."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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

        Raises:
            ConfigurationError: the place does not exist or refuses our credentials.
            Outage: the source cannot be reached (scope `mailbox:<kind>:<account>`); only before
                the first yield with `follow`, at any time without.
        """
        ...
