"""Mail from one mbox file: Thunderbird, mutt, a mail spool, a Takeout archive."""

import asyncio
import stat
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from careerops.adapters.mailbox.mbox_position import MboxPosition
from careerops.adapters.mailbox.mbox_scanner import MboxScanner, NotAnMboxError, ScannedMail
from careerops.adapters.mailbox.options import SETTLE_S, FileMailboxOptions
from careerops.adapters.mailbox.telling import Telling
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.mailbox import CaughtUp, FetchedMail

Signature = tuple[int, int, int]

_KIND: Final = "mbox"


class MboxMailbox(Telling):
    """`Mailbox` over an mbox file, in the file's order; cursors are `MboxPosition`s.

    It takes no lock (dot-lock, flock, lockf): it never writes, and a lock would hold up who
    delivers. A mail caught half written is read again when the file has grown.
    """

    Options = FileMailboxOptions

    def __init__(self, options: FileMailboxOptions, context: PartContext) -> None:
        """Read `options.path` for `context.account`."""
        super().__init__()
        self._path = options.path
        self._poll_s = options.poll_s
        self._max_mail_bytes = options.max_mail_bytes
        self._clock = context.clock
        self._account = context.account
        self._log = get_logger("mailbox").bind(source_kind=_KIND, account=context.account)

    @property
    def name(self) -> str:
        """`mbox:<account>:<path>`."""
        return f"{_KIND}:{self._account}:{self._path}"

    async def check(self) -> str:
        """One line about the file.

        Raises:
            ConfigurationError: it is missing, unreadable or no mbox.
            Outage: it cannot be read now.
        """
        size = await asyncio.to_thread(self._inspect)
        return f"{size:,} bytes"

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """See `Mailbox.fetch`."""
        await asyncio.to_thread(self._inspect)
        caught_up = lost = False
        while True:
            signature = await asyncio.to_thread(self._signature)
            try:
                async with aclosing(self._read_on(cursor, follow=follow)) as mails:
                    async for mail in mails:
                        cursor, caught_up = mail.cursor, False
                        self.tell_read(following=False)
                        if mail.locator not in known:
                            yield mail
            except (OSError, NotAnMboxError) as error:
                if isinstance(error, NotAnMboxError) and cursor is not None:
                    # What stood at the position is gone: the file was rewritten behind it.
                    cursor = None
                    continue
                if not follow:
                    raise self._outage(error) from None
                if not lost:
                    self._log.warning(LogEvent.SOURCE_LOST, error_type=type(error).__name__)
                lost = True
                self.tell_lost(f"mbox {self._path}", error)
                await self._clock.sleep(self._poll_s)
                continue
            lost = False
            self.tell_read(following=follow)
            if not caught_up:
                caught_up = True
                yield CaughtUp(cursor)
            if not follow:
                return
            await self._change_since(signature)

    async def _read_on(
        self, cursor: str | None, *, follow: bool
    ) -> AsyncGenerator[FetchedMail, None]:
        """The mails after `cursor` up to the file's end."""
        scanner, position = await asyncio.to_thread(self._open, MboxPosition.parse(cursor))
        seen: Signature | None = None
        try:
            while True:
                mails = await asyncio.to_thread(self._step, scanner, position)
                if mails is None:
                    now = await asyncio.to_thread(self._signature)
                    if not follow or now == seen or _is_settled(now):
                        break
                    seen = now
                    await self._clock.sleep(SETTLE_S)
                    continue
                for mail in mails:
                    yield mail
            for mail in await asyncio.to_thread(self._finish, scanner, position):
                yield mail
        finally:
            scanner.close()

    def _open(self, position: MboxPosition) -> tuple[MboxScanner, MboxPosition]:
        position = position.verified(self._path, self._path.stat().st_size)
        return MboxScanner.open(self._path, position.offset, self._max_mail_bytes), position

    def _step(self, scanner: MboxScanner, position: MboxPosition) -> list[FetchedMail] | None:
        mails = scanner.step()
        return None if mails is None else self._fetched(mails, scanner, position)

    def _finish(self, scanner: MboxScanner, position: MboxPosition) -> list[FetchedMail]:
        return self._fetched(scanner.finish(), scanner, position)

    def _fetched(
        self, mails: list[ScannedMail], scanner: MboxScanner, position: MboxPosition
    ) -> list[FetchedMail]:
        return [
            FetchedMail(
                raw=mail.raw,
                size=mail.size,
                locator=f"{self._path}@{mail.start}",
                cursor=MboxPosition.after(mail, scanner.file_bytes).cursor(),
            )
            for mail in mails
            if not (mail.start == position.offset and mail.end == position.told)
        ]

    async def _change_since(self, signature: Signature) -> None:
        while await asyncio.to_thread(self._signature) == signature:
            await self._clock.sleep(self._poll_s)

    def _signature(self) -> Signature:
        """What differs once the file was written to or replaced; zeros while it is missing."""
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_ino, status.st_size, status.st_mtime_ns)

    def _inspect(self) -> int:
        """The file's size in bytes; raises as `check`."""
        where = f"mbox {self._path}"
        try:
            status = self._path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise ConfigurationError(
                    f'{where} is a folder: use kind = "maildir" or kind = "eml", or name a file'
                )
            if not stat.S_ISREG(status.st_mode):
                raise ConfigurationError(f"{where} is not a regular file: name an mbox file")
            scanner = MboxScanner.open(self._path, 0, self._max_mail_bytes)
            try:
                if scanner.step() is None:
                    scanner.finish()
            finally:
                scanner.close()
        except (FileNotFoundError, NotADirectoryError):
            raise ConfigurationError(f"{where} does not exist: correct `path`") from None
        except PermissionError:
            raise ConfigurationError(f"{where} is not readable: grant read permission") from None
        except NotAnMboxError:
            raise ConfigurationError(
                f"{where} does not begin with a `From ` line, so it is no mbox file; "
                'single mails are kind = "eml"'
            ) from None
        except OSError as error:
            raise self._outage(error) from None
        return status.st_size

    def _outage(self, error: Exception) -> Outage:
        return Outage(
            f"mbox {self._path} cannot be read now ({type(error).__name__})",
            scope=f"mailbox:{_KIND}:{self._account}",
        )


def _is_settled(signature: Signature) -> bool:
    return time.time() - signature[2] / 1e9 >= SETTLE_S
