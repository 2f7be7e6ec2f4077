"""What processes say of themselves, in memory."""

from collections.abc import Sequence

from careerops.ports.clock import Clock
from careerops.ports.reports import MAX_REPORT_BYTES, MAX_REPORTS, Report


class MemoryReports:
    """`Reports` in memory."""

    def __init__(self, clock: Clock) -> None:
        """Reports expire by `clock`."""
        self._clock = clock
        self._reports: dict[tuple[str, str], tuple[float, bytes]] = {}

    @property
    def lives_s(self) -> float:
        """How long a report is to be left for."""
        return 750.0

    async def leave(self, kind: str, owner: str, value: bytes, lives_s: float) -> None:
        """Replace what `owner` said of `kind`; 0 seconds or too many bytes take it back."""
        self._reports.pop((kind, owner), None)
        if lives_s > 0 and len(value) <= MAX_REPORT_BYTES:
            self._reports[kind, owner] = (self._clock.monotonic() + lives_s, value)

    async def read(self, kind: str) -> Sequence[Report]:
        """Those that have not expired."""
        now_s = self._clock.monotonic()
        found = [
            Report(owner, value)
            for (what, owner), (until_s, value) in self._reports.items()
            if what == kind and until_s > now_s
        ]
        return found[-MAX_REPORTS:]
