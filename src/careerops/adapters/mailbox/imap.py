"""Mail from an IMAP server, read and never touched: EXAMINE and BODY.PEEK, no flag is set.

Presets for known providers are documentation; every server is reached by the same keys.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

from careerops.adapters.mailbox.imap_channel import ConnectionLostError
from careerops.adapters.mailbox.imap_client import RefusedError
from careerops.adapters.mailbox.imap_folder import FolderReader, FolderRefusedError
from careerops.adapters.mailbox.imap_login import CredentialsError, log_in
from careerops.adapters.mailbox.imap_options import ImapOptions
from careerops.adapters.mailbox.imap_position import FolderPosition, make_cursor, parse_cursor
from careerops.domain.errors import ConfigurationError, Outage, Throttled
from careerops.ops.context import PartContext
from careerops.ops.http import is_loopback
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.mailbox import CaughtUp, FetchedMail, MailboxState, Standing

_KIND: Final = "imap"
_FAILURES = (ConfigurationError, ConnectionLostError, CredentialsError, FolderRefusedError)
_WHY: Final = {
    "certificate": "its certificate is not valid for this host; with a CA of your own set ca_file",
    "tls": 'TLS failed; try tls = "starttls", or another port',
    "no_starttls": 'it offers no STARTTLS; try tls = "implicit"',
    "unreachable": "no connection; check host, port and network",
    "not_imap": "what answers there is no IMAP server; check the port",
    "login_disabled": "it allows no password here; use TLS",
    "timeout": "it does not answer in time",
    "silence": "it does not answer in time",
    "bye": "it turns us away",
    "refused_now": "it is busy, or we have asked too much of it: it serves us nothing for now",
    "undelivered": "it does not hand over a mail that it has",
}
_SECRET_EVERY_S: Final = 30.0


class ImapMailbox:
    """`Mailbox` over folders of an IMAP server; a cursor is a `FolderPosition` a folder.

    A first sync tells recent mails first, in order of their UIDs, and history after them. All
    folders are read by one loop in turn, each over a connection of its own, so that each can IDLE.
    """

    Options = ImapOptions

    def __init__(self, options: ImapOptions, context: PartContext) -> None:
        """Read `options.folders` for `context.account`."""
        self._options = options
        self._account = context.account
        self._tell: Callable[[Standing], None] | None = None
        self._troubles: dict[str, Standing] = {}
        self._log = get_logger("mailbox").bind(source_kind=_KIND, account=context.account)

    @property
    def name(self) -> str:
        """`imap:<account>:<user>@<host>:<port>`."""
        options = self._options
        return f"{_KIND}:{self._account}:{options.username}@{options.host}:{options.server_port}"

    @property
    def retry_max_s(self) -> float:
        """As configured; a refused login rests for up to twelve times as long."""
        return self._options.retry_max_s

    def watch(self, tell: Callable[[Standing], None]) -> None:
        """See `MendingMailbox.watch`."""
        self._tell = tell

    async def secret_changed(self) -> bool:
        """See `MendingMailbox.secret_changed`; the new one is what the next login uses."""
        secret = self._options.password or self._options.token
        return secret is not None and await asyncio.to_thread(secret.refresh)

    def egress(self) -> str:
        """The host that the credentials go to; '' for a server on this machine."""
        return "" if is_loopback(self._options.host) else self._options.host

    async def check(self) -> str:
        """One line about the folders.

        Raises:
            ConfigurationError: the server refuses user, secret or folder, or its certificate.
            Outage: it cannot be reached.
        """
        try:
            return await self._examine_all()
        except (*_FAILURES, RefusedError) as error:
            if isinstance(error, ConnectionLostError) and error.reason == "certificate":
                raise ConfigurationError(self._explained(error)) from None
            raise self._error(error, "one of its folders") from None

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """See `Mailbox.fetch`."""
        positions = parse_cursor(cursor)
        activity = asyncio.Event()
        readers = [
            FolderReader(
                folder,
                positions.get(folder),
                options=self._options,
                known=known,
                activity=activity,
                log=self._log,
                follow=follow,
            )
            for folder in self._options.folders
        ]
        started = False
        news = True
        self._troubles.clear()
        async with AsyncExitStack() as stack:
            for reader in readers:
                stack.push_async_callback(reader.drop)
            while True:
                activity.clear()
                for reader in readers:
                    served = reader.served
                    given = await self._step(reader, mend=follow and started)
                    if reader.served != served:
                        self._note_served(readers, reader, follow=follow)
                    for position, mail in given:
                        positions[reader.folder] = reader.position = position
                        if mail is not None:
                            started = news = True
                            yield replace(mail, cursor=make_cursor(positions))
                if all(reader.caught_up for reader in readers):
                    positions |= _positions(readers)
                    if news:
                        started, news = True, False
                        yield CaughtUp(make_cursor(positions))
                    if not follow:
                        return
                await self._rest(readers, activity)

    async def _step(
        self, reader: FolderReader, *, mend: bool
    ) -> list[tuple[FolderPosition, FetchedMail | None]]:
        """One step of a reader; with `mend` a failure is logged and leads to a new connection."""
        try:
            return await reader.step()
        except _FAILURES as error:
            await reader.drop()
            if not mend:
                raise self._error(error, f"the folder {reader.folder}") from None
            lost = isinstance(error, ConnectionLostError)
            delay_s = reader.retry_later(slowly=not lost)
            self._note_trouble(reader.folder, self._error(error, f"the folder {reader.folder}"))
            write = self._log.warning if lost else self._log.error
            write(
                LogEvent.SOURCE_LOST,
                error_type=type(error).__name__,
                reason=error.reason if isinstance(error, ConnectionLostError) else "refused",
                scope=self._scope,
                delay_s=round(delay_s, 1),
            )
            return []

    def _note_served(
        self, readers: Sequence[FolderReader], reader: FolderReader, *, follow: bool
    ) -> None:
        """A folder is read; the mailbox is when all are."""
        self._troubles.pop(reader.folder, None)
        if self._tell is None or self._troubles:
            return
        done = follow and all(each.caught_up for each in readers)
        self._tell(Standing(MailboxState.FOLLOWING if done else MailboxState.READING))

    def _note_trouble(self, folder: str, error: ConfigurationError | Outage) -> None:
        state = MailboxState.DOWN
        if isinstance(error, ConfigurationError):
            state = MailboxState.REFUSED
        elif isinstance(error, Throttled):
            state = MailboxState.THROTTLED
        self._troubles[folder] = standing = Standing(state, str(error))
        if self._tell is not None:
            self._tell(standing)

    async def _rest(self, readers: Sequence[FolderReader], activity: asyncio.Event) -> None:
        """Wait until a server tells something or a reader is due."""
        due = [reader.rests_until for reader in readers if reader.rests_until is not None]
        if len(due) < len(readers):
            return
        until = min(due)
        refused = any(each.state is MailboxState.REFUSED for each in self._troubles.values())
        if refused:
            until = min(until, asyncio.get_running_loop().time() + _SECRET_EVERY_S)
        try:
            async with asyncio.timeout_at(until):
                await activity.wait()
        except TimeoutError:
            if refused and await self._new_secret():
                for reader in readers:
                    if reader.folder in self._troubles:
                        reader.rests_until = None

    async def _new_secret(self) -> bool:
        try:
            return await self.secret_changed()
        except ConfigurationError:
            return False  # it cannot be read at the moment

    async def _examine_all(self) -> str:
        client = await log_in(self._options, asyncio.Event())
        try:
            counts = [
                f"{folder} of {self._options.host}: {(await client.examine(folder)).mails:,} mails"
                for folder in self._options.folders
            ]
            idle = "yes" if b"IDLE" in client.capabilities else "no"
        finally:
            await client.close()
        return f"{', '.join(counts)}, IDLE {idle}"

    @property
    def _scope(self) -> str:
        return f"mailbox:{_KIND}:{self._account}"

    def _error(self, error: Exception, folder: str) -> ConfigurationError | Outage:
        """What the contract has for `error`, in one line with the remedy."""
        host = self._options.host
        if isinstance(error, ConfigurationError):
            return error
        if isinstance(error, CredentialsError):
            which = "password" if self._options.token is None else "token"
            return ConfigurationError(
                f"imap {host} refuses the username or the {which}; correct them: many providers"
                " want one made for this application alone"
            )
        if isinstance(error, ConnectionLostError):
            kind = Throttled if error.reason == "refused_now" else Outage
            return kind(self._explained(error), scope=self._scope)
        return ConfigurationError(f"imap {host} does not open {folder}: correct `folders`")

    def _explained(self, error: ConnectionLostError) -> str:
        why = _WHY.get(error.reason, f"the connection was lost ({error.reason})")
        return f"imap {self._options.host}: {why}"


def _positions(readers: Sequence[FolderReader]) -> dict[str, FolderPosition]:
    return {reader.folder: reader.position for reader in readers if reader.position is not None}
