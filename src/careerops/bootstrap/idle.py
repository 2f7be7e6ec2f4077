"""When everything is done: the end of `run --until-idle`."""

from datetime import datetime

from careerops.bootstrap.pipeline import Pipeline
from careerops.domain.errors import CareerOpsError, Outage

_LOOK_EVERY_S = 0.05
_TWICE = 2


class OutageTooLong(CareerOpsError):
    """An outage outlasted `--max-wait`; the message names the scope and what waits."""


class IdleWatch:
    """Idle: every source caught up, every group has lag 0, nothing runs, is parked or is due.

    Seen twice in a row, because a message may be between two of the places that are looked at.
    """

    def __init__(self, pipeline: Pipeline, max_wait_s: float) -> None:
        """Give up after an outage of `max_wait_s` seconds."""
        self._pipeline = pipeline
        self._max_wait_s = max_wait_s
        self._clock = pipeline.around.clock

    async def wait(self) -> None:
        """Return when idle.

        Raises:
            OutageTooLong: an outage lasts longer than `max_wait_s`.
        """
        seen = 0
        while seen < _TWICE:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                seen = seen + 1 if await self._is_idle() else 0
            except Outage:
                seen = 0  # of the log itself: who uses it says so, and waits
            self._give_up_on_outages()

    async def _is_idle(self) -> bool:
        pipeline = self._pipeline
        if not all(r.progress.finished or r.progress.caught_up for r in pipeline.readers):
            return False
        if any(not worker.assigned or worker.held for worker in pipeline.workers):
            return False
        ours = {(worker.group, topic) for worker in pipeline.workers for topic in worker.topics}
        for topic in await pipeline.around.stores.log.topics():
            if any((g.group, g.topic) in ours and g.lag for g in topic.groups):
                return False
        for sender in pipeline.senders:
            if await sender.has_due():
                return False
        return True

    def _give_up_on_outages(self) -> None:
        now = self._clock.now()
        for scope, since, count in self._outages():
            waited_s = (now - since).total_seconds()
            if waited_s > self._max_wait_s:
                raise OutageTooLong(
                    f"{scope} has been out for {waited_s:.0f} s and {count} wait for it; "
                    "nothing is lost: mend it and run again, or wait longer with --max-wait"
                )

    def _outages(self) -> list[tuple[str, datetime, str]]:
        found: list[tuple[str, datetime, str]] = []
        for worker in self._pipeline.workers:
            for scope in worker.scopes.values():
                waiting = len(scope.waiting) + len(scope.released)
                found.append((scope.name, scope.since, f"{waiting} messages of {worker.stage}"))
        for reader in self._pipeline.readers:
            progress = reader.progress
            if progress.down_since is not None:
                found.append((progress.scope, progress.down_since, "the mails of this source"))
        for sender in self._pipeline.senders:
            if sender.down_since is not None:
                channel = f"channel:{sender.channel}"
                found.append((channel, sender.down_since, "its notifications"))
        return found
