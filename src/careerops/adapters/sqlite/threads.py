"""The threads that own the connections: the event loop never waits for the disk."""

import asyncio
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from careerops.adapters.sqlite.connection import BUSY_TIMEOUT_S, Op, connect, is_busy, translated
from careerops.domain.errors import Outage

T = TypeVar("T")
_Job = tuple[Op[Any], "asyncio.Future[Any]"]
_Result = tuple["asyncio.Future[Any]", Any, Exception | None]

_MAX_GROUP = 512
LOCK_PATIENCE_S: Final = 30.0
_CLOSING_PATIENCE_S = 2.0
_ASK_AGAIN_S = (0.0005, 0.003)


class DatabaseThread:
    """A thread with a connection of its own that runs what the event loop hands it."""

    _max_batch = 1
    _busy_timeout_s = BUSY_TIMEOUT_S

    def __init__(self, path: Path, name: str, prepare: Callable[[], None] | None = None) -> None:
        """Nothing runs before `start`; `prepare` runs first, on the thread."""
        self._prepare = prepare
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[None] = self._loop.create_future()
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        self._closing = False

    async def start(self) -> None:
        """Prepare and connect. Raises what these raise, the thread having ended."""
        self._thread.start()
        await self._started

    async def run(self, op: Op[T]) -> T:
        """Run `op` on the thread's connection and return what it returns.

        Cancelling does not stop an op that was handed over.

        Raises:
            Outage: the file cannot be read or written now, or is closed (scope `log`).
        """
        if self._closing:
            raise Outage("the log is closed", scope="log")
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((op, future))
        return await future

    async def close(self) -> None:
        """Finish what was handed over, disconnect, end the thread. Idempotent."""
        if not self._closing:
            self._closing = True
            self._jobs.put(None)
        if self._thread.ident is not None:
            await asyncio.shield(self._stopped)
            self._thread.join()

    def _main(self) -> None:
        try:
            if self._prepare is not None:
                self._prepare()
            connection = connect(self._path, self._busy_timeout_s)
        except Exception as error:  # noqa: BLE001  # handed to `start`
            self._post([(self._started, None, translated(error)), (self._stopped, None, None)])
            return
        self._post([(self._started, None, None)])
        try:
            while (batch := self._next_batch()) is not None:
                self._post(self._execute(connection, batch))
        finally:
            connection.close()
            self._post([(self._stopped, None, None)])

    def _next_batch(self) -> list[_Job] | None:
        """What is queued, at most `_max_batch`; waits for the first; None at the end."""
        job = self._jobs.get()
        if job is None:
            return None
        batch = [job]
        while len(batch) < self._max_batch:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _execute(self, connection: sqlite3.Connection, batch: Sequence[_Job]) -> list[_Result]:
        results: list[_Result] = []
        for op, future in batch:
            try:
                results.append((future, op(connection), None))
            except Exception as error:  # noqa: BLE001  # handed to whoever awaits it
                results.append((future, None, translated(error)))
        return results

    def _post(self, results: list[_Result]) -> None:
        try:
            self._loop.call_soon_threadsafe(_deliver, results)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if not self._loop.is_closed():
                raise


class WriterThread(DatabaseThread):
    """The process's only writer. What is queued together is committed together."""

    _max_batch = _MAX_GROUP
    _busy_timeout_s = 0.0  # it waits by itself, see `_begin`; inside a transaction nothing can lock

    def _execute(self, connection: sqlite3.Connection, batch: Sequence[_Job]) -> list[_Result]:
        try:
            return self._commit(connection, batch)
        except Exception as error:  # noqa: BLE001  # handed to whoever awaits it, below
            if len(batch) == 1:
                return [(batch[0][1], None, translated(error))]
            if is_busy(error):
                return [(future, None, translated(error)) for _, future in batch]
        # One of them failed and took the others with it: each alone, so that only it fails.
        return [result for job in batch for result in self._execute(connection, [job])]

    def _commit(self, connection: sqlite3.Connection, batch: Sequence[_Job]) -> list[_Result]:
        self._begin(connection)
        try:
            results: list[_Result] = [(future, op(connection), None) for op, future in batch]
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return results

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Take the file's write lock.

        SQLite's own waiting backs off to 100 ms, which a busy process never leaves free for; this
        asks often enough to get in between two of its transactions.
        """
        began = time.monotonic()
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                patience_s = _CLOSING_PATIENCE_S if self._closing else LOCK_PATIENCE_S
                if not is_busy(error) or time.monotonic() - began > patience_s:
                    raise
                time.sleep(random.uniform(*_ASK_AGAIN_S))  # noqa: S311  # spreads out, guards nothing
            else:
                return


def _deliver(results: list[_Result]) -> None:
    for future, value, error in results:
        if future.done():  # cancelled meanwhile
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
