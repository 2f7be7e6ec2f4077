"""Prolonging everything a process holds with one write, instead of one write a lease."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

from careerops.domain.errors import Fenced, Outage


class _Held(Hashable, Protocol):
    """A lease: the right to `source`."""

    @property
    def source(self) -> str:
        """What is held."""
        ...


LeaseT = TypeVar("LeaseT", bound=_Held)


class Renewals(Generic[LeaseT]):
    """The leases of one process. Whoever renews one renews all, and the others need not."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        write: Callable[[Sequence[LeaseT], float], Awaitable[Sequence[bool]]],
    ) -> None:
        """`write` prolongs leases by so many seconds, durably; for each whether it is ours still.

        `monotonic` is in seconds and goes on while the leases run.
        """
        self._monotonic = monotonic
        self._write = write
        self._held: dict[str, LeaseT] = {}
        self._until_s: dict[LeaseT, float] = {}
        self._turn = asyncio.Lock()
        self._outages = 0
        self._scope = ""

    def hold(self, lease: LeaseT) -> None:
        """`lease` was taken; what was held of its source before is over."""
        before = self._held.get(lease.source)
        if before is not None:
            self._until_s.pop(before, None)
        self._held[lease.source] = lease

    def drop(self, lease: LeaseT) -> None:
        """`lease` was given back."""
        self._until_s.pop(lease, None)
        if self._held.get(lease.source) == lease:
            del self._held[lease.source]

    async def renew(self, lease: LeaseT, ttl_s: float) -> None:
        """Prolong all that is held, unless `lease` was prolonged with others a short while ago.

        Raises:
            Fenced: it is another's by now.
            Outage: the store cannot be written; whoever waited meanwhile is told so too.
        """
        before = self._outages
        async with self._turn:
            if self._outages != before:
                # Not one after the other, each with the patience of its own write.
                raise Outage("the leases could not be prolonged", scope=self._scope)
            if self._until_s.get(lease, 0.0) - self._monotonic() > ttl_s / 2:
                return
            asked = tuple({**self._held, lease.source: lease}.values())
            until_s = self._monotonic() + ttl_s
            try:
                kept = await self._write(asked, ttl_s)
            except Outage as outage:
                self._outages += 1
                self._scope = outage.scope
                raise
            for each, ours in zip(asked, kept, strict=True):
                if ours:
                    self._until_s[each] = until_s
                else:
                    self.drop(each)
        if lease not in self._until_s:
            raise Fenced(
                "another process has taken over this mailbox: this one must stop reading it"
            )
