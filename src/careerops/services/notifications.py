"""Notifications, for a person: what is still to be told, what failed, what nobody knows."""

from collections.abc import Sequence

from careerops.domain.errors import CareerOpsError
from careerops.domain.notification import Notification
from careerops.domain.render import render_title
from careerops.ports.clock import Clock
from careerops.ports.ledger import DeliveryStatus, EntryState, Ledger

OPEN = (
    DeliveryStatus.PLANNED,
    DeliveryStatus.SENDING,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.FAILED,
)
"""What a person may want to look at or decide about."""
_AT_MOST = 100


class Notifications:
    """The ledger as a person sees it."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Read and change `ledger`."""
        self._ledger = ledger
        self._clock = clock

    async def listed(self, *, everything: bool, limit: int) -> Sequence[EntryState]:
        """What is open, or everything, newest first."""
        statuses = tuple(DeliveryStatus) if everything else OPEN
        return await self._ledger.entries(limit=limit, statuses=statuses)

    async def find(self, name: str, channel: str = "") -> list[EntryState]:
        """The entries of the one notification whose id begins with `name`, one a channel.

        Raises:
            CareerOpsError: there is none, or `name` begins several ids.
        """
        found = await self._ledger.find(name, _AT_MOST) if name else []
        ids = {state.entry.notification_id for state in found}
        if len(ids) > 1 and name not in ids:
            raise CareerOpsError(f"{name!r} begins {len(ids)} notifications: give more of the id")
        wanted = name if name in ids else next(iter(ids), "")
        chosen = [
            state
            for state in found
            if state.entry.notification_id == wanted and channel in ("", state.entry.channel)
        ]
        if not chosen:
            by = f" by {channel!r}" if channel else ""
            raise CareerOpsError(f"no notification {name!r}{by}: see careerops notifications list")
        return chosen

    async def drop(self, name: str, channel: str = "") -> list[str]:
        """Never tell it; returns the channels that will not.

        Raises:
            CareerOpsError: there is no such notification, or nothing of it is still to be told.
        """
        now = self._clock.now()
        chosen = await self.find(name, channel)
        done = [s.entry.channel for s in chosen if await self._ledger.drop(*s.entry.identity, now)]
        if not done:
            raise CareerOpsError("nothing of it is still to be told")
        return done

    async def retry(self, name: str, channel: str = "") -> list[str]:
        """Tell it again by the channels where it failed, expired, was dropped or nobody knows.

        Returns those channels.

        Raises:
            CareerOpsError: there is no such notification, or it is told or planned already.
        """
        now = self._clock.now()
        chosen = await self.find(name, channel)
        # What was dropped for a reason is told by a summary or by another channel.
        ended = [s for s in chosen if s.status is not DeliveryStatus.DROPPED or not s.reason]
        done = [s.entry.channel for s in ended if await self._ledger.revive(*s.entry.identity, now)]
        if not done:
            raise CareerOpsError("it is told or planned already: see careerops notifications list")
        return done


def title_of(state: EntryState) -> str:
    """What the entry tells, in one line; of one that cannot be read, nothing."""
    try:
        notification = Notification.model_validate_json(state.entry.payload)
    except ValueError:
        return ""
    return notification.text.split("\n", 1)[0] or render_title(notification)
