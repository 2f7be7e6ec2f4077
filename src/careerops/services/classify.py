"""Classify: from a mail to a career event.

What becomes of an outage of every provider is decided here: live mail is held up to `hold_s`
after it was appended to the log, then the fallback answers, marked as degraded; or it is held
for as long as it takes. An outage never becomes a dead letter.
"""

from datetime import timedelta
from typing import Literal, Protocol

from pydantic import Field

from careerops.domain.career import CAREER_EVENT_TYPE, CareerEvent, Classification
from careerops.domain.email import RAW_EMAIL_TYPE, RawEmail
from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.domain.topics import CLASSIFIED
from careerops.domain.verdicts import VerdictStatus
from careerops.llm.budget import SCOPE as BUDGET
from careerops.llm.budget import BudgetOptions
from careerops.mail.known_links import interview_to_tell, links_to_tell
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.classifier import Classifier
from careerops.ports.clock import Clock
from careerops.services.envelopes import event_record
from careerops.stream.message import Decision, Message, decode

STAGE = "classify"
_NEEDS = frozenset({"llm", "budget"})
_HISTORY_NEEDS = _NEEDS | {"llm.history"}
_PROBE_MIN_S = 1.0
_PROBE_MAX_S = 30.0


class ClassifySettings(Model):
    """`[classify]`.

    Attributes:
        concurrency: handlers at work at once.
        fallback: the kind that answers when no provider gives a valid answer, or `none`.
        on_outage: `degrade` after `hold_s`, or `hold` for as long as it takes.
        hold_s: seconds that live mail waits for a provider before it is degraded. Mail of the
            past waits for quota as long as it takes.
        routing: `ordered` asks the classifiers as they stand in the configuration, `cheapest`
            those with the lowest price first, `cascade` asks the local ones first and hosted ones
            only where no local one is sure.
        sure: probability from which a local answer is taken, in a cascade.
        prompt: what language models are asked with: a version that the package has, or the name
            of a file `prompts/NAME.md` beside the configuration; '' is the present version.
        budget: a day's money and tokens.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    concurrency: int = Field(default=32, ge=1, le=1000)
    fallback: Literal["rules", "none"] = "rules"
    on_outage: Literal["degrade", "hold"] = "degrade"
    hold_s: float = Field(default=900.0, ge=0)
    routing: Literal["ordered", "cheapest", "cascade"] = "ordered"
    sure: float = Field(default=0.9, ge=0, le=1)
    prompt: str = Field(default="", max_length=64)
    budget: BudgetOptions = BudgetOptions()


class FallbackClassifier(Classifier, Protocol):
    """A classifier that can also answer without its providers."""

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """The fallback's answer, marked as degraded for `reason`; None if there is no fallback."""
        ...


class ClassifyHandler:
    """The handler of `raw_inbox_stream` and `raw_inbox_backfill`."""

    stage = STAGE
    accepts = RAW_EMAIL_TYPE

    def __init__(
        self,
        classifier: FallbackClassifier,
        settings: ClassifySettings,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        """Ask `classifier` about each mail."""
        self._classifier = classifier
        self._settings = settings
        self._clock = clock
        self._classified = metrics.emails_classified
        self._logger = get_logger(STAGE)

    def scopes(self, message: Message) -> frozenset[str]:
        """The providers as a whole; the chain raises these only if none of them can answer."""
        return _HISTORY_NEEDS if message.intake else _NEEDS

    async def handle(self, message: Message) -> Decision:
        """Classify one mail; `OTHER` and history are kept, everything else is published."""
        mail = decode(message, RawEmail)
        return self._event(mail, await self._answer(mail, message), message)

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """The fallback's answer, marked: a mail that providers fail at is told all the same."""
        mail = decode(message, RawEmail)
        word = type(error).__name__.lower()
        answer = await self._classifier.degrade(mail, f"every attempt failed ({word})")
        return None if answer is None else self._event(mail, answer, message)

    def _event(self, mail: RawEmail, answer: Classification, message: Message) -> Decision:
        told = {"interview": interview_to_tell(mail, answer.interview, answer.company)}
        event = CareerEvent(
            **(dict(answer) | told),
            event_id=message.envelope.id,
            revision=message.envelope.revision,
            original_email_id=mail.rfc822_message_id or mail.provider_id,
            account=mail.account,
            thread_key=mail.thread_key,
            received_at=mail.received_at,
            sender=mail.sender,
            subject=mail.subject,
            auth=mail.auth,
            links=links_to_tell(mail, answer.company),
            ingested_at=message.appended_at,
        )
        self._classified.labels(event.event_type.value, event.provider).inc()
        self._logger.info(
            LogEvent.EMAIL_CLASSIFIED,
            event_type=event.event_type.value,
            provider=event.provider,
            review=event.review,
            degraded=event.degraded is not None,
        )
        return self._decide(event, message, backfill=mail.backfill)

    def _decide(self, event: CareerEvent, message: Message, *, backfill: bool) -> Decision:
        status = VerdictStatus.DONE
        if not event.event_type.is_career:
            status = VerdictStatus.OTHER
        elif backfill:
            status = VerdictStatus.KEPT
        record = event_record(
            event,
            topic=CLASSIFIED,
            key=message.delivery.record.key,
            event_id=event.event_id,
            event_type=CAREER_EVENT_TYPE,
            source=STAGE,
            time=self._clock.now(),
            revision=event.revision,
            traceparent=message.envelope.traceparent,
        )
        return Decision(
            status=status,
            outputs=(record,) if status is VerdictStatus.DONE else (),
            detail=record.value,
            account=event.account,
            label=event.event_type.value,
            received_at=event.received_at,
            provider=event.provider,
        )

    async def _answer(self, mail: RawEmail, message: Message) -> Classification:
        try:
            return await self._classifier.classify(mail)
        except Outage as outage:
            return await self._without_providers(mail, message, outage)

    async def _without_providers(
        self, mail: RawEmail, message: Message, outage: Outage
    ) -> Classification:
        if outage.scope == BUDGET:
            if self._settings.budget.on_spent == "hold":
                raise outage
            return await self._degraded(mail, "the budget of the day is spent", outage)
        # History is in no hurry: quota that is used up now is there again, and better than rules.
        if self._settings.on_outage == "hold" or (mail.backfill and outage.exact):
            raise outage
        now = self._clock.now()
        until = message.appended_at + timedelta(seconds=self._settings.hold_s)
        if now < until:
            # One that names no time may be over at once: ask again after as long as was waited.
            waited_s = (now - message.appended_at).total_seconds()
            soon = now + timedelta(seconds=min(max(waited_s, _PROBE_MIN_S), _PROBE_MAX_S))
            retry_at = min(until, outage.retry_at or soon)
            raise Outage(
                str(outage), scope=outage.scope, retry_at=retry_at, exact=outage.exact
            ) from outage
        return await self._degraded(mail, f"outage of {outage.scope}", outage)

    async def _degraded(self, mail: RawEmail, reason: str, outage: Outage) -> Classification:
        answer = await self._classifier.degrade(mail, reason)
        if answer is None:
            raise outage
        return answer
