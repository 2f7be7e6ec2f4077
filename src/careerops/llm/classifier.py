"""A `Classifier` over a `ChatModel`: one call, at most one repair, then an honest failure."""

from dataclasses import replace
from typing import Final

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError, Permanent
from careerops.llm.answer import MAX_ANSWER_CHARS, CheckedAnswer, check_answer
from careerops.llm.bearing import is_stray
from careerops.llm.errors import InvalidAnswer
from careerops.llm.prompt import MAX_MAIL_TOKENS, Prompt, build_request, bundled_prompt
from careerops.llm.trust import (
    deadline_of,
    interview_of,
    is_overruled,
    names_of,
    needs_review,
    warnings_of,
)
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.chatmodel import ChatAnswer, ChatModel, ChatRequest
from careerops.ports.classifier import Classifier

_SHOWN_BACK: Final = MAX_ANSWER_CHARS // 5
_MORE_ROOM: Final = 2


class LLMClassifier:
    """Asks `model`, and checks what it says against the mail and a second, local opinion."""

    def __init__(
        self,
        model: ChatModel,
        *,
        second: Classifier | None,
        context: PartContext,
        prompt: Prompt | None = None,
        max_tokens: int = MAX_MAIL_TOKENS,
    ) -> None:
        """Ask with `prompt`, the present one without, and show about `max_tokens` of a mail."""
        self._model = model
        self._second = second
        self._clock = context.clock
        self._metrics = context.metrics
        self._prompt = prompt or bundled_prompt()
        self._max_tokens = max_tokens
        self._logger = get_logger("llm")

    @property
    def name(self) -> str:
        """The provider's kind."""
        return self._model.name

    async def classify(self, mail: RawEmail) -> Classification:
        """The meaning of `mail`; marked for review where the model is not to be believed alone.

        Raises:
            Transient, Outage: as the model's.
            Permanent: two unusable answers (reason `invalid_answer`), or as the model's.
        """
        request = build_request(mail, max_tokens=self._max_tokens, prompt=self._prompt)
        given = await self._ask(request)
        try:
            answer = self._checked(given, mail)
        except InvalidAnswer as error:
            given = await self._ask(_repair(request, given, error))
            answer = self._checked_again(given, mail)
        return await self._classification(mail, answer, given)

    async def close(self) -> None:
        """Close the model and the second opinion."""
        await self._model.close()
        if self._second is not None:
            await self._second.close()

    async def _ask(self, request: ChatRequest) -> ChatAnswer:
        began_s = self._clock.monotonic()
        try:
            answer = await self._model.complete(request)
        finally:
            took_s = self._clock.monotonic() - began_s
            self._metrics.llm_latency_seconds.labels(self.name).observe(took_s)
        self._metrics.llm_tokens.labels(self.name, "input").inc(max(0, answer.input_tokens))
        self._metrics.llm_tokens.labels(self.name, "output").inc(max(0, answer.output_tokens))
        return answer

    def _checked(self, given: ChatAnswer, mail: RawEmail) -> CheckedAnswer:
        try:
            return check_answer(given.text, mail, truncated=given.truncated)
        except InvalidAnswer as error:
            self._metrics.classification_errors.labels(error.defect.value).inc()
            raise

    def _checked_again(self, given: ChatAnswer, mail: RawEmail) -> CheckedAnswer:
        try:
            return self._checked(given, mail)
        except InvalidAnswer as error:
            # From None: the first answer's text is in no traceback of the second's failure.
            raise Permanent(
                f"{self.name} gave no usable answer, nor one when asked again ({error.defect})",
                reason="invalid_answer",
            ) from None

    async def _classification(
        self, mail: RawEmail, answer: CheckedAnswer, given: ChatAnswer
    ) -> Classification:
        second = await self._second_opinion(mail)
        if second is not None and is_overruled(mail, answer, second):
            return second.model_copy(
                update={
                    "warnings": warnings_of(mail, answer, second),
                    "provider": self.name,
                    "model": given.model,
                    "prompt_version": self._prompt.version,
                    "review": True,
                }
            )
        stray = await is_stray(mail, answer.event_type, second, self._second_opinion)
        company, role = names_of(mail, answer, second)
        return Classification(
            event_type=answer.event_type,
            company=company,
            role=role,
            confidence=answer.confidence,
            summary=answer.summary,
            evidence=answer.quote.text if answer.quote is not None else "",
            interview=interview_of(mail, answer, second),
            deadline=deadline_of(mail, answer, second),
            warnings=warnings_of(mail, answer, second),
            language=second.language if second is not None else "",
            provider=self.name,
            model=given.model,
            prompt_version=self._prompt.version,
            review=needs_review(mail, answer, second, stray=stray),
        )

    async def _second_opinion(self, mail: RawEmail) -> Classification | None:
        if self._second is None:
            return None
        try:
            return await self._second.classify(mail)
        except CareerOpsError as error:
            self._logger.warning(
                LogEvent.PROVIDER_FAILED,
                provider=self._second.name,
                error_type=type(error).__name__,
            )
            return None


def _repair(request: ChatRequest, given: ChatAnswer, error: InvalidAnswer) -> ChatRequest:
    """Ask once more, showing the model its answer and what is wrong with it."""
    complaint = f"Your answer cannot be used. {error.complaint} Answer again, about the same mail."
    shown = given.text[:_SHOWN_BACK] or "(nothing)"
    return replace(
        request,
        messages=(*request.messages, ("assistant", shown), ("user", complaint)),
        max_output_tokens=request.max_output_tokens * _MORE_ROOM,
    )
