"""Outage scopes: what is down, who waits for it, one probe at a time, then a ramp.

UP --Outage--> DOWN --retry_at--> PROBING --Outage--> DOWN (longer delay)
                                  PROBING --anything else--> RAMPING
RAMPING --each return--> twice as many released --nobody waits--> UP
RAMPING --Outage--> DOWN

Probes rotate: the message that has failed least tries the scope next, so one that always fails
never stands for the scope. While only one message has found the scope out, that message may be to
blame: the next newcomer tries the scope at once.

What is full, and known to have room at a certain time (`Outage.exact`), is not probed: at that
time as many as are wanted go RAMPING, until one of them finds it full again.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import count

from careerops.ports.clock import Clock
from careerops.stream.lanes import Lane
from careerops.stream.retry import RetryPolicy


class ScopeState(Enum):
    """How a scope fares."""

    DOWN = "down"
    PROBING = "probing"
    RAMPING = "ramping"


@dataclass(slots=True)
class Scope:
    """One thing that is out.

    Attributes:
        name: what.
        since: when the outage began (UTC).
        due: monotonic seconds of the next probe.
        failures: outages in a row.
        waiting: lanes that need it, oldest first.
        released: lanes let go that have not come back yet.
        allowance: how many may be let go at the next return.
        generation: another with each DOWN of any scope, so that an old timer does nothing.
        exact: whether it is full until `due`, and not after it.
        witnesses: ids of the messages that have found it out since it last worked, two at most:
            more make no difference.
    """

    name: str
    since: datetime
    due: float = 0.0
    state: ScopeState = ScopeState.DOWN
    failures: int = 0
    waiting: deque[Lane] = field(default_factory=deque)
    released: set[Lane] = field(default_factory=set)
    allowance: int = 1
    generation: int = 0
    exact: bool = False
    witnesses: set[str] = field(default_factory=set)


class OutageBoard:
    """The scopes that are out, for one worker. Only the event loop touches it."""

    def __init__(self, clock: Clock, policy: RetryPolicy, crowd: int = 1) -> None:
        """Nothing is out at first; let `crowd` lanes try at once what has room again."""
        self._crowd = crowd
        self._clock = clock
        self._policy = policy
        self._scopes: dict[str, Scope] = {}
        self._generations = count(1)

    @property
    def scopes(self) -> dict[str, Scope]:
        """What is out now, by name."""
        return self._scopes

    def blocking(self, needed: frozenset[str]) -> str | None:
        """The first of `needed` that is out, None if all are up."""
        if not self._scopes:
            return None
        return next((name for name in sorted(needed) if name in self._scopes), None)

    def try_at_once(self, name: str, lane: Lane) -> bool:
        """Whether `lane` may try a scope that is out, because one message alone has found it so."""
        scope = self._scopes[name]
        alone = len(scope.witnesses) == 1 and lane.head.envelope.id not in scope.witnesses
        if not alone or scope.exact or scope.released:
            return False
        scope.released.add(lane)
        return True

    def wait(self, name: str, lane: Lane) -> None:
        """Let `lane` wait for a scope that is out already."""
        self._scopes[name].waiting.append(lane)

    def fail(
        self,
        name: str,
        lane: Lane,
        retry_at: datetime | None,
        *,
        exact: bool = False,
        waits: bool = True,
    ) -> Scope | None:
        """`lane` found the scope out: it waits, behind those that have failed less often.

        One that does not wait has been given up.

        Returns:
            The scope if a probe has to be scheduled at its `due`, None if one already is.
        """
        scope = self._scopes.get(name)
        if scope is None:
            scope = self._scopes[name] = Scope(name, since=self._clock.now())
        scope.released.discard(lane)
        if waits:
            scope.waiting.append(lane)
        lane.head.outages += 1
        if len(scope.witnesses) <= 1:
            scope.witnesses.add(lane.head.envelope.id)
        fresh = scope.generation == 0
        if not fresh and scope.state is ScopeState.DOWN:
            return None
        scope.state = ScopeState.DOWN
        scope.failures += 1
        scope.allowance = 1
        scope.generation = next(self._generations)
        scope.exact = exact
        scope.due = self._clock.monotonic() + self._delay_s(scope, retry_at)
        return scope

    def probe(self, name: str, generation: int) -> list[Lane]:
        """The lanes to try the scope with, if this timer is still the scope's own.

        Called again under the same generation, it is another's turn: a probe that never comes back
        stands for nobody.
        """
        scope = self._scopes.get(name)
        if scope is None or scope.generation != generation or scope.state is ScopeState.RAMPING:
            return []
        if not scope.waiting:
            del self._scopes[name]
            return []
        if not scope.exact:
            scope.state = ScopeState.PROBING
            # The first of those that failed least, live mail before history.
            scope.waiting.remove(probe := min(scope.waiting, key=_patience))
            scope.released.add(probe)
            return [probe]
        scope.state = ScopeState.RAMPING
        scope.allowance = self._crowd
        return [self._release(scope) for _ in range(min(self._crowd, len(scope.waiting)))]

    def forget(self, lanes: Collection[Lane]) -> list[Lane]:
        """These lanes are gone: nobody waits for them, and none of them will come back.

        Returns:
            Lanes to let go now, in the place of a probe that will not come back.
        """
        gone = set(lanes)
        probes: list[Lane] = []
        for scope in list(self._scopes.values()):
            scope.waiting = deque(lane for lane in scope.waiting if lane not in gone)
            was_out = bool(scope.released & gone)
            scope.released -= gone
            if was_out and not scope.released and scope.state is not ScopeState.DOWN:
                if scope.waiting:
                    probes.append(self._release(scope))
                else:
                    del self._scopes[scope.name]
        return probes

    def is_released(self, lane: Lane) -> bool:
        """Whether `lane` was let go to try a scope that is out."""
        return any(lane in scope.released for scope in self._scopes.values())

    def returned(self, lane: Lane, *, but: str = "") -> tuple[list[Lane], list[Scope]]:
        """`lane` came back without an outage of any scope but `but`.

        Returns:
            Lanes to let go now, and the scopes that are up again.
        """
        lanes: list[Lane] = []
        over: list[Scope] = []
        for scope in list(self._scopes.values()):
            if lane not in scope.released or scope.name == but:
                continue
            scope.released.discard(lane)
            if scope.state is not ScopeState.DOWN or not scope.exact:
                scope.state = ScopeState.RAMPING
                scope.failures = 0
                scope.witnesses.clear()
                scope.allowance *= 2
                while scope.waiting and len(scope.released) < scope.allowance:
                    lanes.append(self._release(scope))
            if not scope.waiting and not scope.released:
                del self._scopes[scope.name]
                over.append(scope)
        return lanes, over

    def _release(self, scope: Scope) -> Lane:
        lane = scope.waiting.popleft()
        scope.released.add(lane)
        return lane

    def _delay_s(self, scope: Scope, retry_at: datetime | None) -> float:
        if retry_at is None:
            return self._policy.delay_s(scope.failures)
        asked_s = (retry_at - self._clock.now()).total_seconds()
        if scope.exact:
            return max(asked_s, 0.0)
        return self._policy.delay_s(scope.failures, max(asked_s, 0.05))


def _patience(lane: Lane) -> tuple[int, int]:
    """Who probes first: lower goes first, and among equals who has waited longest."""
    return lane.head.outages, lane.head.intake
