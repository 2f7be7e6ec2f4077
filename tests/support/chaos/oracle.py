"""The offline oracle: evidence in, complaints out. Pure: it reads no clock, file or database.

What it holds the program to, and where each fact comes from:

- every mail reached the log (`tail`), and ends in exactly one of {effect, dead letter}; one that
  is nobody's business ends in a verdict (`events list`, `dlq list`, the recorder);
- a dead letter has a cause: the mail is poison, or processes died at it, or its calls failed;
- what was told is what was decided: the token in the message is that of the verdict that stands;
- an effect is unique, except as often as the ledger says `unknown`, and there are no more
  repeats than sends that faults can have cut, or the outside has left without a clear answer;
- nobody is told the same by a channel more than twice, whatever happens; what may not have been
  told is not called told, and is shown to whoever looks (`oracle_outside`);
- first effects within a conversation are in the order of its mails;
- a handler runs again only if a fault fell between its start and its settlement, and each fault
  explains no more repeats than there were handlers, at work and with their outcome being written;
- where an operator deletes the inbox's topic and creates it again, what came before may be gone
  with it; whatever is in the new one is held to all of this;
- nothing below a committed watermark is delivered again; where settling is one transaction,
  nothing that was acknowledged as settled is; where partitions move, nothing that was settled
  without a gap when one was taken away from a living member (the callback commits it).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from careerops.domain.topics import GROUP_CLASSIFY, RAW_INBOX
from support.chaos.evidence import Effect, Evidence, Fault, Letter, Place, Run, Sighting
from support.chaos.oracle_outside import admitted_sends, at_most_twice
from support.chaos.plan import ZOMBIE

SETTLE_S: Final = 0.5
"""How long after its call a handler may take to be settled: checking the answer, and one write."""
HELD: Final = 64
"""Messages that a worker holds at most, from delivery to settlement (`high_water`)."""
ARRIVES_S: Final = 0.25
"""How long a call may be under way to the recorder: its caller can be dead when it arrives."""
ANSWERS_S: Final = 0.1
"""How long an answer may be under way to a handler, which is at work until it has it."""
GIVES_UP_S: Final = 3.0
"""How long a member may take to hand a partition over; one that dies meanwhile does not."""
WAKES_S: Final = 6.0
"""How long one that was stopped and replaced may take to notice: until its next renewal at most."""
DRAIN_S: Final = 0.5
"""How long running handlers of a partition that moves may finish."""
FATAL_TRIES: Final = 3
"""Failed calls until a mail is given up (`max_attempts`)."""
DEATHS: Final = 2
"""Processes that die at a mail alone until it is given up."""


def judge(evidence: Evidence) -> list[str]:
    """What is wrong; nothing if all promises were kept."""
    return [complaint for check in CHECKS for complaint in check(evidence)]


def surprises(evidence: Evidence) -> Iterator[str]:
    """What the driver saw and no fault explains."""
    yield from evidence.surprises


def endings(evidence: Evidence) -> Iterator[str]:
    """Every mail is in the log, and has exactly one end."""
    told = {effect.number for effect in evidence.effects}
    letters = Counter(letter.event_id for letter in evidence.letters)
    others = {known.event_id for known in evidence.known if known.status == "other"}
    for mail in evidence.inputs:
        name = f"mail {mail.number}{mail.kind}"
        if mail.event_id in evidence.gone - evidence.logged:
            continue
        if mail.event_id not in evidence.logged:
            yield f"{name} was lost before the log"
            continue
        ends = {
            "effect": mail.number in told,
            "dead letter": letters[mail.event_id] > 0,
            "verdict OTHER": mail.event_id in others,
        }
        found = [end for end, reached in ends.items() if reached]
        right = {
            "C": "effect",
            "O": "verdict OTHER",
            "P": "effect" if evidence.rules else "dead letter",
            "X": "effect" if evidence.rules else "dead letter",
        }[mail.kind]
        if not found:
            yield f"{name} was lost: no {right}, no dead letter"
        elif len(found) > 1:
            yield f"{name} has several ends: {', '.join(found)}"
        elif found[0] not in (right, "dead letter"):
            yield f"{name} ends in {found[0]} instead of {right}"
        if evidence.exact and letters[mail.event_id] > 1:
            yield f"{name} has {letters[mail.event_id]} dead letters"


def causes(evidence: Evidence) -> Iterator[str]:
    """A dead letter of a mail that is no poison has a cause outside of the mail."""
    numbers = {mail.event_id: mail for mail in evidence.inputs}
    failed = Counter(run.number for run in evidence.runs if run.outcome != "accepted")
    crashed = 0
    for letter in evidence.letters:
        mail = numbers.get(letter.event_id)
        if mail is None:
            yield f"a dead letter of {letter.stage} belongs to no mail ({letter.reason})"
        elif letter.reason == "crashed_process":
            crashed += 1
        elif mail.kind != "P" and not _gave_up(letter, failed[mail.number]):
            yield f"mail {mail.number}{mail.kind} was given up without cause: {letter.reason}"
    deaths = sum(not fault.clean and fault.handlers > 0 for fault in evidence.faults)
    if crashed * DEATHS > deaths:
        yield f"{crashed} mails were given up for crashes, after only {deaths} of them"


def _gave_up(letter: Letter, failures: int) -> bool:
    return letter.reason == "attempts_exhausted" and failures >= FATAL_TRIES


def strangers(evidence: Evidence) -> Iterator[str]:
    """Nothing was asked or told that no mail is behind."""
    numbers = {mail.number for mail in evidence.inputs}
    for what, calls in (("effects", evidence.effects), ("runs", evidence.runs)):
        unknown = [call for call in calls if call.number not in numbers]
        if unknown:
            yield f"{len(unknown)} {what} belong to no mail"


def decisions(evidence: Evidence) -> Iterator[str]:
    """What was told is what was decided, and decided is decided."""
    tokens = {known.event_id: known.token for known in evidence.known}
    ids = {mail.number: mail.event_id for mail in evidence.inputs}
    for effect in evidence.effects:
        stands = tokens.get(ids.get(effect.number, ""), "")
        if effect.token != stands:
            yield f"mail {effect.number} was told as {effect.token}, decided as {stands or None}"


def repeated_effects(evidence: Evidence) -> Iterator[str]:
    """An effect is unique but for what the ledger admits, and faults explain."""
    unknown = {known.event_id: known.unknown for known in evidence.known}
    counts = Counter(effect.number for effect in evidence.effects)
    repeats = {number: times - 1 for number, times in counts.items() if times > 1}
    ids = {mail.number: mail.event_id for mail in evidence.inputs}
    for number, times in repeats.items():
        admitted = unknown.get(ids.get(number, ""), 0)
        if times > admitted:
            yield f"mail {number} was told {times} times again, {admitted} admitted"
    possible = sum(fault.effects for fault in evidence.faults)
    possible += sum(effect.lost for effect in evidence.effects)
    if sum(repeats.values()) > possible:
        yield f"{sum(repeats.values())} effects were repeated, faults explain {possible}"
    admitted = sum(unknown.values())
    if admitted > possible:
        yield f"{admitted} sends are of unknown outcome, faults explain {possible}"


def order(evidence: Evidence) -> Iterator[str]:
    """First effects of a conversation come in the order of its mails.

    Those that the world refused at first are overtaken, so that they hold up nobody.
    """
    refused = {effect.number for effect in evidence.refused}
    conversations = {mail.number: mail.conversation for mail in evidence.inputs}
    first: dict[int, Effect] = {}
    for effect in evidence.effects:
        first.setdefault(effect.number, effect)
    told: dict[str, list[int]] = defaultdict(list)
    for number in first:
        if number in refused:
            continue
        told[conversations.get(number, "")].append(number)
    for numbers in told.values():
        for before, after in pairwise(numbers):
            if after < before:
                yield f"mail {after} was told after mail {before} of the same conversation"


def repeated_runs(evidence: Evidence) -> Iterator[str]:
    """A handler runs again only because of a fault, and as often as handlers were at work."""
    left = list(_repeats(evidence.runs))
    for fault in sorted([*evidence.faults, *_revocations(evidence)], key=lambda fault: fault.at):
        could = [pair for pair in left if _explains(fault, *pair, evidence.blocked)]
        # Those that ran again first have the fewest other faults to explain them.
        could.sort(key=lambda pair: pair[1].at)
        at_work = [pair for pair in could if pair[0].end is None or pair[0].end >= fault.at]
        # A slot is free when its handler returns: as many outcomes may be on their way to the log,
        # and as many as a worker holds while that cannot be written.
        handed_over = [pair for pair in could if pair not in at_work]
        waiting = fault.handlers and _blocked_since(fault, evidence.blocked) < fault.at
        most = HELD if waiting else fault.handlers + _answers_under_way(fault, could)
        for pair in (*at_work[: fault.handlers], *handed_over[:most]):
            left.remove(pair)
    for before, again in left:
        yield (
            f"mail {before.number} was handled again at {again.at:.3f} ({before.token} at "
            f"{before.at:.3f}, then {again.token}) and no fault explains it"
        )


def _answers_under_way(fault: Fault, pairs: Sequence[tuple[Run, Run]]) -> int:
    """How many slots had been answered when `fault` struck, by an answer that was not there yet."""
    since = fault.at - ANSWERS_S
    answered = sum(b.end is not None and since <= b.end < fault.at for b, _ in pairs)
    asked = sum(b.at < fault.at and (b.end is None or b.end >= fault.at) for b, _ in pairs)
    return max(0, min(answered, fault.handlers - asked))


def _repeats(runs: Sequence[Run]) -> Iterator[tuple[Run, Run]]:
    """Each run that came again, with the one it repeats; failed calls are tried again."""
    latest: dict[int, Run] = {}
    for run in sorted(runs, key=lambda run: run.at):
        before = latest.get(run.number)
        if run.repair:
            if before is not None:
                latest[run.number] = replace(before, end=run.end)  # it is one run of the handler
            continue
        latest[run.number] = run
        if before is not None and before.outcome == "accepted":
            yield before, run


def _revocations(evidence: Evidence) -> Iterator[Fault]:
    """A partition that moves takes along what is at work in it for longer than the drain."""
    for revoked in evidence.sightings:
        if revoked.what == "revoked" and revoked.place.group == GROUP_CLASSIFY:
            delivered, settled = _in_hand(revoked, evidence.sightings)
            at_work = len(delivered - settled)
            yield Fault("revoke", revoked.at, revoked.at + DRAIN_S, handlers=at_work)


def _explains(
    fault: Fault, before: Run, again: Run, blocked: Sequence[tuple[float, float]]
) -> bool:
    """Whether `before` had begun and can have been unsettled when `fault` struck."""
    if not (before.at <= fault.until + ARRIVES_S and fault.at <= again.at):
        return False
    return before.end is None or before.end >= _blocked_since(fault, blocked) - SETTLE_S


def _blocked_since(fault: Fault, blocked: Sequence[tuple[float, float]]) -> float:
    """Since when the log could not be written when `fault` struck; the fault's time if it could.

    Whoever could not write tries again after a delay that grows with how long it could not.
    """
    spans = [
        start
        for start, end in blocked
        if start <= fault.until and fault.at <= end + max(SETTLE_S, end - start + SETTLE_S)
    ]
    return min([fault.at, *spans])


def redelivered(evidence: Evidence) -> Iterator[str]:
    """Nothing is delivered again that is settled for good; what a zombie still sees is not told."""
    seen = [sighting for sighting in evidence.sightings if not _is_zombie(sighting, evidence)]
    yield from _below_watermarks(evidence, seen)
    if evidence.exact:
        settled: set[Place] = set()
        for sighting in sorted(seen, key=lambda sighting: sighting.at):
            if sighting.what == "settled":
                settled.add(sighting.place)
            elif sighting.place in settled:
                yield f"{_name(sighting.place)} was settled and delivered again"


def _is_zombie(sighting: Sighting, evidence: Evidence) -> bool:
    """Whether it was seen by a process just woken that does not know yet that it was replaced."""
    return any(
        fault.kind.startswith(ZOMBIE)
        and fault.member == sighting.member
        and fault.at <= sighting.at <= fault.until + WAKES_S
        for fault in evidence.faults
    )


def _below_watermarks(evidence: Evidence, sightings: Sequence[Sighting]) -> Iterator[str]:
    for mark in evidence.watermarks:
        here = (mark.group, mark.topic, mark.partition)
        before: set[int] = set()
        after: set[int] = set()
        for sighting in sightings:
            if _is_of_another_log(mark.at, sighting, evidence):
                continue
            if sighting.what == "delivered" and sighting.place[:3] == here:
                (before if sighting.at <= mark.at else after).add(sighting.place.offset)
        for offset in sorted(after):
            if offset < mark.position:
                place = Place(*here, offset)
                yield f"{_name(place)} was delivered again, below the watermark {mark.position}"
        if not evidence.exact:
            continue  # what is settled ahead of a watermark comes again; its verdict answers
        held = sum(offset >= mark.position for offset in before)
        again = sum(offset >= mark.position for offset in after & before)
        if again > held - mark.settled_ahead:
            yield (
                f"{again} of {mark.topic} were delivered again to {mark.group}: "
                f"{held} were unsettled or ahead of the watermark, {mark.settled_ahead} settled"
            )


def _is_of_another_log(at: float, sighting: Sighting, evidence: Evidence) -> bool:
    """Whether the topic was made anew after `at`, or just before: its offsets are of other records.

    Who had fetched before goes on with that for a moment.
    """
    return sighting.place.topic == RAW_INBOX and any(
        fault.anew and at <= fault.until + WAKES_S and fault.at <= sighting.at
        for fault in evidence.faults
    )


def handed_over(evidence: Evidence) -> Iterator[str]:
    """What was settled without a gap when a partition moved is not delivered to the next member."""
    for revoked in evidence.sightings:
        if revoked.what != "revoked" or _is_disturbed(revoked, evidence):
            continue
        mark = _settled_below(revoked, evidence.sightings)
        for sighting in evidence.sightings:
            if (
                sighting.what == "delivered"
                and sighting.at > revoked.at
                and sighting.place[:3] == revoked.place[:3]
                and sighting.place.offset < mark
                and not _is_of_another_log(revoked.at, sighting, evidence)
            ):
                yield f"{_name(sighting.place)} was delivered again, handed over below {mark}"


def _is_disturbed(revoked: Sighting, evidence: Evidence) -> bool:
    """Whether a fault, or the brokers, kept the member from committing."""
    until = revoked.at + GIVES_UP_S
    failed = any(
        sighting.what == "uncommitted"
        and sighting.place == revoked.place
        and sighting.member == revoked.member
        and revoked.at <= sighting.at <= until
        for sighting in evidence.sightings
    )
    hit = [f for f in evidence.faults if f.member == revoked.member and not f.clean]
    spans = [(fault.at, fault.until) for fault in hit] + list(evidence.blocked)
    return failed or any(a <= until and revoked.at <= b + GIVES_UP_S for a, b in spans)


def _settled_below(revoked: Sighting, sightings: Sequence[Sighting]) -> int:
    """Up to where the records of an assignment were settled when it ended."""
    delivered, settled = _in_hand(revoked, sightings)
    return min(delivered - settled, default=max(delivered, default=-1) + 1)


def _in_hand(revoked: Sighting, sightings: Sequence[Sighting]) -> tuple[set[int], set[int]]:
    """What was delivered and what was settled of an assignment when it ended."""
    offsets: dict[str, set[int]] = defaultdict(set)
    for sighting in sightings:
        same = sighting.member == revoked.member and sighting.epoch == revoked.epoch
        if same and sighting.at <= revoked.at and sighting.place[:3] == revoked.place[:3]:
            offsets[sighting.what].add(sighting.place.offset)
    return offsets["delivered"], offsets["settled"]


def _name(place: Place) -> str:
    return f"{place.topic}/{place.partition}@{place.offset} of {place.group}"


CHECKS: Final[Sequence[Callable[[Evidence], Iterator[str]]]] = (
    surprises,
    endings,
    causes,
    strangers,
    decisions,
    repeated_effects,
    at_most_twice,
    admitted_sends,
    order,
    repeated_runs,
    redelivered,
    handed_over,
)
"""Every check; each is shown to complain in tests/unit/test_chaos_oracle.py."""
