"""Stopping a real process by signals, and the exit status it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
SECRET = "sk-planted-secret-0123456789"


class Child:
    """A scenario under way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.pid = process.pid
        self.heard: list[str] = []

    def wait_for(self, word: str) -> None:
        """Read stdout up to the line `word`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.heard.append(line.strip())
            if line.strip() == word:
                return
        pytest.fail(f"{word} never came: {self.heard} {self.process.communicate(timeout=5)[1]}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the child alone."""
        self.process.send_signal(number)

    def end(self) -> tuple[int, list[str], list[dict[str, object]]]:
        """Exit status, what was said on stdout, and the log."""
        out, err = self.process.communicate(timeout=20)
        self.heard += out.split("\n")[:-1]
        assert SECRET not in out + err
        return self.process.returncode, self.heard, [json.loads(line) for line in err.splitlines()]


@contextmanager
def child(scenario: str, budget_s: float = 8.0, **options: object) -> Iterator[Child]:
    """Start a scenario; it is killed if the test does not end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "support.lifecycle_process", scenario, str(budget_s)],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        **{"stdin": subprocess.DEVNULL, **options},
    )
    try:
        yield Child(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def events(log: list[dict[str, object]]) -> list[object]:
    """The events of a log, in order."""
    return [line["event"] for line in log]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_drains_and_is_the_exit_status(number: signal.Signals) -> None:
    """Work drains, the log says so, and the shell sees the signal."""
    with child("drains") as process:
        process.wait_for("ready")
        process.send(number)
        status, heard, log = process.end()
    assert status == -number
    assert heard == ["ready", "drained"]
    assert events(log) == ["shutdown_requested", "shutdown_complete"]
    assert log[0]["signal"] == number.name
    assert log[1]["status"] == "drained"


def test_what_is_in_a_buffer_is_written_before_the_signal_is_raised_again() -> None:
    """Dying by a signal skips the interpreter's own flush."""
    with child("drains_unflushed") as process:
        process.wait_for("ready")
        process.send(signal.SIGTERM)
        assert process.end()[1] == ["ready", "buffered"]


@pytest.mark.parametrize("scenario", ["hangs", "refuses", "stuck", "blocked"])
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_process_at_once(scenario: str, second: signal.Signals) -> None:
    """Whatever the loop is doing, and by the second signal's own status."""
    with child(scenario, budget_s=60) as process:
        process.wait_for("ready")
        process.send(signal.SIGTERM)
        process.wait_for("stopping")
        began = time.monotonic()
        process.send(second)
        status, _, _ = process.end()
    assert status == -second
    assert time.monotonic() - began < 5


def test_work_that_does_not_drain_is_cancelled_within_the_budget() -> None:
    """The rest of the budget is for cleaning up."""
    with child("hangs", budget_s=4.0) as process:
        process.wait_for("ready")
        began = time.monotonic()
        process.send(signal.SIGTERM)
        status, heard, log = process.end()
    assert status == -signal.SIGTERM
    assert 0.7 < time.monotonic() - began < 5
    assert heard == ["ready", "stopping", "cancelled"]
    assert events(log) == ["shutdown_requested", "shutdown_forced", "shutdown_complete"]
    assert log[-1]["status"] == "forced"


@pytest.mark.parametrize("scenario", ["refuses", "stuck", "blocked"])
def test_the_watchdog_ends_a_process_that_cannot_end_itself(scenario: str) -> None:
    """A loop that is blocked, or work that swallows its cancellation: status 1, and a last word."""
    with child(scenario, budget_s=1.0) as process:
        process.wait_for("ready")
        began = time.monotonic()
        process.send(signal.SIGTERM)
        status, _, log = process.end()
    assert status == 1
    assert 0.9 < time.monotonic() - began < 8
    assert events(log)[-1] == "shutdown_stuck"


def test_the_watchdog_ends_a_process_whose_stderr_nobody_reads() -> None:
    """A full pipe cannot hold it up."""
    with child("stuck", budget_s=0.5) as process:
        process.wait_for("ready")
        fill(process)
        process.send(signal.SIGTERM)
        assert process.process.wait(timeout=15) == 1


def fill(process: Child) -> None:
    """Fill the child's stderr pipe through its own file descriptor."""
    with Path(f"/proc/{process.pid}/fd/2").open("wb", buffering=0) as pipe:
        os.set_blocking(pipe.fileno(), False)
        try:
            while pipe.write(b"x" * 4096):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(pipe.fileno(), True)


def test_a_dead_background_task_stops_the_process_with_its_error() -> None:
    """The work drains first; the error's text is nowhere."""
    with child("task_dies") as process:
        status, heard, log = process.end()
    assert status == 1
    assert heard == ["drained"]
    assert events(log) == [
        "task_died",
        "shutdown_requested",
        "shutdown_complete",
        "unhandled_error",
    ]
    assert log[0]["task"] == "doomed"
    assert log[0]["error_type"] == "ValueError"


def test_work_that_ends_by_itself_ends_the_process() -> None:
    """Background tasks are cancelled, the result is handed back, the status is 0."""
    with child("ends") as process:
        status, heard, log = process.end()
    assert (status, heard, log) == (0, ["task cancelled", "result finished"], [])


def test_an_error_while_draining_is_logged_before_the_signal_ends_the_process() -> None:
    """The signal is the status; the log keeps the error's type."""
    with child("fails_while_draining") as process:
        process.wait_for("ready")
        process.send(signal.SIGTERM)
        status, _, log = process.end()
    assert status == -signal.SIGTERM
    assert [line["error_type"] for line in log if line["event"] == "task_died"] == ["KeyError"]


def test_a_process_without_stdin_stops_like_any_other() -> None:
    """A service manager may close all three streams."""
    with child("drains", stdin=None, preexec_fn=close_stdin) as process:
        process.wait_for("ready")
        process.send(signal.SIGTERM)
        assert process.end()[0] == -signal.SIGTERM


def close_stdin() -> None:
    """Run in the child before it starts."""
    os.close(0)


def test_a_signal_ignored_by_who_started_us_stays_ignored() -> None:
    """`nohup` and background jobs of a shell ignore SIGINT on purpose."""
    with child("drains", preexec_fn=ignore_sigint) as process:
        process.wait_for("ready")
        process.send(signal.SIGINT)
        process.send(signal.SIGTERM)
        status, _, log = process.end()
    assert status == -signal.SIGTERM
    assert log[0]["signal"] == "SIGTERM"


def ignore_sigint() -> None:
    """Run in the child before it starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
