"""How good a classifier is on labelled mails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import Field, ValidationError

from careerops.domain.email import RawEmail, Sender
from careerops.domain.errors import CareerOpsError
from careerops.domain.identity import mail_id
from careerops.domain.model import Model
from careerops.domain.taxonomy import EventType
from careerops.mail.addresses import addresses

_BINS = 10
_MAX_BODY_CHARS = 128 * 1024


class LabelledMail(Model):
    """One row: `{"subject", "from", "body", "label"}`; other keys are ignored."""

    subject: str = ""
    sender: str = Field(default="", alias="from")
    body: str = Field(default="", max_length=_MAX_BODY_CHARS)
    label: EventType


@dataclass(frozen=True, slots=True)
class Judged:
    """The truth, the answer, and its confidence 0..1, of one mail."""

    truth: EventType
    answer: EventType
    confidence: float


def read_rows(lines: Iterable[str], where: str) -> list[LabelledMail]:
    """Rows of a JSONL file; blank lines are skipped.

    Raises:
        CareerOpsError: a line is no row; names file, line and key, never the value.
    """
    rows: list[LabelledMail] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(LabelledMail.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(str(part) for part in first["loc"]) or "the line"
            said = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
            raise CareerOpsError(f"{where}:{number}: {key}: {said}") from None
    if not rows:
        raise CareerOpsError(
            f'{where}: no rows; write one {{"subject", "from", "body", "label"}} object a line'
        )
    return rows


def mail_of(row: LabelledMail) -> RawEmail:
    """The row as a mail that was just received."""
    sender = next(addresses(row.sender), Sender())
    event_id = mail_id(
        account="evaluate",
        message_id="",
        sender=sender.address,
        date="",
        subject=row.subject,
        body_text=row.body,
    )
    return RawEmail(
        event_id=event_id,
        account="evaluate",
        sender=sender,
        subject=row.subject,
        received_at=datetime.now(UTC),
        body_text=row.body,
    )


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """`{n, accuracy, macro_f1, per_class, confusion, ece}`.

    macro_f1 is the mean F1 of the classes that occur as truth or answer. ece is the expected
    calibration error over ten bins of equal width: the mean gap between confidence and accuracy,
    weighted by bin size (Naeini, Cooper and Hauskrecht, AAAI 2015). confusion[truth][answer]
    counts.
    """
    count = len(judged)
    confusion = {truth.value: {answer.value: 0 for answer in EventType} for truth in EventType}
    for each in judged:
        confusion[each.truth.value][each.answer.value] += 1
    per_class = {label.value: _scores(confusion, label.value) for label in EventType}
    occurring = [
        scores["f1"] for scores in per_class.values() if scores["support"] or scores["answered"]
    ]
    right = sum(each.truth is each.answer for each in judged)
    return {
        "n": count,
        "accuracy": round(right / count, 4) if count else 0.0,
        "macro_f1": round(sum(occurring) / len(occurring), 4) if occurring else 0.0,
        "per_class": per_class,
        "confusion": confusion,
        "ece": round(_calibration_error(judged), 4),
    }


def _scores(confusion: Mapping[str, Mapping[str, int]], label: str) -> dict[str, float]:
    hits = confusion[label][label]
    support = sum(confusion[label].values())
    answered = sum(row[label] for row in confusion.values())
    precision = hits / answered if answered else 0.0
    recall = hits / support if support else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "support": support,
        "answered": answered,
    }


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: list[list[Judged]] = [[] for _ in range(_BINS)]
    for each in judged:
        bins[min(_BINS - 1, int(each.confidence * _BINS))].append(each)
    gaps = (
        abs(sum(e.confidence for e in group) - sum(e.truth is e.answer for e in group))
        for group in bins
    )
    return sum(gaps) / len(judged) if judged else 0.0
