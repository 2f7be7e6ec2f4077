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
_READ_AHEAD_BYTES = 1024 * 1024
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
        self._head = b""

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
                limit=_READ_AHEAD_BYTES,
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
            for request in requests:
                self._stdin.write(request_head(request))
                self._stdin.write(request.raw)
                await self._stdin.drain()

    async def receive(self, timeout_s: float) -> Answer:
        """The next answer.

        Raises:
            TimeoutError: there is none within `timeout_s`.
            ChildDied: there will be none.
        """
        try:
            return await self._receive(timeout_s)
        except TimeoutError:
            # It may have come while this process was busy itself: the mail is not to blame then.
            return await self._receive(_GRACE_S)

    async def _receive(self, timeout_s: float) -> Answer:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._frame()
        except asyncio.IncompleteReadError:
            raise ChildDied from None

    async def _frame(self) -> Answer:
        # The head is kept, so that a timeout between it and the rest loses nothing.
        self._head = self._head or await self._stdout.readexactly(ANSWER_HEAD.size)
        kind, first, second = ANSWER_HEAD.unpack(self._head)
        if first + second > MAX_ANSWER_BYTES:
            raise ChildDied
        body = await self._stdout.readexactly(first + second)
        self._head = b""
        return Answer(kind, body[:first], body[first:])

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
