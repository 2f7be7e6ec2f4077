"""The quotas of all scopes, kept in the store: across restarts, and among processes.

A reservation is one change of the scope's document, and so is what is learnt from an answer. Of a
scope that has no limits and was never refused nothing is written; whether somebody else was
refused is looked up every few seconds.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from careerops.llm.quota.book import RPM, Book, Grant, Wait
from careerops.llm.quota.limits import Limits, Pace
from careerops.llm.quota.state import QUOTAS, State, decode
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import QuotaHint
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents

PREFIX: Final = "quota:"
_LOOK_AGAIN_S: Final = 3.0

AnswerT = TypeVar("AnswerT")


@dataclass(slots=True)
class _Gate:
    """How many calls of a scope may be under way while nobody knows its limits.

    Attributes:
        width: that many; twice as many after each minute without a refusal.
        since_s: when it became so wide (monotonic).
    """

    width: int = 1
    since_s: float = 0.0
    under_way: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


@dataclass(slots=True)
class _Known:
    """What this process saw last of a scope without limits."""

    free: bool = False
    looked_s: float = float("-inf")


class QuotaKeeper:
    """Reserves, corrects and blocks. Only the event loop touches it."""

    def __init__(self, documents: Documents, clock: Clock, metrics: Metrics) -> None:
        """Keep the quotas in `documents`."""
        self._documents = documents
        self._clock = clock
        self._remaining = metrics.quota_remaining
        self._gates: dict[str, _Gate] = {}
        self._known: dict[str, _Known] = defaultdict(_Known)
        self._live_until: dict[str, datetime] = {}
        self._limits: dict[str, Limits] = {}
        self._gated: set[Grant] = set()

    async def reserve(
        self, scope: str, limits: Limits, tokens: int, *, history: bool, pace: Pace
    ) -> Grant | Wait:
        """Whether one call of `tokens` may be sent now; it counts from here on.

        History gets nothing while live mail of this process waits for the scope. A cautious pace
        waits here for a call under way to end, never for quota.

        Raises:
            Outage: the store cannot be reached.
        """
        self._limits[scope] = limits
        now = self._clock.now()
        waiting = self._live_until.get(scope)
        if history and waiting is not None and waiting > now:
            return Wait(waiting, "live_first")
        gated = pace == "cautious" and await self._pass(scope, limits)
        granted = await self._granted(scope, limits, tokens, history=history, pace=pace)
        if isinstance(granted, Wait):
            if gated:
                await self._leave(scope)
            if not history:
                self._live_until[scope] = granted.until
            return granted
        if gated:
            self._gated.add(granted)
        if not history:
            self._live_until.pop(scope, None)
        return granted

    async def correct(self, grant: Grant, tokens: int, hints: Sequence[QuotaHint]) -> None:
        """The call of `grant` was served: it used `tokens`, and the provider said `hints`."""
        await self._ended(grant)
        limited = any(hint.limit is not None and hint.unit is not None for hint in hints)
        if self._known[grant.scope].free and not limited:
            return

        def act(book: Book) -> None:
            book.correct(grant, tokens)
            book.told(hints)

        await self._change(grant.scope, act)

    async def limited(
        self, grant: Grant, hints: Sequence[QuotaHint], retry_after_s: float | None
    ) -> datetime:
        """The call of `grant` was refused for want of quota; returns until when (UTC)."""
        until = await self._change(
            grant.scope, lambda book: book.refused(grant, hints, retry_after_s)
        )
        await self._ended(grant)
        return until

    async def release(self, grant: Grant) -> None:
        """The call of `grant` was refused before it could use anything."""
        await self._ended(grant)
        await self._change(grant.scope, lambda book: book.release(grant))

    async def failed(self, grant: Grant) -> None:
        """The call of `grant` got no answer: it may have been served, so it counts."""
        await self._ended(grant)

    async def block(self, scope: str, until: datetime, reason: str) -> None:
        """Send nothing of `scope` before `until` (UTC)."""
        await self._change(scope, lambda book: book.block(until, reason))

    # ---- inside ----

    async def _granted(
        self, scope: str, limits: Limits, tokens: int, *, history: bool, pace: Pace
    ) -> Grant | Wait:
        if not limits.any and pace == "bold" and await self._is_free(scope):
            return Grant(scope, self._clock.now().timestamp(), tokens)
        return await self._change(scope, lambda book: book.reserve(scope, tokens, history=history))

    async def _is_free(self, scope: str) -> bool:
        """Whether the scope has neither a limit nor a block that anybody knows of."""
        known = self._known[scope]
        now_s = self._clock.monotonic()
        if now_s - known.looked_s >= _LOOK_AGAIN_S:
            state = decode((await self._documents.read(PREFIX + scope)).get(PREFIX + scope))
            blocked = state.blocked_until > self._clock.now().timestamp()
            known.free, known.looked_s = not (blocked or state.learnt), now_s
        return known.free

    async def _change(self, scope: str, act: Callable[[Book], AnswerT]) -> AnswerT:
        limits, now = self._limits.get(scope, Limits()), self._clock.now()

        def change(document: bytes | None) -> tuple[bytes | None, tuple[AnswerT, State]]:
            book = Book(decode(document), limits, now)
            answer = act(book)
            return book.state.encode(), (answer, book.state)

        answer, state = await self._documents.change(PREFIX + scope, change)
        self._known[scope].free = False
        self._show(scope, Book(state, limits, now))
        return answer

    def _show(self, scope: str, book: Book) -> None:
        for quota in QUOTAS:
            limit = book.limit(quota)
            if limit is not None:
                left = max(0, limit - book.used(quota))
                self._remaining.labels(scope, f"{quota[0]}_{quota[1]}").set(left)

    # ---- the gate of a cautious pace ----

    async def _pass(self, scope: str, limits: Limits) -> bool:
        """Wait until one more may be under way; False if the limit is known: then it is kept."""
        gate = self._gates.setdefault(scope, _Gate(since_s=self._clock.monotonic()))
        if await self._knows(scope, limits):
            return False
        async with gate.changed:
            await gate.changed.wait_for(lambda: gate.under_way < gate.width)
            gate.under_way += 1
            age_s = self._clock.monotonic() - gate.since_s
            if age_s >= limits.minute_s:
                gate.width, gate.since_s = 2 * gate.width, self._clock.monotonic()
                gate.changed.notify_all()
        return True

    async def _knows(self, scope: str, limits: Limits) -> bool:
        if limits.requests_per_minute is not None:
            return True
        document = (await self._documents.read(PREFIX + scope)).get(PREFIX + scope)
        return RPM in decode(document).learnt

    async def _leave(self, scope: str) -> None:
        gate = self._gates[scope]
        async with gate.changed:
            gate.under_way -= 1
            gate.changed.notify_all()

    async def _ended(self, grant: Grant) -> None:
        if grant in self._gated:
            self._gated.discard(grant)
            await self._leave(grant.scope)
