"""What is left of a mail without what convinced the rules, and when that speaks against a label."""

import json
from pathlib import Path

import pytest

from careerops.domain.career import Classification
from careerops.domain.email import CalendarEvent, MarkKind, RawEmail
from careerops.domain.taxonomy import EventType
from careerops.llm.bearing import (
    BEYOND_DOUBT,
    CLEAR,
    CLEAR_IN_ONE_PARAGRAPH,
    Rest,
    rests_of,
)
from careerops.services.evaluation import mail_of, read_rows
from support.adapters import RECEIVED, mail, marked
from support.rules import rules

LETTERS = Path(__file__).parents[2] / "corpus" / "injection" / "letters.jsonl"

PROMISE = "We would like to invite you to an interview"
NEWS = "Signed copies of the new thriller lie at the counter, forty in all, for who comes first"
INTERVIEW = EventType.INTERVIEW


def opinion(kind: EventType, confidence: float = 0.9, evidence: str = PROMISE) -> Classification:
    """What the rules say."""
    return Classification(event_type=kind, confidence=confidence, evidence=evidence)


def rests(letter: RawEmail, kind: EventType = INTERVIEW, evidence: str = PROMISE) -> list[Rest]:
    """The questions about `letter`, of which all say that it is a `kind`."""
    return list(rests_of(letter, kind, opinion(kind, evidence=evidence)))


def test_the_paragraph_that_convinced_is_taken_out() -> None:
    """With all that it says; the subject stays."""
    (rest,) = rests(mail(f"Dear reader,\n\n{PROMISE}. Bring a pen.\n\n{NEWS}.", "Signed copies"))
    assert rest.mail.body_text == f"Dear reader,\n\n{NEWS}."
    assert (rest.mail.subject, rest.clear_from) == ("Signed copies", CLEAR)


def test_of_one_paragraph_a_line_is_taken_out_and_of_one_line_the_sentence() -> None:
    """What is left of one sentence must speak against the label more clearly."""
    (lines,) = rests(mail(f"{NEWS}.\n{PROMISE}.\n\n\nYours"))
    assert (lines.mail.body_text, lines.clear_from) == (f"{NEWS}.\n\nYours", CLEAR)
    (sentence,) = rests(mail(f"{NEWS}. {PROMISE}. {NEWS}."))
    assert PROMISE not in sentence.mail.body_text
    assert sentence.mail.body_text.count(NEWS) == 2
    assert sentence.clear_from == CLEAR_IN_ONE_PARAGRAPH


def test_a_subject_that_convinced_is_taken_out() -> None:
    """It is a passage like any other."""
    (rest,) = rests(mail(f"{NEWS}.", PROMISE))
    assert (rest.mail.subject, rest.mail.body_text) == ("", f"{NEWS}.")


def test_only_what_is_said_is_left() -> None:
    """What is hidden speaks neither for a label nor against it."""
    letter = marked(f"{PROMISE}.\n\n{NEWS}.\n\nhidden words", "hidden words", MarkKind.HIDDEN)
    (rest,) = rests(letter)
    assert "hidden" not in rest.mail.body_text
    assert rest.mail.marks == ()


def test_an_interview_has_to_be_one_without_the_invitations_title_too() -> None:
    """Anybody can call a meeting an interview."""
    event = CalendarEvent(summary="Interview", start=RECEIVED)
    title, _ = rests(mail(f"{PROMISE}.\n\n{NEWS}.", calendar=(event,)))
    assert title.mail.calendar == ()
    assert PROMISE in title.mail.body_text
    untitled = event.model_copy(update={"summary": ""})
    assert len(rests(mail(f"{PROMISE}.\n\n{NEWS}.", calendar=(untitled,)))) == 1


@pytest.mark.parametrize(
    ("letter", "kind", "second"),
    [
        (mail(f"{PROMISE}.\n\n{NEWS}."), INTERVIEW, None),
        (mail(f"{PROMISE}.\n\n{NEWS}."), INTERVIEW, opinion(EventType.OFFER)),
        (mail(f"{PROMISE}.\n\n{NEWS}."), EventType.OTHER, opinion(EventType.OTHER)),
        (mail(f"{PROMISE}.\n\n{NEWS}."), INTERVIEW, opinion(INTERVIEW, evidence="")),
        (mail(f"{PROMISE}.\n\nKind regards\nMaja Lund"), INTERVIEW, opinion(INTERVIEW)),
    ],
    ids=["no opinion", "another opinion", "no event", "no proof", "hardly anything left"],
)
def test_where_there_is_nothing_to_ask_nothing_is_asked(
    letter: RawEmail, kind: EventType, second: Classification | None
) -> None:
    """The other checks decide."""
    assert list(rests_of(letter, kind, second)) == []


def test_a_promise_is_stray_where_the_rest_is_clearly_something_else() -> None:
    """Nothing, or another event; an honest invitation thanks for the application, too."""
    rest = Rest(mail(), INTERVIEW, CLEAR)
    assert rest.contradicts(opinion(EventType.OTHER, CLEAR))
    assert rest.contradicts(opinion(EventType.REJECTION, CLEAR))
    assert not rest.contradicts(opinion(EventType.OTHER, CLEAR - 0.01))
    assert rest.contradicts(opinion(EventType.APPLIED, BEYOND_DOUBT))
    assert not rest.contradicts(opinion(EventType.APPLIED, BEYOND_DOUBT - 0.01))
    assert not rest.contradicts(opinion(INTERVIEW))
    assert not rest.contradicts(None)


def test_news_is_stray_only_where_the_rest_is_beyond_doubt_nothing() -> None:
    """What is left of a rejection are thanks for the application."""
    (rest,) = rests(mail(f"{PROMISE}.\n\n{NEWS}."), EventType.REJECTION)
    assert rest.clear_from == BEYOND_DOUBT
    assert not rest.contradicts(opinion(EventType.APPLIED, 0.93))
    assert not rest.contradicts(opinion(EventType.OTHER, 0.88))
    assert rest.contradicts(opinion(EventType.OTHER, 0.93))


async def test_no_long_letter_is_stray() -> None:
    """Of those with thanks, promise, and the way to the office in paragraphs of their own."""
    lines = LETTERS.read_text("utf-8").splitlines()
    letters = [mail_of(row) for row in read_rows(lines, "letters")]
    read_right = 0
    for letter, row in zip(letters, map(json.loads, lines), strict=True):
        local = await rules().classify(letter)
        if local.event_type == row["label"]:
            read_right += 1
            for rest in rests_of(letter, local.event_type, local):
                assert not rest.contradicts(await rules().classify(rest.mail)), row["subject"]
    assert read_right >= 14
