"""A disk that can be full: a small file system in memory (root), else a limit of file sizes.

The first is the real thing, ENOSPC. The second needs no rights: the kernel refuses to let the
process write to any file (RLIMIT_FSIZE, EFBIG), set from outside with prlimit(2) while it runs.
"""

import os
import resource
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

_SIZE_MIB: Final = 64
_BLOCK: Final = 64 * 1024


class Disk(Protocol):
    """Where the database is.

    Attributes:
        folder: for the database.
        how: how it is made full, for the summary.
    """

    folder: Path
    how: str

    def begin(self) -> None:
        """Fill it."""
        ...

    def end(self) -> None:
        """Free it."""
        ...


class SmallDisk:
    """A file system of its own that is filled up."""

    how = "tmpfs filled up (ENOSPC)"

    def __init__(self, folder: Path) -> None:
        """`folder` is where it is mounted."""
        self.folder = folder
        self._filler = folder / "filler"

    def begin(self) -> None:
        """Write until nothing more fits, not even a byte."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (_BLOCK, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def end(self) -> None:
        """Give the space back."""
        self._filler.unlink()


class LimitedFiles:
    """Files that may not grow, for the processes that `pids` names."""

    how = "file size limit (EFBIG)"

    def __init__(self, folder: Path, pids: Callable[[], Iterable[int]]) -> None:
        """Limit the processes that there are when it begins."""
        self.folder = folder
        self._pids = pids
        self._limited: list[int] = []

    def begin(self) -> None:
        """No file may be written any more."""
        self._limited = list(self._pids())
        for pid in self._limited:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def end(self) -> None:
        """Lift it."""
        for pid in self._limited:
            if Path(f"/proc/{pid}").exists():
                unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


@contextmanager
def disk(folder: Path, pids: Callable[[], Iterable[int]]) -> Iterator[Disk]:
    """The best that works here; `folder` must not exist yet."""
    folder.mkdir()
    if os.geteuid() or not _mounted(folder):
        yield LimitedFiles(folder, pids)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mounted(folder: Path) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MIB}m,mode=700", "chaos", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0
