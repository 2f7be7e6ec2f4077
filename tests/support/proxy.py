"""A TCP proxy on loopback that a test puts between a client and a server, to cut or stall them.

It runs in a thread of its own, so tests of any kind may use it:

    with Proxy(server_port) as proxy:
        connect_to(proxy.port)
        proxy.cut()    # connections are reset, new ones refused
        proxy.stall()  # connections stand, new ones too, and nothing comes through
        proxy.heal()   # as at the start; what was held comes through
"""

import asyncio
import itertools
import os
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Final, Self

_CHUNK_BYTES = 65536
_ANSWER_S = 10.0
_OWN_PORTS: Final = range(15_000, 32_000)
_TURNS: Final = itertools.count(os.getpid() * 97)
_RESET = struct.pack("ii", 1, 0)


def free_port() -> int:
    """A port that stays free until its server comes, and while it is down.

    It lies below those that systems give to outgoing connections (32768 on Linux, 49152
    elsewhere): a client that tries again and again would sooner or later be given the very port
    it calls, and talk to itself. No port is given twice, and processes begin at different ones.
    """
    for number in itertools.islice(_TURNS, 1000):
        port = _OWN_PORTS[number % len(_OWN_PORTS)]
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("none of a thousand ports is free")


class Proxy:
    """Passes bytes between its `port` and `target_port`, both on 127.0.0.1.

    Attributes:
        port: where clients connect.
    """

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self.port = port or free_port()
        self._target_port = target_port
        self._accepted = 0
        self._held_bytes = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._listener: socket.socket | None = None
        self._flowing = asyncio.Event()
        self._connections: dict[asyncio.Task[None], list[socket.socket]] = {}

    @property
    def accepted(self) -> int:
        """How many connections clients have made so far."""
        return self._accepted

    @property
    def held_bytes(self) -> int:
        """How many bytes a stall keeps in here; more may wait outside."""
        return self._held_bytes

    def cut(self) -> None:
        """Reset every connection and refuse new ones until `heal`."""
        self._do(self._cut())

    def stall(self) -> None:
        """Hold every byte in both directions until `heal`; connections are still accepted."""
        self._do(self._stall())

    def heal(self) -> None:
        """Be passable again."""
        self._do(self._heal())

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.heal()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ANSWER_S)
        self._loop.close()

    def _do(self, step: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(_ANSWER_S)

    async def _heal(self) -> None:
        self._flowing.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=100)
            self._listener.settimeout(0)
            self._loop.add_reader(self._listener, self._accept, self._listener)

    async def _stall(self) -> None:
        self._flowing.clear()

    async def _cut(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        connections = dict(self._connections)
        for task, ends in connections.items():
            _reset_on_close(ends)
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionError):
            return  # the client is gone already
        client.settimeout(0)
        self._accepted += 1
        ends = [client]
        task = self._loop.create_task(self._join(ends))
        self._connections[task] = ends
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        for end in self._connections.pop(task):
            end.close()

    async def _join(self, ends: list[socket.socket]) -> None:
        """Connect to the server and pass bytes both ways until both sides have ended."""
        (client,) = ends
        server = socket.socket()
        ends.append(server)
        server.settimeout(0)
        try:
            await self._loop.sock_connect(server, ("127.0.0.1", self._target_port))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(client, server))
                group.create_task(self._pass(server, client))
        except* OSError:
            # What happened to one end happens to the other.
            _reset_on_close(ends)

    async def _pass(self, source: socket.socket, target: socket.socket) -> None:
        while data := await self._loop.sock_recv(source, _CHUNK_BYTES):
            self._held_bytes += len(data)
            try:
                await self._flowing.wait()
            finally:
                self._held_bytes -= len(data)
            await self._loop.sock_sendall(target, data)
        await self._flowing.wait()
        target.shutdown(socket.SHUT_WR)


def _reset_on_close(ends: list[socket.socket]) -> None:
    """Let the other side see a reset, not an orderly end."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
