"""The writer commits together what was queued together, and blames only the guilty."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careerops.adapters.sqlite import connection as connections
from careerops.adapters.sqlite import threads
from careerops.adapters.sqlite.threads import DatabaseThread, WriterThread
from careerops.domain.errors import Outage


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[WriterThread]:
    """A writer on a file with one table."""
    writer = WriterThread(tmp_path / "a.db", "writer")
    await writer.start()
    await writer.run(lambda connection: connection.execute("CREATE TABLE t (n INTEGER)"))
    yield writer
    await writer.close()


def insert(number: int):
    """An op that adds `number`, and fails for negative ones after having done so."""

    def op(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        if number < 0:
            raise ValueError(number)
        return number

    return op


async def numbers(writer: WriterThread) -> list[int]:
    """What the table holds."""
    rows = await writer.run(lambda connection: connection.execute("SELECT n FROM t").fetchall())
    return [number for (number,) in rows]


class Gate:
    """Holds the thread inside an op, so that what follows queues up behind it."""

    def __init__(self, writer: DatabaseThread) -> None:
        self._loop = asyncio.get_running_loop()
        self._open = threading.Event()
        self._entered = asyncio.Event()
        self._held = asyncio.ensure_future(writer.run(self._wait))

    def _wait(self, _: sqlite3.Connection) -> None:
        self._loop.call_soon_threadsafe(self._entered.set)
        assert self._open.wait(10)

    async def entered(self) -> None:
        """Return once the thread is inside."""
        await self._entered.wait()

    async def release(self) -> None:
        """Go on."""
        self._open.set()
        await self._held


async def test_what_is_queued_together_is_one_transaction(writer) -> None:
    """Each op's result goes to who asked for it."""
    commits: list[str] = []
    await writer.run(lambda connection: connection.set_trace_callback(commits.append))
    gate = Gate(writer)
    await gate.entered()
    asked = [asyncio.ensure_future(writer.run(insert(number))) for number in range(50)]
    await asyncio.sleep(0)
    commits.clear()
    await gate.release()
    assert await asyncio.gather(*asked) == list(range(50))
    assert commits.count("BEGIN IMMEDIATE") == 1
    assert await numbers(writer) == list(range(50))


async def test_only_the_op_that_fails_fails(writer) -> None:
    """The others of its group are done once, in their order."""
    gate = Gate(writer)
    await gate.entered()
    asked = [asyncio.ensure_future(writer.run(insert(number))) for number in (1, -2, 3, -4, 5)]
    await asyncio.sleep(0)
    await gate.release()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(result) for result in results] == [int, ValueError, int, ValueError, int]
    assert await numbers(writer) == [1, 3, 5]


async def test_a_cancelled_caller_harms_nobody(writer) -> None:
    """Its op may be done; the others are answered."""
    gate = Gate(writer)
    await gate.entered()
    asked = [asyncio.ensure_future(writer.run(insert(number))) for number in range(3)]
    await asyncio.sleep(0)
    asked[1].cancel()
    await gate.release()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert (results[0], results[2]) == (0, 2)
    assert isinstance(results[1], asyncio.CancelledError)
    assert await numbers(writer) == [0, 1, 2]


async def test_closing_finishes_what_was_handed_over(writer) -> None:
    """And leaves no thread; later ops are refused; a group is bounded."""
    asked = [
        asyncio.ensure_future(writer.run(insert(number)))
        for number in range(2 * threads._MAX_GROUP)
    ]
    await asyncio.sleep(0)
    await writer.close()
    await writer.close()
    assert await asyncio.gather(*asked) == list(range(2 * threads._MAX_GROUP))
    assert not [t for t in threading.enumerate() if t.name == "writer"]
    with pytest.raises(Outage, match="closed"):
        await writer.run(insert(1))


async def test_a_full_disk_is_an_outage_and_loses_nothing(writer) -> None:
    """What fits is written, what does not is refused whole, and it goes on when there is room."""
    blob = b"x" * 100_000

    def big(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (-1)")
        connection.execute("INSERT INTO t VALUES (?)", (blob,))

    def limit(pages: int):
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    await writer.run(limit(10))
    gate = Gate(writer)
    await gate.entered()
    small, large = (
        asyncio.ensure_future(writer.run(insert(1))),
        asyncio.ensure_future(writer.run(big)),
    )
    await asyncio.sleep(0)
    await gate.release()
    assert await small == 1
    with pytest.raises(Outage, match="full") as full:
        await large
    assert full.value.scope == "log"
    assert await numbers(writer) == [1]
    await writer.run(limit(10_000))
    await writer.run(big)
    assert await numbers(writer) == [1, -1, blob]


async def test_a_lock_held_too_long_is_waited_for_then_an_outage(
    writer, tmp_path, monkeypatch
) -> None:
    """Every caller of the group is told; nothing was done; afterwards all is well."""
    monkeypatch.setattr(threads, "LOCK_PATIENCE_S", 0.02)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = [asyncio.ensure_future(writer.run(insert(number))) for number in range(2)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(result, Outage) and "locked" in str(result) for result in results)
    monkeypatch.setattr(threads, "LOCK_PATIENCE_S", 30.0)
    tried = asyncio.Event()
    loop = asyncio.get_running_loop()
    is_busy = threads.is_busy

    def noticed(error: BaseException) -> bool:
        loop.call_soon_threadsafe(tried.set)
        return is_busy(error)

    monkeypatch.setattr(threads, "is_busy", noticed)
    asked = [asyncio.ensure_future(writer.run(insert(number))) for number in range(2)]
    await tried.wait()
    other.execute("ROLLBACK")
    other.close()
    assert await asyncio.gather(*asked) == [0, 1]
    assert await numbers(writer) == [0, 1]


async def test_a_reader_runs_each_op_for_itself(tmp_path) -> None:
    """One that fails fails alone; what SQLite says about the file is an outage."""
    reader = DatabaseThread(tmp_path / "a.db", "reader")
    await reader.start()

    def refuse(_: sqlite3.Connection) -> None:
        raise ValueError

    def broken(_: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    results = await asyncio.gather(
        reader.run(refuse), reader.run(broken), reader.run(lambda _: 7), return_exceptions=True
    )
    assert [type(result) for result in results] == [ValueError, Outage, int]
    await reader.close()


async def test_a_thread_that_cannot_connect_says_why_and_ends(tmp_path) -> None:
    """Its caller learns it from `start`."""
    thread = DatabaseThread(tmp_path / "missing" / "a.db", "reader")
    with pytest.raises(Outage, match="cannot be opened"):
        await thread.start()
    await thread.close()
    assert not [t for t in threading.enumerate() if t.name == "reader"]


def test_a_loop_that_is_closed_wants_no_results(tmp_path) -> None:
    """A process that ends without closing its database is not held up by it."""

    async def leave() -> WriterThread:
        writer = WriterThread(tmp_path / "a.db", "writer")
        await writer.start()
        return writer

    writer = asyncio.run(leave())
    writer._post([])
    writer._jobs.put(None)
    writer._thread.join(10)
    assert not writer._thread.is_alive()


def test_other_errors_are_left_as_they_are() -> None:
    """A mistake of ours is no outage."""
    error = sqlite3.IntegrityError("ours")
    assert connections.translated(error) is error
