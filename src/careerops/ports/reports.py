"""What running processes say of themselves, for tools that look on: never worth a durable write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

MAX_REPORT_BYTES: Final = 256 * 1024
MAX_REPORTS: Final = 256


@dataclass(frozen=True, slots=True)
class Report:
    """What one process said last.

    Attributes:
        owner: the process, as leases name it.
        value: its words; another release's may have any shape.
    """

    owner: str
    value: bytes


class Reports(Protocol):
    """(kind, owner) -> bytes for a while. May be missing or late; nothing is decided by it.

    A report is a write that nobody waits for the disk for, so leave one when something has
    changed, and else once in a while before it expires.
    """

    @property
    def lives_s(self) -> float:
        """How long a report is to be left for, in seconds; leave it again after two fifths of that.

        Short where only its expiry says that its process is gone, long where that is known
        otherwise and whatever is written wakes a disk.
        """
        ...

    async def leave(self, kind: str, owner: str, value: bytes, lives_s: float) -> None:
        """Replace what `owner` said of `kind`; it is forgotten after `lives_s` seconds.

        `kind` is 1 to 40 of a-z and -. One with `lives_s` 0 or of more than 256 KiB takes the
        older one back.

        Raises:
            Outage: it cannot be left now.
        """
        ...

    async def read(self, kind: str) -> Sequence[Report]:
        """At most 256 that have not expired and whose process, where that can be told, lives.

        Raises:
            Outage: the store cannot be read now.
        """
        ...
