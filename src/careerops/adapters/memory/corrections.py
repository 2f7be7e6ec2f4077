"""What people said the right label was, until the process ends."""

from collections.abc import Sequence

from careerops.ports.corrections import Correction


class MemoryCorrections:
    """`CorrectionStore` in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_key: dict[tuple[str, int], Correction] = {}

    async def add(self, correction: Correction) -> None:
        """Record. Adding the same (event, revision) again changes nothing."""
        self._by_key.setdefault((correction.event_id, correction.revision), correction)

    async def all(self, account: str = "") -> Sequence[Correction]:
        """Every correction (of `account`, if given), oldest first."""
        found = [c for c in self._by_key.values() if account in ("", c.account)]
        return sorted(found, key=lambda correction: correction.at)
