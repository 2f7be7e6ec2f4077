"""Mail from .eml files: one, or all below a folder."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from careerops.adapters.mailbox.folder import FolderMailbox, MailFile, printable
from careerops.adapters.mailbox.options import SETTLE_S, FileMailboxOptions
from careerops.domain.errors import ConfigurationError
from careerops.ops.logevents import LogEvent

_SUFFIX: Final = ".eml"


class EmlMailbox(FolderMailbox):
    """`Mailbox` over .eml files, in order of their paths.

    A locator is path, size and time of the last change: a file written anew is a new mail. While
    following, a file changed less than half a second ago is left until it was not.
    """

    Options = FileMailboxOptions
    kind = "eml"

    def inspect(self) -> None:
        """See `FolderMailbox.inspect`."""
        mode = self._path.stat().st_mode
        if stat.S_ISREG(mode):
            with self._path.open("rb"):
                return
        if not stat.S_ISDIR(mode):
            raise ConfigurationError(f"eml {self._path} is neither a file nor a folder: name one")

    def listing(self) -> list[MailFile]:
        """See `FolderMailbox.listing`."""
        if not self._path.is_dir():
            file = self._file(self._path, self._path.name)
            return [] if file is None else [file]
        return [file for _, file in sorted(self._below(), key=lambda item: item[0])]

    def _below(self) -> Iterator[tuple[str, MailFile]]:
        for place, _, names in os.walk(self._path, onerror=self._unlistable):
            for name in names:
                if name.lower().endswith(_SUFFIX):
                    path = Path(place, name)
                    relative = str(path.relative_to(self._path))
                    file = self._file(path, relative)
                    if file is not None:
                        yield relative, file

    def _file(self, path: Path, relative: str) -> MailFile | None:
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return MailFile(
            locator=f"{printable(relative)};size={status.st_size};mtime_ns={status.st_mtime_ns}",
            path=str(path),
            # A time in the future says nothing about how long ago it was.
            fresh=0 <= time.time() - status.st_mtime_ns / 1e9 < SETTLE_S,
        )

    def _unlistable(self, error: OSError) -> None:
        if error.filename == str(self._path):
            raise error
        self._complain(str(error.filename), error, LogEvent.EMAIL_DEFERRED)
