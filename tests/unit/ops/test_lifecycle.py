"""One piece of work, its background tasks, and the order in which they stop."""

import asyncio
import io
import json
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from careerops.ops import lifecycle as lifecycle_module
from careerops.ops.lifecycle import Lifecycle, run_process
from careerops.ops.logging import configure_logging, get_logger
from careerops.ops.watchdog import EXIT_STUCK, Watchdog


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What was logged, as parsed lines."""
    stream = io.StringIO()
    undo = configure_logging(level="info", stream=stream, fmt="json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    undo()


async def forever() -> None:
    """Work without an end."""
    await asyncio.Event().wait()


async def fail() -> None:
    """Work that fails."""
    raise LookupError("sk-planted-secret-0123456789")


async def test_the_result_of_the_work_is_handed_back() -> None:
    """Work that ends by itself needs no stop."""

    async def work() -> int:
        return 42

    lifecycle = Lifecycle()
    assert await lifecycle.run(work()) == 42
    assert not lifecycle.stopping.is_set()


async def test_a_requested_stop_lets_the_work_drain(
    log: Callable[[], list[dict[str, object]]],
) -> None:
    """What `on_stop` was given runs first, once, however often the stop is requested."""
    lifecycle = Lifecycle()
    order: list[str] = []
    lifecycle.on_stop(lambda: order.append("not ready"))

    async def work() -> str:
        lifecycle.request_stop("idle")
        lifecycle.request_stop("again")
        await lifecycle.stopping.wait()
        order.append("drained")
        return "done"

    assert await lifecycle.run(work()) == "done"
    assert order == ["not ready", "drained"]
    assert [line["event"] for line in log()] == ["shutdown_requested", "shutdown_complete"]
    assert log()[0]["reason"] == "idle"


async def test_work_that_does_not_drain_is_cancelled_and_gives_none(
    log: Callable[[], list[dict[str, object]]],
) -> None:
    """The deadline is a share of the budget."""
    lifecycle = Lifecycle(budget_s=0.05)
    lifecycle.request_stop()
    assert await lifecycle.run(forever()) is None
    assert [line["event"] for line in log()][1:] == ["shutdown_forced", "shutdown_complete"]


async def test_work_that_answers_its_cancellation_with_a_result_keeps_it() -> None:
    """A drain that was cut short may still have something to say."""

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "partial"
        return "never"

    lifecycle = Lifecycle(budget_s=0.05)
    lifecycle.request_stop()
    assert await lifecycle.run(work()) == "partial"


async def test_a_background_task_that_dies_stops_the_work_and_is_the_error(
    log: Callable[[], list[dict[str, object]]],
) -> None:
    """The work drains, then the task's error is raised; its text stays out of the log."""
    lifecycle = Lifecycle()
    drained = False

    async def work() -> None:
        nonlocal drained
        lifecycle.spawn("doomed", fail())
        await lifecycle.stopping.wait()
        drained = True

    with pytest.raises(LookupError):
        await lifecycle.run(work())
    assert drained
    died = log()[0]
    assert (died["event"], died["task"], died["error_type"]) == (
        "task_died",
        "doomed",
        "LookupError",
    )
    assert "planted" not in json.dumps(log())


async def test_a_background_task_that_ends_stops_nothing() -> None:
    """Only an error does."""
    lifecycle = Lifecycle()

    async def work() -> str:
        await lifecycle.spawn("short", asyncio.sleep(0))
        return "went on"

    assert await lifecycle.run(work()) == "went on"


async def test_background_tasks_are_cancelled_and_waited_for_at_the_end() -> None:
    """Also when the work itself failed."""
    lifecycle = Lifecycle()
    cleaned = asyncio.Event()

    async def task() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    async def work() -> None:
        lifecycle.spawn("task", task())
        await asyncio.sleep(0)
        await fail()

    with pytest.raises(LookupError):
        await lifecycle.run(work())
    assert cleaned.is_set()


async def test_an_error_while_draining_is_logged(
    log: Callable[[], list[dict[str, object]]],
) -> None:
    """The exit status may be a signal's and hide it."""
    lifecycle = Lifecycle()
    lifecycle.request_stop()
    with pytest.raises(LookupError):
        await lifecycle.run(fail())
    assert [line["task"] for line in log() if line["event"] == "task_died"] == ["main"]


async def test_cancelling_the_run_cancels_the_work() -> None:
    """Nothing is left behind."""
    lifecycle = Lifecycle()
    began = asyncio.Event()
    cancelled = asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await forever()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    run = asyncio.create_task(lifecycle.run(work()))
    await began.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert cancelled.is_set()


async def test_a_signal_begins_the_stop_and_the_handlers_are_put_back() -> None:
    """Inside the process: the handler before the run is the handler after it."""
    before = signal.getsignal(signal.SIGTERM)
    lifecycle = Lifecycle()

    async def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        await lifecycle.stopping.wait()

    await lifecycle.run(work())
    assert lifecycle.received is signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_process_hands_back_the_result_of_its_work() -> None:
    """The whole of `run_process`, with nothing to stop it."""

    async def work(lifecycle: Lifecycle) -> int:
        lifecycle.spawn("forever", forever())
        return 42

    assert run_process(work) == 42


def test_a_process_raises_what_its_work_raised() -> None:
    """For the command line to say in one line."""

    async def work(_: Lifecycle) -> None:
        await fail()

    with pytest.raises(LookupError):
        run_process(work)


def test_a_process_raises_its_signal_again_after_the_loop_has_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here without dying of it; real processes do in the tests with signals."""
    died: list[signal.Signals] = []
    monkeypatch.setattr(lifecycle_module, "_die_by", died.append)

    async def work(lifecycle: Lifecycle) -> None:
        signal.raise_signal(signal.SIGINT)
        await lifecycle.stopping.wait()

    run_process(work)
    assert died == [signal.SIGINT]


def test_dying_restores_the_default_action_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Process 1 of a container survives its own signal and exits as a shell would report it."""
    calls: list[object] = []
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(os, "kill", lambda *_: calls.append(signal.getsignal(signal.SIGTERM)))
    monkeypatch.setattr(os, "_exit", calls.append)
    lifecycle_module._die_by(signal.SIGTERM)
    signal.signal(signal.SIGTERM, before)
    assert calls == [signal.SIG_DFL, 143]


def test_the_watchdog_ends_the_process_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first arming counts."""
    ended: queue.Queue[int] = queue.Queue()
    monkeypatch.setattr(os, "_exit", ended.put)
    watchdog = Watchdog(get_logger("test"))
    began = time.monotonic()
    watchdog.arm(0.05)
    watchdog.arm(60)
    assert ended.get(timeout=30) == EXIT_STUCK
    assert time.monotonic() - began >= 0.05


def test_a_watchdog_that_is_disarmed_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was armed before or not."""
    monkeypatch.setattr(os, "_exit", lambda _: pytest.fail("it barked"))
    for deadline_s in (None, 60.0):
        watchdog = Watchdog(get_logger("test"))
        if deadline_s is not None:
            watchdog.arm(deadline_s)
        watchdog.disarm()
        watchdog.disarm()
        assert not watchdog._thread.is_alive()


async def test_outside_the_main_thread_signals_are_left_alone() -> None:
    """Python allows handlers in the main thread only."""

    async def work() -> str:
        return "done"

    async def run() -> str | None:
        return await Lifecycle().run(work())

    assert await asyncio.to_thread(asyncio.run, run()) == "done"


async def test_an_error_nobody_awaits_is_logged_by_type(
    log: Callable[[], list[dict[str, object]]],
) -> None:
    """A task of a library, dropped with its error inside, names itself and the error's type."""

    async def work() -> None:
        context = {"message": "sk-planted-secret-0123456789", "exception": KeyError("planted")}
        asyncio.get_running_loop().call_exception_handler(context)
        asyncio.get_running_loop().call_exception_handler(
            {**context, "task": asyncio.current_task()}
        )

    await Lifecycle().run(work())
    assert [line["error_type"] for line in log()] == ["KeyError", "KeyError"]
    assert [line["task"] for line in log()] == ["", "main"]
    assert "planted" not in json.dumps(log())
