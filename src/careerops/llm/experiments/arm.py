"""A variant at work: its classifier behind a breaker, asked with a bill and a watch.

Whatever goes wrong with a variant is an observation about the variant and never the mail's fault:
an experiment must not cost a mail.
"""

from dataclasses import dataclass
from typing import Final

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError, Outage, Permanent
from careerops.llm.breaker import CircuitBreaker, Outcome
from careerops.llm.budget import SCOPE as BUDGET
from careerops.llm.budget import Spent
from careerops.llm.errors import ProviderDown
from careerops.llm.metering import NOTHING, billed
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.classifier import Classifier

DEGRADED: Final = "degraded"
LEFT_ALONE: Final = "left_alone"
UNEXPECTED: Final = "unexpected"


@dataclass(frozen=True, slots=True)
class Asked:
    """How it went.

    Attributes:
        answer: what came back, also one that the fallback gave; None if nothing did.
        failure: how the variant failed, in one word; '' if the answer is its own.
        error: what to raise where nobody else can answer.
        took_s: seconds.
        spent: what its calls used.
    """

    answer: Classification | None
    failure: str = ""
    error: Exception | None = None
    took_s: float = 0.0
    spent: Spent = NOTHING

    @property
    def own(self) -> Classification | None:
        """The variant's own answer."""
        return None if self.failure else self.answer


class Arm:
    """A variant's classifier."""

    def __init__(self, name: str, classifier: Classifier, context: PartContext) -> None:
        """Call it `name` in logs and metrics."""
        self._name = name
        self._classifier = classifier
        self._clock = context.clock
        self._breaker = CircuitBreaker(name, context.clock, context.metrics)
        self._logger = get_logger("llm")

    async def ask(self, mail: RawEmail) -> Asked:
        """Ask about `mail`; raises nothing but a cancellation."""
        ticket = self._breaker.begin()
        if ticket is None:
            error = Outage(f"{self._name} fails too often and is left alone", scope=self._name)
            return Asked(None, LEFT_ALONE, error)
        outcome = Outcome.UNKNOWN
        began_s = self._clock.monotonic()
        answer: Classification | None = None
        failure: Exception | None = None
        with billed() as bill:
            try:
                answer = await self._classifier.classify(mail)
                outcome = Outcome.UP
            except Exception as error:  # noqa: BLE001  # a broken variant is observed, and its mail answered by the champion
                failure = error
                outcome = _outcome(error)
            finally:
                self._breaker.end(ticket, outcome)
        took_s = self._clock.monotonic() - began_s
        word = _word(failure, answer)
        if failure is not None:
            self._note(failure)
        return Asked(answer, word, failure, took_s, bill.spent)

    def _note(self, error: Exception) -> None:
        expected = isinstance(error, CareerOpsError)
        self._logger.warning(
            LogEvent.PROVIDER_FAILED,
            # The text of a provider's error may quote what it was sent; frames have no values.
            exc_info=None if expected else error,
            provider=self._name,
            error_type=type(error).__name__,
        )


def _word(error: Exception | None, answer: Classification | None) -> str:
    if error is None:
        return DEGRADED if answer is not None and answer.degraded is not None else ""
    if isinstance(error, Permanent):
        return error.reason
    if isinstance(error, Outage) and error.scope == BUDGET:
        return BUDGET
    return type(error).__name__.lower() if isinstance(error, CareerOpsError) else UNEXPECTED


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, ProviderDown):
        return Outcome.DOWN
    return Outcome.UNKNOWN if isinstance(error, Outage) else Outcome.UP
