"""Several processes on one file, some of them killed at any moment."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from careerops.adapters.sqlite import SqliteDatabase
from careerops.domain.errors import AlreadyRunning
from careerops.domain.topics import CLASSIFIED, RAW_INBOX
from careerops.ops.clock import SystemClock
from careerops.ops.owner import process_owner
from careerops.ports.eventlog import Settlement
from support.logs import numbers, record, take
from support.waiting import HANG_S

GROUP = "careerops.classify"
TESTS = Path(__file__).parent.parent


class Child:
    """A `support.log_process`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> list[str]:
        """The next line it says, in words; [] at its end."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode().split()

    async def tell(self, order: str) -> list[str]:
        """Say `order`, return the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n".encode())
        return await self.line()

    async def kill(self) -> list[list[str]]:
        """SIGKILL; what it had said and nobody had read."""
        self.process.kill()
        said = []
        while words := await self.line():
            said.append(words)
        await self.process.wait()
        return said


class Children:
    """Starts them, and ends what a failed test left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all: list[asyncio.subprocess.Process] = []

    async def start(self, role: str) -> Child:
        """A process that plays `role`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "support.log_process", role, str(self._path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(TESTS)},
        )
        self._all.append(process)
        return Child(process)

    async def end(self) -> None:
        """All of them."""
        for process in self._all:
            if process.returncode is None:
                process.kill()
            await process.wait()
            process._transport.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file."""
    return tmp_path / "careerops.db"


@pytest.fixture
async def children(path: Path) -> AsyncIterator[Children]:
    """Processes on the file."""
    children = Children(path)
    yield children
    await children.end()


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    """This process's own."""
    database = await SqliteDatabase.open(path)
    yield database
    await database.close()


class Later(SystemClock):
    """A clock by which every lease of now has expired."""

    def now(self) -> datetime:
        """An hour from now."""
        return datetime.now(UTC) + timedelta(hours=1)


async def test_processes_that_start_together_all_open_the_file(children, path) -> None:
    """The first creates it, and none trips over another."""
    started = [await children.start("idle") for _ in range(6)]
    assert [await child.line() for child in started] == [["opened"]] * 6
    assert [await child.process.wait() for child in started] == [0] * 6
    assert path.stat().st_mode & 0o777 == 0o600


async def test_what_another_process_publishes_is_noticed(children, database) -> None:
    """By those who wait for an offset and those who wait to receive, within moments."""
    await database.log.publish([record(1)])
    child = await children.start("hold")
    assert await child.line() == ["holding", "1"]
    subscription = await database.log.subscribe(RAW_INBOX, "another")
    await take(subscription, 1)
    (found,) = await database.log.read(RAW_INBOX, 0, 1)
    waiting = asyncio.create_task(database.log.wait(RAW_INBOX, found.offset + 1))
    receiving = asyncio.create_task(subscription.receive(1))
    done, _ = await asyncio.wait({waiting, receiving}, timeout=0.2)
    assert not done
    assert await child.tell("publish") == ["publish", "done"]
    loop = asyncio.get_running_loop()
    published = loop.time()
    await asyncio.wait_for(waiting, HANG_S)
    assert numbers(await asyncio.wait_for(receiving, HANG_S)) == [99]
    assert loop.time() - published < 1.0  # 100 ms, and what a loaded machine adds


async def test_a_killed_process_is_succeeded_at_once(children, database) -> None:
    """Its group, its source, its sends; what it attempted alone counts as a death."""
    await database.log.publish([record(1), record(2)])
    child = await children.start("hold")
    assert await child.line() == ["holding", "2"]
    pid = child.process.pid
    with pytest.raises(AlreadyRunning, match=f"process {pid} "):
        await database.log.subscribe(RAW_INBOX, GROUP)
    with pytest.raises(AlreadyRunning, match=f"process {pid} "):
        await database.cursors.acquire("imap:me", process_owner(), 60)
    assert await database.ledger.recover(["email"], process_owner(), 60) == []
    await child.kill()
    deliveries = await take(await database.log.subscribe(RAW_INBOX, GROUP), 2)
    assert [(d.suspect, d.deaths) for d in deliveries] == [(True, 1), (True, 0)]
    await database.cursors.acquire("imap:me", process_owner(), 60)
    (state,) = await database.ledger.recover(["email"], process_owner(), 60)
    assert state.unknown == 1


async def test_a_stopped_process_is_fenced_when_it_wakes(children, database, path) -> None:
    """Its lease expires; whatever it does afterwards is refused, and nothing of it is done."""
    await database.log.publish([record(1), record(2)])
    child = await children.start("hold")
    assert await child.line() == ["holding", "2"]
    child.process.send_signal(signal.SIGSTOP)
    with pytest.raises(AlreadyRunning):
        await database.log.subscribe(RAW_INBOX, GROUP)
    successor = await SqliteDatabase.open(path, clock=Later())
    deliveries = await take(await successor.log.subscribe(RAW_INBOX, GROUP), 2)
    child.process.send_signal(signal.SIGCONT)
    for order in ("settle", "attempt", "receive"):
        assert await child.tell(order) == [order, "Fenced"]
    assert await child.tell("publish") == ["publish", "done"]
    info = (await successor.log.topics())[0]
    assert info.groups[0].lag == 3
    await successor.log.settle([Settlement(delivery) for delivery in deliveries])
    await successor.close()


async def test_tools_work_beside_a_busy_process(children, database, path) -> None:
    """Opening, reading and publishing never fail with a lock."""
    await database.close()
    busy = [await children.start("publish"), await children.start("work")]
    await asyncio.gather(*(child.line() for child in busy))
    drains = [asyncio.create_task(child.process.stdout.read()) for child in busy]
    for number in range(12):
        tool = await SqliteDatabase.open(path)
        await tool.log.topics()
        await tool.log.publish([record(number, CLASSIFIED, key="tool")])
        assert len(await tool.log.read(RAW_INBOX, 0, 5)) > 0
        await tool.verdicts.counts()
        await tool.close()
    await children.end()
    await asyncio.gather(*drains)
    tool = await SqliteDatabase.open(path)
    found = await tool.log.read(CLASSIFIED, 0, 10**6)
    assert numbers(r for r in found if r.key == "tool") == list(range(12))
    await tool.close()


@pytest.mark.chaos
async def test_nothing_durable_is_lost_and_nothing_settled_comes_again(children, path) -> None:
    """Publisher and worker are killed at random moments, round after round."""
    published: set[int] = set()
    settled: set[int] = set()
    seed = random.SystemRandom().randrange(10**9)
    chance = random.Random(seed)  # a test's dice
    for _ in range(5):
        publisher, worker = await children.start("publish"), await children.start("work")
        await asyncio.gather(publisher.line(), worker.line())
        # The moment of the kill is what is being varied, so this is no synchronisation.
        await asyncio.sleep(chance.uniform(0.01, 0.35))
        said, done = await asyncio.gather(publisher.kill(), worker.kill())
        again = {int(n) for words in done if words[0] == "received" for n in words[1:]} & settled
        assert not again, seed
        published |= {int(words[1]) for words in said if len(words) == 2}
        settled |= {int(words[1]) for words in done if words[0] == "settled" and len(words) == 2}
    assert published, seed
    assert settled, seed
    database = await SqliteDatabase.open(path)
    held = numbers(await read_all(database, RAW_INBOX))
    outputs = numbers(await read_all(database, CLASSIFIED))
    assert published <= set(held), seed
    assert settled <= set(outputs), seed
    assert len(outputs) == len(set(outputs)), seed
    subscription = await database.log.subscribe(RAW_INBOX, GROUP)
    rest = numbers(await take(subscription, len(held) - len(outputs)))
    assert sorted(outputs + rest) == sorted(held), seed
    await database.close()


async def read_all(database: SqliteDatabase, topic: str):
    """Every record of `topic`."""
    found = []
    while part := await database.log.read(topic, found[-1].offset + 1 if found else 0, 1000):
        found += part
    return found
