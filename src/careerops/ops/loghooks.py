"""What would write to stderr past the log: libraries, warnings, and errors nobody caught.

Only where it happened and of what type it is gets logged. A foreign message may quote a URL with a
key in it, a mail or an address, so neither the message nor its arguments are used.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from careerops.ops.errorframes import location
from careerops.ops.logevents import LogEvent

if TYPE_CHECKING:
    from careerops.ops.logging import Logger


class LibraryHandler(logging.Handler):
    """Hands records of the standard library's logging on, as place and error type."""

    def __init__(self, log: "Logger") -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log that `record.name` spoke; formatting the record is avoided on purpose."""
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        error = record.exc_info[1] if record.exc_info else None
        place = location(record.pathname, record.lineno, record.funcName or "")
        say(LogEvent.LIBRARY_LOG, exc_info=error, library=record.name, location=place)


def install_hooks(log: "Logger") -> Callable[[], None]:
    """Route libraries' records, warnings and uncaught errors to `log`; returns what undoes it."""
    root = logging.getLogger()
    handler = LibraryHandler(log)
    before = (root.handlers[:], root.level, logging.lastResort, warnings.showwarning)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def excepthook(_: type[BaseException], error: BaseException, __: Any) -> None:
        log.critical(LogEvent.UNHANDLED_ERROR, exc_info=error)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            log.error(LogEvent.UNHANDLED_ERROR, exc_info=args.exc_value)

    def unraisable_hook(unraisable: Any) -> None:
        log.error(LogEvent.UNHANDLED_ERROR, exc_info=unraisable.exc_value)

    def showwarning(  # noqa: PLR0917  # the signature is Python's
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        del message, file, line
        place = location(filename, lineno)
        log.warning(LogEvent.LIBRARY_WARNING, error_type=category.__name__, location=place)

    def undo() -> None:
        root.handlers[:], level, logging.lastResort, warnings.showwarning = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # Loggers that do not propagate and have no handler end here.
    logging.lastResort = handler
    warnings.showwarning = showwarning
    sys.excepthook, threading.excepthook, sys.unraisablehook = (
        excepthook,
        thread_hook,
        unraisable_hook,
    )
    return undo
