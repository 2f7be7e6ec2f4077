"""Notifications as lines of a file: each is exactly the notification's JSON.

A line is appended with one write and is durable when `send` returns. What a crash left of a line
is mended before the next one is appended: a whole object gets its newline, a torn one is cut off
(its `send` never returned, so that the ledger knows it as unknown).
"""

import asyncio
import fcntl
import json
import os
import stat
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from careerops.domain.errors import ConfigurationError, Outage
from careerops.domain.notification import Notification
from careerops.ops.context import PartContext
from careerops.ops.paths import PRIVATE_MODE, ConfigPath

_BLOCK_BYTES: Final = 64 * 1024


class JsonlOptions(BaseModel):
    """`[[notifier]] kind = "jsonl"`: the file, which several accounts may share."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: ConfigPath = Path("notifications.jsonl")


class JsonlNotifier:
    """A `Notifier` that appends to a file."""

    Options = JsonlOptions

    def __init__(self, options: JsonlOptions, context: PartContext) -> None:
        """Create the file at the first notification.

        Raises:
            ConfigurationError: its folder does not exist.
        """
        self._path = options.path
        self._channel = context.name or "jsonl"
        self._writing = asyncio.Lock()
        if not self._path.parent.is_dir():
            raise ConfigurationError(f"path: the folder of {self._path.name} is missing: create it")

    @property
    def channel(self) -> str:
        """The part's name, by default its kind."""
        return self._channel

    def egress(self) -> str:
        """Nothing leaves the machine."""
        return ""

    async def check(self) -> str:
        """Whether the file, or its folder, can be written.

        Raises:
            ConfigurationError: it cannot.
        """
        if self._path.is_dir():
            raise ConfigurationError(f"path: {self._path} is a folder: name a file in it")
        place = self._path if self._path.exists() else self._path.parent
        if not os.access(place, os.W_OK):
            raise ConfigurationError(f"{self._channel}: {place} is not writable: change its mode")
        return f"{self._channel}: appends to {self._path}"

    async def send(self, notification: Notification) -> None:
        """Append a line; returns when it is durable.

        Raises:
            Outage: the file cannot be written (a full disk, a missing folder).
        """
        line = notification.model_dump_json().encode() + b"\n"
        async with self._writing:
            try:
                await asyncio.to_thread(_append, self._path, line)
            except OSError as error:
                message = (
                    f"{self._path.name} cannot be written ({error.strerror}): make room for it"
                )
                raise Outage(message, scope=f"channel:{self._channel}") from None

    async def close(self) -> None:
        """Hold nothing: the file is closed after each line."""


def _append(path: Path, line: bytes) -> None:
    file, created = _open(path)
    try:
        # Other processes may append to the same file; none may mend while another writes.
        fcntl.flock(file, fcntl.LOCK_EX)
        _mend(file)
        before = os.fstat(file).st_size
        try:
            _write_all(file, line)
            os.fsync(file)
        except OSError:
            # Half a line of a full disk: what was there before is whole again.
            os.ftruncate(file, before)
            raise
    finally:
        os.close(file)
    if created:
        _sync_folder(path.parent)


def _open(path: Path) -> tuple[int, bool]:
    """The file, open for appending, and whether it is new."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, PRIVATE_MODE), True
    except FileExistsError:
        file = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(0, "it is no regular file")
    return file, False


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _mend(file: int) -> None:
    """Make the file end with a newline: complete its last line, or cut it off."""
    size = os.fstat(file).st_size
    if size == 0 or os.pread(file, 1, size - 1) == b"\n":
        return
    start = _last_line_start(file, size)
    if _is_object(os.pread(file, size - start, start)):
        _write_all(file, b"\n")
    else:
        os.ftruncate(file, start)


def _last_line_start(file: int, size: int) -> int:
    position = size
    while position > 0:
        block_start = max(0, position - _BLOCK_BYTES)
        newline = os.pread(file, position - block_start, block_start).rfind(b"\n")
        if newline >= 0:
            return block_start + newline + 1
        position = block_start
    return 0


def _is_object(tail: bytes) -> bool:
    try:
        return isinstance(json.loads(tail), dict)
    except (ValueError, RecursionError):
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
