"""A bounded number of tasks that nobody waits for."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger


class Background:
    """Tasks beside the mails. Only the event loop touches it."""

    def __init__(self, name: str, most: int) -> None:
        """Run at most `most` at once, as tasks of that `name`."""
        self._name = name
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def full(self) -> bool:
        """Whether no more may be started."""
        return len(self._tasks) >= self._most

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work`; the caller has seen that there is room."""
        task = asyncio.get_running_loop().create_task(work, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def finish(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` for what runs, then cancel it. Idempotent."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            get_logger("llm").error(LogEvent.TASK_DIED, exc_info=error, task=self._name)
