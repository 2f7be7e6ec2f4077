"""The members of this process: their leases are prolonged, and a lost one is told of at once."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from careerops.adapters.sqlite import groups
from careerops.adapters.sqlite.codec import to_us
from careerops.adapters.sqlite.subscription import SqliteSubscription
from careerops.adapters.sqlite.threads import WriterThread
from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger

RENEW_S: Final = groups.LEASE_S / 3


class Leases:
    """Every open subscription of this process."""

    def __init__(self, writer: WriterThread, now: Callable[[], datetime]) -> None:
        """None yet; expiry is counted from `now`."""
        self._writer = writer
        self._now = now
        self._members: set[SqliteSubscription] = set()
        self._logger = get_logger("log")

    def add(self, member: SqliteSubscription) -> None:
        """Keep `member`'s lease from now on."""
        self._members.add(member)

    def forget(self, member: SqliteSubscription) -> None:
        """`member` is over."""
        self._members.discard(member)

    async def keep(self) -> None:
        """Prolong all leases for ever, well before they expire."""
        while True:
            # On the beat on which sources are prolonged, see `careerops.ops.clock`: what is asked
            # for at one moment is one commit.
            await asyncio.sleep(RENEW_S - asyncio.get_running_loop().time() % RENEW_S)
            try:
                await self.renew()
            except Outage as outage:
                # Ours until somebody takes it, which needs the same file: the next round may do.
                self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)

    async def renew(self) -> None:
        """Prolong all leases now; end the members whose group was taken over."""
        members = tuple(self._members)
        if not members:
            return
        held = [(member.member.group_id, member.member.epoch) for member in members]
        expires_us = to_us(self._now()) + groups.LEASE_US
        kept = await self._writer.run(lambda connection: groups.renew(connection, held, expires_us))
        for member, ours in zip(members, kept, strict=True):
            if not ours and member in self._members:
                self._logger.error(LogEvent.LEASE_LOST, scope=member.member.topic)
                member.end()

    def end_all(self) -> None:
        """Every member is over, without leaving: its group is taken as after a crash."""
        for member in tuple(self._members):
            member.end()

    async def leave_all(self) -> None:
        """Every member leaves cleanly."""
        for member in tuple(self._members):
            await member.close()
