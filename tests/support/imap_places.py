"""Around an IMAP server: its adapter with keys for tests, a proxy that cuts, a server that lies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from careerops.adapters.mailbox.imap import ImapMailbox
from careerops.ports.mailbox import Mailbox
from support.adapters import context
from support.dovecot import PASSWORD, Dovecot
from support.mailboxes import Source

PASSWORD_VARIABLE = "CAREEROPS_TEST_IMAP_PASSWORD"

Answer = bytes | Callable[[bytes], bytes]
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def imap_mailbox(port: int, username: str, /, **options: Any) -> ImapMailbox:
    """The adapter for a server on this machine, without TLS, quick to notice and to reconnect."""
    given = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "username": username,
        "poll_s": 0.1,
        "timeout_s": 5,
        "retry_max_s": 0.2,
    } | options
    if "token" not in given:
        given.setdefault("password", f"env:{PASSWORD_VARIABLE}")
    return ImapMailbox(ImapMailbox.Options.model_validate(given), context(real_time=True))


class ImapSource(Source):
    """The INBOX of a user of its own."""

    kind = "imap"

    def __init__(self, server: Dovecot) -> None:
        self.server = server
        self.user = server.add_user(PASSWORD)

    def deliver(self, raw: bytes) -> None:
        """See `Source`."""
        self.deliver_all([raw])

    def deliver_all(self, mails: Iterable[bytes]) -> None:
        """See `Source`."""
        self.server.append(self.user, *mails)

    def snapshot(self) -> Mapping[str, object]:
        """See `Source`."""
        return self.server.mail_files(self.user)

    def mailbox(self, **options: Any) -> Mailbox:
        """See `Source`."""
        return imap_mailbox(self.server.port, self.user, **options)

    def missing(self) -> tuple[Mailbox, str]:
        """See `Source`."""
        return imap_mailbox(self.server.port, self.user, folders=["Nowhere"]), "Nowhere"


class Proxy:
    """Passes bytes between a client and a server, until told not to.

    Attributes:
        port: where to connect to.
        connections: how many there have been.
        upstream, downstream: bytes passed to the server, to the client.
        cut_after: cut each connection once it has passed so many bytes to the client.
    """

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.connections = 0
        self.upstream = bytearray()
        self.downstream = 0
        self.cut_after: int | None = None
        self._stalled: set[asyncio.StreamWriter] = set()
        self._target_port = target_port
        self._writers: set[asyncio.StreamWriter] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, target_port: int) -> AsyncIterator[Self]:
        """A running proxy."""
        proxy = cls(target_port)
        server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        async with server:
            try:
                yield proxy
            finally:
                proxy.cut()

    def cut(self) -> None:
        """Reset every connection there is."""
        for writer in list(self._writers):
            writer.transport.abort()

    def stall(self) -> None:
        """Pass nothing any more on the connections there are, and close nothing: half-open."""
        self._stalled |= self._writers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            server_reader, server_writer = await asyncio.open_connection(
                "127.0.0.1", self._target_port
            )
        except OSError:
            writer.transport.abort()
            return
        writers = {writer, server_writer}
        self._writers |= writers
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass_up(reader, server_writer))
                tasks.create_task(self._pass_down(server_reader, writer))
        except* (ConnectionError, EOFError):
            pass
        finally:
            self._writers -= writers
            for each in writers:
                each.transport.abort()

    async def _pass_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.upstream += data
            if writer not in self._stalled:
                writer.write(data)
                await writer.drain()
        raise EOFError

    async def _pass_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        while data := await reader.read(4096):
            if writer in self._stalled:
                continue
            if self.cut_after is not None and passed + len(data) > self.cut_after:
                writer.write(data[: self.cut_after - passed])
                await writer.drain()
                raise ConnectionResetError
            passed += len(data)
            self.downstream += len(data)
            writer.write(data)
            await writer.drain()
        raise EOFError


@asynccontextmanager
async def scripted_server(script: Script) -> AsyncIterator[int]:
    """A server on this machine that does what `script` says with each connection; its port."""
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for writer in writers:
                writer.transport.abort()


async def answer_commands(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answers: Mapping[bytes, Answer],
) -> None:
    """Greet, then answer each command by the first key its text starts with, after its tag.

    In an answer `TAG` stands for the tag. What has no answer is answered OK. A callable answer is
    given the command's text; an empty one means to hang up.
    """
    writer.write(b"* OK ready\r\n")
    while line := await reader.readline():
        tag, _, text = line.strip().partition(b" ")
        answer = next(
            (answers[key] for key in answers if text.upper().startswith(key)), b"TAG OK done\r\n"
        )
        if callable(answer):
            answer = answer(text)
        if not answer:
            return
        writer.write(answer.replace(b"TAG", tag))
        await writer.drain()
