"""Waiting for a condition with a deadline, never for a time."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from statistics import median

HANG_S = 30.0
"""What has not come by then does not come: a machine with much to do is slower than one thinks."""
_STEP_S = 0.01
_ALONE = "PYTEST_XDIST_WORKER" not in os.environ


def usual(delays: Sequence[float]) -> float:
    """The longest of `delays`; beside other tests, where one may be late, the median."""
    return max(delays) if _ALONE else median(delays)


def wait_until(condition: Callable[[], bool], what: str, *, timeout_s: float = HANG_S) -> None:
    """Return once `condition` holds; fail after `timeout_s`, saying what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(_STEP_S)


async def until(condition: Callable[[], bool], what: str, *, timeout_s: float = HANG_S) -> None:
    """As `wait_until`, while the event loop runs."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        await asyncio.sleep(_STEP_S)
