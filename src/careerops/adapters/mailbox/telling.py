"""What mailboxes over files share of `MendingMailbox`: they say when their place cannot be read."""

from collections.abc import Callable

from careerops.ops.backoff import LONGEST_S
from careerops.ports.mailbox import MailboxState, Standing


class Telling:
    """A mailbox that has no secret and is looked at again and again while its place is away."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listener: Callable[[Standing], None] | None = None

    @property
    def retry_max_s(self) -> float:
        """For a place that is not there at the start."""
        return LONGEST_S

    def watch(self, tell: Callable[[Standing], None]) -> None:
        """See `MendingMailbox.watch`."""
        self._listener = tell

    async def secret_changed(self) -> bool:
        """There is none."""
        return False

    def tell_read(self, *, following: bool) -> None:
        """The place was read just now; `following`: to its end, and it is followed."""
        self._tell(Standing(MailboxState.FOLLOWING if following else MailboxState.READING))

    def tell_lost(self, where: str, error: Exception) -> None:
        """The place `where` cannot be read because of `error`."""
        reason = f"{where} cannot be read now ({type(error).__name__})"
        self._tell(Standing(MailboxState.DOWN, reason))

    def _tell(self, standing: Standing) -> None:
        if self._listener is not None:
            self._listener(standing)
