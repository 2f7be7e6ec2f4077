"""Confidence sequences for counts: intervals that stay valid however often one looks.

An ordinary 95 percent interval is right 19 times in 20 if one looks once. Looked at every day until
it says something, it says something wrong far more often. A *confidence sequence* is a sequence of
intervals, one after each observation, all of which cover the truth together with probability
1 - alpha: one may look daily, and stop whenever one likes (Robbins, "Statistical methods related
to the law of the iterated logarithm", 1970; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49, 2021).

The construction, for k hits and m misses of probabilities p and 1 - p: the likelihood ratio of a
beta mixture against p,

    M(p) = B(a + k, a + m) / B(a, a) / (p^k (1 - p)^m),   a = 1/2 (Krichevsky and Trofimov)

is a nonnegative martingale that begins at 1 if p is the truth, so by Ville's inequality it ever
reaches 1/alpha with probability at most alpha. The p at which it has not are the confidence set.
It needs counts and nothing of their order, so those of several processes are added up.

- `proportion`: that set.
- `difference`: of two arms that see different cases. The product of both martingales is one under
  both truths, whichever arm the next case goes to; the interval is every difference at which some
  pair of probabilities remains. (Turner and Gruenwald, "Exact anytime-valid confidence intervals
  for contingency tables and beyond", Statistics and Probability Letters 198, 2023, treat the same
  problem with other bets.)
- `ratio`: of the rates of something rare. Of all cases where it happened, whichever arm had them,
  the share of one arm is a proportion; if the rates are equal it is the arm's share of all cases.
  Which arm a case is in was drawn before anything happened, so it does not matter when it happens,
  nor whether it happens more often in some weeks than in others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, lgamma, log
from typing import Final

_PRIOR: Final = 0.5
_STEPS: Final = 50
"""Halvings: twice as many digits as anybody prints."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included; `high` may be infinite."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Whether `value` lies within."""
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """From one end to the other."""
        return self.high - self.low


def proportion(hits: int, of: int, alpha: float) -> Interval:
    """Where the probability of a hit lies, after `hits` of `of`."""

    def possible(p: float) -> bool:
        return proportion_evidence(hits, of, p) < -log(alpha)

    return _around(possible, hits / of if of else 0.5, 0.0, 1.0)


def proportion_evidence(hits: int, of: int, p: float) -> float:
    """The evidence, as a logarithm, that the probability of a hit is not `p`.

    If it is, this ever reaches log(1/alpha) with probability at most alpha.
    """
    misses = of - hits
    return _log_mixture(hits, misses) - _log_likelihood((hits, p), (misses, 1 - p))


def difference(hits: int, of: int, hits_there: int, of_there: int, alpha: float) -> Interval:
    """Where the probability here minus that there lies; the two see different cases."""
    mixture = _log_mixture(hits, of - hits) + _log_mixture(hits_there, of_there - hits_there)

    def possible(delta: float) -> bool:
        return mixture - _best(hits, of, hits_there, of_there, delta) < -log(alpha)

    here = hits / of if of else 0.5
    there = hits_there / of_there if of_there else 0.5
    return _around(possible, here - there, -1.0, 1.0)


def difference_evidence(hits: int, of: int, hits_there: int, of_there: int) -> float:
    """The evidence, as a logarithm, that the probabilities here and there differ.

    If they do not, it ever reaches log(1/alpha) with probability at most alpha. Where it has,
    `difference` excludes 0.
    """
    mixture = _log_mixture(hits, of - hits) + _log_mixture(hits_there, of_there - hits_there)
    return mixture - _best(hits, of, hits_there, of_there, 0.0)


def _best(hits: int, of: int, hits_there: int, of_there: int, delta: float) -> float:
    """The highest log likelihood of any pair of probabilities of that difference."""
    misses, misses_there = of - hits, of_there - hits_there

    def slope(there: float) -> float:
        here = there + delta
        return (
            _over(misses, 1 - here)
            - _over(hits, here)
            + _over(misses_there, 1 - there)
            - _over(hits_there, there)
        )

    if delta:
        there = _root(slope, max(0.0, -delta), min(1.0, 1 - delta))
    else:
        there = (hits + hits_there) / (of + of_there) if of + of_there else 0.5
    here = there + delta
    return _log_likelihood(
        (hits, here), (misses, 1 - here), (hits_there, there), (misses_there, 1 - there)
    )


def ratio(hits: int, hits_there: int, odds: float, alpha: float) -> Interval:
    """Where the rate here divided by that there lies.

    `odds` are those of a case being here and not there, as they are drawn.
    """
    share = proportion(hits, hits + hits_there, alpha)
    return Interval(_odds(share.low) / odds, _odds(share.high) / odds)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _log_mixture(hits: int, misses: int) -> float:
    """The logarithm of B(a + hits, a + misses) / B(a, a)."""
    return _log_beta(_PRIOR + hits, _PRIOR + misses) - _log_beta(_PRIOR, _PRIOR)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_likelihood(*terms: tuple[int, float]) -> float:
    """The sum of count times log probability; what never happened may be impossible."""
    found = 0.0
    for count, p in terms:
        if count:
            if p <= 0:
                return -inf
            found += count * log(p)
    return found


def _over(count: int, p: float) -> float:
    if not count:
        return 0.0
    return count / p if p > 0 else inf


def _root(slope: Callable[[float], float], low: float, high: float) -> float:
    """Where the increasing `slope` changes its sign between `low` and `high`."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if slope(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _around(
    possible: Callable[[float], bool], centre: float, least: float, most: float
) -> Interval:
    """The interval in which what is `possible` lies; `centre` is, and there are no gaps."""
    return Interval(_edge(possible, centre, least), _edge(possible, centre, most))


def _edge(possible: Callable[[float], bool], inside: float, outside: float) -> float:
    """The last possible value from `inside` toward `outside`, rather too far than too near."""
    if possible(outside):
        return outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if possible(middle):
            inside = middle
        else:
            outside = middle
    return outside
