"""A lock that lasts as long as its process: those who share the file learn of its end at once.

Whether a process of another container lives cannot be looked up by its number, but every process
that can share the file runs under the same kernel, and that knows who holds a lock. Taking one
writes nothing. It lies far beyond the bytes that SQLite itself locks.
"""

import fcntl
import hashlib
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from careerops.ops.owner import is_gone, is_out_of_sight

_BEYOND: Final = 1 << 50
_FLOCK: Final = struct.Struct("hhqqi4x")  # type, whence, start, length, process
_SET: Final[int | None] = getattr(fcntl, "F_OFD_SETLK", None)
_GET: Final[int | None] = getattr(fcntl, "F_OFD_GETLK", None)


class Life:
    """One process on one file: its lock, and what it sees of the others.

    Attributes:
        owner: the process, as leases name it.
        path: the file.
    """

    def __init__(self, path: Path, owner: str) -> None:
        """Nothing is locked before `take`."""
        self.owner = owner
        self.path = path
        self._journal = path.with_name(f"{path.name}-wal")
        self._file: int | None = None

    def take(self) -> None:
        """Hold the lock from now on, where the system has such locks."""
        if self._file is None and _SET is not None:
            with suppress(OSError):  # then others go by the time at which leases expire
                self._file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
                fcntl.fcntl(self._file, _SET, _lock_of(self.owner))

    def release(self) -> None:
        """Let go. Only after SQLite has closed the file: closing it ends SQLite's own locks."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def is_gone(self, owner: str) -> bool:
        """Whether `owner` is a process that surely exists no more; False when it cannot be told."""
        return is_gone(owner) or (is_out_of_sight(owner) and self._is_unlocked(owner))

    def traces(self) -> object:
        """Something that is equal while nobody has written, but for what came in one moment.

        One look at the journal's length and time, in microseconds.
        """
        try:
            found = self._journal.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _is_unlocked(self, owner: str) -> bool:
        if self._file is None or _GET is None:
            return False
        try:
            answer = fcntl.fcntl(self._file, _GET, _lock_of(owner))
        except OSError:
            return False
        kind: int = _FLOCK.unpack(answer)[0]
        return kind == fcntl.F_UNLCK


def _lock_of(owner: str) -> bytes:
    number = int.from_bytes(hashlib.sha256(owner.encode()).digest()[:5], "big")
    return _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _BEYOND + number, 1, 0)
