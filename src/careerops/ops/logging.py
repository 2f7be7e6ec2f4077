"""Structured logs: JSON lines in a pipe, readable lines on a terminal.

A line carries an event of `LogEvent`, declared fields, the service, the event and trace id of the
message at work (`bind_message`), and the time. Nothing else: see `logevents` and `redaction`.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO, Unpack

from careerops.domain.errors import ConfigurationError
from careerops.ops.logevents import Fields, LogEvent
from careerops.ops.loghooks import install_hooks
from careerops.ops.logsink import LogSink
from careerops.ops.tracing import trace_id_of

if TYPE_CHECKING:
    from careerops.ops.logpipeline import Chain

LogFormat = Literal["auto", "json", "console"]
ErrorInfo = BaseException | bool | None

LEVELS: Final[Mapping[str, int]] = {
    "debug": 10,
    "info": 20,
    "warning": 30,
    "error": 40,
    "critical": 50,
}
_message: ContextVar[tuple[str, str]] = ContextVar("careerops_message", default=("", ""))


class _Log:
    """The process's one way to the log; until it is configured, warnings as JSON on stderr."""

    def __init__(self) -> None:
        self._building = threading.Lock()
        self.configure(LogSink(), threshold=LEVELS["warning"], console=False)

    def configure(self, sink: LogSink, *, threshold: int, console: bool) -> None:
        """Write to `sink` what is at least as severe as `threshold`."""
        self.threshold = threshold
        self._sink = sink
        self._console = console
        self._chain: Chain | None = None

    def write(self, level: str, line: dict[str, Any]) -> None:
        (self._chain or self._assemble()).write(level, line)

    def _assemble(self) -> "Chain":
        # Not at import: structlog takes longer to import than all that `careerops --help` does.
        from careerops.ops.logpipeline import Chain  # noqa: PLC0415  # the reason above

        with self._building:
            colours = self._console and not os.environ.get("NO_COLOR")
            self._chain = Chain(self._sink, console=self._console, colours=colours)
            return self._chain


_log = _Log()


class Logger:
    """Logs for one service or part.

    `exc_info` takes an exception, or True for the one being handled, and adds its type and frames
    without any message or value. No method raises, nor waits longer than a line takes to write.
    """

    __slots__ = ("_context", "_service")

    def __init__(self, service: str, context: Fields | None = None) -> None:
        """Write lines of `service`, each with the fields of `context`."""
        self._service = service
        self._context: Fields = context or {}

    def bind(self, **fields: Unpack[Fields]) -> "Logger":
        """A logger that adds `fields` to each line."""
        return Logger(self._service, {**self._context, **fields})

    def debug(self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]) -> None:
        """For who debugs; off by default."""
        self._write("debug", event, exc_info, fields)

    def info(self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]) -> None:
        """The normal course."""
        self._write("info", event, exc_info, fields)

    def warning(
        self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]
    ) -> None:
        """Something failed that mends itself or is made up for."""
        self._write("warning", event, exc_info, fields)

    def error(self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]) -> None:
        """Something failed for good, or a person is needed."""
        self._write("error", event, exc_info, fields)

    def exception(
        self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]
    ) -> None:
        """An error, with type and frames of `exc_info` or else of the one being handled."""
        self._write("error", event, exc_info or True, fields)

    def critical(
        self, event: LogEvent, exc_info: ErrorInfo = None, **fields: Unpack[Fields]
    ) -> None:
        """The process cannot go on."""
        self._write("critical", event, exc_info, fields)

    def _write(self, level: str, event: LogEvent, exc_info: ErrorInfo, fields: Fields) -> None:
        if LEVELS[level] < _log.threshold:
            return
        line: dict[str, Any] = {"event": event, "service": self._service}
        event_id, traceparent = _message.get()
        if event_id:
            line["event_id"] = event_id
        if traceparent and (trace_id := trace_id_of(traceparent)):
            line["trace_id"] = trace_id
        _log.write(level, {**line, **self._context, **fields, "exc_info": exc_info})


def get_logger(service: str) -> Logger:
    """The logger of a service or part; cheap, and usable before `configure_logging`."""
    return Logger(service)


class bind_message:  # noqa: N801  # used as a function is; a generator costs three times as much
    """Within it, and in tasks started within it, lines carry these ids ('' leaves one out).

    Args:
        event_id: the event at work.
        traceparent: its W3C trace context, of which lines show the trace id.
    """

    __slots__ = ("_ids", "_token")

    def __init__(self, event_id: str, traceparent: str) -> None:
        self._ids = (event_id, traceparent)
        self._token: Token[tuple[str, str]]

    def __enter__(self) -> None:
        self._token = _message.set(self._ids)

    def __exit__(self, *_: object) -> None:
        _message.reset(self._token)


def configure_logging(
    *, level: str = "info", stream: TextIO | None = None, fmt: LogFormat = "auto"
) -> Callable[[], None]:
    """Send every line of the process to `stream`, libraries' and warnings included.

    Args:
        level: debug, info, warning, error or critical, in any case.
        stream: a text stream; None is `sys.stderr`.
        fmt: `json`, `console`, or `auto`: console on a terminal and JSON elsewhere.

    Returns:
        A function that takes the hooks out again and logs as before any configuration.

    Raises:
        ConfigurationError: `level` is none of the five.
    """
    threshold = LEVELS.get(level.lower())
    if threshold is None:
        raise ConfigurationError(f"the log level is none of {', '.join(LEVELS)}: write one of them")
    target = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and target is not None and target.isatty())
    _log.configure(LogSink(stream), threshold=threshold, console=console)
    undo_hooks = install_hooks(Logger("library"))

    def undo() -> None:
        undo_hooks()
        _log.configure(LogSink(), threshold=LEVELS["warning"], console=False)

    return undo
