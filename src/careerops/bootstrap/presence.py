"""What the members of each group are at, left where tools beside them can read it.

It may be missing or late, or of another release; nothing is decided by it.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from pydantic import Field, ValidationError

from careerops.bootstrap.pipeline import Pipeline
from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.ops.clock import next_beat
from careerops.ops.owner import describe
from careerops.ports.reports import Reports
from careerops.stream.worker import Worker

REPORT_EVERY_S: Final = 2.0
_KIND: Final = "members"


class Presence(Model):
    """One member of a group.

    Attributes:
        group: which.
        member: its process, for a person.
        running: handlers at work.
        parked: lanes whose first message waits for a timer or a scope.
        scopes: what is out -> how many messages wait for it.
        partitions: topic -> the partitions of it that are assigned to this member.
        holes: `topic/partition` -> records settled out of order, above the watermark.
    """

    group: str
    member: str
    running: int = 0
    parked: int = 0
    scopes: dict[str, int] = Field(default_factory=dict)
    partitions: dict[str, list[int]] = Field(default_factory=dict)
    holes: dict[str, int] = Field(default_factory=dict)


async def report_for_ever(pipeline: Pipeline) -> None:
    """Say what our workers are at: every 2 s while that changes, else before it is forgotten."""
    around = pipeline.around
    reports, clock = around.stores.reports, around.clock
    said: tuple[list[Presence], float] | None = None
    try:
        while pipeline.workers:
            now = [_presence(worker, around.owner) for worker in pipeline.workers]
            if (
                said is None
                or said[0] != now
                or clock.monotonic() - said[1] >= reports.lives_s * 2 / 5
            ):
                text = json.dumps([each.model_dump() for each in now]).encode()
                with suppress(Outage):  # nobody can look either
                    await reports.leave(_KIND, around.owner, text, reports.lives_s)
                    said = (now, clock.monotonic())
            await next_beat(clock, REPORT_EVERY_S)
    finally:
        with suppress(Outage):
            await reports.leave(_KIND, around.owner, b"", 0)


async def members_of(reports: Reports) -> dict[str, list[Presence]]:
    """Group -> its members that have said something lately, in a shape that we know.

    Raises:
        Outage: the store cannot be read now.
    """
    found: dict[str, list[Presence]] = {}
    for report in await reports.read(_KIND):
        for presence in _understood(report.value):
            found.setdefault(presence.group, []).append(presence)
    return found


def _understood(value: bytes) -> Sequence[Presence]:
    """What another process, perhaps of another release, said; nothing where it means nothing."""
    try:
        said = json.loads(value)
        return [Presence.model_validate(each) for each in said]
    except (ValueError, TypeError, RecursionError, ValidationError):
        return []


def _presence(worker: Worker, owner: str) -> Presence:
    return Presence(
        group=worker.group,
        member=describe(owner),
        running=worker.running,
        parked=worker.parked,
        scopes={
            scope.name: len(scope.waiting) + len(scope.released) for scope in worker.scopes.values()
        },
        partitions={topic: sorted(ours) for topic, ours in worker.partitions.items()},
        holes=worker.holes,
    )
