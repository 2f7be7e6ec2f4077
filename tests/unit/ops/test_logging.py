"""Log lines: their shape, what may stand on them, and what happens when they cannot be written."""

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
import threading
import timeit
import warnings
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import pytest

from careerops.domain.errors import ConfigurationError
from careerops.ops.logevents import FIELDS, LINE_FIELDS, LogEvent
from careerops.ops.logging import bind_message, configure_logging, get_logger
from careerops.ops.logsink import LogSink

Lines = Callable[[], list[dict[str, Any]]]
EVENT_ID = "ab" * 32
TRACE_ID = "cd" * 16
log = get_logger("classify")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines written so far; the log is put back afterwards."""
    stream = io.StringIO()
    undo = configure_logging(level="info", stream=stream, fmt="json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    undo()


def test_a_line_says_when_how_severe_what_and_who(lines: Lines) -> None:
    """And holds the fields it was given."""
    log.info(LogEvent.EMAIL_CLASSIFIED, provider="openai", confidence=0.9)
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "info",
        "event": "email_classified",
        "service": "classify",
        "provider": "openai",
        "confidence": 0.9,
    }


def test_every_severity_has_its_method(lines: Lines) -> None:
    """Below the level nothing is written."""
    for method in (log.debug, log.info, log.warning, log.error, log.critical):
        method(LogEvent.SERVICE_STARTED)
    assert [line["level"] for line in lines()] == ["info", "warning", "error", "critical"]


def test_the_ids_of_the_message_at_work_are_on_every_line(lines: Lines) -> None:
    """Also in tasks started for it, and not beyond it."""

    async def work() -> None:
        with bind_message(EVENT_ID, f"00-{TRACE_ID}-00f067aa0ba902b7-01"):
            task = asyncio.create_task(in_task())
        log.info(LogEvent.MESSAGE_PARKED)
        await task

    async def in_task() -> None:
        log.info(LogEvent.MESSAGE_RETRIED)

    asyncio.run(work())
    assert [(line["event"], line.get("event_id"), line.get("trace_id")) for line in lines()] == [
        ("message_parked", None, None),
        ("message_retried", EVENT_ID, TRACE_ID),
    ]


def test_empty_ids_are_left_out(lines: Lines) -> None:
    """A record without a trace has none."""
    with bind_message(EVENT_ID, ""):
        log.info(LogEvent.MESSAGE_PARKED)
    assert "trace_id" not in lines()[0]


def test_a_bound_logger_adds_its_fields_and_leaves_the_first_alone(lines: Lines) -> None:
    """A field of the call wins."""
    bound = log.bind(stage="classify", attempt=1)
    bound.info(LogEvent.MESSAGE_RETRIED, attempt=2)
    log.info(LogEvent.MESSAGE_RETRIED)
    assert (lines()[0]["stage"], lines()[0]["attempt"]) == ("classify", 2)
    assert "stage" not in lines()[1]


def test_an_undeclared_field_is_dropped_and_named(lines: Lines) -> None:
    """No new keyword can carry a mail into the log; the type checker says so before."""
    hidden: dict[str, Any] = {"body": "the mail", "subject": "the subject"}
    log.info(LogEvent.EMAIL_RECEIVED, count=1, **hidden)
    (line,) = lines()
    assert line["dropped_fields"] == "body,subject"
    assert line["count"] == 1
    assert "the " not in json.dumps(line)


def test_a_field_cannot_take_the_place_of_a_line_s_own(lines: Lines) -> None:
    """Time, level and the service are the pipeline's; `exception` too."""
    forged: dict[str, Any] = {"time": "now", "level": "x", "exception": ["x"], "lines_lost": 1}
    log.info(LogEvent.EMAIL_RECEIVED, **forged)
    (line,) = lines()
    assert line["level"] == "info"
    assert line["time"] != "now"
    assert "exception" not in line


def test_an_event_that_is_not_declared_is_not_repeated(lines: Lines) -> None:
    """A formatted string is where contents get in."""
    text: Any = "mail from jo: the offer"
    log.info(text, count=1)
    assert lines()[0]["event"] == "undeclared_event"
    assert "jo" not in json.dumps(lines())


def test_members_of_other_enumerations_are_plain_text(lines: Lines) -> None:
    """As most of our words are."""

    class Status(StrEnum):
        DONE = "done"

    log.info(LogEvent.EMAIL_RECEIVED, status=Status.DONE)
    assert lines()[0]["status"] == "done"


def test_every_field_that_may_be_logged_is_declared_with_a_meaning() -> None:
    """And the pipeline's own fields beside them."""
    assert set(FIELDS) < set(LINE_FIELDS)
    assert all(meaning.endswith(".") for meaning in LINE_FIELDS.values())


class Terminal(io.StringIO):
    """A stream that a person reads."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_terminal_gets_readable_lines_with_frames_below() -> None:
    """Colours unless NO_COLOR is set; the same guard."""
    stream = Terminal()
    undo = configure_logging(level="debug", stream=stream)
    hidden: dict[str, Any] = {"body": "the mail"}
    try:
        int("the mail")
    except ValueError:
        log.exception(LogEvent.TASK_DIED, task="x", **hidden)
    undo()
    text = stream.getvalue()
    assert "\x1b[" in text
    assert "task_died" in text
    assert "ValueError\n      test_logging.py" in text
    assert "the mail" not in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    undo = configure_logging(stream=stream, fmt="console")
    log.info(LogEvent.SERVICE_STARTED)
    undo()
    assert "\x1b" not in stream.getvalue()
    assert "service_started" in stream.getvalue()


def test_an_unknown_level_is_a_configuration_error() -> None:
    """In one line."""
    with pytest.raises(ConfigurationError, match="debug, info, warning"):
        configure_logging(level="loud")


def test_before_it_is_configured_warnings_go_to_stderr_as_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A module may log before the command has read its configuration."""
    log.info(LogEvent.SERVICE_STARTED)
    log.warning(LogEvent.SOURCE_LOST)
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == [
        "source_lost"
    ]


class Broken(io.StringIO):
    """A stream that fails as often as it is told to."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__()
        self.error, self.times = error, times

    def write(self, text: str) -> int:
        """Fail, or write."""
        if self.times:
            self.times -= 1
            raise self.error
        return super().write(text)


@pytest.mark.parametrize("error", [OSError(28, "full"), BlockingIOError(), ValueError("closed")])
def test_lines_that_cannot_be_written_are_counted_on_the_next(error: Exception) -> None:
    """Logging never raises."""
    stream = Broken(error, times=3)
    undo = configure_logging(stream=stream, fmt="json")
    for _ in range(5):
        log.info(LogEvent.SERVICE_STARTED)
    undo()
    written = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("lines_lost") for line in written] == [3, None]


def test_a_closed_stream_and_none_at_all_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service manager may give no stderr."""
    stream = io.StringIO()
    sink = LogSink(stream)
    stream.close()
    sink.write_line("x")
    monkeypatch.setattr(sys, "stderr", None)
    missing = LogSink()
    missing.write_line("x")
    assert (sink.lost, missing.lost) == (1, 1)


def test_a_reader_that_went_away_silences_the_stream_for_good() -> None:
    """A stream without a descriptor is only left alone."""
    stream = Broken(BrokenPipeError(), times=1)
    sink = LogSink(stream)
    sink.write_line("x")
    sink.write_line("y")
    assert stream.getvalue() == ""
    assert sink.lost == 2


def test_lines_of_many_threads_do_not_mix(lines: Lines) -> None:
    """Each line is one object."""

    def work() -> None:
        for number in range(200):
            log.info(LogEvent.EMAIL_RECEIVED, count=number)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line["count"] for line in lines()) == sorted(list(range(200)) * 4)


def test_a_line_held_up_by_another_thread_is_lost_and_not_waited_for() -> None:
    """The watchdog's last words must not wait for a blocked pipe."""
    inside, go_on = threading.Event(), threading.Event()

    class Slow(io.StringIO):
        def write(self, text: str) -> int:
            inside.set()
            go_on.wait(30)
            return super().write(text)

    sink = LogSink(Slow())
    thread = threading.Thread(target=sink.write_line, args=("x",))
    thread.start()
    inside.wait(30)
    sink.write_line("y")
    go_on.set()
    thread.join()
    assert sink.lost == 1


def test_undoing_puts_every_hook_back() -> None:
    """So that one test's log does not reach another."""

    def hooks() -> tuple[object, ...]:
        root = logging.getLogger()
        return (
            sys.excepthook,
            threading.excepthook,
            sys.unraisablehook,
            warnings.showwarning,
            logging.lastResort,
            tuple(root.handlers),
            root.level,
        )

    before = hooks()
    undo = configure_logging(stream=io.StringIO())
    assert all(now is not was for now, was in zip(hooks()[:5], before[:5], strict=True))
    undo()
    assert hooks() == before


def test_a_line_takes_microseconds() -> None:
    """About 11 us where it was measured; the bound leaves room for a busy machine."""
    with open("/dev/null", "w", encoding="utf-8") as stream:  # noqa: PTH123  # a device, and no path
        undo = configure_logging(level="info", stream=stream, fmt="json")
        with bind_message(EVENT_ID, f"00-{TRACE_ID}-00f067aa0ba902b7-01"):
            best = min(
                timeit.repeat(
                    lambda: log.info(
                        LogEvent.EMAIL_CLASSIFIED,
                        provider="openai",
                        event_type="OFFER",
                        confidence=0.9,
                        duration_s=0.25,
                    ),
                    number=200,
                    repeat=20,
                )
            )
        undo()
    assert best / 200 < 100e-6


def test_importing_the_log_imports_nothing_slow() -> None:
    """`careerops --help` is instant: structlog comes with the first line, aiohttp never."""
    code = (
        "import sys; import careerops.ops.logging as l; l.get_logger('x');"
        "l.configure_logging(stream=sys.stderr);"
        "slow = {'structlog', 'aiohttp', 'rich', 'pydantic', 'prometheus_client'};"
        "sys.exit(', '.join(slow & set(sys.modules)) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stderr) == (0, "")
