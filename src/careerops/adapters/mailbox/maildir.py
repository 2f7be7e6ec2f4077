"""Mail from a Maildir (cr.yp.to/proto/maildir.html): one file a mail, in `new` and `cur`."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from careerops.adapters.mailbox.folder import FolderMailbox, MailFile, printable
from careerops.adapters.mailbox.options import FileMailboxOptions
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext

_SUBFOLDERS: Final = ("new", "cur")
_DELIVERED: Final = re.compile(r"\d{1,10}(?=\.)")
_UNDATED_S: Final = 2**40


class MaildirOptions(FileMailboxOptions):
    """Keys of a Maildir.

    Attributes:
        recursive: read the Maildirs inside it as well (Maildir++'s `.Name`, or plain folders).
    """

    recursive: bool = False


class MaildirMailbox(FolderMailbox):
    """`Mailbox` over a Maildir, in order of delivery, which the files' names begin with.

    A locator is the file's base name, before the colon and the flags after it: it stays when
    the mail is moved from `new` to `cur` or flagged. In a subfolder its path stands before it.
    """

    Options = MaildirOptions
    kind = "maildir"

    def __init__(self, options: MaildirOptions, context: PartContext) -> None:
        """Read `options.path` for `context.account`."""
        super().__init__(options, context)
        self._recursive = options.recursive

    def inspect(self) -> None:
        """See `FolderMailbox.inspect`."""
        present = {entry.name for entry in os.scandir(self._path) if entry.is_dir()}
        if not (self._recursive or present.issuperset(_SUBFOLDERS)):
            raise ConfigurationError(
                f"maildir {self._path} has no folders new and cur: name a Maildir,"
                " or add recursive = true"
            )

    def listing(self) -> list[MailFile]:
        """See `FolderMailbox.listing`."""
        found: dict[str, tuple[int, str, MailFile]] = {}
        for folder in self._folders():
            for delivered_s, base, file in self._files(folder):
                found[file.locator] = (delivered_s, base, file)
        return [file for _, _, file in sorted(found.values(), key=lambda item: item[:2])]

    def _folders(self) -> Iterator[Path]:
        if not self._recursive:
            yield self._path
            return
        for place, names, _ in os.walk(self._path, onerror=_raise):
            if names and any(name in names for name in _SUBFOLDERS):
                yield Path(place)
            names[:] = sorted(name for name in names if name not in {*_SUBFOLDERS, "tmp"})

    def _files(self, folder: Path) -> Iterator[tuple[int, str, MailFile]]:
        relative = printable(str(folder.relative_to(self._path)))
        prefix = "" if relative == "." else f"{relative}/"
        label = "INBOX" if relative == "." else relative.lstrip(".")
        # `new` first: what moves to `cur` meanwhile is seen there.
        for subfolder in _SUBFOLDERS:
            try:
                entries = list(os.scandir(folder / subfolder))
            except FileNotFoundError:
                continue
            for entry in entries:
                if entry.name.startswith(".") or not entry.is_file():
                    continue
                base = printable(entry.name.partition(":")[0])
                match = _DELIVERED.match(base)
                delivered_s = int(match[0]) if match else _UNDATED_S
                yield (
                    delivered_s,
                    base,
                    MailFile(
                        locator=prefix + base,
                        path=entry.path,
                        received_at=datetime.fromtimestamp(delivered_s, UTC) if match else None,
                        labels=(label,),
                    ),
                )


def _raise(error: OSError) -> None:
    raise error
