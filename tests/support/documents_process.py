"""Processes that change documents together: `python -m support.documents_process ROLE`.

As `support.postgres_process`, on any store: the address of a database, or the path of a file.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from careerops.adapters.postgres import PostgresDatabase
from careerops.adapters.sqlite import SqliteDatabase
from careerops.llm.quota.book import Grant
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.llm.quota.limits import Limits
from careerops.ops.clock import SystemClock
from careerops.ops.metrics import Metrics
from support.postgres_process import VARIABLE, begin

COUNTS: Final = 300
CALLS: Final = 40
LIMITS: Final = Limits(requests_per_minute=30, requests_per_day=1000)

Database = SqliteDatabase | PostgresDatabase


async def opened(store: str) -> Database:
    """What `store` names."""
    if store.startswith("postgresql"):
        return await PostgresDatabase.open(store)
    return await SqliteDatabase.open(Path(store))


def plus_one(value: bytes | None) -> tuple[bytes, int]:
    """A counter."""
    number = int(value or b"0") + 1
    return b"%d" % number, number


async def count(database: Database) -> list[int]:
    """Count up from three tasks at once; says what each change made of it."""

    async def lane() -> list[int]:
        return [await database.documents.change("count", plus_one) for _ in range(COUNTS // 3)]

    return [number for lane in await asyncio.gather(lane(), lane(), lane()) for number in lane]


async def calls(database: Database) -> int:
    """Want calls of one scope, all at once; says how many it got."""
    keeper = QuotaKeeper(database.documents, SystemClock(), Metrics())
    wanted = [keeper.reserve("s", LIMITS, 10, history=False, pace="bold") for _ in range(CALLS)]
    got = [answer for answer in await asyncio.gather(*wanted) if isinstance(answer, Grant)]
    for grant in got:
        await keeper.correct(grant, 20, ())
    return len(got)


ROLES: Final[dict[str, Callable[[Database], Coroutine[Any, Any, object]]]] = {
    "count": count,
    "calls": calls,
}


async def main(role: str, store: str) -> object:
    """Open, begin with the others, play."""
    database = await opened(store)
    begin()
    said = await ROLES[role](database)
    await database.close()
    return said


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(sys.argv[1], os.environ[VARIABLE]))) + "\n")
