"""What a contender did, one fixed-size line a handled message, written where a kill cannot reach.

Each line goes to the operating system by itself when its message is done, so a SIGKILL of the
contender takes nothing back that had happened. Appending is atomic, so threads and processes of
one contender share a file. Times are of CLOCK_MONOTONIC, which all processes of a machine share.

Standard library only: contenders import it inside environments that hold nothing of ours.
"""

import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_LINE = struct.Struct("<QQdd")
LINE_BYTES = _LINE.size


class Effect(NamedTuple):
    """One run of a handler to its end.

    Attributes:
        id: number of the message in its topic, from 0; aborted ones are from `values.ABORTED` on.
        key: number of its key.
        start, end: seconds of the monotonic clock.
    """

    id: int
    key: int
    start: float
    end: float


class EffectFile:
    """Where a contender writes its effects."""

    def __init__(self, path: Path) -> None:
        """Append to `path`, which a killed predecessor may have begun."""
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def ended(self, number: int, key: int, start: float) -> None:
        """The handler of message `number` that began at `start` has just ended."""
        os.write(self._file, _LINE.pack(number, key, start, time.monotonic()))


class EffectReader:
    """Reads a file of effects while it grows."""

    def __init__(self, path: Path) -> None:
        """Begin with the first line of `path`, which need not exist yet."""
        self._path = path
        self._position = 0

    def count(self) -> int:
        """How many lines there are by now, without reading them."""
        try:
            return self._path.stat().st_size // LINE_BYTES
        except FileNotFoundError:
            return 0

    def more(self) -> Iterator[Effect]:
        """The effects written since the last call."""
        waiting = self.count() * LINE_BYTES - self._position
        if waiting <= 0:
            return
        with self._path.open("rb") as file:
            file.seek(self._position)
            data = file.read(waiting)
        self._position += len(data)
        for fields in _LINE.iter_unpack(data):
            yield Effect(*fields)
