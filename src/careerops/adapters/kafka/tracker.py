"""Which records of an assigned partition are settled, and up to where that is contiguous.

Over the offsets that were delivered, never offset + 1: transaction markers, compaction and
retention leave gaps. Only the event loop touches it.

Offsets can also begin again: a topic is deleted and created anew, an unclean election or a restored
broker takes records back. Then another record has the offset of one that was had, which is not the
same as a record that the client hands over twice.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_REMEMBERED: Final = 32_768
"""Records to be known again: more than may lie between what is committed and what is fetched."""


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

    __slots__ = ("_delivered", "_end", "_marks", "_offsets", "_pending")

    def __init__(self) -> None:
        """Nothing is delivered yet."""
        self._pending: dict[int, tuple[int, datetime]] = {}
        self._delivered = 0
        self._end: int | None = None
        self._offsets = array("q")
        self._marks = array("q")

    def goes_back(self, offset: int, mark: int = 0) -> bool:
        """Whether a record at `offset` cannot follow what was delivered, nor is one of it.

        `mark` tells one record from another (64 bits, signed). What came too long ago to be known
        again goes back, too: delivered twice is better than never.
        """
        if self._end is None or offset >= self._end:
            return False
        at = bisect_left(self._offsets, offset)
        known = at < len(self._offsets) and self._offsets[at] == offset
        return not known or self._marks[at] != mark

    def deliver(self, offset: int, time: datetime, mark: int = 0) -> bool:
        """A record appended at `time` was fetched; False for one that was before.

        Ask `goes_back` first: this takes every offset that was passed for a repetition.
        """
        if self._end is not None and offset < self._end:
            return False
        self._pending[offset] = (self._delivered, time)
        self._delivered += 1
        self._end = offset + 1
        self._offsets.append(offset)
        self._marks.append(mark)
        if len(self._offsets) >= 2 * _REMEMBERED:
            del self._offsets[:_REMEMBERED], self._marks[:_REMEMBERED]
        return True

    def ends_before(self, offset: int) -> bool:
        """Whether the partition, said to end at `offset`, has lost something that was delivered."""
        return self._end is not None and offset < self._end

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
