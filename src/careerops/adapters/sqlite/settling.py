"""Settling: fence, verdicts, outputs and inputs in one transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from careerops.adapters.sqlite import groups, records, verdicts
from careerops.ports.eventlog import Settlement

_Input = tuple[str, str, int]
"""topic, group, epoch."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One settlement, its rows prepared."""

    input: _Input
    offset: int
    verdict: verdicts.VerdictRow | None
    outputs: list[tuple[str, records.Row]]


@dataclass(frozen=True, slots=True)
class SettlePlan:
    """A call of `settle`, prepared on the event loop; `run` may be repeated after a rollback.

    What was settled before is skipped altogether: verdict and outputs were committed with it.
    """

    steps: list[_Step] = field(default_factory=list)
    offsets: dict[_Input, list[int]] = field(default_factory=dict)

    @property
    def topics(self) -> set[str]:
        """The topics that outputs go to."""
        return {topic for step in self.steps for topic, _ in step.outputs}

    def run(self, connection: sqlite3.Connection) -> None:
        """Settle. Raises `Fenced` before anything was changed."""
        places = {input_: groups.progress(connection, *input_) for input_ in self.offsets}
        fresh = {
            input_: groups.unsettled(connection, places[input_], offsets)
            for input_, offsets in self.offsets.items()
        }
        steps = self._first_of_each(fresh)
        judged = [step for step in steps if step.verdict is not None]
        stands = verdicts.insert(connection, [step.verdict for step in judged if step.verdict])
        repeated = {id(step) for step, first in zip(judged, stands, strict=True) if not first}
        _publish(connection, [step for step in steps if id(step) not in repeated])
        for input_, offsets in fresh.items():
            groups.mark_settled(connection, places[input_], offsets)

    def _first_of_each(self, fresh: dict[_Input, set[int]]) -> list[_Step]:
        left = {input_: set(offsets) for input_, offsets in fresh.items()}
        steps: list[_Step] = []
        for step in self.steps:
            remaining = left[step.input]
            if step.offset in remaining:
                remaining.discard(step.offset)
                steps.append(step)
        return steps


def plan(settlements: Sequence[Settlement], time_us: int) -> SettlePlan:
    """Prepare `settlements`, their outputs appended at `time_us`. Raises `Permanent`."""
    prepared = SettlePlan()
    for settlement in settlements:
        delivery = settlement.delivery
        input_ = (delivery.record.topic, delivery.group, delivery.epoch)
        offset = delivery.record.offset
        verdict = None if settlement.verdict is None else verdicts.row_of(settlement.verdict)
        outputs = [(output.topic, records.row_of(output, time_us)) for output in settlement.outputs]
        prepared.steps.append(_Step(input_, offset, verdict, outputs))
        prepared.offsets.setdefault(input_, []).append(offset)
    return prepared


def _publish(connection: sqlite3.Connection, steps: Sequence[_Step]) -> None:
    by_topic: dict[str, list[records.Row]] = {}
    for step in steps:
        for topic, row in step.outputs:
            by_topic.setdefault(topic, []).append(row)
    for topic, rows in by_topic.items():
        records.append(connection, topic, rows)
