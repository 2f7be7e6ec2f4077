"""What was decided: in full for the retention time, that and how for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from careerops.domain.verdicts import Verdict, VerdictKey


@dataclass(frozen=True, slots=True)
class VerdictQuery:
    """Which verdicts to list. None and '' mean any; newest received first."""

    stage: str = ""
    label: str = ""
    account: str = ""
    event_id_prefix: str = ""
    limit: int = 100


class Decided(Protocol):
    """What was decided before."""

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """The verdicts that stand for `keys`; keys without one are absent."""
        ...


class VerdictStore(Decided, Protocol):
    """(event, stage, revision) -> what was decided. First writer wins."""

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """The verdicts that stand for `keys`; keys without one are absent.

        One that was trimmed has its status and the day it was decided, and nothing else.
        """
        ...

    async def put(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Record each verdict whose key has none yet; the first of a key in the call wins.

        Returns, durable, for each the verdict that stands: itself, or the one that was there.
        """
        ...

    async def clear_dead(self, keys: Sequence[VerdictKey]) -> int:
        """Forget the `dead` verdicts among `keys`, for a replay; returns how many there were."""
        ...

    async def find(self, query: VerdictQuery) -> Sequence[Verdict]:
        """Verdicts by query, newest `received_at` first, as long as they are not trimmed."""
        ...

    async def trim_outputs(self, before: datetime) -> int:
        """Forget outputs and details of verdicts decided before `before` (UTC).

        What stays is what deduplication needs: that they stand, their status, their day. Returns
        how many verdicts were reduced so.
        """
        ...

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many verdicts by (stage, status), trimmed ones too; the whole table is not read."""
        ...
