"""When everything is done: the end of `run --until-idle`."""

from datetime import datetime

from careerops.bootstrap.pipeline import SERVICES, Pipeline
from careerops.domain.errors import CareerOpsError, Outage
from careerops.domain.topics import GROUP_CLASSIFY, GROUP_NOTIFY, GROUP_RESEARCH

_LOOK_EVERY_S = 0.05
_TWICE = 2
_QUIET_S = 4.0
_GROUPS = (GROUP_CLASSIFY, GROUP_RESEARCH, GROUP_NOTIFY)


class OutageTooLong(CareerOpsError):
    """An outage outlasted `--max-wait`; the message names the scope and what waits."""


class IdleWatch:
    """Idle: every source caught up, every group has lag 0, nothing runs, is parked or is due.

    Seen twice in a row, because a message may be between two of the places that are looked at;
    where other services run in processes of their own, for four seconds in a row, with nothing
    left to do for the stages before ours.
    """

    def __init__(self, pipeline: Pipeline, max_wait_s: float) -> None:
        """Give up after an outage of `max_wait_s` seconds."""
        self._pipeline = pipeline
        self._max_wait_s = max_wait_s
        alone = set(pipeline.services) != set(SERVICES)
        self._looks = round(_QUIET_S / _LOOK_EVERY_S) if alone else _TWICE
        last = max(SERVICES.index(service) for service in pipeline.services)
        self._upstream = frozenset(_GROUPS[: max(0, last - 1)])
        self._clock = pipeline.around.clock

    async def wait(self) -> None:
        """Return when idle.

        Raises:
            OutageTooLong: an outage lasts longer than `max_wait_s`, or all is done but for
                mailboxes that refuse us.
        """
        seen = 0
        while seen < self._looks:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                seen = seen + 1 if await self._is_idle() else 0
            except Outage:
                seen = 0  # of the log itself: who uses it says so, and waits
            self._give_up_on_outages()
        self._say_what_was_refused()

    async def _is_idle(self) -> bool:
        pipeline = self._pipeline
        if not self._are_sources_done():
            return False
        if any(not worker.assigned or worker.held for worker in pipeline.workers):
            return False
        ours = {worker.group for worker in pipeline.workers}
        for topic in await pipeline.around.stores.log.topics():
            if any(
                topic.topic in worker.topics
                and topic.partition not in worker.partitions[topic.topic]
                for worker in pipeline.workers
            ):
                return False  # others share the group: only who holds all can say that all is done
            for group in topic.groups:
                # What another process works on comes to us later; a stage nobody runs does not.
                waited_for = group.group in ours or (group.group in self._upstream and group.member)
                if waited_for and group.lag:
                    return False
        return pipeline.sender is None or not await pipeline.sender.has_due()

    def _are_sources_done(self) -> bool:
        """One that a person has to mend first is not waited for: the others are read meanwhile."""
        alerts = self._pipeline.alerts
        progress = [reader.progress for reader in self._pipeline.readers]
        done = all(each.finished or each.caught_up or each.refused for each in progress)
        return done and not (alerts is not None and alerts.pending)

    def _say_what_was_refused(self) -> None:
        refused = [r.progress.refused for r in self._pipeline.readers if r.progress.refused]
        if refused:
            more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
            raise OutageTooLong(f"{refused[0]}{more}; everything else was read")

    def _give_up_on_outages(self) -> None:
        now = self._clock.now()
        for scope, since, what in self._outages():
            waited_s = (now - since).total_seconds()
            if waited_s > self._max_wait_s:
                raise OutageTooLong(
                    f"{scope} has been out for {waited_s:.0f} s and {what}; "
                    "nothing is lost: mend it and run again, or wait longer with --max-wait"
                )

    def _outages(self) -> list[tuple[str, datetime, str]]:
        found: list[tuple[str, datetime, str]] = []
        for worker in self._pipeline.workers:
            for scope in worker.scopes.values():
                waiting = len(scope.waiting) + len(scope.released)
                found.append(
                    (scope.name, scope.since, f"{waiting} messages of {worker.stage} wait for it")
                )
        for reader in self._pipeline.readers:
            progress = reader.progress
            if progress.down_since is not None and not progress.refused:
                found.append(
                    (progress.scope, progress.down_since, "the mails of this source wait for it")
                )
        if self._pipeline.sender is not None:
            found += self._pipeline.sender.outages()
        return found
