"""How a person is told."""

from typing import Protocol

from careerops.domain.notification import Notification


class Notifier(Protocol):
    """One channel. An account's notifications are sent one after the other, in the order planned.

    One that takes longer than five seconds, or failed and is tried again, is not waited for, so
    `send` may be called for an account while another call for it is under way.

    A channel has no memory: whether something was told already is the ledger's business.
    """

    @property
    def channel(self) -> str:
        """Identity of the channel in the ledger and in metric labels; stable over restarts."""
        ...

    async def send(self, notification: Notification) -> None:
        """Tell. Returns when the channel has accepted it (for files: when it is durable).

        Cancelling leaves the outcome unknown.

        Raises:
            Transient: nothing was told; try again (after `retry_after_s` if given).
            Outage: the channel is down for everything (expired token, scope `channel:<name>`); or a
                limit is reached, until `retry_at` and `exact`: then no notification is to blame.
            Permanent: this notification is refused for good.
            OutcomeUnknown: it may or may not have been told (a timeout after the request went out).
        """
        ...

    async def close(self) -> None:
        """Release connections and files. Idempotent."""
        ...
