"""How fast an mbox is cut into its mails, against the standard library's `mailbox.mbox`.

Both read the same file in the same process and give the raw bytes of every mail; neither parses
them. Ours runs as the pipeline runs it, with its threads and a cursor for each mail, in an event
loop. Runs alternate, so that a busy moment of the machine hits both alike.
"""

import argparse
import asyncio
import mailbox
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

from careerops.adapters.mailbox.mbox import MboxMailbox
from careerops.adapters.memory.cache import MemoryCache
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.mailbox import FetchedMail

TARGET_RATIO = 2.5
_SEPARATOR = b"From sender@example.org Mon Nov 23 10:00:00 2026\n"
_WORDS = b"we would like to thank you for your application and invite you to a call on".split()


def write_mbox(path: Path, mails: int) -> None:
    """Fictitious mails of 1 to 20 KiB, some with a quoted From_ line."""
    rng = random.Random(1)  # noqa: S311  # sample text
    with path.open("wb") as file:
        for number in range(mails):
            lines = [b" ".join(rng.choices(_WORDS, k=12)) for _ in range(rng.randint(12, 280))]
            if number % 10 == 0:
                lines.insert(3, b">From here on it is quoted.")
            head = f"From: Maja Lund <maja@example.org>\nSubject: Letter {number}\n"
            head += f"Message-ID: <{number}@example.org>\n\n"
            file.write(_SEPARATOR + head.encode() + b"\n".join(lines) + b"\n\n")


def read_ours(path: Path) -> int:
    """Read with the adapter; the number of mails."""
    context = PartContext(SystemClock(), MemoryCache(), Metrics())
    source = MboxMailbox(MboxMailbox.Options(path=path), context)

    async def count() -> int:
        found = 0
        async with aclosing(source.fetch(None, frozenset(), follow=False)) as stream:
            async for item in stream:
                found += isinstance(item, FetchedMail)
        return found

    return asyncio.run(count())


def read_theirs(path: Path) -> int:
    """Read with `mailbox.mbox`; the number of mails."""
    box = mailbox.mbox(path, create=False)
    try:
        return sum(1 for key in box.iterkeys() if box.get_bytes(key))
    finally:
        box.close()


class Cost(NamedTuple):
    """What one reading took, in seconds."""

    wall_s: float
    processor_s: float


def measured(read: Callable[[Path], int], path: Path, mails: int) -> Cost:
    """Read the file once."""
    wall_s, processor_s = time.perf_counter(), time.process_time()
    found = read(path)
    cost = Cost(time.perf_counter() - wall_s, time.process_time() - processor_s)
    if found != mails:
        raise SystemExit(f"{read.__name__} found {found} mails of {mails}")
    return cost


def main() -> int:
    """Measure, print, and fail when we are not so many times as fast as we claim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    mails = arguments.mails
    ours: list[Cost] = []
    theirs: list[Cost] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mbox"
        write_mbox(path, mails)
        size_mib = path.stat().st_size / 2**20
        for _ in range(arguments.rounds):
            ours.append(measured(read_ours, path, mails))
            theirs.append(measured(read_theirs, path, mails))
    print(f"{mails} mails, {size_mib:.0f} MiB; medians of {arguments.rounds} rounds")
    for name, costs in (("MboxMailbox", ours), ("mailbox.mbox", theirs)):
        wall_s = statistics.median(cost.wall_s for cost in costs)
        processor_s = statistics.median(cost.processor_s for cost in costs)
        print(
            f"{name:<14} {wall_s:5.2f} s wall, {processor_s:5.2f} s processor:"
            f" {mails / processor_s:8,.0f} mails/s, {size_mib / processor_s:5.0f} MiB/s"
        )
    walls = [b.wall_s / a.wall_s for a, b in zip(ours, theirs, strict=True)]
    ratio = statistics.median(
        b.processor_s / a.processor_s for a, b in zip(ours, theirs, strict=True)
    )
    print(f"times as fast  wall {statistics.median(walls):.1f}, processor {ratio:.1f}", end="")
    print(f"  (processor at least {TARGET_RATIO})")
    return 0 if ratio >= TARGET_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
