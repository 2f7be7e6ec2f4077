"""When a mailbox that failed is tried again: after longer and longer pauses, keeping its lease."""

from contextlib import suppress
from typing import Final

from careerops.domain.errors import ConfigurationError, Outage
from careerops.ops.backoff import LONGEST_S, Backoff
from careerops.ports.clock import Clock
from careerops.ports.cursors import CursorStore, Lease
from careerops.ports.mailbox import Mailbox, MendingMailbox

_SECRET_EVERY_S: Final = 30.0
_LONGEST_ASKED_S: Final = 3600.0


class SourceRetry:
    """The pauses between the tries of one mailbox."""

    def __init__(self, mailbox: Mailbox, cursors: CursorStore, clock: Clock) -> None:
        """Wait by `clock`; a mailbox that mends itself says how long at most."""
        self._mending = mailbox if isinstance(mailbox, MendingMailbox) else None
        longest_s = self._mending.retry_max_s if self._mending else LONGEST_S
        self._backoff = Backoff(clock.monotonic, longest_s)
        self._cursors = cursors
        self._clock = clock

    def served(self, *, gave: bool) -> None:
        """The source served us, with a mail if it `gave` one."""
        self._backoff.served(gave=gave)

    def delay_s(self, error: BaseException) -> float:
        """How long to leave the source alone after `error`, at least as long as it asked for."""
        delay_s = self._backoff.next_s(refused=isinstance(error, ConfigurationError))
        if isinstance(error, Outage) and error.retry_at is not None:
            asked_s = (error.retry_at - self._clock.now()).total_seconds()
            return max(delay_s, min(asked_s, _LONGEST_ASKED_S))
        return delay_s

    async def wait(self, lease: Lease, delay_s: float, *, refused: bool = False) -> None:
        """Wait, keeping the lease; of a refused source not longer than until its secret changes.

        Raises:
            Fenced: the lease was taken over.
        """
        lease_s = self._cursors.lease_s
        now_s = self._clock.monotonic()
        until_s, look_s, renew_s = now_s + delay_s, now_s + _SECRET_EVERY_S, now_s + lease_s / 3
        while now_s < until_s:
            next_s = min(until_s, renew_s, look_s if refused else until_s)
            await self._clock.sleep(next_s - now_s)
            now_s = self._clock.monotonic()
            if now_s >= renew_s:
                with suppress(Outage):  # of the store: the next turn asks again
                    await self._cursors.renew(lease, lease_s)
                    renew_s = now_s + lease_s / 3
                renew_s = max(renew_s, now_s + 1.0)
            if refused and now_s >= look_s:
                look_s = now_s + _SECRET_EVERY_S
                if await self._secret_changed():
                    return

    async def _secret_changed(self) -> bool:
        if self._mending is None:
            return False
        try:
            return await self._mending.secret_changed()
        except ConfigurationError:
            return False  # it cannot be read at the moment
