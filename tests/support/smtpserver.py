"""An SMTP server in a thread, for tests of the installed command."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from functools import partial
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Delivering:
    """Takes every login and message, and hands each message on.

    Attributes:
        deliver: called with each recipient and the message's bytes, if given.
        taken: what was taken, parsed.
    """

    def __init__(self, deliver: Callable[[str, bytes], None] | None = None) -> None:
        self.deliver = deliver
        self.taken: list[Message] = []
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the server's name for it
        """Take it and deliver it; the thread is the server's own, so it may wait."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        for recipient in envelope.rcpt_tos if self.deliver else ():
            self.deliver(recipient, raw)
        self.taken.append(message_from_bytes(raw, policy=default))
        return "250 OK"

    def authenticate(self, *given: Any) -> AuthResult:
        """Everybody may."""
        return AuthResult(success=True)


@contextmanager
def delivering(handler: Delivering) -> Iterator[Delivering]:
    """The server on a free port of loopback while the block runs."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    accept = partial(
        SMTP, handler, loop=loop, hostname="mx.example",
        authenticator=handler.authenticate, auth_require_tls=False,
    )  # fmt: skip

    async def listen() -> asyncio.Server:
        return await loop.create_server(accept, "127.0.0.1", 0)

    async def end(server: asyncio.Server) -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
