"""An IMAP server in a thread that serves, refuses, throttles or is gone, as a test says.

Own code for what no real server does when it is told to; it speaks what reading mail needs of
RFC 3501 and RFC 2177, in plain text, on loopback.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

Mood = str
WELL: Mood = "well"
REFUSING: Mood = "refusing"
THROTTLING: Mood = "throttling"
"""Every login is one too many."""
STARVING: Mood = "starving"
"""It lets everybody in, and hands over no mail."""
GONE: Mood = "gone"

_ANSWERS = {
    REFUSING: b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    THROTTLING: b"NO [ALERT] Account exceeded command or bandwidth limits. (Failure)",
}
_STARVED = b"NO Request is throttled. Suggested Backoff Time: 300000 milliseconds"


class FickleImap:
    """One mailbox; whatever folder is opened, it holds the same mails.

    Attributes:
        port: where to connect.
        words: what a refused or throttled login is answered, if not what is usual.
        logins: how many there were.
        missing: folders that it does not open.
    """

    def __init__(self) -> None:
        self.port = 0
        self.words: dict[Mood, bytes] = dict(_ANSWERS)
        self.logins = 0
        self.missing: set[bytes] = set()
        self._mood = WELL
        self._mails: list[bytes] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._idling: dict[asyncio.StreamWriter, bytes] = {}
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A server that serves well, until the block ends."""
        server = cls()
        thread = threading.Thread(target=server._loop.run_forever, daemon=True)
        thread.start()
        try:
            server._call(server._open)
            yield server
        finally:
            server._call(server._end)
            server._loop.call_soon_threadsafe(server._loop.stop)
            thread.join()
            server._loop.close()

    def become(self, mood: Mood) -> None:
        """Serve in this way from now on; the connections there are end."""

        async def change() -> None:
            self._mood = mood
            await self._close()
            if mood != GONE:
                await self._open()

        self._call(change)

    def deliver(self, raw: bytes) -> None:
        """One more mail; who idles is told."""

        async def put() -> None:
            self._mails.append(raw)
            for writer in self._idling:
                writer.write(b"* %d EXISTS\r\n" % len(self._mails))

        self._call(put)

    def _call(self, work: Callable[[], object]) -> None:
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(timeout=20)  # type: ignore[arg-type]  # a coroutine function

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _end(self) -> None:
        """Close, and wait until nothing of it is left."""
        await self._close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._close()  # of one that was cancelled before its first turn
        await asyncio.sleep(0)  # transports close in the next turn

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Before its task has a turn: whoever closes all connections knows of this one.
        self._writers.add(writer)
        task = self._loop.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        try:
            while line := (await reader.readline()).strip():
                if line == b"DONE":
                    writer.write(self._idling.pop(writer) + b" OK done\r\n")
                    continue
                tag, _, text = line.partition(b" ")
                writer.write(self._answer(writer, tag, text.upper()))
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            self._writers.discard(writer)
            self._idling.pop(writer, None)
            writer.transport.abort()

    def _answer(self, writer: asyncio.StreamWriter, tag: bytes, text: bytes) -> bytes:
        ok = tag + b" OK done\r\n"
        if text.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN SASL-IR\r\n" + ok
        if text.startswith(b"AUTHENTICATE"):
            self.logins += 1
            words = self.words.get(self._mood)
            return ok if words is None else tag + b" " + words + b"\r\n"
        if text.startswith(b"IDLE"):
            self._idling[writer] = tag
            return b"+ idling\r\n"
        if text.startswith(b"EXAMINE") and text.split()[1].strip(b'"') in self.missing:
            return tag + b" NO no such folder\r\n"
        return self._read(text) + (tag + b" " + _STARVED + b"\r\n" if self._starves(text) else ok)

    def _starves(self, text: bytes) -> bool:
        return self._mood == STARVING and b"BODY" in text

    def _read(self, text: bytes) -> bytes:
        last = len(self._mails)
        if text.startswith(b"EXAMINE"):
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n" % (
                last,
                last + 1,
            )
        uids = [uid for uid in _uids(text, last) if uid <= last]
        if text.startswith(b"UID SEARCH"):
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n"
        if not text.startswith(b"UID FETCH") or self._starves(text):
            return b""
        return b"".join(self._fetched(uid, whole=b"BODY" in text) for uid in uids)

    def _fetched(self, uid: int, *, whole: bool) -> bytes:
        raw = self._mails[uid - 1]
        now = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime()).encode()
        what = b'RFC822.SIZE %d INTERNALDATE "%s"' % (len(raw), now)
        if whole:
            what = b"BODY[] {%d}\r\n%s" % (len(raw), raw)
        return b"* %d FETCH (UID %d %s)\r\n" % (uid, uid, what)


def _uids(text: bytes, last: int) -> list[int]:
    """The UIDs of the set in a command; all, without one."""
    match = re.search(rb"(?:UID|FETCH) ([\d:*,]+)", text.removeprefix(b"UID "))
    if match is None:
        return list(range(1, last + 1))
    found: set[int] = set()
    for part in match[1].replace(b"*", b"%d" % last).split(b","):
        low, _, high = part.partition(b":")
        found.update(range(int(low), int(high or low) + 1))
    return sorted(found)
