"""One process of the mail parser, from start to reaping."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import NamedTuple, Self

from careerops.domain.errors import Outage
from careerops.mail.wire import ANSWER_HEAD, MAX_ANSWER_BYTES, READY, request_head
from careerops.ports.mailparser import ParseRequest

_COMMAND = ("-P", "-m", "careerops.mail.worker")
_READ_BYTES = 256 * 1024
_WRITE_BYTES = 64 * 1024
"""Small mails are sent together: a system call costs as much as reading one."""
_GRACE_S = 0.2


class ChildDied(Exception):
    """The process ended, or said something that is no answer."""


class Answer(NamedTuple):
    """An answer's kind and parts, see `careerops.mail.wire`."""

    kind: int
    first: bytes
    second: bytes


class Child:
    """A running parser. Requests are answered in the order in which they are sent."""

    def __init__(self, process: Process) -> None:
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise ValueError("the process needs pipes")
        self._stdin, self._stdout = process.stdin, process.stdout
        self._unread = bytearray()

    @classmethod
    async def start(cls, timeout_s: float) -> Self:
        """Start a process and wait until it is ready.

        Raises:
            Outage: it does not get ready in time (scope `parser`).
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *_COMMAND,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_READ_BYTES,
            )
        except OSError as error:
            raise _no_start(error.strerror or type(error).__name__) from None
        child = cls(process)
        try:
            ready = await child.receive(timeout_s)
        except (ChildDied, TimeoutError):
            status = await child.end()
            raise _no_start(f"exit status {status}") from None
        except BaseException:
            await child.end()
            raise
        if ready.kind != READY:
            await child.end()
            raise _no_start("it is of another version")
        return child

    @property
    def alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return self._process.returncode is None

    async def send(self, requests: list[ParseRequest]) -> None:
        """Hand over requests as fast as they are taken; ends early if the process does."""
        with contextlib.suppress(ConnectionError):
            frames: list[bytes] = []
            size = 0
            for request in requests:
                frames += (request_head(request), request.raw)
                size += len(request.raw)
                if size >= _WRITE_BYTES:
                    self._stdin.writelines(frames)
                    await self._stdin.drain()
                    frames, size = [], 0
            self._stdin.writelines(frames)
            await self._stdin.drain()

    async def receive(self, timeout_s: float) -> Answer:
        """The next answer.

        Raises:
            TimeoutError: there is none within `timeout_s`.
            ChildDied: there will be none.
        """
        answer = self._complete()
        if answer is not None:
            return answer
        try:
            return await self._receive(timeout_s)
        except TimeoutError:
            # It may have come while this process was busy itself: the mail is not to blame then.
            return await self._receive(_GRACE_S)

    async def _receive(self, timeout_s: float) -> Answer:
        async with asyncio.timeout(timeout_s):
            while (answer := self._complete()) is None:
                # What has come is kept, so that a timeout in the middle of an answer loses nothing.
                data = await self._stdout.read(_READ_BYTES)
                if not data:
                    raise ChildDied
                self._unread += data
        return answer

    def _complete(self) -> Answer | None:
        """The next answer if all of it has come."""
        unread, start = self._unread, ANSWER_HEAD.size
        if len(unread) < start:
            return None
        kind, first, second = ANSWER_HEAD.unpack_from(unread)
        if first + second > MAX_ANSWER_BYTES:
            raise ChildDied
        end = start + first + second
        if len(unread) < end:
            return None
        answer = Answer(
            kind, bytes(unread[start : start + first]), bytes(unread[start + first : end])
        )
        del unread[:end]
        return answer

    async def end(self) -> int:
        """Kill and reap it; its exit status (negative: the signal it died of). Idempotent."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._stdin.close()
        with contextlib.suppress(ConnectionError):
            await self._process.communicate()
        return await self._process.wait()


def _no_start(why: str) -> Outage:
    return Outage(
        f"the mail parser's process does not start ({why}): "
        f"try {sys.executable} {' '.join(_COMMAND)} </dev/null",
        scope="parser",
    )
