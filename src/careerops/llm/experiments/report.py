"""Variants compared with the champion, by what was seen and by what people said.

Every interval holds at whatever moment one looks ([sequences] and [moments] say why). Those of a
measure by itself hold each with probability 1 - alpha; those of the comparisons of one measure hold
for all variants together (Bonferroni). An experiment of six measures still looks at six things.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from careerops.llm.experiments.definition import Experiment, Variant
from careerops.llm.experiments.moments import Means, mean_difference
from careerops.llm.experiments.sequences import (
    Interval,
    difference,
    proportion,
    ratio,
)
from careerops.llm.experiments.tally import Shard, Tally
from careerops.llm.experiments.truths import (
    Truth,
    contradicted,
    duels,
    judged,
    unjudged,
)


class Measure(StrEnum):
    """What is compared."""

    AGREEMENT = "agreement"
    """A shadow said what the champion said: share of conversations."""
    ACCURACY = "accuracy"
    """Right, where a person said what is right: share of conversations."""
    CORRECTED = "corrected"
    """A person contradicted what they were told: share of conversations."""
    FAILED = "failed"
    """It gave no answer of its own: share of conversations."""
    LATENCY = "latency_s"
    """Seconds an answer took."""
    COST = "cost_micro_usd"
    """Millionths of a dollar a mail cost, at list prices."""


class Finding(StrEnum):
    """What a comparison says."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"
    """The interval holds no difference."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant's figure against the champion's.

    Attributes:
        kind: `difference` (variant minus champion), `ratio` (variant by champion), or `wins` (of
            the mails about which both differ and a person said who is right, the variant's share).
        interval: where it lies.
        finding: what that says.
    """

    kind: str
    interval: Interval
    finding: Finding


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one variant.

    Attributes:
        n: conversations, or for means mails, that it is of.
        value: the figure.
        interval: where the truth lies.
        against: the comparison with the champion; None for the champion, and where there is none.
    """

    variant: Variant
    measure: Measure
    n: int
    value: float
    interval: Interval
    against: Comparison | None


@dataclass(frozen=True, slots=True)
class Report:
    """An experiment so far.

    Attributes:
        alpha: probability that an interval misses, ever.
        tallies: variant -> its counts.
        rows: measures, in the order of the variants.
        unjudged: shadow -> mails (how their event ids begin) about which it and the champion
            disagree and nobody has said who is right.
    """

    experiment: Experiment
    alpha: float
    tallies: Mapping[str, Tally]
    rows: tuple[Row, ...]
    unjudged: Mapping[str, list[str]]


def report(
    experiment: Experiment,
    seen: Mapping[str, Shard],
    truths: Mapping[str, Truth],
    *,
    alpha: float,
) -> Report:
    """What `seen`, by variant, and `truths`, by mail, say about `experiment`."""
    champion = _Side(experiment.champion, seen[experiment.champion.name], truths)
    others = [
        _Side(variant, seen[variant.name], truths)
        for variant in experiment.variants
        if not variant.champion
    ]
    rows = list(_Comparer(champion, None, alpha, alpha).rows())
    for side in others:
        rows += _Comparer(side, champion, alpha, alpha / len(others)).rows()
    return Report(
        experiment=experiment,
        alpha=alpha,
        tallies={name: shard.tally for name, shard in seen.items()},
        rows=tuple(rows),
        unjudged={
            side.variant.name: unjudged(side.shard.answers, champion.shard.answers, truths)
            for side in others
            if side.variant.shadow
        },
    )


@dataclass(frozen=True, slots=True)
class _Side:
    variant: Variant
    shard: Shard
    truths: Mapping[str, Truth]

    @property
    def tally(self) -> Tally:
        return self.shard.tally


@dataclass(frozen=True, slots=True)
class _Comparer:
    """One variant beside the champion; beside nothing, the champion itself."""

    side: _Side
    champion: _Side | None
    alpha: float
    alpha_against: float

    def rows(self) -> list[Row]:
        """Every measure that makes sense of it."""
        shadow = self.side.variant.shadow
        found = [self._agreement()] if shadow else []
        found.append(self._accuracy_beside() if shadow else self._accuracy())
        found += [] if shadow else [self._corrected()]
        found.append(self._failed())
        found.append(self._mean(Measure.LATENCY, lambda tally: tally.latency))
        found.append(self._mean(Measure.COST, lambda tally: tally.cost))
        return found

    def _agreement(self) -> Row:
        tally = self.side.tally
        return self._share(Measure.AGREEMENT, tally.agreed, tally.compared, None)

    def _accuracy(self) -> Row:
        right, of = judged(self.side.shard.answers, self.side.truths)
        against = None
        if self.champion is not None:
            there = judged(self.champion.shard.answers, self.side.truths)
            found = difference(right, of, *there, self.alpha_against)
            against = _compared(found, higher_is_better=True)
        return self._share(Measure.ACCURACY, right, of, against)

    def _accuracy_beside(self) -> Row:
        answers, truths = self.side.shard.answers, self.side.truths
        champions = self.champion.shard.answers if self.champion is not None else {}
        won, lost = duels(answers, champions, truths)
        found = proportion(won, won + lost, self.alpha_against)
        against = _compared(found, higher_is_better=True, neutral=0.5, kind="wins")
        return self._share(Measure.ACCURACY, *judged(answers, truths), against)

    def _corrected(self) -> Row:
        hits = contradicted(self.side.shard.answers, self.side.truths)
        against = None
        if self.champion is not None:
            against = self._rarer(hits, contradicted(self.champion.shard.answers, self.side.truths))
        return self._share(Measure.CORRECTED, hits, self.side.tally.conversations, against)

    def _failed(self) -> Row:
        tally = self.side.tally
        against = None
        # A shadow is asked only where the champion has answered: there is nothing to compare.
        if self.champion is not None and not self.side.variant.shadow:
            against = self._rarer(tally.failed, self.champion.tally.failed)
        return self._share(Measure.FAILED, tally.failed, tally.conversations, against)

    def _rarer(self, hits: int, hits_there: int) -> Comparison:
        """Of something bad, by how often it happened in conversations that were drawn by weight."""
        there = self.champion.variant.weight if self.champion is not None else 1.0
        found = ratio(hits, hits_there, self.side.variant.weight / there, self.alpha_against)
        return _compared(found, higher_is_better=False, neutral=1.0, kind="ratio")

    def _mean(self, measure: Measure, of: Callable[[Tally], Means]) -> Row:
        mine = of(self.side.tally)
        against = None
        if self.champion is not None and not (measure is Measure.COST and self._unpriced):
            found = mean_difference(mine, of(self.champion.tally), self.alpha_against)
            against = _compared(found, higher_is_better=False)
        interval = mine.interval(self.alpha)
        return Row(self.side.variant, measure, mine.n, mine.mean, interval, against)

    @property
    def _unpriced(self) -> bool:
        """Whether calls are among them whose price nobody knows: they count as nothing."""
        sides = (self.side, self.champion)
        return any(side is not None and side.tally.spent.unpriced for side in sides)

    def _share(self, measure: Measure, hits: int, of: int, against: Comparison | None) -> Row:
        value = hits / of if of else 0.0
        interval = proportion(hits, of, self.alpha)
        return Row(self.side.variant, measure, of, value, interval, against)


def _compared(
    interval: Interval,
    *,
    higher_is_better: bool,
    neutral: float = 0.0,
    kind: str = "difference",
) -> Comparison:
    finding = Finding.OPEN
    if interval.low > neutral:
        finding = Finding.BETTER if higher_is_better else Finding.WORSE
    elif interval.high < neutral:
        finding = Finding.WORSE if higher_is_better else Finding.BETTER
    return Comparison(kind, interval, finding)


def as_json(found: Report) -> dict[str, Any]:
    """The report as JSON; an end that is nowhere is null."""
    return {
        **found.experiment.model_dump(mode="json"),
        "alpha": found.alpha,
        "seen": {name: _tally_json(tally) for name, tally in found.tallies.items()},
        "measures": [_row_json(row) for row in found.rows],
        "unjudged": dict(found.unjudged),
    }


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        "mails": tally.mails,
        "skipped": tally.skipped,
        "conversations": tally.conversations,
        "errors": dict(sorted(tally.errors.items())),
        "latency_bound_s": tally.latency.bound,
        "cost_bound_micro_usd": tally.cost.bound,
        "latency_p95_s": round(tally.latency_quantile_s(0.95), 4),
        "calls": tally.spent.calls,
        "unpriced_calls": tally.spent.unpriced,
        "input_tokens": tally.spent.input_tokens,
        "output_tokens": tally.spent.output_tokens,
        "micro_usd": tally.spent.micro_usd,
    }


def _row_json(row: Row) -> dict[str, Any]:
    against = row.against
    return {
        "variant": row.variant.name,
        "measure": row.measure.value,
        "n": row.n,
        "value": round(row.value, 6) if row.n else None,
        "interval": _ends(row.interval),
        "against_champion": against
        and {
            "kind": against.kind,
            "interval": _ends(against.interval),
            "finding": against.finding.value,
        },
    }


def _ends(interval: Interval) -> list[float | None]:
    return [round(end, 6) if isfinite(end) else None for end in (interval.low, interval.high)]
