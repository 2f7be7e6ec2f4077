"""Statements over a pool of connections, and what PostgreSQL's errors mean to us.

Every call is one transaction that is sent whole, so none is ever open while we think: a process
that is stopped in the middle holds no lock. Reads and single writes are one round trip.
"""

import asyncio
import logging
import os
import random
import select
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from careerops.adapters.postgres.address import Address, check_server
from careerops.adapters.postgres.schema import migrate
from careerops.domain.errors import ConfigurationError, Outage

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg.rows import TupleRow
    from psycopg_pool import AsyncConnectionPool

    Connection = AsyncConnection[TupleRow]
    Pool = AsyncConnectionPool[Connection]

T = TypeVar("T")
Row = tuple[Any, ...]
Step = tuple[str, Sequence[object]]
"""A statement and its values."""

MAX_CONNECTIONS: Final = 8
_POOL_TIMEOUT_S: Final = 5.0
_RECONNECT_S: Final = 4.0  # then it is tried anew for whoever asks next, not ever more rarely
_DEADLINE_S: Final = 15.0  # of a call, should the server not keep its own of 10
_OPENING_S: Final = 660.0  # another process may be migrating, see there
_ATTEMPTS: Final = 6
_AGAIN_S: Final = (0.005, 0.05)
_RETRIED: Final = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected

_SESSION: Final = """
SELECT set_config('statement_timeout', '10s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('TimeZone', 'UTC', false),
       -- What we return for is durable, also where somebody switched that off.
       set_config('synchronous_commit',
         CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
         ELSE current_setting('synchronous_commit') END, false)
"""
_DOWN: Final = {
    "08": "the connection is lost",
    "25006": "the server only reads: connect to the primary",
    "25P03": "we were away for too long: this machine stood still",
    "3F": "its tables are gone: restart careerops",
    "40": "too many writers are in each other's way",
    "42501": "we lack a right on its tables: grant it",
    "42P01": "its tables are gone: restart careerops",
    "53": "the server is short of disk, memory or connections",
    "55": "a lock is not to be had",
    "57014": "a statement took too long",
    "57": "the server is stopping or starting",
    "58": "the server's disk or system fails",
    "XX": "the server fails: see its log",
}
"""SQLSTATE or its class -> what it says to a person, where no statement of ours is to blame."""


class Sessions:
    """A pool of connections, and the ways to use one."""

    def __init__(self, pool: "Pool", scope: str = "store") -> None:
        """Use `pool`; what is down is named `scope`."""
        self._pool = pool
        self._scope = scope

    def scoped(self, scope: str) -> "Sessions":
        """The same connections, whose outages are those of `scope`."""
        return Sessions(self._pool, scope)

    async def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """What one statement returns.

        Raises:
            Outage: the server cannot be used now, or the pool is closed. Whether a write
                happened is unknown then; it may be repeated.
        """

        async def work(connection: "Connection") -> list[Row]:
            cursor = await connection.execute(statement, values, binary=True)
            return await cursor.fetchall()

        return await self._run(work)

    async def changed(self, statement: str, values: Sequence[object]) -> int:
        """How many rows one statement wrote. Raises `Outage` as `rows`."""

        async def work(connection: "Connection") -> int:
            return (await connection.execute(statement, values)).rowcount

        return await self._run(work)

    async def together(self, steps: Sequence[Step]) -> list[Row]:
        """Several statements as one transaction in one round trip; what the last one returns.

        Each sees what others committed before it began, so that a lock taken by the first one
        holds for what the next ones see. Raises `Outage` as `rows`.
        """

        async def work(connection: "Connection") -> list[Row]:
            # A pipeline is one transaction, which ends where the pipeline does.
            async with connection.pipeline():
                cursors = [
                    await connection.execute(statement, values, binary=True)
                    for statement, values in steps
                ]
            last = cursors[-1]
            return await last.fetchall() if last.description else []

        return await self._run(work)

    async def decided(
        self, steps: Sequence[Step], decide: "Callable[[list[Row]], tuple[Sequence[Step], T]]"
    ) -> T:
        """As `together`, and in the same transaction what `decide` makes of what it returned.

        `decide` gives the statements that end the transaction, and what the caller gets. It may be
        asked again, after a rollback; what it raises undoes the transaction and is raised.
        """

        async def work(connection: "Connection") -> T:
            async with connection.pipeline() as pipeline, connection.transaction():
                cursors = [
                    await connection.execute(statement, values, binary=True)
                    for statement, values in steps
                ]
                # So that the server knows that it waits for us: its patience ends with time.
                await pipeline.sync()
                more, answer = decide(await cursors[-1].fetchall())
                for statement, values in more:
                    await connection.execute(statement, values)
            return answer

        return await self._run(work)

    async def close(self) -> None:
        """Disconnect. Idempotent."""
        await self._pool.close()

    async def _run(self, work: "Callable[[Connection], Awaitable[T]]") -> T:
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._connection() as connection:
                    return await work(connection)
            except Exception as error:
                if attempt == _ATTEMPTS or getattr(error, "sqlstate", None) not in _RETRIED:
                    outage = outage_of(error, self._scope)
                    if outage is None:
                        raise
                    raise outage from error
            # Spread out, so that those who met do not meet again.
            await asyncio.sleep(random.uniform(*_AGAIN_S))  # noqa: S311  # guards nothing

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[Connection]":
        """One of the pool, for as long as a call may take."""
        before = _cancellations()
        async with self._pool.connection() as connection:
            if _cancellations() > before:
                # The pool waits by `wait_for`, which in Python 3.11 loses a cancellation that
                # comes together with what it waits for.
                raise asyncio.CancelledError
            with _deadline(connection):
                yield connection


async def open_sessions(address: Address) -> Sessions:
    """Connect, bring the tables up to date, keep a pool.

    Raises:
        ConfigurationError: the server refuses us or cannot hold our tables.
        Outage: it cannot be reached now (scope `store`).
    """
    import psycopg
    from psycopg_pool import AsyncConnectionPool

    await _prepare(address)
    # Each failure of its is one of ours too, and ours says what it means.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

    async def check(connection: "Connection") -> None:
        if _has_hung_up(connection):
            await connection.close()
            await pool.drain()  # the others are of the same age
            raise psycopg.OperationalError("the server has hung up")

    pool: Pool = AsyncConnectionPool(
        address.conninfo(),
        kwargs={"autocommit": True},
        min_size=1,
        max_size=MAX_CONNECTIONS,
        open=False,
        configure=_configure,
        check=check,
        timeout=_POOL_TIMEOUT_S,
        reconnect_timeout=_RECONNECT_S,
        name="careerops",
    )
    await pool.open()
    return Sessions(pool)


def outage_of(error: Exception, scope: str) -> Outage | None:
    """The outage of `scope` that `error` means; None if it is an error of another kind."""
    import psycopg
    from psycopg_pool import PoolClosed

    if isinstance(error, PoolClosed):
        return Outage("the store is closed", scope=scope)
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or ""
    meaning = _DOWN.get(state) or _DOWN.get(state[:2])
    down = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if meaning is None and down and not state:
        meaning = "it cannot be reached: check that it runs"
    if meaning is None:
        return None
    return Outage(f"PostgreSQL cannot be used: {meaning}", scope=scope)


async def _prepare(address: Address) -> None:
    import psycopg

    try:
        connection = await psycopg.AsyncConnection.connect(address.conninfo(), autocommit=True)
    except (psycopg.Error, OSError, ValueError) as error:
        raise address.refusal(error) from None
    try:
        async with connection:
            check_server(connection)
            await _configure(connection)
            with _deadline(connection, _OPENING_S):
                await migrate(connection)
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(
            f"store: {address.database or 'the database'} does not let us create tables:"
            " GRANT CREATE ON DATABASE to our user, or make the schema careerops ours"
        ) from None
    except psycopg.Error as error:
        raise outage_of(error, "store") or error from None


async def _configure(connection: "Connection") -> None:
    with _deadline(connection):
        await connection.execute(_SESSION)


def _cancellations() -> int:
    """How often the current task was told to end."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


@contextmanager
def _deadline(connection: "Connection", seconds: float | None = None) -> Iterator[None]:
    """Hang up on a server that has not answered in time: it may be frozen, or its host gone.

    Cancelling would be the polite way, and waits for the server itself.
    """
    loop = asyncio.get_running_loop()
    timer = loop.call_later(seconds or _DEADLINE_S, _hang_up, connection)
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: "Connection") -> None:
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as theirs, suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)


def _has_hung_up(connection: "Connection") -> bool:
    """Whether something came that nobody asked for; a look at the socket, no round trip."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
