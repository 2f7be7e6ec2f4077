"""An SMTP server, on the running loop or in a thread, that does what servers do at their worst."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

GREETINGS: Final = {
    "no greeting": None,
    "closes at once": b"",
    "greets with garbage": b"\x16\x03\x01\x00\xffhello\r\n",
    "greets with 554": b"554 go away\r\n",
    "greets for ever": b"220-more\r\n",
}
"""Faults before anything was said."""
ENDINGS: Final = (
    "closes before the dot",
    "closes after the dot",
    "451 after the dot",
    "silent after the dot",
    "250 without a number",
    "endless lines after the dot",
    "half a reply",
)
"""Faults of one message; `closes after DATA` and `451 to MAIL` concern all."""


@dataclass
class ScriptedSmtp:
    """A server that goes wrong as `fault` says, for messages that hold `only` (all if '').

    Attributes:
        taken: the messages that it has whole and may have delivered.
        connections: that were made.
        silent: those that it leaves without an answer now.
    """

    fault: str = ""
    only: str = ""

    def __post_init__(self) -> None:
        self.taken: list[str] = []
        self.connections = 0
        self.silent = 0
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._dialogue(reader, writer)
        writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault in GREETINGS and not await self._greeted_wrongly(reader, writer):
            return
        writer.write(b"220 mx.example ESMTP\r\n")
        while line := await reader.readline():
            command = line[:4].upper().strip()
            if command == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            if command == b"MAIL" and self.fault == "451 to MAIL":
                writer.write(b"451 later\r\n")
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                if self.fault == "closes after DATA" or not await self._data(reader, writer):
                    return
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()

    async def _greeted_wrongly(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the dialogue goes on."""
        greeting = GREETINGS[self.fault]
        if greeting is None:
            await self._silence(reader)
        elif self.fault == "greets for ever":
            await self._for_ever(writer, greeting)
        else:
            writer.write(greeting)
            await writer.drain()
        return False

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take a message and answer; whether the dialogue goes on."""
        text = (await reader.readuntil(b"\r\n.\r\n")).decode()
        fault = self.fault if self.only in text else ""
        if fault == "closes before the dot":
            return False  # what was read to find out which one it is counts as never read
        if fault == "451 after the dot":
            writer.write(b"451 later\r\n")
            return True
        self.taken.append(text)
        if fault == "silent after the dot":
            await self._silence(reader)
        elif fault == "endless lines after the dot":
            await self._for_ever(writer, b"250-more\r\n")
        elif fault == "half a reply":
            writer.write(b"25")
        elif fault == "250 without a number":
            writer.write(b"OK, thank you\r\n")
            return True
        elif fault != "closes after the dot":
            writer.write(b"250 taken\r\n")
            return True
        await writer.drain()
        return False

    async def _silence(self, reader: asyncio.StreamReader) -> None:
        self.silent += 1
        try:
            while await reader.read(1000):
                pass
        finally:
            self.silent -= 1

    async def _for_ever(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        self.silent += 1
        try:
            while not writer.transport.is_closing():
                writer.write(line * 1000)
                await writer.drain()
                await asyncio.sleep(0)
        finally:
            self.silent -= 1


@asynccontextmanager
async def listening(server: ScriptedSmtp) -> AsyncIterator[ScriptedSmtp]:
    """`server` on a free port of loopback while the block runs."""
    running = await asyncio.start_server(server.handle, "127.0.0.1", 0, limit=1024 * 1024)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()
