"""The driver with an outside that is not wrong once, but for as long as it likes.

Each of these faults comes with what everybody else is owed meanwhile; who is not given that is a
surprise, which the oracle complains of.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from signal import SIGKILL
from typing import Any, Final

from support.chaos import plan
from support.chaos.driver import Driver
from support.chaos.evidence import Fault
from support.chaos.inputs import Input
from support.chaos.lane import Lane
from support.chaos.member import Member, notes
from support.chaos.outside import effects_of, runs_of
from support.chaos.plan import Step

_ANSWERED_S: Final = 45.0
"""How long a mail may take while the provider fails at another one: a probe or two of it."""
_HOLDS_S: Final = 20.0
"""Until a process that was started holds what the one before it had: leases, sessions."""
_ENDS_S: Final = 15.0
_CALM_S: Final = 0.7
"""Nothing is at work any more, and that it rests is durable: calls end, and one write."""
_REPEATS: Final = 2.5
"""For so many delays of a repeat an endless fault lasts: one repeat, and time for a wrong one."""
_KILLS: Final = 5
_SETTLED_S: Final = 150.0
_POLL_S: Final = 0.2
_BEHAVIOURS: Final[Mapping[str, str]] = {
    plan.ENDLESS_502: "gateway",
    plan.ENDLESS_SILENCE: "hang",
    plan.ENDLESS_NO_ID: "no_id",
}


class HostileDriver(Driver):
    """A `Driver` that also knows the faults that do not end by themselves."""

    _stuck = False
    """Mails wait for a mail that never comes to an end."""

    def _apply(self, step: Step) -> None:
        act: dict[str, Callable[[Step, Member], None]] = {
            **dict.fromkeys(_BEHAVIOURS, self._endless),
            plan.SICK_MAIL: self._sick_mail,
            plan.DARK: self._dark,
        }
        if step.kind not in act:
            super()._apply(step)
            return
        self._weather(step.weather)
        before = self._outside.seen()
        self.inbox.deliver(step.mails)
        self._progress(before + step.calls, step.patience_s)
        act[step.kind](step, self._members[step.member])
        self._revive()

    def _endless(self, step: Step, member: Member) -> None:
        """Each message is taken and none is said to be, until this is over; one who sends dies."""
        at = time.time()
        self._outside.command("effect", _BEHAVIOURS[step.kind], times=0)
        try:
            self.inbox.deliver(step.mails)
            if not self._eventually(lambda: self._lost_since(at) > 0, _ANSWERED_S):
                self.missed.append(step)
                return
            time.sleep(step.hold_s)
            self._died(plan.KILL, self._killed(member), member)
            time.sleep(_REPEATS * self.lane.repeat_s)
        finally:
            self._outside.command("effect", "well")
        self.faults.append(Fault(step.kind, at, time.time(), clean=True))

    def _sick_mail(self, step: Step, member: Member) -> None:
        """The provider fails at one mail, whenever it is asked; all others are answered and told.

        That one comes when nobody else is asked about, and is asked about often enough to stand for
        the provider, if it ever could.
        """
        del member
        at = time.time()
        self._eventually(self._quiet, _ANSWERED_S, feed=False)
        (sick,) = self.inbox.deliver(1, "X")
        if not self._eventually(lambda: self._asked(sick) > 1, _ANSWERED_S, feed=False):
            self.surprises.append(f"nobody is asked a second time about mail {sick.number}X")
        healthy = self.inbox.deliver(max(step.mails, 2), "C")
        waiting: set[int] = set()

        def told() -> bool:
            done = {effect.number for effect in effects_of(self._outside.lines())}
            waiting.clear()
            waiting.update({mail.number for mail in healthy} - done)
            return not waiting

        if not self._eventually(told, _ANSWERED_S, feed=False):
            self._stuck = True
            self.surprises.append(
                f"mails {sorted(waiting)} wait behind mail {sick.number}X,"
                " at which alone the provider fails"
            )
        self.faults.append(Fault(step.kind, at, time.time(), clean=True))

    def _dark(self, step: Step, member: Member) -> None:
        """The provider is out, everything is held, and who holds it is killed again and again.

        Each kill comes when nothing is at work, so that it can be nobody's fault.
        """
        at = time.time()
        self._outside.command("run", "fail", times=0)
        try:
            self.inbox.deliver(step.mails)
            if not self._eventually(lambda: self._refused_since(at), _ANSWERED_S):
                self.missed.append(step)
                return
            for number in range(_KILLS):
                self._calm()
                killed_at = self._killed(member)
                # Only the first may find what was answered just before the outage unsettled.
                handlers = 0 if number else member.spec.handlers
                effects = member.spec.effects
                self._fault(plan.KILL, killed_at, member, handlers=handlers, effects=effects)
                self._look(member)
                member.start()
                self._eventually(lambda: self._holds(member), _HOLDS_S)
                began = time.time()
                self._eventually(
                    lambda since=began: self._refused_since(since),  # type: ignore[misc]  # bound at once
                    _HOLDS_S,
                    feed=False,
                )
            self._calm()
        finally:
            self._outside.command("run", "well")
        self.faults.append(Fault(step.kind, at, time.time(), clean=True))
        self._progress(self._outside.seen() + step.calls, step.patience_s)

    # ---- what it sees ----

    def _killed(self, member: Member) -> float:
        at = member.send(SIGKILL)
        if member.wait(_ENDS_S) != -SIGKILL:
            self._unexpected(member)
        return at

    def _lost_since(self, at: float) -> int:
        return sum(e.lost and e.at >= at for e in effects_of(self._outside.lines()))

    def _asked(self, mail: Input) -> int:
        return sum(run.number == mail.number for run in runs_of(self._outside.lines()))

    def _quiet(self) -> bool:
        """Whether the provider has answered about every mail that it can answer about."""
        runs = runs_of(self._outside.lines())
        answered = {run.number for run in runs if run.end is not None and run.outcome == "accepted"}
        return all(mail.kind == "X" or mail.number in answered for mail in self.inbox.inputs)

    def _refused_since(self, at: float) -> bool:
        runs = runs_of(self._outside.lines())
        return any(run.outcome == "refused" and run.at >= at for run in runs)

    def _calm(self) -> None:
        """Wait until no call of the model is under way, and none was for a moment."""

        def calm() -> bool:
            runs = runs_of(self._outside.lines())[-64:]
            ends = [time.time() if run.end is None else run.end for run in runs]
            return time.time() - max(ends, default=0.0) > _CALM_S

        self._eventually(calm, _HOLDS_S, feed=False)

    def _holds(self, member: Member) -> bool:
        """Whether it has been given something since it was started."""
        return any(
            note["what"] == "delivered" and note["member"] == member.number
            for note in notes(self._home.folder)
        )

    # ---- the end ----

    def _finish(self) -> None:
        """As ever, and then until the ledger has nothing to send any more."""
        if self._stuck:
            # They would wait for ever; what was seen is enough.
            for member in self._members:
                self._end(plan.END, member)
            return
        self._cure()
        if self.lane.refused:
            # Who is never let in has never caught up: somebody takes it out before the last run.
            open_ones = replace(self.lane, refused="")
            for member in self._members:
                self._end(plan.END, member)
            self._home.configure(open_ones.configuration(self._outside.url))
            for member in self._members:
                member.start()
        super()._finish()
        deadline = time.monotonic() + _SETTLED_S
        while self._planned() and time.monotonic() < deadline:
            time.sleep(_POLL_S * self.lane.repeat_s)
            self._home.run("run", "--until-idle", "--max-wait", "90", timeout_s=240)

    def _planned(self) -> bool:
        listed: list[dict[str, Any]] = self._home.json("notifications", "list")
        return any(each["status"] in {"planned", "sending"} for each in listed)

    def _cure(self) -> None:
        """Let others be answered until each mail that the provider fails at has met its end.

        Alone it cannot be told from an outage, and is held like in one.
        """
        sick = {mail.event_id for mail in self.inbox.inputs if mail.kind == "X"}
        deadline = time.monotonic() + _SETTLED_S
        while sick and time.monotonic() < deadline:
            self.inbox.deliver(1, "C")
            time.sleep(1.0)
            sick -= self._ended()

    def _ended(self) -> Collection[str]:
        letters: list[dict[str, Any]] = self._home.json("dlq", "list")
        numbers = {effect.number for effect in effects_of(self._outside.lines())}
        told = {mail.event_id for mail in self.inbox.inputs if mail.number in numbers}
        return told | {each["event_id"] for each in letters}


def ahead(lane: Lane, seconds: float, members: Sequence[int]) -> Lane:
    """`lane` with the clocks of these members ahead of the others'."""
    chosen = [
        replace(each, ahead_s=seconds) if index in members else each
        for index, each in enumerate(lane.members)
    ]
    return replace(lane, members=chosen)
