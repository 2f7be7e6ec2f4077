"""The machine's own time."""

import asyncio
import time
from datetime import UTC, datetime

from careerops.ports.clock import Clock


async def next_beat(clock: Clock, period_s: float) -> float:
    """Sleep until the next whole multiple of `period_s`, at least a tenth of it away.

    Returns when that was to be, on the monotonic clock.

    What is looked at again and again is so looked at together: an idle processor is woken once for
    all of it. Each time it is woken costs more than what is then done.
    """
    now_s = clock.monotonic()
    wait_s = period_s - now_s % period_s
    if wait_s <= period_s / 10:
        wait_s += period_s
    await clock.sleep(wait_s)
    return now_s + wait_s


class SystemClock:
    """`Clock` over the operating system and the running event loop."""

    def now(self) -> datetime:
        """The wall time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds without blocking the loop."""
        await asyncio.sleep(delay_s)
