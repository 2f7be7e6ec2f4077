"""Means of quantities that cannot leave known bounds, with confidence sequences.

For x in [0, 1] and any guess g of it that is made before it is seen, with l in [0, 1),

    exp(l * (x - mean) - psi(l) * (x - g)^2),   psi(l) = -log(1 - l) - l

has an expectation of at most 1 (Fan, Grama and Liu, "Exponential inequalities for martingales with
applications", 2015, as used for the empirical-Bernstein bound of Howard, Ramdas, McAuliffe and
Sekhon, 2021, theorem 4). So with S the sum of x, V the sum of (x - g)^2 and weights w_j that add up
to 1, the mixture

    sum of w_j * exp(l_j * (S - n * mean) - psi(l_j) * V)

begins at 1 and ever reaches 2/alpha with probability at most alpha/2 (Ville): that bounds the mean
from below, and the same for 1 - x from above. Where the mean changes over time the interval is for
its average so far. n, S and V may be added up over processes, whatever each of them guessed.

Values beyond the bound count as the bound: the mean is that of what was counted. The lower the
bound, the narrower the interval, and nobody knows beforehand how low it may be: so there are
several, each with its share of alpha, and the lowest that nothing exceeded so far is reported.
"""

from dataclasses import dataclass, field
from math import exp, log
from typing import Final

from careerops.llm.experiments.sequences import Interval

_STEPS: Final = 50
_RATES: Final = tuple(0.95 * 2 ** (-step / 2) for step in range(26))
"""l_j, from quick to slow: down to 1.6e-4, the best one after some 50 million cases."""
_WEIGHTS: Final = tuple(1 / len(_RATES) for _ in _RATES)
_PENALTIES: Final = tuple(-log(1 - rate) - rate for rate in _RATES)


@dataclass(slots=True)
class Moments:
    """Sums over values that were divided by their bound.

    Attributes:
        n: how many.
        total: their sum.
        spread: the sum of squared distances from the guess before each.
    """

    n: int = 0
    total: float = 0.0
    spread: float = 0.0

    def add(self, x: float) -> None:
        """One more value, 0 and up; 1 is the bound, and what is more counts as 1."""
        x = min(x, 1.0)
        guess = self.total / (self.n + 1)
        self.n += 1
        self.total += x
        self.spread += (x - guess) ** 2

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.n + other.n, self.total + other.total, self.spread + other.spread)

    @property
    def mean(self) -> float:
        """Of all values; 0 without any."""
        return self.total / self.n if self.n else 0.0

    def evidence(self, mean: float) -> float:
        """The evidence, as a logarithm, that the mean is not `mean`.

        If it is, this ever reaches log(2/alpha) with probability at most alpha.
        """
        return _log_mixture(abs(self.total - self.n * mean), self.spread)

    def interval(self, alpha: float) -> Interval:
        """Where the mean lies."""
        limit = log(2 / alpha)
        return Interval(self._edge(0.0, limit), self._edge(1.0, limit))

    def _edge(self, outside: float, limit: float) -> float:
        """The last possible mean from the sample's toward `outside`, rather too far than near."""
        inside = self.mean
        if self.evidence(outside) < limit:
            return outside
        for _ in range(_STEPS):
            middle = (inside + outside) / 2
            if self.evidence(middle) < limit:
                inside = middle
            else:
                outside = middle
        return outside


@dataclass(slots=True)
class Means:
    """The mean of a quantity, under several bounds.

    Attributes:
        bounds: from low to high, in the quantity's unit.
        most: the largest value so far.
        steps: for each bound.
    """

    bounds: tuple[float, ...]
    most: float = 0.0
    steps: list[Moments] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.steps = self.steps or [Moments() for _ in self.bounds]

    def add(self, value: float) -> None:
        """One more value, 0 and up."""
        self.most = max(self.most, value)
        for bound, step in zip(self.bounds, self.steps, strict=True):
            step.add(value / bound)

    def __add__(self, other: "Means") -> "Means":
        steps = [mine + theirs for mine, theirs in zip(self.steps, other.steps, strict=True)]
        return Means(self.bounds, max(self.most, other.most), steps)

    @property
    def n(self) -> int:
        """How many values."""
        return self.steps[0].n

    @property
    def bound(self) -> float:
        """The lowest that nothing exceeded; the highest, if all were."""
        return self.bounds[self._chosen]

    @property
    def mean(self) -> float:
        """Of all values, those beyond the highest bound taken for it; 0 without any."""
        return self.steps[self._chosen].mean * self.bound

    def interval(self, alpha: float) -> Interval:
        """Where the mean lies of what is counted up to `bound`."""
        found = self.steps[self._chosen].interval(alpha / len(self.bounds))
        return Interval(found.low * self.bound, found.high * self.bound)

    @property
    def _chosen(self) -> int:
        fits = (index for index, bound in enumerate(self.bounds) if self.most <= bound)
        return next(fits, len(self.bounds) - 1)


def mean_difference(here: Means, there: Means, alpha: float) -> Interval:
    """Where the mean here minus that there lies, whether they see the same cases or not."""
    mine, other = here.interval(alpha / 2), there.interval(alpha / 2)
    return Interval(mine.low - other.high, mine.high - other.low)


def _log_mixture(deviation: float, spread: float) -> float:
    exponents = [
        log(weight) + rate * deviation - penalty * spread
        for weight, rate, penalty in zip(_WEIGHTS, _RATES, _PENALTIES, strict=True)
    ]
    most = max(exponents)
    return most + log(sum(exp(exponent - most) for exponent in exponents))
