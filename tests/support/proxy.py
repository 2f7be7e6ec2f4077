"""A TCP proxy on loopback that a test puts between a client and a server, to cut or stall them.

It runs in a thread of its own, so tests of any kind may use it:

    with Proxy(server_port) as proxy:
        connect_to(proxy.port)
        proxy.cut()    # connections are reset, new ones refused
        proxy.stall()  # connections stand, new ones too, and nothing comes through
        proxy.heal()   # as at the start; what was held comes through
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Self

_CHUNK_BYTES = 65536
_ANSWER_S = 10.0
_OWN_PORTS: Final = range(15_000, 32_000)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def free_port() -> int:
    """A port that stays free while its server is down.

    It lies below those that systems give to outgoing connections (32768 on Linux, 49152
    elsewhere): a client that tries again and again would sooner or later be given the very port
    it calls, and talk to itself.
    """
    for port in random.sample(_OWN_PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("none of a hundred ports is free")


class Proxy:
    """Passes bytes between its `port` and `target_port`, both on 127.0.0.1.

    Attributes:
        port: where clients connect.
    """

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self.port = port or free_port()
        self._target_port = target_port
        self._accepted = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._pairs: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}

    @property
    def accepted(self) -> int:
        """How many connections clients have made so far."""
        return self._accepted

    @property
    def open(self) -> int:
        """How many connections stand now."""
        return len(self._pairs)

    def cut(self) -> None:
        """Reset every connection and refuse new ones until `heal`."""
        self._do(self._cut)

    def reset(self) -> None:
        """Reset every connection, and accept new ones."""
        self._do(self._reset)

    def stall(self) -> None:
        """Hold every byte in both directions until `heal`; connections are still accepted."""
        self._do(self._stall)

    def heal(self) -> None:
        """Be passable again."""
        self._do(self._heal)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._heal)
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ANSWER_S)
        self._loop.close()

    def _do(self, step: Callable[[], Awaitable[None]]) -> None:
        async def taken() -> None:
            await step()

        asyncio.run_coroutine_threadsafe(taken(), self._loop).result(_ANSWER_S)

    async def _heal(self) -> None:
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _stall(self) -> None:
        self._flowing.clear()

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        await self._reset()

    async def _reset(self) -> None:
        pairs = dict(self._pairs)
        for task, writers in pairs.items():
            task.cancel()
            for writer in writers:
                _reset(writer)
        await asyncio.gather(*pairs, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        task = asyncio.current_task()
        assert task is not None, "start_server runs this as a task"
        self._pairs[task] = (writer,)
        try:
            await self._join(task, reader, writer)
        except (OSError, asyncio.CancelledError):
            # The end of a connection, by either side or by `cut`, is what this is for.
            _reset(writer)
        finally:
            del self._pairs[task]

    async def _join(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect to the server and pass bytes both ways until both sides have ended."""
        await self._flowing.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._pairs[task] = (writer, back)
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            for end in (writer, back):
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
        await self._flowing.wait()
        if writer.can_write_eof():
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other end sees a reset, not an orderly end."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
