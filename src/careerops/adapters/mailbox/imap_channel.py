"""A connection to an IMAP server as lines and literals, in bounded memory and time.

Own code and not `asyncio.StreamReader`, because one waiting place has to notice data on any of
several connections (`activity`), and because what is buffered when TLS starts must be known.
"""

import asyncio
import socket
import ssl
from typing import Final, Self

MAX_LINE_BYTES: Final = 8 * 1024 * 1024
"""The answer to a search is one line: a million UIDs of seven digits fit."""
_HIGH_WATER_BYTES: Final = 256 * 1024
_MAX_IDLE_LINE_BYTES: Final = 64 * 1024
_CLOSE_S: Final = 1.0


class ConnectionLostError(Exception):
    """The connection ended, failed or fell silent. `reason` is a short word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProtocolError(ConnectionLostError):
    """The server sent what no IMAP server sends, or more than it may; the connection is over."""


class Channel(asyncio.Protocol):
    """Reads lines and literals, writes bytes. One reader at a time.

    What arrives unasked is held up to 256 KiB; beyond, the server is not read from until somebody
    reads. Every wait ends with `ConnectionLostError` when the connection does.
    """

    def __init__(self, activity: asyncio.Event, silence_s: float) -> None:
        """Set `activity` whenever something arrives or the connection ends.

        A read ends with `ConnectionLostError` when nothing arrives for `silence_s`.
        """
        self._activity = activity
        self._silence_s = silence_s
        self._buffer = bytearray()
        self._scanned = 0
        self._wanted = 0
        self._arrived = asyncio.Event()
        self._closed = asyncio.Event()
        self._paused = False
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        activity: asyncio.Event,
        silence_s: float,
    ) -> Self:
        """Connect, with TLS from the first byte if `context` is given.

        Raises:
            OSError: no connection, or TLS failed.
        """
        loop = asyncio.get_running_loop()
        _, channel = await loop.create_connection(
            lambda: cls(activity, silence_s),
            host,
            port,
            ssl=context,
            server_hostname=host if context else None,
            happy_eyeballs_delay=0.25,
        )
        return channel

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS.

        Raises:
            OSError: TLS failed.
            ProtocolError: the server sent more before: it would be taken for protected
                (CVE-2011-0411).
        """
        if self._buffer:
            raise ProtocolError("data_before_tls")
        transport = await asyncio.get_running_loop().start_tls(
            self._live(), self, context, server_hostname=host
        )
        if transport is None:
            raise ConnectionLostError("closed")
        self._transport = transport

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; ask the system to notice a dead peer."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(type(transport).__name__)
        self._transport = transport
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        """Buffer, and stop reading when nobody takes it."""
        self._buffer += data
        self._throttle()
        self._arrived.set()
        self._activity.set()

    def connection_lost(self, error: Exception | None) -> None:
        """Wake everybody."""
        del error
        self._closed.set()
        self._arrived.set()
        self._activity.set()

    # what the client calls

    def write(self, data: bytes) -> None:
        """Send `data`; commands are short, so nothing waits for the server to take them."""
        if self._closed.is_set():
            raise ConnectionLostError("closed")
        self._live().write(data)

    async def read_line(self) -> bytes:
        """The next line, without its end.

        Raises:
            ProtocolError: it is longer than `MAX_LINE_BYTES`.
        """
        while (line := self.ready_line(MAX_LINE_BYTES)) is None:
            await self._more(len(self._buffer) + 1)
        return line

    def ready_line(self, limit: int = _MAX_IDLE_LINE_BYTES) -> bytes | None:
        """The next line if it has arrived.

        Raises:
            ConnectionLostError: it cannot arrive any more.
            ProtocolError: it is longer than `limit` bytes.
        """
        end = self._buffer.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(self._buffer)
            if self._scanned > limit:
                raise ProtocolError("endless_line")
            if self._closed.is_set():
                raise ConnectionLostError("closed")
            return None
        return self._take(end + 1).rstrip(b"\r\n")

    async def read_literal(self, size: int) -> bytes:
        """The next `size` bytes."""
        while len(self._buffer) < size:
            await self._more(size)
        return self._take(size)

    async def close(self, goodbye: bytes = b"") -> None:
        """Send `goodbye` if possible, close, and wait at most a second. Idempotent."""
        transport = self._transport
        if transport is None or self._closed.is_set():
            return
        if goodbye and not transport.is_closing():
            transport.write(goodbye)
        transport.close()
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._closed.wait()
        except TimeoutError:
            transport.abort()
            await self._closed.wait()

    async def _more(self, wanted: int) -> None:
        """Wait for data; `wanted` bytes may be buffered."""
        if self._closed.is_set():
            raise ConnectionLostError("closed")
        self._wanted = wanted
        self._arrived.clear()
        self._throttle()
        try:
            async with asyncio.timeout(self._silence_s):
                await self._arrived.wait()
        except TimeoutError:
            raise ConnectionLostError("silence") from None

    def _take(self, count: int) -> bytes:
        with memoryview(self._buffer) as view:
            data = bytes(view[:count])
        del self._buffer[:count]
        self._scanned = 0
        self._wanted = 0
        self._throttle()
        return data

    def _throttle(self) -> None:
        """Read from the server while there is room for what is wanted and a little more."""
        full = len(self._buffer) >= max(self._wanted, _HIGH_WATER_BYTES)
        if full != self._paused and not self._closed.is_set():
            transport = self._live()
            if full:
                transport.pause_reading()
            else:
                transport.resume_reading()
            self._paused = full

    def _live(self) -> asyncio.Transport:
        if self._transport is None:
            raise ConnectionLostError("closed")
        return self._transport
