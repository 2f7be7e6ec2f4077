"""When a process is live, and when it is ready."""

import asyncio
import io
import json
from datetime import UTC, datetime

from careerops.ops.health import EVENT_LOOP, HealthBoard, beat_event_loop
from careerops.ops.logging import configure_logging


class HeldClock:
    """Time that stands still; `sleep` passes it, and more when told so."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.overslept_s = 0.0
        self.slept = asyncio.Event()
        self.go_on = asyncio.Event()

    def now(self) -> datetime:
        """The wall time."""
        return datetime.fromtimestamp(self.now_s, UTC)

    def monotonic(self) -> float:
        """Seconds."""
        return self.now_s

    async def sleep(self, delay_s: float) -> None:
        """Wait to be let go, then pass `delay_s` and what was overslept."""
        self.slept.set()
        await self.go_on.wait()
        self.go_on.clear()
        self.now_s += delay_s + self.overslept_s


def test_an_empty_board_is_live_and_ready() -> None:
    """A process with nothing to wait for."""
    board = HealthBoard(HeldClock())
    assert board.liveness().ok
    assert board.readiness().ok


def test_a_heartbeat_that_stops_fails_liveness_after_its_age() -> None:
    """And beating again mends it."""
    clock = HeldClock()
    board = HealthBoard(clock)
    board.expect_beat("consumer", max_age_s=5)
    clock.now_s = 5.0
    assert board.liveness().ok
    clock.now_s = 5.1
    assert board.liveness().problems == ("no heartbeat: consumer",)
    assert board.liveness().details["heartbeat_age_s"] == {"consumer": 5.1}
    board.beat("consumer")
    assert board.liveness().ok


def test_a_component_that_ended_is_not_missed() -> None:
    """`forget_beat` may be called twice."""
    clock = HeldClock()
    board = HealthBoard(clock)
    board.expect_beat("consumer", max_age_s=5)
    board.forget_beat("consumer")
    board.forget_beat("consumer")
    clock.now_s = 100.0
    assert board.liveness().ok


def test_runnable_work_without_progress_fails_liveness() -> None:
    """A stage that hangs is what a restart mends."""
    clock = HeldClock()
    board = HealthBoard(clock)
    for second in range(0, 181, 10):
        clock.now_s = float(second)
        board.report_progress("classify", settled=7, runnable=3)
        assert board.liveness().ok
    clock.now_s = 181.0
    assert board.liveness().problems == ("no progress: classify",)
    board.report_progress("classify", settled=8, runnable=2)
    assert board.liveness().ok


def test_a_provider_being_down_never_fails_liveness() -> None:
    """All work waits for its scope: nothing is runnable, however long it takes."""
    clock = HeldClock()
    board = HealthBoard(clock)
    for hour in range(48):
        clock.now_s = hour * 3600.0
        board.report_progress("classify", settled=7, runnable=0)
        assert board.liveness().ok
    # When the scope is up again, the stall counts from then.
    board.report_progress("classify", settled=7, runnable=500)
    clock.now_s += 100.0
    assert board.liveness().ok
    clock.now_s += 100.0
    assert not board.liveness().ok


def test_not_ready_until_connected_and_assigned() -> None:
    """What was expected and has not reported counts as missing."""
    board = HealthBoard(HeldClock())
    board.expect_connection("log")
    board.expect_assignment("classify")
    assert board.readiness().problems == ("not connected: log", "not assigned: classify")
    board.set_connected("log", connected=True)
    board.set_assigned("classify", assigned=True)
    assert board.readiness().ok
    board.expect_connection("log")
    assert board.readiness().ok
    board.set_connected("log", connected=False)
    assert not board.readiness().ok


def test_a_draining_process_is_live_and_not_ready() -> None:
    """It must not be restarted, nor given work."""
    board = HealthBoard(HeldClock())
    board.start_draining()
    assert board.readiness().problems == ("draining",)
    assert board.liveness().ok


def test_details_are_shown_and_never_decide() -> None:
    """Breakers and scopes are for who reads; an address in them is masked."""
    board = HealthBoard(HeldClock())
    board.describe("breakers", lambda: {"openai": "open"})
    board.describe("scopes", lambda: {"mailbox:imap:jo@example.com": "down"})
    report = board.readiness()
    assert report.ok
    assert report.details["breakers"] == {"openai": "open"}
    assert "example.com" not in str(report.details)


async def test_the_event_loop_beats_and_says_when_it_was_late() -> None:
    """A late beat is logged with its delay."""
    stream = io.StringIO()
    undo = configure_logging(stream=stream, fmt="json")
    clock = HeldClock()
    board = HealthBoard(clock)
    task = asyncio.create_task(beat_event_loop(board, clock))
    for overslept_s in (0.5, 2.5):
        await clock.slept.wait()
        clock.slept.clear()
        clock.overslept_s = overslept_s
        clock.go_on.set()
    await clock.slept.wait()
    assert board.liveness().details["heartbeat_age_s"] == {EVENT_LOOP: 0.0}
    task.cancel()
    await asyncio.wait({task})
    undo()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line["duration_s"]) for line in lines] == [("loop_stalled", 2.5)]
    assert board.liveness().details["heartbeat_age_s"] == {}
