"""A seeded list of faults: the same seed gives the same plan for the same lane.

The moments are random, but in steps of the program's own progress (so many calls of the outside),
not in seconds: a slow machine is hit at the same places as a fast one.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from support.chaos.lane import Lane, MemberSpec

KILL, KILL_AT, TERM, AWAY, STOP, ZOMBIE = "kill", "kill_at", "term", "away", "stop", "zombie"
FATAL: Final = "producer_fatal"
"""The producer of a member has a fatal error at the point of this name; the member lives on."""
END: Final = "end"
"""The end of the members when the plan is done: no fault of the plan."""
CALM: Final = ""
WEATHER: Final = ("late_runs", "late_effects", "lost_answer", "hung_effect", "refused_effect")
"""What the outside does at the same time: it is slow, it takes a message and answers by an error or
not at all, it refuses one."""

ENDLESS_502, ENDLESS_SILENCE, ENDLESS_NO_ID = "endless_502", "endless_silence", "endless_no_id"
"""The channel takes every message and never says so, each in a way of its own."""
SICK_MAIL: Final = "sick_mail"
"""The provider fails whenever it is asked about one mail, and answers about all others."""
DARK: Final = "dark"
"""The provider is out, and a process that holds mails is killed several times meanwhile."""
HOSTILE: Final = (ENDLESS_502, ENDLESS_SILENCE, ENDLESS_NO_ID, SICK_MAIL, DARK)

_BAD_WEATHER: Final = 0.3
_DECK: Final = {KILL: 5, TERM: 2, AWAY: 1, STOP: 2, ZOMBIE: 1} | dict.fromkeys(HOSTILE, 1)
_SENDS: Final = frozenset({ENDLESS_502, ENDLESS_SILENCE, ENDLESS_NO_ID})
_NTH: Final = {"before_cursor": 2}
"""A source commits once a batch, however many mails are in it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One fault of a plan.

    Attributes:
        kind: what is done; the name of an outage of the lane, or one of the above.
        member: index of the process it is done to.
        point, nth: for `kill_at`, and for a `zombie` that stops itself at a point.
        mails: delivered before.
        calls: of the outside, to wait for before.
        patience_s: how long to wait for them at most; there may never be so many.
        jitter_s: seconds to wait after that.
        hold_s: how long what lasts is to last.
        weather: what the outside does meanwhile.
    """

    kind: str
    member: int
    point: str = ""
    nth: int = 1
    mails: int = 5
    calls: int = 5
    jitter_s: float = 0.0
    hold_s: float = 1.0
    weather: str = CALM
    patience_s: float = 5.0


def make_plan(seed: int, count: int, lane: Lane) -> list[Step]:
    """`count` steps for `lane`: every kind and every point comes before any comes twice as often.

    Dealt from a shuffled deck, so that a short plan is varied and a long one even.
    """
    randomness = random.Random(f"plan {seed} {lane.name}")
    cards = _cards(randomness, lane)
    return [_step(randomness, lane, next(cards)) for _ in range(count)]


def _cards(randomness: random.Random, lane: Lane) -> Iterator[tuple[str, str]]:
    points = sorted({point for member in lane.members for point in member.points})
    deck = [(kind, "") for kind, times in _DECK.items() for _ in range(times)]
    deck += [(FATAL if point == FATAL else KILL_AT, point) for point in points]
    deck += [(outage, "") for outage in lane.outages]
    while True:
        randomness.shuffle(deck)
        yield from deck


def _step(randomness: random.Random, lane: Lane, card: tuple[str, str]) -> Step:
    kind, point = card
    member = randomness.choice(_who(lane, kind, point))
    if kind == ZOMBIE and randomness.random() < 0.5:
        point = randomness.choice([p for p in lane.members[member].points if p != FATAL])
    weather = randomness.choice(WEATHER) if randomness.random() < _BAD_WEATHER else CALM
    return Step(
        kind=kind,
        member=member,
        point=point,
        nth=randomness.randint(1, _NTH.get(point, 12)),
        mails=randomness.randint(3, 15),
        calls=randomness.randint(1, 14),
        jitter_s=randomness.uniform(0, 0.05),
        hold_s=randomness.uniform(0.3, 1.5),
        weather=weather,
    )


def _who(lane: Lane, kind: str, point: str) -> Sequence[int]:
    """The members that a fault may be done to."""

    def fits(member: MemberSpec) -> bool:
        if kind == ZOMBIE:
            return bool(member.groups)
        if kind in _SENDS:
            return member.effects > 0
        if kind == DARK:
            return member.handlers > 0
        return point in member.points if point else True

    return [index for index, member in enumerate(lane.members) if fits(member)]
