"""The mail parser in a process of its own, so that no mail can kill or stall this one."""

import asyncio
from collections import Counter, deque

from careerops.adapters.parser.child import Answer, Child, ChildDied
from careerops.domain.errors import Permanent
from careerops.mail.wire import PARSED, read_parsed
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.mailparser import ParsedMail, ParseRequest

PARSE_TIMEOUT_S = 3.5
"""Longest time for one mail; measured mails take milliseconds, hostile ones tenths of a second."""
START_TIMEOUT_S = 30.0
MAX_DEATHS = 2

_log = get_logger("parser")


class SubprocessParser:
    """`MailParser` over one child process, started with the first batch and replaced when it dies.

    A batch is sent while its answers are read, so this process and the child work at once. The
    child answers in order, so the first mail without an answer is the one it was at: a death is
    held against that one alone. What is left of the batch is then parsed mail by mail; the second
    death of a mail, or a first that takes longer than `timeout_s`, is its end.
    """

    def __init__(
        self, *, timeout_s: float = PARSE_TIMEOUT_S, start_timeout_s: float = START_TIMEOUT_S
    ) -> None:
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._child: Child | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def parse(self, requests: list[ParseRequest]) -> list[ParsedMail | Exception]:
        """Parse a batch; concurrent batches wait for their turn.

        Raises:
            Outage: the child process cannot be started (scope `parser`).
        """
        async with self._turn:
            if self._closed:
                raise RuntimeError("the parser is closed")
            batch = _Batch(requests)
            try:
                while batch.pending:
                    await self._work(batch)
            except BaseException:
                # Answers to this batch may be on their way: the next one must not read them.
                await self._end_child()
                raise
        return batch.results()

    async def close(self) -> None:
        """End the child, after the batch that runs. Idempotent."""
        async with self._turn:
            self._closed = True
            await self._end_child()

    async def _work(self, batch: "_Batch") -> None:
        """Parse what is pending, until all is done or the child has to be replaced."""
        if self._child is None or not self._child.alive:
            await self._end_child()
            self._child = await Child.start(self._start_timeout_s)
        child = self._child
        indices = batch.next_indices()
        async with asyncio.TaskGroup() as group:
            group.create_task(child.send([batch.requests[index] for index in indices]))
            try:
                for _ in indices:
                    batch.accept(await child.receive(self._timeout_s))
            except ChildDied:
                await self._blame(batch, "parser_crashed")
            except TimeoutError:
                await self._blame(batch, "parser_timeout")

    async def _blame(self, batch: "_Batch", reason: str) -> None:
        request = batch.requests[batch.pending[0]]
        status = await self._end_child()
        batch.blame(reason)
        _log.warning(
            LogEvent.PARSER_CRASHED, reason=reason, exit_status=status, bytes=len(request.raw)
        )

    async def _end_child(self) -> int:
        child, self._child = self._child, None
        return await child.end() if child else 0


class _Batch:
    """What of a batch is done and what is pending, in order."""

    def __init__(self, requests: list[ParseRequest]) -> None:
        self.requests = requests
        self.pending = deque(range(len(requests)))
        self._results: dict[int, ParsedMail | Exception] = {}
        self._deaths: Counter[int] = Counter()
        self._alone = False

    def results(self) -> list[ParsedMail | Exception]:
        return [self._results[index] for index in range(len(self.requests))]

    def next_indices(self) -> list[int]:
        """What to send now: all that is pending, or one mail once something has happened."""
        return [self.pending[0]] if self._alone else list(self.pending)

    def accept(self, answer: Answer) -> None:
        """Take the answer to the first pending mail.

        Raises:
            ChildDied: it is no answer.
        """
        index = self.pending[0]
        try:
            if answer.kind == PARSED:
                self._results[index] = read_parsed(answer.first, answer.second)
            else:
                message = answer.first.decode("utf-8", "replace")
                self._results[index] = Permanent(message, reason="unparsable")
        except ValueError:
            raise ChildDied from None
        self.pending.popleft()

    def blame(self, reason: str) -> None:
        """Hold what happened against the first pending mail, which the child was at."""
        index = self.pending[0]
        self._deaths[index] += 1
        self._alone = True
        if reason == "parser_timeout" or self._deaths[index] >= MAX_DEATHS:
            self._results[index] = Permanent(_MESSAGES[reason], reason=reason)
            self.pending.popleft()


_MESSAGES = {
    "parser_crashed": "the mail parser died on this mail twice: read the mail elsewhere",
    "parser_timeout": "the mail parser found no end of this mail: read the mail elsewhere",
}
