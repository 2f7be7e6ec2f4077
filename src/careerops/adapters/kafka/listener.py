"""What a consumer's thread tells the event loop."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from confluent_kafka import KafkaError

from careerops.domain.errors import CareerOpsError
from careerops.ports.eventlog import LogRecord

Share = tuple[int, int]
"""(partition, epoch): a partition under one assignment."""

Turn = tuple[int, int, int, int]
"""(partition, epoch until now, epoch from now on, offset from which it is read again)."""


@dataclass(slots=True)
class Fetched:
    """What one round of polling brought.

    Attributes:
        records: each with the epoch of its partition's assignment, in order.
        ends: (partition, epoch, offset) of each partition that was read to its end.
    """

    records: list[tuple[LogRecord, int]] = field(default_factory=list)
    ends: list[tuple[int, int, int]] = field(default_factory=list)


class Listener(Protocol):
    """Whom the thread tells, on the event loop and in the order in which things happened."""

    def assigned(self, shares: list[Share]) -> None:
        """These partitions are ours from now on."""

    def revoked(self, shares: list[Share], watermarks: "Future[dict[int, int]]") -> None:
        """They are taken away: say up to where they are settled; the thread commits that."""

    def lost(self, shares: list[Share]) -> None:
        """They are somebody else's already: nothing can be committed."""

    def turned_back(self, turns: list[Turn]) -> None:
        """These are read again from an earlier offset; what was fetched until now is over."""

    def fetched(self, fetched: Fetched) -> None:
        """Records came, or ends."""

    def failed(self, error: KafkaError) -> None:
        """Something is wrong; the client goes on trying unless the error is fatal."""

    def died(self, error: CareerOpsError) -> None:
        """The consumer is no more, and nothing was committed."""

    def commit_failed(self) -> None:
        """A commit did not get through: say the watermarks again."""
