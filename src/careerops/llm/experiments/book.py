"""Experiments and what was seen in them, in the store that all processes share.

`experiments` is one document, the list of all that are kept, so that two processes cannot start one
each. What was seen is in one document for each experiment, variant and shard.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from careerops.domain.errors import CareerOpsError
from careerops.llm.experiments.definition import Experiment
from careerops.llm.experiments.tally import Observation, Shard, decode_shard, merged
from careerops.ports.documents import Documents

LIST: Final = "experiments"
PREFIX: Final = "experiment:"
MAX_KEPT: Final = 10


class Place(NamedTuple):
    """Where observations are written."""

    experiment: str
    variant: str
    shard: int

    @property
    def key(self) -> str:
        """The document's."""
        return f"{PREFIX}{self.experiment}:{self.variant}:{self.shard:x}"


class Seen(NamedTuple):
    """An observation in its conversation; None where a shadow was too busy to be asked."""

    conversation: str
    observation: Observation | None


class ExperimentBook:
    """The experiments of a store."""

    def __init__(self, documents: Documents) -> None:
        """Keep them in `documents`."""
        self._documents = documents

    async def start(self, experiment: Experiment) -> None:
        """Write it down as the one that runs; the oldest beyond ten are forgotten.

        Raises:
            CareerOpsError: another one runs, or one of that name is kept.
            Outage: the store is out.
        """

        def change(value: bytes | None) -> tuple[bytes | None, tuple[str, list[Experiment]]]:
            kept = _decoded(value)
            refusal = _refusal(experiment, kept)
            if refusal:
                return value, (refusal, [])
            kept.append(experiment)
            return _encoded(kept[-MAX_KEPT:]), ("", kept[:-MAX_KEPT])

        refusal, forgotten = await self._documents.change(LIST, change)
        if refusal:
            raise CareerOpsError(refusal)
        for each in forgotten:
            for key in await self._documents.read(f"{PREFIX}{each.id}:"):
                await self._documents.change(key, _removed)

    async def stop(self, at: datetime) -> Experiment | None:
        """End the one that runs; returns it, None if none does. Raises `Outage`."""

        def change(value: bytes | None) -> tuple[bytes | None, Experiment | None]:
            kept = _decoded(value)
            if not kept or kept[-1].stopped_at is not None:
                return value, None
            kept[-1] = kept[-1].model_copy(update={"stopped_at": at})
            return _encoded(kept), kept[-1]

        return await self._documents.change(LIST, change)

    async def kept(self) -> list[Experiment]:
        """All that are kept, the latest last; only that one can be running. Raises `Outage`."""
        return _decoded((await self._documents.read(LIST)).get(LIST))

    async def running(self) -> Experiment | None:
        """The one that runs. Raises `Outage`."""
        kept = await self.kept()
        return kept[-1] if kept and kept[-1].stopped_at is None else None

    async def write(self, place: Place, seen: Sequence[Seen]) -> None:
        """Add what was seen. Raises `Outage`, after which it may be written or not."""

        def change(value: bytes | None) -> tuple[bytes | None, None]:
            shard = decode_shard(value)
            for conversation, observation in seen:
                if observation is None:
                    shard.skip()
                else:
                    shard.note(conversation, observation)
            return shard.encode(), None

        await self._documents.change(place.key, change)

    async def seen(self, experiment: Experiment) -> dict[str, Shard]:
        """All that was seen, by variant, of those with nothing too. Raises `Outage`."""
        found = await self._documents.read(f"{PREFIX}{experiment.id}:")
        by_variant: dict[str, list[Shard]] = {variant.name: [] for variant in experiment.variants}
        for key, value in found.items():
            name = key.split(":")[2]
            if name in by_variant:
                by_variant[name].append(decode_shard(value))
        return {name: merged(shards) for name, shards in by_variant.items()}


def _refusal(experiment: Experiment, kept: Sequence[Experiment]) -> str:
    """Why it cannot be started, '' if it can."""
    if kept and kept[-1].stopped_at is None:
        return f"experiment {kept[-1].name} is running: careerops experiment stop ends it"
    if any(each.name == experiment.name for each in kept):
        return f"there was an experiment {experiment.name}: choose another name"
    return ""


def _removed(_: bytes | None) -> tuple[None, None]:
    return None, None


def _encoded(kept: Sequence[Experiment]) -> bytes:
    return json.dumps([each.model_dump(mode="json") for each in kept]).encode()


def _decoded(value: bytes | None) -> list[Experiment]:
    """The list; an unreadable one is an empty one: mails matter more than experiments."""
    try:
        found: Any = json.loads(value or b"[]")
        return [Experiment.model_validate(each) for each in found]
    except (ValueError, TypeError):  # of a wrong form too: pydantic's error is a ValueError
        return []
