"""Settlements, gathered into as few durable writes as the log's speed suggests.

Two writes may be under way at a time, of different keys: where a log writes in steps (a verdict to
a store, then outputs to brokers), the next verdicts are durable while the outputs before them are
still on their way. Within a key they are in order.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial

from careerops.domain.errors import Permanent
from careerops.domain.verdicts import VerdictKey
from careerops.ports.eventlog import DeliverySource, Settlement
from careerops.stream.message import Message
from careerops.stream.patience import Patience

_MAX_BATCH = 500
_AT_ONCE = 2

_Key = tuple[int, int, str]
"""Intake, partition and key: what has an order."""
_Item = tuple[Message, Settlement]


class Settler:
    """Takes settlements in order, writes them in order of their keys, says when each is durable.

    While the log cannot be written it keeps what it was given and tries again; what it was given
    is bounded by the worker's high water.
    """

    def __init__(
        self,
        log: DeliverySource,
        patiently: Patience,
        *,
        on_settled: Callable[[Message, Settlement], None],
        on_refused: Callable[[Message, Permanent], None],
        on_durable: Callable[[], None],
    ) -> None:
        """Tell the worker, on the event loop, how each settlement ended.

        Args:
            log: where to write.
            patiently: waits while the log is out.
            on_settled: called once a settlement is durable.
            on_refused: called when the log will never take one (an output is too large); it is
                to hand over another outcome for the message.
            on_durable: called after each write: fewer are outstanding.
        """
        self._log = log
        self._patiently = patiently
        self._on_settled = on_settled
        self._on_refused = on_refused
        self._on_durable = on_durable
        self._queue: deque[_Item] = deque()
        self._writing: set[_Key] = set()
        self._held: Counter[VerdictKey | None] = Counter()
        self._writes = 0
        self._outstanding = 0
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def add(self, message: Message, settlement: Settlement) -> None:
        """Hand over `message`'s outcome; returns at once."""
        self._queue.append((message, settlement))
        self._outstanding += 1
        self._held[message.key] += 1
        self._empty.clear()
        self._wake.set()

    @property
    def outstanding(self) -> int:
        """How many outcomes are decided and not durable: a kill now makes their handlers repeat."""
        return self._outstanding

    def holds(self, key: VerdictKey) -> bool:
        """Whether an outcome about `key` was handed over and is not durable yet."""
        return key in self._held

    async def flushed(self) -> None:
        """Return once everything handed over is durable."""
        await self._empty.wait()

    async def run(self) -> None:
        """Write for ever. Raises `Fenced` when the group was taken over."""
        try:
            async with asyncio.TaskGroup() as writes:
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    while self._writes < _AT_ONCE and (batch := self._next()):
                        self._writes += 1
                        writes.create_task(self._settle_all(batch))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def _next(self) -> list[_Item]:
        """What may be written beside what is being written, and its keys are being written now."""
        if not self._writing:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), _MAX_BATCH))]
        else:
            batch = self._of_other_keys()
        self._writing.update(_key_of(message) for message, _ in batch)
        return batch

    def _of_other_keys(self) -> list[_Item]:
        batch: list[_Item] = []
        later: list[_Item] = []
        while self._queue and len(batch) < _MAX_BATCH and len(later) < _MAX_BATCH:
            item = self._queue.popleft()
            (later if _key_of(item[0]) in self._writing else batch).append(item)
        self._queue.extendleft(reversed(later))
        return batch

    async def _settle_all(self, batch: Sequence[_Item]) -> None:
        await self._settle(batch)
        self._writes -= 1
        self._writing.difference_update(_key_of(message) for message, _ in batch)
        self._wake.set()
        if not self._queue and not self._writes:
            self._empty.set()
        self._on_durable()

    async def _settle(self, batch: Sequence[_Item]) -> None:
        try:
            settle = partial(self._log.settle, [settlement for _, settlement in batch])
            await self._patiently(settle)
        except Permanent as error:
            if len(batch) == 1:
                self._let_go(batch[0][0])
                self._on_refused(batch[0][0], error)
                return
            # One of them is at fault: write each alone, so that only that one fails.
            for item in batch:
                await self._settle([item])
        else:
            for message, settlement in batch:
                self._let_go(message)
                self._on_settled(message, settlement)

    def _let_go(self, message: Message) -> None:
        self._outstanding -= 1
        self._held[message.key] -= 1
        if not self._held[message.key]:
            del self._held[message.key]


def _key_of(message: Message) -> _Key:
    record = message.delivery.record
    return message.intake, record.partition, record.key
