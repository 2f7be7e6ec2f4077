"""Processes that share a database: `python -m support.postgres_process ROLE`.

The address comes by the environment, as it holds a password. A process says `ready`, waits for a
line on its standard input, so that all begin at once, and says what came of it as one line of JSON.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from careerops.adapters.postgres import PostgresDatabase
from careerops.domain.errors import Outage
from careerops.domain.verdicts import VerdictKey
from support.logs import verdict

EVENTS: Final = tuple(f"event-{number:03}" for number in range(300))
VARIABLE: Final = "TEST_STORE"
_BATCH: Final = 10


def begin() -> None:
    """Wait for the others."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


async def open_only(url: str) -> str:
    """Open at once with the others, and several times at once."""
    with suppress(Outage):  # loads the driver
        await PostgresDatabase.open("postgresql://127.0.0.1:1/nowhere")
    begin()
    for database in await asyncio.gather(*(PostgresDatabase.open(url) for _ in range(3))):
        await database.verdicts.counts()
        await database.close()
    return "opened"


async def decide(url: str) -> dict[str, str]:
    """Decide every event, in an order of our own; says whose verdict stands as the store told."""
    database = await PostgresDatabase.open(url)
    await database.verdicts.counts()
    events = random.sample(EVENTS, len(EVENTS))
    begin()
    told: dict[str, str] = {}
    for first in range(0, len(events), _BATCH):
        mine = [verdict(event, account=str(os.getpid())) for event in events[first:][:_BATCH]]
        stands = await database.verdicts.put(mine)
        told |= {one.key.event_id: one.account for one in stands}
    known = await database.verdicts.get([VerdictKey(event, "classify") for event in EVENTS])
    assert {key.event_id: one.account for key, one in known.items()} == told
    await database.close()
    return told


ROLES: Final[dict[str, Callable[[str], Coroutine[Any, Any, object]]]] = {
    "open": open_only,
    "decide": decide,
}


def together(
    role: str, url: str, number: int, *, module: str = "support.postgres_process"
) -> list[Any]:
    """What `number` processes say that play `role` of `module` at once."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", module, role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {VARIABLE: url, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        for _ in range(number)
    ]
    try:
        return _said(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _said(processes: Sequence["subprocess.Popen[bytes]"]) -> list[Any]:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=60)[0]) for process in processes]


if __name__ == "__main__":
    said = asyncio.run(ROLES[sys.argv[1]](os.environ[VARIABLE]))
    sys.stdout.write(json.dumps(said) + "\n")
