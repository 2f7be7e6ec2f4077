"""What a mail means."""

from typing import Protocol

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail


class Classifier(Protocol):
    """Understands one mail. Stateless towards the caller; safe to call concurrently."""

    @property
    def name(self) -> str:
        """Its kind, as in the configuration and in metric labels."""
        ...

    async def classify(self, mail: RawEmail) -> Classification:
        """The meaning of `mail`. Cancelling stops the work and costs at most one call.

        Raises:
            Transient: it failed now (timeout, 5xx, a minute's quota).
            Outage: it is down or its quota is spent, and names the scope.
            Permanent: this mail cannot be classified by it (reason `invalid_answer` ...).
        """
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...
