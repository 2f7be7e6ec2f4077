"""Verdicts in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.verdicts import VerdictQuery

_NEVER = datetime.min.replace(tzinfo=UTC)


class MemoryVerdicts:
    """`VerdictStore` in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_key: dict[VerdictKey, Verdict] = {}
        self._trimmed: set[VerdictKey] = set()

    def insert(self, verdict: Verdict) -> bool:
        """Record `verdict` unless one stands; whether it is the one that stands now."""
        return self._by_key.setdefault(verdict.key, verdict) is verdict

    async def get(self, keys: Sequence[VerdictKey]) -> dict[VerdictKey, Verdict]:
        """The verdicts that stand for `keys`; keys without one are absent."""
        return {key: self._by_key[key] for key in keys if key in self._by_key}

    async def put(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Record each verdict whose key has none yet; returns for each the one that stands."""
        return [self._by_key.setdefault(verdict.key, verdict) for verdict in verdicts]

    async def clear_dead(self, keys: Sequence[VerdictKey]) -> int:
        """Forget the `dead` verdicts among `keys`, for a replay; returns how many there were."""
        found = (await self.get(keys)).values()
        dead = [verdict.key for verdict in found if verdict.status is VerdictStatus.DEAD]
        for key in dead:
            del self._by_key[key]
            self._trimmed.discard(key)
        return len(dead)

    async def find(self, query: VerdictQuery) -> Sequence[Verdict]:
        """Verdicts by query, newest `received_at` first."""
        # The latest recorded first among those of one time: sorting is stable.
        newest = list(reversed(self._by_key.values()))
        newest.sort(key=lambda verdict: verdict.received_at or _NEVER, reverse=True)
        found = (verdict for verdict in newest if verdict.key not in self._trimmed)
        return [verdict for verdict in found if _matches(verdict, query)][: query.limit]

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many verdicts by (stage, status)."""
        return dict(Counter((v.key.stage, v.status.value) for v in self._by_key.values()))

    async def trim_outputs(self, before: datetime) -> int:
        """Forget outputs and details of verdicts decided before `before`; returns how many."""
        young = {key for key, verdict in self._by_key.items() if verdict.decided_at >= before}
        old = [v for key, v in self._by_key.items() if key not in young | self._trimmed]
        for verdict in old:
            day = verdict.decided_at.replace(hour=0, minute=0, second=0, microsecond=0)
            self._by_key[verdict.key] = Verdict(verdict.key, verdict.status, day)
            self._trimmed.add(verdict.key)
        return len(old)


def _matches(verdict: Verdict, query: VerdictQuery) -> bool:
    return (
        query.stage in ("", verdict.key.stage)
        and query.label in ("", verdict.label)
        and query.account in ("", verdict.account)
        and verdict.key.event_id.startswith(query.event_id_prefix)
    )
