"""Fifty thousand calls of which a tenth fails in every way: what stays in memory of them.

Refusals put scopes and keys aside for minutes, hours or a day, so time is skipped whenever nobody
can be asked, and a key that was refused is written anew: the run never stops for long, and ages as
months of use would make it.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from llmcalls.calling import KEY, Place, client_of, pool_of, serving

from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.errors import CareerOpsError, Outage
from careerops.llm.quota.limits import Limits
from careerops.ports.chatmodel import ChatAnswer, ChatClient, ChatModel, ChatRequest

MB: Final = 1_000_000
SCOPES: Final = 4
AT_ONCE: Final = 16
TIMEOUT_S: Final = 0.5
SAMPLES: Final = 100
WARM: Final = 0.2
SLOPE_MB: Final = 1.0
"""Megabytes per 10,000 calls."""
NOISE_MB: Final = 4.0
"""In all, because a short run cannot tell growth from noise."""
_SOON_S: Final = 61.0


@dataclass(slots=True)
class SkippingClock:
    """The machine's time, and what was skipped of it."""

    skipped_s: float = 0.0

    def now(self) -> datetime:
        """Wall time (UTC)."""
        return datetime.now(UTC) + timedelta(seconds=self.skipped_s)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic() + self.skipped_s

    async def sleep(self, delay_s: float) -> None:
        """Sleep in the machine's time: only waits for somebody's quota are skipped."""
        await asyncio.sleep(delay_s)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to.

    Attributes:
        kind: of vendor.
        calls: that were sent.
        samples: (calls sent, bytes of memory).
        outcomes: how calls ended, by the error's name, '' for an answer.
        took_s: of real time; and what was skipped.
    """

    kind: str
    calls: int
    samples: Sequence[tuple[int, int]]
    outcomes: Counter[str]
    took_s: float
    skipped_s: float

    @property
    def warm(self) -> Sequence[tuple[int, int]]:
        """The samples after the first fifth."""
        return [each for each in self.samples if each[0] >= self.calls * WARM]

    @property
    def slope_mb(self) -> float:
        """Megabytes per 10,000 calls after warm-up, by least squares."""
        calls, size = zip(*self.warm, strict=True)
        return statistics.linear_regression(calls, size).slope * 10_000 / MB

    @property
    def slope_limit_mb(self) -> float:
        """The most that it may be."""
        return max(SLOPE_MB, NOISE_MB / (self.calls * (1 - WARM) / 10_000))

    def missed(self) -> list[str]:
        """What is wrong, for a person."""
        if self.slope_mb <= self.slope_limit_mb:
            return []
        grown = f"{self.slope_mb:.2f} MB per 10,000 calls, and may by {self.slope_limit_mb:.2f}"
        return [f"{self.kind}: memory grows by {grown}"]

    def lines(self) -> list[str]:
        """The figures, for a person."""
        failed = self.outcomes.total() - self.outcomes[""]
        kinds = ", ".join(f"{name} {n}" for name, n in self.outcomes.most_common() if name)
        days = self.skipped_s / 86_400
        warm, end = self.warm[0][1] / MB, self.samples[-1][1] / MB
        return [
            f"{self.kind}: {self.calls:,} calls in {self.took_s:.0f} s, {days:.1f} days skipped",
            f"  raised {failed:,}: {kinds}",
            f"  memory {warm:.1f} MB after warm-up, {end:.1f} at the end",
            f"  slope {self.slope_mb:+.2f} MB per 10,000 calls (limit {self.slope_limit_mb:.2f})",
        ]


@dataclass(slots=True)
class _Counting:
    """A `ChatClient` that counts what is sent, and how it ends."""

    client: ChatClient
    run: "_Run"

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Ask."""
        self.run.sent()
        name = ""
        try:
            return await self.client.complete(request, key)
        except BaseException as error:
            name = type(error).__name__
            raise
        finally:
            self.run.outcomes[name] += 1

    async def check(self, key: str) -> None:
        """Is not asked."""

    async def close(self) -> None:
        """Close."""
        await self.client.close()


@dataclass(slots=True)
class _Run:
    """One run."""

    kind: str
    calls: int
    place: Place
    clock: SkippingClock
    count: int = 0
    keys: int = 0
    samples: list[tuple[int, int]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def sent(self) -> None:
        """One more; memory is looked at every now and then."""
        self.count += 1
        if self.count % max(1, self.calls // SAMPLES) == 0:
            self.samples.append((self.count, memory_bytes()))

    async def go(self, port: int, request: ChatRequest) -> None:
        """Send all."""
        clients = [
            _Counting(client_of(self.kind, port, self.clock, TIMEOUT_S), self)
            for _ in range(SCOPES)
        ]
        # Few enough for a minute that its end is waited for, too.
        limits = Limits(1000, 1_000_000, 100_000_000, 10_000_000_000)
        pool = pool_of(self.kind, list(clients), limits, self.place)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._ask(pool, request))
        await pool.close()

    async def _ask(self, pool: ChatModel, request: ChatRequest) -> None:
        while self.count < self.calls:
            try:
                await pool.complete(request)
            except Outage as outage:
                self._skip(outage)
                await asyncio.sleep(0)
            except CareerOpsError:
                continue

    def _skip(self, outage: Outage) -> None:
        """Nobody can be asked: until somebody can."""
        self.keys += 1
        for number in range(SCOPES):
            file = self.place.folder / f"{self.kind}-{number}.key"
            file.write_text(f"{KEY}{self.keys}")
        now = self.clock.now()
        until = outage.retry_at or now + timedelta(seconds=_SOON_S)
        self.clock.skipped_s += max(0.0, (until - now).total_seconds()) + 0.001


def memory_bytes() -> int:
    """The proportional set size of this process (`/proc/self/smaps_rollup`, proc(5))."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel does not tell the proportional set size")


async def run(kind: str, calls: int, share: float, request: ChatRequest, folder: Path) -> Report:
    """`calls` to a vendor that does `share` of them wrong."""
    clock = SkippingClock()
    this = _Run(kind, calls, Place(folder, clock, MemoryDocuments()), clock)
    began_s = time.monotonic()
    async with AsyncExitStack() as closing:
        port = closing.enter_context(serving(share))
        await this.go(port, request)
    took_s = time.monotonic() - began_s
    return Report(kind, this.count, this.samples, this.outcomes, took_s, clock.skipped_s)
