"""Mail that lies in files of its own: what Maildirs and folders of .eml files share."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import ClassVar, Final

from careerops.adapters.mailbox.options import HEAD_BYTES, SETTLE_S, FileMailboxOptions
from careerops.adapters.mailbox.telling import Telling
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.mailbox import CaughtUp, FetchedMail

_MAX_FAILURES: Final = 3
_BATCH_MAILS: Final = 64
_BATCH_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MailFile:
    """A mail in a file of its own.

    Attributes:
        locator: names it for good, wherever its file is moved to.
        path: where it was a moment ago.
        received_at, labels: as in `FetchedMail`.
        fresh: it was written to just now and may not be complete.
    """

    locator: str
    path: str
    received_at: datetime | None = None
    labels: tuple[str, ...] = ()
    fresh: bool = False


class FolderMailbox(Telling, ABC):
    """`Mailbox` over files, by listing: no cursors, what was read is known by its locator.

    A file that cannot be read is logged once, left out and tried again with the next listing.
    """

    kind: ClassVar[str]

    def __init__(self, options: FileMailboxOptions, context: PartContext) -> None:
        """Read `options.path` for `context.account`."""
        super().__init__()
        self._broken: Exception | None = None
        self._path: Path = options.path
        self._poll_s = options.poll_s
        self._max_mail_bytes = options.max_mail_bytes
        self._clock = context.clock
        self._account = context.account
        self._log = get_logger("mailbox").bind(source_kind=self.kind, account=context.account)
        self._complained: set[str] = set()

    @property
    def name(self) -> str:
        """`<kind>:<account>:<path>`."""
        return f"{self.kind}:{self._account}:{self._path}"

    @abstractmethod
    def listing(self) -> list[MailFile]:
        """Every mail there is, in the source's order.

        Raises:
            OSError: the folder cannot be listed.
        """

    @abstractmethod
    def inspect(self) -> None:
        """Look whether the place is what it is configured to be.

        Raises:
            ConfigurationError: it is not.
            OSError: it cannot be looked at.
        """

    async def check(self) -> str:
        """One line about the place.

        Raises:
            ConfigurationError: it is missing, unreadable or of another kind.
            Outage: it cannot be read now.
        """
        return f"{len(await asyncio.to_thread(self._inspected)):,} mails"

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """See `Mailbox.fetch`; there are no cursors."""
        del cursor
        await asyncio.to_thread(self._inspected)
        told = set(known)
        caught_up = False
        while True:
            failures: Counter[str] = Counter()
            while True:
                files, fresh = await asyncio.to_thread(self._waiting, told, failures, follow=follow)
                if not files:
                    break
                while files:
                    for mail in await asyncio.to_thread(self._read_some, files, failures):
                        told.add(mail.locator)
                        caught_up = False
                        self.tell_read(following=False)
                        yield mail
            if self._broken is not None:
                self.tell_lost(f"{self.kind} {self._path}", self._broken)
            else:
                self.tell_read(following=follow and not fresh)
            if not (caught_up or fresh):
                caught_up = True
                yield CaughtUp()
            if not follow:
                return
            await self._clock.sleep(min(SETTLE_S, self._poll_s) if fresh else self._poll_s)

    def _inspected(self) -> list[MailFile]:
        """The listing of a place found in order; raises as `check`."""
        where = f"{self.kind} {self._path}"
        try:
            self.inspect()
            return self.listing()
        except (FileNotFoundError, NotADirectoryError):
            raise ConfigurationError(f"{where} does not exist: correct `path`") from None
        except PermissionError:
            raise ConfigurationError(f"{where} is not readable: grant read permission") from None
        except OSError as error:
            raise self._outage(error) from None

    def _waiting(
        self, told: set[str], failures: Counter[str], *, follow: bool
    ) -> tuple[deque[MailFile], bool]:
        """The files to read now, and whether there is something to come back for soon.

        A listing may miss a file that is renamed meanwhile (POSIX leaves it open), and a file may
        have moved before it is read: so the caller asks again until nothing is left.
        """
        try:
            if follow:
                self.inspect()  # a place that is away may look like one that is empty
            listing = self.listing()
        except (OSError, ConfigurationError) as error:
            if not follow:
                raise self._outage(error) from None
            self._complain(str(self._path), error, LogEvent.SOURCE_LOST)
            self._broken = error
            return deque(), True
        self._broken = None
        self._complained.discard(str(self._path))
        files = [
            file
            for file in listing
            if file.locator not in told and failures[file.locator] < _MAX_FAILURES
        ]
        complete = deque(file for file in files if not (follow and file.fresh))
        return complete, len(complete) < len(files)

    def _read_some(self, files: deque[MailFile], failures: Counter[str]) -> list[FetchedMail]:
        """Take files from the left of `files` and read them, up to the limits of a batch."""
        mails: list[FetchedMail] = []
        size = 0
        while files and len(mails) < _BATCH_MAILS and size < _BATCH_BYTES:
            file = files.popleft()
            try:
                mail = self._read(file)
            except FileNotFoundError:
                # Moved between new and cur, or deleted: the next listing tells which.
                failures[file.locator] += 1
            except OSError as error:
                failures[file.locator] = _MAX_FAILURES
                self._complain(file.locator, error, LogEvent.EMAIL_DEFERRED)
            else:
                self._complained.discard(file.locator)
                mails.append(mail)
                size += len(mail.raw)
        return mails

    def _read(self, file: MailFile) -> FetchedMail:
        # O_NONBLOCK: a pipe that took the file's place must not hold us up.
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123  # a descriptor, not a path
            size = os.fstat(descriptor).st_size
            raw = _read_up_to(stream, HEAD_BYTES if size > self._max_mail_bytes else size)
        return FetchedMail(
            raw=raw,
            size=size,
            locator=file.locator,
            received_at=file.received_at,
            labels=file.labels,
        )

    def _complain(self, about: str, error: Exception, event: LogEvent) -> None:
        if about not in self._complained:
            self._complained.add(about)
            self._log.warning(event, error_type=type(error).__name__)

    def _outage(self, error: Exception) -> Outage:
        return Outage(
            f"{self.kind} {self._path} cannot be read now ({type(error).__name__})",
            scope=f"mailbox:{self.kind}:{self._account}",
        )


def printable(path: str) -> str:
    """A file's name as text that can be stored: bytes that are not UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _read_up_to(stream: FileIO, size: int) -> bytes:
    """At most `size` bytes; a read may return fewer than it was asked for."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
