"""Writing dead letters, also those that the log refuses.

A letter holds the input byte for byte. A log that carries less than that is given less: the first
64 KiB, then nothing but what happened and where the input stands. What it does not take even then
is offered again, in the end every minute: the input stays unsettled, so nothing is lost and
nothing spins.
"""

import asyncio

from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.stream.deadletter import SMALLEST, dead_letter
from careerops.stream.message import Burial, Message
from careerops.stream.retry import RetryPolicy
from careerops.stream.surroundings import Surroundings


class DeadLetterWriter:
    """Hands over the dead letters of one stage."""

    def __init__(self, stage: str, retry: RetryPolicy, around: Surroundings) -> None:
        """Write for `stage`; a letter refused in every size waits as `retry` says."""
        self._stage = stage
        self._retry = retry
        self._around = around
        self._logger = get_logger(stage)
        self._waiting: dict[int, tuple[Message, asyncio.Task[None]]] = {}
        self._stopped = False

    def bury(
        self,
        message: Message,
        key: VerdictKey,
        error: BaseException,
        reason: str,
        explanation: str,
    ) -> None:
        """Dead-letter `message`; without an identity there is no verdict to keep."""
        message.burial = Burial(error, reason, explanation)
        self._around.metrics.dead_letters.labels(self._stage, reason).inc()
        self._logger.error(LogEvent.DEAD_LETTERED, reason=reason, error_type=type(error).__name__)
        self._hand_over(message, key, message.burial)

    def refused(self, message: Message, key: VerdictKey, error: BaseException) -> None:
        """What was handed over for `message` was refused: hand over its letter, or a smaller one.

        The smallest is handed over again after a while.
        """
        if message.burial is None:
            reason = getattr(error, "reason", "refused")
            self.bury(message, key, error, reason, str(error))
            return
        message.refusals += 1
        if message.refusals <= SMALLEST:
            self._hand_over(message, key, message.burial)
            return
        wait_s = self._retry.delay_s(message.refusals - SMALLEST)
        self._logger.error(
            LogEvent.DEAD_LETTER_REFUSED,
            reason=message.burial.reason,
            attempt=message.refusals,
            delay_s=round(wait_s, 3),
        )
        if not self._stopped:
            later = self._around.spawn(self._offer_after(wait_s, message, key, message.burial))
            self._waiting[id(message)] = (message, later)

    def forget(self, intake: int, partition: int) -> list[Message]:
        """A partition was taken away: offer its letters no more. Returns whose they were."""
        gone: list[Message] = []
        for number, (message, later) in list(self._waiting.items()):
            if (message.intake, message.delivery.record.partition) == (intake, partition):
                later.cancel()
                del self._waiting[number]
                gone.append(message)
        return gone

    def stop(self) -> None:
        """Offer nothing again: what waits stays unsettled."""
        self._stopped = True
        for _, later in self._waiting.values():
            later.cancel()

    async def _offer_after(
        self, wait_s: float, message: Message, key: VerdictKey, burial: Burial
    ) -> None:
        if message.delivery.suspect:
            # It does not run while its letter waits, so it is not to blame if the process dies.
            await self._around.rest(message.intake, message.delivery)
        await self._around.clock.sleep(wait_s)
        del self._waiting[id(message)]
        self._hand_over(message, key, burial)

    def _hand_over(self, message: Message, key: VerdictKey, burial: Burial) -> None:
        now = self._around.clock.now()
        letter = dead_letter(
            message.delivery.record,
            stage=self._stage,
            reason=burial.reason,
            attempts=message.attempts,
            at=now,
            error=burial.error,
            explanation=burial.explanation,
            refusals=message.refusals,
        )
        # With the letter in it: a log that writes it after the verdict may be killed in between.
        verdict = Verdict(key, VerdictStatus.DEAD, now, label=burial.reason, outputs=(letter,))
        named = bool(message.envelope.id)
        self._around.hand_over(message, (letter,), verdict if named else None)
