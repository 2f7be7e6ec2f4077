"""What a call to a language model costs us: processor time against the bare SDK, and memory.

    python benchmarks/bench_llm_calls.py [--part cpu|memory] [--rounds 9] [--calls 50000]

The vendors are a process of their own on loopback that answers at once (their strict fakes of
tests/support/llmvendors), so that its processor time does not count.

*CPU.* Ours is what the pipeline calls: the pool of credentials, which reserves quota, asks by one
client and corrects what was reserved, with limits configured and quotas in memory; on the `SQLite`
line they are in a file as in production, two durable writes a call. The other is the vendor's own
asynchronous client used as documented, one object for all calls, without retries, asked the same
question. Rounds alternate; the figure is the median of their ratios of processor time
(getrusage(2), all threads).

*Memory.* 50,000 calls, of which a tenth fails in each way that the vendor documents, hangs, drips,
is cut off or floods; see `llmcalls/memory.py`. The proportional set size is sampled, the slope is
by least squares after the first fifth.

Exits 1 where a vendor's ratio with quotas in memory is above 1.3, or memory grows by more than 1 MB
per 10,000 calls (or 4 MB in all, because a short run cannot tell growth from noise).
"""

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from llmcalls import memory
from llmcalls.calling import (
    AMPLE,
    CLIENTS,
    Call,
    Place,
    bare_sdk,
    client_of,
    many,
    pool_of,
    serving,
)

from careerops.adapters.memory.documents import MemoryDocuments
from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.email import RawEmail, Sender
from careerops.llm.prompt import build_request
from careerops.ops.clock import SystemClock
from careerops.ops.logging import configure_logging
from careerops.ports.chatmodel import ChatRequest

WANTED: Final = 1.3
AT_ONCE: Final = 10
ERRORS: Final = 0.1
BODY: Final = (
    "Hello Robin,\n\nthank you for the good conversation last week. We would like to invite you to"
    " an interview on 5 March 2026 at 14:00 CET, with two of our engineers.\n\nMaja Lund\n"
)


def question() -> ChatRequest:
    """About a mail of usual length."""
    return build_request(
        RawEmail(
            event_id="a1" * 32,
            subject="Your application",
            body_text=BODY * 4,
            received_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            sender=Sender(
                name="Maja Lund", address="maja@brightloom.example", domain="brightloom.example"
            ),
        )
    )


async def cpu_ms(call: Call, calls: int) -> float:
    """Milliseconds of processor time of a call."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    await many(call, calls, AT_ONCE)
    after = resource.getrusage(resource.RUSAGE_SELF)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used_s / calls * 1000


async def compared(
    kind: str, options: argparse.Namespace, folder: Path
) -> dict[str, tuple[float, float]]:
    """Contender -> median milliseconds of a call, and of its ratio to the bare SDK."""
    request, clock = question(), SystemClock()
    async with AsyncExitStack() as closing:
        port = closing.enter_context(serving(0.0))
        database = await SqliteDatabase.open(folder / f"{kind}.db")
        closing.push_async_callback(database.close)
        calls: dict[str, Call] = {}
        client = client_of(kind, port, clock)
        calls["bare SDK"] = await closing.enter_async_context(bare_sdk(kind, port, request, client))
        for name, documents in (("pool", MemoryDocuments()), ("pool, SQLite", database.documents)):
            place = Place(folder, clock, documents)
            pool = pool_of(kind, [client_of(kind, port, clock)], AMPLE, place)
            closing.push_async_callback(pool.close)
            calls[name] = lambda pool=pool: pool.complete(request)  # type: ignore[misc]  # a default binds what the loop changes
        for call in calls.values():
            await many(call, AT_ONCE * 4, AT_ONCE)
        rounds = [
            {name: await cpu_ms(call, options.round_calls) for name, call in calls.items()}
            for _ in range(options.rounds)
        ]
        await client.close()
    return {
        name: (
            statistics.median(each[name] for each in rounds),
            statistics.median(each[name] / each["bare SDK"] for each in rounds),
        )
        for name in calls
    }


async def processor(options: argparse.Namespace) -> list[str]:
    """Print a line for each vendor; what was missed."""
    missed = []
    for kind in options.only or CLIENTS:
        with tempfile.TemporaryDirectory() as folder:
            found = await compared(kind, options, Path(folder))
        figures = "; ".join(
            f"{name} {ms:.2f} ms" + (f" ({ratio:.2f})" if name != "bare SDK" else "")
            for name, (ms, ratio) in found.items()
        )
        print(f"{kind}: {figures}", flush=True)
        if found["pool"][1] > WANTED:
            missed.append(f"{kind}: {found['pool'][1]:.2f} times the bare SDK, wanted {WANTED}")
    return missed


async def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--part", choices=("cpu", "memory", "both"), default="both")
    parser.add_argument("--only", action="append", choices=list(CLIENTS), help="of the CPU part")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--round-calls", type=int, default=200)
    parser.add_argument("--calls", type=int, default=50_000, help="of the memory part")
    options = parser.parse_args(arguments)
    configure_logging(level="critical")
    missed = []
    if options.part != "memory":
        missed += await processor(options)
    if options.part != "cpu":
        with tempfile.TemporaryDirectory() as folder:
            report = await memory.run("openai", options.calls, ERRORS, question(), Path(folder))
        print("\n".join(report.lines()))
        missed += report.missed()
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
