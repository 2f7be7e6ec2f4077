"""A cascade: what a local classifier is sure of needs no hosted model.

Local answers cost nothing, leave nothing on anybody's quota, and show the mail to nobody. What
they are not sure of, and whatever they find suspicious (see `guarded`), goes on to the hosted
providers.
"""

from collections.abc import Sequence

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError
from careerops.llm.chain import ClassifierChain
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.classifier import Classifier


class Cascade:
    """A `Classifier` that asks local ones first, and `hosted` where none of them is sure."""

    def __init__(
        self, local: Sequence[Classifier], hosted: ClassifierChain, *, sure: float
    ) -> None:
        """Take a local answer of probability `sure` and more that is not marked for review."""
        self._local = tuple(local)
        self._hosted = hosted
        self._sure = sure
        self._logger = get_logger("llm")

    @property
    def name(self) -> str:
        """Of the cascade; answers carry the name of who gave them."""
        return "cascade"

    async def classify(self, mail: RawEmail) -> Classification:
        """The first local answer that is sure, else the hosted providers'. Raises as they do."""
        for classifier in self._local:
            answer = await self._ask(classifier, mail)
            if answer is not None and answer.confidence >= self._sure and not answer.review:
                return answer
        return await self._hosted.classify(mail)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """The fallback's answer, marked as degraded for `reason`; None without a fallback."""
        return await self._hosted.degrade(mail, reason)

    async def close(self) -> None:
        """Close every classifier."""
        for classifier in self._local:
            await classifier.close()
        await self._hosted.close()

    async def _ask(self, classifier: Classifier, mail: RawEmail) -> Classification | None:
        try:
            return await classifier.classify(mail)
        except CareerOpsError as error:
            self._logger.warning(
                LogEvent.PROVIDER_FAILED,
                provider=classifier.name,
                error_type=type(error).__name__,
            )
            return None
