"""A deliberate breakage of the program, and what has to be said of it."""

from dataclasses import dataclass

from support.chaos.plan import KILL_AT, Step


@dataclass(frozen=True, slots=True)
class Case:
    """A breakage, the steps that bring it to light, and the oracle's complaint.

    Attributes:
        breakage: its name in `CHAOS_BREAK`, '' for none.
        poison: share of mails that end as dead letters.
    """

    breakage: str
    steps: tuple[Step, ...]
    complaint: str
    poison: float = 0.0

    @property
    def environment(self) -> dict[str, str]:
        """Of the members: what breaks them."""
        return {"CHAOS_BREAK": self.breakage} if self.breakage else {}


def kills(point: str, *passings: int, weather: str = "") -> tuple[Step, ...]:
    """A kill at each of these passings of a point, in this weather."""
    return tuple(
        Step(KILL_AT, member=0, point=point, nth=nth, mails=12, calls=3, weather=weather)
        for nth in passings
    )
