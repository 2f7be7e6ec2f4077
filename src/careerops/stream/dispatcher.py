"""The dispatcher: which message runs when, and what follows from how it ended.

State machine of a message: QUEUED (in its lane) -> RUNNING -> HANDED OVER (to the settler); from
RUNNING it may go to PARKED (a timer) or WAITING (a scope that is out) and back to QUEUED.
A slot is free when the handler returns; the lane advances when the settler has the outcome, so
outputs of one key are published in order while other slots work on.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from careerops.domain.envelope import check_type
from careerops.domain.errors import Outage, OutcomeUnknown, Permanent, Transient
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import bind_message, get_logger
from careerops.stream.burying import DeadLetterWriter
from careerops.stream.lanes import Lane, Lanes
from careerops.stream.message import Decision, Handler, Message
from careerops.stream.patience import is_told_to_end
from careerops.stream.retry import RetryPolicy
from careerops.stream.scopes import OutageBoard, Scope
from careerops.stream.surroundings import Surroundings
from careerops.stream.turns import LoopTurns

_CRASHES_TO_DEATH = 3
"""One among other suspects, which accuses nobody, and two while it ran alone."""

_DOUBTS_TO_OUTAGE = 3
"""Unknown outcomes in a row, of whatever messages, until what they need is taken to be out."""

_LEAST_OUTSTANDING = 8
"""Outcomes decided and not durable, at least; else as many as handlers: a kill repeats no more."""


class Dispatcher:
    """Runs a handler over queued messages: lanes, slots, retries, scopes, dead letters."""

    def __init__(
        self,
        handler: Handler,
        concurrency: int,
        retry: RetryPolicy,
        around: Surroundings,
        *,
        probe: RetryPolicy | None = None,
    ) -> None:
        """Run at most `concurrency` handlers at once; try what is out as `probe` says."""
        self._handler = handler
        self._concurrency = concurrency
        self._most_outstanding = max(concurrency, _LEAST_OUTSTANDING)
        self._retry = retry
        self._around = around
        self._clock = around.clock
        self._logger = get_logger(handler.stage)
        self._lanes = Lanes(history_slots=max(1, concurrency * 3 // 4))
        self._letters = DeadLetterWriter(handler.stage, retry, around)
        self._board = OutageBoard(around.clock, probe or retry, crowd=concurrency)
        self._answers: dict[str, int] = {}
        self._doubts: Counter[str] = Counter()
        self._at_work: set[Lane] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.Task[None]] = set()
        self._draining = False
        self._turns = LoopTurns()
        around.metrics.in_flight.labels(handler.stage).set_function(lambda: self._lanes.running)
        around.metrics.parked.labels(handler.stage).set_function(lambda: self._lanes.held)

    @property
    def scopes(self) -> dict[str, Scope]:
        """What is out, by scope."""
        return self._board.scopes

    @property
    def running(self) -> int:
        """Handlers at work."""
        return self._lanes.running

    @property
    def parked(self) -> int:
        """Messages at the head of their lane that wait for a timer or a scope."""
        return self._lanes.held

    def waiting(self, intake: int) -> int:
        """Messages of `intake` behind a timer or a scope: they keep nobody else from running."""
        return self._lanes.held_messages[intake]

    def forget(self, intake: int, partition: int) -> None:
        """A partition was taken away: drop what waits; what runs goes on and is the last of it."""
        dropped, gone = self._lanes.forget((intake, partition))
        for lane in self._board.forget(gone):
            self._lanes.release(lane)
        for message in (*dropped, *self._letters.forget(intake, partition)):
            self._around.drop(message)
        self.pump()

    def key_of(self, message: Message) -> VerdictKey:
        """The verdict that this stage decides about `message`."""
        if message.key is None:
            envelope = message.envelope
            message.key = VerdictKey(envelope.id, self._handler.stage, envelope.revision)
        return message.key

    def add(self, message: Message) -> None:
        """Queue `message` in its lane; `pump` starts it."""
        self._lanes.add(message)

    def pump(self) -> None:
        """Start whatever may start; called again whenever outcomes have become durable."""
        while self._lanes.running < self._concurrency:
            lane = self._next()
            if lane is None:
                return
            self._track(self._handlers, self._around.spawn(self._work(lane)))

    def _next(self) -> Lane | None:
        """The next lane whose head may run now; those behind an outage wait for its scope."""
        while (
            not self._draining
            and self._around.outstanding() < self._most_outstanding
            and (lane := self._lanes.take()) is not None
        ):
            blocked = self._board.blocking(self._handler.scopes(lane.head))
            if blocked is None or self._board.is_released(lane) or self._may_try(blocked, lane):
                self._at_work.add(lane)
                return lane
            self._hold(lane)
            self._board.wait(blocked, lane)
        return None

    def _may_try(self, scope: str, lane: Lane) -> bool:
        """Whether `lane` tries a scope that one message found out, and nobody else tries now."""
        tried = any(scope in self._handler.scopes(each.head) for each in self._at_work)
        return not tried and self._board.try_at_once(scope, lane)

    async def drain(self, timeout_s: float) -> None:
        """Start nothing more, let running handlers finish for `timeout_s`, cancel the rest."""
        self._draining = True
        self._letters.stop()
        for task in tuple(self._timers):
            task.cancel()
        if self._handlers:
            _, late = await asyncio.wait(self._handlers, timeout=timeout_s)
            for task in late:
                task.cancel()

    def bury(self, message: Message, error: BaseException, reason: str, explanation: str) -> None:
        """Dead-letter `message`."""
        self._letters.bury(message, self.key_of(message), error, reason, explanation)

    def refused(self, message: Message, error: Permanent) -> None:
        """The log will never take what was handed over for `message`, because of `error`."""
        self._letters.refused(message, self.key_of(message), error)

    async def _work(self, first: Lane) -> None:
        """Run lane after lane in one task, as long as there are any: tasks are not for nothing."""
        lane: Lane | None = first
        while lane is not None:
            turn = self._turns.now()
            try:
                await self._run(lane)
            finally:
                self._at_work.discard(lane)
            lane = self._next()
            self.pump()
            if lane is not None and self._turns.now() == turn:
                await asyncio.sleep(0)  # a handler that never waits must not keep the loop

    async def _run(self, lane: Lane) -> None:
        message = lane.head
        if message.answers_seen is None:
            message.answers_seen = dict(self._answers)
        with bind_message(message.envelope.id, message.envelope.traceparent):
            try:
                known = await self._around.decided(message) if message.repeated else None
                decision = None if known else await self._handle(message)
            except Permanent as error:
                self.bury(message, error, error.reason, str(error))
                self._advance(lane)
            except asyncio.CancelledError as error:
                if is_told_to_end(error):
                    raise
                # A library's inner cancellation that got out: nobody wants this task to end.
                await self._did_not_end_well(lane, error)
            except Exception as error:  # noqa: BLE001  # a bug in a handler fails its message, it does not end the inbox
                await self._did_not_end_well(lane, error)
            else:
                if decision is not None:
                    self._decided(message, decision)
                elif known is not None:
                    self._around.hand_over(message, known.outputs, None)
                self._advance(lane)

    async def _did_not_end_well(self, lane: Lane, error: BaseException) -> None:
        message = lane.head
        if message.delivery.suspect:
            # It does not run while it waits, so it is not to blame if the process dies then.
            await self._around.rest(message.intake, message.delivery)
        if isinstance(error, Outage):
            self._wait_for_scope(lane, error)
        elif isinstance(error, OutcomeUnknown):
            self._outcome_unknown(lane, error)
        else:
            await self._failed(lane, error)

    async def _handle(self, message: Message) -> Decision:
        check_type(message.envelope.type, self._handler.accepts)
        deaths = message.delivery.deaths
        if deaths >= _CRASHES_TO_DEATH:
            raise Permanent(
                f"{deaths} processes died while they handled this message, the last two alone",
                reason="crashed_process",
            )
        if message.delivery.suspect:
            await self._around.attempt(message.intake, message.delivery)
        return await self._handler.handle(message)

    def _decided(self, message: Message, decision: Decision) -> None:
        if decision.provider:
            self._answers[decision.provider] = self._answers.get(decision.provider, 0) + 1
        if self._doubts:
            self._doubts.clear()
        verdict = Verdict(
            key=self.key_of(message),
            status=decision.status,
            decided_at=self._clock.now(),
            account=decision.account,
            label=decision.label,
            received_at=decision.received_at,
            detail=decision.detail,
            outputs=decision.outputs,
        )
        self._around.hand_over(message, decision.outputs, verdict)

    def _advance(self, lane: Lane) -> None:
        self._came_back(lane)
        self._lanes.advance(lane)

    def _came_back(self, lane: Lane, *, but: str = "") -> None:
        if not self._board.scopes:
            return
        released, over = self._board.returned(lane, but=but)
        for other in released:
            self._lanes.release(other)
        for scope in over:
            self._logger.info(LogEvent.OUTAGE_ENDED, scope=scope.name)

    def _hold(self, lane: Lane) -> None:
        self._lanes.hold(lane)
        self._around.room()

    def _abandon(self, lane: Lane) -> None:
        """Its partition is another's: whoever has it tries again."""
        message = lane.head
        self._advance(lane)
        self._around.drop(message)

    def _outcome_unknown(self, lane: Lane, error: OutcomeUnknown) -> None:
        """Once more after a delay, or never: who may have been told already is not told thrice."""
        message = lane.head
        message.unknown += 1
        self._doubts.update(needed := self._handler.scopes(message))
        doubtful = [name for name in sorted(needed) if self._doubts[name] >= _DOUBTS_TO_OUTAGE]
        at = self._at(self._retry.repeat_after_s)
        outage = Outage(str(error), scope=doubtful[0], retry_at=at) if doubtful else None
        if error.final or message.unknown > 1:
            self._leave_unknown(message, error)
            if outage is not None and not message.revoked:
                self._found_out(lane, outage, waits=False)
            self._advance(lane)
        elif message.revoked:
            self._abandon(lane)
        elif outage is not None:
            self._wait_for_scope(lane, outage)
        else:
            self._park(lane, self._retry.repeat_after_s, error)

    def _leave_unknown(self, message: Message, error: OutcomeUnknown) -> None:
        if error.broken:
            self.bury(message, error.__cause__ or error, "handler_error", str(error))
        else:
            key, now = self.key_of(message), self._clock.now()
            verdict = Verdict(key, VerdictStatus.UNKNOWN, now, label=str(error))
            self._around.hand_over(message, (), verdict)

    async def _failed(self, lane: Lane, error: BaseException) -> None:
        message = lane.head
        if message.revoked:
            self._abandon(lane)
            return
        transient = error if isinstance(error, Transient) else None
        if transient and transient.provider and not self._answered_others(message, transient):
            named = transient.provider
            scope = named if named in self._handler.scopes(message) else f"provider:{named}"
            at = self._at(transient.retry_after_s)
            self._wait_for_scope(lane, Outage(str(error), scope=scope, retry_at=at))
            return
        message.answers_seen = dict(self._answers)
        message.attempts += 1
        now_s = self._clock.monotonic()
        since_s = now_s if message.parked_since is None else message.parked_since
        asked_s = transient.retry_after_s if transient else None
        waited_s = now_s - since_s
        if self._retry.exhausted(message.attempts, waited_s):
            await self._give_up(lane, error)
            return
        message.parked_since = since_s
        # Who asks for longer than a message may be parked is asked earlier: a try is left.
        most_s = max(self._retry.max_park_s - waited_s, self._retry.base_delay_s)
        self._park(lane, min(self._retry.delay_s(message.attempts, asked_s), most_s), error)

    async def _give_up(self, lane: Lane, error: BaseException) -> None:
        """The last attempt failed: what the handler can decide without it, else a dead letter."""
        message = lane.head
        try:
            decision = await self._handler.last_resort(message, error)
        except (Exception, asyncio.CancelledError) as worse:
            # What failed is told by the dead letter, this by its type.
            if is_told_to_end(worse):
                raise
            self._logger.warning(LogEvent.UNHANDLED_ERROR, error_type=type(worse).__name__)
            decision = None
        if decision is not None:
            self._decided(message, decision)
        else:
            transient = isinstance(error, Transient)
            reason = "attempts_exhausted" if transient else "handler_error"
            self.bury(message, error, reason, str(error) if transient else "")
        self._advance(lane)

    def _park(self, lane: Lane, delay_s: float, error: BaseException) -> None:
        message = lane.head
        self._logger.warning(
            LogEvent.MESSAGE_PARKED,
            attempt=message.attempts + message.unknown,
            delay_s=round(delay_s, 3),
            error_type=type(error).__name__,
        )
        self._came_back(lane)
        self._hold(lane)
        self._later(self._release_after(delay_s, lane))

    def _at(self, asked_s: float | None) -> datetime | None:
        """When that is (UTC), None if nothing was asked for."""
        return None if asked_s is None else self._clock.now() + timedelta(seconds=asked_s)

    def _answered_others(self, message: Message, error: Transient) -> bool:
        provider = error.provider or ""
        seen = (message.answers_seen or {}).get(provider, 0)
        return self._answers.get(provider, 0) > seen

    def _wait_for_scope(self, lane: Lane, outage: Outage) -> None:
        if lane.head.revoked:
            self._abandon(lane)
            return
        self._came_back(lane, but=outage.scope)
        self._hold(lane)
        self._found_out(lane, outage)

    def _found_out(self, lane: Lane, outage: Outage, *, waits: bool = True) -> None:
        """`lane` has found a scope out; `waits` for it, or is done with it."""
        fresh = outage.scope not in self._board.scopes
        scope = self._board.fail(
            outage.scope, lane, outage.retry_at, exact=outage.exact, waits=waits
        )
        if fresh:
            self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
        self._around.out(self._board.scopes[outage.scope], outage)
        if scope is not None:
            delay_s = scope.due - self._clock.monotonic()
            self._later(self._probe_after(delay_s, scope.name, scope.generation))

    async def _release_after(self, delay_s: float, lane: Lane) -> None:
        await self._clock.sleep(delay_s)
        self._lanes.release(lane)
        self.pump()

    async def _probe_after(self, delay_s: float, name: str, generation: int) -> None:
        await self._clock.sleep(max(0.0, delay_s))
        probes = self._board.probe(name, generation)
        for lane in probes:
            self._lanes.release(lane)
        if probes:
            self._later(self._probe_after(self._retry.max_park_s, name, generation))
        self.pump()

    def _later(self, timer: Coroutine[Any, Any, None]) -> None:
        """Run `timer`, unless nothing is started any more: a stop would wait for it."""
        if self._draining:
            timer.close()
        else:
            self._track(self._timers, self._around.spawn(timer))

    @staticmethod
    def _track(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        tasks.add(task)
        task.add_done_callback(tasks.discard)
