"""A local classifier whose events are doubted where they may have been put into the mail.

It obeys nobody, but it can be talked into an event as a model can: by a promise in a comment, in
the title of a meeting, in one paragraph of a newsletter. Where the mail speaks to programs, or the
event hangs on one passage that is foreign to the rest, the answer is marked for review.
"""

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError
from careerops.llm.bearing import is_stray
from careerops.llm.steering import steers
from careerops.ports.classifier import Classifier


class Guarded:
    """A `Classifier` around a local one."""

    def __init__(self, classifier: Classifier) -> None:
        """Doubt what `classifier` says; it is asked up to twice more about a mail with an event."""
        self._classifier = classifier

    @property
    def name(self) -> str:
        """The classifier's."""
        return self._classifier.name

    async def classify(self, mail: RawEmail) -> Classification:
        """The classifier's answer, marked where it is doubtful. Raises as it does."""
        answer = await self._classifier.classify(mail)
        if answer.review or not answer.event_type.is_career:
            return answer
        if steers(mail) or await is_stray(mail, answer.event_type, answer, self._opinion):
            return answer.model_copy(update={"review": True})
        return answer

    async def close(self) -> None:
        """Close the classifier."""
        await self._classifier.close()

    async def _opinion(self, mail: RawEmail) -> Classification | None:
        try:
            return await self._classifier.classify(mail)
        except CareerOpsError:
            return None  # an opinion about a part of a mail that nobody sent: none is given
