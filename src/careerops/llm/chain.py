"""Providers in order, then the fallback: what becomes of a mail when they fail.

- The first valid answer wins.
- A mail that a provider does not take, because it is too long or the request is malformed, is
  shown to no other provider: it is the mail's fault or ours, and would be refused everywhere.
- Some provider is up and none gave a valid answer: the fallback answers, marked as degraded and
  for review; without a fallback the mail is a dead letter, or, where a provider was not reached,
  tried again.
- No provider can answer anybody: an outage of `llm`. The classify service holds the mail and has
  it degraded in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError, Outage, Permanent, Transient
from careerops.llm.breaker import CircuitBreaker, Outcome
from careerops.llm.budget import SCOPE as BUDGET
from careerops.llm.errors import ProviderDown
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.classifier import Classifier

SCOPE: Final = "llm"
HISTORY_SCOPE: Final = "llm.history"
"""What mails of the past wait for when quota is kept for live mail."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_FAULTS: Final = frozenset({"bad_request", "too_long"})
"""Reasons of `Permanent` that are no provider's: asking another would be blind."""


@dataclass(frozen=True, slots=True)
class _Link:
    classifier: Classifier
    breaker: CircuitBreaker


@dataclass(frozen=True, slots=True)
class _Failure:
    """How one provider failed. `suspect`: it may be this mail that makes it fail."""

    provider: str
    error: CareerOpsError
    suspect: bool = False
    retry_at: datetime | None = None


class ClassifierChain:
    """A `Classifier` over classifiers in order, each behind a circuit breaker."""

    def __init__(
        self,
        classifiers: Sequence[Classifier],
        *,
        fallback: Classifier | None,
        context: PartContext,
    ) -> None:
        """Ask `classifiers` in order; `fallback` answers where none of them can."""
        self._links = [
            _Link(each, CircuitBreaker(each.name, context.clock, context.metrics))
            for each in classifiers
        ]
        self._fallback = fallback
        self._clock = context.clock
        self._errors = context.metrics.classification_errors
        self._answers = context.metrics.model_answers
        for each in classifiers:
            self._answers.labels(each.name).set(1)
        self._logger = get_logger("llm")

    @property
    def name(self) -> str:
        """Of the chain; answers carry the name of the provider that gave them."""
        return "chain"

    async def classify(self, mail: RawEmail) -> Classification:
        """The first valid answer.

        Raises:
            Outage: no provider can answer now (scope `llm`, `llm.history` for mails of the past,
                or `budget`; `retry_at` of the earliest, exact where that is known).
            Transient: it is this mail's turn to wait: a provider's rate limit, or its first
                failure since it answered (names the provider).
            Permanent: no valid answer and no fallback (reason `all_invalid`).
        """
        failures: list[_Failure] = []
        for link in self._links:
            result = await self._ask(link, mail)
            if isinstance(result, Classification):
                return result
            failures.append(result)
            if isinstance(result.error, Permanent) and result.error.reason in _FAULTS:
                break
        return await self._without_answer(mail, failures)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """The fallback's answer, marked as degraded for `reason`; None without a fallback."""
        if self._fallback is None:
            return None
        answer = await self._fallback.classify(mail)
        self._logger.warning(LogEvent.CLASSIFICATION_DEGRADED, provider=self._fallback.name)
        return answer.model_copy(update={"degraded": reason, "review": True})

    async def close(self) -> None:
        """Close every classifier."""
        for link in self._links:
            await link.classifier.close()
        if self._fallback is not None:
            await self._fallback.close()

    async def _ask(self, link: _Link, mail: RawEmail) -> Classification | _Failure:
        name, breaker = link.classifier.name, link.breaker
        ticket = breaker.begin()
        if ticket is None:
            error = Outage(f"{name} fails too often and is left alone", scope=name)
            return _Failure(name, error, retry_at=breaker.retry_at)
        outcome = Outcome.UNKNOWN
        answered_before = not breaker.failing
        try:
            answer = await link.classifier.classify(mail)
            outcome = Outcome.UP
            self._answers.labels(name).set(1)
        except CareerOpsError as error:
            outcome = _outcome(error)
            # What is final was answered, if not usefully.
            self._answers.labels(name).set(_is_final(error))
            self._note(name, error)
            return self._failure(name, error, answered_before=answered_before)
        finally:
            breaker.end(ticket, outcome)
        return answer

    def _failure(self, name: str, error: CareerOpsError, *, answered_before: bool) -> _Failure:
        now = self._clock.now()
        if isinstance(error, Outage):
            return _Failure(name, error, retry_at=error.retry_at)
        if isinstance(error, Transient):
            # One mail that makes a provider fail must not hold up the others: only when it fails
            # again, or has never answered, the provider is taken to be down.
            suspect = isinstance(error, ProviderDown) and answered_before
            wait_s = error.retry_after_s
            retry_at = None if wait_s is None else now + timedelta(seconds=wait_s)
            return _Failure(name, error, suspect=suspect, retry_at=retry_at)
        return _Failure(name, error)

    async def _without_answer(self, mail: RawEmail, failures: list[_Failure]) -> Classification:
        waiting = [failure for failure in failures if not _is_final(failure.error)]
        if failures and len(waiting) == len(failures):
            raise _to_wait_for(waiting, HISTORY_SCOPE if mail.backfill else SCOPE)
        why = ", ".join(f"{failure.provider}: {_word(failure.error)}" for failure in failures)
        answer = await self.degrade(mail, why)
        if answer is not None:
            return answer
        if waiting:
            first = waiting[0]
            raise Transient(str(first.error), provider=first.provider) from None
        raise Permanent(f"no valid answer from any provider ({why})", reason="all_invalid")

    def _note(self, name: str, error: CareerOpsError) -> None:
        # The type alone: the text of a provider's error may quote what it was sent.
        self._logger.warning(
            LogEvent.PROVIDER_FAILED, provider=name, error_type=type(error).__name__
        )
        self._errors.labels(_word(error)).inc()


def _to_wait_for(failures: list[_Failure], scope: str) -> CareerOpsError:
    """What to raise when every provider may answer later."""
    budgets = [f.error for f in failures if isinstance(f.error, Outage) and f.error.scope == BUDGET]
    if len(budgets) == len(failures):
        return budgets[0]
    suspects = [failure for failure in failures if failure.suspect]
    alone = failures if len(failures) == 1 else []
    for failure in (*suspects, *alone):
        if isinstance(failure.error, ProviderDown) and not failure.suspect:
            continue
        if isinstance(failure.error, Transient):
            asked_s = failure.error.retry_after_s
            return Transient(str(failure.error), retry_after_s=asked_s, provider=failure.provider)
    timed = [failure for failure in failures if failure.retry_at is not None]
    names = ", ".join(failure.provider for failure in failures)
    first = min(timed, key=_retry_at, default=None)
    return Outage(
        f"no provider of classification can answer now: {names}",
        scope=scope,
        # One that names no time may be back at once: then the engine decides.
        retry_at=first.retry_at if first is not None and len(timed) == len(failures) else None,
        exact=first is not None and isinstance(first.error, Outage) and first.error.exact,
    )


def _retry_at(failure: _Failure) -> datetime:
    return failure.retry_at or _NEVER


def _is_final(error: CareerOpsError) -> bool:
    return not isinstance(error, Transient | Outage)


def _word(error: CareerOpsError) -> str:
    return error.reason if isinstance(error, Permanent) else type(error).__name__.lower()


def _outcome(error: CareerOpsError) -> Outcome:
    if isinstance(error, ProviderDown):
        return Outcome.DOWN
    # An outage may be known without a call (a spent quota is remembered), and says nothing then.
    return Outcome.UNKNOWN if isinstance(error, Outage) else Outcome.UP
