"""Mail from an archive: Google Takeout's .zip, or any .zip of mbox and .eml files."""

import asyncio
import json
import zipfile
import zlib
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import closing
from typing import Final

from careerops.adapters.mailbox.mbox_scanner import MboxScanner, NotAnMboxError, ScannedMail
from careerops.adapters.mailbox.options import HEAD_BYTES, MailboxOptions
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.paths import ConfigPath
from careerops.ports.mailbox import CaughtUp, FetchedMail

_KIND: Final = "takeout"
_MAX_MEMBERS: Final = 100_000
_MAX_RATIO: Final = 500
"""Text compresses to a fifth or a tenth; deflate's limit, only bombs come near it, is 1032."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class TakeoutOptions(MailboxOptions):
    """Keys of an archive.

    Attributes:
        path: the .zip file.
    """

    path: ConfigPath


class TakeoutMailbox:
    """`Mailbox` over the mbox and .eml members of a .zip, in the archive's order.

    Members are read as a stream: nothing is unpacked to disk, and no more than one mail and a
    block is held. An archive does not change, so following it ends nowhere and yields no more.
    Cursors are JSON: the member's number, and the offset of the next mail inside it.
    """

    Options = TakeoutOptions

    def __init__(self, options: TakeoutOptions, context: PartContext) -> None:
        """Read `options.path` for `context.account`."""
        self._path = options.path
        self._max_mail_bytes = options.max_mail_bytes
        self._account = context.account
        self._log = get_logger("mailbox").bind(source_kind=_KIND, account=context.account)

    @property
    def name(self) -> str:
        """`takeout:<account>:<path>`."""
        return f"{_KIND}:{self._account}:{self._path}"

    async def check(self) -> str:
        """One line about the archive.

        Raises:
            ConfigurationError: it is missing, unreadable, no .zip, or holds no mail.
        """
        members = await asyncio.to_thread(self._members)
        size = sum(member.file_size for member in members)
        return f"{len(members)} mail files, {size:,} bytes unpacked"

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """See `Mailbox.fetch`."""
        await asyncio.to_thread(self._members)
        mails = self._read(*_parse(cursor))
        try:
            while batch := await asyncio.to_thread(self._next, mails):
                for mail in batch:
                    cursor = mail.cursor
                    if mail.locator not in known:
                        yield mail
        finally:
            await asyncio.to_thread(mails.close)
        yield CaughtUp(cursor)
        if follow:
            await asyncio.Event().wait()

    def _next(self, mails: Iterator[list[FetchedMail]]) -> list[FetchedMail]:
        try:
            return next((batch for batch in mails if batch), [])
        except OSError as error:
            raise Outage(
                f"takeout {self._path} cannot be read now ({type(error).__name__})",
                scope=f"mailbox:{_KIND}:{self._account}",
            ) from None

    def _read(self, first: int, offset: int) -> Generator[list[FetchedMail], None, None]:
        """Batches of mails from member number `first`, in it from `offset`."""
        with zipfile.ZipFile(self._path) as archive:
            for number, member in enumerate(self._mail_members(archive)):
                if number < first:
                    continue
                start = offset if number == first else 0
                try:
                    if member.filename.lower().endswith(".eml"):
                        yield [self._single(archive, number, member)]
                    else:
                        yield from self._mbox(archive, number, member, start)
                except (NotAnMboxError, *_BROKEN) as error:
                    # One broken member does not keep the others from being read.
                    self._log.warning(LogEvent.EMAIL_SKIPPED, error_type=type(error).__name__)

    def _single(
        self, archive: zipfile.ZipFile, number: int, member: zipfile.ZipInfo
    ) -> FetchedMail:
        whole = member.file_size <= self._max_mail_bytes
        with archive.open(member) as file:
            raw = file.read(member.file_size if whole else HEAD_BYTES)
        cursor = _cursor(number + 1, 0)
        return FetchedMail(raw, member.file_size, f"{self._path}!{member.filename}", cursor)

    def _mbox(
        self, archive: zipfile.ZipFile, number: int, member: zipfile.ZipInfo, offset: int
    ) -> Iterator[list[FetchedMail]]:
        def fetched(mails: list[ScannedMail]) -> list[FetchedMail]:
            return [
                FetchedMail(
                    raw=mail.raw,
                    size=mail.size,
                    locator=f"{self._path}!{member.filename}@{mail.start}",
                    cursor=_cursor(number + mail.last, 0 if mail.last else mail.following),
                )
                for mail in mails
            ]

        opened = archive.open(member)
        scanner = MboxScanner(opened, member.file_size, offset, self._max_mail_bytes)
        with closing(scanner):
            while (mails := scanner.step()) is not None:
                yield fetched(mails)
            yield fetched(scanner.finish())

    def _members(self) -> list[zipfile.ZipInfo]:
        """The members that hold mail; raises as `check`."""
        where = f"takeout {self._path}"
        try:
            with zipfile.ZipFile(self._path) as archive:
                members = self._mail_members(archive)
        except FileNotFoundError:
            raise ConfigurationError(f"{where} does not exist: correct `path`") from None
        except (zipfile.BadZipFile, IsADirectoryError):
            raise ConfigurationError(f"{where} is no .zip archive: download it again") from None
        except PermissionError:
            raise ConfigurationError(f"{where} is not readable: grant read permission") from None
        if not members:
            raise ConfigurationError(f"{where} holds no mbox or .eml file: export mail with it")
        return members

    def _mail_members(self, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        listed = archive.infolist()
        if len(listed) > _MAX_MEMBERS:
            raise ConfigurationError(
                f"takeout {self._path} holds more than {_MAX_MEMBERS} files: split it"
            )
        members = [m for m in listed if m.filename.lower().endswith((".mbox", ".eml"))]
        for member in members:
            if member.file_size > _MAX_RATIO * max(member.compress_size, 1):
                raise ConfigurationError(
                    f"takeout {self._path}: a member unpacks to over {_MAX_RATIO} times its size: "
                    "this is no mail"
                )
        return members


def _cursor(member: int, offset: int) -> str:
    return f'{{"member":{member},"offset":{offset}}}'


def _parse(cursor: str | None) -> tuple[int, int]:
    """Member number and offset; the archive's start if the cursor is None or not one of ours."""
    try:
        fields = json.loads(cursor or "{}")
        member, offset = int(fields["member"]), int(fields["offset"])
    except (ValueError, KeyError, TypeError):
        return 0, 0
    return (member, offset) if member >= 0 and offset >= 0 else (0, 0)
