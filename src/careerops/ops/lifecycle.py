"""Starting and stopping a process: one sequence, the same for every command that runs for long.

The stop, with the default budget of 8 s (less than the 10 s a container runtime grants):

1. SIGTERM, SIGINT, SIGHUP, `request_stop()` or a background task that died: `stopping` is set, and
   what `on_stop` was given is called (readiness goes false). Intake ends, the work drains.
2. After 80 % of the budget what still runs is cancelled.
3. Background tasks are cancelled, handlers put back, the event loop closed.
4. A signal is raised again with its default action, so that the exit status is the signal's.

A closed terminal (SIGHUP) stops like SIGTERM. SIGINT and SIGHUP that whoever started us had set to
be ignored (`nohup`, cron, a script's `careerops run &`) stay ignored, as shells and Python itself
have it. SIGTERM always stops: there has to be a way to stop that ends in order.

A second SIGTERM or SIGINT ends the process at once, by the same signal. Hangups are not counted:
the kernel and the shell each send one when a terminal closes, and a session's end adds SIGTERM.
If the budget runs out in spite of all this, because the loop is stuck, a watchdog thread logs
`shutdown_stuck` and ends the process with status 1. Nothing acknowledged is lost by either: the log
is durable before it says so.
"""

import asyncio
import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, Final, NoReturn, TypeVar

from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.watchdog import Watchdog

T = TypeVar("T")
Handler = Callable[[int, FrameType | None], Any] | int | None

STOP_BUDGET_S: Final = 8.0
_DRAIN_SHARE: Final = 0.8
_HANGUP: Final = getattr(signal, "SIGHUP", None)
"""The terminal is gone; None where the system has no such signal."""
_SIGNALS: Final = tuple(filter(None, (signal.SIGTERM, signal.SIGINT, _HANGUP)))


class Lifecycle:
    """Runs one piece of work with its background tasks, and stops both in order.

    A process uses `run_process`, which adds the watchdog and the exit status to it.

    Attributes:
        stopping: set once the process is to stop; work waits for it beside its intake.
        received: the signal that asked for the stop, None without one.
    """

    def __init__(
        self, *, budget_s: float = STOP_BUDGET_S, watchdog: Watchdog | None = None
    ) -> None:
        """Allow `budget_s` seconds from the request to stop to the end, guarded by `watchdog`."""
        self.stopping = asyncio.Event()
        self.received: signal.Signals | None = None
        self._budget_s = budget_s
        self._log = get_logger("lifecycle")
        self._on_stop: list[Callable[[], None]] = []
        self._tasks: dict[asyncio.Task[Any], str] = {}
        self._error: BaseException | None = None
        self._handlers: dict[signal.Signals, Handler] = {}
        self._signals = itertools.count()
        self._watchdog = watchdog
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_began: float | None = None

    def on_stop(self, action: Callable[[], None]) -> None:
        """Call `action` the moment the stop begins; it must not block."""
        self._on_stop.append(action)

    def request_stop(self, reason: str = "requested") -> None:
        """Begin the stop. Idempotent; on the event loop's thread."""
        if self.stopping.is_set():
            return
        self._stop_began = asyncio.get_running_loop().time()
        self._arm()
        self.stopping.set()
        name = self.received.name if self.received else ""
        self._log.info(LogEvent.SHUTDOWN_REQUESTED, reason=reason, signal=name, pid=os.getpid())
        for action in self._on_stop:
            action()

    def spawn(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `coroutine` in the background until it ends or the process stops.

        If it raises, the process stops and `run` raises its error.
        """
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks[task] = name
        task.add_done_callback(self._ended)
        return task

    async def run(self, main: Coroutine[Any, Any, T]) -> T | None:
        """Run `main` to its end; it returns by itself, or drains and returns after `stopping`.

        Returns:
            What `main` returned; None if it had to be cancelled.

        Raises:
            BaseException: what `main` raised, else the first error of a background task.
        """
        self._loop = asyncio.get_running_loop()
        before = self._loop.get_exception_handler()
        self._loop.set_exception_handler(self._on_loop_error)
        self._take_signals()
        try:
            result = await self._drained(self._loop.create_task(main, name="main"))
        except Exception as error:
            if self.stopping.is_set():
                # The signal raised again at the end would leave no trace of it.
                self._log.error(LogEvent.TASK_DIED, exc_info=error, task="main")
            raise
        finally:
            self._arm()
            await self._cancel_tasks()
            self._give_signals_back()
            self._loop.set_exception_handler(before)
        if self._error is not None:
            raise self._error
        return result

    async def _drained(self, main: asyncio.Task[T]) -> T | None:
        """Wait for `main`; once the stop has begun no longer than the drain may take."""
        stop = asyncio.create_task(self.stopping.wait(), name="stop")
        forced = False
        try:
            await asyncio.wait({main, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not main.done():
                await asyncio.wait({main}, timeout=self._budget_s * _DRAIN_SHARE)
            forced = not main.done()
        finally:
            stop.cancel()
            if not main.done():
                main.cancel()
                await asyncio.wait({main})
        if forced:
            self._log.warning(LogEvent.SHUTDOWN_FORCED)
        self._report(forced=forced)
        return None if forced and main.cancelled() else await main

    def _report(self, *, forced: bool) -> None:
        if self._stop_began is not None:
            took_s = asyncio.get_running_loop().time() - self._stop_began
            status = "forced" if forced else "drained"
            self._log.info(LogEvent.SHUTDOWN_COMPLETE, status=status, duration_s=round(took_s, 3))

    async def _cancel_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        name = self._tasks.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._log.error(LogEvent.TASK_DIED, exc_info=error, task=name)
            self._error = self._error or error
            self.request_stop("task_died")

    def _on_loop_error(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaited: the task's name and the frames, never a repr of either."""
        task = context.get("task") or context.get("future")
        name = task.get_name() if isinstance(task, asyncio.Task) else ""
        self._log.error(LogEvent.UNHANDLED_ERROR, exc_info=context.get("exception"), task=name)

    def _arm(self) -> None:
        if self._watchdog is not None:
            self._watchdog.arm(self._budget_s)

    def _take_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            # Who starts us with an interrupt or a hangup ignored means it; nobody means SIGTERM.
            if number is signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._on_signal)

    def _give_signals_back(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        # Installed with signal.signal and not on the loop, so that it works when the loop is stuck.
        # Another signal may interrupt this very function: counting must be one step.
        if number != _HANGUP and next(self._signals) > 0:
            _die_by(signal.Signals(number))
        self.received = self.received or signal.Signals(number)
        self._arm()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.request_stop, "signal")


def run_process(
    main: Callable[[Lifecycle], Coroutine[Any, Any, T]], *, budget_s: float = STOP_BUDGET_S
) -> T | None:
    """Run `main` in an event loop of its own, as the last thing a process does.

    When a signal ended it, this does not return: the signal is raised again. Anything to be done
    after the work belongs into `main`.
    """
    watchdog = Watchdog(get_logger("watchdog"))
    received: signal.Signals | None = None

    async def supervised() -> T | None:
        nonlocal received
        lifecycle = Lifecycle(budget_s=budget_s, watchdog=watchdog)
        try:
            return await lifecycle.run(main(lifecycle))
        finally:
            received = lifecycle.received

    try:
        return asyncio.run(supervised())
    finally:
        watchdog.disarm()
        if received is not None:
            _flush()
            _die_by(received)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def _die_by(number: signal.Signals) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    # Only process 1 of a container gets here: the kernel keeps default actions from it.
    os._exit(128 + number)
