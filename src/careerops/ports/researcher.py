"""Who the company is."""

from typing import Protocol

from careerops.domain.career import CareerEvent
from careerops.domain.notification import Briefing


class Researcher(Protocol):
    """Finds out about the company of an event. Safe to call concurrently."""

    @property
    def name(self) -> str:
        """Its kind, as in the configuration."""
        ...

    async def research(self, event: CareerEvent) -> Briefing:
        """A briefing, as much as it found (an empty one is an answer). Cancelling stops it.

        Raises:
            Transient, Outage: it could not ask; the caller goes on to the next or the floor.
            Permanent: it can never answer for this event.
        """
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...
