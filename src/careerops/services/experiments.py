"""Experiments, for a person: starting, looking, ending."""

import secrets
from collections.abc import Sequence

from careerops.domain.errors import CareerOpsError
from careerops.llm.experiments.book import ExperimentBook
from careerops.llm.experiments.definition import Experiment, Variant, new_experiment
from careerops.llm.experiments.report import Report, report
from careerops.llm.experiments.truths import truths_of
from careerops.ports.clock import Clock
from careerops.ports.corrections import CorrectionStore
from careerops.ports.documents import Documents

_SALT_BYTES = 8


class Experiments:
    """The experiments of a store."""

    def __init__(self, documents: Documents, corrections: CorrectionStore, clock: Clock) -> None:
        """Keep them in `documents`; what people said is in `corrections`."""
        self._book = ExperimentBook(documents)
        self._corrections = corrections
        self._clock = clock

    async def start(self, name: str, variants: Sequence[Variant]) -> Experiment:
        """Start one; all processes follow within seconds.

        Raises:
            ConfigurationError: it is not defined as it should be.
            CareerOpsError: another one runs, or one of that name is kept.
        """
        salt = secrets.token_hex(_SALT_BYTES)
        experiment = new_experiment(name, variants, salt=salt, at=self._clock.now())
        await self._book.start(experiment)
        return experiment

    async def stop(self) -> Experiment:
        """End the one that runs; what was seen is kept.

        Raises:
            CareerOpsError: none runs.
        """
        stopped = await self._book.stop(self._clock.now())
        if stopped is None:
            raise CareerOpsError("no experiment is running: careerops experiment start begins one")
        return stopped

    async def kept(self) -> list[Experiment]:
        """The last ten, the latest last; only that one can be running."""
        return await self._book.kept()

    async def report(self, name: str = "", *, alpha: float) -> Report:
        """What is known about the experiment called `name`, or the latest.

        Raises:
            CareerOpsError: there is none.
        """
        kept = await self._book.kept()
        found = [each for each in kept if name in {"", each.name}]
        if not found:
            known = ", ".join(each.name for each in kept) or "none was started"
            raise CareerOpsError(f"no experiment {name}".rstrip() + f": {known}")
        seen = await self._book.seen(found[-1])
        truths = truths_of(await self._corrections.all())
        return report(found[-1], seen, truths, alpha=alpha)
