"""What the members of a group had in hand: who is to blame when a process dies.

For logs that keep no such thing themselves. A place is a partition of a topic as a group reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A partition of a topic, as one group reads it."""

    group: str
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Custody:
    """What is known about a place when a member takes it over.

    Attributes:
        suspects_below: unsettled records below this offset were handed over before an unclean
            end (0: it was clean). What was never handed over cannot have killed anybody.
        deaths: by offset, how many members ended uncleanly while they tried it as a suspect.
    """

    suspects_below: int = 0
    deaths: Mapping[int, int] = field(default_factory=dict)


class CustodyStore(Protocol):
    """Durable before every hand-over. Each holding of a place is named by a token, used once.

    What is said under an older token is ignored: the place is in other hands. Every method
    returns once durable, and raises `Outage` (scope `log`) where it cannot be.
    """

    async def take(self, places: Sequence[Place], token: str) -> dict[Place, Custody]:
        """Hold `places` under `token` from now on, and learn how the holder before ended.

        A holder that did not `give_back` ended uncleanly: what it was trying alone counts one
        death more. Taking again under the same token changes nothing and says the same.
        """
        ...

    async def deliver(self, token: str, below: Mapping[Place, int]) -> None:
        """Everything below these offsets may be handed over from now on; marks never go back."""
        ...

    async def attempt(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset`, a suspect, is about to run."""
        ...

    async def rest(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` does not run now, and is not settled: it waits."""
        ...

    async def forget(self, token: str, offsets: Mapping[Place, Sequence[int]]) -> None:
        """These records are settled: their attempts and deaths mean nothing any more."""
        ...

    async def give_back(self, token: str, places: Sequence[Place]) -> None:
        """A clean end: the next holder has no suspects, and what was being tried is no death.

        Deaths counted before stay until the record is settled.
        """
        ...
