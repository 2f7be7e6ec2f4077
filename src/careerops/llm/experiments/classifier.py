"""The classifier of a process that takes part in the experiment that runs, if one does.

Without an experiment it is the chain that it was given. With one, a mail is answered by the variant
of its conversation, and by the chain where that variant fails: the event carries the variant that
it was assigned to either way, so that what a variant's failures cost is counted as the variant's.
Where the champion has answered, shadows are asked beside, in the background: the mail is answered
before they are, and more of them than may run at once are left out.

What runs is looked up every two seconds, so that all processes follow a start or a stop.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.errors import CareerOpsError, Outage
from careerops.llm.experiments.arm import Arm, Asked
from careerops.llm.experiments.background import Background
from careerops.llm.experiments.book import ExperimentBook, Place, Seen
from careerops.llm.experiments.definition import CONFIGURED, Conversation, Experiment, Variant
from careerops.llm.experiments.recorder import Recorder
from careerops.llm.experiments.tally import Observation
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.classifier import Classifier

LOOK_AGAIN_S: Final = 2.0
MAX_SHADOWS: Final = 8
UNCONFIGURED: Final = "not_configured"

BuildVariant = Callable[[Variant], Classifier]
"""A variant with a part -> its classifier. Raises `ConfigurationError` if there is no such part."""


class Degrading(Classifier, Protocol):
    """A classifier that can also answer without its providers."""

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """The fallback's answer, marked as degraded for `reason`; None if there is no fallback."""
        ...


@dataclass(frozen=True, slots=True)
class _Case:
    """A mail in an experiment."""

    experiment: Experiment
    conversation: Conversation
    mail: RawEmail

    def place(self, variant: Variant) -> Place:
        """Where what is seen of `variant` is written."""
        return Place(self.experiment.id, variant.name, self.conversation.shard)


class ExperimentClassifier:
    """A `Classifier` around `chain`, everything as it is configured."""

    def __init__(
        self,
        chain: Degrading,
        build: BuildVariant,
        context: PartContext,
        *,
        max_shadows: int = MAX_SHADOWS,
    ) -> None:
        """Answer by `chain` where no variant does; `build` variants when they are first needed.

        At most `max_shadows` calls of shadows are under way at once.
        """
        self._chain = chain
        self._build = build
        self._context = context
        self._clock = context.clock
        self._book = ExperimentBook(context.documents)
        self._recorder = Recorder(self._book)
        self._shadows = Background("experiment-shadow", max_shadows)
        self._arms: dict[tuple[str, str], Arm | None] = {}
        self._built: list[Classifier] = []
        self._running: Experiment | None = None
        self._looked_s = float("-inf")
        self._looking = asyncio.Lock()
        self._logger = get_logger("llm")

    @property
    def name(self) -> str:
        """The chain's: answers carry the name of who gave them."""
        return self._chain.name

    async def classify(self, mail: RawEmail) -> Classification:
        """The answer of the conversation's variant, else the chain's. Raises as the chain does."""
        experiment = await self._current()
        if experiment is None:
            return await self._chain.classify(mail)
        case = _Case(experiment, experiment.conversation(mail), mail)
        variant = experiment.assigned(case.conversation)
        asked = await self._ask(case, variant)
        self._note(case, variant, asked)
        if variant.champion and asked.own is not None:
            self._ask_beside(case, asked.own)
        return _marked(await self._standing(mail, variant, asked), variant)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """As the chain's, with the variant of the conversation."""
        answer = await self._chain.degrade(mail, reason)
        experiment = await self._current()
        if answer is None or experiment is None:
            return answer
        return _marked(answer, experiment.assigned(experiment.conversation(mail)))

    async def close(self) -> None:
        """Cancel shadows, write down what was seen, close every classifier. Idempotent."""
        await self._shadows.finish(0)
        await self._recorder.close()
        for classifier in self._built:
            await classifier.close()
        await self._chain.close()

    async def _standing(self, mail: RawEmail, variant: Variant, asked: Asked) -> Classification:
        """The answer that is given for the mail."""
        if variant.part != CONFIGURED:
            return asked.own or await self._chain.classify(mail)
        if asked.error is not None:
            raise asked.error  # the chain's own: nobody else is left to ask
        return asked.answer or await self._chain.classify(mail)

    async def _ask(self, case: _Case, variant: Variant) -> Asked:
        arm = self._arm(case.experiment, variant)
        return Asked(None, UNCONFIGURED) if arm is None else await arm.ask(case.mail)

    def _ask_beside(self, case: _Case, champions: Classification) -> None:
        for shadow in case.experiment.beside(case.conversation):
            if self._shadows.full:
                self._recorder.note(case.place(shadow), Seen(case.conversation.key, None))
            else:
                self._shadows.start(self._shadow(case, shadow, champions))

    async def _shadow(self, case: _Case, shadow: Variant, champions: Classification) -> None:
        self._note(case, shadow, await self._ask(case, shadow), champions)

    def _note(
        self,
        case: _Case,
        variant: Variant,
        asked: Asked,
        champions: Classification | None = None,
    ) -> None:
        own = asked.own
        label = own.event_type if own is not None else None
        observation = Observation(
            event_id=case.mail.event_id,
            label=label,
            took_s=asked.took_s,
            spent=asked.spent,
            error=asked.failure,
            agreed=None if champions is None or label is None else label is champions.event_type,
        )
        self._recorder.note(case.place(variant), Seen(case.conversation.key, observation))

    def _arm(self, experiment: Experiment, variant: Variant) -> Arm | None:
        """The variant at work; None if this process is not configured for it.

        Those of an experiment that was stopped stay open until the process ends: a mail may still
        be with them.
        """
        key = (experiment.id, variant.name)
        if key not in self._arms:
            try:
                self._arms[key] = Arm(
                    f"experiment.{variant.name}", self._classifier(variant), self._context
                )
            except CareerOpsError:
                self._arms[key] = None
                self._logger.warning(
                    LogEvent.PROVIDER_INIT_FAILED, provider=variant.name, reason=UNCONFIGURED
                )
        return self._arms[key]

    def _classifier(self, variant: Variant) -> Classifier:
        if variant.part == CONFIGURED:
            return self._chain
        self._built.append(self._build(variant))
        return self._built[-1]

    async def _current(self) -> Experiment | None:
        """The experiment that runs, as it was known at most two seconds ago.

        While the store is out, the one that was known last.
        """
        async with self._looking:
            if self._clock.monotonic() - self._looked_s >= LOOK_AGAIN_S:
                try:
                    self._running = await self._book.running()
                except Outage as outage:
                    self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
                self._looked_s = self._clock.monotonic()
            return self._running


def _marked(answer: Classification, variant: Variant) -> Classification:
    return answer.model_copy(update={"variant": variant.name})
