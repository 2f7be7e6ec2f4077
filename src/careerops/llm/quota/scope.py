"""What one process knows of a scope; the truth is in the store."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from careerops.llm.quota.book import Book, Grant
from careerops.llm.quota.gate import Gate
from careerops.llm.quota.limits import Limits
from careerops.llm.quota.state import QUOTAS, RPM, Quota, State, Use, decode
from careerops.llm.quota.tally import LONGEST_S
from careerops.ports.clock import Clock

_REMEMBERED_S: Final = 3600.0
_MOST_REMEMBERED: Final = 10_000
_LIVE_FIRST: Final = 1 / 30
"""Of a minute: so long after room came for live mail, history still keeps out of its way."""


class Scope:
    """One scope. Only the event loop touches it.

    Attributes:
        name: of the scope.
        gate: of a cautious pace.
        limits: as it was asked with last.
        configured: whether it was.
        seen: its state as it was last.
        free: whether nobody knew of a limit or a block then.
        looked_s: when that was looked up (monotonic).
        uncounted: calls of the last hour that are not in the state, by their names.
    """

    def __init__(self, name: str, clock: Clock, limits: Limits) -> None:
        """Know nothing yet."""
        self._clock = clock
        self.name = name
        self.gate = Gate(clock, limits.minute_s)
        self.limits = limits
        self.configured = False
        self.seen = State()
        self.free = False
        self.looked_s = -math.inf
        self.uncounted: dict[float, Use] = {}
        self._written: tuple[bytes, State] | None = None
        self._live_until: datetime | None = None
        self._shown: set[Quota] = set()

    def configure(self, limits: Limits) -> None:
        """It is asked with `limits`."""
        self.limits, self.configured = limits, True
        self._set_gate()

    def see(self, state: State) -> Iterable[Quota]:
        """It is in `state` now; gives the quotas whose limits were not known before."""
        self.seen = state
        self.free = not state.learnt and state.blocked_until <= self._clock.now().timestamp()
        self._set_gate()
        new = [quota for quota in QUOTAS if self._has_limit(quota) and quota not in self._shown]
        self._shown.update(new)
        return new

    def left(self, quota: Quota) -> float:
        """What is left now of what was left when it was seen last; nan if nobody knows."""
        book = Book(self.seen.snapshot(), self.limits, self._clock.now())
        limit = book.limit(quota)
        return math.nan if limit is None else max(0, limit - book.used(quota))

    # ---- its document ----

    def read(self, document: bytes | None) -> State:
        """The state in `document`: mostly the one that was written here last, as it still is."""
        written, self._written = self._written, None
        if written is not None and written[0] == document:
            return written[1]
        return decode(document)

    def write(self, state: State) -> bytes:
        """The document of `state`, which nobody else may hold from now on."""
        document = state.encode()
        self._written = document, state
        return document

    # ---- live mail before history ----

    def keep_for_live(self, until: datetime | None) -> None:
        """Live mail waits for room until then; None: it got some."""
        grace = timedelta(seconds=self.limits.minute_s * _LIVE_FIRST)
        self._live_until = None if until is None else until + grace

    def live_first(self) -> datetime | None:
        """Until when history keeps out of live mail's way, None if it need not."""
        until, now = self._live_until, self._clock.now()
        # What is farther away than any wait is of a clock that was wrong.
        if until is None or not now < until <= now + timedelta(seconds=2 * LONGEST_S):
            return None
        return until

    # ---- calls that nobody counts ----

    def let_through(self, tokens: int) -> Grant:
        """A call while there are no limits: it is remembered, should one turn up."""
        now_s, uses = self._clock.now().timestamp(), self.uncounted
        while uses:
            first = next(iter(uses))
            if abs(now_s - first) < _REMEMBERED_S and len(uses) < _MOST_REMEMBERED:
                break
            del uses[first]
        at = now_s + self.limits.margin_s
        while at in uses:
            at = math.nextafter(at, math.inf)
        uses[at] = Use(at, 1, tokens)
        return Grant(self.name, at, tokens)

    # ---- inside ----

    def _has_limit(self, quota: Quota) -> bool:
        return self.limits.of(*quota) is not None or quota in self.seen.learnt

    def _set_gate(self) -> None:
        self.gate.set_open(known=self._has_limit(RPM))
