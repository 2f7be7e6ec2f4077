"""Processes that use a database and may be killed: `python -m support.log_process ROLE PATH`.

What a process prints had happened durably before; it obeys lines on its standard input.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from careerops.adapters.sqlite import SqliteDatabase
from careerops.domain.errors import CareerOpsError
from careerops.domain.topics import CLASSIFIED, RAW_INBOX
from careerops.ops.owner import process_owner
from careerops.ports.eventlog import Settlement
from careerops.ports.ledger import Entry
from support.logs import numbers, record, verdict

GROUP = "careerops.classify"


def say(*words: object) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def orders() -> AsyncIterator[str]:
    """What the test tells this process, line by line."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def tried(work: Awaitable[object]) -> str:
    """How `work` ended, by name."""
    try:
        await work
    except CareerOpsError as error:
        return type(error).__name__
    return "done"


async def publish(database: SqliteDatabase) -> None:
    """Publish numbers as fast as it goes, from several tasks; say each that is durable."""
    first = os.getpid() * 1_000_000

    async def lane(name: int) -> None:
        for number in range(first + name, first + 1_000_000, 4):
            await database.log.publish([record(number, key=str(name))])
            say("published", number)

    await asyncio.gather(*(lane(name) for name in range(4)))


async def work(database: SqliteDatabase) -> None:
    """Settle what arrives, with a verdict and an output; say each that is settled."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    while True:
        deliveries = await subscription.receive(20)
        say("received", *numbers(deliveries))
        # Backwards, so that there is always something settled ahead when the end comes.
        for delivery in reversed(deliveries):
            (number,) = numbers([delivery])
            output = record(number, CLASSIFIED)
            decided = verdict(str(number), output)
            await database.log.settle([Settlement(delivery, (output,), decided)])
            say("settled", number)


async def hold(database: SqliteDatabase) -> None:
    """Take part in everything, then do as told."""
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    deliveries = await subscription.receive(10)
    await subscription.attempt(deliveries[0])
    now = datetime.now(UTC)
    await database.ledger.plan([Entry("n", "email", "me", "e", b"{}", now)], now)
    (due,) = await database.ledger.due(["email"], now, 1)
    await database.ledger.claim(due, process_owner(), now, 3600)
    lease = await database.cursors.acquire("imap:me", process_owner(), 3600)
    say("holding", len(deliveries))
    work: dict[str, Callable[[], Awaitable[object]]] = {
        "settle": lambda: database.log.settle([Settlement(deliveries[0])]),
        "attempt": lambda: subscription.attempt(deliveries[0]),
        "receive": lambda: subscription.receive(1),
        "renew-lease": lambda: database.cursors.renew(lease, 60),
        "publish": lambda: database.log.publish([record(99)]),
    }
    async for order in orders():
        say(order, await tried(work[order]()))


async def idle(database: SqliteDatabase) -> None:
    """Open and close."""
    await database.log.topics()
    say("opened")


async def main(role: str, path: str) -> None:
    """Play `role` on the file `path`."""
    database = await SqliteDatabase.open(Path(path))
    try:
        await {"publish": publish, "work": work, "hold": hold, "idle": idle}[role](database)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
