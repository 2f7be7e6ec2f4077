"""What the effects of a run say: rate, order, what was lost and what was repeated. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stream.effects import Effect
from stream.values import ABORTED


class Outcome(NamedTuple):
    """What became of the messages of a topic.

    Attributes:
        lost: messages whose handler never ended.
        repeated: ends of handlers beyond the first of their message.
        aborted: ends of handlers of messages whose transaction was aborted.
    """

    lost: int
    repeated: int
    aborted: int


def outcome(effects: Iterable[Effect], count: int) -> Outcome:
    """What became of messages 0 to `count` - 1."""
    runs = Counter(effect.id for effect in effects)
    aborted = sum(number for identity, number in runs.items() if identity >= ABORTED)
    known = [number for identity, number in runs.items() if identity < count]
    return Outcome(lost=count - len(known), repeated=sum(known) - len(known), aborted=aborted)


def order_violations(effects: Iterable[Effect], keys: Sequence[int]) -> int:
    """How many messages began before the one before them, of the same key, had ended.

    Args:
        effects: in any order; of a repeated message the first run counts.
        keys: the key of each message of the topic, in the order of the log. Messages without an
            effect count as never ended: what overtook them is a violation.
    """
    first: dict[int, Effect] = {}
    for effect in effects:
        known = first.get(effect.id)
        if known is None or effect.start < known.start:
            first[effect.id] = effect
    ended: dict[int, float] = {}
    violations = 0
    for number, key in enumerate(keys):
        run = first.get(number)
        if run is None:
            ended[key] = float("inf")
            continue
        before = ended.get(key, 0.0)
        violations += run.start < before
        ended[key] = max(before, run.end)
    return violations


def longest_chain(keys: Iterable[int]) -> int:
    """Messages of the key that has most of them: they run one after another."""
    return max(Counter(keys).values(), default=0)


def floor_rate(keys: Sequence[int], delay_s: float) -> float:
    """Messages a second that no consumer exceeds that keeps the order of keys.

    All of the topic takes at least as long as its longest chain: chain times delay.
    """
    chain = longest_chain(keys)
    return len(keys) / (chain * delay_s) if chain else 0.0


def steady_rate(
    ends: Iterable[float], begin: float, until: float, *, concurrency: int, delay_s: float
) -> float:
    """Messages a second between `begin` and `until` (monotonic seconds).

    Handlers of equal length that began together end together, so messages come in waves as wide
    as the concurrency. A wave cut by the edge of the window would be an error of one wave in
    `seconds / delay_s`: more than the margin of some targets. So whole waves are counted, from
    the first end inside the window to the first end of the last wave. Silence at either edge that
    is longer than two delays is the contender's own and counts as time.
    """
    inside = sorted(end for end in ends if begin <= end <= until)
    if len(inside) < 2:
        return 0.0
    waves = (len(inside) - 1) // concurrency
    counted = waves * concurrency if waves else len(inside) - 1
    edges = (inside[0] - begin, until - inside[-1])
    silence_s = sum(edge for edge in edges if edge > 2 * delay_s)
    return counted / max(inside[counted] - inside[0] + silence_s, 1e-9)
