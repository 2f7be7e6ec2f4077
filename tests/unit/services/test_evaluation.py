"""Evaluation: the figures against ones computed by hand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.errors import CareerOpsError
from careerops.domain.taxonomy import EventType
from careerops.services.evaluation import Judged, mail_of, read_rows, report

APPLIED, OFFER, OTHER = EventType.APPLIED, EventType.OFFER, EventType.OTHER
ROW = {"subject": "Your offer", "from": "Acme <HR@acme.example>", "body": "Hello", "label": "OFFER"}


def test_the_figures_are_those_of_a_calculation_by_hand() -> None:
    """Five mails, three classes that occur.

    APPLIED: 2 of 3 answers right, 2 of 2 found: F1 0.8. OFFER: 1 of 1, 1 of 2: F1 2/3.
    OTHER: 1 of 1, 1 of 1: F1 1. Mean: 0.8222. Bins of confidence: 0.9..1 holds 0.95, 0.9 and 1.0,
    two of them right: gap |2.85 - 2| = 0.85; 0.6..0.7 holds 0.65, right: 0.35; 0.2..0.3 holds
    0.25, right: 0.75. ECE = 1.95 / 5.
    """
    figures = report(
        [
            Judged(APPLIED, APPLIED, 0.95),
            Judged(APPLIED, APPLIED, 0.65),
            Judged(OFFER, APPLIED, 0.9),
            Judged(OFFER, OFFER, 1.0),
            Judged(OTHER, OTHER, 0.25),
        ]
    )
    assert figures["n"] == 5
    assert figures["accuracy"] == 0.8
    assert figures["macro_f1"] == 0.8222
    assert figures["ece"] == 0.39
    assert figures["per_class"]["APPLIED"] == {
        "precision": 0.6667,
        "recall": 1.0,
        "f1": 0.8,
        "support": 2,
        "answered": 3,
    }
    assert figures["per_class"]["OFFER"]["f1"] == 0.6667
    assert figures["per_class"]["REJECTION"]["support"] == 0
    assert figures["confusion"]["OFFER"] == {
        "APPLIED": 1,
        "ASSESSMENT": 0,
        "INTERVIEW": 0,
        "OFFER": 1,
        "REJECTION": 0,
        "OTHER": 0,
    }


def test_a_class_that_is_only_ever_answered_counts_against_the_mean() -> None:
    """Otherwise inventing a class would cost nothing."""
    figures = report([Judged(OTHER, OTHER, 1.0), Judged(OTHER, OFFER, 1.0)])
    assert figures["macro_f1"] == round((2 * 0.5 / 1.5 + 0) / 2, 4)


def test_nothing_judged_is_no_division_by_zero() -> None:
    """All figures are 0."""
    figures = report([])
    assert (figures["n"], figures["accuracy"], figures["macro_f1"], figures["ece"]) == (0, 0, 0, 0)


TYPES = st.sampled_from(list(EventType))
JUDGED = st.lists(st.builds(Judged, TYPES, TYPES, st.floats(0, 1)), min_size=1)


@given(judged=JUDGED)
def test_figures_are_shares_and_the_confusion_counts_every_mail(judged: list[Judged]) -> None:
    """Whatever was answered."""
    figures = report(judged)
    assert all(0 <= figures[name] <= 1 for name in ("accuracy", "macro_f1", "ece"))
    cells = [count for row in figures["confusion"].values() for count in row.values()]
    assert sum(cells) == figures["n"] == len(judged)


@given(judged=JUDGED, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_mails_does_not_matter(judged: list[Judged], seed: Any) -> None:
    """Classifiers answer concurrently."""
    shuffled = list(judged)
    seed.shuffle(shuffled)
    assert report(judged)["confusion"] == report(shuffled)["confusion"]
    assert report(judged)["ece"] == pytest.approx(report(shuffled)["ece"], abs=1e-4)


@given(truths=st.lists(TYPES, min_size=1))
def test_a_classifier_that_is_always_right_and_sure_is_perfect(truths: list[EventType]) -> None:
    """The oracle's own upper end."""
    figures = report([Judged(truth, truth, 1.0) for truth in truths])
    assert (figures["accuracy"], figures["macro_f1"], figures["ece"]) == (1, 1, 0)


def test_rows_are_read_and_become_mails() -> None:
    """Blank lines are skipped, other keys ignored; the sender is taken apart."""
    (row,) = read_rows(["\n", json.dumps(ROW | {"note": "x"}) + "\n"], "data.jsonl")
    mail = mail_of(row)
    assert (mail.subject, mail.body_text) == ("Your offer", "Hello")
    assert (mail.sender.name, mail.sender.address) == ("Acme", "HR@acme.example")
    assert mail.sender.domain == "acme.example"
    other = mail_of(read_rows([json.dumps(ROW | {"body": "Bye"})], "x")[0])
    assert mail.event_id != other.event_id


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([json.dumps(ROW), json.dumps(ROW | {"label": "planted"})], "data.jsonl:2: label: "),
        (["planted"], "data.jsonl:1: the line: "),
        ([json.dumps({"subject": "planted"})], "data.jsonl:1: label: field required"),
        ([json.dumps(ROW | {"from": 3})], "data.jsonl:1: from: "),
        (["", "  \n"], "data.jsonl: no rows; write one "),
    ],
)
def test_a_line_that_is_no_row_is_named_without_its_contents(lines: list[str], says: str) -> None:
    """Line and key; the file may be somebody's mail."""
    with pytest.raises(CareerOpsError) as caught:
        read_rows(lines, "data.jsonl")
    assert str(caught.value).startswith(says)
    assert "planted" not in str(caught.value)
    assert "\n" not in str(caught.value)
