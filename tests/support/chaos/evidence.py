"""What is known about a chaos run when it is over: facts of the outside, of the store, of the log.

Times are seconds since 1970, of one machine. All of it can be written to a file and judged later.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from support.chaos.inputs import Input


@dataclass(frozen=True, slots=True)
class Run:
    """A call of the model: one run of the classify handler, or its second question.

    Attributes:
        number, token: of which mail, and which decision it was.
        at, end: when it arrived and when it was answered, None if it never was.
        outcome: `accepted`, `refused` or `hung`; after the last two the handler tries again.
        repair: the second question of a run.
        dropped: the caller went away before the answer.
    """

    number: int
    token: str
    at: float
    end: float | None = None
    outcome: str = "accepted"
    repair: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A message to the world; `token` is the decision it tells of.

    Attributes:
        channel: by which it came.
        lost: nothing that it was answered says that the world took it.
    """

    number: int
    token: str
    at: float
    channel: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger says about the notification of an event, after all is over.

    Attributes:
        status: `sent`, `unknown`, `failed` ...
        unknown: sends of which it says that nobody knows their outcome.
        listed: it is among those that a person is shown without asking for all.
    """

    event_id: str
    channel: str
    status: str
    unknown: int = 0
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter that waits: the event's id (or its notification's), stage and reason."""

    event_id: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says about an event: its verdict, which decision that is, and its sends.

    Attributes:
        status: of the verdict: `done`, `other` ...
        token: the decision that stands.
        unknown: sends of which the ledger says that nobody knows their outcome.
    """

    event_id: str
    status: str
    token: str
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to the program.

    Attributes:
        kind: what, such as `kill` or `broker_restart`.
        at, until: from when to when it lasted; a kill is over at once.
        handlers: how many handlers may run again because of it: those at work at most.
        effects: how many sends it may leave of unknown outcome.
        clean: whoever went has handed over what it had settled.
        detail: for a person: whom, where.
        member: number of the process it was done to, 0 if it was none.
        anew: the inbox's topic was deleted and created again; from then on offsets are of others.
    """

    kind: str
    at: float
    until: float
    handlers: int = 0
    effects: int = 0
    clean: bool = False
    detail: str = ""
    member: int = 0
    anew: bool = False


class Place(NamedTuple):
    """A record of the log as a group sees it."""

    group: str
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the spy saw in a process (`member`, by its number), under one epoch of its assignment.

    Attributes:
        what: a record was `delivered` to it, or its settlement was acknowledged (`settled`); or a
            partition was taken from it (`revoked`, the place has no offset), and what was settled
            of it could not be committed (`uncommitted`), as brokers refused or time ran out.
    """

    at: float
    member: int
    what: str
    place: Place
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Watermark:
    """`careerops topics` while no member of the group was at work.

    Attributes:
        position: everything below it is settled.
        settled_ahead: how many above it are, as far as the log can tell.
    """

    at: float
    group: str
    topic: str
    partition: int
    position: int
    settled_ahead: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the oracle judges by.

    Attributes:
        inputs: what was put into the mailbox, in order.
        logged: event ids that ingest made durable in the log.
        refused: messages that the world did not take.
        told: the ledger's entries.
        rules: whether the rules answer where no provider does.
        blocked: spans of time in which the log could not be written.
        surprises: what the driver saw and did not expect, such as a member that ended by itself.
        gone: event ids of mails that came before the inbox's topic was deleted by an operator.
        exact: a settled record is never delivered again, whatever happens (one transaction).
    """

    inputs: Sequence[Input]
    logged: frozenset[str]
    runs: Sequence[Run] = ()
    effects: Sequence[Effect] = ()
    refused: Sequence[Effect] = ()
    told: Sequence[Told] = ()
    rules: bool = False
    letters: Sequence[Letter] = ()
    known: Sequence[Known] = ()
    faults: Sequence[Fault] = ()
    blocked: Sequence[tuple[float, float]] = ()
    sightings: Sequence[Sighting] = ()
    watermarks: Sequence[Watermark] = ()
    surprises: Sequence[str] = ()
    gone: frozenset[str] = frozenset()
    exact: bool = True
    seed: int = field(default=0)

    def save(self, path: Path) -> None:
        """Keep it, for a person who wants to know why the oracle complained."""
        facts: dict[str, Any] = {
            **asdict(self),
            "logged": sorted(self.logged),
            "gone": sorted(self.gone),
        }
        path.write_text(json.dumps(facts))

    @classmethod
    def load(cls, path: Path) -> "Evidence":
        """What `save` wrote."""
        facts = json.loads(path.read_text())
        for name, kind in _LISTS.items():
            facts[name] = [kind(**fact) for fact in facts[name]]
        sightings = [replace(s, place=Place(*s.place)) for s in facts["sightings"]]
        blocked = [(start, end) for start, end in facts["blocked"]]
        sets = {name: frozenset(facts[name]) for name in ("logged", "gone")}
        return cls(**{**facts, "sightings": sightings, "blocked": blocked, **sets})


_LISTS: Final[dict[str, type[Any]]] = {
    "inputs": Input,
    "runs": Run,
    "effects": Effect,
    "refused": Effect,
    "told": Told,
    "letters": Letter,
    "known": Known,
    "faults": Fault,
    "sightings": Sighting,
    "watermarks": Watermark,
}
