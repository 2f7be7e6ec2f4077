"""What the log does beside the calls made to it: one owner, which notices when a task dies."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger


class Background:
    """Owns the log's tasks: keeps them, ends them, and tells of one that died."""

    def __init__(self, on_death: Callable[[], None]) -> None:
        """Call `on_death` on the event loop when a task ends with an error."""
        self._on_death = on_death
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._stopped = False
        self._logger = get_logger("log")

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until `stop`."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def check(self) -> None:
        """Raises `Outage` (scope `log`) once a task died, or all were stopped."""
        if self._failure is not None or self._stopped:
            raise Outage("the log is closed", scope="log") from self._failure

    async def stop(self) -> None:
        """End all tasks. Idempotent."""
        self._stopped = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failure = error
            self._logger.error(LogEvent.TASK_DIED, exc_info=error, task=task.get_name())
            self._on_death()
