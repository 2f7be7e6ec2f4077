"""Which records of an assigned partition are settled, and up to where that is contiguous.

Over the offsets that were delivered, never offset + 1: transaction markers, compaction and
retention leave gaps. Only the event loop touches it.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partition stands.

    Attributes:
        watermark: everything below this offset is settled; None while nothing is known yet.
        unsettled: records delivered and not settled.
        holes: records settled above the watermark.
        oldest: when the first record not settled was appended (UTC), None if all are settled.
    """

    watermark: int | None
    unsettled: int
    holes: int
    oldest: datetime | None


class Tracker:
    """One partition under one assignment."""

    __slots__ = ("_delivered", "_end", "_pending")

    def __init__(self) -> None:
        """Nothing is delivered yet."""
        self._pending: dict[int, tuple[int, datetime]] = {}
        self._delivered = 0
        self._end: int | None = None

    def deliver(self, offset: int, time: datetime) -> bool:
        """A record appended at `time` was fetched; False for one that was before."""
        if self._end is not None and offset < self._end:
            return False
        self._pending[offset] = (self._delivered, time)
        self._delivered += 1
        self._end = offset + 1
        return True

    def reach(self, offset: int) -> None:
        """The partition's end is at `offset`: what lies between the last record and it is none."""
        if self._end is None or offset > self._end:
            self._end = offset

    def settle(self, offset: int) -> bool:
        """A delivered record is done; False if it was before."""
        return self._pending.pop(offset, None) is not None

    def is_pending(self, offset: int) -> bool:
        """Whether the record was delivered and is not settled."""
        return offset in self._pending

    @property
    def unsettled(self) -> int:
        """How many records are delivered and not settled."""
        return len(self._pending)

    @property
    def watermark(self) -> int | None:
        """The offset to commit: of the first record not settled, else where reading goes on."""
        return next(iter(self._pending), self._end)

    @property
    def span(self) -> int:
        """How many records were delivered from the watermark on."""
        first, _ = next(iter(self._pending.values()), (self._delivered, None))
        return self._delivered - first

    @property
    def holes(self) -> int:
        """How many records above the watermark are settled."""
        return self.span - len(self._pending)

    def standing(self) -> Standing:
        """All of it at one moment."""
        _, oldest = next(iter(self._pending.values()), (0, None))
        return Standing(self.watermark, self.unsettled, self.holes, oldest)
