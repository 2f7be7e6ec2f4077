"""A lock that lasts as long as its process: those who share the file learn of its end at once.

Whether a process of another container lives cannot be looked up by its number, but every process
that can share the file runs under the same kernel, and that knows who holds a lock. Taking one
writes nothing. It lies far beyond the bytes that SQLite itself locks.
"""

import fcntl
import hashlib
import os
import struct
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from careerops.ops.owner import is_gone, is_out_of_sight

_BEYOND: Final = 1 << 50
_FLOCK: Final = struct.Struct("hhqqi4x")  # type, whence, start, length, process
_SET: Final[int | None] = getattr(fcntl, "F_OFD_SETLK", None)
_GET: Final[int | None] = getattr(fcntl, "F_OFD_GETLK", None)


# Closing any descriptor of a file ends the locks that SQLite itself holds on it for this process,
# so none of ours is closed while a database of this process is open on the file.
_open: Final[dict[tuple[int, int], list[int]]] = {}
_living: Final[Counter[tuple[int, int]]] = Counter()


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
        self._place = (0, 0)

    def take(self) -> None:
        """Hold the lock from now on, where the system has such locks and the file is there.

        Before SQLite opens the file, and again where it had to be made. Idempotent.
        """
        if self._file is not None or _SET is None:
            return
        with suppress(OSError):  # then others go by the time at which leases expire
            self._file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            found = os.fstat(self._file)
            self._place = (found.st_dev, found.st_ino)
            _open.setdefault(self._place, []).append(self._file)
            _living[self._place] += 1
            fcntl.fcntl(self._file, _SET, _lock_of(self.owner))

    def release(self) -> None:
        """Let go, after SQLite has closed the file. Idempotent."""
        if self._file is None or _SET is None:
            return
        with suppress(OSError):
            fcntl.fcntl(self._file, _SET, _lock_of(self.owner, fcntl.F_UNLCK))
        self._file = None
        _living[self._place] -= 1
        if not _living[self._place]:
            del _living[self._place]
            for file in _open.pop(self._place):
                os.close(file)

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


def _lock_of(owner: str, kind: int = fcntl.F_WRLCK) -> bytes:
    number = int.from_bytes(hashlib.sha256(owner.encode()).digest()[:5], "big")
    return _FLOCK.pack(kind, os.SEEK_SET, _BEYOND + number, 1, 0)
