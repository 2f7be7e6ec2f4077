"""What was seen of a variant: counts that can be added up, and its answers by conversation.

Nothing of a mail is kept but hashes, the label that was given, and sums.

*Rates are of conversations, not of mails.* The mails of one conversation resemble each other, so
ten of them are not ten independent cases, and intervals that took them for that would be too
narrow. The first of a conversation's mails that can count does, the others only add to latency and
cost.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from itertools import islice
from math import ceil, log2
from typing import Any, Final

from careerops.domain.taxonomy import EventType
from careerops.llm.budget import Spent
from careerops.llm.experiments.moments import Means, Moments
from careerops.llm.metering import NOTHING

LATENCY_BOUNDS_S: Final = (0.5, 2.0, 8.0, 30.0)
COST_BOUNDS_MICRO_USD: Final = (100.0, 1_000.0, 10_000.0, 100_000.0)
"""What a mail took longer than the last, or cost more, counts as the last in means."""
MAX_CONVERSATIONS: Final = 1024
"""A shard remembers so many, 16,000 a variant in all; older ones count again if they go on."""
MAX_LABELS: Final = 64
"""Answers that are remembered of one conversation."""
EVENT_DIGITS: Final = 16
_PER_DOUBLING: Final = 4
"""Buckets of the histogram: each 19 percent wider than the one before."""
_LEAST_S: Final = 0.001
_NO_ANSWER: Final = ""
_COUNTS: Final = ("mails", "skipped", "conversations", "failed", "compared", "agreed")


@dataclass(frozen=True, slots=True)
class Observation:
    """A variant was asked about a mail.

    Attributes:
        event_id: the mail's.
        label: what it answered, None if it failed.
        took_s: seconds it took.
        spent: what its calls used.
        error: how it failed, in one word; '' if it answered.
        agreed: of a shadow, whether the champion said the same; else None.
    """

    event_id: str
    label: EventType | None
    took_s: float
    spent: Spent = NOTHING
    error: str = ""
    agreed: bool | None = None


@dataclass(slots=True)
class Tally:
    """Counts of a variant.

    Attributes:
        mails: it was asked about, again each time.
        skipped: a shadow was not asked about, because it was busy.
        conversations: it was asked about.
        failed: conversations of which it failed at the first mail.
        compared: conversations in which a shadow and the champion both answered.
        agreed: of them, those in which they said the same the first time.
        errors: kind -> mails.
        spent: by all its calls.
        latency: seconds an answer took.
        cost: millionths of a dollar a mail cost.
        buckets: of the histogram of latency -> answers.
    """

    mails: int = 0
    skipped: int = 0
    conversations: int = 0
    failed: int = 0
    compared: int = 0
    agreed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    spent: Spent = NOTHING
    latency: Means = field(default_factory=lambda: Means(LATENCY_BOUNDS_S))
    cost: Means = field(default_factory=lambda: Means(COST_BOUNDS_MICRO_USD))
    buckets: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.mails + other.mails,
            self.skipped + other.skipped,
            self.conversations + other.conversations,
            self.failed + other.failed,
            self.compared + other.compared,
            self.agreed + other.agreed,
            self.errors + other.errors,
            self.spent + other.spent,
            self.latency + other.latency,
            self.cost + other.cost,
            self.buckets + other.buckets,
        )

    def latency_quantile_s(self, share: float) -> float:
        """What `share` of its answers did not exceed, up to 19 percent too high; 0 without any."""
        wanted = share * self.buckets.total()
        reached = 0
        for bucket in sorted(self.buckets):
            reached += self.buckets[bucket]
            if reached >= wanted:
                return float(_LEAST_S * 2 ** (bucket / _PER_DOUBLING))
        return 0.0

    def count(self, seen: Observation) -> None:
        """What counts each time: mails, errors, latency, cost."""
        self.mails += 1
        self.spent += seen.spent
        self.cost.add(seen.spent.micro_usd)
        if seen.label is None:
            self.errors[seen.error] += 1
            return
        self.latency.add(seen.took_s)
        doublings = log2(max(seen.took_s, _LEAST_S) / _LEAST_S)
        self.buckets[ceil(doublings * _PER_DOUBLING)] += 1


@dataclass(slots=True)
class _Remembered:
    """A conversation: whether it was compared, and each mail's label, '' where it failed."""

    compared: bool = False
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Shard:
    """One document of a variant: the tally of some conversations, and what it answered in them."""

    tally: Tally = field(default_factory=Tally)
    _conversations: dict[str, _Remembered] = field(default_factory=dict)

    def note(self, conversation: str, seen: Observation) -> None:
        """Count `seen`, in the conversation of that key."""
        tally = self.tally
        tally.count(seen)
        known = self._conversations.get(conversation)
        if known is None:
            known = self._conversations[conversation] = _Remembered()
            tally.conversations += 1
            tally.failed += seen.label is None
            for oldest in list(islice(self._conversations, self._too_many)):
                del self._conversations[oldest]
        if seen.agreed is not None and not known.compared:
            known.compared = True
            tally.compared += 1
            tally.agreed += seen.agreed
        label = seen.label.value if seen.label is not None else _NO_ANSWER
        event = seen.event_id[:EVENT_DIGITS]
        # The first answer stands, as it does in the verdicts; an answer after a failure is one.
        if event in known.labels or len(known.labels) < MAX_LABELS:
            known.labels[event] = known.labels.get(event) or label

    def skip(self) -> None:
        """A shadow was busy."""
        self.tally.skipped += 1

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """Conversation -> mail (how its event id begins) -> label, '' where it failed."""
        return {key: known.labels for key, known in self._conversations.items()}

    @property
    def _too_many(self) -> int:
        return max(0, len(self._conversations) - MAX_CONVERSATIONS)

    def encode(self) -> bytes:
        """As a document."""
        tally = self.tally
        fields = {
            **{name: getattr(tally, name) for name in _COUNTS},
            "errors": dict(tally.errors),
            "spent": asdict(tally.spent),
            "latency": _encoded(tally.latency),
            "cost": _encoded(tally.cost),
            "buckets": dict(tally.buckets),
            "seen": {
                key: [int(known.compared), known.labels]
                for key, known in self._conversations.items()
            },
        }
        return json.dumps(fields, separators=(",", ":")).encode()


def decode_shard(value: bytes | None) -> Shard:
    """What `encode` was called on; an empty one where there is nothing, or nothing readable."""
    if not value:
        return Shard()
    try:
        return _shard(json.loads(value))
    except (ValueError, TypeError, AttributeError, KeyError):
        return Shard()


def _shard(fields: Mapping[str, Any]) -> Shard:
    counts = {name: int(fields[name]) for name in _COUNTS}
    tally = Tally(
        **counts,
        errors=Counter({str(kind): int(n) for kind, n in fields["errors"].items()}),
        spent=Spent(**{name: int(n) for name, n in fields["spent"].items()}),
        latency=_means(fields["latency"], LATENCY_BOUNDS_S),
        cost=_means(fields["cost"], COST_BOUNDS_MICRO_USD),
        buckets=Counter({int(bucket): int(n) for bucket, n in fields["buckets"].items()}),
    )
    seen = {
        str(key): _Remembered(bool(compared), {str(e): str(label) for e, label in labels.items()})
        for key, (compared, labels) in fields["seen"].items()
    }
    return Shard(tally, seen)


def _encoded(means: Means) -> list[Any]:
    return [means.most, *(astuple(step) for step in means.steps)]


def _means(values: Sequence[Any], bounds: tuple[float, ...]) -> Means:
    most, *steps = values
    if len(steps) != len(bounds):
        raise ValueError("of another release")
    read = [Moments(int(n), float(total), float(spread)) for n, total, spread in steps]
    return Means(bounds, float(most), read)


def merged(shards: Iterable[Shard]) -> Shard:
    """All of them together; each conversation is in one of them only."""
    found = Shard()
    for shard in shards:
        found = Shard(found.tally + shard.tally, found._conversations | shard._conversations)  # noqa: SLF001  # of its own class
    return found
