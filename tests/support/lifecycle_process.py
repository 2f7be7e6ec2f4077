"""A small program under `run_process`, for tests that send it signals: `python -m ... SCENARIO`."""

import asyncio
import importlib
import sys
import threading
import time
from collections.abc import Callable, Coroutine

from careerops.ops.lifecycle import Lifecycle, run_process
from careerops.ops.logging import configure_logging


def say(word: str) -> None:
    """Tell the test how far we are."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def drains(lifecycle: Lifecycle) -> str:
    """Stops as soon as it is asked to."""
    say("ready")
    await lifecycle.stopping.wait()
    say("drained")
    return "finished"


async def drains_when_told(lifecycle: Lifecycle) -> None:
    """Drains for as long as stdin is open."""
    lifecycle.on_stop(lambda: say("stopping"))
    say("ready")
    await asyncio.to_thread(sys.stdin.read)
    say("drained")


async def drains_unflushed(lifecycle: Lifecycle) -> None:
    """Leaves its last words in the buffer of stdout."""
    say("ready")
    await lifecycle.stopping.wait()
    sys.stdout.write("buffered\n")


async def hangs(lifecycle: Lifecycle) -> None:
    """Never drains; can be cancelled."""
    lifecycle.on_stop(lambda: say("stopping"))
    say("ready")
    try:
        await asyncio.Event().wait()
    finally:
        say("cancelled")


async def refuses(lifecycle: Lifecycle) -> None:
    """Never drains and cannot be cancelled either."""
    lifecycle.on_stop(lambda: say("stopping"))
    say("ready")
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            say("refused")


async def stuck(lifecycle: Lifecycle) -> None:
    """Blocks the event loop for good once it was asked to stop."""
    lifecycle.on_stop(lambda: say("stopping"))
    lifecycle.on_stop(threading.Event().wait)
    say("ready")
    await lifecycle.stopping.wait()


async def blocked(lifecycle: Lifecycle) -> None:
    """Blocks the event loop before any signal comes."""
    say("ready")
    while lifecycle.received is None:
        time.sleep(0.01)  # noqa: ASYNC251  # a stuck loop is what is tested
    say("stopping")
    threading.Event().wait()


async def task_dies(lifecycle: Lifecycle) -> None:
    """A background task dies; the work drains."""

    async def die() -> None:
        raise ValueError("sk-planted-secret-0123456789")

    lifecycle.spawn("doomed", die())
    await lifecycle.stopping.wait()
    say("drained")


async def ends(lifecycle: Lifecycle) -> str:
    """Ends by itself, with a background task still at work."""

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            say("task cancelled")

    lifecycle.spawn("work", work())
    await asyncio.sleep(0)
    return "finished"


async def fails_while_draining(lifecycle: Lifecycle) -> None:
    """Raises after the signal."""
    say("ready")
    await lifecycle.stopping.wait()
    raise KeyError("sk-planted-secret-0123456789")


SCENARIOS: dict[str, Callable[[Lifecycle], Coroutine[None, None, object]]] = {
    scenario.__name__: scenario
    for scenario in (
        drains,
        drains_when_told,
        drains_unflushed,
        hangs,
        refuses,
        stuck,
        blocked,
        task_dies,
        ends,
        fails_while_draining,
    )
}


def main() -> None:
    """Run the scenario named by the first argument, with the budget of the second."""
    configure_logging(level="info", fmt="json")
    # A service has long said something when it is told to stop, and loaded what that takes.
    importlib.import_module("careerops.ops.logpipeline")
    result = run_process(SCENARIOS[sys.argv[1]], budget_s=float(sys.argv[2]))
    say(f"result {result}")


if __name__ == "__main__":
    main()
