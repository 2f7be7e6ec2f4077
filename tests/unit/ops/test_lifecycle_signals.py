"""Stopping a real process by signals, and the exit status it leaves."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
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
        """Exit status, what was said on stdout, and the log; it has to end soon."""
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
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options},
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
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
        process.send(second)
        status, _, _ = process.end()
    assert status == -second


def test_work_that_does_not_drain_is_cancelled_within_the_budget() -> None:
    """The rest of the budget is for cleaning up."""
    with child("hangs", budget_s=6.0) as process:
        process.wait_for("ready")
        began = time.monotonic()
        process.send(signal.SIGTERM)
        status, heard, log = process.end()
    assert status == -signal.SIGTERM
    assert time.monotonic() - began > 4.7
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
    assert time.monotonic() - began > 0.9
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_ignored_by_who_started_us_stays_ignored(number: signal.Signals) -> None:
    """`nohup` and the background jobs of a script ignore it on purpose; SIGTERM ends it."""
    with child("drains", preexec_fn=partial(signal.signal, number, signal.SIG_IGN)) as process:
        process.wait_for("ready")
        process.send(number)
        assert ignores(process.pid, number)
        process.send(signal.SIGTERM)
        status, heard, log = process.end()
    assert status == -signal.SIGTERM
    assert heard == ["ready", "drained"]
    assert log[0]["signal"] == "SIGTERM"


def test_sigterm_stops_even_if_who_started_us_ignores_it() -> None:
    """A supervisor that ignores it itself has no other way to stop us in order."""
    ignore = partial(signal.signal, signal.SIGTERM, signal.SIG_IGN)
    with child("drains", preexec_fn=ignore) as process:
        process.wait_for("ready")
        process.send(signal.SIGTERM)
        status, heard, _ = process.end()
    assert status == -signal.SIGTERM
    assert heard == ["ready", "drained"]


def ignores(pid: int, number: signal.Signals) -> bool:
    """Whether a process ignores a signal (`SigIgn` of proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_hangups_and_the_stop_after_them_are_one_request() -> None:
    """A terminal that closes sends several; a session that ends adds SIGTERM. The work drains."""
    with child("drains_when_told", budget_s=60, stdin=subprocess.PIPE) as process:
        process.wait_for("ready")
        process.send(signal.SIGHUP)
        process.wait_for("stopping")
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            process.send(number)
        status, heard, log = process.end()
    assert status == -signal.SIGHUP
    assert heard == ["ready", "stopping", "drained"]
    assert log[0]["signal"] == "SIGHUP"


def test_a_closed_terminal_drains_the_work() -> None:
    """Its last lines have nowhere to go, which changes nothing."""
    ours, terminal = os.openpty()
    own_terminal = partial(fcntl.ioctl, terminal, termios.TIOCSCTTY, 0)
    with child(
        "drains", stderr=terminal, start_new_session=True, preexec_fn=own_terminal
    ) as process:
        os.close(terminal)
        process.wait_for("ready")
        os.close(ours)
        process.wait_for("drained")
        assert process.process.wait(timeout=20) == -signal.SIGHUP
