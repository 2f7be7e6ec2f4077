"""What the members of each group are at, left where tools beside them can read it.

It is kept in the cache, so it may be missing or late; nothing is decided by it.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from careerops.bootstrap.pipeline import Pipeline
from careerops.domain.errors import Outage
from careerops.domain.model import Model
from careerops.ops.owner import describe
from careerops.ports.cache import Cache
from careerops.ports.clock import Clock
from careerops.stream.worker import Worker

REPORT_EVERY_S: Final = 2.0
_LIFE: Final = timedelta(seconds=15)
_RENEW: Final = timedelta(seconds=6)


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
    """Say what each worker is at: every two seconds while that changes, else every six."""
    around = pipeline.around
    said: dict[str, tuple[Presence, Any]] = {}
    while True:
        for worker in pipeline.workers:
            now = around.clock.now()
            presence = _presence(worker, around.owner)
            before, at = said.get(worker.group, (None, now))
            if presence == before and now - at < _RENEW:
                continue
            try:
                await _leave(around.stores.cache, around.owner, presence, around.clock)
            except Outage:
                break  # nobody can look either
            said[worker.group] = (presence, now)
        await around.clock.sleep(REPORT_EVERY_S)


async def members_of(cache: Cache, group: str, clock: Clock) -> Sequence[Presence]:
    """The members of `group` that have said something lately."""
    now = clock.now()
    value = await cache.get(_key(group), now)
    known: dict[str, dict[str, Any]] = json.loads(value) if value else {}
    fresh = [each for each in known.values() if each["until"] > now.timestamp()]
    return [Presence.model_validate(each["presence"]) for each in fresh]


async def _leave(cache: Cache, owner: str, presence: Presence, clock: Clock) -> None:
    """Put `presence` beside those of the others; what two write at once the next round mends."""
    now = clock.now()
    value = await cache.get(_key(presence.group), now)
    known: dict[str, dict[str, Any]] = json.loads(value) if value else {}
    kept = {name: each for name, each in known.items() if each["until"] > now.timestamp()}
    until = now + _LIFE
    kept[owner] = {"until": until.timestamp(), "presence": presence.model_dump()}
    await cache.put(_key(presence.group), json.dumps(kept).encode(), until)


def _key(group: str) -> str:
    return f"presence/{group}"


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
