"""The machine's own time."""

import asyncio
import time
from datetime import UTC, datetime


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
