"""Applies a plan to a lane: delivers mails, waits for progress, does the fault, revives who died.

Sleeping here is no waiting for something to be ready: it is the length of a fault.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import Any, Final

from support.chaos import plan
from support.chaos.evidence import Fault, Watermark
from support.chaos.inputs import Inbox
from support.chaos.lane import TOKEN_VARIABLE, Lane
from support.chaos.member import Member, notes
from support.chaos.outside import Outside
from support.chaos.plan import Step
from support.cli import Home

_FIRES_S: Final = 40.0
_ENDS_S: Final = 15.0
_TAKES_OVER_S: Final = 40.0
_STARTS_S: Final = 5.0
"""A process that has just been started may refuse to go on without what it needs."""
_OVER_S: Final = 5.0
"""How long a first call may take after an outage; there may be none."""
_STOPS: Final = 50
_POLL_S: Final = 0.02


class Driver:
    """One chaos run.

    Attributes:
        lane, inbox: as given.
        faults, blocked, watermarks, surprises: as in `Evidence`.
        gone: event ids of mails that came before a log was deleted.
        missed: steps whose point was never passed; they count as no fault.
    """

    def __init__(
        self,
        home: Home,
        lane: Lane,
        outside: Outside,
        inbox: Inbox,
        environment: Mapping[str, str],
    ) -> None:
        """Configure `home` for `lane`; nothing runs yet. Members get the `environment`, too."""
        home.environment[TOKEN_VARIABLE] = "planted-token"
        home.configure(lane.configuration(outside.url))
        self._home = home
        self.lane = lane
        self._outside = outside
        self.inbox = inbox
        delays = {"CHAOS_REPEAT_S": str(lane.repeat_s)}
        self._environment = {**lane.environment, **delays, **environment}
        self._members = [self._member(index) for index in range(len(lane.members))]
        self.faults: list[Fault] = []
        self.blocked: list[tuple[float, float]] = []
        self.watermarks: list[Watermark] = []
        self.surprises: list[str] = []
        self.missed: list[Step] = []
        self.gone: set[str] = set()

    def run(self, steps: Sequence[Step]) -> None:
        """Apply `steps` one after the other, then let the program finish in peace."""
        self.inbox.deliver(10)
        try:
            for member in self._members:
                member.start()
            for step in steps:
                self._apply(step)
            self._finish()
        finally:
            for member in self._members:
                member.clear()

    def _apply(self, step: Step) -> None:
        act: dict[str, Callable[[Step, Member], None]] = {
            plan.KILL: self._kill,
            plan.KILL_AT: self._kill_at,
            plan.TERM: self._term,
            plan.AWAY: self._away,
            plan.STOP: self._stop,
            plan.ZOMBIE: self._zombie,
            plan.FATAL: self._fatal,
        }
        self._weather(step.weather)
        member = self._members[step.member]
        if step.kind in {plan.KILL_AT, plan.FATAL}:
            member.order(step.point, step.nth, SIGKILL)
        before = self._outside.seen()
        self.inbox.deliver(step.mails)
        if step.kind not in {plan.KILL_AT, plan.FATAL}:
            if step.kind in self.lane.anew:
                # A log that nobody has read is no other one afterwards.
                self._eventually(lambda: self._outside.seen() >= before + step.calls, _FIRES_S)
            else:
                self._progress(before + step.calls, step.patience_s)
            time.sleep(step.jitter_s)
        act.get(step.kind, self._outage)(step, member)
        self._revive()

    # ---- the faults ----

    def _kill(self, step: Step, member: Member) -> None:
        at = member.send(SIGKILL)
        if member.wait(_ENDS_S) != -SIGKILL:
            self._unexpected(member)
        self._died(step.kind, at, member)

    def _kill_at(self, step: Step, member: Member) -> None:
        if not self._eventually(lambda: not member.alive, _FIRES_S):
            self.missed.append(step)
            member.order("", 0, SIGKILL)
            return
        fired = [n for n in notes(self._home.folder) if n["what"] == "fired"]
        if not fired or fired[-1]["member"] != member.number:
            self._unexpected(member)
            return
        self._died(f"{plan.KILL}:{step.point}", fired[-1]["at"], member)

    def _fatal(self, step: Step, member: Member) -> None:
        """Its producer ends for good in the middle of a call; it has to write again by itself."""

        def noted(what: str) -> float:
            found = (n for n in notes(self._home.folder) if n["what"] == what)
            mine = (n["at"] for n in found if n["member"] == member.number)
            return max((at for at in mine if at > began), default=0.0)

        began = time.time()
        if not self._eventually(lambda: noted("fired") > 0, _FIRES_S):
            self.missed.append(step)
            member.order("", 0, SIGKILL)
            return
        at = noted("fired")
        if not self._eventually(lambda: noted("written_again") > 0, _FIRES_S):
            self.surprises.append(f"{member.spec.name} writes nothing since its producer ended")
        until = noted("written_again") or time.time()
        self.blocked.append((at, until))
        self._fault(step.kind, at, member, until=until, clean=True)

    def _died(self, kind: str, at: float, member: Member) -> None:
        spec = member.spec
        self._fault(kind, at, member, handlers=spec.handlers, effects=spec.effects)
        self._look(member)
        member.start()

    def _term(self, step: Step, member: Member) -> None:
        self._end(step.kind, member)
        self._look(member)
        member.start()

    def _away(self, step: Step, member: Member) -> None:
        self._end(step.kind, member)
        self._look(member)
        self.inbox.deliver(step.mails)
        time.sleep(step.hold_s)
        member.start()

    def _stop(self, step: Step, member: Member) -> None:
        """Too short for anybody to notice: nothing at all may come of it."""
        at = member.send(SIGSTOP)
        time.sleep(step.hold_s)
        until = member.send(SIGCONT)
        self.blocked.append((at, until))
        self._fault(step.kind, at, member, until=until)

    def _zombie(self, step: Step, member: Member) -> None:
        """Stopped for longer than its lease, replaced, and woken again."""
        if step.point:
            member.order(step.point, step.nth, SIGSTOP)
            if not self._eventually(member.is_stopped, _FIRES_S):
                self.missed.append(step)
                member.order("", 0, SIGSTOP)
                return
        at = time.time() if step.point else member.send(SIGSTOP)
        at = self._unlocked(member, at)
        time.sleep(max(step.hold_s, self.lane.lease_s + 0.5))
        heir = self._heir(step) if self.lane.replaced else None
        until = member.send(SIGCONT)
        self.blocked.append((at, until))
        spec = member.spec
        self._fault(
            f"{step.kind}:{step.point}" if step.point else step.kind,
            at,
            member,
            until=until,
            handlers=spec.handlers,
            effects=spec.effects,
        )
        if heir is not None:
            if member.wait(_ENDS_S) is None:
                self.surprises.append(f"{spec.name} was replaced, woke up and goes on")
            member.clear()

    def _unlocked(self, member: Member, at: float) -> float:
        """Stop `member` again if it was stopped where it holds up everybody; returns when it was.

        A process stopped inside a transaction of SQLite keeps the file locked: nobody can replace
        it before it is woken or killed, which is no fault of whoever tries.
        """
        tries = 0
        while not self.lane.is_free() and tries < _STOPS:
            tries += 1
            member.send(SIGCONT)
            time.sleep(_POLL_S)
            at = member.send(SIGSTOP)
        return at

    def _heir(self, step: Step) -> Member:
        """Start a process in a stopped one's place, again until it is not refused any more."""
        heir = self._members[step.member] = self._member(step.member)
        deadline = time.monotonic() + _TAKES_OVER_S
        heir.start()
        while not any(n["member"] == heir.number for n in notes(self._home.folder)):
            if time.monotonic() > deadline:
                self.surprises.append(f"nobody can replace the stopped {heir.spec.name}")
                break
            self.inbox.deliver(2)
            if heir.wait(1.0) is not None:
                heir.start()
        return heir

    def _outage(self, step: Step, member: Member) -> None:
        """Take something away from under all of them; who ends because of it is started again."""
        del member
        outage = self.lane.outages[step.kind]
        at = time.time()
        outage.begin()
        if step.kind in self.lane.anew:
            self.gone |= {mail.event_id for mail in self.inbox.inputs}
        try:
            self.inbox.deliver(step.mails)
            time.sleep(step.hold_s)
        finally:
            outage.end()
        until = time.time()
        self._progress(self._outside.seen() + 1, _OVER_S)
        gone = [each for each in self._members if not each.alive]
        self.blocked.append((at, until))
        detail = ", ".join(f"{each.spec.name} ended with {each.wait(0)}" for each in gone)
        # Whoever was cut off may have lost what it had in hand; who ended, also what it had done.
        touched = gone if self.lane.exact else self._members
        handlers = sum(each.spec.handlers for each in touched)
        handlers += sum(self.lane.held for each in gone if each.spec.handlers)
        effects = sum(each.spec.effects for each in touched)
        self.faults.append(
            Fault(
                step.kind,
                at,
                until,
                handlers,
                effects,
                detail=detail or "all lived on",
                anew=step.kind in self.lane.anew,
            )
        )
        for each in gone:
            starting = at - each.started < _STARTS_S
            if each.wait(0) != 1 or not starting:
                self._unexpected(each)
            self._look(each)
            each.start()

    def _weather(self, weather: str) -> None:
        """What the outside does to the next calls; a lost answer leaves a send unknown."""
        at = time.time()
        if weather == "late_runs":
            self._outside.command("run", "late", times=6, delay_s=1.5)
        elif weather == "late_effects":
            self._outside.command("effect", "late", times=2, delay_s=1.0)
        elif weather == "slow_effects":
            self._outside.command("effect", "late", times=20, delay_s=2.0)
        elif weather == "refused_effect":
            self._outside.command("effect", "fail")
        elif weather:
            self._outside.command("effect", "hang" if weather == "hung_effect" else "gateway")
            self.faults.append(Fault(weather, at, at, clean=True))

    # ---- around them ----

    def _finish(self) -> None:
        """End the members in peace, then let one process do what is left."""
        for member in self._members:
            self._end(plan.END, member)
        self._home.run("run", "--until-idle", "--max-wait", "90", timeout_s=240)

    def _end(self, kind: str, member: Member) -> None:
        at = member.send(SIGTERM)
        status = member.wait(_ENDS_S)
        if status != -SIGTERM:
            self.surprises.append(f"{member.spec.name} ended by SIGTERM with status {status}")
            member.clear()
        self._fault(kind, at, member, until=time.time(), clean=True)

    def _fault(
        self,
        kind: str,
        at: float,
        member: Member,
        *,
        until: float | None = None,
        handlers: int = 0,
        effects: int = 0,
        clean: bool = False,
    ) -> None:
        until = at if until is None else until
        name, number = member.spec.name, member.number
        self.faults.append(Fault(kind, at, until, handlers, effects, clean, name, number))

    def _look(self, member: Member) -> None:
        """Read the watermarks of a member's groups while it is not there."""
        if not member.spec.groups:
            return
        topics: list[dict[str, Any]] = self._home.json("topics")
        at = time.time()
        for topic in topics:
            for group in topic["groups"]:
                if group["group"] in member.spec.groups:
                    self.watermarks.append(
                        Watermark(
                            at,
                            group["group"],
                            topic["topic"],
                            topic["partition"],
                            group["position"],
                            group["settled_ahead"],
                        )
                    )

    def _revive(self) -> None:
        for member in self._members:
            if not member.alive:
                self._unexpected(member)
                member.start()

    def _unexpected(self, member: Member) -> None:
        status = member.wait(0)
        self.surprises.append(f"{member.spec.name} ended by itself with status {status}")

    def _progress(self, calls: int, patience_s: float) -> None:
        """Wait for so many calls of the outside, but not for ever: it may be that none come."""
        self._eventually(lambda: self._outside.seen() >= calls, patience_s, feed=False)

    def _eventually(
        self, condition: Callable[[], bool], timeout_s: float, *, feed: bool = True
    ) -> bool:
        """Whether `condition` came to hold; with `feed`, mails keep coming meanwhile."""
        deadline = time.monotonic() + timeout_s
        fed = time.monotonic()
        while not condition():
            now = time.monotonic()
            if now > deadline:
                return False
            if feed and now - fed > 1.0:
                fed = now
                self.inbox.deliver(3)
            time.sleep(_POLL_S)
        return True

    def _member(self, index: int) -> Member:
        spec = self.lane.members[index]
        shift = {"CHAOS_AHEAD_S": str(spec.ahead_s)} if spec.ahead_s else {}
        return Member(self._home, spec, {**self._environment, **shift})
