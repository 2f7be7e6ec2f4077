"""Intervals that hold however often one looks: exactly, by going through all that can happen."""

import random
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, partial
from math import exp, inf, log, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.llm.experiments.moments import Means, Moments, mean_difference
from careerops.llm.experiments.sequences import (
    Interval,
    difference,
    difference_evidence,
    proportion,
    proportion_evidence,
    ratio,
)

ALPHA = 0.05


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    """Hits, and of how many."""
    of = draw(st.integers(0, 2000))
    return draw(st.integers(0, of)), of


def test_a_proportion_is_ever_missed_with_probability_alpha_at_most() -> None:
    """Exactly, over every way that 200 cases can go, with a look after each."""
    # One test for all, so that each interval is computed once: they do not depend on p.
    for p in (0.01, 0.1, 0.37, 0.5, 0.92):
        alive = {0: 1.0}
        missed = 0.0
        for of in range(1, 201):
            after: defaultdict[int, float] = defaultdict(float)
            for hits, probability in alive.items():
                after[hits + 1] += probability * p
                after[hits] += probability * (1 - p)
            alive = {}
            for hits, probability in after.items():
                if p in _proportion(hits, of):
                    alive[hits] = probability
                else:
                    missed += probability
        assert 0.001 < missed <= ALPHA, p
        assert sum(alive.values()) + missed == pytest.approx(1), p


@cache
def _proportion(hits: int, of: int) -> Interval:
    return proportion(hits, of, ALPHA)


def test_a_difference_is_ever_missed_with_probability_alpha_at_most() -> None:
    """Exactly, for 2 x 12 cases that come in turn, with a look after each pair."""
    # One test for all, as above.
    for p, q in ((0.1, 0.1), (0.5, 0.5), (0.2, 0.6)):
        alive = {(0, 0): 1.0}
        missed = 0.0
        for of in range(1, 13):
            after: defaultdict[tuple[int, int], float] = defaultdict(float)
            for (here, there), probability in alive.items():
                for hit, a in ((1, p), (0, 1 - p)):
                    for other, b in ((1, q), (0, 1 - q)):
                        after[here + hit, there + other] += probability * a * b
            alive = {}
            for (here, there), probability in after.items():
                if p - q in _difference(here, there, of):
                    alive[here, there] = probability
                else:
                    missed += probability
        assert missed <= ALPHA, (p, q)


@cache
def _difference(here: int, there: int, of: int) -> Interval:
    return difference(here, of, there, of, ALPHA)


def test_the_mixture_is_what_integration_gives() -> None:
    """The evidence is the average likelihood under the prior by that at p."""
    hits, of, p = 7, 20, 0.6
    steps = 200_000
    # The prior of Jeffreys is uniform in the angle whose squared sine the probability is.
    average = sum(q**hits * (1 - q) ** (of - hits) for q in _squared_sines(steps)) / steps
    expected = log(average / (p**hits * (1 - p) ** (of - hits)))
    assert proportion_evidence(hits, of, p) == pytest.approx(expected, rel=1e-6)


def _squared_sines(steps: int) -> Iterator[float]:
    return (sin(pi / 2 * (step + 0.5) / steps) ** 2 for step in range(steps))


@given(counts())
def test_what_was_seen_lies_within(found: tuple[int, int]) -> None:
    """And the interval within what can be."""
    hits, of = found
    interval = proportion(hits, of, ALPHA)
    assert (hits / of if of else 0.5) in interval
    assert 0 <= interval.low <= interval.high <= 1
    assert proportion(of - hits, of, ALPHA).low == pytest.approx(1 - interval.high, abs=1e-9)


@given(counts(), counts())
def test_a_difference_excludes_nothing_but_with_evidence(
    here: tuple[int, int], there: tuple[int, int]
) -> None:
    """0 is outside where the evidence reaches log(1/alpha); turned round, the signs turn."""
    interval = difference(*here, *there, ALPHA)
    evidence = difference_evidence(*here, *there)
    assert (0 not in interval) == (evidence >= -log(ALPHA))
    back = difference(*there, *here, ALPHA)
    assert back.low == pytest.approx(-interval.high, abs=1e-6)
    assert -1 <= interval.low <= interval.high <= 1


def test_a_difference_is_never_less_sure_than_both_by_themselves() -> None:
    """The product is tighter than each at half the level."""
    for here, there in [((95, 100), (85, 100)), ((3, 50), (20, 40)), ((900, 1000), (950, 1000))]:
        one, two = proportion(*here, ALPHA / 2), proportion(*there, ALPHA / 2)
        assert difference(*here, *there, ALPHA).width < (one.high - two.low) - (one.low - two.high)


def test_intervals_narrow_with_cases_and_widen_with_caution() -> None:
    """Down to nothing in the end."""
    widths = [proportion(n // 10, n, ALPHA).width for n in (10, 100, 1000, 100_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.01
    assert proportion(10, 100, 0.001).width > proportion(10, 100, 0.05).width
    assert difference(500, 10_000, 1000, 10_000, ALPHA).high < 0


def test_a_ratio_is_of_rates_however_the_cases_were_dealt() -> None:
    """One in five conversations and one in five complaints: nothing is said."""
    assert 1 in ratio(20, 80, 0.25, ALPHA)
    assert ratio(20, 80, 1.0, ALPHA).high < 1
    low, high = ratio(4, 60, 1.0, ALPHA).low, ratio(4, 60, 1.0, ALPHA).high
    assert low < 4 / 60 < high < 0.3
    assert ratio(0, 0, 1.0, ALPHA) == Interval(0.0, inf)
    assert ratio(9, 0, 1.0, ALPHA).high == inf


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("guess", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("values", [(0.0, 1.0), (0.2, 0.6), (0.0, 0.01)])
@pytest.mark.parametrize("rate", [0.95, 0.5, 0.1, 0.001])
def test_one_step_of_the_mixture_gains_nothing_on_average(
    p: float, guess: float, values: tuple[float, float], rate: float
) -> None:
    """The inequality that the intervals of means rest on, in both directions."""
    chances = ((values[0], 1 - p), (values[1], p))
    mean = sum(x * chance for x, chance in chances)
    penalty = -log(1 - rate) - rate
    for sign in (1, -1):
        gain = sum(
            chance * exp(sign * rate * (x - mean) - penalty * (x - guess) ** 2)
            for x, chance in chances
        )
        assert gain <= 1 + 1e-12


def test_a_mean_is_ever_missed_with_probability_alpha_at_most() -> None:
    """Of values far from the bound and of values at it; 300 runs of 200 looks."""
    rng = random.Random(5)
    for draw, mean in (
        (partial(rng.betavariate, 1, 30), 1 / 31),
        (partial(rng.choice, [1.0] * 3 + [0.0] * 7), 0.3),
    ):
        missed = 0
        for _ in range(300):
            moments = Moments()
            for _ in range(200):
                moments.add(draw())
                if moments.evidence(mean) >= log(2 / ALPHA):
                    missed += 1
                    break
        assert missed <= 300 * ALPHA


def test_the_interval_of_a_mean_closes_in_on_it() -> None:
    """And the evidence is what its ends are made of."""
    rng = random.Random(6)
    moments = Moments()
    assert moments.interval(ALPHA) == Interval(0.0, 1.0)
    widths = []
    for count in range(1, 5001):
        moments.add(rng.betavariate(2, 38))
        if count in {10, 100, 1000, 5000}:
            interval = moments.interval(ALPHA)
            assert 0.05 in interval
            assert moments.mean in interval
            widths.append(interval.width)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.01
    high = moments.interval(ALPHA).high
    assert moments.evidence(high) == pytest.approx(log(2 / ALPHA), abs=1e-6)


def test_what_is_beyond_the_bound_counts_as_the_bound() -> None:
    """A mean of what was counted is still bounded."""
    moments = Moments()
    moments.add(7.5)
    assert (moments.n, moments.total) == (1, 1.0)


def test_the_lowest_bound_that_nothing_exceeded_is_reported() -> None:
    """It makes the interval narrow; the mean is that of the values."""
    means, high = Means((1.0, 10.0, 100.0)), Means((100.0,))
    assert (means.bound, means.mean, means.n) == (1.0, 0.0, 0)
    for value in (0.5, 0.7, 3.0) * 100:
        means.add(value)
        high.add(value)
    assert means.bound == 10
    assert means.mean == pytest.approx(1.4)
    assert means.interval(ALPHA).width < high.interval(ALPHA).width / 4
    assert 1.4 in means.interval(ALPHA)
    means.add(1000.0)
    assert means.bound == 100
    assert means.mean == pytest.approx((1.4 * 300 + 100) / 301)


@given(st.lists(st.floats(0, 50), max_size=20), st.lists(st.floats(0, 50), max_size=20))
def test_means_add_up(here: list[float], there: list[float]) -> None:
    """But for the guesses, which are each process's own."""
    one, two, whole = (Means((1.0, 10.0)) for _ in range(3))
    for value in here:
        one.add(value)
        whole.add(value)
    for value in there:
        two.add(value)
        whole.add(value)
    both = one + two
    assert (both.n, both.most, both.bound) == (whole.n, whole.most, whole.bound)
    assert both.mean == pytest.approx(whole.mean)


def test_two_means_differ_once_their_intervals_are_apart() -> None:
    """Whether of the same cases or not."""
    slow, quick = Means((1.0,)), Means((1.0,))
    for _ in range(2000):
        slow.add(0.3)
        quick.add(0.1)
    found = mean_difference(quick, slow, ALPHA)
    assert -0.2 in found
    assert found.high < 0
    assert mean_difference(slow, quick, ALPHA).low > 0
    assert 0 in mean_difference(Means((1.0,)), slow, ALPHA)
