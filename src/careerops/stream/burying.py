"""Writing dead letters, also those that the log refuses.

A letter holds the input byte for byte. A log that carries less than that is given less: the first
64 KiB, then nothing but what happened and where the input stands. What it does not take even then
is offered again every minute: the input stays unsettled, so nothing is lost and nothing spins.
"""

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
        self.again(message, key)

    def refused(self, message: Message, key: VerdictKey, error: BaseException) -> float | None:
        """What was handed over for `message` was refused: hand over its letter, or a smaller one.

        Returns:
            Seconds after which `again` has to be called, None if it was handed over.
        """
        if message.burial is None:
            reason = getattr(error, "reason", "refused")
            self.bury(message, key, error, reason, str(error))
            return None
        message.refusals += 1
        if message.refusals <= SMALLEST:
            self.again(message, key)
            return None
        wait_s = self._retry.delay_s(message.refusals - SMALLEST)
        self._logger.error(
            LogEvent.DEAD_LETTER_REFUSED,
            reason=message.burial.reason,
            attempt=message.refusals,
            delay_s=round(wait_s, 3),
        )
        return wait_s

    def again(self, message: Message, key: VerdictKey) -> None:
        """Hand over the letter of a message that was given up before."""
        if message.burial is None:
            raise RuntimeError("only what was given up has a dead letter")
        now = self._around.clock.now()
        letter = dead_letter(
            message.delivery.record,
            stage=self._stage,
            reason=message.burial.reason,
            attempts=message.attempts,
            at=now,
            error=message.burial.error,
            explanation=message.burial.explanation,
            refusals=message.refusals,
        )
        # With the letter in it: a log that writes it after the verdict may be killed in between.
        verdict = Verdict(
            key, VerdictStatus.DEAD, now, label=message.burial.reason, outputs=(letter,)
        )
        named = bool(message.envelope.id)
        self._around.hand_over(message, (letter,), verdict if named else None)
