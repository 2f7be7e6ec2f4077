"""Opening the file, and what SQLite's errors mean to us."""

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from careerops.adapters.sqlite.schema import migrate
from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage

T = TypeVar("T")
Op = Callable[[sqlite3.Connection], T]
"""Work on a connection. It may be run again after a rollback, so it has no effect but on it."""

BUSY_TIMEOUT_S: Final = 10.0
_PRIVATE_MODE = 0o600
_OPEN_PATIENCE_S = 30.0
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ROOM_BYTES: Final = 128 * 1024
# On a full disk SQLite cannot make its journal's index, and calls that an error of the disk.
_FOR_WANT_OF_ROOM: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
)
_DOWN: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_IOERR: "the disk fails to read or write: check it",
    sqlite3.SQLITE_READONLY: "the database cannot be written: check its permissions",
    sqlite3.SQLITE_CANTOPEN: "the database's files cannot be opened: check folder and permissions",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_PROTOCOL: "the database's locks are contended",
    sqlite3.SQLITE_BUSY: "another process has kept the database locked: stop it",
    sqlite3.SQLITE_LOCKED: "another process has kept the database locked: stop it",
    sqlite3.SQLITE_CORRUPT: "the database is damaged: restore a backup, or move the file away",
    sqlite3.SQLITE_NOTADB: "the database is damaged: restore a backup, or move the file away",
}


def create(path: Path, topics: Sequence[str]) -> None:
    """Create the file (mode 0600) if it is missing, and its tables.

    Raises:
        ConfigurationError: the path cannot hold our database; one line with the remedy.
    """
    try:
        # Only where it has to be made: closing a descriptor of a file ends all locks that SQLite
        # holds on it for this process.
        if not path.exists() or path.is_dir():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_MODE))
    except OSError as error:
        remedy = "check the path and its permissions"
        if isinstance(error, FileNotFoundError):
            remedy = f"create the folder {path.parent}"
        elif error.errno in _NO_ROOM:
            remedy = "free some space"
        raise ConfigurationError(
            f"the database {path} cannot be opened ({error.strerror}): {remedy}"
        ) from None
    try:
        _patiently(lambda: _prepare(path, topics))
    except ConfigurationError as error:
        raise ConfigurationError(f"the database {path} {error}") from None
    except sqlite3.Error as error:
        if _primary(error) in _FOR_WANT_OF_ROOM and _is_full(path):
            raise ConfigurationError(
                f"the database {path} cannot be used, the disk is full: free some space"
            ) from None
        raise ConfigurationError(
            f"the database {path} cannot be used ({error}): {_remedy(error)}"
        ) from None


def connect(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """A connection as we use it: WAL, synchronous=FULL, transactions only where we say so."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, cached_statements=256
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # 16 MiB of journal and not 4: a page written often is then copied to the file less often.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA secure_delete = ON")  # what retention deletes is gone
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_full(path: Path) -> bool:
    """Whether there is no room for what SQLite puts beside the file: its index of 32 KiB."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _ROOM_BYTES or (room.f_files > 0 and not room.f_favail)


def is_busy(error: BaseException) -> bool:
    """Whether another process held a lock for longer than the busy timeout."""
    return _primary(error) in _BUSY


def translated(error: Exception) -> Exception:
    """What `error` means to callers: an `Outage` of the log, or itself."""
    meaning = _DOWN.get(_primary(error))
    if meaning is None or isinstance(error, CareerOpsError):
        return error
    return Outage(f"the log cannot be used: {meaning}", scope="log")


def _prepare(path: Path, topics: Sequence[str]) -> None:
    connection = connect(path)
    try:
        migrate(connection, topics)
    finally:
        connection.close()


def _patiently(work: Callable[[], None]) -> None:
    """Do `work`, again while other processes that start or stop hold the file locked."""
    deadline = time.monotonic() + _OPEN_PATIENCE_S
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            # Switching to WAL fails at once on a lock: the busy timeout does not apply to it.
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _primary(error: BaseException) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF


def _remedy(error: sqlite3.Error) -> str:
    if _primary(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return "restore a backup, or move the file away"
    return _DOWN.get(_primary(error), "check the file and its folder").partition(": ")[2] or "retry"
