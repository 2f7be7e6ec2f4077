"""Waking readers: at once for this process's writes, by polling for those of others."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from careerops.domain.errors import Outage

POLL_S: Final = 0.05
_CALM_POLL_S: Final = 0.5
_CALM_AFTER_S: Final = 5.0
_SURE_S: Final = 1.0


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection commits. One page cache look-up, no I/O."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


class Wakeups:
    """A counter a topic that grows whenever the topic may hold something new.

    A reader takes the count, looks, and when it found nothing waits for the count to change: what
    is written between look and wait is never missed.
    """

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._counts: dict[str, int] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._someone = asyncio.Event()
        self._version: int | None = None
        self._asked_s = self._changed_s = -_SURE_S

    def count(self, topic: str) -> int:
        """The count now."""
        return self._counts.get(topic, 0)

    def bump(self, topics: Iterable[str]) -> None:
        """Wake whoever waits for any of `topics`."""
        for topic in topics:
            self._counts[topic] = self._counts.get(topic, 0) + 1
            for future in self._waiting.pop(topic, ()):
                if not future.done():
                    future.set_result(None)
        if not self._waiting:
            self._someone.clear()

    def bump_all(self) -> None:
        """Wake everybody."""
        self.bump(tuple(self._waiting))

    async def wait(self, topic: str, seen: int) -> None:
        """Return once the count of `topic` is not `seen` any more."""
        while self.count(topic) == seen:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(topic, set()).add(future)
            self._someone.set()
            try:
                await future
            finally:
                self._forget(topic, future)

    async def watch(
        self,
        version: Callable[[], Awaitable[int]],
        traces: Callable[[], object] = lambda: None,
    ) -> None:
        """Poll for ever, but only while somebody waits; wake all when `version` changes.

        `traces` costs next to nothing and changes with nearly every write: while it stays the same
        `version` is asked once a second. Where nothing has happened for seconds, both more rarely.
        """
        seen: object = None
        while True:
            await self._someone.wait()
            now_s, found = _now_s(), traces()
            if found is None or found != seen or now_s - self._asked_s >= _SURE_S:
                # Compared with what was seen before anybody waited, so no write falls in between.
                self.noticed(await _unless_out(version))
                seen = found
            calm = now_s - self._changed_s > _CALM_AFTER_S
            # On the beat of what else is looked at for ever, see `careerops.ops.clock`.
            await asyncio.sleep(_CALM_POLL_S * 1.001 - now_s % _CALM_POLL_S if calm else POLL_S)

    def noticed(self, version: int | None) -> None:
        """The version is this now (None: it cannot be read); wake all if it has changed."""
        self._asked_s = _now_s()
        if version is None or version != self._version:
            self._changed_s = self._asked_s
            self.bump_all()
        self._version = version

    def _forget(self, topic: str, future: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(topic)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                del self._waiting[topic]
        if not self._waiting:
            self._someone.clear()


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _unless_out(version: Callable[[], Awaitable[int]]) -> int | None:
    """The version, None while the file cannot be read: whoever waits then looks and is told."""
    try:
        return await version()
    except Outage:
        return None
