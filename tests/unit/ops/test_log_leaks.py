"""Planted secrets: none comes out of any way to the log or to stderr."""

import io
import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from careerops.ops.errorframes import MAX_LINES, describe_error, error_name, location
from careerops.ops.logevents import FIELDS, LogEvent
from careerops.ops.logging import configure_logging, get_logger

PLANTED = (
    "sk-planted-0123456789abcdef",
    "jo.planted@example.com",
    "planted: we are happy to offer you the position",
    "AIzaPlanted0123456789",
    "hunter2-planted",
)
BODY = PLANTED[2]
log = get_logger("test")


@pytest.fixture(params=["json", "console"])
def output(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Everything written, in either format."""
    stream = io.StringIO()
    undo = configure_logging(level="debug", stream=stream, fmt=request.param)
    yield stream.getvalue
    undo()


def assert_clean(text: str) -> None:
    """No planted text, and not even its marker."""
    assert text
    assert "planted" not in text.lower()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_secret_in_any_declared_field_is_masked(name: str, output: Callable[[], str]) -> None:
    """Keys and addresses; a body has no declared field to stand in."""
    for secret in (PLANTED[0], PLANTED[1], PLANTED[3], f"password={PLANTED[4]}"):
        fields: dict[str, Any] = {name: f"failed: {secret}"}
        log.info(LogEvent.PROVIDER_FAILED, **fields)
    assert_clean(output())


@pytest.mark.parametrize("value", [{"a": BODY}, [BODY], BODY.encode(), ValueError(BODY), object()])
def test_contents_in_objects_are_not_looked_into(value: object, output: Callable[[], str]) -> None:
    """Neither in a declared field nor in another."""
    fields: dict[str, Any] = {"reason": value, "body": BODY, "mail": value}
    log.info(LogEvent.PROVIDER_FAILED, **fields)
    assert_clean(output())


def raise_planted() -> None:
    """An error whose text and local variables hold what must not be shown."""
    local = PLANTED[0]
    raise ValueError(f"{local} {BODY}")


def test_an_exception_is_types_and_frames(output: Callable[[], str]) -> None:
    """Given, or as the one being handled."""
    try:
        raise_planted()
    except ValueError as error:
        log.warning(LogEvent.TASK_DIED, exc_info=error)
        log.exception(LogEvent.TASK_DIED)
    assert_clean(output().replace("raise_planted", ""))
    assert "test_log_leaks.py" in output()
    assert "ValueError" in output()


def raise_group(cause: BaseException) -> None:
    """A group of an error with a cause and of one that names a file."""
    error = KeyError(PLANTED[1])
    error.__cause__ = cause
    raise ExceptionGroup(BODY, [error, OSError(2, BODY, PLANTED[4])]) from None


def test_notes_causes_contexts_and_members_of_groups_are_types_and_frames(
    output: Callable[[], str],
) -> None:
    """Every way in which one error holds others."""
    try:
        try:
            raise_planted()
        except ValueError as cause:
            cause.add_note(BODY)
            raise_group(cause)
    except ExceptionGroup:
        log.exception(LogEvent.TASK_DIED)
    assert_clean(output().replace("raise_planted", ""))
    for name in (
        "ExceptionGroup",
        "member: KeyError",
        "caused by: ValueError",
        "member: FileNotFoundError",
    ):
        assert name in output()


def test_a_validation_error_is_its_type(output: Callable[[], str]) -> None:
    """Pydantic quotes its input where it is allowed to."""

    class Loose(BaseModel):
        model_config = ConfigDict(hide_input_in_errors=False)
        number: int

    with pytest.raises(ValueError, match="planted") as caught:
        Loose.model_validate({"number": BODY})
    log.error(LogEvent.TASK_DIED, exc_info=caught.value)
    assert_clean(output())


@pytest.mark.parametrize("name", ["aiohttp.client", "openai._base_client", "asyncio"])
def test_a_library_s_record_is_a_place_and_a_type(name: str, output: Callable[[], str]) -> None:
    """Message, arguments, extra attributes and the exception's text stay behind."""
    library = logging.getLogger(name)
    library.warning("GET https://x.example/?key=%s", PLANTED[3], extra={"mail": BODY})
    library.error(f"{BODY} %s and no argument")
    try:
        raise_planted()
    except ValueError:
        library.exception(BODY)
    library.info(BODY)
    assert_clean(output().replace("raise_planted", ""))
    assert output().count("library_log") == 3
    assert name in output()
    assert "test_log_leaks.py" in output()


def test_a_logger_without_handlers_that_does_not_propagate_is_caught(
    output: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """The standard library's last resort writes the message to stderr."""
    # A new name each time: pytest adds a handler to the loggers it knows.
    library = logging.getLogger(f"lonely.{request.node.name}")
    library.propagate = False
    library.error(BODY)
    assert_clean(output())
    assert capsys.readouterr().err == ""


def test_a_warning_is_a_category_and_a_place(output: Callable[[], str]) -> None:
    """Its text may quote what it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = (configured := warnings.showwarning)
        warnings.warn(BODY, DeprecationWarning, stacklevel=1)
    assert configured is warnings.showwarning
    assert_clean(output())
    assert "DeprecationWarning" in output()


def test_the_oracle_finds_what_an_ordinary_traceback_shows() -> None:
    """These tests can fail."""
    try:
        raise_planted()
    except ValueError:
        with pytest.raises(AssertionError):
            assert_clean(traceback.format_exc().replace("raise_planted", ""))


PROCESS = """
    import asyncio, gc, sys, threading, warnings, logging
    from careerops.ops.logging import configure_logging
    configure_logging(level="info")
    BODY = "planted: we are happy to offer you the position"

    class Loud:
        def __del__(self):
            raise RuntimeError(BODY)

    async def main():
        async def fail():
            raise LookupError(BODY)
        task = asyncio.create_task(fail(), name="planted@example.com")
        await asyncio.wait({task})
        del task
        gc.collect()

    asyncio.run(main())
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    exits = threading.Thread(target=sys.exit)
    exits.start()
    exits.join()
    Loud()
    warnings.warn(BODY)
    logging.getLogger("x").warning(BODY)
    raise ValueError(BODY)
"""


def run(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        **options,
    )


def test_every_line_of_a_process_s_stderr_is_one_json_object() -> None:
    """Uncaught errors of the process, threads, tasks and finalisers; warnings; libraries."""
    result = run(PROCESS)
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert_clean(result.stderr)
    assert [(line["event"], line.get("error_type")) for line in lines] == [
        ("library_log", "LookupError"),
        ("unhandled_error", "ZeroDivisionError"),
        ("unhandled_error", "RuntimeError"),
        ("library_warning", "UserWarning"),
        ("library_log", None),
        ("unhandled_error", "ValueError"),
    ]
    assert result.returncode == 1


def test_the_hooks_of_threads_and_finalisers_log_types(output: Callable[[], str]) -> None:
    """As the process above meets them; a thread that exits on purpose is no error."""
    error = ValueError(BODY)
    thread = threading.current_thread()
    for kind, value in ((ValueError, error), (SystemExit, SystemExit(BODY))):
        threading.excepthook(threading.ExceptHookArgs((kind, value, None, thread)))
    sys.unraisablehook(types.SimpleNamespace(exc_value=error, err_msg=BODY, object=BODY))
    sys.excepthook(ValueError, error, None)
    assert_clean(output())
    assert output().count("unhandled_error") == 3


def test_a_reader_that_goes_away_changes_neither_the_work_nor_the_exit_status() -> None:
    """`careerops run 2>&1 | head -1`."""
    code = """
        import sys
        from careerops.ops.logging import configure_logging, get_logger
        from careerops.ops.logevents import LogEvent
        configure_logging(level="info")
        sys.stdin.readline()
        for _ in range(1000):
            get_logger("x").info(LogEvent.SERVICE_STARTED)
        print("done")
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        text=True,
    )
    assert process.stderr is not None
    process.stderr.close()
    process.stderr = None
    out, _ = process.communicate("go\n", timeout=60)
    assert (out, process.returncode) == ("done\n", 0)


def test_frames_name_files_below_their_package() -> None:
    """No home folder, no user's name."""
    assert location("/home/jo/project/src/careerops/ops/x.py", 3, "f") == "careerops/ops/x.py:3:f"
    assert location("/home/jo/v/lib/python3.11/site-packages/a/b.py", 3) == "a/b.py:3"
    assert location("/usr/lib/python3.11/json/decoder.py", 3) == "json/decoder.py:3"
    assert location("/home/jo/script.py", 3, "f") == "script.py:3:f"
    assert location("", 3, "f") == ":3:f"


def test_names_of_errors_are_qualified_and_bounded() -> None:
    """A module for all but Python's own."""
    assert error_name(ValueError()) == "ValueError"
    assert error_name(json.JSONDecodeError) == "json.decoder.JSONDecodeError"
    assert len(error_name(type("x" * 500, (Exception,), {}))) == 120


def test_an_error_raised_while_another_is_handled_names_both() -> None:
    """Unless it was raised `from None`."""
    second = KeyError()
    second.__context__ = ValueError()
    assert describe_error(second) == ["KeyError", "while handling: ValueError"]
    second.__suppress_context__ = True
    assert describe_error(second) == ["KeyError"]


def test_circles_and_crowds_of_errors_are_bounded() -> None:
    """An error may be its own cause; a group may hold thousands."""
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert describe_error(one) == ["ValueError", "caused by: KeyError"]
    one_more = ExceptionGroup("x", [one])
    one_more.__cause__ = one
    assert describe_error(one_more)[:2] == ["ExceptionGroup", "member: ValueError"]
    group: Exception = ExceptionGroup("x", [ValueError() for _ in range(1000)])
    assert len(describe_error(group)) == 6
    for _ in range(20):
        group = ExceptionGroup("x", [ValueError(), group, KeyError(), group])
    assert len(describe_error(group)) <= MAX_LINES


def test_deep_recursion_shows_its_innermost_frames() -> None:
    """A thousand equal frames are no help."""

    def deeper(depth: int) -> None:
        if depth == 0:
            raise_planted()
        deeper(depth - 1)

    with pytest.raises(ValueError, match="planted") as caught:
        deeper(200)
    described = describe_error(caught.value)
    assert len(described) == 13
    assert described[-1].endswith(":raise_planted")
