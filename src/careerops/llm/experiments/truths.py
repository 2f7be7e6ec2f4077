"""What people said about the answers: of each conversation, the first thing they said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from careerops.llm.experiments.tally import EVENT_DIGITS
from careerops.ports.corrections import Correction

Answers = Mapping[str, Mapping[str, str]]
"""Conversation -> mail -> label, as `Shard.answers`."""
MAX_UNJUDGED: Final = 20


@dataclass(frozen=True, slots=True)
class Truth:
    """What a person said about a mail.

    Attributes:
        label: what is right.
        contradicted: whether what was told to them was something else.
        at: when they first said something (UTC).
    """

    label: str
    contradicted: bool
    at: datetime


def truths_of(corrections: Iterable[Correction]) -> dict[str, Truth]:
    """Mail (how its event id begins) -> what is true of it; the latest word holds."""
    found: dict[str, Truth] = {}
    told: dict[str, str] = {}
    for each in sorted(corrections, key=lambda each: each.revision):
        mail = each.event_id[:EVENT_DIGITS]
        told.setdefault(mail, each.was.value)
        at = found[mail].at if mail in found else each.at
        found[mail] = Truth(each.label.value, told[mail] != each.label.value, at)
    return found


def judged(answers: Answers, truths: Mapping[str, Truth]) -> tuple[int, int]:
    """Of how many conversations a person knows the truth, and of how many it was the answer."""
    right = of = 0
    for labels in answers.values():
        known = _first_known(labels, truths)
        if known is not None:
            of += 1
            right += labels[known] == truths[known].label
    return right, of


def duels(here: Answers, there: Answers, truths: Mapping[str, Truth]) -> tuple[int, int]:
    """Of conversations in which both answered a mail: only here right, and only there right.

    The first mail of each counts about which they disagree and a person said who is right.
    """
    won = lost = 0
    for mine, other in _both(here, there):
        disputed = {mail: label for mail, label in mine.items() if _differ(label, other.get(mail))}
        known = _first_known(disputed, truths)
        if known is not None:
            won += mine[known] == truths[known].label
            lost += other[known] == truths[known].label
    return won, lost


def contradicted(answers: Answers, truths: Mapping[str, Truth]) -> int:
    """In how many conversations a person contradicted what they were told."""
    return sum(
        any(mail in truths and truths[mail].contradicted for mail in labels)
        for labels in answers.values()
    )


def unjudged(here: Answers, there: Answers, truths: Mapping[str, Truth]) -> list[str]:
    """Mails that both answered differently and nobody has judged, at most 20."""
    found = [
        mail
        for mine, other in _both(here, there)
        for mail, label in mine.items()
        if _differ(label, other.get(mail)) and mail not in truths
    ]
    return found[:MAX_UNJUDGED]


def _both(here: Answers, there: Answers) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    return ((here[key], there[key]) for key in here if key in there)


def _differ(mine: str, other: str | None) -> bool:
    return bool(mine and other and mine != other)


def _first_known(labels: Mapping[str, str], truths: Mapping[str, Truth]) -> str | None:
    """The mail that was answered and about which a person said something first."""
    known = [mail for mail, label in labels.items() if label and mail in truths]
    return min(known, key=lambda mail: truths[mail].at, default=None)
