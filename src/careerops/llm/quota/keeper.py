"""The quotas of all scopes, kept in the store: across restarts, and among processes.

A reservation is one change of the scope's document, and so is what is learnt from an answer. Of a
scope that has no limits and was never refused nothing is written: its calls are remembered here,
and counted when somebody is told a limit. Whether another process was is looked up every few
seconds.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from careerops.llm.quota.book import Book, Grant, Wait
from careerops.llm.quota.limits import Limits, Pace
from careerops.llm.quota.scope import Scope
from careerops.llm.quota.standing import ScopeStanding, standing_of
from careerops.llm.quota.state import State, decode
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import QuotaHint
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents

PREFIX: Final = "quota:"
_LOOK_AGAIN_S: Final = 3.0
_LATE: Final = 0.2
"""Of the margin: so much later a call may be sent without being counted anew."""

AnswerT = TypeVar("AnswerT")


class QuotaKeeper:
    """Reserves, corrects and blocks. Only the event loop touches it."""

    def __init__(self, documents: Documents, clock: Clock, metrics: Metrics) -> None:
        """Keep the quotas in `documents`."""
        self._documents = documents
        self._clock = clock
        self._remaining = metrics.quota_remaining
        self._logger = get_logger("llm")
        self._scopes: dict[str, Scope] = {}
        self._gated: set[Grant] = set()

    async def reserve(
        self, scope: str, limits: Limits, tokens: int, *, history: bool, pace: Pace
    ) -> Grant | Wait:
        """Whether one call of `tokens` may be sent now; it counts from here on.

        History gets nothing while live mail of this process waits for the scope. A cautious pace
        waits here for a call under way to end, never for quota. Whoever gets a grant says how the
        call ended by one of `correct`, `limited`, `release` and `failed`.

        Raises:
            Outage: the store cannot be reached.
        """
        known = self._known(scope, limits)
        if history and (first := known.live_first()) is not None:
            return Wait(first, "live_first")
        gated = pace == "cautious" and await known.gate.enter()
        granted: Grant | Wait | None = None
        try:
            granted = await self._granted(known, tokens, history=history, pace=pace)
        finally:
            if gated and not isinstance(granted, Grant):
                known.gate.leave()
        if isinstance(granted, Wait):
            if not history:
                known.keep_for_live(granted.until)
            return granted
        if gated:
            self._gated.add(granted)
        if not history:
            known.keep_for_live(None)
        return granted

    async def correct(
        self, grant: Grant, tokens: int, hints: Sequence[QuotaHint], *, late_s: float = 0.0
    ) -> None:
        """The call of `grant` was served: it used `tokens`, and the provider said `hints`.

        It was sent `late_s` seconds after it was granted, and counts from then.
        """
        self._ended(grant, served=True)
        known = self._known(grant.scope)
        grant = _later(grant, grant.late_s + late_s, known.limits)
        uncounted = known.uncounted.get(grant.at)
        if uncounted is not None:
            known.uncounted[grant.at] = dataclasses.replace(uncounted, tokens=tokens)
            grant = dataclasses.replace(grant, tokens=tokens)
            if not any(hint.limit and hint.unit and hint.period for hint in hints):
                return

        def act(book: Book) -> None:
            book.correct(grant, tokens)
            book.told(hints, grant)

        await self._change(known, act)

    async def limited(
        self, grant: Grant, hints: Sequence[QuotaHint], retry_after_s: float | None
    ) -> datetime:
        """The call of `grant` was refused for want of quota; returns until when (UTC)."""
        known = self._known(grant.scope)
        known.gate.refused()
        try:
            return await self._change(known, lambda book: book.refused(grant, hints, retry_after_s))
        finally:
            # Not before: whoever waits for its end is to know what it taught.
            self._ended(grant)

    async def release(self, grant: Grant) -> None:
        """The call of `grant` was never sent, or refused before it could use anything.

        A call that may have been served is none of these: see `failed`.
        """
        self._ended(grant)
        known = self._known(grant.scope)
        if known.uncounted.pop(grant.at, None) is None:
            await self._change(known, lambda book: book.release(grant))

    async def failed(self, grant: Grant) -> None:
        """The call of `grant` got no answer that says otherwise: it may have been served."""
        self._ended(grant)
        if grant.late_s:
            known = self._known(grant.scope)
            await self._change(known, lambda book: book.delayed(grant, grant.tokens))

    async def block(self, scope: str, until: datetime, reason: str) -> None:
        """Send nothing of `scope` before `until` (UTC), or before a later time that holds."""
        await self._change(self._known(scope), lambda book: book.block(until, reason))

    async def standing(self, prefix: str = "") -> list[ScopeStanding]:
        """How the scopes stand whose names begin with `prefix`, by name.

        Scopes that nobody knows a limit of, and that were never refused, are not kept.

        Raises:
            Outage: the store cannot be reached.
        """
        found = []
        for key, document in sorted((await self._documents.read(PREFIX + prefix)).items()):
            scope, state = key.removeprefix(PREFIX), decode(document)
            here = self._scopes.get(scope)
            limits = here.limits if here and here.configured else state.limits or Limits()
            found.append(standing_of(scope, state, limits, self._clock.now()))
        return found

    # ---- inside ----

    def _known(self, name: str, limits: Limits | None = None) -> Scope:
        known = self._scopes.get(name)
        if known is None:
            known = self._scopes[name] = Scope(name, self._clock, limits or Limits())
        if limits is not None:
            known.configure(limits)
        return known

    async def _granted(
        self, known: Scope, tokens: int, *, history: bool, pace: Pace
    ) -> Grant | Wait:
        if not known.limits.any and pace == "bold" and await self._is_free(known):
            return known.let_through(tokens)
        granted = await self._change(
            known, lambda book: book.reserve(known.name, tokens, history=history)
        )
        if isinstance(granted, Grant):
            # It counts from when the store was asked, and is sent when the store has answered.
            late_s = self._clock.now().timestamp() + known.limits.margin_s - granted.at
            return _later(granted, late_s, known.limits)
        return granted

    async def _is_free(self, known: Scope) -> bool:
        """Whether the scope has neither a limit nor a block that anybody knows of."""
        now_s = self._clock.monotonic()
        if now_s - known.looked_s >= _LOOK_AGAIN_S:
            key = PREFIX + known.name
            self._see(known, decode((await self._documents.read(key)).get(key)))
            known.looked_s = now_s
        return known.free

    async def _change(self, known: Scope, act: Callable[[Book], AnswerT]) -> AnswerT:
        uncounted, known.uncounted = known.uncounted, {}

        def change(document: bytes | None) -> tuple[bytes | None, tuple[AnswerT, State]]:
            state = known.read(document)
            if known.configured:
                state.limits = known.limits
            # The time of the change, not of its asking: the store may have had others before.
            book = Book(state, state.limits or known.limits, self._clock.now())
            book.adopt(uncounted.values())
            answer = act(book)
            seen, state.lost = state.snapshot(), ""
            return known.write(state), (answer, seen)

        try:
            answer, state = await self._documents.change(PREFIX + known.name, change)
        except BaseException:
            known.uncounted = uncounted | known.uncounted
            raise
        self._see(known, state)
        known.free = False
        return answer

    def _see(self, known: Scope, state: State) -> None:
        if state.lost and not known.seen.lost:
            self._logger.warning(LogEvent.QUOTA_FORGOTTEN, scope=known.name, reason=state.lost)
        for quota in known.see(state):
            child = self._remaining.labels(known.name, f"{quota[0]}_{quota[1]}")
            child.set_function(partial(known.left, quota))

    def _ended(self, grant: Grant, *, served: bool = False) -> None:
        if grant in self._gated:
            self._gated.discard(grant)
            self._known(grant.scope).gate.leave(served=served)


def _later(grant: Grant, late_s: float, limits: Limits) -> Grant:
    """`grant` of a call that was sent so much later than it counts."""
    if late_s <= _LATE * limits.margin_s:
        return grant
    return dataclasses.replace(grant, late_s=min(late_s, limits.minute_s))
