"""Experiments with known truth: false alarms, power, and whether assignment is as it should be.

    python benchmarks/bench_experiments.py [--runs 2000] [--days 45]

Each run is an experiment of its own, with a salt of its own: five new conversations a day of one to
three mails, which are assigned by our hash, noted as a process notes them, and looked at every day.
A *false alarm* is a run in which any day's look says that two equal variants differ. Beside it
stands what a test for a single look (two proportions, 5 percent) does when it is read daily.

The mails of a conversation resemble each other here: with probability 0.8 one fails as the first
did. In `drift` everything is three times as hard in the second half.

Exits 1 where a target is missed: false alarms above alpha, power below what is stated, a mail of a
conversation in another variant than the first, weights off by more than four standard errors.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import exp, log, sqrt

from careerops.domain.taxonomy import EventType
from careerops.llm.experiments.definition import Experiment, Variant, new_experiment
from careerops.llm.experiments.moments import Means
from careerops.llm.experiments.sequences import difference_evidence, proportion_evidence
from careerops.llm.experiments.tally import LATENCY_BOUNDS_S, Observation, Shard

ALPHA = 0.05
ALARM = log(1 / ALPHA)
FIVE_PERCENT_Z = 1.959964
ENOUGH = 20
"""Cases in each arm, below which nobody would apply a test that is right for many only."""
NEW_A_DAY = 5
MOST_MAILS = 3
ALIKE = 0.8
"""Probability that a conversation's mail ends as its first did."""
DELAY_DAYS = 5.0
"""How long people take to correct, on average."""
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Truth:
    """What is really so: probabilities of something bad, by variant, and the variant's weight."""

    champion: float
    variant: float
    weight: float = 0.5
    drift: float = 1.0


@dataclass
class Assigned:
    """What assignment did, over all runs; `strayed` mails went elsewhere than their first."""

    conversations: int = 0
    expected: float = 0.0
    variance: float = 0.0
    got: int = 0
    strayed: int = 0

    def count(self, weight: float, *, to_variant: bool) -> None:
        """One conversation."""
        self.conversations += 1
        self.expected += weight
        self.variance += weight * (1 - weight)
        self.got += to_variant

    def __add__(self, other: "Assigned") -> "Assigned":
        return Assigned(
            self.conversations + other.conversations,
            self.expected + other.expected,
            self.variance + other.variance,
            self.got + other.got,
            self.strayed + other.strayed,
        )

    @property
    def errors(self) -> float:
        """How many standard errors the variant's share is off."""
        return (self.got - self.expected) / sqrt(self.variance)


@dataclass
class Result:
    """How many runs said that there is a difference, and on which day they said it first."""

    runs: int = 0
    alarms: list[int] = field(default_factory=list)
    naive: int = 0

    @property
    def rate(self) -> float:
        """Share of runs."""
        return len(self.alarms) / self.runs

    @property
    def median_day(self) -> int:
        """Of those that said it."""
        return sorted(self.alarms)[len(self.alarms) // 2] if self.alarms else 0


def experiment_of(rng: random.Random, weight: float) -> Experiment:
    """A new one, as another process reads it from the store."""
    variants = (
        Variant(name="champion", champion=True, weight=1 - weight),
        Variant(name="other", weight=weight),
    )
    started = new_experiment("simulated", variants, salt=f"{rng.getrandbits(64):016x}", at=START)
    return Experiment.model_validate_json(started.model_dump_json())


@dataclass(frozen=True)
class Mail:
    """One that arrives on a day, in a conversation, for a variant; and how it went."""

    day: int
    conversation: str
    event: str
    to_variant: bool
    bad: bool


def mails(rng: random.Random, truth: Truth, days: int, assigned: Assigned) -> Iterator[list[Mail]]:
    """The mails of each day."""
    experiment = experiment_of(rng, truth.weight)
    again = experiment_of(random.Random(), truth.weight).model_copy(update={"id": experiment.id})  # noqa: S311  # a restart knows the salt alone
    coming: list[list[Mail]] = [[] for _ in range(days)]
    for day in range(days):
        harder = truth.drift if day >= days // 2 else 1.0
        for _ in range(NEW_A_DAY):
            key = f"{rng.getrandbits(64):016x}"
            found = experiment.conversation_of(key)
            to_variant = not experiment.assigned(found).champion
            assigned.count(truth.weight, to_variant=to_variant)
            p = (truth.variant if to_variant else truth.champion) * harder
            first = rng.random() < p
            at = day
            for number in range(rng.randint(1, MOST_MAILS)):
                if number:
                    later = again.assigned(again.conversation_of(key))
                    assigned.strayed += later.champion == to_variant
                same = number == 0 or rng.random() < ALIKE
                bad = first if same else rng.random() < p
                coming[at].append(Mail(at, found.key, f"{key}{number}", to_variant, bad))
                at += rng.randint(0, 3)
                if at >= days:
                    break
        yield coming[day]


def failures(
    rng: random.Random, truth: Truth, days: int, assigned: Assigned
) -> Iterator[list[float]]:
    """By day: our evidence and the naive z, of variants that fail; through the real tally."""
    champion, variant = Shard(), Shard()
    share = truth.weight
    for coming in mails(rng, truth, days, assigned):
        for mail in coming:
            label = None if mail.bad else EventType.APPLIED
            seen = Observation(mail.event, label, 1.0, error="down" if mail.bad else "")
            (variant if mail.to_variant else champion).note(mail.conversation, seen)
        here, there = variant.tally, champion.tally
        yield [
            proportion_evidence(here.failed, here.failed + there.failed, share),
            naive_z(here.failed, here.conversations, there.failed, there.conversations),
        ]


def corrections(
    rng: random.Random, truth: Truth, days: int, assigned: Assigned
) -> Iterator[list[float]]:
    """By day: of conversations in which a person contradicts something, days after it was told."""
    told: list[dict[str, bool]] = [{} for _ in range(days)]
    contradicted: dict[str, bool] = {}
    count = {True: 0, False: 0}
    seen: set[str] = set()
    for day, coming in enumerate(mails(rng, truth, days, assigned)):
        for mail in coming:
            if mail.conversation not in seen:
                seen.add(mail.conversation)
                count[mail.to_variant] += 1
            later = day + int(rng.expovariate(1 / DELAY_DAYS))
            if mail.bad and later < days:
                told[later][mail.conversation] = mail.to_variant
        contradicted |= told[day]
        hits = sum(contradicted.values())
        yield [
            proportion_evidence(hits, len(contradicted), truth.weight),
            naive_z(hits, count[True], len(contradicted) - hits, count[False]),
        ]


def labelled(
    rng: random.Random, truth: Truth, days: int, assigned: Assigned
) -> Iterator[list[float]]:
    """By day: of conversations about which a person says what is right; one in two."""
    wrong = {True: 0, False: 0}
    of = {True: 0, False: 0}
    seen: set[str] = set()
    for coming in mails(rng, truth, days, assigned):
        for mail in coming:
            if mail.conversation not in seen:
                seen.add(mail.conversation)
                if rng.random() < 0.5:
                    of[mail.to_variant] += 1
                    wrong[mail.to_variant] += mail.bad
        counts = wrong[True], of[True], wrong[False], of[False]
        yield [difference_evidence(*counts), naive_z(*counts)]


def duels(rng: random.Random, truth: Truth, days: int, assigned: Assigned) -> Iterator[list[float]]:
    """By day: of mails about which a shadow and the champion differ, those that the shadow lost."""
    lost = of = 0
    for coming in mails(rng, truth, days, assigned):
        for _ in coming:
            if rng.random() < truth.champion:
                of += 1
                lost += rng.random() < truth.variant / (truth.champion + truth.variant)
        z = (lost - of / 2) / sqrt(of / 4) if of >= ENOUGH else 0.0
        yield [proportion_evidence(lost, of, 0.5), z]


def seconds(
    rng: random.Random, truth: Truth, days: int, assigned: Assigned
) -> Iterator[list[float]]:
    """By day: the most evidence against a mean latency that is true, of two processes together.

    Under each bound the true mean is that of what counts, min(x, bound).
    """
    processes = Means(LATENCY_BOUNDS_S), Means(LATENCY_BOUNDS_S)
    values: list[float] = []
    for coming in mails(rng, truth, days, assigned):
        for _ in coming:
            values.append(rng.gammavariate(2.0, 1.0))
            rng.choice(processes).add(values[-1])
        both = processes[0] + processes[1]
        evidence = max(
            step.evidence(counted_mean(bound) / bound)
            for bound, step in zip(both.bounds, both.steps, strict=True)
        )
        centre = sum(values) / len(values)
        variance = sum((x - centre) ** 2 for x in values) / len(values)
        z = (centre - 2.0) / sqrt(variance / len(values)) if len(values) >= ENOUGH else 0.0
        # Each side of each bound has its share of alpha.
        yield [evidence - log(2 * len(both.bounds)), z]


def counted_mean(bound: float) -> float:
    """The mean of min(x, bound), x being gamma distributed with shape 2 and scale 1."""
    return 2 - (bound + 2) * exp(-bound)


def naive_z(hits: int, of: int, hits_there: int, of_there: int) -> float:
    """The statistic of the common test of two proportions, 0 while there is too little of it."""
    if min(of, of_there) < ENOUGH:
        return 0.0
    pooled = (hits + hits_there) / (of + of_there)
    variance = pooled * (1 - pooled) * (1 / of + 1 / of_there)
    return (hits / of - hits_there / of_there) / sqrt(variance) if variance else 0.0


Simulation = Callable[[random.Random, Truth, int, Assigned], Iterator[list[float]]]


@dataclass(frozen=True)
class Case:
    """A simulation with its truth; `power` is the least share of runs that have to see it."""

    name: str
    simulate: Simulation
    truth: Truth
    power: float = 0.0


CASES = (
    Case("failures, equal", failures, Truth(0.1, 0.1)),
    Case("failures, equal, weight 0.2, drift", failures, Truth(0.1, 0.1, 0.2, 3.0)),
    Case("corrections, equal, drift", corrections, Truth(0.1, 0.1, 0.5, 3.0)),
    Case("wrong where labelled, equal", labelled, Truth(0.15, 0.15)),
    Case("shadow's duels, equal", duels, Truth(0.1, 0.1)),
    Case("mean latency, covered", seconds, Truth(0.1, 0.1)),
    Case("failures, 0.05 against 0.25", failures, Truth(0.25, 0.05), power=0.8),
    Case("corrections, 0.05 against 0.3", corrections, Truth(0.3, 0.05), power=0.8),
    Case("wrong where labelled, 0.05 against 0.4", labelled, Truth(0.4, 0.05), power=0.8),
    Case("shadow's duels, one in four lost", duels, Truth(0.15, 0.05), power=0.8),
)


def simulated(case: Case, *, runs: int, days: int, seed: int) -> tuple[Result, Assigned]:
    """Look at `runs` experiments every day for `days` days."""
    result, assigned = Result(), Assigned()
    for run in range(runs):
        rng = random.Random(seed * 1_000_003 + run)  # noqa: S311  # seeded, so that a figure can be had again
        result.runs += 1
        alarmed = naive = False
        looks = case.simulate(rng, case.truth, days, assigned)
        for day, (evidence, z) in enumerate(looks, start=1):
            if evidence >= ALARM and not alarmed:
                alarmed = True
                result.alarms.append(day)
            naive = naive or abs(z) > FIVE_PERCENT_Z
        result.naive += naive
    return result, assigned


def line(case: Case, result: Result) -> str:
    """A line of the table."""
    error = sqrt(result.rate * (1 - result.rate) / result.runs)
    when = f"median day {result.median_day}" if case.power else ""
    ours = f"{result.rate:7.2%} +- {2 * error:.2%}"
    return f"{case.name:42} {ours:>18}  {result.naive / result.runs:7.2%}  {when}".rstrip()


def met(case: Case, result: Result) -> bool:
    """Whether the case's target is."""
    return result.rate >= case.power if case.power else result.rate <= ALPHA


def main() -> int:
    """Print the table; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--days", type=int, default=45)
    options = parser.parse_args()
    print(f"{options.runs} runs of {options.days} days, looked at daily, alpha {ALPHA:.0%}")
    print(f"{'runs that say there is a difference':42} {'ours':>18}  {'naive':>7}")
    missed, assigned = [], Assigned()
    with ProcessPoolExecutor() as pool:
        work = {
            case: pool.submit(simulated, case, runs=options.runs, days=options.days, seed=seed)
            for seed, case in enumerate(CASES, start=1)
        }
        for case, future in work.items():
            result, counted = future.result()
            assigned += counted
            print(line(case, result), flush=True)
            missed += [] if met(case, result) else [case.name]
    print(
        f"{assigned.conversations:,} conversations: the variant's share is off by"
        f" {assigned.errors:+.2f} standard errors; {assigned.strayed} strayed"
    )
    if assigned.strayed or abs(assigned.errors) > 4:
        missed.append("assignment")
    if missed:
        print("missed: " + ", ".join(missed), file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
