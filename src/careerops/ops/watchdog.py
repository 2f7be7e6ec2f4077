"""Ends the process when it does not end itself."""

import os
import queue
import threading
import time
from typing import TYPE_CHECKING, Final

from careerops.ops.logevents import LogEvent

if TYPE_CHECKING:
    from careerops.ops.logging import Logger

EXIT_STUCK: Final = 1
"""Exit status when the process did not stop in time: failed, as for every other failure."""
_LOG_WAIT_S: Final = 1.5
"""Longer than a line waits for the stream, and what a container runtime grants over the budget."""


class Watchdog:
    """A thread that, once armed, ends the process after a deadline unless disarmed before.

    It works when the event loop is stuck in a call that never returns: all it needs is that the
    interpreter lets another thread run. `arm` may be called from a signal handler.
    """

    def __init__(self, log: "Logger") -> None:
        self._log = log
        # SimpleQueue.put is reentrant by its documentation; locks and events are not.
        self._orders: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def arm(self, deadline_s: float) -> None:
        """End the process `deadline_s` seconds from now; the first arming counts."""
        self._orders.put(deadline_s)

    def disarm(self) -> None:
        """The process has stopped in time. Idempotent; waits for the thread to end."""
        self._orders.put(None)
        self._thread.join(_LOG_WAIT_S)

    def _watch(self) -> None:
        deadline_s = self._orders.get()
        if deadline_s is None:
            return
        end = time.monotonic() + deadline_s
        while (left_s := end - time.monotonic()) > 0:
            try:
                if self._orders.get(timeout=left_s) is None:
                    return
            except queue.Empty:
                break
        self._end_process()

    def _end_process(self) -> None:
        # The main thread may hold the log's lock or the pipe may be full: neither may hold us up.
        last_words = threading.Thread(
            target=lambda: self._log.critical(LogEvent.SHUTDOWN_STUCK), daemon=True
        )
        last_words.start()
        last_words.join(_LOG_WAIT_S)
        os._exit(EXIT_STUCK)
