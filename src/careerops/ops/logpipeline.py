"""The structlog chain: guard what is said, stamp it, render it.

Imported with the first line written (it takes structlog about 60 ms to import).
"""

import json
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from structlog import BoundLoggerBase
from structlog.dev import ConsoleRenderer

from careerops.ops.errorframes import describe_error
from careerops.ops.logevents import FIELDS, ID_FIELDS, LogEvent
from careerops.ops.logsink import LogSink
from careerops.ops.redaction import safe_id, safe_text, safe_value

EventDict = MutableMapping[str, Any]

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_TAKEN = frozenset({"event", "service", "exc_info", "lost"})


class Chain(BoundLoggerBase):
    """From an event and its fields to one line of a sink."""

    def __init__(self, sink: LogSink, *, console: bool, colours: bool) -> None:
        """Write JSON, or for people with `console` (`colours`: with ANSI colours)."""
        render = _console(colours=colours) if console else _render_json
        super().__init__(sink, (_guard, render), {})

    def write(self, level: str, line: EventDict) -> None:
        """Write one line; `line` holds event, service, fields and perhaps `exc_info`."""
        lost = self._logger.lost
        (text,), _ = self._process_event(level, None, {**line, "lost": lost})
        self._logger.write_line(text, lost)


def _guard(_: LogSink, level: str, line: EventDict) -> EventDict:
    """What may stand on the line, in order; the rest is dropped and named."""
    event = line["event"]
    guarded: EventDict = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level,
        "event": event.value if isinstance(event, LogEvent) else LogEvent.UNDECLARED_EVENT.value,
        "service": safe_text(str(line["service"])),
    }
    dropped: list[str] = []
    for name, value in line.items():
        if name in FIELDS:
            guarded[name] = safe_id(str(value)) if name in ID_FIELDS else safe_value(value)
        elif name not in _TAKEN:
            dropped.append(name)
    if dropped:
        guarded["dropped_fields"] = safe_text(",".join(dropped))
    if line["lost"]:
        guarded["lines_lost"] = line["lost"]
    error = _error_of(line.get("exc_info"))
    if error is not None:
        guarded.setdefault("error_type", type(error).__name__)
        guarded["exception"] = describe_error(error)
    return guarded


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    return sys.exc_info()[1] if exc_info else None


def _render_json(_: LogSink, __: str, line: EventDict) -> str:
    return _encode(line)


def _console(*, colours: bool) -> Any:
    render = ConsoleRenderer(colors=colours, timestamp_key="time", sort_keys=False, pad_event_to=24)

    def render_console(sink: LogSink, level: str, line: EventDict) -> str:
        frames = line.pop("exception", None)
        text = render(sink, level, line)
        return "\n    ".join((text, *frames)) if frames else text

    return render_console
