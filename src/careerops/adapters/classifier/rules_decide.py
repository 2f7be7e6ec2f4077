"""From phrases found to one event type: what counts, how much, and how sure that is."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from careerops.adapters.classifier.rules_phrases import Hit
from careerops.adapters.classifier.rules_text import Sentence
from careerops.domain.taxonomy import EventType

_TYPES = (
    EventType.REJECTION,
    EventType.OFFER,
    EventType.INTERVIEW,
    EventType.ASSESSMENT,
    EventType.APPLIED,
)
_MODIFIERS = ("NOISE", "AWAY", "SCAM", "ANEW", "INJECT", "CANCEL", "ONEWAY", "WHEN", "ALIEN")
_IMPLIED = {"ONEWAY": (str(EventType.ASSESSMENT),), "MEET": (str(EventType.INTERVIEW),)}
_ELSEWHERE = ("NOISE", "AWAY", "ALIEN")
_OF_SENDERS = frozenset({"NOISE", "AWAY"})
_MEETINGS = frozenset({str(EventType.INTERVIEW), "MEET"})
_PROMISES = frozenset({EventType.OFFER, EventType.INTERVIEW, EventType.ASSESSMENT})

STRONG = 5.0
"""A phrase of this weight decides alone."""
_SUBJECT_FACTOR, _OLD_SUBJECT = 1.25, 0.5
_QUOTE_EXTRA = 0.2
_DECAY = 0.5
_MAX_JOB = 6.0
_BASE_CONTEXT, _FULL_CONTEXT = 2.0, 3.0
_CALENDAR_BONUS, _MAX_WHEN_BONUS = 3.0, 2.0
_INJECTION_PENALTY = 4.0
_AWAY_FACTOR = 2.0
_ONE_WAY_SHARE, _CONDITION_SHARE, _IMPLIED_SHARE = 0.4, 0.5, 0.9
_NOISE_SHARE = {EventType.REJECTION: 0.5, EventType.APPLIED: 0.6}
_SURE_SCAM, _PROPOSAL = 7.0, 3.0
_THRESHOLD = {
    EventType.REJECTION: 3.0,
    EventType.OFFER: 3.0,
    EventType.INTERVIEW: 2.5,
    EventType.ASSESSMENT: 3.0,
    EventType.APPLIED: 2.5,
}
_REJECTION_SHARE = 0.5
# Chosen so that the mean confidence is near the accuracy on mails not seen while writing rules.
_SLOPE = 0.35
_MIN_CONFIDENCE, _MAX_CONFIDENCE = 0.35, 0.93
_QUIET, _UNREAD = 2.5, -1.0
"""Points for OTHER where nothing was found; below zero where a mail about work was not understood,
as on mails not seen while writing rules most such mails turned out to be career events."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What speaks for or against besides the words.

    Attributes:
        job: points for a sender that writes about applications.
        noise: points for a sender that writes to many.
        away: points for a sender that writes about something else than work.
        alien: points for a mail that passes on what was written to its sender.
        calendar: whether an invitation is attached.
        name: the folded words of the sender's name: a hotel's, a bank's, an academy's own name
            says nothing about what it writes.
        reply: whether it answers: then its subject was chosen for an earlier mail.
    """

    job: float = 0.0
    noise: float = 0.0
    away: float = 0.0
    alien: float = 0.0
    calendar: bool = False
    name: frozenset[str] = frozenset()
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The event type, how sure, and why.

    Attributes:
        event_type, confidence: the answer.
        reason: the best hit for it, None if nothing was found.
        scores: points by label, after all deductions (`NOISE`, `AWAY`, `SCAM` ... included).
        mixed: an invitation for another role stands beside a rejection.
        conflict: a rival was nearly as strong.
    """

    event_type: EventType
    confidence: float
    reason: Hit | None
    scores: Mapping[str, float]
    mixed: bool = False
    conflict: bool = False


@dataclass(slots=True)
class _Tally:
    new_subject: bool
    best: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    hits: dict[str, dict[int, tuple[float, Hit]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, label: str, hit: Hit, sentence: Sentence, share: float = 1.0) -> None:
        weight = share * hit.phrase.weight
        quote, best = self.hits[label].get(hit.index, (0.0, hit))
        best = hit if weight >= best.phrase.weight else best
        self.hits[label][hit.index] = (max(quote, weight) + _QUOTE_EXTRA * min(quote, weight), best)
        known = self.best[label]
        weight *= self._factor(label) if sentence.in_subject else 1.0
        # The same words found by phrases of two languages are one sign.
        known[hit.found] = max(weight, known.get(hit.found, 0.0))

    def _factor(self, label: str) -> float:
        return _SUBJECT_FACTOR if self.new_subject or label == "JOB" else _OLD_SUBJECT

    def reason(self, label: str) -> Hit | None:
        """The hit in the sentence that says most for `label`; of equals the first."""
        found = self.hits.get(label)
        return max(found.values(), key=lambda pair: pair[0])[1] if found else None

    def score(self, label: str) -> float:
        """The best phrase in full, every further one at half the share of the one before."""
        ranked = sorted(self.best[label].values(), reverse=True)
        return sum(weight * _DECAY**rank for rank, weight in enumerate(ranked[:6]))

    def strongest(self, label: str) -> float:
        return max(self.best[label].values(), default=0.0)

    def is_strong(self, label: str) -> bool:
        return self.strongest(label) >= STRONG


def decide(
    sentences: list[Sentence], hits: Iterable[Hit], circumstances: Circumstances
) -> Decision:
    """Weigh the hits and choose.

    Within a sentence a rejection silences every promise, and a condition ("if your profile
    matches") silences everything but receipts. Career points count in full only in a mail that is
    about an application; what is about something else (`AWAY`) is taken off.
    """
    tally = _count(sentences, hits, circumstances)
    scores = _scores(tally, circumstances)
    chosen, mixed = _choose(tally, scores)
    rival = _rival(chosen, scores)
    margin = _own(chosen, scores) - rival
    confidence = 1 / (1 + math.exp(-_SLOPE * margin))
    label = str(chosen) if chosen.is_career else max(_ELSEWHERE, key=lambda n: scores[n])
    return Decision(
        chosen,
        round(min(max(confidence, _MIN_CONFIDENCE), _MAX_CONFIDENCE), 3),
        tally.reason(label),
        scores,
        mixed=mixed,
        conflict=margin < 1,
    )


def _count(sentences: list[Sentence], hits: Iterable[Hit], circumstances: Circumstances) -> _Tally:
    by_sentence: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.phrase.label not in _OF_SENDERS or not circumstances.name.issuperset(
            hit.found.split()
        ):
            by_sentence[hit.index].append(hit)
    tally = _Tally(new_subject=not circumstances.reply)
    for index, found in sorted(by_sentence.items()):
        _count_sentence(tally, sentences[index], found)
    return tally


def _count_sentence(tally: _Tally, sentence: Sentence, found: list[Hit]) -> None:
    labels = {hit.phrase.label for hit in found}
    silent = _silenced(found)
    for hit in found:
        own = hit.phrase.label
        if "PAST" in labels and own in _MEETINGS and hit.phrase.weight < STRONG:
            continue
        if "IF" in labels and (own in _PROMISES or own == "MEET"):
            # What may come if they like the profile stands in receipts.
            tally.add(str(EventType.APPLIED), hit, sentence, _CONDITION_SHARE)
        for label in (own, *_IMPLIED.get(own, ())):
            if label not in silent:
                tally.add(label, hit, sentence, _IMPLIED_SHARE if label != own else 1.0)


def _silenced(found: list[Hit]) -> frozenset[str]:
    labels = {hit.phrase.label for hit in found}
    if "INJECT" in labels:
        return frozenset(map(str, EventType)) | {"ANEW"}
    if "IF" in labels:
        return frozenset(map(str, _PROMISES | {EventType.REJECTION}))
    if "DONE" in labels:
        return frozenset({str(EventType.ASSESSMENT), "ONEWAY"})
    rejected = any(h.phrase.label == EventType.REJECTION and h.phrase.weight > 3 for h in found)  # noqa: PLR2004  # lighter phrases ("many applicants") refuse nothing
    return frozenset(map(str, {*_PROMISES, EventType.APPLIED})) if rejected else frozenset()


def _scores(tally: _Tally, circumstances: Circumstances) -> dict[str, float]:
    scores = {name: tally.score(name) for name in _MODIFIERS}
    implied = sum(tally.is_strong(kind) for kind in _TYPES)
    job = sum(sorted(tally.best["JOB"].values(), reverse=True)) + implied + circumstances.job
    job = min(job, _MAX_JOB)
    scores["JOB"] = job
    scores["NOISE"] += circumstances.noise
    scores["NOISE"] += scores["SCAM"] if scores["SCAM"] >= _SURE_SCAM else 0.0
    scores["AWAY"] += circumstances.away
    scores["ALIEN"] += circumstances.alien
    context = min(1.0, (_BASE_CONTEXT + job) / (_BASE_CONTEXT + _FULL_CONTEXT))
    penalty = _AWAY_FACTOR * (max(0.0, scores["AWAY"] - job) + scores["ALIEN"])
    penalty += _INJECTION_PENALTY if scores["INJECT"] else 0.0
    for kind in _TYPES:
        scores[kind] = max(0.0, tally.score(kind) * context - penalty)
    if scores[EventType.INTERVIEW] and tally.strongest(EventType.INTERVIEW) >= _PROPOSAL:
        scores[EventType.INTERVIEW] += context * min(scores["WHEN"], _MAX_WHEN_BONUS)
    if scores["ONEWAY"]:
        scores[EventType.INTERVIEW] *= _ONE_WAY_SHARE
    if circumstances.calendar and scores[EventType.INTERVIEW]:
        scores[EventType.INTERVIEW] += _CALENDAR_BONUS
    return scores


def _choose(tally: _Tally, scores: Mapping[str, float]) -> tuple[EventType, bool]:
    passing = [kind for kind in _TYPES if scores[kind] >= _THRESHOLD[kind]]
    best = max((scores[kind] for kind in passing), default=0.0)
    strongest = max(passing, key=lambda kind: scores[kind], default=EventType.OTHER)
    if not passing or scores["NOISE"] * _NOISE_SHARE.get(strongest, 1.0) > best:
        return EventType.OTHER, False
    if EventType.REJECTION in passing and scores[EventType.REJECTION] >= _REJECTION_SHARE * best:
        mixed = scores["ANEW"] >= STRONG - 1
        return (EventType.INTERVIEW if mixed else EventType.REJECTION), mixed
    receipt = scores[EventType.APPLIED]
    promises = [
        kind
        for kind in passing
        if kind in _PROMISES and (tally.is_strong(kind) or scores[kind] > min(receipt, STRONG))
    ]
    if promises:
        return max(promises, key=lambda kind: scores[kind]), False
    return (EventType.APPLIED if EventType.APPLIED in passing else passing[0]), False


def _own(chosen: EventType, scores: Mapping[str, float]) -> float:
    """What speaks for the choice: for OTHER, signs of something else, or at least none of work."""
    if chosen.is_career:
        return scores[chosen]
    of_work = scores["JOB"] >= _FULL_CONTEXT - 1
    if not any(scores[name] for name in _ELSEWHERE):
        return _UNREAD if of_work else _QUIET
    return max(*(scores[name] for name in _ELSEWHERE), 1.0 if of_work else _QUIET)


def _rival(chosen: EventType, scores: Mapping[str, float]) -> float:
    """The strongest thing said against: a receipt in a later stage's mail is no rival."""
    rivals = [kind for kind in _TYPES if kind not in (chosen, EventType.APPLIED)]
    if chosen is EventType.OTHER:
        return max(scores[kind] for kind in _TYPES)
    noise = scores["NOISE"] * _NOISE_SHARE.get(chosen, 1.0)
    return max(noise, 0.7 * max(scores[kind] for kind in rivals))
